import { csvParse } from 'd3-dsv';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { expectFilesOf } from '../report/data-table.testing.ts';
import type { Value } from '../report/data-table.ts';
import { renderSvg } from '../report/render.ts';
import { everyElement, readXml } from '../report/xml.testing.ts';
import { comparing } from './compare.ts';
import { columnName, figureCsv, figureData } from './data.ts';
import type { FigureResult } from './figure.ts';
import { FIGURES } from './registry.ts';
import { figureSteps, runFigures } from './run.ts';

const results = new Map<string, FigureResult>();
const IDS = FIGURES.map(({ id }) => id);

beforeAll(() => {
  for (const result of runFigures()) results.set(result.id, result);
});

type Row = Readonly<Record<string, Value>>;
const rowsOf = (id: string): readonly Row[] => results.get(id)!.rows;
const number = (row: Row, key: string): number => Number(row[key]);
const where = (rows: readonly Row[], values: Row) =>
  rows.filter((row) => Object.entries(values).every(([key, value]) => row[key] === value));

test('the figures of the paper in its order, then what is beyond it', () => {
  expect(IDS).toEqual([
    '7b',
    '10',
    '11',
    '12',
    '13',
    '14',
    '15',
    'table5',
    'table6',
    'networks',
    'uncertainty',
  ]);
});

describe('statements', () => {
  test('all hold', () => {
    const statements = [...results.values()].flatMap((result) => result.statements);
    expect(statements.filter(({ holds }) => !holds)).toEqual([]);
    expect(statements.map(({ figure }) => figure).join(' ')).toBe(
      '7b 7b 10 10 10 11 12 13 14 15 15 15 table5 table5 table5 table6 table6',
    );
  });

  test.each<[string, number, string, (row: Row) => Row]>([
    ['7b', 0, 'a smaller GLB of WS', (row) => (row.dataflow === 'WS' ? { ...row, glbKb: 320 } : row)],
    ['7b', 1, 'a larger NLR', (row) => (row.dataflow === 'NLR' ? { ...row, totalKb: 342 } : row)],
    ['10', 0, 'a dear DRAM', (row) => ({ ...row, dram: 3 * number(row, 'rf') })],
    ['10', 1, 'a dear RF', (row) => ({ ...row, rf: 3 * number(row, 'dram') })],
    [
      '10',
      2,
      'dear FC layers',
      (row) => (row.type === 'fc' ? { ...row, total: 1.5 * number(row, 'total') } : row),
    ],
    ['11', 0, 'a WS that can run', (row) => ({ ...row, cannotRun: null })],
    [
      '11',
      0,
      'another that cannot',
      (row) => (row.dataflow === 'NLR' && row.pes === 512 ? { ...row, cannotRun: 'why' } : row),
    ],
    [
      '12',
      0,
      'a dearer RS',
      (row) => (row.dataflow === 'RS' ? { ...row, energy: 1.04 * number(row, 'energy') } : row),
    ],
    [
      '12',
      0,
      'a cheaper RS',
      (row) => (row.dataflow === 'RS' ? { ...row, energy: 0.96 * number(row, 'energy') } : row),
    ],
    [
      '13',
      0,
      'a slow RS',
      (row) => (row.dataflow === 'RS' ? { ...row, edp: 1.2 * number(row, 'edp') } : row),
    ],
    [
      '14',
      0,
      'a cheap OSC',
      (row) => (row.dataflow === 'OSC' ? { ...row, energy: 0.81 * number(row, 'energy') } : row),
    ],
    ['10', 0, 'a layer that cannot run', (row) => (row.layer === 'CONV3' ? { ...row, total: null } : row)],
    ['10', 2, 'a layer that cannot run', (row) => (row.layer === 'FC2' ? { ...row, total: null } : row)],
    [
      '12',
      0,
      'an RS that cannot run',
      (row) => (row.dataflow === 'RS' && row.pes === 512 ? { ...row, energy: null } : row),
    ],
    [
      '12',
      0,
      'an RS that can run nothing',
      (row) => (row.dataflow === 'RS' ? { ...row, energy: null } : row),
    ],
    [
      '13',
      0,
      'an RS that cannot run',
      (row) => (row.dataflow === 'RS' && row.batch === 16 ? { ...row, edp: null } : row),
    ],
    [
      '13',
      0,
      'no rival at one size',
      (row) => (row.dataflow !== 'RS' && row.batch === 64 ? { ...row, edp: null } : row),
    ],
    [
      '14',
      0,
      'an RS that cannot run',
      (row) => (row.dataflow === 'RS' && row.batch === 256 ? { ...row, energy: null } : row),
    ],
    ['14', 0, 'no rival', (row) => (row.dataflow !== 'RS' ? { ...row, energy: null } : row)],
    ['15', 0, 'a large array that cannot run', (row) => (row.pes === 288 ? { ...row, energy: null } : row)],
    ['15', 1, 'a large array that cannot run', (row) => (row.pes === 288 ? { ...row, energy: null } : row)],
    ['15', 2, 'a small array that cannot run', (row) => (row.pes === 32 ? { ...row, energy: null } : row)],
    ['15', 0, 'a slow large array', (row) => (row.pes === 288 ? { ...row, throughput: 231 } : row)],
    ['15', 1, 'a dear large array', (row) => (row.pes === 288 ? { ...row, energy: 6.6 } : row)],
    ['table5', 0, 'more traffic', (row) => ({ ...row, glbMb: number(row, 'glbMb') + 0.1 })],
    ['table5', 1, 'a PE less', (row) => (row.layer === 'CONV2' ? { ...row, activePes: 134 } : row)],
    ['table5', 2, 'a fast layer', (row) => (row.layer === 'CONV2' ? { ...row, latencyMs: 36.8 } : row)],
    [
      'table5',
      2,
      'all a little slow',
      (row) => ({ ...row, latencyMs: 1.031 * number(row, 'measuredLatencyMs') }),
    ],
    ['table5', 0, 'a layer missing', (row) => (row.layer === 'CONV3' ? { ...row, layer: 'none' } : row)],
    ['table6', 0, 'a PE less', (row) => (row.layer === 'CONV4-1' ? { ...row, activePes: 167 } : row)],
    ['table6', 0, 'more traffic', (row) => ({ ...row, glbMb: number(row, 'glbMb') + 0.1 })],
    ['table6', 1, 'a slow layer', (row) => (row.layer === 'CONV5-3' ? { ...row, latencyMs: 51.5 } : row)],
    ['table6', 1, 'a layer missing', (row) => (row.layer === 'CONV3-3' ? { ...row, layer: 'none' } : row)],
    ['15', 2, 'a cheap small array', (row) => (row.pes === 32 ? { ...row, energy: 5.66 } : row)],
  ])('figure %s, statement %d does not hold with %s', (id, i, _, change) => {
    const figure = FIGURES.find((one) => one.id === id)!;
    expect(figure.statements(rowsOf(id))[i]!.holds).toBe(true);
    expect(figure.statements(rowsOf(id).map(change))[i]!.holds).toBe(false);
  });

  test('a batch of 16 does not count in figure 14, as in the paper', () => {
    const [statement] = FIGURES.find(({ id }) => id === '14')!.statements(rowsOf('14'));
    expect(statement!.found).toBe(
      'at least 1.276 times (OSC at 1024 PEs, batch 16), 1.589 times (OSC at 1024 PEs, batch 64) and 1.767 times (OSC at 1024 PEs, batch 256)',
    );
  });
});

