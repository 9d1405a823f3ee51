import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { networkFromProblems } from './timeloop.ts';

const read = (text: string, file = 'layer.yaml') => networkFromProblems([{ file, text }], 'net');
const layerOf = (text: string) => read(text).network.layers[0]!;
const notesOf = (text: string) => read(text).notes;

/** In the form of Timeloop 0.3 and 0.4, with all that can differ by direction differing. */
const CONV = `problem:
  version: 0.4
  instance:
    C: 48
    Hdilation: 1
    Hstride: 3
    M: 256
    N: 4
    P: 10
    Q: 12
    R: 5
    S: 7
    Wdilation: 2
    Wstride: 2
  shape:
    name: conv2
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - name: Weights
      projection:
      - - - C
      - - - M
      - - - R
      - - - S
    - name: Inputs
      projection:
      - - - N
      - - - C
      - - - R
          - Wdilation
        - - P
          - Wstride
      - - - S
          - Hdilation
        - - Q
          - Hstride
    - name: Outputs
      projection:
      - - - N
      - - - M
      - - - Q
      - - - P
      read_write: true
    dimensions: [C, M, R, S, N, P, Q]
`;

/** In the layout before 2023, in lines. */
const problem = (instance: string, ...spaces: string[]) => `problem:
  shape:
    name: mine
    coefficients: [{ name: U, default: 1 }, { name: D, default: 1 }]
    data-spaces:
${spaces.map((space) => `      - { ${space} }\n`).join('')}  instance: { ${instance} }
`;

const GEMM = problem(
  'M: 128, N: 64, K: 32',
  'name: A, projection: [ [[M]], [[K]] ]',
  'name: B, projection: [ [[N]], [[K]] ]',
  'name: Z, projection: [ [[M]], [[N]] ], read-write: True',
);

const TEMPLATE = `# from timeloop
{{include_text('../problem_base.yaml')}}
problem:
  <<<: *problem_base
  instance: {C: 3, M: 64, P: 55, Q: 55, R: 11, S: 11, HStride: 4, WStride: 4}
`;

const N_IS_4 = 'N = 4 in the file; --batch says how many images';

