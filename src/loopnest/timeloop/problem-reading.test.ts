import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { convolution, matrixProduct } from '../problem.ts';
import { PROBLEM } from './example.testing.ts';
import { readTimeloopProblem } from './problem-reading.ts';

const read = (text: string, file = 'p.yaml') => readTimeloopProblem(text, file);

/** A product of matrices in the layout of 0.2. */
const GEMM = `problem:
  shape:
    name: product
    dimensions: [M, K, N]
    data-spaces:
      - { name: A, projection: [[[K]], [[N]]] }
      - { name: W, projection: [[[M]], [[K]]] }
      - { name: Z, projection: [[[M]], [[N]]], read-write: True }
  M: 4
  N: 5
  K: 6
`;

describe('a problem', () => {
  it('is a convolution with strides and dilations by name', () => {
    const steps = 'Wstride: 4, Hstride: 3, Wdilation: 2, Hdilation: 5';
    const text = PROBLEM.replace('Wstride: 1, Hstride: 1, Wdilation: 1, Hdilation: 1', steps);
    const { problem, names, notes } = read(text);
    const sizes = { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 };
    const expected = convolution('CNN_Layer', {
      ...sizes,
      strideP: 4,
      strideQ: 3,
      dilationR: 2,
      dilationS: 5,
    });
    const sorted = (axes: (typeof problem.tensors)['inputs']) =>
      axes.map((axis) => axis.toSorted((a, b) => (a.dimension < b.dimension ? -1 : 1)));
    expect(problem.sizes).toEqual(expected.sizes);
    expect(sorted(problem.tensors.inputs)).toEqual(sorted(expected.tensors.inputs));
    expect([...names]).toEqual([
      ['Weights', 'weights'],
      ['Inputs', 'inputs'],
      ['Outputs', 'outputs'],
    ]);
    expect(notes).toEqual([]);
  });

  it('keeps its dimensions, and tells its data spaces apart', () => {
    const { problem, names } = read(GEMM);
    expect(problem).toEqual(matrixProduct('product', { M: 4, N: 5, K: 6 }));
    expect(Object.keys(problem.sizes)).toEqual(['M', 'K', 'N']);
    expect(Object.fromEntries(names)).toEqual({ W: 'weights', A: 'inputs', Z: 'outputs' });
    expect(read(GEMM.replace('name: W', 'name: B')).notes).toEqual([
      'A is taken for the inputs and B for the weights of a product',
    ]);
  });

  it('may name a shape that comes with Timeloop, or be called what its file is called', () => {
    const sizes = 'C: 3, K: 64, N: 1, P: 112, Q: 56, R: 7, S: 5, Wstride: 2';
    const { problem } = read(`problem: { shape: cnn-layer, ${sizes} }`, 'dir/conv1.yaml');
    expect(problem).toMatchObject({ name: 'conv1', sizes: { K: 64, P: 112 } });
    expect(Object.keys(problem.sizes).join('')).toBe('RSPQCKN');
    expect(problem.tensors.inputs[2]).toEqual([
      { dimension: 'R', coefficient: 1 },
      { dimension: 'P', coefficient: 2 },
    ]);
    expect(read('problem: { shape: gemm-ABZ, M: 2, N: 3, K: 4 }').problem.sizes).toEqual({
      M: 2,
      N: 3,
      K: 4,
    });
    const based =
      "{{include_text('problem_base.yaml')}}\nproblem:\n  <<<: *problem_base\n  instance: {C: 3, M: 2}";
    expect(read(based).problem.sizes).toEqual({ C: 3, M: 2, R: 1, S: 1, N: 1, P: 1, Q: 1, G: 1 });
  });

  it('may be none that is a layer: of any number of windows', () => {
    const text = `problem:
  shape:
    data_spaces:
      - { name: Weights, projection: [[[A], [B]]] }
      - { name: Inputs, projection: [[[A], [X]], [[B], [Y]], [[Z]]] }
      - { name: Outputs, projection: [[[X]], [[Y]], [[Z]]], read_write: true }
  instance: { A: 2, B: 3, X: 4, Y: 5, Z: 6 }
`;
    expect(read(text).problem.tensors.weights).toEqual([
      [
        { dimension: 'A', coefficient: 1 },
        { dimension: 'B', coefficient: 1 },
      ],
    ]);
  });
});

