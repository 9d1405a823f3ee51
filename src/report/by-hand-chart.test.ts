import { expect, test } from 'vitest';
import { mappingByHand } from '../analysis/by-hand.ts';
import { rowStationary } from '../dataflow/row-stationary.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { byHandChart } from './by-hand-chart.ts';
import { renderSvg } from './render.ts';

const CONV2 = builtinNetwork('alexnet').layers.find(({ name }) => name === 'CONV2')!;
const ONES = { m: 1, n: 1, f: 1, p: 1, q: 1, r: 1, t: 1 };

test('draws both mappings with their energies', async () => {
  const byHand = mappingByHand(CONV2, rowStationary, ONES);
  const svg = await renderSvg(byHandChart(byHand));
  expect(svg).toContain('CONV2 under RS, batch 16');
  expect(svg).toContain(`>${byHand.cost.energy.perMac.toPrecision(3)}<`);
  expect(svg).toContain('>5.75<');
});

test('says so where there is no optimum', async () => {
  const storage = { divide: 'fixed' as const, rfBytes: 2, glbBytes: 2 };
  const hardware = {
    name: 'tiny',
    pes: 1,
    wordBits: 16,
    energy: { dram: 200, glb: 6, array: 2, rf: 1, alu: 1 },
    storage,
    areaCurve: [[1, 1]] as const,
  };
  const svg = await renderSvg(byHandChart(mappingByHand(CONV2, rowStationary, ONES, { hardware })));
  expect(svg).toContain('cannot run');
});