describe('a problem', () => {
  it('is a layer of which R and P are rows, with W as with any other coefficient', () => {
    expect(read(CONV)).toEqual({
      network: {
        name: 'net',
        layers: [
          {
            ...{ type: 'conv', name: 'conv2', filters: 256, kernel: [5, 7] },
            // (10 − 1)·2 + 2·(5 − 1) + 1 rows and (12 − 1)·3 + 7 columns
            ...{ input: [48, 27, 40], stride: [2, 3], dilation: [2, 1], pad: [0, 0, 0, 0], groups: 1 },
          },
        ],
      },
      notes: [N_IS_4],
    });
  });

  it('goes by the projections, not by what coefficients are called', () => {
    const swapped = CONV.replaceAll(/\bW(?=stride|dilation)/g, '#')
      .replaceAll(/\bH(?=stride|dilation)/g, 'W')
      .replaceAll('#', 'H');
    expect(layerOf(swapped)).toEqual(layerOf(CONV));
    const named = CONV.replaceAll('Wstride', 'down').replaceAll('Hdilation', 'across');
    expect(layerOf(named)).toEqual(layerOf(CONV));
  });

  it('goes by the rows of the filter where they slide with other letters', () => {
    const [rows, columns] = [/P\n {10}- Wstride/, /Q\n {10}- Hstride/];
    const crossed = CONV.replace(rows, 'Q\n          - Wstride').replace(columns, 'P\n          - Hstride');
    expect(layerOf(crossed)).toMatchObject({ kernel: [5, 7], stride: [2, 3], input: [48, 31, 34] });
    const reversed = CONV.replace(
      /( +- - - R\n.*\n.*P\n.*\n)( +- - - S\n.*\n.*Q\n.*\n)/,
      (_, first, second) => second + first,
    );
    expect(reversed).not.toBe(CONV);
    expect(layerOf(reversed)).toEqual(layerOf(CONV));
  });

  it.each([
    ['old keys', CONV.replace('data_spaces', 'data-spaces').replace('read_write', 'read-write')],
    ['version 0.3', CONV.replace('0.4', '0.3')],
    ['sizes beside the shape', CONV.replace('  instance:\n', '').replaceAll(/^ {4}(?=\w+: \d+$)/gm, '  ')],
    ['no version', CONV.replace('  version: 0.4\n', '')],
    ['no names of coefficients', CONV.replace(/ {4}coefficients:\n( {4}- \{.*\n)+/, '')],
    ['an architecture beside it', `architecture:\n  version: 0.4\n${CONV}mapper: {}\n`],
    ['sizes that Timeloop does not read', CONV.replace('C: 48', 'C: 48\n    H: 1\n    Wpad: 7')],
  ])('is the same with %s', (_, text) => {
    expect(text).not.toBe(CONV);
    expect(read(text)).toEqual(read(CONV));
  });

  it('may name the shape of a convolution that comes with Timeloop, in which K are filters', () => {
    const sizes = 'C: 3, K: 64, N: 1, P: 112, Q: 56, R: 7, S: 5, Hdilation: 1, Hstride: 1, Wstride: 2';
    for (const shape of ['shape: cnn-layer, ', 'shape: "cnn_layer.yaml", ', '']) {
      expect(read(`problem: { ${shape}${sizes} }`, 'dir/res.1.yaml').network.layers).toEqual([
        {
          ...{ type: 'conv', name: 'res.1', input: [3, 229, 60], filters: 64, kernel: [7, 5] },
          ...{ stride: [2, 1], dilation: [1, 1], pad: [0, 0, 0, 0], groups: 1 },
        },
      ]);
    }
    expect(layerOf('problem: { shape: gemm-ABZ, M: 2, N: 3, K: 4 }')).toMatchObject({ input: [4, 1, 2] });
  });

  it('has groups where all data spaces know a dimension', () => {
    const grouped = problem(
      'G: 2, C: 24, M: 128, R: 3, S: 3, P: 5, Q: 5, N: 1',
      'name: Weights, projection: [ [[G]], [[C]], [[M]], [[R]], [[S]] ]',
      'name: Inputs, projection: [ [[N]], [[G]], [[C]], [[R, D], [P, U]], [[S, D], [Q, U]] ]',
      'name: Outputs, projection: [ [[N]], [[G]], [[M]], [[Q]], [[P]] ], read-write: True',
    );
    expect(layerOf(grouped)).toMatchObject({ input: [48, 7, 7], filters: 256, groups: 2 });
    const depthwise = problem(
      'C: 24, R: 3, S: 3, P: 5, Q: 5, N: 1, U: 2',
      'name: Weights, projection: [ [[C]], [[R]], [[S]] ]',
      'name: Inputs, projection: [ [[N]], [[C]], [[R, D], [P, U]], [[S, D], [Q, U]] ]',
      'name: Outputs, projection: [ [[N]], [[C]], [[Q]], [[P]] ], read-write: True',
    );
    expect(layerOf(depthwise)).toMatchObject({ input: [24, 11, 11], filters: 24, groups: 24 });
  });

  it('has weights per image where they know N', () => {
    const attention = problem(
      'N: 4, G: 8, C: 64, M: 100, P: 100',
      'name: Weights, projection: [ [[N]], [[G]], [[C]], [[M]] ]',
      'name: Inputs, projection: [ [[N]], [[G]], [[C]], [[P]] ]',
      'name: Outputs, projection: [ [[N]], [[G]], [[M]], [[P]] ], read-write: True',
    );
    const expected = { input: [512, 100, 1], filters: 800, groups: 8, weightsPerImage: true };
    expect(layerOf(attention)).toMatchObject(expected);
    expect(notesOf(attention)).toEqual([N_IS_4]);
  });

  it('is fully connected with one filter position', () => {
    const full = problem(
      'C: 256, M: 4096, R: 6, S: 5, N: 4',
      'name: Weights, projection: [ C, M, R, S ]',
      'name: Inputs, projection: [ N, C, R, S ]',
      'name: Outputs, projection: [ N, M ], read-write: 1',
    );
    expect(layerOf(full)).toEqual({ type: 'fc', name: 'mine', input: [256, 6, 5], filters: 4096 });
    expect(notesOf(full)).toEqual([N_IS_4]);
  });

  it('may slide along one axis, by its letters or else along rows', () => {
    const conv1d = (r: string, p: string) =>
      problem(
        `K: 32, ${r}: 3, ${p}: 16`,
        `name: Weights, projection: [ [[K]], [[${r}]] ]`,
        `name: Inputs, projection: [ [[${r}], [${p}, U]] ]`,
        `name: Outputs, projection: [ [[K]], [[${p}]] ], read-write: True`,
      );
    expect(layerOf(conv1d('R', 'P'))).toMatchObject({ input: [1, 18, 1], filters: 32, kernel: [3, 1] });
    expect(layerOf(conv1d('S', 'Q'))).toMatchObject({ input: [1, 1, 18], filters: 32, kernel: [1, 3] });
    expect(layerOf(conv1d('F', 'X'))).toMatchObject({ input: [1, 18, 1], filters: 32, kernel: [3, 1] });
  });

  it('may be a matrix product, A × B where names say no more', () => {
    expect(layerOf(GEMM)).toMatchObject({ type: 'conv', input: [32, 1, 128], filters: 64, kernel: [1, 1] });
    expect(notesOf(GEMM)).toEqual([
      'the rows of a matrix product (128) are those of one image; --batch says how many images',
      'A is taken for the inputs and B for the weights of a product',
    ]);
    expect(layerOf(GEMM.replace('M: 128', 'M: 1'))).toMatchObject({ type: 'fc', input: [32, 1, 1] });
    const named = GEMM.replace('name: A', 'name: Weights');
    expect(layerOf(named)).toMatchObject({ type: 'fc', input: [32, 1, 1], filters: 128 });
    expect(notesOf(named)).toEqual(['N = 64 in the file; --batch says how many images']);
    expect(layerOf(GEMM.replace('name: B', 'name: input_2'))).toEqual(layerOf(named));
    expect(layerOf(GEMM.replace('name: B', 'name: Filters'))).toEqual(layerOf(GEMM));
  });

  it('has signs of its inputs where names are short, or where N are images', () => {
    const sizes = 'N: 4, C: 3, M: 5, P: 6, Q: 7, R: 1, S: 1';
    const read = (weights: string, inputs: string, axes = '[[C]], [[P]], [[Q]]') => {
      const spaces = [
        `name: ${weights}, projection: [ [[C]], [[M]] ]`,
        `name: ${inputs}, projection: [ [[N]], ${axes} ]`,
      ];
      const outputs = 'name: O, projection: [ [[N]], [[M]], [[P]], [[Q]] ], read-write: True';
      const texts = [spaces, spaces.toReversed()].map((both) => problem(sizes, ...both, outputs));
      return texts.map((text) => [layerOf(text), notesOf(text)]);
    };
    const expected = layerOf(
      problem(
        sizes,
        'name: Weights, projection: [ [[C]], [[M]] ]',
        'name: Inputs, projection: [ [[N]], [[C]], [[P]], [[Q]] ]',
        'name: Outputs, projection: [ [[N]], [[M]], [[P]], [[Q]] ], read-write: True',
      ),
    );
    expect(expected).toMatchObject({ input: [3, 6, 7], filters: 5 });
    for (const [weights, inputs] of [
      ['W', 'I'],
      ['F', 'X'],
      ['W', 'F'],
      ['w', 'IA'],
      ['P', 'X'],
      ['F', 'A'],
      ['A', 'B'],
    ] as const) {
      const found = [expected, [N_IS_4]];
      expect(read(weights, inputs)).toEqual([found, found]);
    }
  });

  it('has no images where N are the columns of a product', () => {
    const named = GEMM.replace('name: A', 'name: W').replace('name: B', 'name: X');
    expect(layerOf(named)).toMatchObject({ type: 'fc', input: [32, 1, 1], filters: 128 });
    const batched = problem(
      'H: 8, M: 128, N: 64, K: 32',
      'name: A, projection: [ H, M, K ]',
      'name: B, projection: [ H, K, N ]',
      'name: Z, projection: [ H, M, N ], read-write: True',
    );
    expect(layerOf(batched)).toMatchObject({ input: [256, 1, 128], filters: 512, groups: 8 });
  });

  it('may have dimensions of size 1 that no convolution has', () => {
    const odd = CONV.replace('- - - C\n', '- - - C\n      - - - L\n').replace('C: 48', 'C: 48\n    L: 1');
    expect(layerOf(odd)).toEqual(layerOf(CONV));
  });

  it('has its densities left out', () => {
    const dense = CONV.replace('C: 48', 'densities: { Weights: 0.5 }\n    C: 48');
    expect(layerOf(dense)).toEqual(layerOf(CONV));
    expect(notesOf(dense)).toEqual([N_IS_4, 'densities are left out: all values count']);
  });

  it('may be a template that includes problem_base.yaml', () => {
    expect(layerOf(TEMPLATE)).toMatchObject({
      ...{ name: 'layer', input: [3, 227, 227], filters: 64, kernel: [11, 11], stride: [4, 4] },
    });
    expect(notesOf(TEMPLATE)).toEqual([
      'N = 1 in the file; --batch says how many images',
      'WStride is taken for Wstride',
      'HStride is taken for Hstride',
      'problem_base.yaml is not read: sizes that are left out are 1, as it has them',
    ]);
    const full = TEMPLATE.replace(/\{C: 3.*\}/, '{C: 9216, M: 4096}');
    expect(layerOf(full)).toMatchObject({ type: 'fc', input: [9216, 1, 1], filters: 4096 });
    const depthwise = TEMPLATE.replace(/\{C: 3.*\}/, '{G: 16, P: 9, Q: 9, R: 3, S: 3}');
    expect(layerOf(depthwise)).toMatchObject({ input: [16, 11, 11], filters: 16, groups: 16 });
  });
});

describe('problems', () => {
  const named = (name: string, channels: number) =>
    CONV.replace('name: conv2', `name: ${name}`).replace('C: 48', `C: ${channels}`);
  const layersOf = (files: Record<string, string>) =>
    networkFromProblems(
      Object.entries(files).map(([file, text]) => ({ file, text })),
      'net',
    ).network.layers.map(({ name, input: [channels] }) => [name, channels]);

  it('are layers in the natural order of their files', () => {
    const files = { 'x/10.yaml': named('a', 10), 'x/9.yaml': named('b', 9), 'x/1.yaml': named('c', 1) };
    expect(layersOf(files)).toEqual([
      ['c', 1],
      ['b', 9],
      ['a', 10],
    ]);
  });

  it('are called as their files where the shapes have one name', () => {
    const files = { 'l1.yaml': named('conv', 1), 'l2.yaml': named('fc', 2), 'l3.yaml': named('conv', 3) };
    expect(layersOf(files)).toEqual([
      ['l1', 1],
      ['fc', 2],
      ['l3', 3],
    ]);
    expect(layersOf({ 'a.yaml': named('x', 1), 'a.yml': named('x', 2) })).toEqual([
      ['a', 1],
      ['a_2', 2],
    ]);
  });

  it('say each batch once', () => {
    const files = [1, 2, 2].map((n, i) => ({ file: `${i}.yaml`, text: CONV.replace('N: 4', `N: ${n}`) }));
    expect(networkFromProblems(files, 'net').notes).toEqual([
      'N = 1, 2 in the file; --batch says how many images',
    ]);
  });

  it('tell the mistakes of all files', () => {
    const files = [
      { file: 'b.yaml', text: CONV.replace('C: 48', 'C: 0') },
      { file: 'a.yaml', text: 'architecture: {}' },
    ];
    expect(problemLines(() => networkFromProblems(files, 'net'), '')).toEqual([
      'a.yaml:1:1: unknown key "architecture"; allowed: problem, under which Timeloop says a layer; this is another of its files',
      'b.yaml:4:8: problem.instance.C: found 0; allowed: a whole number from 1 to 1000000',
    ]);
    expect(problemLines(() => networkFromProblems([], 'net'), '')).toEqual([
      'net:1:1: empty; allowed: at least one layer',
    ]);
  });
});

describe('messages', () => {
  const size = 'a whole number from 1 to 1000000';
  const axes = 'a list of axes, such as [[[N]], [[C]], [[R, Wdilation], [P, Wstride]]]';
  const sum = 'a sum of two: a dimension of the outputs and one of the weights';
  const alone = 'one dimension to an axis, without a coefficient: sums are for the inputs of a convolution';
  const inputs = 'problem.shape.data_spaces[1].projection';

  /** What a problem has in the place of something, and what is said of that. */
  it.each<[from: string | RegExp, to: string, ...lines: string[]]>([
    ['    C: 48\n', '', `4:5: problem.instance.C: missing; allowed: ${size}`],
    ['C: 48', 'C: INPUT', `4:8: problem.instance.C: found "INPUT"; allowed: ${size}`],
    ['C: 48', 'C: 1.5', `4:8: problem.instance.C: found 1.5; allowed: ${size}`],
    ['Wstride: 2', 'Wstride: 0', `14:14: problem.instance.Wstride: found 0; allowed: ${size}`],
    ['P: 10', 'P: 600000', `4:5: problem.instance: found "1200007 ifmap rows"; allowed: ${size}`],
    [
      /C: 48(.*)M: 256/s,
      'C: 900000$1M: 900000',
      '4:5: problem.instance: found "3.06e+16 ifmap words × filters × kernel size"; allowed: less than 2^53 for one image, so that counts are exact',
    ],
    [
      / {4}- name: Weights/,
      '    - nam: Weights',
      '23:7: problem.shape.data_spaces[0].name: missing; allowed: text that is not empty (a number in quotes)',
    ],
    [
      /Outputs\n {6}projection:(\n {6}- - - .)+/,
      'Outputs\n      projection: NMQP',
      `42:19: problem.shape.data_spaces[2].projection: found "NMQP"; allowed: ${axes}`,
    ],
    [
      'read_write: true',
      'read_write: false',
      '16:5: problem.shape: found ["Weights", "Inputs", "Outputs"]; allowed: data spaces for weights, inputs and, with read_write, outputs',
    ],
    [
      / {4}- name: Weights\n(.*\n){5}/,
      '',
      '16:5: problem.shape: found ["Inputs", "Outputs (read_write)"]; allowed: data spaces for weights, inputs and, with read_write, outputs',
    ],
    [
      '- - - Q\n      - - - P',
      '- - - Q\n        - - P',
      `45:9: problem.shape.data_spaces[2].projection[2]: found ["Q", "P"]; allowed: in Outputs, ${alone}`,
    ],
    [
      '- - - M\n      - - - R\n',
      '- - - M\n          - Wstride\n      - - - R\n',
      `26:9: problem.shape.data_spaces[0].projection[1]: found ["M"]; allowed: in Weights, ${alone}`,
    ],
    [
      '- - - M\n      - - - R\n',
      '- - - M\n',
      `32:9: ${inputs}[2]: found ["R", "P"]; allowed: in Inputs, no R, which no other data space knows`,
    ],
    [
      '- - P\n          - Wstride',
      '- - C',
      `33:9: ${inputs}[2]: found ["R", "C"]; allowed: in Inputs, C in one axis only`,
    ],
    [
      '- - - N\n      - - - C\n      - - - R',
      '- - - C\n      - - - R\n          - Wdilation\n        - - N\n      - - - R',
      `35:9: ${inputs}[2]: found ["R", "P"]; allowed: in Inputs, R in one axis only`,
    ],
    [
      '- - P\n          - Wstride',
      '- - P\n          - Wstride\n        - - M',
      `33:9: ${inputs}[2]: found ["R", "P", "M"]; allowed: in Inputs, ${sum}`,
    ],
    [
      '- - - N\n      - - - C\n      - - - R',
      '- - - N\n          - Wstride\n      - - - C\n      - - - R',
      `31:9: ${inputs}[0]: found ["N"]; allowed: in Inputs, no coefficient`,
    ],
    [
      '- Wdilation',
      '- Wdlation',
      `34:13: ${inputs}[2][0][1]: found "Wdlation"; allowed: a coefficient to which the shape or the instance gives a value`,
    ],
    ['dimensions: [C,', 'dimensions: [T, C,', `4:5: problem.instance.T: missing; allowed: ${size}`],
    [
      /N: 4(.*)dimensions: \[C,/s,
      'N: 4\n    T: 2$1dimensions: [T, C,',
      '49:18: problem.shape.dimensions[0]: found "T"; allowed: a dimension that a data space knows, or of size 1',
    ],
  ])('with %j as %j', (from, to, ...lines) => {
    const text = CONV.replace(from, to);
    expect(text).not.toBe(CONV);
    expect(problemLines(read, text, 'p.yaml')).toEqual(lines.map((line) => `p.yaml:${line}`));
  });

  it.each([
    ['problem: 3', '1:10: problem: found 3; allowed: a mapping with shape, instance or <<<'],
    [
      'problem: { shape: conv3d }',
      '1:19: problem.shape: found "conv3d"; allowed: a shape in the file, or cnn_layer, gemm_ABZ',
    ],
    ['problem: { <<<: base, C: 3 }', '1:17: problem.<<<: found "base"; allowed: problem_base'],
    [
      '# {{ fine }}\nproblem:\n  instance: {{ sizes }}',
      '3:13: a Jinja template; allowed: a file without templates, such as the parsed-processed-input.yaml that Timeloop writes',
    ],
    [
      "{{include_text('other.yaml')}}\nproblem: {}",
      '1:1: a Jinja template; allowed: a file without templates, such as the parsed-processed-input.yaml that Timeloop writes',
    ],
    ['problems: []', '1:1: problem: missing; allowed: a mapping with shape, instance or <<<'],
  ])('on %j', (text, line) => {
    expect(problemLines(read, text, 'p.yaml')).toEqual([`p.yaml:${line}`]);
  });

  it.each([
    [
      'dimensions: [C,',
      `dimensions: [${'C, '.repeat(101)}`,
      '48:17: problem.shape.dimensions: found "107 dimensions"',
    ],
    [
      '- - - C\n',
      `- [${'[C], '.repeat(101)}]\n`,
      '25:9: problem.shape.data_spaces[0].projection[0]: found "101 terms"',
    ],
    [
      '- - - C\n',
      '- - - C\n      '.repeat(101).trimEnd().concat('\n'),
      '25:7: problem.shape.data_spaces[0].projection: found "104 axes"',
    ],
  ])('on more than any problem has', (from, to, line) => {
    expect(problemLines(read, CONV.replace(from, to), 'p.yaml')).toEqual([
      `p.yaml:${line}; allowed: at most 100`,
    ]);
  });

  it('on many coefficients and sizes are there soon', { timeout: 10_000 }, () => {
    const sizes = Array.from({ length: 30_000 }, (_, i) => `    k${i}: 1\n`).join('');
    const axes = `      - [${'[C, WSTRIDE], '.repeat(100)}]\n`.repeat(90);
    const text = CONV.replace('    C: 48\n', `    C: 48\n${sizes}`).replace('      - - - C\n', axes);
    expect(problemLines(read, text, 'p.yaml')).toEqual([expect.stringContaining('found ["C", "C", ')]);
  });

  it('on a convolution in three dimensions', () => {
    const conv3d = problem(
      'A: 2, B: 2, D: 2, X: 4, Y: 4, Z: 4',
      'name: Weights, projection: [ A, B, D ]',
      'name: Inputs, projection: [ [[A], [X]], [[B], [Y]], [[D], [Z]] ]',
      'name: Outputs, projection: [ X, Y, Z ], read-write: True',
    );
    expect(problemLines(read, conv3d, 'p.yaml')).toEqual([
      'p.yaml:7:37: problem.shape.data-spaces[1].projection: found [["A", "X"], ["B", "Y"], ["D", "Z"]]; allowed: in Inputs, at most two axes for filters to slide along',
    ]);
    expect(layerOf(conv3d.replace('D: 2', 'D: 1').replace('Z: 4', 'Z: 1'))).toMatchObject({ kernel: [2, 2] });
  });

  it('are all that is thrown, with positions', () => {
    const old = 'problem: { shape: cnn-layer, C: 3, K: 4, N: 1, P: 2, Q: 2, R: 3, S: 3 }\n';
    fc.assert(
      fc.property(anyText(CONV, GEMM, TEMPLATE, old), (text) => {
        expectResultOrProblems(read, text);
      }),
      { numRuns: 1000 },
    );
  });
});