test('nothing is said of no rows', () => {
  for (const figure of FIGURES.filter(({ id }) => id !== '7b')) {
    for (const { holds } of figure.statements([])) expect(holds).toBe(false);
  }
});

test('rivals that cannot run are named, and the rest is judged', () => {
  const rows = rowsOf('14').map((row) =>
    row.dataflow === 'WS' && row.batch === 64 ? { ...row, energy: null } : row,
  );
  const [statement] = FIGURES.find(({ id }) => id === '14')!.statements(rows);
  expect(statement).toMatchObject({
    holds: true,
    found: expect.stringMatching(/; cannot run: WS at 1024 PEs, batch 64$/),
  });
});

describe('rows of the uncertainty view', () => {
  test('are each there once', () => {
    const lines = figureCsv(results.get('uncertainty')!).trimEnd().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('say how far RS is from its nearest rival', () => {
    for (const row of rowsOf('uncertainty')) {
      const ratio = number(row, 'rivalTimesRs');
      if (row.best === 'RS') expect(ratio).toBeGreaterThanOrEqual(1);
      else expect(ratio).toBeLessThanOrEqual(1); // 1 where the two change places
      if (row.RS === null) continue;
      const rivals = ['WS', 'OSA', 'OSB', 'OSC', 'NLR'].map((name) => number(row, name));
      expect(ratio).toBeCloseTo(Math.min(...rivals) / number(row, 'RS'), 8);
    }
  });
});

/** The optima that an exhaustive search found elsewhere, to the digits given. */
describe('exact optima', () => {
  const byDataflow = (rows: readonly Row[], of: (row: Row) => number, digits: number) =>
    Object.fromEntries(rows.map((row) => [row.dataflow, Number(of(row).toFixed(digits))]));

  test('figure 7b: GLB in kB', () => {
    expect(byDataflow(rowsOf('7b'), (row) => number(row, 'glbKb'), 1)).toEqual({
      RS: 128,
      WS: 334.3,
      OSA: 243.9,
      OSB: 303.8,
      OSC: 334.3,
      NLR: 338.3,
    });
  });

  test('figures 11 to 13 at 256 PEs and batch 16', () => {
    const cell = { pes: 256, batch: 16 };
    const dram = (row: Row) => number(row, 'dramReads') + number(row, 'dramWrites');
    const at11 = where(rowsOf('11'), cell);
    const at13 = where(rowsOf('13'), cell);
    expect(byDataflow(at11, dram, 4)).toEqual({
      RS: 0.0042,
      WS: 0.0197,
      OSA: 0.0037,
      OSB: 0.0063,
      OSC: 0.0134,
      NLR: 0.0031,
    });
    const energies = { RS: 5.98, WS: 11.58, OSA: 8.53, OSB: 8.71, OSC: 10.53, NLR: 12.99 };
    expect(byDataflow(where(rowsOf('12'), cell), (row) => number(row, 'energy'), 2)).toEqual(energies);
    const conv = where(rowsOf('networks'), { network: 'alexnet', layers: 'conv' });
    expect(byDataflow(conv, (row) => number(row, 'energy'), 2)).toEqual(energies);
    const nominal = where(rowsOf('uncertainty'), { varied: 'rf', rf: 1 })[0]!;
    for (const [name, energy] of Object.entries(energies))
      expect(Number(number(nominal, name).toFixed(2))).toBe(energy);
    const rs = number(at13[0]!, 'edp');
    expect(byDataflow(at13, (row) => number(row, 'edp') / rs, 2)).toEqual({
      RS: 1,
      WS: 1.73,
      OSA: 1.78,
      OSB: 1.36,
      OSC: 1.53,
      NLR: 1.89,
    });
  });

  test('figure 14 at batch 64', () => {
    const rows = where(rowsOf('14'), { batch: 64 });
    expect(byDataflow(rows, (row) => number(row, 'energy'), 2)).toEqual({
      RS: 8.37,
      WS: 15.85,
      OSA: 20.3,
      OSB: 13.61,
      OSC: 13.3,
      NLR: 14.91,
    });
  });

  test('figure 15', () => {
    const best = where(rowsOf('15'), { best: true });
    expect(best.map(({ pes }) => pes)).toEqual([32, 64, 96, 128, 160, 192, 224, 256, 288]);
    const points = best.map((row) => [
      row.pes,
      row.rfBytes,
      Number(number(row, 'energy').toFixed(4)),
      Number(number(row, 'throughput').toFixed(1)),
    ]);
    expect(points).toContainEqual([32, 1024, 5.7265, 23.2]);
    expect(points).toContainEqual([96, 1024, 5.6635, 81.2]);
    expect(points).toContainEqual([288, 256, 6.0145, 273.9]);
  });

  test('figure 15 keeps the chip area', () => {
    const baseline = where(rowsOf('15'), { pes: 256, rfBytes: 512 });
    expect(baseline.map(({ glbBytes }) => glbBytes)).toEqual([131_072]);
  });
});

describe.each(IDS)('%s', (id) => {
  test('its rows have its columns, and numbers in them', () => {
    const { columns, rows } = results.get(id)!;
    const names = columns.map(([name]) => name);
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const row of rows) {
      expect(new Set(Object.keys(row))).toEqual(new Set(names));
      for (const value of Object.values(row))
        if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(0);
    }
    for (const [, meaning] of columns) expect(meaning).toMatch(/^\S.{3,}/);
  });

  test('its CSV file says the same', () => {
    const { columns, rows } = results.get(id)!;
    const read = csvParse(figureCsv(results.get(id)!));
    expect(read.columns).toEqual(columns.map(([name]) => columnName(name)));
    expect(read.map((line) => ({ ...line }))).toEqual(
      rows.map((row) =>
        Object.fromEntries(columns.map(([name]) => [columnName(name), String(row[name] ?? '')])),
      ),
    );
  });

  test('its files say the same, with whole numbers where something is counted', async () => {
    const table = figureData(results.get(id)!);
    await expectFilesOf(table);
    expect(table.columns.flatMap(({ name, type }) => (type === 'whole' ? [name] : []))).toEqual(COUNTS[id]);
  });

  test('its chart is drawn without a complaint, with a unit on every axis', async () => {
    const complaint = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const svg = await renderSvg(results.get(id)!.chart);
    expect(complaint).not.toHaveBeenCalled();
    complaint.mockRestore();
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
    const texts = everyElement(readXml(svg)).filter(({ name }) => name === 'text' || name === 'tspan');
    const words = texts.map(({ text }) => text).join(' ');
    for (const about of UNITS[id]!) expect(words).toContain(about);
  });
});

const COUNTS: Readonly<Record<string, readonly string[]>> = {
  '7b': ['rf_bytes_per_pe'],
  '10': ['macs'],
  '11': ['pes', 'batch'],
  '12': ['pes', 'batch'],
  '13': ['pes', 'batch'],
  '14': ['pes', 'batch'],
  '15': ['pes', 'rf_bytes', 'glb_bytes'],
  table5: ['active_pes', 'measured_active_pes'],
  table6: ['layers_explained', 'channels', 'active_pes', 'measured_active_pes', 'best_channels'],
  networks: [],
  uncertainty: [],
};

const UNITS: Readonly<Record<string, readonly string[]>> = {
  '7b': ['On-chip storage (kB)'],
  '10': ['Energy (that of a billion MACs is 1)', 'CONV1', 'FC3'],
  '11': ['per operation (words)', 'N =', 'cannot run'],
  '12': ['(1: RS, 256 PEs, N = 1)', 'N =', '(d) 1024 PEs, by type of data'],
  '13': ['(1: RS, 256 PEs, N = 1)', 'N ='],
  '14': ['per operation (words)', '(1: RS, N = 16)', '175'],
  '15': ['Throughput (MACs per cycle)', '1024 B', '32 PEs', '768 B', '256 B', '288 PEs'],
  table5: ['Latency (ms)', 'Traffic (MB)', 'PEs', 'CONV5', 'chip'],
  table6: ['Latency (ms)', 'Cycles of all PEs (%)', 'Traffic (MB of 2^20 bytes)', 'CONV5-3', 'best'],
  networks: ['(1: RS)', 'overfeat-fast'],
  uncertainty: ['Energy per operation (1: RS)', 'Cost of DRAM', 'Share of the draws (%)'],
};

describe('energies', () => {
  test.each(['12', '14', 'networks'])('of figure %s add up by level and by type of data', (id) => {
    for (const row of rowsOf(id)) {
      if (row.energy === null) continue;
      const sum = (...keys: string[]) => keys.reduce((total, key) => total + number(row, key), 0);
      expect(sum('alu', 'dram', 'glb', 'array', 'rf')).toBeCloseTo(number(row, 'energy'), 9);
      expect(sum('alu', 'ifmap', 'weight', 'psum')).toBeCloseTo(number(row, 'energy'), 9);
    }
  });

  test('bars of figure 12 are as high as they should be', async () => {
    const rows = rowsOf('12');
    const unit = number(rows[0]!, 'energy');
    const svg = await renderSvg(results.get('12')!.chart);
    const bars = everyElement(readXml(svg))
      .filter(({ attributes }) => attributes['aria-roledescription'] === 'bar')
      .map(({ attributes }) =>
        Number(/Energy per operation[^:]*(?:: RS[^:]*)?: ([\d.e-]+)/.exec(attributes['aria-label']!)?.[1]),
      );
    const parts = ['alu', 'dram', 'glb', 'array', 'rf', 'ifmap', 'weight', 'psum'];
    const byLevel = rows.filter(({ energy }) => energy !== null);
    const expected = [
      ...byLevel.flatMap((row) => parts.slice(0, 5).map((part) => number(row, part) / unit)),
      ...where(rows, { pes: 1024 }).flatMap((row) =>
        ['alu', ...parts.slice(5)].map((part) => number(row, part) / unit),
      ),
    ];
    const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    expect(bars).toHaveLength(expected.length);
    sorted(bars).forEach((value, i) => {
      expect(value).toBeCloseTo(sorted(expected)[i]!, 6);
    });
  });
});

test('an experiment that figures share is done once', () => {
  const compare = comparing();
  const setup = { network: 'alexnet', layers: ['conv'], pes: 16, batch: 1 } as const;
  expect(compare({ ...setup })).toBe(compare(setup));
  expect(compare({ ...setup, batch: 2 })).not.toBe(compare(setup));
});

test('figures come in steps', () => {
  const steps = [...figureSteps(FIGURES.filter(({ id }) => ['7b', '10'].includes(id)))];
  expect(steps).toEqual([
    { done: 1, of: 2 },
    { done: 2, of: 2 },
  ]);
});
