import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, type Problem } from '../input-error.ts';
import { arbitraryImperfectNest, arbitraryNest, type NestCase } from './arbitrary.testing.ts';
import type { Architecture } from './architecture.ts';
import { checkMapping, FACTORS, type Factors } from './check-mapping.ts';
import type { LevelMapping, Loop, LoopMapping } from './mapping.ts';
import { matrixProduct, TENSORS } from './problem.ts';

function problemsOf({ problem, architecture, mapping }: NestCase, factors: Factors): readonly Problem[] {
  try {
    checkMapping(problem, architecture, mapping, factors);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

test('mappings are taken whose factors multiply to the sizes', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), fc.constantFrom(...FACTORS), (drawn, factors) => {
      expect(problemsOf(drawn, factors)).toEqual([]);
    }),
  );
});

test('imperfect, those are too whose factors come to more, where none could be smaller', () => {
  fc.assert(
    fc.property(arbitraryImperfectNest(1000), (drawn) => {
      expect(problemsOf(drawn, 'imperfect')).toEqual([]);
    }),
  );
});

const energy = { read: 1, fill: 1, update: 1 };

/** DRAM, a buffer of weights and inputs above a grid, and RFs that have no words for inputs. */
const ARCHITECTURE: Architecture = {
  name: 'machine',
  wordBits: 16,
  levels: [
    { name: 'DRAM', holds: TENSORS, doubleBuffered: false, energy },
    {
      name: 'GLB',
      holds: ['weights', 'inputs'],
      doubleBuffered: false,
      energy,
      fanout: { x: 4, y: 4, energy: 1 },
    },
    { name: 'RF', holds: TENSORS, capacity: { inputs: 0 }, doubleBuffered: false, energy },
  ],
  macEnergy: 1,
};

const [DRAM, GLB, RF] = [
  { name: 'DRAM', keep: TENSORS, temporal: [['N', 5]] },
  { name: 'GLB', keep: ['weights'], temporal: [], spatialX: [['M', 3]], spatialY: [['K', 2]] },
  {
    name: 'RF',
    keep: ['outputs'],
    temporal: [
      ['M', 2],
      ['K', 2],
    ],
  },
] as const satisfies readonly LevelMapping[];

/** Problems of a mapping of a 6 × 4 matrix times a 4 × 5 one. */
const problems = (levels: readonly LevelMapping[], factors: Factors = 'perfect') =>
  problemsOf(
    { problem: matrixProduct('a', { M: 6, N: 5, K: 4 }), architecture: ARCHITECTURE, mapping: { levels } },
    factors,
  );

test('a mapping without mistakes', () => {
  expect(problems([DRAM, GLB, RF])).toEqual([]);
});

