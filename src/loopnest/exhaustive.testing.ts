/**
 * Every mapping of a small problem, one by one, to check searches and explanations against: it shares no code with them,
 * and leaves nothing out.
 */

import type { Architecture, MemoryLevel } from './architecture.ts';
import type { Factors } from './check-mapping.ts';
import type { Constraints, FactorRule, LevelRules, LoopRules, TemporalRules } from './constraints.ts';
import { evaluateNest, paddedProblem } from './evaluate.ts';
import { brokenNestLimits } from './limits.ts';
import type { NestObjective } from './map-result.ts';
import type { LevelMapping, Loop, LoopMapping } from './mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';
import type { Convention } from './walk.ts';

/** What is mapped onto what, and under which rules. */
export interface MapCase {
  readonly problem: LoopProblem;
  readonly architecture: Architecture;
  readonly constraints: Constraints;
}

/** Where a loop can stand. */
interface Place {
  readonly level: number;
  readonly kind: 'temporal' | 'spatialX' | 'spatialY';
}

/** The factors of one dimension, one for each place. */
type Split = readonly number[];

const placesOf = ({ levels }: Architecture): readonly Place[] =>
  levels.flatMap(({ fanout }, level): Place[] => {
    const temporal = { level, kind: 'temporal' } as const;
    if (fanout === undefined) return [temporal];
    return [temporal, { level, kind: 'spatialX' }, { level, kind: 'spatialY' }];
  });

/** How many choices of buffers, factors and axes there are, whether they fit or not; loops can have many orders in each. */
export function countChoices(drawn: MapCase, factors: Factors): number {
  const splits = splitsOf(drawn, factors);
  return splits.reduce((all, { length }) => all * length, keepsOf(drawn).length);
}

/** Every mapping that obeys the constraints and breaks no limit. */
export function* allMappings(drawn: MapCase, factors: Factors): Generator<LoopMapping> {
  const { problem, architecture, constraints } = drawn;
  const letters = lettersOf(drawn);
  const places = placesOf(architecture);
  const keeps = keepsOf(drawn);
  for (const splits of combinations(splitsOf(drawn, factors))) {
    const loopsAt = (level: number, kind: Place['kind']): Loop[] => {
      const p = places.findIndex((place) => place.level === level && place.kind === kind);
      if (p < 0) return [];
      return splits.flatMap((split, k): Loop[] => (split[p]! > 1 ? [[letters[k]!, split[p]!]] : []));
    };
    const levels = architecture.levels.map(({ name }, i) => ({
      name,
      temporal: loopsAt(i, 'temporal'),
      spatialX: loopsAt(i, 'spatialX'),
      spatialY: loopsAt(i, 'spatialY'),
    }));
    for (const keep of keeps) {
      const mapping = { levels: levels.map((level, i): LevelMapping => ({ ...level, keep: keep[i]! })) };
      if (brokenNestLimits(paddedProblem(problem, mapping), architecture, mapping).length > 0) continue;
      const orders = mapping.levels.map(({ name, temporal }) =>
        permutations(temporal).filter((loops) => isInOrder(loops, constraints.levels[name]?.temporal)),
      );
      for (const order of combinations(orders)) {
        yield { levels: mapping.levels.map((level, i) => ({ ...level, temporal: order[i]! })) };
      }
    }
  }
}

/** Energy and cycles of a mapping. */
export interface Cost {
  readonly energy: number;
  readonly cycles: number;
}

/** What mappings cost. */
export const costsOf = (
  { problem, architecture }: MapCase,
  mappings: readonly LoopMapping[],
  convention: Convention,
  factors: Factors,
): readonly Cost[] =>
  mappings.map((mapping) => {
    const { energy, cycles } = evaluateNest(problem, architecture, mapping, { convention, factors });
    return { energy: energy.total, cycles };
  });

/** What an objective makes of a cost: the first number counts, the second decides between equals. */
export const worth = (objective: NestObjective, { energy, cycles }: Cost): readonly [number, number] =>
  ({
    energy: [energy, cycles] as const,
    edp: [energy * cycles, cycles] as const,
    delay: [cycles, energy] as const,
  })[objective];

/** The worth of the best of some costs, at least one. Sums that differ by rounding are equal. */
export function bestWorth(objective: NestObjective, costs: readonly Cost[]): readonly [number, number] {
  const worths = costs.map((cost) => worth(objective, cost));
  const first = worths.reduce((least, [value]) => Math.min(least, value), Infinity);
  const second = worths.reduce(
    (least, [value, other]) => (value <= first * (1 + 1e-12) ? Math.min(least, other) : least),
    Infinity,
  );
  return [first, second];
}

/** A text that two mappings have in common if they are the same but for what does not matter. */
export const mappingKey = ({ levels }: LoopMapping): string =>
  JSON.stringify(
    levels.map(({ name, keep, temporal, spatialX = [], spatialY = [] }) => {
      const inSpace = (loops: readonly Loop[]) =>
        loops
          .filter(([, factor]) => factor > 1)
          .map(String)
          .sort();
      return [
        name,
        TENSORS.filter((tensor) => keep.includes(tensor)),
        temporal.filter(([, factor]) => factor > 1),
        inSpace(spatialX),
        inSpace(spatialY),
      ];
    }),
  );

