/** What the files of this folder can say, at random. */

import fc from 'fast-check';
import type { Architecture, MemoryLevel } from '../architecture.ts';
import type { Constraints, FactorRule, LevelRules } from '../constraints.ts';
import type { Loop, LoopMapping } from '../mapping.ts';
import { tensorWords } from '../nest.ts';
import {
  type Axis,
  convolution,
  type LoopProblem,
  macsOf,
  matrixProduct,
  type PerTensor,
  TENSORS,
  type Tensor,
} from '../problem.ts';

/** Any text that results can be kept by. */
const name = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((one) => !(one in {}) && one !== 'MAC' && !one.endsWith(' network'));

const size = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 1_000_000 }));

const tensors = fc.shuffledSubarray<Tensor>([...TENSORS]);

/** Not −0, which YAML has but nobody means. */
const double = (min: number) => fc.double({ min, max: 1e12, noNaN: true }).map((value) => value + 0);

const cost = fc.oneof(fc.integer({ min: 0, max: 300 }), double(0));
const words = (min: number) => fc.oneof(fc.integer({ min, max: 1024 }), fc.integer({ min, max: 1e12 }));

const energy = fc.oneof(
  cost.map((one) => ({ read: one, fill: one, update: one })),
  fc.record({ read: cost, fill: cost, update: cost }),
);

/** Capacities of a level that holds these tensors. */
const capacity = (holds: readonly Tensor[], least: number): fc.Arbitrary<MemoryLevel['capacity']> =>
  fc.oneof(
    fc.constant(undefined),
    words(1),
    fc.record(Object.fromEntries(holds.map((tensor) => [tensor, words(least)])), { requiredKeys: [] }),
  );

const level = (holds: fc.Arbitrary<Tensor[]>, least: number): fc.Arbitrary<Omit<MemoryLevel, 'name'>> =>
  holds.chain((held) =>
    fc.record(
      {
        holds: fc.constant(held),
        capacity: capacity(held, least),
        doubleBuffered: fc.boolean(),
        energy,
        bandwidth: fc.record({ read: double(1e-6), write: double(1e-6) }, { requiredKeys: [] }),
        fanout: fc.record({
          x: fc.integer({ min: 1, max: 30 }),
          y: fc.integer({ min: 1, max: 30 }),
          energy: cost,
        }),
      },
      { requiredKeys: ['holds', 'doubleBuffered', 'energy'] },
    ),
  );

/** An architecture that its file format allows. */
export const anyArchitecture = (): fc.Arbitrary<Architecture> =>
  fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((names) =>
    fc.record({
      name,
      wordBits: fc.integer({ min: 1, max: 64 }),
      levels: fc.tuple(
        ...names.map((one, i) =>
          level(i === 0 ? fc.shuffledSubarray([...TENSORS], { minLength: 3 }) : tensors, i === 0 ? 1 : 0).map(
            (rest) => ({ name: one, ...rest }),
          ),
        ),
      ),
      macEnergy: cost,
    }),
  );

const isCountable = (problem: LoopProblem): boolean =>
  [macsOf(problem), ...tensorWords(problem).values()].every((count) => count <= Number.MAX_SAFE_INTEGER);

export const anyConvolution = (): fc.Arbitrary<LoopProblem> => {
  const small = fc.integer({ min: 1, max: 12 });
  return fc
    .tuple(
      name,
      fc.record(
        {
          N: size,
          M: size,
          C: size,
          R: small,
          S: small,
          P: size,
          Q: size,
          groups: fc.integer({ min: 1, max: 4 }),
          strideP: small,
          strideQ: small,
          dilationR: small,
          dilationS: small,
        },
        { requiredKeys: [] },
      ),
    )
    .map(([one, sizes]) => convolution(one, sizes))
    .filter(isCountable);
};

export const anyMatrixProduct = (): fc.Arbitrary<LoopProblem> =>
  fc
    .tuple(name, fc.record({ M: size, N: size, K: size }))
    .map(([one, sizes]) => matrixProduct(one, sizes))
    .filter(isCountable);

const dimension = fc
  .oneof(
    fc.constantFrom(...'GNMCRSPQKij', 'name', 'type', 'stride', 'groups'),
    fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,5}$/),
  )
  .filter((one) => !(one in {}));