describe('messages', () => {
  it.each([
    [
      '[[[M]], [[K]]] }',
      '[[[M], [M]], [[K]]] }',
      '7:33: problem.shape.data-spaces[1].projection[0]: found ["M", "M"]; allowed: in W, M once',
    ],
    [
      '[[[M]], [[N]]],',
      '[[[M], [N]]],',
      '8:33: problem.shape.data-spaces[2].projection[0]: found ["M", "N"]; allowed: in Z, one dimension to an axis, without a coefficient, as outputs have',
    ],
    ['[M, K, N]', '[M, K, N, L]', '2:3: problem.L: missing; allowed: a whole number from 1 to 1000000'],
    [
      'name: W',
      'name: Z',
      '8:17: problem.shape.data-spaces[2].name: found "Z"; allowed: a name that no other data space has',
    ],
    [
      'name: W',
      'name: "W\\n"',
      '7:17: problem.shape.data-spaces[1].name: found "W\\n"; allowed: a name of printable characters',
    ],
  ])('with %j as %j', (from, to, line) => {
    const text = GEMM.replace(from, to);
    expect(text).not.toBe(GEMM);
    expect(problemLines(read, text, 'p.yaml')).toEqual([`p.yaml:${line}`]);
  });

  it('on dimensions that a loop nest cannot have', () => {
    const also = (dimension: string, size: number) =>
      GEMM.replace('[M, K, N]', `[M, K, N, ${dimension}]`).replace(
        '  M: 4',
        `  M: 4\n  ${dimension}: ${size}`,
      );
    expect(problemLines(read, also('L', 2), 'p.yaml')).toEqual([
      'p.yaml:4:27: problem.shape.dimensions[3]: found "L"; allowed: a dimension that a data space knows, or of size 1',
    ]);
    expect(read(also('L', 1)).problem.sizes).toEqual({ M: 4, K: 6, N: 5, L: 1 });
    const name = 'another name of letters, digits and underlines that begins with a letter';
    for (const dimension of ['toString', '4', 'a b']) {
      expect(problemLines(read, also(`"${dimension}"`, 1), 'p.yaml')).toEqual([
        `p.yaml:4:27: problem.shape.dimensions[3]: found "${dimension}"; allowed: ${name}`,
      ]);
    }
    const letters = Array.from({ length: 18 }, (_, i) => String.fromCharCode(97 + i));
    const many = GEMM.replace('[M, K, N]', `[M, K, N, ${letters.join(', ')}]`).replace(
      '  M: 4',
      ['  M: 4', ...letters.map((letter) => `${letter}: 1`)].join('\n  '),
    );
    expect(problemLines(read, many, 'p.yaml')).toEqual([
      'p.yaml:2:3: problem: found "21 dimensions"; allowed: 1 to 20',
    ]);
  });

  it('on more than can be counted', () => {
    const large = GEMM.replace('M: 4', 'M: 1000000')
      .replace('N: 5', 'N: 1000000')
      .replace('K: 6', 'K: 1000000');
    expect(problemLines(read, large, 'p.yaml')).toEqual([
      'p.yaml:2:3: problem: found "1.00e+18 MACs"; allowed: less than 2^53',
    ]);
  });

  it('are all that is thrown, with positions', () => {
    fc.assert(
      fc.property(anyText(PROBLEM, GEMM), (text) => {
        expectResultOrProblems(read, text);
      }),
      { numRuns: 1000 },
    );
  });
});
