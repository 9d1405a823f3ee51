/** Random small problems, architectures and mappings to check the counts and searches on. */

import fc from 'fast-check';
import type { Architecture, Fanout, MemoryLevel } from './architecture.ts';
import { type LevelMapping, type Loop, type LoopMapping, spatialLoops } from './mapping.ts';
import { convolution, type LoopProblem, macsOf, matrixProduct, TENSORS } from './problem.ts';

/** Without fast-check's taste for the ends of the range. */
const from = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));

const oneOf = <T>(...values: readonly T[]) => fc.noBias(fc.constantFrom(...values));

/** Convolutions of up to so many multiply-accumulates, with stride, dilation and groups. */
export const arbitraryConvolution = (mostMacs: number): fc.Arbitrary<LoopProblem> =>
  fc
    .record({
      N: oneOf(1, 1, 1, 2),
      M: oneOf(1, 1, 2, 3, 4),
      C: oneOf(1, 1, 2, 3),
      R: oneOf(1, 2, 3, 4, 5),
      S: oneOf(1, 1, 2, 3, 4),
      P: oneOf(1, 2, 3, 4, 6, 8, 9),
      Q: oneOf(1, 1, 2, 4, 5, 6),
      groups: oneOf(1, 1, 1, 2),
      strideP: from(1, 4),
      strideQ: from(1, 3),
      dilationR: oneOf(1, 1, 1, 2, 3),
      dilationS: oneOf(1, 1, 2),
    })
    .map((sizes) => convolution('conv', sizes))
    .filter((problem) => macsOf(problem) <= mostMacs);

/** Products of matrices of up to so many multiply-accumulates. */
export const arbitraryProduct = (mostMacs: number): fc.Arbitrary<LoopProblem> =>
  fc
    .record({ M: from(1, 12), N: from(1, 12), K: from(1, 12) })
    .map((sizes) => matrixProduct('product', sizes))
    .filter((problem) => macsOf(problem) <= mostMacs);

/** Mostly convolutions. */
export const arbitraryProblem = (mostMacs: number): fc.Arbitrary<LoopProblem> =>
  fc.oneof(
    { arbitrary: arbitraryConvolution(mostMacs), weight: 5 },
    { arbitrary: arbitraryProduct(mostMacs), weight: 1 },
  );

const NAMES = ['DRAM', 'GLB', 'buffer', 'RF'] as const;

/** Whole numbers, so that sums of energies are exact in any order. */
const energy = from(0, 30);

const arbitraryFanout: fc.Arbitrary<Fanout> = fc.record({ x: from(1, 4), y: from(1, 3), energy });

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof(fc.constant(undefined), arbitrary);

function arbitraryLevel(name: string, isOutermost: boolean): fc.Arbitrary<MemoryLevel> {
  const words = from(1, 200);
  return fc.record({
    name: fc.constant(name),
    holds: isOutermost
      ? fc.constant(TENSORS)
      : fc.oneof(
          { arbitrary: fc.constant(TENSORS), weight: 3 },
          { arbitrary: fc.subarray([...TENSORS]), weight: 1 },
        ),
    capacity: isOutermost
      ? fc.constant(undefined)
      : fc.oneof(
          fc.constant(undefined),
          words,
          fc.record({ weights: words, inputs: words, outputs: words }, { requiredKeys: [] }),
        ),
    doubleBuffered: isOutermost ? fc.constant(false) : fc.boolean(),
    energy: fc.record({ read: energy, fill: energy, update: energy }),
    bandwidth: optional(fc.record({ read: optional(from(1, 8)), write: optional(from(1, 8)) })),
    fanout: optional(arbitraryFanout),
  });
}

/** Two to four levels, each with a fan-out below it or none. */
export const arbitraryArchitecture: fc.Arbitrary<Architecture> = from(2, 4).chain((length) =>
  fc.record({
    name: fc.constant('machine'),
    wordBits: fc.constant(16),
    levels: fc.tuple(
      ...NAMES.slice(0, length).map((name, i) => arbitraryLevel(name, i === 0)),
    ) as fc.Arbitrary<MemoryLevel[]>,
    macEnergy: energy,
  }),
);

/** Prime factors, smallest first. */
function primeFactors(size: number): number[] {
  for (let factor = 2; factor * factor <= size; factor++) {
    if (size % factor === 0) return [factor, ...primeFactors(size / factor)];
  }
  return size > 1 ? [size] : [];
}