describe('refused are', () => {
  const loop = (dimension: string, factor: number): Loop => [dimension, factor];

  test.each([
    ['a level too few', [DRAM, GLB], ['DRAM', 'GLB']],
    ['a level too many', [DRAM, GLB, RF, RF], ['DRAM', 'GLB', 'RF', 'RF']],
    ['another order', [GLB, DRAM, RF], ['GLB', 'DRAM', 'RF']],
    ['another name', [DRAM, { ...GLB, name: 'L2' }, RF], ['DRAM', 'L2', 'RF']],
    ['no levels', [], []],
  ])('%s', (_, levels, found) => {
    const allowed = 'the levels of machine, outermost first: DRAM, GLB, RF';
    expect(problems(levels)).toEqual([{ code: 'not-allowed', path: ['levels'], found, allowed }]);
  });

  test('loops over no dimension of the problem', () => {
    const strange = (kind: 'temporal' | 'spatialX' | 'spatialY') =>
      problems([DRAM, { ...GLB, [kind]: [loop('K', 1), loop('k', 2)] }, RF]);
    for (const kind of ['temporal', 'spatialX', 'spatialY'] as const) {
      expect(strange(kind)).toEqual([
        {
          code: 'not-allowed',
          path: ['levels', 1, kind, 1, 0],
          found: 'k',
          allowed: 'a dimension of the problem: M, N, K',
          suggestion: 'K',
        },
      ]);
    }
  });

  test.each([0, -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d as a factor', (factor) => {
    expect(problems([{ ...DRAM, temporal: [loop('N', factor)] }, GLB, RF])).toEqual([
      {
        code: 'out-of-range',
        path: ['levels', 0, 'temporal', 0, 1],
        found: factor,
        allowed: 'a whole number from 1',
      },
    ]);
  });

  test('factors that multiply to less than the size, or to more', () => {
    const allowed = 'factors of N that multiply to 5';
    expect(problems([{ ...DRAM, temporal: [] }, GLB, RF])).toEqual([
      { code: 'not-allowed', path: ['levels'], found: 'N = 1', allowed },
    ]);
    expect(problems([{ ...DRAM, temporal: [loop('N', 6)] }, GLB, RF])).toEqual([
      { code: 'not-allowed', path: ['levels'], found: 'N = 6', allowed },
    ]);
  });

  test('imperfect factors that multiply to less, or one of which could be smaller', () => {
    const allowed = 'factors of N that multiply to 5, or to more if none can be smaller';
    const withN = (...factors: number[]) =>
      problems([{ ...DRAM, temporal: factors.map((factor) => loop('N', factor)) }, GLB, RF], 'imperfect');
    for (const taken of [[5], [3, 2], [2, 3], [2, 2, 2], [1, 5]]) expect(withN(...taken)).toEqual([]);
    for (const [found, factors] of [
      [4, [4]],
      [4, [2, 2]],
      [6, [6]],
      [8, [2, 4]],
      [9, [3, 3]],
    ] as const) {
      expect(withN(...factors)).toEqual([
        { code: 'not-allowed', path: ['levels'], found: `N = ${found}`, allowed },
      ]);
    }
  });

  test('what a level cannot hold, or has no words for', () => {
    expect(problems([DRAM, { ...GLB, keep: ['weights', 'outputs'] }, RF])).toEqual([
      {
        code: 'not-allowed',
        path: ['levels', 1, 'keep', 1],
        found: 'outputs',
        allowed: 'what GLB can hold: weights, inputs',
      },
    ]);
    expect(problems([DRAM, GLB, { ...RF, keep: ['inputs'] }])).toMatchObject([
      { code: 'not-allowed', path: ['levels', 2, 'keep', 0], found: 'inputs' },
    ]);
  });

  test('a DRAM that does not keep everything', () => {
    expect(problems([{ ...DRAM, keep: ['weights', 'outputs'] }, GLB, RF])).toEqual([
      {
        code: 'missing',
        path: ['levels', 0, 'keep'],
        found: ['weights', 'outputs'],
        allowed: 'all tensors at the outermost level: weights, inputs, outputs',
      },
    ]);
  });

  test.each(['spatialX', 'spatialY'] as const)('loops in space (%s) without a grid', (kind) => {
    expect(problems([DRAM, { ...GLB, spatialX: [] }, { ...RF, [kind]: [loop('M', 3)] }])).toEqual([
      {
        code: 'not-allowed',
        path: ['levels', 2, kind],
        found: [['M', 3]],
        allowed: 'no loops in space, as RF has no fan-out',
      },
    ]);
    expect(problems([DRAM, GLB, { ...RF, [kind]: [loop('M', 1)] }])).toEqual([]);
  });

  test('several mistakes at once, each told', () => {
    const found = problems([
      { ...DRAM, temporal: [loop('X', 0)] },
      { ...GLB, keep: ['outputs'] },
      { ...RF, spatialX: [loop('M', 2)] },
    ]);
    expect(found.map(({ path }) => path)).toEqual([
      ['levels', 0, 'temporal', 0, 0],
      ['levels', 0, 'temporal', 0, 1],
      ['levels', 1, 'keep', 0],
      ['levels', 2, 'spatialX'],
    ]);
  });
});

test('one mistake in any mapping is told where it is', () => {
  const kinds = ['temporal', 'spatialX', 'spatialY'] as const;
  fc.assert(
    fc.property(arbitraryNest(1000), fc.nat(), fc.constantFrom(...kinds), fc.nat(), (drawn, i, kind, j) => {
      const { levels } = drawn.mapping;
      const level = i % levels.length;
      const loops = levels[level]![kind] ?? [];
      fc.pre(loops.length > 0);
      const at = j % loops.length;
      const withLoop = (loop: Loop): NestCase => {
        const changed = { ...levels[level]!, [kind]: loops.with(at, loop) };
        const mapping: LoopMapping = { levels: levels.with(level, changed) };
        return { ...drawn, mapping };
      };
      const [dimension, factor] = loops[at]!;
      for (const factors of FACTORS) {
        const paths = (loop: Loop) => problemsOf(withLoop(loop), factors).map(({ path }) => path);
        expect(paths(['Z', factor])).toEqual([['levels', level, kind, at, 0]]);
        expect(paths([dimension, -factor])).toEqual([['levels', level, kind, at, 1]]);
        expect(paths([dimension, 2 * factor])).toEqual([['levels']]);
        expect(paths([dimension, factor - 1])).toEqual([['levels']]);
      }
    }),
  );
});
