import type { Architecture } from '../architecture.ts';
import type { Constraints, FactorRule, LoopRules } from '../constraints.ts';
import type { LoopProblem } from '../problem.ts';

/** The factors that are allowed in one place: whole numbers between these two, if there are any. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Where a dimension may have which factors at a level. */
export interface Places {
  readonly temporal: Range;
  /** Along X and along Y, where the level has a grid below. */
  readonly spatial: readonly [Range, Range] | undefined;
}

/** A dimension, and the factors that rules allow it. */
export interface Dimension {
  readonly letter: string;
  readonly size: number;
  /** By level, outermost first. */
  readonly levels: readonly Places[];
}

/** The dimensions of a problem, and those that only rules name: their size is 1. */
export function dimensionsOf(
  { sizes }: LoopProblem,
  { levels }: Architecture,
  constraints: Constraints,
): readonly Dimension[] {
  const named = Object.values(constraints.levels).flatMap(({ temporal, spatialX, spatialY }) =>
    [temporal, spatialX, spatialY].flatMap((rules) => Object.keys(rules?.factors ?? {})),
  );
  return [...new Set([...Object.keys(sizes), ...named])].map((letter) => {
    const size = sizes[letter] ?? 1;
    const places = levels.map(({ name, fanout }): Places => {
      const { temporal, spatialX, spatialY } = constraints.levels[name] ?? {};
      const range = (rules: LoopRules | undefined) => rangeOf(rules, letter, size);
      return { temporal: range(temporal), spatial: fanout && [range(spatialX), range(spatialY)] };
    });
    return { letter, size, levels: places };
  });
}

function rangeOf({ only, factors = {} }: LoopRules = {}, letter: string, size: number): Range {
  const rule: FactorRule = Object.hasOwn(factors, letter) ? factors[letter]! : {};
  const most = only?.includes(letter) === false ? 1 : size;
  if (typeof rule === 'object') return { least: rule.least ?? 1, most: Math.min(most, rule.most ?? most) };
  const factor = rule === 'all' ? size : rule;
  return { least: factor, most: Math.min(most, factor) };
}