/** The dimensions of the problem, and those that only rules name: their size is 1. */
function lettersOf({ problem, constraints }: MapCase): readonly string[] {
  const named = Object.values(constraints.levels).flatMap(({ temporal, spatialX, spatialY }) =>
    [temporal, spatialX, spatialY].flatMap((rules) => Object.keys(rules?.factors ?? {})),
  );
  return [...new Set([...Object.keys(problem.sizes), ...named])];
}

/** By dimension, the ways to split it. */
function splitsOf(drawn: MapCase, factors: Factors): readonly (readonly Split[])[] {
  const { problem, architecture, constraints } = drawn;
  const places = placesOf(architecture);
  const rulesAt = ({ level, kind }: Place) => constraints.levels[architecture.levels[level]!.name]?.[kind];
  return lettersOf(drawn).map((letter) => {
    const size = problem.sizes[letter] ?? 1;
    const choices = places.map((place) =>
      Array.from({ length: size }, (_, i) => i + 1).filter((factor) =>
        isAllowed(rulesAt(place), letter, factor, size),
      ),
    );
    return splitsInto(choices, size, factors).filter(
      (split) => constraints.axes === 'both' || places.every((_, p) => !liesOnBothAxes(split, places, p)),
    );
  });
}

const liesOnBothAxes = (split: Split, places: readonly Place[], p: number): boolean =>
  places[p]!.kind === 'spatialX' && split[p]! > 1 && split[p + 1]! > 1;

/** Factors that multiply to a size, or to more where none can be smaller. */
function splitsInto(choices: readonly (readonly number[])[], size: number, factors: Factors): Split[] {
  let splits: { readonly split: Split; readonly product: number }[] = [{ split: [], product: 1 }];
  for (const choice of choices) {
    splits = splits.flatMap(({ split, product }) =>
      choice
        .map((factor) => ({ split: [...split, factor], product: product * factor }))
        .filter((one) =>
          factors === 'perfect' ? size % one.product === 0 : isLeast(one.split, one.product, size),
        ),
    );
  }
  return splits.filter(({ product }) => product >= size).map(({ split }) => split);
}

/** True if a size is no longer covered where any of the factors is smaller by one. */
const isLeast = (split: Split, product: number, size: number): boolean =>
  split.every((factor) => factor === 1 || (product / factor) * (factor - 1) < size);

function isAllowed(rules: LoopRules | undefined, letter: string, factor: number, size: number): boolean {
  if (factor > 1 && rules?.only !== undefined && !rules.only.includes(letter)) return false;
  const rule: FactorRule = rules?.factors?.[letter] ?? {};
  if (rule === 'all') return factor === size;
  if (typeof rule === 'number') return factor === rule;
  const { least = 1, most = Infinity } = rule;
  return factor >= least && factor <= most;
}

/** What levels can keep: for each choice, the tensors by level. */
function keepsOf({ architecture, constraints }: MapCase): readonly (readonly (readonly Tensor[])[])[] {
  const byLevel = architecture.levels.map((level, i) => {
    const rules = constraints.levels[level.name] ?? {};
    const byTensor = TENSORS.map((tensor): (readonly Tensor[])[] => {
      if (i === 0) return [[tensor]];
      if (!level.holds.includes(tensor) || ownWords(level, tensor) === 0) return [[]];
      return waysToKeep(rules, tensor, constraints.buffers).map((keeps) => (keeps ? [tensor] : []));
    });
    return combinations(byTensor).map((choice) => choice.flat());
  });
  return combinations(byLevel);
}

const ownWords = ({ capacity }: MemoryLevel, tensor: Tensor): number | undefined =>
  typeof capacity === 'object' ? capacity[tensor] : undefined;

function waysToKeep(
  { keep, bypass, free }: LevelRules,
  tensor: Tensor,
  otherwise: Constraints['buffers'],
): boolean[] {
  if (keep?.includes(tensor)) return [true];
  if (bypass?.includes(tensor)) return [false];
  return free?.includes(tensor) || otherwise === 'free' ? [true, false] : [true];
}

function isInOrder(loops: readonly Loop[], rules: TemporalRules | undefined): boolean {
  const { innermost = [], order = [] } = rules ?? {};
  const letters = loops.map(([letter]) => letter);
  const places = letters.map((letter) => order.indexOf(letter)).filter((place) => place >= 0);
  const inner = letters.map((letter) => innermost.includes(letter));
  return (
    places.every((place, i) => i === 0 || place > places[i - 1]!) &&
    inner.every((isInner, i) => isInner || !inner.slice(0, i).includes(true))
  );
}

/** All ways to take one of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (all, list) => all.flatMap((chosen) => list.map((one) => [...chosen, one])),
    [[]],
  );
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
