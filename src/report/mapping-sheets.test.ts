import { expect, test } from 'vitest';
import { analyzeLayer } from '../analysis/analyze.ts';
import { mappingByHand } from '../analysis/by-hand.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import {
  accessesSheet,
  limitedBy,
  limitsSheet,
  parametersSheet,
  proofOf,
  reuseSheet,
} from './mapping-sheets.ts';

const CONV2 = builtinNetwork('alexnet').layers.find(({ name }) => name === 'CONV2')!;

const texts = (sheet: { rows: readonly (readonly { text: string }[])[] }) =>
  sheet.rows.map((row) => row.map(({ text }) => text));

test.each(DATAFLOWS)('every sheet of $name has a text in each of its columns', (dataflow) => {
  const layer = analyzeLayer(CONV2, dataflow);
  if (!layer.feasible) throw new Error('CONV2 can run');
  const { parameters, limits } = mappingByHand(CONV2, dataflow, layer.mapping);
  for (const sheet of [
    parametersSheet(parameters),
    limitsSheet(limits),
    reuseSheet(layer),
    accessesSheet(layer),
  ]) {
    for (const row of [...sheet.rows, ...(sheet.foot ? [sheet.foot] : [])]) {
      expect(row).toHaveLength(sheet.columns.length);
      for (const { text } of row) expect(text).not.toMatch(/undefined|NaN|^$/);
    }
  }
  expect(texts(parametersSheet(parameters)).map(([letter, value]) => [letter, Number(value)])).toEqual(
    Object.entries(layer.mapping),
  );
  const proof = proofOf(layer.search);
  expect(proof.join(' ')).not.toMatch(/undefined|NaN/);
  expect(proof.at(-1)).toContain('proven');
});

test('the energies of a sheet add up to its foot', () => {
  const layer = analyzeLayer(CONV2, DATAFLOWS[0]!);
  if (!layer.feasible) throw new Error('CONV2 can run');
  const { rows, foot } = accessesSheet(layer);
  const sum = rows.reduce((total, row) => total + Number(row.at(-1)!.text), 0);
  expect(sum).toBeCloseTo(Number(foot!.at(-1)!.text), 1);
  expect(Number(foot!.at(-1)!.text)).toBeCloseTo(layer.energy.perMac, 2);
});

test('a search that was stopped proves nothing', () => {
  const proof = proofOf({
    spaceSize: 100,
    visited: 1,
    pruned: 99,
    prunedBy: { unexplored: 99, glb: 0 },
    boxes: 1,
    proven: false,
  });
  expect(proof).toEqual([
    'There are 100 mappings of this layer. The cost of 1 was computed; all others are accounted for:',
    '99 were left out as the search was told to stop.',
    'A better one may be among those that were left out: not proven.',
  ]);
});

test('names the limits that are nearly full', () => {
  const use = { unit: 'words', needed: 0, available: 0, over: 0 };
  expect(
    limitedBy([
      { ...use, name: 'glb', fill: 0.95 },
      { ...use, name: 'rf', fill: 0.5 },
      { ...use, name: 'pes', fill: 1 },
    ]),
  ).toBe('It is limited by PEs (100.0 % full) and GLB (95.0 % full).');
  expect(limitedBy([{ ...use, name: 'glb', fill: 0.5 }])).toBeUndefined();
});
