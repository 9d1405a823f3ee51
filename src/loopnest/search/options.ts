import type { Factors } from '../check-mapping.ts';
import type { Constraints, FactorRule, LoopRules } from '../constraints.ts';
import { isNeeded } from './placement.ts';
import type { View } from './view.ts';

/**
 * How one dimension may be split around one level: into tiles of so many elements, so many of them side by side above
 * it.
 */
export interface Option {
  readonly tile: number;
  readonly spread: number;
  /** The part of the spread that may lie along X; the rest lies along Y. */
  readonly alongX: readonly number[];
}

/**
 * The splits of every dimension. Stage c goes from the tile of level c − 1 to that of level c; the tile of stage 0 is the
 * dimension, that of the last stage, the MACs, is 1.
 */
export interface Options {
  /** By stage and dimension. */
  readonly stages: readonly (readonly (readonly Option[])[])[];
  /** Steps in time at level c − 1, from option o of stage c − 1 to option p of stage c: `steps[c][k][o][p]`; 0: none. */
  readonly steps: readonly (readonly (readonly Int32Array[])[])[];
  /** By dimension: what its factors multiply to at the most. */
  readonly mostPadded: readonly number[];
}

/** The splits that rules allow; a dimension that has none left has empty lists. */
export function optionsOf(view: View, { levels: rules, axes }: Constraints, factors: Factors): Options {
  const { sizes, letters, levels } = view;
  const ruleOf = (level: number, kind: 'temporal' | 'spatialX' | 'spatialY', letter: string) =>
    allows(rules[levels[level]!.name]?.[kind], letter);

  const perDimension = sizes.map((size, k) => {
    const letter = letters[k]!;
    const values = factors === 'perfect' ? divisors(size) : upTo(2 * size - 1);
    const stages: Option[][] = [[{ tile: size, spread: 1, alongX: [1] }]];
    for (let stage = 1; stage <= levels.length; stage++) {
      const { x: mostX = 1, y: mostY = 1 } = levels[stage - 1]!.fanout ?? {};
      const allowX = ruleOf(stage - 1, 'spatialX', letter);
      const allowY = ruleOf(stage - 1, 'spatialY', letter);
      const isAllowed = (x: number, y: number) =>
        x <= mostX &&
        y <= mostY &&
        allowX(x, size) &&
        allowY(y, size) &&
        (axes === 'both' || x === 1 || y === 1);
      const inside = loopsInside(view, stage);
      for (const spread of values.filter((value) => value <= mostX * mostY)) {
        const parts = divisors(spread).filter((x) => isAllowed(x, spread / x));
        if (parts.length === 0) continue;
        for (const tile of stage === levels.length ? [1] : values) {
          const block = tile * spread;
          if (factors === 'perfect' ? size % block !== 0 : block >= 2 * size) continue;
          const padded = Math.ceil(size / block) * block;
          const needed = (factor: number) => isNeeded(factor, padded, size);
          const alongX = parts.filter((x) => needed(x) && needed(spread / x));
          if (alongX.length > 0 && isProduct(tile, inside, needed))
            stages[stage] = [...(stages[stage] ?? []), { tile, spread, alongX }];
        }
      }
      stages[stage] ??= [];
    }
    return chained(stages, (stage, above, below) => {
      const block = below.tile * below.spread;
      const isOuter = stage === 1;
      if (!(isOuter && factors === 'imperfect') && above.tile % block !== 0) return 0;
      const steps = Math.ceil(above.tile / block);
      return ruleOf(stage - 1, 'temporal', letter)(steps, size) ? steps : 0;
    });
  });
  const byStage = <T>(of: (dimension: (typeof perDimension)[number], stage: number) => T) =>
    Array.from({ length: levels.length + 1 }, (_, stage) => perDimension.map((one) => of(one, stage)));
  return {
    stages: byStage(({ stages }, stage) => stages[stage]!),
    steps: byStage(({ steps }, stage) => steps[stage]!),
    mostPadded: perDimension.map(({ stages }, k) =>
      stages[1]!.reduce((most, { tile, spread }) => {
        const block = tile * spread;
        return Math.max(most, Math.ceil(sizes[k]! / block) * block);
      }, sizes[k]!),
    ),
  };
}

/** Keeps the options that some way leads through from the first stage to the last. */
function chained(
  stages: readonly Option[][],
  stepsOf: (stage: number, above: Option, below: Option) => number,
) {
  const kept = stages.map((options) => [...options]);
  for (let stage = 1; stage < kept.length; stage++) {
    kept[stage] = kept[stage]!.filter((below) =>
      kept[stage - 1]!.some((above) => stepsOf(stage, above, below)),
    );
  }
  for (let stage = kept.length - 1; stage > 0; stage--) {
    kept[stage - 1] = kept[stage - 1]!.filter((above) =>
      kept[stage]!.some((below) => stepsOf(stage, above, below)),
    );
  }
  const steps = kept.map((options, stage) =>
    stage === 0
      ? []
      : kept[stage - 1]!.map((above) => Int32Array.from(options, (below) => stepsOf(stage, above, below))),
  );
  return { stages: kept, steps };
}

/** Whether rules allow that dimensions which the view leaves out, of size 1 or unknown to the problem, have no loops. */
export const allowNoLoops = ({ letters }: View, { levels }: Constraints): boolean =>
  Object.values(levels).every(({ temporal, spatialX, spatialY }) =>
    [temporal, spatialX, spatialY].every((rules) =>
      Object.keys(rules?.factors ?? {}).every(
        (letter) => letters.includes(letter) || allows(rules, letter)(1, 1),
      ),
    ),
  );

/** Whether rules let a dimension of a size have a factor in a place. */
function allows(rules: LoopRules | undefined, letter: string): (factor: number, size: number) => boolean {
  const { only, factors } = rules ?? {};
  const isListed = only?.includes(letter) ?? true;
  const rule: FactorRule | undefined =
    factors && Object.hasOwn(factors, letter) ? factors[letter] : undefined;
  return (factor, size) => {
    if (!isListed && factor > 1) return false;
    if (rule === undefined) return true;
    if (rule === 'all') return factor >= size;
    if (typeof rule === 'number') return factor === rule;
    return factor >= (rule.least ?? 1) && factor <= (rule.most ?? Number.POSITIVE_INFINITY);
  };
}

/** Loops that a dimension can have inside a level: in time at each, and along X and Y of each grid. */
const loopsInside = ({ levels }: View, level: number): number =>
  levels.slice(level).reduce((all, { fanout }) => all + 1 + (fanout ? 2 : 0), 0);

/** Whether a number is a product of at most so many factors, each of which is allowed. */
function isProduct(value: number, factors: number, isAllowed: (factor: number) => boolean): boolean {
  if (value === 1 || (factors > 0 && isAllowed(value))) return true;
  if (factors < 2) return false;
  return divisors(value).some(
    (factor) =>
      factor > 1 && factor < value && isAllowed(factor) && isProduct(value / factor, factors - 1, isAllowed),
  );
}

const upTo = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 1);

export function divisors(n: number): number[] {
  const small = [];
  for (let d = 1; d * d <= n; d++) if (n % d === 0) small.push(d);
  return [...small, ...small.toReversed().flatMap((d) => (d * d === n ? [] : [n / d]))];
}
