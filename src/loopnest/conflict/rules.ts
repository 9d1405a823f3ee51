import type {
  Constraints,
  FactorRule,
  LevelRules,
  LoopRules,
  RulePath,
  TemporalRules,
} from '../constraints.ts';
import type { Tensor } from '../problem.ts';

const PLACES = ['temporal', 'spatialX', 'spatialY'] as const;
const LISTS = ['only', 'innermost', 'order'] as const;

/** A rule by itself. */
export type Rule =
  | { readonly level: string; readonly kind: 'keep'; readonly tensor: Tensor }
  | ({ readonly level: string; readonly place: (typeof PLACES)[number] } & (
      | { readonly kind: 'factors'; readonly letter: string; readonly rule: FactorRule }
      | { readonly kind: (typeof LISTS)[number]; readonly letters: readonly string[] }
    ));

/** The rules that can leave no mapping, in the order of constraints. That a tensor goes round a level never does. */
export const rulesOf = ({ levels }: Constraints): readonly Rule[] =>
  Object.entries(levels).flatMap(([level, rules]): Rule[] => [
    ...(rules.keep ?? []).map((tensor): Rule => ({ level, kind: 'keep', tensor })),
    ...PLACES.flatMap((place): Rule[] => {
      const loops: TemporalRules = rules[place] ?? {};
      return [
        ...LISTS.flatMap((kind): Rule[] => {
          const letters = loops[kind];
          return letters ? [{ level, place, kind, letters }] : [];
        }),
        ...Object.entries(loops.factors ?? {}).map(
          ([letter, rule]): Rule => ({ level, place, kind: 'factors', letter, rule }),
        ),
      ];
    }),
  ]);

/**
 * Constraints with only some of their rules. A tensor that goes round a level may still do so; where buffers are kept, a
 * tensor that a level must keep stays there anyway.
 */
export function withRules(constraints: Constraints, rules: readonly Rule[]): Constraints {
  const levels = Object.entries(constraints.levels).map(([level, { bypass = [], free = [] }]) => {
    const own = rules.filter((rule) => rule.level === level);
    const ruled: LevelRules = {
      keep: own.flatMap((rule) => (rule.kind === 'keep' ? [rule.tensor] : [])),
      free: [...bypass, ...free],
      ...Object.fromEntries(PLACES.map((place) => [place, loopRules(own, place)])),
    };
    return [level, ruled] as const;
  });
  return { ...constraints, levels: Object.fromEntries(levels) };
}

function loopRules(rules: readonly Rule[], place: (typeof PLACES)[number]): LoopRules {
  const factors: [string, FactorRule][] = [];
  const lists: [string, readonly string[]][] = [];
  for (const rule of rules) {
    if (rule.kind === 'keep' || rule.place !== place) continue;
    if (rule.kind === 'factors') factors.push([rule.letter, rule.rule]);
    else lists.push([rule.kind, rule.letters]);
  }
  return { ...Object.fromEntries(lists), factors: Object.fromEntries(factors) };
}

export function pathOf(rule: Rule): RulePath {
  const { level, kind } = rule;
  if (kind === 'keep') return ['levels', level, kind, rule.tensor];
  return ['levels', level, rule.place, kind, ...(kind === 'factors' ? [rule.letter] : [])];
}

/** A rule with what it says: `levels.GLB.spatialX.factors.R (all)`. */
export function ruleText(rule: Rule): string {
  const path = pathOf(rule).join('.');
  switch (rule.kind) {
    case 'keep':
      return path;
    case 'factors':
      return `${path} (${factorText(rule.rule)})`;
    default:
      return `${path} (${rule.letters.join(', ') || 'none'})`;
  }
}

function factorText(rule: FactorRule): string {
  if (typeof rule !== 'object') return `${rule}`;
  const { least, most } = rule;
  return [least && `at least ${least}`, most && `at most ${most}`].filter(Boolean).join(', ') || 'any';
}
