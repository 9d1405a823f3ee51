import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Factors } from '../check-mapping.ts';
import type { FactorRule, LoopRules } from '../constraints.ts';
import type { MapCase } from '../exhaustive.testing.ts';
import { mapNest } from '../map.ts';
import { arbitraryMapCase } from '../map-case.testing.ts';
import { TENSORS } from '../problem.ts';
import { optionsOf } from './options.ts';
import { spaceSize } from './space-size.ts';
import { viewOf } from './view.ts';

const sizeOf = ({ problem, architecture, constraints }: MapCase, factors: Factors) =>
  spaceSize(optionsOf(viewOf(problem, architecture, 'true'), constraints, factors));

/** A place for loops: the most that it can have at once, and what rules say of it. */
interface Place {
  readonly level: number;
  readonly kind: 'temporal' | 'spatialX' | 'spatialY';
  readonly most: number;
  readonly rules: LoopRules | undefined;
}

const placesOf = ({ architecture, constraints }: MapCase): readonly Place[] =>
  architecture.levels.flatMap(({ name, fanout }, level): Place[] => {
    const { temporal, spatialX, spatialY } = constraints.levels[name] ?? {};
    const inTime: Place = { level, kind: 'temporal', most: Infinity, rules: temporal };
    if (fanout === undefined) return [inTime];
    return [
      inTime,
      { level, kind: 'spatialX', most: fanout.x, rules: spatialX },
      { level, kind: 'spatialY', most: fanout.y, rules: spatialY },
    ];
  });

function mayStand({ most, rules }: Place, letter: string, factor: number, size: number): boolean {
  if (factor > most || (factor > 1 && rules?.only?.includes(letter) === false)) return false;
  const rule: FactorRule = rules?.factors?.[letter] ?? {};
  if (rule === 'all') return factor === size;
  if (typeof rule === 'number') return factor === rule;
  return factor >= (rule.least ?? 1) && factor <= (rule.most ?? Infinity);
}

/** The factors of a dimension, one for each place, in every way that multiplies to its size, or to no more than it must. */
function splitsOf(places: readonly Place[], letter: string, size: number, factors: Factors): number[][] {
  const extend = (split: readonly number[]): number[][] => {
    const product = split.reduce((all, factor) => all * factor, 1);
    const place = places[split.length];
    if (place === undefined) {
      const isLeast = split.every((factor) => factor === 1 || (product / factor) * (factor - 1) < size);
      return product === size || (factors === 'imperfect' && product > size && isLeast) ? [[...split]] : [];
    }
    const choices = Array.from({ length: size }, (_, i) => i + 1);
    return choices
      .filter((factor) => product * factor < 2 * size && mayStand(place, letter, factor, size))
      .flatMap((factor) => extend([...split, factor]));
  };
  return extend([]);
}

/** All splits, each with all orders of the loops in time of every level but the innermost, one by one. */
function mappingsOf(drawn: MapCase, factors: Factors): number {
  const places = placesOf(drawn);
  const isOnBothAxes = (split: readonly number[]) =>
    places.some(({ kind }, p) => kind === 'spatialX' && split[p]! > 1 && split[p + 1]! > 1);
  const letters = Object.entries(drawn.problem.sizes).filter(([, size]) => size > 1);
  const splits = letters.map(([letter, size]) =>
    splitsOf(places, letter, size, factors).filter(
      (split) => drawn.constraints.axes === 'both' || !isOnBothAxes(split),
    ),
  );
  const innermost = drawn.architecture.levels.length - 1;
  let mappings = 0;
  for (const chosen of combinations(splits)) {
    const loops = places
      .filter(({ kind, level }) => kind === 'temporal' && level < innermost)
      .map((place) => chosen.flatMap((split, k) => (split[places.indexOf(place)]! > 1 ? [k] : [])));
    mappings += combinations(loops.map(permutations)).length;
  }
  return mappings;
}

const combinations = <T>(lists: readonly (readonly T[])[]): T[][] =>
  lists.reduce<T[][]>((all, list) => all.flatMap((some) => list.map((one) => [...some, one])), [[]]);

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));

test('with perfect factors, as many as there are one by one', () => {
  let many = 0;
  fc.assert(
    fc.property(arbitraryMapCase(60, 3), (drawn) => {
      const size = sizeOf(drawn, 'perfect');
      fc.pre(size < 20_000);
      expect(size).toBe(mappingsOf(drawn, 'perfect'));
      if (size > 100) many++;
    }),
    { numRuns: 500 },
  );
  expect(many).toBeGreaterThan(50);
});

test('with imperfect factors, no fewer than there are, and just as many where a dimension has two places', () => {
  let exact = 0;
  fc.assert(
    fc.property(arbitraryMapCase(24, 3), (drawn) => {
      const size = sizeOf(drawn, 'imperfect');
      fc.pre(size < 20_000);
      const mappings = mappingsOf(drawn, 'imperfect');
      expect(size).toBeGreaterThanOrEqual(mappings);
      if (placesOf(drawn).length > 2) return;
      expect(size).toBe(mappings);
      exact++;
    }),
    { numRuns: 500 },
  );
  expect(exact).toBeGreaterThan(20);
});

test('a search has them once for each choice of what levels keep', () => {
  fc.assert(
    fc.property(arbitraryMapCase(12, 3), (drawn) => {
      const { problem, architecture, constraints } = drawn;
      const outcome = mapNest(problem, architecture, { constraints });
      fc.pre(outcome.feasible);
      const choices = architecture.levels.slice(1).flatMap(({ name, holds, capacity }) => {
        const { keep = [], bypass = [], free = [] } = constraints.levels[name] ?? {};
        return TENSORS.filter(
          (tensor) =>
            holds.includes(tensor) &&
            !(typeof capacity === 'object' && capacity[tensor] === 0) &&
            !keep.includes(tensor) &&
            !bypass.includes(tensor) &&
            (free.includes(tensor) || constraints.buffers === 'free'),
        );
      });
      expect(outcome.search.spaceSize).toBe(2 ** choices.length * sizeOf(drawn, 'perfect'));
    }),
    { numRuns: 100 },
  );
});
