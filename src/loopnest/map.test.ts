import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish } from '../steps.ts';
import type { Factors } from './check-mapping.ts';
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
import { mapSteps } from './map.ts';
import { arbitraryMapCase } from './map-case.testing.ts';
import { type MapOptions, NEST_OBJECTIVES, type NestOutcome } from './map-result.ts';
import type { LoopMapping } from './mapping.ts';
import { CONVENTIONS } from './walk.ts';

const map = ({ problem, architecture, constraints }: MapCase, options: MapOptions): NestOutcome =>
  finish(mapSteps(problem, architecture, { constraints, ...options }));

const MOST_CHOICES = 2000;
const MOST_MAPPINGS = 1500;

/** All mappings of a case; undefined where they are too many to try them all. */
function mappingsOf(drawn: MapCase, factors: Factors): LoopMapping[] | undefined {
  if (countChoices(drawn, factors) > MOST_CHOICES) return undefined;
  const mappings: LoopMapping[] = [];
  for (const mapping of allMappings(drawn, factors)) {
    if (mappings.push(mapping) > MOST_MAPPINGS) return undefined;
  }
  return mappings;
}

/** Checks that a mapping is what the search says, breaks no limit and obeys the constraints. */
function expectSound(drawn: MapCase, outcome: NestOutcome, options: MapOptions, all: readonly LoopMapping[]) {
  if (!outcome.feasible) throw new Error('no mapping found');
  const { mapping, evaluation, search } = outcome;
  expect(evaluation).toEqual(evaluateNest(drawn.problem, drawn.architecture, mapping, options));
  expect(evaluation.broken).toEqual([]);
  expect(all.map(mappingKey)).toContain(mappingKey(mapping));
  expect(search.proven).toBe(true);
  return worth(options.objective ?? 'energy', { energy: evaluation.energy.total, cycles: evaluation.cycles });
}

const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

describe('the best of all mappings, tried one by one', () => {
  const drawn = fc.record({ case: arbitraryMapCase(48), convention: fc.constantFrom(...CONVENTIONS) });

  test('perfect factors', () => {
    fc.assert(
      fc.property(drawn, ({ case: drawn, convention }) => {
        const factors = 'perfect';
        const all = mappingsOf(drawn, factors);
        fc.pre(all !== undefined);
        const costs = costsOf(drawn, all, convention, factors);
        for (const objective of NEST_OBJECTIVES) {
          const options = { objective, convention, factors } as const;
          const outcome = map(drawn, options);
          expect(outcome.feasible).toBe(all.length > 0);
          if (all.length === 0) continue;
          const found = expectSound(drawn, outcome, options, all);
          const best = bestWorth(objective, costs);
          if (!found.every((value, i) => isClose(value, best[i]!))) expect(found).toEqual(best);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
