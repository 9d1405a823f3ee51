/** Random small problems, architectures and constraints: few enough mappings to try them all. */

import fc from 'fast-check';
import type { Architecture, MemoryLevel } from './architecture.ts';
import type { Constraints, FactorRule, LevelRules, LoopRules, TemporalRules } from './constraints.ts';
import type { MapCase } from './exhaustive.testing.ts';
import { convolution, type LoopProblem, macsOf, matrixProduct, TENSORS, type Tensor } from './problem.ts';

/** Without fast-check's taste for the ends of the range. */
const from = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));
const oneOf = <T>(...values: readonly T[]) => fc.noBias(fc.constantFrom(...values));

/** One time in so many, what is drawn; otherwise nothing. */
const rarely = <T>(times: number, drawn: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: times - 1 }, { arbitrary: drawn, weight: 1 });

const size = oneOf(2, 2, 2, 3, 3, 4, 4, 5, 6);

/** Convolutions of one to four dimensions, with stride, dilation and groups. */
const smallConvolution: fc.Arbitrary<LoopProblem> = fc
  .record({
    sizes: fc
      .noBias(fc.subarray([...'MCRSPQ'], { minLength: 1, maxLength: 4 }))
      .chain((letters) => fc.record(Object.fromEntries(letters.map((letter) => [letter, size])))),
    N: oneOf(1, 1, 1, 1, 2),
    groups: oneOf(1, 1, 1, 1, 2),
    strideP: oneOf(1, 1, 2, 3),
    strideQ: oneOf(1, 1, 2),
    dilationR: oneOf(1, 1, 2, 3),
    dilationS: oneOf(1, 1, 2),
  })
  .map(({ sizes, ...others }) => convolution('conv', { ...sizes, ...others }));

const smallProduct: fc.Arbitrary<LoopProblem> = fc
  .record({ M: from(1, 6), N: from(1, 6), K: from(1, 6) })
  .map((sizes) => matrixProduct('product', sizes));

const smallProblem = (mostMacs: number): fc.Arbitrary<LoopProblem> =>
  fc
    .oneof({ arbitrary: smallConvolution, weight: 4 }, { arbitrary: smallProduct, weight: 1 })
    .filter((problem) => macsOf(problem) <= mostMacs);

/** Whole numbers, often 0, and now and then others. */
const energy = fc.oneof(
  { arbitrary: oneOf(0, 1, 2, 6, 20), weight: 2 },
  { arbitrary: from(0, 40), weight: 2 },
  { arbitrary: from(0, 400).map((tenths) => tenths / 10), weight: 1 },
);

const NAMES = ['DRAM', 'GLB', 'buffer', 'RF'] as const;

function smallLevel(name: string, isOutermost: boolean): fc.Arbitrary<MemoryLevel> {
  const words = from(1, 30);
  const unless = <T>(outermost: T, drawn: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    isOutermost ? fc.constant(outermost) : drawn;
  return fc.record({
    name: fc.constant(name),
    holds: unless<readonly Tensor[]>(
      TENSORS,
      fc.oneof(
        { arbitrary: fc.constant(TENSORS), weight: 3 },
        { arbitrary: fc.subarray([...TENSORS]), weight: 1 },
      ),
    ),
    capacity: unless<MemoryLevel['capacity']>(
      undefined,
      fc.oneof(
        { arbitrary: fc.constant(undefined), weight: 1 },
        { arbitrary: words, weight: 2 },
        {
          arbitrary: fc.record(
            { weights: from(0, 20), inputs: from(0, 20), outputs: from(0, 20) },
            { requiredKeys: [] },
          ),
          weight: 1,
        },
      ),
    ),
    doubleBuffered: unless(false, oneOf(false, false, true)),
    energy: fc.record({ read: energy, fill: energy, update: energy }),
    bandwidth: rarely(
      4,
      fc.record({ read: oneOf(0.25, 0.5, 1, 2, 3), write: oneOf(0.25, 0.5, 1, 2, 3) }, { requiredKeys: [] }),
    ),
    fanout: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 3 },
      { arbitrary: fc.record({ x: from(1, 5), y: from(1, 3), energy }), weight: 2 },
    ),
  });
}

