import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { convolution, type LoopProblem, matrixProduct } from '../problem.ts';
import { anyConvolution, anyGeneralProblem, anyMatrixProduct } from './arbitrary.testing.ts';
import { formatProblem, parseProblem } from './problem-file.ts';

const CONV =
  'name: conv\ntype: conv\nM: 384\nC: 256\nR: 3\nS: 3\nP: 13\nQ: 13\ngroups: 2\nstride: [2, 1]\ndilation: 3\n';
const MATMUL = 'name: product\ntype: matmul\nM: 4\nN: 5\nK: 6\n';
const GENERAL = `name: 1-d
type: general
sizes: { N: 2, C: 3, P: 8, R: 3 }
tensors:
  weights: [C, R]
  inputs: [N, C, 2*P + 10 * R]
  outputs: [N, P]
`;

describe('parseProblem', () => {
  it('reads a convolution', () => {
    const sizes = { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13, groups: 2 };
    const steps = { strideP: 2, strideQ: 1, dilationR: 3, dilationS: 3 };
    expect(parseProblem(CONV, 'mine.yaml')).toEqual(convolution('conv', { ...sizes, ...steps }));
    expect(parseProblem('name: one\ntype: conv', 'mine.yaml')).toEqual(convolution('one', {}));
  });

  it('reads a product of matrices', () => {
    expect(parseProblem(MATMUL, 'mine.yaml')).toEqual(matrixProduct('product', { M: 4, N: 5, K: 6 }));
  });

  it('reads any other problem', () => {
    const just = (dimension: string) => [{ dimension, coefficient: 1 }];
    expect(parseProblem(GENERAL, 'mine.yaml')).toEqual({
      name: '1-d',
      sizes: { N: 2, C: 3, P: 8, R: 3 },
      tensors: {
        weights: [just('C'), just('R')],
        inputs: [
          just('N'),
          just('C'),
          [
            { dimension: 'P', coefficient: 2 },
            { dimension: 'R', coefficient: 10 },
          ],
        ],
        outputs: [just('N'), just('P')],
      },
    });
  });

  const problem = (sizes: string, weights: string, inputs: string, outputs: string) =>
    `type: general\nsizes: ${sizes}\ntensors: { weights: ${weights}, inputs: ${inputs}, outputs: ${outputs} }`;

  /** The mark ¦ stands where the message should point. */
  it.each([
    ['¦M: 3', 'type: missing; allowed: conv, matmul or general'],
    ['type: ¦cnov', 'type: found "cnov" (did you mean conv?); allowed: conv, matmul or general'],
    ['type: conv\nM: ¦0', 'M: found 0; allowed: a whole number from 1 to 1000000'],
    [
      'type: conv\nstride: ¦[1, 2, 3]',
      'stride: found [1, 2, 3]; allowed: a whole number from 1 to 1000000, or [vertical, horizontal]',
    ],
    [
      'type: conv\n¦K: 3',
      'unknown key "K"; allowed: name, type, N, M, C, R, S, P, Q, groups, stride, dilation',
    ],
    ['¦type: matmul\nM: 3\nN: 3', 'K: missing; allowed: a whole number from 1 to 1000000'],
    ['¦type: conv\nM: 1000000\nC: 1000000\nP: 1000000', 'found "1.00e+18 MACs"; allowed: less than 2^53'],
    [
      '¦type: conv\nP: 100000\nQ: 100000\nstride: 1000',
      'found "1.00e+16 words of inputs"; allowed: less than 2^53',
    ],
    [problem('¦{}', '[]', '[]', '[]'), 'sizes: found "0 dimensions"; allowed: 1 to 20'],
    [
      problem(`¦{${Array.from({ length: 21 }, (_, i) => `D${i}: 1`)}}`, '[]', '[]', '[]'),
      'sizes: found "21 dimensions"; allowed: 1 to 20',
    ],
    [problem('{ C: ¦0 }', '[C]', '[C]', '[]'), 'sizes.C: found 0; allowed: a whole number from 1 to 1000000'],
    [
      problem('{ C: 1, ¦P: 2 }', '[C]', '[C]', '[]'),
      'sizes: unknown key "P"; allowed: a dimension that a tensor has: C',
    ],
    [
      problem('{ C: 1, ¦constructor: 2 }', '[C]', '[constructor]', '[]'),
      'sizes: unknown key "constructor"; allowed: another name, as results cannot be kept by this one',
    ],
    [
      problem('{ C: 1, __proto__: ¦2 }', '[C]', '[C]', '[]'),
      'sizes.__proto__: found 2; allowed: another name',
    ],
    [
      problem('{ Cin: 1 }', '[Cin]', '[¦Cni]', '[]'),
      'tensors.inputs[0]: found "Cni" (did you mean Cin?); allowed: a dimension of sizes: Cin',
    ],
    [
      problem('{ P: 2, R: 3 }', '[R]', '[P, ¦P + R]', '[P]'),
      'tensors.inputs[1]: found "P"; allowed: each dimension once in inputs',
    ],
    [
      problem('{ P: 2, R: 3 }', '[R]', '[¦P + P]', '[P]'),
      'tensors.inputs[0]: found "P"; allowed: each dimension once in inputs',
    ],
    [
      problem('{ P: 2, R: 3 }', '[R]', '[P]', '[¦P + R]'),
      'tensors.outputs[0]: found "P + R"; allowed: a single dimension, as an axis of the outputs',
    ],
    [
      problem('{ P: 2, R: 3 }', '[R]', '[P]', '[¦2 * P]'),
      'tensors.outputs[0]: found "2*P"; allowed: a single dimension, as an axis of the outputs',
    ],
    [
      problem('{ P: 2 }', '[]', '[¦1000001*P]', '[P]'),
      'tensors.inputs[0]: found 1000001; allowed: coefficients from 1 to 1000000',
    ],
    ...['0*P', '2P', 'P +', '+ P', 'P - R', 'P*2', '1.5*P', ' ', '2*3*P', '12345678*P'].map(
      (axis): [string, string] => [
        problem('{ P: 2, R: 3 }', '[R]', `[¦"${axis}"]`, '[P]'),
        `tensors.inputs[0]: found "${axis}"; allowed: a sum of dimensions, such as 2*P + R`,
      ],
    ),
    [
      problem('{ P: 2 }', '[]', '¦P', '[P]'),
      'tensors.inputs: found "P"; allowed: a list of axes, such as [N, C, 2*P + R]',
    ],
    [
      problem('¦{ A: 1000000, B: 1000000, C: 1000000 }', '[A]', '[B]', '[C]'),
      'sizes: found "1.00e+18 MACs"; allowed: less than 2^53',
    ],
    [
      problem('{ A: 100000, B: 100000 }', '[]', '¦[1000*A, 1000*B]', '[]'),
      'tensors.inputs: found "1.00e+16 words of inputs"; allowed: less than 2^53',
    ],
  ])('says what is wrong with %j', (keys, message) => {
    const before = keys.slice(0, keys.indexOf('¦')).split('\n');
    const isWhole = before.length === 1 && before[0] === '';
    const [line, column] = isWhole ? [1, 1] : [before.length + 1, before.at(-1)!.length + 1];
    expect(problemLines(parseProblem, `name: mine\n${keys.replace('¦', '')}`)).toEqual([
      `file.yaml:${line}:${column}: ${message}`,
    ]);
  });

  it('throws nothing but InputErrors with positions', () => {
    fc.assert(
      fc.property(anyText(CONV, MATMUL, GENERAL, GENERAL), (text) => {
        expectResultOrProblems(parseProblem, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads long sums in no time', () => {
    const axis = `${'2*P + '.repeat(20_000)}!`;
    const lines = problemLines(parseProblem, `name: x\n${problem('{ P: 2 }', '[]', `["${axis}"]`, '[P]')}`);
    expect(lines).toEqual([expect.stringMatching('allowed: a sum of dimensions')]);
  });
});

describe('formatProblem', () => {
  it('writes a convolution as a person would, with what each key means', () => {
    expect(formatProblem(parseProblem(CONV, 'mine.yaml'))).toBe(
      `name: "conv" # What the problem is called in results.
type: "conv" # A convolution, or with P = Q = 1 a fully connected layer.
N: 1 # Images.
M: 384 # Filters of each group: channels of the ofmap.
C: 256 # Channels of the ifmap that a filter sees.
R: 3 # Filter rows.
S: 3 # Filter columns.
P: 13 # Rows of the ofmap.
Q: 13 # Columns of the ofmap.
groups: 2 # Convolutions of these sizes side by side.
stride: [2, 1] # Rows and columns of the ifmap from one window to the next.
dilation: 3 # Rows and columns of the ifmap from one of the filter to the next.
`,
    );
  });

  it('writes other problems axis by axis', () => {
    expect(formatProblem(parseProblem(GENERAL, 'mine.yaml'))).toBe(
      `name: "1-d" # What the problem is called in results.
type: "general" # Any sum of products of two tensors: a MAC for each point of a box of dimensions.
sizes:
  # The size of each dimension.
  N: 2
  C: 3
  P: 8
  R: 3
tensors:
  # The axes of each tensor: a dimension, or a sum such as 2*P + R.
  weights: ["C", "R"] # What is multiplied, first operand.
  inputs: ["N", "C", "2*P + 10*R"] # What is multiplied, second operand.
  outputs: ["N", "P"] # What is summed: axes of one dimension each.
`,
    );
  });

  const typeOf = (problem: LoopProblem) => /^type: "(.*?)"/m.exec(formatProblem(problem))?.[1];

  it('writes the shortest form', () => {
    fc.assert(
      fc.property(anyConvolution(), anyMatrixProduct(), (conv, product) => {
        expect([conv, product].map(typeOf)).toEqual(['conv', 'matmul']);
      }),
    );
  });

  it('does not take for a convolution what has other axes, sizes in another order or a group of one', () => {
    const conv = convolution('x', { M: 2, groups: 2 });
    const { outputs, ...tensors } = conv.tensors;
    expect(typeOf({ ...conv, tensors: { ...tensors, outputs: outputs.toReversed() } })).toBe('general');
    expect(typeOf({ ...conv, sizes: Object.fromEntries(Object.entries(conv.sizes).toReversed()) })).toBe(
      'general',
    );
    expect(typeOf({ ...conv, sizes: { ...conv.sizes, G: 1 } })).toBe('general');
  });

  it('writes what parseProblem reads, dimensions in their order', () => {
    fc.assert(
      fc.property(fc.oneof(anyConvolution(), anyMatrixProduct(), anyGeneralProblem()), (one) => {
        const read = parseProblem(formatProblem(one), 'mine.yaml');
        expect(read).toEqual(one);
        expect(Object.keys(read.sizes)).toEqual(Object.keys(one.sizes));
      }),
      { numRuns: 300 },
    );
  });
});
