import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, type Problem } from '../input-error.ts';
import { arbitraryArchitecture } from './arbitrary.testing.ts';
import { checkArchitecture } from './check-architecture.ts';
import { evaluateNest } from './evaluate.ts';
import { anyArchitecture } from './files/arbitrary.testing.ts';
import { machine, memory } from './machine.testing.ts';
import { matrixProduct, TENSORS } from './problem.ts';

function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

test('architectures are taken, from files and not', () => {
  fc.assert(
    fc.property(fc.oneof(arbitraryArchitecture, anyArchitecture()), (architecture) => {
      expect(problemsOf(() => checkArchitecture(architecture))).toEqual([]);
    }),
  );
});

describe('refused are', () => {
  const allTensors = 'all tensors at the outermost level: weights, inputs, outputs';
  const unkept = 'another name, as results cannot be kept by this one';

  test.each([
    ['A', 'a name that no other level has'],
    ['MAC', 'another name, as results call the arithmetic so'],
    ['A network', 'another name, as results call what lies below a level so'],
    ['constructor', unkept],
    ['__proto__', unkept],
    ['toString', unkept],
  ])('%s as the name of a second level', (found, allowed) => {
    const architecture = machine(memory('A'), memory(found));
    const expected = [{ code: 'not-allowed', path: ['levels', 1, 'name'], found, allowed }];
    expect(problemsOf(() => checkArchitecture(architecture))).toEqual(expected);
    // Also where a mapping is evaluated that is one of it
    const problem = matrixProduct('a', { M: 2, N: 3, K: 4 });
    const levels = architecture.levels.map(({ name }, i) => ({
      name,
      keep: TENSORS,
      temporal: i === 0 ? Object.entries(problem.sizes) : [],
    }));
    expect(problemsOf(() => evaluateNest(problem, architecture, { levels }))).toEqual(expected);
  });

  test.each([
    [[], 'out-of-range', ['levels'], [], 'at least one level'],
    [
      [memory('A', { holds: ['weights', 'outputs'] })],
      'not-allowed',
      ['levels', 0, 'holds'],
      ['weights', 'outputs'],
      allTensors,
    ],
    [
      [memory('A', { capacity: { inputs: 0 } })],
      'not-allowed',
      ['levels', 0, 'holds'],
      ['weights', 'outputs'],
      allTensors,
    ],
    [
      [memory('A', { fanout: { x: 2 ** 30, y: 2 ** 23, energy: 0 } })],
      'out-of-range',
      ['levels'],
      '9.01e+15 MACs',
      'fan-outs of less than 2^53 MACs',
    ],
    [
      [memory('A', { fanout: { x: Number.NaN, y: 1, energy: 0 } })],
      'out-of-range',
      ['levels'],
      'NaN MACs',
      'fan-outs of less than 2^53 MACs',
    ],
  ])('levels %#', (levels, code, path, found, allowed) => {
    expect(problemsOf(() => checkArchitecture(machine(...levels)))).toEqual([{ code, path, found, allowed }]);
  });
});
