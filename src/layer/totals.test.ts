import { expect, it } from 'vitest';
import { networkFromSpec } from './layer.ts';
import { networkTotals } from './totals.ts';

it('adds up a network, and its layers of each type', () => {
  const network = networkFromSpec({
    name: 'mine',
    layers: [
      { name: 'a', type: 'conv', input: [2, 8, 8], filters: 4, kernel: 3, pad: 1 },
      { name: 'b', type: 'conv', input: [4, 8, 8], filters: 4, kernel: 3, pad: 1, groups: 4 },
      { name: 'c', type: 'pool', input: [4, 8, 8], kernel: 2 },
      { name: 'd', type: 'fc', input: [4, 4, 4], filters: 10 },
    ],
  });
  const conv = { layers: 2, macs: 64 * (72 + 36), weights: 72 + 36, comparisons: 0 };
  const pool = { layers: 1, macs: 0, weights: 0, comparisons: 16 * 4 * 4 };
  const fc = { layers: 1, macs: 640, weights: 640, comparisons: 0 };
  expect(networkTotals(network)).toEqual({
    layers: 4,
    macs: conv.macs + fc.macs,
    weights: conv.weights + fc.weights,
    comparisons: pool.comparisons,
    byType: { conv, fc, pool },
  });
});

it('has nothing of a type that does not occur', () => {
  const { byType } = networkTotals(
    networkFromSpec({ name: 'mine', layers: [{ name: 'a', type: 'fc', input: [3], filters: 2 }] }),
  );
  const none = { layers: 0, macs: 0, weights: 0, comparisons: 0 };
  expect(byType).toEqual({ conv: none, pool: none, fc: { ...none, layers: 1, macs: 6, weights: 6 } });
});
