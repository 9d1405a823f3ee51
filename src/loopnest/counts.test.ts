import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arbitraryConvolution,
  arbitraryNest,
  arbitraryNestOf,
  arbitraryProduct,
  type NestCase,
} from './arbitrary.testing.ts';
import type { Architecture, MemoryLevel } from './architecture.ts';
import { type Accesses, countNest } from './counts.ts';
import { parseVectors } from './files/vectors-file.ts';
import { type LevelMapping, type Loop, type LoopMapping, spatialLoops } from './mapping.ts';
import {
  type Axis,
  convolution,
  type LoopProblem,
  macsOf,
  matrixProduct,
  TENSORS,
  type Tensor,
} from './problem.ts';
import { TRACE_RULES, traceNest } from './trace.testing.ts';
import { CONVENTIONS, type Convention } from './walk.ts';

const count = ({ problem, architecture, mapping }: NestCase, convention: Convention = 'true') =>
  countNest(problem, architecture, mapping, convention);

describe('against a machine that is run', () => {
  test('counts are what it does', () => {
    fc.assert(
      fc.property(arbitraryNest(400), (drawn) => {
        const { problem, architecture, mapping } = drawn;
        expect(count(drawn)).toEqual(traceNest(problem, architecture, mapping, TRACE_RULES.true));
      }),
      { numRuns: 3000 },
    );
  });

  test('in the convention of Timeloop they are what it does as Timeloop does', () => {
    fc.assert(
      fc.property(arbitraryNest(400), (drawn) => {
        const { problem, architecture, mapping } = drawn;
        const traced = traceNest(problem, architecture, mapping, TRACE_RULES.timeloop);
        expect(count(drawn, 'timeloop')).toEqual(traced);
      }),
      { numRuns: 500 },
    );
  });

  test('the machine does as Timeloop does: it comes to what that reports', () => {
    const file = 'timeloop-vectors.testing.jsonl';
    const vectors = parseVectors(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
    const small = vectors.filter(({ expected }) => expected.macs <= 2000);
    expect(small).toHaveLength(70);
    for (const { problem, architecture, mapping, expected } of small) {
      const traced = traceNest(problem, architecture, mapping, TRACE_RULES.timeloop);
      const byName = mapping.levels.map(({ name }, i) => [name, traced.levels[i]!]);
      expect(Object.fromEntries(byName)).toEqual(expected.counts);
    }
  });
});

const memory = (name: string): MemoryLevel => ({
  name,
  holds: TENSORS,
  doubleBuffered: false,
  energy: { read: 1, fill: 1, update: 1 },
});

/** DRAM, a buffer, and two PEs with an RF each. */
const TWO_PES: Architecture = {
  name: 'two PEs',
  wordBits: 16,
  levels: [memory('DRAM'), { ...memory('GLB'), fanout: { x: 2, y: 1, energy: 1 } }, memory('RF')],
  macEnergy: 1,
};

test('by hand: a 2 × 4 matrix times a 4 × 3 one, a row of the product in each PE', () => {
  const mapping: LoopMapping = {
    levels: [
      { name: 'DRAM', keep: TENSORS, temporal: [['N', 3]] },
      { name: 'GLB', keep: TENSORS, temporal: [['K', 2]], spatialX: [['M', 2]] },
      { name: 'RF', keep: TENSORS, temporal: [['K', 2]] },
    ],
  };
  const { levels, network } = countNest(matrixProduct('a', { M: 2, N: 3, K: 4 }), TWO_PES, mapping, 'true');
  const accesses = (reads: number, fills: number, updates: number, tile: number, instances: number) => ({
    reads,
    fills,
    updates,
    tile,
    instances,
  });
  expect(levels).toEqual([
    {
      weights: accesses(8, 0, 0, 8, 1),
      inputs: accesses(12, 0, 0, 12, 1),
      outputs: accesses(0, 0, 6, 6, 1),
    },
    {
      // All weights stay; the rows that the PEs read for each column of inputs are not the same
      weights: accesses(24, 8, 0, 8, 1),
      // Half a column is read at a time, for both PEs
      inputs: accesses(12, 12, 0, 4, 1),
      outputs: accesses(0, 0, 6, 2, 1),
    },
    {
      weights: accesses(24, 24, 0, 2, 2),
      inputs: accesses(24, 24, 0, 2, 2),
      // Of each four sums that make a psum, the first finds none
      outputs: accesses(18, 0, 24, 1, 2),
    },
  ]);
  expect(network).toEqual([
    { weights: 0, inputs: 0, outputs: 0 },
    { weights: 24, inputs: 12 * 2, outputs: 6 },
    { weights: 0, inputs: 0, outputs: 0 },
  ]);
});

/** A case with its levels mapped otherwise. */
const remapped = (drawn: NestCase, change: (level: LevelMapping, i: number) => LevelMapping): NestCase => ({
  ...drawn,
  mapping: { levels: drawn.mapping.levels.map(change) },
});

/** The same in another order. */
const shuffled = <T>(draw: fc.GeneratorValue, some: readonly T[]): readonly T[] =>
  draw(fc.shuffledSubarray<T>, [...some], { minLength: some.length });

describe.each(CONVENTIONS)('in the convention %s, the same is counted', (convention) => {
  test('with loops of factor 1 anywhere', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.gen(), (drawn, draw) => {
        const dimensions = Object.keys(drawn.problem.sizes);
        const padded = (loops: readonly Loop[] = []) => {
          const ones = draw(fc.subarray<string>, dimensions).map((dimension): Loop => [dimension, 1]);
          const at = draw(fc.integer, { min: 0, max: loops.length });
          return [...loops.slice(0, at), ...ones, ...loops.slice(at)];
        };
        const other = remapped(drawn, (level) => ({
          ...level,
          temporal: padded(level.temporal),
          spatialX: padded(level.spatialX),
          spatialY: padded(level.spatialY),
        }));
        expect(count(other, convention)).toEqual(count(drawn, convention));
      }),
    );
  });

  test('in any order of the loops inside the innermost level, and of those in space', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.gen(), (drawn, draw) => {
        const other = remapped(drawn, (level, i) => {
          const isInnermost = i === drawn.architecture.levels.length - 1;
          const space = shuffled(draw, spatialLoops(level));
          const onX = draw(fc.integer, { min: 0, max: space.length });
          return {
            ...level,
            temporal: isInnermost ? shuffled(draw, level.temporal) : level.temporal,
            spatialX: space.slice(0, onX),
            spatialY: space.slice(onX),
          };
        });
        expect(count(other, convention)).toEqual(count(drawn, convention));
      }),
    );
  });

  test('with one more level, which keeps nothing', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.gen(), (drawn, draw) => {
        const at = draw(fc.integer, { min: 1, max: drawn.architecture.levels.length });
        const { architecture, mapping } = drawn;
        const inserted = <T>(some: readonly T[], one: T) => [...some.slice(0, at), one, ...some.slice(at)];
        const { levels, network } = count(drawn, convention);
        const levelsWithOne = inserted(architecture.levels, memory('more'));
        const counts = count(
          {
            ...drawn,
            architecture: { ...architecture, levels: levelsWithOne },
            mapping: { levels: inserted(mapping.levels, { name: 'more', keep: [], temporal: [] }) },
          },
          convention,
        );
        expect(counts.levels).toEqual(inserted(levels, {}));
        expect(counts.network).toEqual(inserted(network, { weights: 0, inputs: 0, outputs: 0 }));
      }),
    );
  });

  test('for a product of matrices and a convolution of its shape', () => {
    const letters: Readonly<Record<string, string>> = { M: 'M', N: 'N', K: 'C' };
    const renamed = (loops: readonly Loop[] = []) =>
      loops.map(([letter, factor]): Loop => [letters[letter]!, factor]);
    fc.assert(
      fc.property(arbitraryNestOf(arbitraryProduct(1000)), (drawn) => {
        const { M, N, K } = drawn.problem.sizes;
        const other = remapped(drawn, (level) => ({
          ...level,
          temporal: renamed(level.temporal),
          spatialX: renamed(level.spatialX),
          spatialY: renamed(level.spatialY),
        }));
        const problem = convolution('a', { M, N, C: K });
        expect(count({ ...other, problem }, convention)).toEqual(count(drawn, convention));
      }),
    );
  });

  test('for columns as for rows', () => {
    const swap: Readonly<Record<string, string>> = { P: 'Q', Q: 'P', R: 'S', S: 'R' };
    const swapped = (loops: readonly Loop[] = []) =>
      loops.map(([letter, factor]): Loop => [swap[letter] ?? letter, factor]);
    fc.assert(
      fc.property(arbitraryNestOf(arbitraryConvolution(1000)), (drawn) => {
        const { sizes, tensors } = drawn.problem;
        const [rows, columns] = tensors.inputs.slice(-2).map((axis) => axis.map((term) => term.coefficient));
        const { P, Q, R, S, G, ...others } = sizes;
        const problem = convolution('a', {
          ...{ ...others, P: Q, Q: P, R: S, S: R, groups: G },
          ...{ strideP: columns![0], dilationR: columns![1], strideQ: rows![0], dilationS: rows![1] },
        });
        const other = remapped(drawn, (level) => ({
          ...level,
          temporal: swapped(level.temporal),
          spatialX: swapped(level.spatialX),
          spatialY: swapped(level.spatialY),
        }));
        expect(count({ ...other, problem }, convention)).toEqual(count(drawn, convention));
      }),
    );
  });

  test('for groups one after another as for each by itself', () => {
    fc.assert(
      fc.property(arbitraryNest(500), fc.integer({ min: 2, max: 4 }), (drawn, groups) => {
        const one: NestCase = { ...drawn, problem: inGroups(drawn.problem, 1) };
        const all: NestCase = {
          ...remapped(drawn, (level, i) =>
            i === 0 ? { ...level, temporal: [['groups', groups], ...level.temporal] } : level,
          ),
          problem: inGroups(drawn.problem, groups),
        };
        const times = (accesses: Accesses, level: number): Accesses => ({
          reads: accesses.reads * groups,
          fills: accesses.fills * groups,
          updates: accesses.updates * groups,
          // DRAM holds all groups
          tile: accesses.tile * (level === 0 ? groups : 1),
          instances: accesses.instances,
        });
        const expected = count(one, convention).levels.map((level, i) =>
          Object.fromEntries(Object.entries(level).map(([tensor, accesses]) => [tensor, times(accesses, i)])),
        );
        expect(count(all, convention).levels).toEqual(expected);
      }),
    );
  });

  test('of weights and outputs as in the other', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const [some, others] = CONVENTIONS.map((one) =>
          count(drawn, one).levels.map(({ weights, outputs }) => ({ weights, outputs })),
        );
        expect(some).toEqual(others);
      }),
    );
  });
});

