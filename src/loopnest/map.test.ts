import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish } from '../steps.ts';
import type { Architecture } from './architecture.ts';
import type { Factors } from './check-mapping.ts';
import { type Constraints, NO_CONSTRAINTS } from './constraints.ts';
import { evaluateNest } from './evaluate.ts';
import {
  allMappings,
  bestWorth,
  costsOf,
  countChoices,
  type MapCase,
  mappingKey,
  worth,
} from './exhaustive.testing.ts';
import { machine, memory } from './machine.testing.ts';
import { mapNest, mapSteps } from './map.ts';
import { arbitraryMapCase } from './map-case.testing.ts';
import { type FoundNest, type MapOptions, NEST_OBJECTIVES, type NestOutcome } from './map-result.ts';
import type { LoopMapping } from './mapping.ts';
import { convolution } from './problem.ts';
import { CONVENTIONS } from './walk.ts';

const map = ({ problem, architecture, constraints }: MapCase, options: MapOptions): NestOutcome =>
  finish(mapSteps(problem, architecture, { constraints, ...options }));

const worthOf = ({ evaluation }: FoundNest, { objective = 'energy' }: MapOptions) =>
  worth(objective, { energy: evaluation.energy.total, cycles: evaluation.cycles });

const each = (energy: number) => ({ read: energy, fill: energy, update: energy });

const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

describe('the best of all mappings, tried one by one', () => {
  const MOST_CHOICES = 1000;
  const MOST_MAPPINGS = 700;

  /** All mappings of a case; undefined where they are too many to try. */
  function mappingsOf(drawn: MapCase, factors: Factors): LoopMapping[] | undefined {
    if (countChoices(drawn, factors) > MOST_CHOICES) return undefined;
    const mappings: LoopMapping[] = [];
    for (const mapping of allMappings(drawn, factors)) {
      if (mappings.push(mapping) > MOST_MAPPINGS) return undefined;
    }
    return mappings;
  }

  /** Searches with every objective, and checks all that is found. */
  function expectBest(drawn: MapCase, searching: MapOptions) {
    const { convention = 'true', factors = 'perfect' } = searching;
    const all = mappingsOf(drawn, factors);
    fc.pre(all !== undefined);
    const keys = new Set(all.map(mappingKey));
    const costs = costsOf(drawn, all, convention, factors);
    for (const objective of NEST_OBJECTIVES) {
      const options = { ...searching, objective };
      const found = map(drawn, options);
      expect(found.feasible).toBe(all.length > 0);
      if (!found.feasible) continue;
      const { mapping, evaluation, search } = found;
      expect(evaluation).toEqual(evaluateNest(drawn.problem, drawn.architecture, mapping, options));
      expect(evaluation.broken).toEqual([]);
      expect(keys).toContain(mappingKey(mapping));
      const best = bestWorth(objective, costs);
      const value = worthOf(found, options);
      if (!value.every((one, i) => isClose(one, best[i]!))) expect(value).toEqual(best);
      expect(search.proven).toBe(true);
      expect(search.lowerBound).toBeCloseTo(best[0], 6);
    }
  }

  const cases = (mostMacs: number, oneOfLevels: number) =>
    fc.record({
      drawn: arbitraryMapCase(mostMacs, oneOfLevels),
      convention: fc.constantFrom(...CONVENTIONS),
      // Lists are short here, and are tried and thinned out as long ones are
      trialAfter: fc.constantFrom(1, 5, 25),
    });

  test.each([
    ['few rules', 3, 400],
    ['rules at every level', 1, 300],
  ])('perfect factors, %s', (_, oneOfLevels, numRuns) => {
    fc.assert(
      fc.property(cases(48, oneOfLevels), ({ drawn, ...options }) => expectBest(drawn, options)),
      { numRuns },
    );
  });

  test('imperfect factors', () => {
    fc.assert(
      fc.property(cases(24, 3), ({ drawn, ...options }) =>
        expectBest(drawn, { ...options, factors: 'imperfect' }),
      ),
      { numRuns: 200 },
    );
  });

  test('imperfect factors, where a tile pads outputs that are never read again', () => {
    const costs = (read: number, fill: number, update: number) => ({ energy: { read, fill, update } });
    const two = { least: 2, most: 2 };
    const drawn: MapCase = {
      problem: convolution('conv', { M: 3, Q: 3 }),
      architecture: machine(
        memory('DRAM', { ...costs(6, 5, 6), bandwidth: { read: 0.25 }, fanout: { x: 5, y: 2, energy: 37 } }),
        memory('GLB', costs(38, 17, 6)),
        memory('RF', { ...costs(6, 29, 16), fanout: { x: 3, y: 1, energy: 1 } }),
      ),
      constraints: {
        ...NO_CONSTRAINTS,
        levels: {
          DRAM: { temporal: { only: [] } },
          RF: { temporal: { factors: { M: two, Q: two }, order: ['M'] } },
        },
      },
    };
    expectBest(drawn, { factors: 'imperfect', trialAfter: 1 });
  });
});

