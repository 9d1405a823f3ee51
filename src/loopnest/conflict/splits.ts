import type { Factors } from '../check-mapping.ts';
import type { Constraints } from '../constraints.ts';
import { knows, type LoopProblem } from '../problem.ts';
import type { Dimension, Places, Range } from './dimension.ts';
import { type Need, storedWords } from './needs.ts';

/** What the factors of one dimension take of each need: instances, the size of the tile, or 1 for a loop in an order. */
export type Split = readonly number[];

/** A split of which the innermost factors are chosen. */
interface Part {
  readonly product: number;
  readonly largest: number;
  readonly split: Split;
}

/** What all splits have to do with. */
export interface SplitRules {
  readonly problem: LoopProblem;
  readonly needs: readonly Need[];
  readonly factors: Factors;
  readonly axes: Constraints['axes'];
}

/**
 * The splits of a dimension that rules allow and needs leave room for, without those that take as much as another of each
 * need, or more.
 */
export function leastSplits(rules: SplitRules, dimension: Dimension): readonly Split[] {
  const { letter } = dimension;
  const levels = withinGrids(rules, dimension);
  /** Levels where an order may mind a loop: with one there or without, a split can be the least. */
  const minding = levels.flatMap((_, level) =>
    rules.needs.some((need) => need.kind === 'order' && need.level === level && need.letters.includes(letter))
      ? [level]
      : [],
  );
  const variants = minding.reduce<readonly Dimension[]>(
    (all, level) => all.flatMap((one) => [one, withoutLoop(one, level)]),
    [{ ...dimension, levels }],
  );
  return least(variants.flatMap((one) => leastWithLoops(rules, one)));
}

/** The factors that rules allow a dimension, as far as grids have room for them. */
const withinGrids = ({ needs }: SplitRules, { size, levels }: Dimension): readonly Places[] =>
  levels.map(({ temporal, spatial }, level): Places => {
    const within = (range: Range, axis: 'x' | 'y'): Range => {
      const need = needs.find((one) => one.kind === 'grid' && one.level === level && one.axis === axis);
      return { ...range, most: Math.min(range.most, need?.kind === 'grid' ? need.most : size) };
    };
    return { temporal, spatial: spatial && [within(spatial[0], 'x'), within(spatial[1], 'y')] };
  });

function withoutLoop(dimension: Dimension, level: number): Dimension {
  const { temporal, spatial } = dimension.levels[level]!;
  const places = { temporal: { ...temporal, most: Math.min(temporal.most, 1) }, spatial };
  return { ...dimension, levels: dimension.levels.with(level, places) };
}

/** The least splits if loops cost nothing but what they take of grids and stores. */
function leastWithLoops(rules: SplitRules, dimension: Dimension): readonly Split[] {
  const { levels } = dimension;
  const smallest = mapRanges(levels, (range) => {
    const least = factorFrom(rules, dimension.size, range.least);
    return { least, most: Math.min(least, range.most) };
  });
  if (smallest.flatMap(rangesOf).some(({ least, most }) => least > most)) return [];
  const outermost = loopsOutermost(rules, dimension, smallest);
  const [simple] = outermost ? splits(rules, outermost) : [];
  const atLeast = leastTaken(rules, dimension, smallest);
  if (simple?.every((taken, n) => taken <= atLeast[n]!)) return [simple];
  return splits(rules, dimension);
}

const rangesOf = ({ temporal, spatial }: Places): readonly Range[] => [temporal, ...(spatial ?? [])];

const mapRanges = (levels: readonly Places[], of: (range: Range) => Range): readonly Places[] =>
  levels.map(({ temporal, spatial }) => ({
    temporal: of(temporal),
    spatial: spatial && [of(spatial[0]), of(spatial[1])],
  }));

/** The smallest factor of a size that is not smaller than a number; without end if there is none. */
function factorFrom({ factors }: SplitRules, size: number, least: number): number {
  let factor = least;
  while (factors === 'perfect' && factor <= size && size % factor !== 0) factor++;
  return factor;
}

/** A dimension with the smallest factors everywhere, and what is left in loops in time, as far out as can be. */
function loopsOutermost(
  { factors }: SplitRules,
  { letter, size, levels }: Dimension,
  smallest: readonly Places[],
): Dimension | undefined {
  let product = productOf(smallest.flatMap(rangesOf));
  const loops = smallest.map(({ temporal }) => temporal.least);
  const set = (level: number, factor: number) => {
    product = (product / loops[level]!) * factor;
    loops[level] = factor;
  };
  if (factors === 'perfect' && size % product !== 0) return undefined;
  for (const [level, { temporal }] of levels.entries()) {
    const rest = Math.ceil((size * loops[level]!) / product);
    let factor = Math.max(loops[level]!, Math.min(rest, temporal.most));
    while (factors === 'perfect' && rest % factor !== 0) factor--;
    set(level, factor);
  }
  if (product < size) return undefined;
  // None larger than it has to be
  for (const [level, { temporal }] of smallest.entries()) {
    set(level, Math.max(temporal.least, Math.ceil((size * loops[level]!) / product)));
  }
  const places = smallest.map(({ spatial }, level): Places => {
    return { temporal: { least: loops[level]!, most: loops[level]! }, spatial };
  });
  return { letter, size, levels: places };
}