/** A problem so many times, with words of its own each time. */
const inGroups = ({ sizes, tensors, ...problem }: LoopProblem, groups: number): LoopProblem => {
  const axis: Axis = [{ dimension: 'groups', coefficient: 1 }];
  return {
    ...problem,
    sizes: { groups, ...sizes },
    tensors: {
      weights: [axis, ...tensors.weights],
      inputs: [axis, ...tensors.inputs],
      outputs: [axis, ...tensors.outputs],
    },
  };
};

test('a loop counts as two that follow each other', () => {
  const split = ([dimension, factor]: Loop): Loop[] =>
    factor % 2 === 0
      ? [
          [dimension, factor / 2],
          [dimension, 2],
        ]
      : [[dimension, factor]];
  fc.assert(
    fc.property(arbitraryNest(1000), (drawn) => {
      const other = remapped(drawn, (level) => ({ ...level, temporal: level.temporal.flatMap(split) }));
      expect(count(other)).toEqual(count(drawn));
    }),
  );
});

describe('what must be', () => {
  test('DRAM is read no less than once for every word that a MAC needs', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const [dram] = count(drawn).levels;
        for (const tensor of ['weights', 'inputs'] as const) {
          const { reads, tile } = dram![tensor]!;
          const words = neededWords(drawn.problem, tensor);
          expect(reads).toBeGreaterThanOrEqual(words);
          expect(tile).toBeGreaterThanOrEqual(words);
        }
        expect(dram!.weights!.tile).toBe(neededWords(drawn.problem, 'weights'));
      }),
    );
  });

  test('outputs are made once: DRAM takes each once more than it gives it', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { updates, reads, fills } = count(drawn).levels[0]!.outputs!;
        expect(updates - reads).toBe(neededWords(drawn.problem, 'outputs'));
        expect(fills).toBe(0);
      }),
    );
  });

  test('MACs have each operand, and make each sum, once in a cycle', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { levels } = count(drawn);
        const macs = macsOf(drawn.problem);
        for (const tensor of TENSORS) {
          const keeper = levels.findLastIndex((level) => level[tensor] !== undefined);
          const { reads, updates } = levels[keeper]![tensor]!;
          const served = tensor === 'outputs' ? updates : reads;
          const isShared = drawn.mapping.levels.slice(keeper).some((level) => spatialLoops(level).length > 0);
          if (isShared) expect(served).toBeLessThanOrEqual(macs);
          else expect(served).toBe(macs);
        }
      }),
    );
  });

  test('a level receives what the one above gives, once for each instance that shares it', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { levels } = count(drawn);
        for (const tensor of TENSORS) {
          const keepers = levels.flatMap((level, i) => (level[tensor] ? [i] : []));
          keepers.slice(1).forEach((below, k) => {
            const above = keepers[k]!;
            const isShared = drawn.mapping.levels
              .slice(above, below)
              .some((level) => spatialLoops(level).length > 0);
            const { fills } = levels[below]![tensor]!;
            const { reads } = levels[above]![tensor]!;
            if (isShared) expect(fills).toBeGreaterThanOrEqual(reads);
            else expect(fills).toBe(reads);
          });
        }
      }),
    );
  });

  test('no count is negative or a fraction', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.constantFrom(...CONVENTIONS), (drawn, convention) => {
        const { levels, network } = count(drawn, convention);
        const counts = [...levels.flatMap((level) => Object.values(level)), ...network];
        for (const words of counts.flatMap((one) => Object.values(one))) {
          expect(Number.isSafeInteger(words)).toBe(true);
          expect(words).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('counts that break an invariant are an error', () => {
  const run = (outputs: readonly Axis[], M: number) => {
    const problem = matrixProduct('a', { M, N: 3, K: 4 });
    return () =>
      countNest(
        { ...problem, tensors: { ...problem.tensors, outputs } },
        TWO_PES,
        {
          levels: [
            { name: 'DRAM', keep: TENSORS, temporal: Object.entries(problem.sizes) },
            { name: 'GLB', keep: TENSORS, temporal: [] },
            { name: 'RF', keep: TENSORS, temporal: [] },
          ],
        },
        'true',
      );
  };
  const axes = (coefficient: number): readonly Axis[] => [
    [{ dimension: 'M', coefficient }],
    [{ dimension: 'N', coefficient: 1 }],
  ];

  test('such as those of outputs that a stride leaves out', () => {
    expect(run(axes(1), 2)).not.toThrow();
    expect(run(axes(9), 2)).toThrow(/^outputs of a: nothing is negative \(\{"loops":/);
  });

  test('but not those that 2^53 rounds', () => {
    expect(run(axes(1), 2 ** 53 - 1)).not.toThrow();
    expect(run(axes(1), 1e9 ** 3)).not.toThrow();
  });
});

/** Words of a tensor that some MAC uses: less than all where a stride leaves some out. */
function neededWords({ sizes, tensors }: LoopProblem, tensor: Tensor): number {
  return tensors[tensor].reduce((words, axis) => {
    let positions = new Set([0]);
    for (const { dimension, coefficient } of axis) {
      const next = [...positions].flatMap((position) =>
        Array.from({ length: sizes[dimension]! }, (_, i) => position + i * coefficient),
      );
      positions = new Set(next);
    }
    return words * positions.size;
  }, 1);
}