/** Two to four levels, each with a fan-out below it or none. */
const smallArchitecture: fc.Arbitrary<Architecture> = oneOf(2, 2, 3, 3, 4).chain((length) =>
  fc.record({
    name: fc.constant('machine'),
    wordBits: fc.constant(16),
    levels: fc.tuple(...NAMES.slice(0, length).map((name, i) => smallLevel(name, i === 0))) as fc.Arbitrary<
      MemoryLevel[]
    >,
    macEnergy: energy,
  }),
);

const factorRule: fc.Arbitrary<FactorRule> = fc.oneof(
  oneOf<FactorRule>(1, 1, 2, 3, 4, 'all'),
  fc
    .record({ least: from(1, 3), more: from(0, 3) })
    .map(({ least, more }): FactorRule => ({ least, most: least + more })),
  from(2, 3).map((least): FactorRule => ({ least })),
  from(1, 3).map((most): FactorRule => ({ most })),
);

function loopRules(letters: readonly string[]): fc.Arbitrary<LoopRules> {
  const some = fc.shuffledSubarray([...letters]);
  return fc.record({
    only: rarely(4, some),
    factors: rarely(
      2,
      fc
        .shuffledSubarray([...letters], { maxLength: Math.min(2, letters.length) })
        .chain((ruled) => fc.record(Object.fromEntries(ruled.map((letter) => [letter, factorRule])))),
    ),
  });
}

const temporalRules = (letters: readonly string[]): fc.Arbitrary<TemporalRules> =>
  fc
    .record({
      loops: loopRules(letters),
      innermost: rarely(3, fc.shuffledSubarray([...letters], { minLength: 1 })),
      order: rarely(3, fc.shuffledSubarray([...letters], { minLength: 1 })),
    })
    .map(({ loops, innermost, order }) => ({ ...loops, innermost, order }));

function levelRules(
  letters: readonly string[],
  { holds, capacity, fanout }: MemoryLevel,
  isOutermost: boolean,
): fc.Arbitrary<LevelRules> {
  const canHold = holds.filter((tensor) => typeof capacity !== 'object' || capacity[tensor] !== 0);
  const spatial = fanout ? rarely(2, loopRules(letters)) : fc.constant(undefined);
  return fc
    .record({
      lists: fc.array(oneOf<'keep' | 'bypass' | 'free' | undefined>('keep', 'bypass', 'free', undefined), {
        minLength: canHold.length,
        maxLength: canHold.length,
      }),
      temporal: rarely(2, temporalRules(letters)),
      spatialX: spatial,
      spatialY: spatial,
    })
    .map(({ lists, ...rules }): LevelRules => {
      const listed = (list: string) => canHold.filter((_, i) => lists[i] === list);
      if (isOutermost) return rules;
      return { keep: listed('keep'), bypass: listed('bypass'), free: listed('free'), ...rules };
    });
}

/** Constraints that go with an architecture: of so many levels, about one has rules. */
const smallConstraints = (
  { sizes }: LoopProblem,
  { levels }: Architecture,
  oneOfLevels: number,
): fc.Arbitrary<Constraints> => {
  const letters = Object.keys(sizes);
  const looped = letters.filter((letter) => sizes[letter]! > 1);
  const ruled = looped.length > 0 ? oneOf(letters, looped, looped, looped, looped) : oneOf(letters);
  return ruled.chain((some) =>
    fc.record({
      name: fc.constant('rules'),
      buffers: oneOf<Constraints['buffers']>('kept', 'kept', 'free'),
      axes: oneOf<Constraints['axes']>('one', 'both'),
      levels: fc
        .tuple(...levels.map((level, i) => rarely(oneOfLevels, levelRules(some, level, i === 0))))
        .map((rules) =>
          Object.fromEntries(
            levels.flatMap(({ name }, i): [string, LevelRules][] => (rules[i] ? [[name, rules[i]]] : [])),
          ),
        ),
    }),
  );
};

/**
 * Cases of problems of up to so many multiply-accumulates.
 *
 * @param oneOfLevels of so many levels, about one has rules
 */
export const arbitraryMapCase = (mostMacs: number, oneOfLevels: number): fc.Arbitrary<MapCase> =>
  fc.record({ problem: smallProblem(mostMacs), architecture: smallArchitecture }).chain((drawn) =>
    smallConstraints(drawn.problem, drawn.architecture, oneOfLevels).map((constraints) => ({
      ...drawn,
      constraints,
    })),
  );