test('imperfect factors are never worse than perfect ones', () => {
  const options = fc.record({
    objective: fc.constantFrom(...NEST_OBJECTIVES),
    convention: fc.constantFrom(...CONVENTIONS),
  });
  let proven = 0;
  fc.assert(
    fc.property(arbitraryMapCase(60, 4), options, (drawn, drawnOptions) => {
      const [perfect, imperfect] = (['perfect', 'imperfect'] as const).map((factors) =>
        // A few spaces are so large that their search takes minutes
        map(drawn, { ...drawnOptions, factors, seconds: 2 }),
      );
      if (!perfect?.feasible) return;
      if (!imperfect?.feasible) {
        expect(imperfect?.reason.limit).toBe('time');
        return;
      }
      if (!imperfect.search.proven) return;
      proven++;
      const [most, least] = [perfect, imperfect].map((found) => worthOf(found, drawnOptions)[0]!);
      expect(least!).toBeLessThanOrEqual(most! * (1 + 1e-9));
    }),
    { numRuns: 100 },
  );
  expect(proven).toBeGreaterThan(20);
});

/** Longer lists than those above: bounds, pairs of dimensions, symmetry and first trials all have work to do. */
test('what is cut off is never better, in spaces too large to try without the search', () => {
  const one = (...sizes: number[]) => fc.constantFrom(...sizes);
  const sizes = fc.record({
    M: one(2, 6),
    C: one(1, 4),
    R: one(1, 2, 3),
    S: one(1, 3),
    P: one(4),
    Q: one(1, 4),
  });
  const level = fc.record({
    energy: fc.integer({ min: 1, max: 200 }),
    capacity: fc.integer({ min: 8, max: 300 }),
  });
  const rate = fc.integer({ min: 1, max: 8 });
  const ports = fc.option(fc.record({ read: rate, write: rate }, { requiredKeys: [] }), { nil: undefined });
  const drawnParts = fc.record({
    glb: level,
    rf: level,
    x: fc.integer({ min: 1, max: 4 }),
    y: fc.integer({ min: 1, max: 4 }),
    network: fc.integer({ min: 0, max: 5 }),
    dram: ports,
    ports,
  });
  let longest = 0;
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 3 }),
      drawnParts,
      fc.constantFrom(...CONVENTIONS),
      fc.constantFrom(...NEST_OBJECTIVES),
      (drawn, stride, parts, convention, objective) => {
        const { glb, rf, x, y, network, dram, ports } = parts;
        const architecture = machine(
          memory('DRAM', { energy: each(200), bandwidth: dram }),
          memory('GLB', {
            energy: each(glb.energy),
            capacity: 8 * glb.capacity,
            bandwidth: ports,
            fanout: { x, y, energy: network },
          }),
          memory('RF', { energy: each(rf.energy), capacity: rf.capacity }),
        );
        const problem = convolution('conv', { ...drawn, strideP: stride });
        const options = { objective, convention };
        const all = mapNest(problem, architecture, { ...options, exhaustive: true });
        const best = mapNest(problem, architecture, options);
        expect(best.feasible).toBe(all.feasible);
        if (!best.feasible || !all.feasible) return;
        longest = Math.max(longest, all.search.visited);
        const [value, expected] = [best, all].map((found) => worthOf(found, options));
        if (!value!.every((number, i) => isClose(number, expected![i]!))) expect(value).toEqual(expected);
      },
    ),
    { numRuns: 10 },
  );
  expect(longest).toBeGreaterThan(1000);
});

describe('the layers of AlexNet on 256 PEs', () => {
  /** Sizes of the layers, and energy per MAC of the best mapping under each kind of search. */
  const LAYERS = [
    { name: 'CONV1', sizes: { M: 96, C: 3, R: 11, S: 11, P: 55, Q: 55, strideP: 4, strideQ: 4 } },
    { name: 'CONV2', sizes: { M: 256, C: 48, R: 5, S: 5, P: 27, Q: 27 } },
    { name: 'CONV3', sizes: { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 } },
    { name: 'CONV4', sizes: { M: 384, C: 192, R: 3, S: 3, P: 13, Q: 13 } },
    { name: 'CONV5', sizes: { M: 256, C: 192, R: 3, S: 3, P: 13, Q: 13 } },
  ];

  const array = (energy: number): Architecture =>
    machine(
      memory('DRAM', { energy: each(200) }),
      memory('GLB', { energy: each(6), capacity: 65_536, fanout: { x: 16, y: 16, energy } }),
      memory('RF', { energy: each(1), capacity: 256 }),
    );

  function expectOptima(
    convention: (typeof CONVENTIONS)[number],
    arrayEnergy: number,
    constraints: Partial<Constraints>,
    optima: readonly number[],
  ) {
    const found = LAYERS.map(({ name, sizes }) =>
      map(
        {
          problem: convolution(name, sizes),
          architecture: array(arrayEnergy),
          constraints: { ...NO_CONSTRAINTS, ...constraints },
        },
        { convention },
      ),
    );
    const told = found.map((one) =>
      one.feasible ? [Number(one.evaluation.energy.perMac.toFixed(5)), one.search.proven] : undefined,
    );
    expect(told).toEqual(optima.map((optimum) => [optimum, true]));
  }

  describe.each(CONVENTIONS)('counted as %s', (convention) => {
    test('everything kept', () => {
      expectOptima(convention, 0, {}, [5.8453, 5.55143, 6.61511, 6.64477, 6.60208]);
    });

    test('energy of the array', () => {
      expectOptima(convention, 2, {}, [6.18201, 5.72828, 6.8179, 6.84785, 6.80517]);
    });

    test('a dimension along both axes', () => {
      expectOptima(convention, 0, { axes: 'both' }, [5.8453, 5.5072, 6.61511, 6.47725, 6.51693]);
    });
  });

  // The longest: 64 choices of what the levels keep
  test('any choice of buffers', () => {
    expectOptima('true', 0, { buffers: 'free' }, [4.17183, 3.60482, 4.47791, 4.50598, 4.53133]);
  });
});