/** Axes along each of which one or two of these dimensions move, each dimension along one. */
const axes = (dimensions: readonly string[]): fc.Arbitrary<Axis[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...dimensions]),
      fc.array(fc.boolean(), { minLength: dimensions.length, maxLength: dimensions.length }),
      fc.array(size, { minLength: dimensions.length, maxLength: dimensions.length }),
    )
    .map(([some, joined, coefficients]) => {
      const found: Axis[] = [];
      some.forEach((one, i) => {
        const term = { dimension: one, coefficient: coefficients[i]! };
        const last = joined[i] ? found.pop() : undefined;
        found.push([...(last ?? []), term]);
      });
      return found;
    });

/** A problem of any dimensions, each of which a tensor has. */
export const anyGeneralProblem = (): fc.Arbitrary<LoopProblem> =>
  fc
    .uniqueArray(dimension, { minLength: 1, maxLength: 6 })
    .chain((dimensions) =>
      fc.record({
        name,
        sizes: fc.record(Object.fromEntries(dimensions.map((one) => [one, fc.integer({ min: 1, max: 50 })]))),
        tensors: fc.record({
          weights: axes(dimensions),
          inputs: axes(dimensions),
          outputs: fc
            .shuffledSubarray(dimensions)
            .map((some) => some.map((one): Axis => [{ dimension: one, coefficient: 1 }])),
        } satisfies PerTensor<unknown>),
      }),
    )
    .filter((problem) => {
      const known = new Set(
        TENSORS.flatMap((tensor) => problem.tensors[tensor].flat()).map((one) => one.dimension),
      );
      return Object.keys(problem.sizes).every((one) => known.has(one)) && isCountable(problem);
    });

const loops: fc.Arbitrary<Loop[]> = fc.array(fc.tuple(name, size), { maxLength: 4 });

/** A mapping that its file format allows, of no problem. */
export const anyMapping = (): fc.Arbitrary<LoopMapping> =>
  fc.record({
    levels: fc.array(fc.record({ name, keep: tensors, temporal: loops, spatialX: loops, spatialY: loops }), {
      minLength: 1,
      maxLength: 5,
    }),
  });

const factorRule: fc.Arbitrary<FactorRule> = fc.oneof(
  size,
  fc.constant('all' as const),
  fc.record({ least: size }, { requiredKeys: [] }),
  fc.tuple(size, size).map(([a, b]) => ({ least: Math.min(a, b), most: Math.max(a, b) })),
);

/** Rules that go with a level of any architecture, if it has a fan-out. */
const levelRules = (letters: fc.Arbitrary<string>): fc.Arbitrary<LevelRules> => {
  const list = fc.uniqueArray(letters, { maxLength: 4 });
  const common = { only: list, factors: fc.dictionary(letters, factorRule, { maxKeys: 4 }) };
  const rules = fc.record(common, { requiredKeys: [] });
  const temporal = fc.record({ ...common, innermost: list, order: list }, { requiredKeys: [] });
  const keeping = fc
    .tuple(fc.array(fc.constantFrom('keep', 'bypass', 'free', undefined), { minLength: 3, maxLength: 3 }))
    .map(([places]) => {
      const found: Partial<Record<string, Tensor[]>> = {};
      places.forEach((place, i) => {
        if (place !== undefined) found[place] = [...(found[place] ?? []), TENSORS[i]!];
      });
      return found;
    });
  return fc
    .tuple(keeping, fc.record({ temporal, spatialX: rules, spatialY: rules }, { requiredKeys: [] }))
    .map(([kept, rest]) => ({ ...kept, ...rest }));
};

/**
 * Constraints that their file format allows.
 *
 * @param levels names of the levels that have rules; default: any
 * @param letters of the dimensions; default: any
 */
export const anyConstraints = (
  levels: fc.Arbitrary<string> = name,
  letters: fc.Arbitrary<string> = name,
): fc.Arbitrary<Constraints> =>
  fc.record(
    {
      name,
      source: name,
      buffers: fc.constantFrom('kept' as const, 'free' as const),
      axes: fc.constantFrom('one' as const, 'both' as const),
      levels: fc.dictionary(levels, levelRules(letters), { maxKeys: 4 }),
    },
    { requiredKeys: ['name', 'buffers', 'axes', 'levels'] },
  );
