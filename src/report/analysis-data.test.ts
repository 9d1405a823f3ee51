import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyze } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { eyerissBaseline } from '../hardware/hardware.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { ANALYSIS_COLUMNS, analysisCsv, analysisData } from './analysis-data.ts';
import { expectFilesOf, expectGoodColumns, readCsv, readParquet } from './data-table.testing.ts';
import { longResult, renamedResult, smallResult } from './fixture.testing.ts';
import { tableParquet } from './parquet.ts';

/** Each line as an object. */
function records(result: AnalysisResult): Record<string, string>[] {
  const [header, ...lines] = readCsv(analysisCsv(result));
  return lines.map((line) => Object.fromEntries(header!.map((name, c) => [name, line[c]!])));
}

/** What must come back, number by number. */
function expectSame(result: AnalysisResult): void {
  const lines = records(result);
  const pairs = result.results.flatMap((dataflow) => dataflow.layers.map((layer) => ({ dataflow, layer })));
  expect(lines).toHaveLength(pairs.length);
  pairs.forEach(({ dataflow, layer }, i) => {
    const line = lines[i]!;
    expect(line).toMatchObject({
      network: result.network,
      batch: String(result.batch),
      dataflow: dataflow.dataflow,
      layer: layer.name,
      feasible: String(layer.feasible),
    });
    expect(Number(line.macs)).toBe(layer.macs);
    if (!layer.feasible) {
      expect(line.reason).toBe(layer.reason.message);
      expect([line.energy_total, line.delay, line.mapping, line.visited]).toEqual(['', '', '', '']);
      return;
    }
    expect(line.reason).toBe('');
    expect(Number(line.energy_total)).toBe(layer.energy.total);
    expect(Number(line.energy_per_mac)).toBe(layer.energy.perMac);
    expect(Number(line.edp)).toBe(layer.edp);
    expect(Number(line.delay)).toBe(layer.delay);
    for (const level of LEVELS) {
      expect(Number(line[`energy_${level}`])).toBe(layer.energy.byLevel[level]);
      for (const type of DATA_TYPES) {
        expect(Number(line[`accesses_${level}_${type}`])).toBe(layer.accesses[level][type]);
      }
    }
    const mapping = line.mapping!.split(' ').map((one) => one.split('='));
    expect(Object.fromEntries(mapping.map(([name, value]) => [name, Number(value)]))).toEqual(layer.mapping);
  });
}

describe('analysisCsv', () => {
  test.each([
    ['small', smallResult],
    ['long', longResult()],
  ])('%s: every digit comes back', (_, result) => expectSame(result));

  test('names with commas, quotes and line ends come back', () => {
    expectSame(renamedResult('a "net", so to say', ['one,two', 'say "x"', 'first\nsecond\r\nthird']));
    const names = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(names, fc.tuple(names, names, names), (net, layers) =>
        expectSame(renamedResult(net, layers)),
      ),
    );
  });
});

describe('files of an analysis', () => {
  test.each([
    ['small', smallResult],
    ['long', longResult()],
    ['renamed', renamedResult('', ['', 'b\0', '🙂,"'])],
  ])('%s: every cell comes back', (_, result) => expectFilesOf(analysisData(result)));

  test('layers of a real one too, on hardware where everything is free', async () => {
    const energy = { dram: 0, glb: 0, array: 0, rf: 0, alu: 0 };
    const network = builtinNetwork('alexnet');
    const hardware = { ...eyerissBaseline(256), energy };
    await expectFilesOf(analysisData(analyze(network, { hardware })));
    await expectFilesOf(analysisData(analyze(network, { batch: 64, layers: network.layers })));
  });

  test('a layer that cannot run has nulls, and the reason', async () => {
    const { lines } = await readParquet(await tableParquet(analysisData(smallResult)));
    const [line] = lines.filter(({ feasible }) => feasible === false);
    const empty = Object.entries(line!).flatMap(([name, value]) => (value === null ? [name] : []));
    const names = ANALYSIS_COLUMNS.map(({ name }) => name);
    const ifItRuns = names.slice(names.indexOf('mapping'), names.indexOf('reason'));
    expect(empty).toEqual(['weight_zeros_percent', ...ifItRuns]);
    expect(line!.reason).toMatch(/^its psums need/);
  });
});

test('every column has a name of its own, and a meaning', () => {
  expectGoodColumns(analysisData(smallResult));
  const names = ANALYSIS_COLUMNS.map(({ name }) => name);
  expect(names).toMatchInlineSnapshot(`
    [
      "network",
      "batch",
      "objective",
      "hardware",
      "dataflow",
      "pes",
      "rf_bytes",
      "glb_bytes",
      "layer",
      "type",
      "macs",
      "weight_zeros_percent",
      "feasible",
      "mapping",
      "active_pes",
      "delay",
      "accesses_dram_ifmap",
      "accesses_dram_weight",
      "accesses_dram_psum",
      "accesses_glb_ifmap",
      "accesses_glb_weight",
      "accesses_glb_psum",
      "accesses_array_ifmap",
      "accesses_array_weight",
      "accesses_array_psum",
      "accesses_rf_ifmap",
      "accesses_rf_weight",
      "accesses_rf_psum",
      "energy_total",
      "energy_per_mac",
      "energy_alu",
      "energy_dram",
      "energy_glb",
      "energy_array",
      "energy_rf",
      "energy_ifmap",
      "energy_weight",
      "energy_psum",
      "edp",
      "space_size",
      "visited",
      "pruned",
      "proven",
      "reason",
    ]
  `);
});
