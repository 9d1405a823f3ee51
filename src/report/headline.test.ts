import { expect, test } from 'vitest';
import { analyze } from '../analysis/analyze.ts';
import { EYERISS_CHIP_SIZES } from '../hardware/presets.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { headline } from './headline.ts';

const alexnet = builtinNetwork('alexnet');

test('says who is best, who comes next and who is last', () => {
  expect(headline(analyze(alexnet))).toBe(
    'RS has the least energy: 6.95 per MAC. OSB follows with 1.55 times as much, and NLR is last with 2.01 times.',
  );
  expect(headline(analyze(alexnet, { objective: 'delay' }))).toMatch(
    /^\w+ has the least delay: 0\.00\d+ cycles per MAC\./,
  );
});

test('leaves out what cannot run, and says nothing where nothing can', () => {
  const { results, ...rest } = analyze(alexnet);
  const only = results.slice(0, 1);
  expect(headline({ ...rest, results: only })).toBe(
    'Only RS can run every layer: its least energy is 6.95 per MAC.',
  );
  expect(headline({ ...rest, results: results.slice(0, 2) })).toBe(
    'RS has the least energy: 6.95 per MAC. WS follows with 2.00 times as much.',
  );
  const none = results.map((result) => ({ ...result, total: null }));
  expect(headline({ ...rest, results: none })).toBeUndefined();
  const tiny = { ...EYERISS_CHIP_SIZES, storage: { divide: 'fixed' as const, rfBytes: 1, glbBytes: 1 } };
  expect(headline(analyze(alexnet, { hardware: tiny }))).toBeUndefined();
});
