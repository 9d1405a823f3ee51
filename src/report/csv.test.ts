import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnalysisResult } from '../analysis/result.ts';
import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { ANALYSIS_COLUMNS, analysisCsv } from './csv.ts';
import { longResult, renamedResult, smallResult } from './fixture.testing.ts';

/** Fields of each line, read character by character as RFC 4180 has it. */
function parse(text: string): string[][] {
  const lines: string[][] = [[]];
  let [field, quoted] = ['', false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (c === '"') {
      quoted = true;
    } else if (c === ',' || c === '\n') {
      lines.at(-1)!.push(field);
      field = '';
      if (c === '\n') lines.push([]);
    } else {
      field += c;
    }
  }
  expect(quoted, 'a quote is open at the end').toBe(false);
  return lines.slice(0, -1);
}

/** Each line as an object. */
function records(result: AnalysisResult): Record<string, string>[] {
  const [header, ...lines] = parse(analysisCsv(result));
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

test('every column has a name of its own, and a meaning', () => {
  const names = ANALYSIS_COLUMNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
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
  for (const { name, meaning } of ANALYSIS_COLUMNS) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(meaning).not.toBe('');
  }
});
