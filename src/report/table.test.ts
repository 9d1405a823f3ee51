import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { DataflowResult } from '../analysis/result.ts';
import { OBJECTIVES } from '../search/objective.ts';
import { analysisSheets } from './analysis-sheets.ts';
import { longResult, renamedResult, smallResult } from './fixture.testing.ts';
import type { NetworkRow } from './networks-sheet.ts';
import { analysisTable, networksTable } from './table.ts';

const plain = { color: false };

/** The parts of a text that are tables, without their titles. */
const tables = (text: string) =>
  text
    .split('\n\n')
    .filter((block) => block.includes('──'))
    .map((block) => block.replace(/\n$/, '').split('\n').slice(1));

const lineWith = (text: string, start: string) => text.split('\n').find((line) => line.startsWith(start));

test('a table as a person sees it', () => {
  expect(analysisTable(smallResult, plain)).toMatchInlineSnapshot(`
    "small · batch 16 · 256 PEs · least energy · eyeriss-256

    Dataflows  * best; energy in the units of the hardware's table
    Dataflow                       RF  GLB      Energy   Energy        DRAM   Throughput    EDP 
                                 B/PE   kB     per MAC     × RS   words/MAC   MACs/cycle   × RS 
    ────────────────────────────────────────────────────────────────────────────────────────────
    RS        row stationary      512  128        8.22*    1.00*     0.0101          147   1.00*
    WS        weight stationary     2  320  cannot run        —           —            —      — 
    NLR       no local reuse        0  330       13.33     1.62      0.0091*         234*  1.02 

    Energy per MAC, layer by layer  * best
    Layer        MACs     RS      WS    NLR
    ───────────────────────────────────────
    CONV1       1.69G   6.75*  10.77  12.38
    CONV2       3.58G   7.12*      —  11.96
    FC1          604M  18.82*      —  24.08
    ───────────────────────────────────────
    all layers  5.87G   8.22*      —  13.33

    Best mappings  each layer under the dataflow with the least energy
    Layer  Dataflow  Mapping                                 PEs  Search       Mappings    Boxes
                                                          active                visited  bounded
    ────────────────────────────────────────────────────────────────────────────────────────────
    CONV1  RS        m=96 n=1 e=7 p=16 q=1 r=1 t=2    154 of 256  proven  212 of 4.1e12      431
    CONV2  RS        m=64 n=1 e=27 p=16 q=2 r=1 t=1   135 of 256  proven  212 of 4.1e12      431
    FC1    RS        m=128 n=16 e=1 p=16 q=4 r=4 t=1  240 of 256  proven  212 of 4.1e12      431

    Where the energy goes  per MAC, in the same mappings
    Layer  Dataflow   ALU   DRAM   GLB  array    RF  total
    ──────────────────────────────────────────────────────
    CONV1  RS        1.00   0.94  0.25   0.56  4.00   6.75
    CONV2  RS        1.00   0.76  0.48   0.88  4.00   7.12
    FC1    RS        1.00  12.56  0.54   0.72  4.00  18.82

    WS cannot run CONV2 and FC1: its psums need 373248 B of GLB and 327680 B are there; batch 14 fits

    POOL1, POOL2 and POOL5 do no MACs and are not in these sums; --layers pool maps them.
    "
  `);
});

test('under one dataflow there is nothing to compare, and a sum below the energies', () => {
  expect(
    analysisTable({ ...smallResult, results: smallResult.results.slice(0, 1) }, plain),
  ).toMatchInlineSnapshot(`
    "small · batch 16 · 256 PEs · least energy · eyeriss-256

    Dataflows  energy in the units of the hardware's table
    Dataflow                    RF  GLB   Energy       DRAM  Throughput       EDP
                              B/PE   kB  per MAC  words/MAC  MACs/cycle  per MAC²
    ─────────────────────────────────────────────────────────────────────────────
    RS        row stationary   512  128     8.22     0.0101         147    0.0560

    Best mappings  the least energy
    Layer  Dataflow  Mapping                                 PEs  Search       Mappings    Boxes
                                                          active                visited  bounded
    ────────────────────────────────────────────────────────────────────────────────────────────
    CONV1  RS        m=96 n=1 e=7 p=16 q=1 r=1 t=2    154 of 256  proven  212 of 4.1e12      431
    CONV2  RS        m=64 n=1 e=27 p=16 q=2 r=1 t=1   135 of 256  proven  212 of 4.1e12      431
    FC1    RS        m=128 n=16 e=1 p=16 q=4 r=4 t=1  240 of 256  proven  212 of 4.1e12      431

    Where the energy goes  per MAC, in the same mappings
    Layer       Dataflow   ALU   DRAM   GLB  array    RF  total
    ───────────────────────────────────────────────────────────
    CONV1       RS        1.00   0.94  0.25   0.56  4.00   6.75
    CONV2       RS        1.00   0.76  0.48   0.88  4.00   7.12
    FC1         RS        1.00  12.56  0.54   0.72  4.00  18.82
    ───────────────────────────────────────────────────────────
    all layers  RS        1.00   2.03  0.42   0.77  4.00   8.22

    How often a value is used  at the DRAM × at the GLB × over the array × at the RF, for the average value
    Layer          ifmap         weight           psum
    ──────────────────────────────────────────────────
    CONV1  1 × 2 × 3 × 4  1 × 2 × 3 × 4  1 × 2 × 3 × 4
    CONV2  1 × 2 × 3 × 4  1 × 2 × 3 × 4  1 × 2 × 3 × 4
    FC1    1 × 2 × 3 × 4  1 × 2 × 3 × 4  1 × 2 × 3 × 4

    POOL1, POOL2 and POOL5 do no MACs and are not in these sums; --layers pool maps them.
    "
  `);
});

