import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { layerShape } from '../shape.ts';
import { parseTopology } from './scalesim.ts';

const HEADER =
  'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,';

/** A topology in the form of SCALE-Sim's own, where each row has something of its own. */
const CONV = `${HEADER}
Conv1,   227, 227, 11, 11, 3, 96, 4,

\tTall,30,20,5,3,6,8,1,
FC, 1, 1, 1, 1, 512, 1000, 1
`;

const GEMM = 'Layer,M,N,K,\nqkv,128,1536,512,\n"classify",1,1000,768,\n';

const layersOf = (text: string) => parseTopology(text, 'net.csv').network.layers;
const notesOf = (text: string) => parseTopology(text, 'net.csv').notes;
const row = (cells: string) => `${HEADER}\n${cells}\n`;

describe('parseTopology', () => {
  it('reads convolutions', () => {
    const plain = { pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };
    expect(parseTopology(CONV, 'nets/alexnet.v2.csv')).toEqual({
      network: {
        name: 'alexnet.v2',
        layers: [
          {
            ...{ type: 'conv', name: 'Conv1', input: [3, 227, 227], filters: 96 },
            ...{ kernel: [11, 11], stride: [4, 4], ...plain },
          },
          {
            ...{ type: 'conv', name: 'Tall', input: [6, 30, 20], filters: 8 },
            ...{ kernel: [5, 3], stride: [1, 1], ...plain },
          },
          { type: 'fc', name: 'FC', input: [512, 1, 1], filters: 1000 },
        ],
      },
      notes: [],
    });
  });

  it('reads matrix products: rows are pixels of a 1 × 1 convolution', () => {
    expect(layersOf(GEMM)).toMatchObject([
      { type: 'conv', name: 'qkv', input: [512, 1, 128], filters: 1536, kernel: [1, 1], groups: 1 },
      { type: 'fc', name: 'classify', input: [768, 1, 1], filters: 1000 },
    ]);
    expect(notesOf(GEMM)).toEqual([
      'the rows of a matrix product (128) are those of one image; --batch says how many images',
    ]);
    for (const { macs } of layersOf(GEMM)
      .slice(0, 1)
      .map((layer) => layerShape(layer, 1))) {
      expect(macs).toBe(128 * 1536 * 512);
    }
  });

  it('reads what Windows writes, with spreadsheet’s empty rows', () => {
    const text = `\uFEFF${CONV.replaceAll('\n', '\r\n')},,,,,,,,\r\n   \r\n`;
    expect(layersOf(text)).toEqual(layersOf(CONV));
  });

  it('reads the line ends of old Macs', () => {
    expect(layersOf(CONV.replaceAll('\n', '\r'))).toEqual(layersOf(CONV));
    expect(problemLines(parseTopology, 'Layer,M,N,K,\ra,1,2,x'.replaceAll('\n', '\r'), 'net.csv')).toEqual([
      'net.csv:2:7: a.K: found "x"; allowed: a whole number from 1 to 1000000',
    ]);
  });

  it('rounds ofmaps up, as SCALE-Sim does, with zeros at the end', () => {
    const text = row('Conv1, 224, 225, 7, 7, 3, 64, 2,');
    expect(layersOf(text)).toMatchObject([{ input: [3, 224, 225], pad: [0, 0, 1, 0] }]);
    expect(layerShape(layersOf(text)[0]!, 1)).toMatchObject({ E: 110, F: 110, H: 225, W: 225 });
    expect(notesOf(text)).toEqual([
      'the ofmap of a layer is rounded up, as in SCALE-Sim: zeros are added at the bottom and the right',
    ]);
  });

  it('takes a ninth column for the stride along a row, as version 2 does', () => {
    expect(layersOf(row('c, 9, 9, 3, 3, 2, 4, 1, 2,'))).toMatchObject([{ stride: [1, 2] }]);
  });

  it.each([
    HEADER,
    TWO_STRIDES,
    HEADER.replace('Strides', 'Strides, Stride Width'),
    HEADER.replace('Strides', 'Stride Width'),
    HEADER.toLowerCase(),
    'Layer, H, W, R, S, C, M, U, X',
    'name, ifmap_rows, ifmap_cols, filter_rows, filter_cols, in, out, stride',
  ])('takes the titles %s', (header) => {
    const wide = (text: string) => layersOf(`${text}\na, 9, 8, 3, 2, 5, 4, 1, 2,`);
    expect(wide(header)).toEqual(wide(HEADER));
  });

  it('leaves a sparsity out, which version 3 has there, and other columns', () => {
    const text = `${HEADER.replace('Strides,', 'Strides, Sparsity,')}
a, 9, 9, 3, 3, 2, 4, 1, 2:4,
b, 9, 9, 3, 3, 2, 4, 1, #dw
c, 9, 9, 3, 3, 2, 4, 1, 2, 1:4, NPU
`;
    expect(layersOf(text)).toMatchObject([{ stride: [1, 1] }, { stride: [1, 1] }, { stride: [1, 2] }]);
    expect(notesOf(text)).toEqual([
      'the sparsity of 2 layers is left out: all weights count',
      'further columns of 2 layers are left out',
    ]);
  });

  it('takes DP in a name for a depthwise convolution, as SCALE-Sim does', () => {
    const text = row('Conv2_DP, 9, 9, 3, 3, 32, 2, 1,');
    expect(layersOf(text)).toMatchObject([{ input: [32, 9, 9], filters: 64, groups: 32 }]);
    expect(notesOf(text)).toEqual(['DP in the name makes a layer depthwise, as in SCALE-Sim']);
  });

  it('takes a fifth column of a product for a number of products', () => {
    const text = 'Layer, M, N, K, Sparsity, Batch,\na,8,4,2,1:4,12,\nb,8,4,2,12,\nc,8,4,2,1:4,\nd,8,4,2,x,\n';
    expect(layersOf(text)).toMatchObject([
      { input: [24, 1, 8], filters: 48, groups: 12 },
      { input: [24, 1, 8], filters: 48, groups: 12 },
      { input: [2, 1, 8], filters: 4, groups: 1 },
      { input: [2, 1, 8], filters: 4, groups: 1 },
    ]);
    expect(notesOf(text)).toEqual([
      'the sparsity of 2 layers is left out: all weights count',
      'further columns of a layer are left out',
      'the rows of a matrix product (8) are those of one image; --batch says how many images',
    ]);
  });

  it('gives layers of one name names of their own', () => {
    const rows = ['a', 'b', 'a', 'a_2', 'a', 'b'].map((name) => `${name}, 1, 1, 1, 1, 2, 3, 1,`);
    expect(layersOf(row(rows.join('\n'))).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'a_3',
      'a_2',
      'a_4',
      'b_2',
    ]);
    expect(notesOf(row(rows.join('\n')))).toEqual([
      '3 layers are called a: from the second on, they are a_3, a_4 here',
      '2 layers are called b: from the second on, they are b_2 here',
    ]);
  });

  it('merges rows that are groups of one layer', () => {
    expect(layersOf(row('a_group_1_of_1, 9, 9, 3, 3, 2, 4, 1,'))).toMatchObject([{ name: 'a_group_1_of_1' }]);
    const groups = [1, 2, 3].map((group) => `a_group_1_of_2_group_${group}_of_3, 9, 9, 3, 3, 2, 4, 1,`);
    expect(layersOf(row(groups.join('\n')))).toMatchObject([
      { name: 'a_group_1_of_2', input: [6, 9, 9], filters: 12, groups: 3 },
    ]);
  });

  it('throws nothing but InputErrors with positions', () => {
    const groups = row('g_group_1_of_2,9,9,3,3,2,4,1,\ng_group_2_of_2,9,9,3,3,2,4,1,2:4,');
    fc.assert(
      fc.property(anyText(CONV, GEMM, groups, '"a,b","c\nd"\n'), (text) => {
        // A line ends in \r where none ends in \n
        const lines = text.includes('\n') ? text : text.replaceAll('\r', '\n');
        expectResultOrProblems((_, file) => parseTopology(text, file), lines);
        expectResultOrProblems(parseTopology, `${HEADER}\n${text}`);
      }),
      { numRuns: 1000 },
    );
  });
});

