/** Random loop nests that Timeloop's files can say. */

import fc from 'fast-check';
import { anyName } from '../../layer/neighbours/arbitrary.testing.ts';
import { type Architecture, type MemoryLevel, macUnits } from '../architecture.ts';
import type { LevelMapping, Loop, LoopMapping } from '../mapping.ts';
import { type Axis, type LoopProblem, TENSORS } from '../problem.ts';

/** Any problem of dimensions of one letter. */
export const anyProblem: fc.Arbitrary<LoopProblem> = fc
  .uniqueArray(fc.constantFrom(...'CMRSNPQKGchp'), { minLength: 1, maxLength: 7 })
  .chain((letters) => {
    const axes = (mayBeSums: boolean) =>
      fc.shuffledSubarray(letters).chain((known) => {
        const term = (dimension: string) =>
          fc.record({
            dimension: fc.constant(dimension),
            coefficient: mayBeSums ? fc.integer({ min: 1, max: 5 }) : fc.constant(1),
          });
        const joins = fc.array(fc.boolean(), { minLength: known.length, maxLength: known.length });
        return fc.tuple(fc.tuple(...known.map(term)), joins).map(([terms, joined]) => {
          const list: Axis[] = [];
          terms.forEach((one, i) => {
            if (mayBeSums && joined[i] && list.length > 0) list.push([...list.pop()!, one]);
            else list.push([one]);
          });
          return list;
        });
      });
    const size = fc.oneof(fc.constantFrom(1, 2, 4, 6, 12, 16, 36), fc.integer({ min: 1, max: 60 }));
    return fc.record({
      name: anyName,
      sizes: fc
        .tuple(...letters.map(() => size))
        .map((sizes) => Object.fromEntries(letters.map((letter, i) => [letter, sizes[i]!]))),
      tensors: fc.record({ weights: axes(true), inputs: axes(true), outputs: axes(false) }),
    });
  })
  .map((problem) => {
    // A dimension that no tensor knows has size 1
    const known = new Set(
      TENSORS.flatMap((tensor) => problem.tensors[tensor].flat()).map((t) => t.dimension),
    );
    const sizes = Object.entries(problem.sizes).map(([letter, size]) => [
      letter,
      known.has(letter) ? size : 1,
    ]);
    return { ...problem, sizes: Object.fromEntries(sizes) };
  });

const energy = fc.oneof(
  fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0),
  fc.integer({ min: 0, max: 300 }),
);
const wordsPerCycle = fc.option(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), { nil: undefined });
const side = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 }));

const anyLevel: fc.Arbitrary<MemoryLevel> = fc.record({
  name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/),
  holds: fc.oneof(fc.constant([...TENSORS]), fc.subarray([...TENSORS])),
  capacity: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  doubleBuffered: fc.boolean(),
  energy: fc.record({ read: energy, fill: energy, update: energy }),
  bandwidth: fc
    .record({ read: wordsPerCycle, write: wordsPerCycle })
    .map(({ read, write }) => (read === undefined && write === undefined ? undefined : { read, write })),
  fanout: fc.record({ x: side, y: side }).map(({ x, y }) => (x * y > 1 ? { x, y, energy: 0 } : undefined)),
});

/** Any architecture with levels that share what they have. */
export const anyArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    name: anyName.filter((name) => !/[[\]\p{Cc}]/u.test(name)),
    wordBits: fc.integer({ min: 1, max: 64 }),
    levels: fc
      .uniqueArray(
        anyLevel.filter(({ name }) => !(name in {}) && !['MAC', 'wire', 'Wire'].includes(name)),
        { minLength: 1, maxLength: 5, selector: ({ name }) => name },
      )
      .map(([first, ...others]) => [{ ...first!, holds: TENSORS }, ...others]),
    macEnergy: energy,
  })
  // Timeloop counts instances in 32 bits
  .filter((architecture) => macUnits(architecture) < 2 ** 32);

/** Any mapping of a problem onto an architecture, fitting or not, with each dimension in at most one loop of a kind. */
export function anyMapping({ sizes }: LoopProblem, { levels }: Architecture): fc.Arbitrary<LoopMapping> {
  const places = levels.flatMap(({ fanout }, level) => [
    { level, isSpatial: false },
    ...(fanout ? [{ level, isSpatial: true }] : []),
  ]);
  const primes = Object.entries(sizes).flatMap(([dimension, size]) =>
    primeFactors(size).map((prime) => [dimension, prime] as const),
  );
  const chosen = fc.tuple(...primes.map(() => fc.nat(places.length - 1)));
  const orders = fc.tuple(
    ...levels.map(() => fc.shuffledSubarray(Object.keys(sizes), { minLength: Object.keys(sizes).length })),
  );
  const alongX = fc.tuple(...levels.map(() => fc.subarray(Object.keys(sizes))));
  const keeps = fc.tuple(
    ...levels.map(({ holds }, i) => (i === 0 ? fc.constant(TENSORS) : fc.subarray([...holds]))),
  );
  return fc.tuple(chosen, orders, alongX, keeps).map(([chosenPlaces, order, along, keep]) => ({
    levels: levels.map(({ name, fanout }, i): LevelMapping => {
      const loops = (isSpatial: boolean): Loop[] =>
        order[i]!.flatMap((dimension): Loop[] => {
          const factor = primes.reduce((product, [over, prime], p) => {
            const place = places[chosenPlaces[p]!]!;
            const isHere = over === dimension && place.level === i && place.isSpatial === isSpatial;
            return isHere ? product * prime : product;
          }, 1);
          return factor > 1 ? [[dimension, factor]] : [];
        });
      const isAlongX = ([dimension]: Loop) => along[i]!.includes(dimension);
      const inSpace = loops(true);
      const spatial = {
        spatialX: inSpace.filter(isAlongX),
        spatialY: inSpace.filter((loop) => !isAlongX(loop)),
      };
      return { name, keep: keep[i]!, temporal: loops(false), ...(fanout ? spatial : {}) };
    }),
  }));
}

function primeFactors(size: number): number[] {
  for (let prime = 2; prime <= size; prime++) {
    if (size % prime === 0) return [prime, ...primeFactors(size / prime)];
  }
  return [];
}

/** Any problem with an architecture and a mapping of it. */
export const anyNest = fc.tuple(anyProblem, anyArchitecture).chain(([problem, architecture]) =>
  fc.record({
    problem: fc.constant(problem),
    architecture: fc.constant(architecture),
    mapping: anyMapping(problem, architecture),
  }),
);