describe('layout', () => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

  test('every line of a table is equally wide, whatever the names and the colours', () => {
    fc.assert(
      fc.property(texts, fc.tuple(texts, texts, texts), fc.boolean(), (network, names, color) => {
        for (const lines of tables(analysisTable(renamedResult(network, names), { color }))) {
          expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1);
        }
      }),
    );
  });

  test('a long network keeps to the width where shorter names allow it', () => {
    for (const width of [120, 110]) {
      const lines = analysisTable(longResult(), { ...plain, width }).split('\n');
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
    }
    const narrow = tables(analysisTable(longResult(), { ...plain, width: 80 }));
    expect(narrow.filter((lines) => stringWidth(lines[0]!) <= 80)).toHaveLength(2);
    expect(narrow[1]!.find((line) => line.includes('conv17_fwd'))).toMatch(/^resnetv17\S*…\S*conv17_fwd/);
  });

  test('names cannot steer the terminal', () => {
    const text = analysisTable(renamedResult('\u001b[2J', ['a\nb', '\u202eevil', '\u009b31m']), plain);
    expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    expect(text).toContain('a\uFFFDb');
  });

  test('colour adds escape codes and nothing else', () => {
    const colored = analysisTable(smallResult, { color: true });
    expect(colored).toContain('\u001b[32m');
    expect(stripVTControlCharacters(colored)).toBe(analysisTable(smallResult, plain));
  });
});

describe('content', () => {
  test('every dataflow and every layer is there', () => {
    const result = longResult();
    const text = analysisTable(result, plain);
    for (const { dataflow, title, layers } of result.results) {
      expect(lineWith(text, dataflow)).toContain(title);
      for (const { name } of layers) expect(text).toContain(name);
    }
  });

  test.each(OBJECTIVES)('least %s: a layer is mapped under the dataflow that its row marks', (objective) => {
    const [, matrix, mappings] = analysisSheets({ ...longResult(), objective });
    matrix!.rows.forEach((row, r) => {
      const marked = row.flatMap(({ look }, c) => (look === 'best' ? [matrix!.columns[c]!.name] : []));
      expect(marked).toContain(mappings!.rows[r]![1]!.text);
    });
  });

  test('ratios are to RS, or to the first dataflow that runs everything', () => {
    const [rs, ws, nlr] = smallResult.results;
    expect(lineWith(analysisTable(smallResult, plain), 'RS ')).toContain('1.00*');
    const withoutRs = analysisTable({ ...smallResult, results: [ws!, nlr!] }, plain);
    expect(withoutRs).toContain('× NLR');
    expect(lineWith(withoutRs, 'NLR')).toContain('1.00');
    const rsStopped = { ...rs!, feasible: false, total: null, layers: ws!.layers };
    expect(analysisTable({ ...smallResult, results: [rsStopped, nlr!] }, plain)).toContain('× NLR');
  });

  test('where nothing can run, that is said', () => {
    const text = analysisTable({ ...smallResult, results: smallResult.results.slice(1, 2) }, plain);
    expect(lineWith(text, 'WS')).toContain('cannot run');
    expect(text).toContain('CONV2  cannot run');
  });

  test('a reason that several layers share stands once', () => {
    expect(analysisTable(smallResult, plain).match(/its psums need/g)).toHaveLength(1);
    expect(analysisTable(smallResult, plain)).toContain(
      'WS cannot run CONV2 and FC1: its psums need 373248 B',
    );
  });

  test('layers that are not mapped are named, in good grammar', () => {
    expect(analysisTable({ ...smallResult, notMapped: [] }, plain)).not.toContain('--layers pool');
    expect(analysisTable({ ...smallResult, notMapped: ['P'] }, plain)).toContain(
      'P does no MACs and is not in these sums; --layers pool maps it.',
    );
  });
});

test('networks by type of layer', () => {
  const none = { layers: 0, macs: 0, weights: 0, comparisons: 0 };
  const conv = { ...none, layers: 5, macs: 665_784_864, weights: 2_332_704 };
  const fc = { ...none, layers: 3, macs: 58_621_952, weights: 58_621_952 };
  const pool = { ...none, layers: 3, comparisons: 1_300_000 };
  const alexnet: NetworkRow = {
    name: 'alexnet',
    layers: 11,
    macs: 724_406_816,
    weights: 60_954_656,
    comparisons: 1_300_000,
    byType: { conv, fc, pool },
  };
  const tiny: NetworkRow = { ...fc, name: 'tiny', byType: { conv: none, fc, pool: none } };
  expect(networksTable([alexnet, tiny], plain)).toMatchInlineSnapshot(`
    "Networks  for one image
    Network    CONV      FC    POOL  CONV     FC    all         POOL     CONV       FC      all
             layers  layers  layers  MACs   MACs   MACs  comparisons  weights  weights  weights
    ───────────────────────────────────────────────────────────────────────────────────────────
    alexnet       5       3       3  666M  58.6M   724M         1.3M    2.33M    58.6M      61M
    tiny          0       3       0     0  58.6M  58.6M            0        0    58.6M    58.6M
    "
  `);
});

test('nothing is relative to an energy of 0', () => {
  const free = (result: DataflowResult): DataflowResult => ({
    ...result,
    total: result.total && { ...result.total, energyPerMac: 0, edp: 0 },
  });
  const result = { ...smallResult, results: smallResult.results.map(free) };
  expect(analysisTable(result, plain)).not.toContain('NaN');
});
