import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { arbitraryImperfectNest, arbitraryNest, type NestCase } from './arbitrary.testing.ts';
import { checkMapping, FACTORS, type Factors } from './check-mapping.ts';
import {
  keepable,
  LOOP_KINDS,
  type LoopAddress,
  moveLoop,
  type NormalMapping,
  normalForm,
  partsOf,
  placesFor,
  setKeep,
  splitLoop,
} from './edit.ts';
import { evaluateNest } from './evaluate.ts';
import { countChoices } from './exhaustive.testing.ts';
import { machine, memory } from './machine.testing.ts';
import { mapNest } from './map.ts';
import { arbitraryMapCase } from './map-case.testing.ts';
import { NEST_OBJECTIVES } from './map-result.ts';
import { type Loop, type LoopMapping, product } from './mapping.ts';
import { convolution, matrixProduct, TENSORS } from './problem.ts';
import { worthOf } from './search/worth.ts';
import { CONVENTIONS } from './walk.ts';

const addressesOf = ({ levels }: NormalMapping): readonly LoopAddress[] =>
  levels.flatMap((one, level) =>
    LOOP_KINDS.flatMap((kind) => one[kind].map((_, at) => ({ level, kind, at }))),
  );

const loopAt = ({ levels }: NormalMapping, { level, kind, at }: LoopAddress): Loop =>
  levels[level]![kind][at]!;

/** A mapping in which no list has two loops over one dimension. */
const once = ({ levels }: LoopMapping): NormalMapping => {
  const each = (loops: readonly Loop[]): Loop[] => {
    const dimensions = [...new Set(loops.map(([dimension]) => dimension))];
    return dimensions.map((dimension): Loop => [dimension, product(loops, dimension)]);
  };
  return normalForm({
    levels: levels.map(({ spatialX = [], spatialY = [], temporal, ...level }) => ({
      ...level,
      temporal: each(temporal),
      spatialX: each(spatialX),
      spatialY: each(spatialY),
    })),
  });
};

/** A mapping after one edit of those that there are, chosen by some numbers. */
function edited(
  { problem, architecture, mapping }: NestCase,
  numbers: readonly [number, number, number, number],
): NormalMapping {
  const [what, where, whither, part] = numbers;
  const normal = normalForm(mapping);
  const pick = <T>(of: readonly T[], number: number): T | undefined => of[number % of.length];
  const from = pick(addressesOf(normal), where);
  if (what % 4 === 0 || from === undefined) {
    const level = where % architecture.levels.length;
    const tensor = pick(keepable(architecture, level), whither);
    if (level === 0 || tensor === undefined) return normal;
    const kept = normal.levels[level]!.keep.includes(tensor);
    return setKeep(problem, architecture, mapping, level, tensor, !kept);
  }
  const place = pick(placesFor(problem, architecture, mapping, from), whither);
  if (place === undefined) return normal;
  const factor = pick(partsOf(loopAt(normal, from)[1]), part)!;
  if (what % 4 === 1 || !place.splits) return moveLoop(problem, architecture, mapping, from, place.to);
  return splitLoop(problem, architecture, mapping, from, factor, place.to);
}

const arbitraryEdits = (most: number) =>
  fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)), {
    minLength: 1,
    maxLength: most,
  });

describe('the normal form', () => {
  it('costs what the mapping costs, and is its own normal form', () => {
    fc.assert(
      fc.property(
        arbitraryNest(3000),
        fc.constantFrom(...CONVENTIONS),
        ({ problem, architecture, mapping }, convention) => {
          const withOnes = {
            levels: mapping.levels.map((level) => ({
              ...level,
              keep: level.keep.toReversed(),
              temporal: level.temporal
                .flatMap((loop): Loop[] => [['Q', 1], loop])
                .filter(([d]) => d in problem.sizes),
            })),
          };
          const normal = normalForm(withOnes);
          expect(normalForm(normal)).toEqual(normal);
          const cost = (one: LoopMapping) => evaluateNest(problem, architecture, one, { convention });
          expect(cost(normal)).toEqual(cost(mapping));
        },
      ),
    );
  });
});

describe('the parts of a loop', () => {
  it('are all divisors from 2, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3000 }), (factor) => {
        const all = Array.from({ length: factor - 1 }, (_, i) => i + 2);
        expect(partsOf(factor)).toEqual(all.filter((part) => factor % part === 0));
      }),
    );
  });
});

