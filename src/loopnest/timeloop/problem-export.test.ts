import { describe, expect, it } from 'vitest';
import { problemLines } from '../../reader.testing.ts';
import { convolution, type LoopProblem, matrixProduct } from '../problem.ts';
import { timeloopProblem } from './problem-export.ts';

const MATMUL = matrixProduct('a "b" {{c}}', { M: 2, N: 3, K: 4 });

describe('timeloopProblem', () => {
  it('says a convolution as Timeloop does', () => {
    const problem = convolution('conv', {
      groups: 2,
      M: 6,
      C: 3,
      R: 5,
      P: 7,
      Q: 8,
      strideP: 2,
      dilationR: 3,
    });
    expect(timeloopProblem(problem)).toBe(`problem:
  version: 0.3
  shape:
    name: "conv"
    dimensions: [G, N, M, C, R, S, P, Q]
    coefficients:
      - { name: Wstride, default: 1 }
      - { name: Wdilation, default: 1 }
      - { name: Hstride, default: 1 }
      - { name: Hdilation, default: 1 }
    data_spaces:
      - name: Weights
        projection: [[[G]], [[C]], [[M]], [[R]], [[S]]]
      - name: Inputs
        projection: [[[G]], [[N]], [[C]], [[P, Wstride], [R, Wdilation]], [[Q, Hstride], [S, Hdilation]]]
      - name: Outputs
        projection: [[[G]], [[N]], [[M]], [[P]], [[Q]]]
        read_write: true
  instance: { G: 2, N: 1, M: 6, C: 3, R: 5, S: 1, P: 7, Q: 8, Wstride: 2, Wdilation: 3, Hstride: 1, Hdilation: 1 }
`);
  });

  it('needs no coefficients for a product, and leaves nothing to Jinja', () => {
    const text = timeloopProblem(MATMUL);
    expect(text).not.toContain('coefficients');
    expect(text).not.toMatch(/\{[{%#]/);
  });

  const term = (dimension: string, coefficient = 1) => ({ dimension, coefficient });

  it.each<[string, Partial<LoopProblem>, string]>([
    [
      'a name of several letters',
      { sizes: { M: 2, N: 3, K: 4, K1: 1 } },
      'sizes: found "K1"; allowed: dimensions of one letter, as in the permutations of Timeloop',
    ],
    [
      'no size',
      { sizes: { M: 2, K: 4 } },
      'problem.instance.N: missing; allowed: a whole number from 1 to 1000000',
    ],
    [
      'no name',
      { name: '' },
      'problem.shape.name: found ""; allowed: text that is not empty (a number in quotes)',
    ],
    [
      'a sum in the outputs',
      { tensors: { ...MATMUL.tensors, outputs: [[term('M'), term('N')]] } },
      'problem.shape.data_spaces[2].projection[0]: found ["M", "N"]; allowed: in Outputs, one dimension to an axis, without a coefficient, as outputs have',
    ],
    [
      'a coefficient of 0',
      { tensors: { ...MATMUL.tensors, inputs: [[term('K', 0)], [term('N')]] } },
      'problem.instance.Inputs_K: found 0; allowed: a whole number from 1 to 1000000',
    ],
    [
      'an axis of nothing',
      { tensors: { ...MATMUL.tensors, inputs: [[], [term('K')], [term('N')]] } },
      'problem.shape.data_spaces[1].projection[0]: found []; allowed: a list of [dimension] or [dimension, coefficient]',
    ],
  ])('refuses %s', (_, changed, line) => {
    expect(problemLines(() => timeloopProblem({ ...MATMUL, ...changed }), '')).toEqual([line]);
  });
});