/** A lower bound of what any split takes of each need. */
function leastTaken(
  rules: SplitRules,
  { letter, size, levels }: Dimension,
  smallest: readonly Places[],
): readonly number[] {
  return rules.needs.map((need) => {
    if (need.kind === 'order') return 1;
    if (need.kind === 'grid') return smallest[need.level]!.spatial![need.axis === 'x' ? 0 : 1].least;
    if (!need.tensors.some((tensor) => knows(rules.problem, tensor, letter))) return 1;
    const outside = levels.slice(0, need.level).flatMap(rangesOf);
    const inside = smallest.slice(need.level).flatMap(rangesOf);
    const tile = Math.ceil(size / outside.reduce((all, { most }) => all * most, 1));
    return factorFrom(rules, size, Math.max(tile, productOf(inside)));
  });
}

const productOf = (ranges: readonly Range[]): number =>
  ranges.reduce((product, { least }) => product * least, 1);

function splits({ problem, needs, axes, factors }: SplitRules, dimension: Dimension): readonly Split[] {
  const { letter, size, levels } = dimension;
  const isKnown = needs.map(
    (need) => need.kind === 'store' && need.tensors.some((tensor) => knows(problem, tensor, letter)),
  );
  const gridOf = (level: number, axis: 'x' | 'y') =>
    needs.findIndex((need) => need.kind === 'grid' && need.level === level && need.axis === axis);
  const divisors = factors === 'perfect' ? divisorsOf(size) : [];
  const none = needs.map(({ kind }) => (kind === 'order' ? 0 : 1));
  let parts: readonly Part[] = [{ product: 1, largest: 1, split: none }];
  for (let level = levels.length - 1; level >= 0; level--) {
    const { temporal, spatial } = levels[level]!;
    const outside = levels.slice(0, level).flatMap(rangesOf);
    if (spatial) {
      const [x, y] = spatial;
      parts = parts.flatMap((part) =>
        inSpace(part, level, 'x', x, [y, temporal, ...outside]).flatMap((wide) => {
          const along =
            wide.product > part.product && axes === 'one' ? { ...y, most: Math.min(y.most, 1) } : y;
          return inSpace(wide, level, 'y', along, [temporal, ...outside]);
        }),
      );
      parts = withoutLarger(parts);
    }
    parts = withoutLarger(parts.flatMap((part) => inTime(part, level, temporal, outside)));
  }
  return least(parts.map(({ split }) => split));

  function inSpace(
    part: Part,
    level: number,
    axis: 'x' | 'y',
    range: Range,
    outside: readonly Range[],
  ): Part[] {
    const n = gridOf(level, axis);
    return multiples(part, range, outside).map(([factor, one]) =>
      n < 0 || factor === 1 ? one : { ...one, split: one.split.with(n, factor) },
    );
  }

  function inTime(part: Part, level: number, range: Range, outside: readonly Range[]): Part[] {
    return multiples(part, range, outside).flatMap(([factor, one]) => {
      const split = [...one.split];
      for (const [n, need] of needs.entries()) {
        if (need.level !== level || need.kind === 'grid') continue;
        if (need.kind === 'order') {
          if (factor > 1 && need.letters.includes(letter)) split[n] = 1;
        } else if (isKnown[n]) {
          split[n] = one.product;
          if (storedWords(problem, need.tensors, new Map([[letter, one.product]])) > need.most) return [];
        }
      }
      return [{ ...one, split }];
    });
  }

  /** A part with each factor of a range, as far as factors outside can make it whole. */
  function multiples(
    { product, largest, split }: Part,
    { least, most }: Range,
    outside: readonly Range[],
  ): (readonly [number, Part])[] {
    const rest = size / product;
    const from = Math.max(least, Math.ceil(rest / outside.reduce((all, range) => all * range.most, 1)));
    const to = Math.min(most, Math.ceil(rest / productOf(outside)));
    const found: (readonly [number, Part])[] = [];
    const add = (factor: number) => {
      const part = { product: product * factor, largest: Math.max(largest, factor), split };
      // What is whole already, the largest factor could be smaller
      if (part.product - part.product / part.largest < size) found.push([factor, part]);
    };
    if (factors === 'imperfect') for (let factor = from; factor <= to; factor++) add(factor);
    for (const factor of divisors) if (factor >= from && factor <= to && rest % factor === 0) add(factor);
    return found;
  }
}

function divisorsOf(size: number): readonly number[] {
  const found: number[] = [];
  for (let factor = 1; factor <= size; factor++) if (size % factor === 0) found.push(factor);
  return found;
}

/** Drops parts that take as much of each need as another that can go on in the same way, or more. */
function withoutLarger(parts: readonly Part[]): readonly Part[] {
  const sum = ({ split }: Part) => split.reduce((all, taken) => all + taken, 0);
  const sorted = parts.map((part) => ({ part, sum: sum(part) })).sort((a, b) => a.sum - b.sum);
  const byProduct = new Map<number, Part[]>();
  for (const { part } of sorted) {
    const alike = byProduct.get(part.product);
    if (alike === undefined) byProduct.set(part.product, [part]);
    else if (!alike.some((other) => isWithin(other, part))) alike.push(part);
  }
  return [...byProduct.values()].flat();
}

const least = (all: readonly Split[]): readonly Split[] =>
  withoutLarger(all.map((split) => ({ product: 1, largest: 1, split }))).map(({ split }) => split);

const isWithin = (a: Part, b: Part): boolean =>
  a.largest <= b.largest && a.split.every((taken, n) => taken <= b.split[n]!);