/**
 * Mappings with perfect factors and any choice of buffers. They fit the grids of the architecture, but not always its
 * capacities.
 */
export function arbitraryMapping(
  { sizes }: LoopProblem,
  { levels }: Architecture,
): fc.Arbitrary<LoopMapping> {
  const loops = Object.entries(sizes).flatMap(([dimension, size]) =>
    primeFactors(size).map((factor): Loop => [dimension, factor]),
  );
  const places = levels.flatMap(({ fanout }, level) => {
    const inTime = { level, kind: 'temporal' } as const;
    const inSpace = [{ level, kind: 'spatialX' } as const, { level, kind: 'spatialY' } as const];
    return fanout ? [inTime, ...inSpace] : [inTime];
  });
  return fc
    .record({
      order: fc.shuffledSubarray(loops, { minLength: loops.length }),
      places: fc.array(oneOf(...places), { minLength: loops.length, maxLength: loops.length }),
      keep: fc.tuple(
        ...levels.map(({ holds }, i) =>
          i === 0 ? fc.constant([...TENSORS]) : fc.oneof(fc.constant([...holds]), fc.subarray([...holds])),
        ),
      ),
      /** Whether neighbouring loops over one dimension become one. */
      merges: fc.boolean(),
    })
    .map((drawn): LoopMapping => {
      const mapped = levels.map(({ name }, i) => ({
        name,
        keep: drawn.keep[i]!,
        temporal: [] as Loop[],
        spatialX: [] as Loop[],
        spatialY: [] as Loop[],
      }));
      drawn.order.forEach((loop, l) => {
        const { level, kind } = drawn.places[l]!;
        const used = mapped[level]![kind].reduce((product, [, factor]) => product * factor, loop[1]);
        const { x, y } = levels[level]!.fanout ?? { x: 1, y: 1 };
        const fits = kind === 'temporal' || used <= (kind === 'spatialX' ? x : y);
        mapped[level]![fits ? kind : 'temporal'].push(loop);
      });
      if (!drawn.merges) return { levels: mapped };
      return {
        levels: mapped.map((level): LevelMapping => ({ ...level, temporal: merged(level.temporal) })),
      };
    });
}

function merged(loops: readonly Loop[]): Loop[] {
  const all: Loop[] = [];
  for (const [dimension, factor] of loops) {
    const [last, before] = all.at(-1) ?? [];
    if (last === dimension) all.splice(-1, 1, [dimension, before! * factor]);
    else all.push([dimension, factor]);
  }
  return all;
}

/** A mapping with what it maps onto what. */
export interface NestCase {
  readonly problem: LoopProblem;
  readonly architecture: Architecture;
  readonly mapping: LoopMapping;
}

/** Mappings of problems onto machines of all kinds. */
export const arbitraryNestOf = (problem: fc.Arbitrary<LoopProblem>): fc.Arbitrary<NestCase> =>
  fc
    .record({ problem, architecture: arbitraryArchitecture })
    .chain((drawn) =>
      arbitraryMapping(drawn.problem, drawn.architecture).map((mapping) => ({ ...drawn, mapping })),
    );

/** Mappings of problems of up to so many multiply-accumulates onto machines of all kinds. */
export const arbitraryNest = (mostMacs: number): fc.Arbitrary<NestCase> =>
  arbitraryNestOf(arbitraryProblem(mostMacs));

/**
 * Mappings whose factors are imperfect: some come to more than the problem's size, though none could be smaller.
 *
 * @param mostMacs of what the factors come to
 */
export const arbitraryImperfectNest = (mostMacs: number): fc.Arbitrary<NestCase> =>
  arbitraryNest(mostMacs).chain(({ problem, architecture, mapping }) => {
    const loops = mapping.levels.flatMap((level) => [...level.temporal, ...spatialLoops(level)]);
    const sizes = Object.entries(problem.sizes).map(([dimension, size]) => {
      const tooSmall = loops.map(([over, factor]) => (over === dimension ? size - size / factor : 0));
      return [dimension, from(Math.max(0, ...tooSmall) + 1, size)] as const;
    });
    return fc
      .record(Object.fromEntries(sizes))
      .map((smaller) => ({ problem: { ...problem, sizes: smaller }, architecture, mapping }));
  });
