import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { coverageOf, type NodeReport } from '../layer/coverage.ts';
import { layerFromSpec } from '../layer/layer.ts';
import { counted, networkTotals } from '../layer/totals.ts';
import { coverageSentence, coverageWarning, shareOfMacs } from './coverage.ts';
import { expectGoodColumns } from './data-table.testing.ts';
import { LAYER_COLUMNS, layersData } from './layers-data.ts';
import { layersSheet, nodesSheet } from './layers-sheet.ts';

const node = fc.record({
  name: fc.string(),
  op: fc.constantFrom('Conv', 'Relu', 'Attend'),
  became: fc.constantFrom('mapped', 'folded', 'elementwise', 'unsupported'),
  macs: fc.option(fc.integer({ min: 0, max: 1e9 })),
  elements: fc.option(fc.integer({ min: 0, max: 1e6 })),
  reason: fc.constant('a reason'),
});
const nodes = fc
  .array(node, { minLength: 1 })
  .map((list): NodeReport[] =>
    list.map((one) =>
      one.became === 'unsupported' ? one : { ...one, macs: one.became === 'mapped' ? (one.macs ?? 1) : 0 },
    ),
  );

describe('coverage', () => {
  it('is all MACs exactly if no MACs are missing, and no text says more', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const coverage = coverageOf(list);
        const missing = list.some(({ became, macs }) => became === 'unsupported' && macs !== 0);
        const share = shareOfMacs(coverage);
        expect(share === '100 %').toBe(!missing);
        expect(coverage.macsPercent).toBeLessThanOrEqual(100);
        const { mapped, folded, elementwise, unsupported } = coverage.nodes;
        expect(mapped + folded + elementwise + unsupported.length).toBe(list.length);
        expect(coverageSentence(coverage)).toContain(`${list.length} nodes`);
        expect(nodesSheet(coverage).foot!.map(({ text }) => text)[1]).toBe(String(list.length));
      }),
    );
  });

  it('names some nodes that are not mapped and counts the others', () => {
    const missing = Array.from({ length: 8 }, (_, i): NodeReport => {
      return {
        name: `n${i}`,
        op: 'LSTM',
        became: 'unsupported',
        macs: 1500,
        elements: 1,
        reason: 'each step waits',
      };
    });
    const warning = coverageWarning('net.onnx', coverageOf(missing));
    expect(warning).toMatch(
      /^warning: net\.onnx: 0\.0 % of the MACs are in layers; not mapped: n0 \(LSTM, 1\.5k MACs\): each step waits; /,
    );
    expect(warning).toMatch(/n4 [^;]*; and 3 more, which --json lists$/);
  });
});

describe('layers', () => {
  it.each(BUILTIN_NETWORKS)('of %s add up, and each has what its type has', (name) => {
    const network = builtinNetwork(name);
    const data = layersData(counted(network));
    expectGoodColumns(data);
    const at = (column: string) => LAYER_COLUMNS.findIndex((one) => one.name === column);
    const [type, macs, weights] = [at('type'), at('macs'), at('weights')];
    const sum = (column: number) =>
      data.lines.reduce((total, line) => total + (line[type] === 'pool' ? 0 : (line[column] as number)), 0);
    const totals = networkTotals(network);
    expect([sum(macs), sum(weights)]).toEqual([totals.macs, totals.weights]);
    for (const line of data.lines) {
      expect(line[at('kernel_vertical')] === null).toBe(line[type] === 'fc');
      expect(line[at('groups')] === null).toBe(line[type] !== 'conv');
      expect(line[weights] === null).toBe(line[type] === 'pool');
    }
    expect(layersSheet(counted(network)).rows).toHaveLength(network.layers.length);
  });

  it('say in few words what differs from a plain layer', () => {
    const conv = { name: 'c', type: 'conv', input: [8, 9, 9], filters: 8, kernel: 3 } as const;
    const details = [
      { ...conv, pad: 1, groups: 8 },
      { ...conv, pad: [1, 2] as const, dilation: 2, groups: 2 },
      { ...conv, pad: [0, 0, 1, 1] as const, kernel: [1, 3] as const, stride: [2, 1] as const },
      { ...conv, weightsPerImage: true },
    ].map((spec) =>
      layersSheet(counted({ name: 'net', layers: [layerFromSpec(spec)] }))
        .rows[0]!.map(({ text }) => text)
        .slice(4, 7),
    );
    expect(details).toEqual([
      ['3', '1', 'pad 1; depthwise'],
      ['3', '1', 'pad 1, 2; dilation 2; 2 groups'],
      ['1 × 3', '2 × 1', 'pad [0, 0, 1, 1]'],
      ['3', '1', 'weights computed'],
    ]);
  });
});