const TWO_STRIDES = HEADER.replace('Strides,', 'Stride Height, Stride Width');

describe('messages', () => {
  const order = (titles: string) => `SCALE-Sim goes by the order of the columns, ${titles}`;
  const size = 'a whole number from 1 to 1000000';
  const first = `a first line as SCALE-Sim has it: ${HEADER.slice(0, -1)}; or Layer, M, N, K`;

  it.each<[text: string, ...lines: string[]]>([
    ['', `1:1: empty; allowed: ${first}`],
    [' \n Layer, M, K, N,\n', `2:2: found "Layer, M, K, N, "; allowed: ${first}`],
    [
      'Conv1, 224, 224, 7, 7, 3, 64, 2,\n',
      `1:1: found "Conv1, 224, 224, 7, 7, 3, 64, 2, "; allowed: ${first}`,
    ],
    [HEADER, '1:1: empty; allowed: at least one layer'],
    [
      row('a, 0, 9.5, x, -1, 2000000, 4, 1e3,\n  b, 9, 9,, 3'),
      `2:4: a.IFMAP Height: found 0; allowed: ${size}`,
      `2:7: a.IFMAP Width: found 9.5; allowed: ${size}`,
      `2:12: a.Filter Height: found "x"; allowed: ${size}`,
      `2:15: a.Filter Width: found -1; allowed: ${size}`,
      `2:19: a.Channels: found 2000000; allowed: ${size}`,
      `2:31: a.Strides: found 1000; allowed: ${size}`,
      `3:11: b.Filter Height: missing; allowed: ${size}`,
    ],
    [row(', 9, 9, 3, 3, 2, 4, 1,'), '2:1: name: missing; allowed: a name'],
    [row('a, 9, 9, 3, 3, 2, 4, 1, 0,'), `2:25: a.Stride Width: found 0; allowed: ${size}`],
    [
      row('"a, b", 9, 9, 10, 3, 2, 4, 2,'),
      '2:1: a, b.kernel: found [10, 3]; allowed: a filter that spans at most the 9 × 9 of its ifmap with padding, not 10 × 3',
    ],
    [row('"a, b", 9, 9, x, 3, 2, 4, 2,'), `2:15: a, b.Filter Height: found "x"; allowed: ${size}`],
    [
      'Layer name, IFMAP Width, IFMAP Height, Filter W, filter_height, Channels, Num Filter, Strides,\n',
      ...[
        ['1:13: found "IFMAP Width"', 'IFMAP Height'],
        ['1:26: found "IFMAP Height"', 'IFMAP Width'],
        ['1:40: found "Filter W"', 'Filter Height'],
        ['1:50: found "filter_height"', 'Filter Width'],
      ].map(([found, title]) => `${found}; allowed: ${title}: ${order(HEADER.slice(0, -1))}`),
    ],
    [
      HEADER.replace('Strides', 'Stride Width, Stride Height'),
      `1:91: found "Stride Width"; allowed: Stride Height: ${order(TWO_STRIDES)}`,
      `1:105: found "Stride Height"; allowed: Stride Width: ${order(TWO_STRIDES)}`,
    ],
    [
      HEADER.replace('Channels, Num Filter', 'Num filter, Channels'),
      `1:69: found "Num filter"; allowed: Channels: ${order(HEADER.slice(0, -1))}`,
      `1:81: found "Channels"; allowed: Num Filter: ${order(HEADER.slice(0, -1))}`,
    ],
    ['Layer,M,N,K,\na,1,2,', `2:7: a.K: missing; allowed: ${size}`],
    ['Layer,M,N,K,\na,1,2', `2:1: a.K: missing; allowed: ${size}`],
    ['Layer,M,N,K,\na,1,2,3,0,', `2:9: a.Batch: found 0; allowed: ${size}`],
    [
      'Layer,M,N,K,\na,1,900000,3,900000,',
      `2:1: a.input[0]: found 2700000; allowed: ${size}`,
      `2:1: a.filters: found 810000000000; allowed: ${size}`,
    ],
    [
      row('a_group_2_of_2, 9, 9, 3, 3, 2, 4, 1,'),
      '2:1: found "a_group_2_of_2"; allowed: a_group_1_of_2, and then the other groups',
    ],
    [
      row('a_group_1_of_2, 9, 9, 3, 3, 2, 4, 1,'),
      '2:1: found "a_group_1_of_2"; allowed: after it a_group_2_of_2',
    ],
    [
      row('a_group_1_of_2, 9, 9, 3, 3, 2, 4, 1,\nb, 9, 9, 3, 3, 2, 4, 1,'),
      '3:1: found "b"; allowed: a_group_2_of_2',
    ],
    [
      row('a_group_1_of_2, 9, 9, 3, 3, 2, 4, 1,\na_group_2_of_2, 9, 9, 3, 3, 2, 5, 1,'),
      '3:1: found "a_group_2_of_2"; allowed: the sizes of a_group_1_of_2, as all groups have',
    ],
  ])('on %j', (text, ...lines) => {
    expect(problemLines(parseTopology, text, 'net.csv')).toEqual(lines.map((line) => `net.csv:${line}`));
  });

  it('on more layers than any network has', () => {
    const text = row('a, 9, 9, 3, 3, 2, 4, 1,\n'.repeat(10_001));
    expect(problemLines(parseTopology, text, 'net.csv')).toEqual([
      'net.csv:1:1: found "10001 layers"; allowed: at most 10000',
    ]);
  });

  it('stops after a hundred', () => {
    expect(problemLines(parseTopology, row('a, x, 9, 3, 3, 2, 4, 1,\n'.repeat(1000)))).toHaveLength(100);
  });
});