describe('edits', () => {
  it.each([
    ['perfect', arbitraryNest(2000)],
    ['imperfect', arbitraryImperfectNest(2000)],
  ] as const)(
    'of mappings with %s factors make mappings that can be evaluated',
    (factors: Factors, nests) => {
      fc.assert(
        fc.property(nests, arbitraryEdits(8), (nest, edits) => {
          let { mapping } = nest;
          for (const numbers of edits) {
            const next = edited({ ...nest, mapping }, numbers);
            expect(() => checkMapping(nest.problem, nest.architecture, next, factors)).not.toThrow();
            expect(normalForm(next)).toEqual(next);
            mapping = next;
          }
          evaluateNest(nest.problem, nest.architecture, mapping, { factors });
        }),
        { numRuns: 300 },
      );
    },
  );

  it('put a loop, or the part of it, where the place says that it then stands', () => {
    fc.assert(
      fc.property(arbitraryNest(2000), fc.nat(), fc.nat(), (nest, where, part) => {
        const { problem, architecture } = nest;
        const normal = normalForm(nest.mapping);
        const addresses = addressesOf(normal);
        fc.pre(addresses.length > 0);
        const from = addresses[where % addresses.length]!;
        const [dimension, whole] = loopAt(normal, from);
        const parts = partsOf(whole);
        for (const { to, joins = 1, splits } of placesFor(problem, architecture, normal, from)) {
          const moved = moveLoop(problem, architecture, normal, from, to);
          expect(loopAt(moved, to)).toEqual([dimension, joins * whole]);
          expect(addressesOf(moved).length).toBe(addresses.length - (joins > 1 ? 1 : 0));
          const factor = parts[part % parts.length]!;
          if (!splits || factor === whole) continue;
          const split = splitLoop(problem, architecture, normal, from, factor, to);
          expect(loopAt(split, to)).toEqual([dimension, joins * factor]);
          expect(loopAt(split, from)).toEqual([dimension, whole / factor]);
        }
      }),
    );
  });

  it('are undone by the way back, whatever place a loop was moved to', () => {
    fc.assert(
      fc.property(arbitraryNest(2000), (nest) => {
        const { problem, architecture } = nest;
        const normal = once(nest.mapping);
        for (const from of addressesOf(normal)) {
          const [, factor] = loopAt(normal, from);
          for (const { to } of placesFor(problem, architecture, normal, from)) {
            const there = moveLoop(problem, architecture, normal, from, to);
            const back =
              loopAt(there, to)[1] === factor
                ? moveLoop(problem, architecture, there, to, from)
                : splitLoop(problem, architecture, there, to, factor, from);
            expect(back).toEqual(normal);
          }
        }
      }),
    );
  });

  it('never reach a mapping that is better than the proven best, unless limits break', () => {
    fc.assert(
      fc.property(
        arbitraryMapCase(60, 1000),
        fc.constantFrom(...NEST_OBJECTIVES),
        fc.array(arbitraryEdits(5), { minLength: 8, maxLength: 8 }),
        ({ problem, architecture }, objective, walks) => {
          const constraints = { name: 'none', buffers: 'free', axes: 'both', levels: {} } as const;
          fc.pre(countChoices({ problem, architecture, constraints }, 'perfect') <= 3000);
          const best = mapNest(problem, architecture, { objective, constraints });
          if (!best.feasible) return;
          const worth = (mapping: LoopMapping) => {
            const { energy, cycles, broken } = evaluateNest(problem, architecture, mapping);
            return { broken, worth: worthOf(objective, energy.total, cycles)[0] };
          };
          expect(best.search.proven).toBe(true);
          const least = best.search.lowerBound;
          for (const edits of walks) {
            let { mapping } = best;
            for (const numbers of edits) {
              mapping = edited({ problem, architecture, mapping }, numbers);
              const found = worth(mapping);
              if (found.broken.length === 0) expect(found.worth).toBeGreaterThanOrEqual(least * (1 - 1e-9));
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

const MACHINE = machine(
  memory('DRAM'),
  memory('GLB', { fanout: { x: 4, y: 2, energy: 0 }, capacity: { weights: 0, inputs: 64, outputs: 64 } }),
  memory('RF', { capacity: 8 }),
);
const PRODUCT = matrixProduct('product', { M: 12, N: 3, K: 4 });
const MAPPING: LoopMapping = {
  levels: [
    {
      name: 'DRAM',
      keep: TENSORS,
      temporal: [
        ['M', 3],
        ['K', 2],
        ['N', 3],
      ],
    },
    { name: 'GLB', keep: ['inputs'], temporal: [['M', 2]], spatialX: [['K', 2]] },
    { name: 'RF', keep: ['outputs'], temporal: [['M', 2]] },
  ],
};
const at = (level: number, kind: LoopAddress['kind'], index: number): LoopAddress => ({
  level,
  kind,
  at: index,
});
const DRAM_M = at(0, 'temporal', 0);

describe('moving a loop', () => {
  it('offers every place but its own, by name', () => {
    const places = placesFor(PRODUCT, MACHINE, MAPPING, at(0, 'temporal', 1));
    expect(places.map(({ level, label, joins }) => [level, label, joins])).toEqual([
      ['DRAM', 'in time, outermost', undefined],
      ['DRAM', 'in time, innermost, inside the loop over N', undefined],
      ['GLB', 'in time, outermost', undefined],
      ['GLB', 'in time, innermost, inside the loop over M', undefined],
      ['GLB', 'in space along X, 2 of 4 in use, with the 2 steps over K there', 2],
      ['GLB', 'in space along Y, 1 of 2 in use', undefined],
      ['RF', 'in time, outermost', undefined],
      ['RF', 'in time, innermost, inside the loop over M', undefined],
    ]);
  });

  it('takes padding away that is no longer needed where two loops become one', () => {
    const padded = convolution('padded', { P: 13 });
    const mapping: LoopMapping = {
      levels: [
        { name: 'DRAM', keep: TENSORS, temporal: [['P', 2]] },
        { name: 'GLB', keep: [], temporal: [] },
        { name: 'RF', keep: [], temporal: [['P', 7]] },
      ],
    };
    const moved = moveLoop(padded, MACHINE, mapping, DRAM_M, at(2, 'temporal', 0));
    expect(moved.levels.map(({ temporal }) => temporal)).toEqual([[], [], [['P', 13]]]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'from nowhere',
      () => moveLoop(PRODUCT, MACHINE, MAPPING, at(0, 'temporal', 3), DRAM_M),
      'where a loop stands',
    ],
    [
      'from no level',
      () => placesFor(PRODUCT, MACHINE, MAPPING, at(0.5, 'temporal', 0)),
      'where a loop stands',
    ],
    ['to no level', () => moveLoop(PRODUCT, MACHINE, MAPPING, DRAM_M, at(3, 'temporal', 0)), '0 to 2'],
    ['past the others', () => moveLoop(PRODUCT, MACHINE, MAPPING, DRAM_M, at(0, 'temporal', 3)), '0 to 2'],
    ['between others', () => moveLoop(PRODUCT, MACHINE, MAPPING, DRAM_M, at(0, 'temporal', 0.5)), '0 to 2'],
    [
      'to no grid',
      () => moveLoop(PRODUCT, MACHINE, MAPPING, DRAM_M, at(2, 'spatialX', 0)),
      'temporal, as RF has no grid below it',
    ],
    [
      'a part that does not divide',
      () => splitLoop(PRODUCT, MACHINE, MAPPING, DRAM_M, 2, at(1, 'temporal', 0)),
      'a factor from 2 that divides the 3 steps of the loop over M',
    ],
    [
      'a part within its list',
      () =>
        splitLoop(
          PRODUCT,
          MACHINE,
          {
            levels: MAPPING.levels
              .with(0, {
                ...MAPPING.levels[0]!,
                temporal: [
                  ['K', 2],
                  ['N', 3],
                  ['M', 6],
                ],
              })
              .with(1, { ...MAPPING.levels[1]!, temporal: [] }),
          },
          at(0, 'temporal', 2),
          2,
          DRAM_M,
        ),
      'another level, or another of temporal, spatialX, spatialY: one loop has all steps over M here',
    ],
    [
      'what DRAM must keep',
      () => setKeep(PRODUCT, MACHINE, MAPPING, 0, 'inputs', false),
      'a level below DRAM: the outermost keeps all tensors',
    ],
    [
      'what GLB cannot hold',
      () => setKeep(PRODUCT, MACHINE, MAPPING, 1, 'weights', true),
      'what GLB can hold: inputs, outputs',
    ],
    [
      'of a mapping of something else',
      () => moveLoop(matrixProduct('other', { M: 12, N: 3, K: 5 }), MACHINE, MAPPING, DRAM_M, DRAM_M),
      'factors of K that multiply to 5, or to more if none can be smaller',
    ],
  ])('refuses with a reason: %s', (_, edit, allowed) => {
    try {
      edit();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).problems[0]!.allowed).toBe(allowed);
    }
  });

  it('throws nothing else, whatever the addresses', () => {
    const index = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double());
    const address = fc.record({
      level: index,
      kind: fc.constantFrom(...LOOP_KINDS, '__proto__' as 'temporal', 'keep' as 'temporal'),
      at: index,
    });
    fc.assert(
      fc.property(address, address, index, (from, to, factor) => {
        try {
          const moved = splitLoop(PRODUCT, MACHINE, MAPPING, from, factor, to);
          for (const some of FACTORS) checkMapping(PRODUCT, MACHINE, moved, some);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('keeping a tensor', () => {
  it('is undone by letting it go round', () => {
    const kept = setKeep(PRODUCT, MACHINE, MAPPING, 1, 'outputs', true);
    expect(kept.levels[1]!.keep).toEqual(['inputs', 'outputs']);
    expect(setKeep(PRODUCT, MACHINE, kept, 1, 'outputs', false)).toEqual(normalForm(MAPPING));
    expect(setKeep(PRODUCT, MACHINE, MAPPING, 1, 'inputs', true)).toEqual(normalForm(MAPPING));
  });
});
