import type { Architecture } from './architecture.ts';
import type { Factors } from './check-mapping.ts';
import { Existence } from './conflict/existence.ts';
import { architectureMessage, rulesMessage } from './conflict/message.ts';
import { mustKeep } from './conflict/needs.ts';
import { pathOf, rulesOf, withRules } from './conflict/rules.ts';
import { smallestConflict } from './conflict/smallest.ts';
import type { Constraints } from './constraints.ts';
import { brokenNestLimits } from './limits.ts';
import type { NoNest } from './map-result.ts';
import type { LoopProblem } from './problem.ts';

/**
 * Why there is no mapping of a problem onto an architecture: a smallest set of rules that leave none, or, if there is none
 * without rules either, the limits that the smallest mapping breaks. Limits, `buffers` and `axes` hold whatever rules do; a
 * tensor that rules let go round a level may do so without them, too.
 *
 * @param constraints that go with the architecture: see `checkConstraints`
 * @throws Error if there is a mapping.
 */
export function explainNoNest(
  problem: LoopProblem,
  architecture: Architecture,
  constraints: Constraints,
  factors: Factors,
): NoNest['reason'] {
  const existence = new Existence(problem, factors);
  const rules = rulesOf(constraints);
  const conflict = smallestConflict(rules.length, (things) => {
    const some = rules.filter((_, i) => things.has(i));
    return existence.hasMapping(architecture, withRules(constraints, some));
  });
  if (conflict === undefined) throw new Error(`${problem.name} has a mapping onto ${architecture.name}`);
  if (conflict.length > 0) {
    const guilty = conflict.map((i) => rules[i]!);
    const message = rulesMessage({ problem, architecture, constraints, factors, existence }, guilty);
    return { limit: 'constraints', rules: guilty.map(pathOf), broken: [], message };
  }
  const broken = brokenNestLimits(problem, architecture, smallestMapping());
  return { limit: 'architecture', rules: [], broken, message: architectureMessage(broken) };

  /** All loops outermost, and nothing kept that need not be. */
  function smallestMapping() {
    const free = withRules(constraints, []);
    return {
      levels: architecture.levels.map((level, i) => ({
        name: level.name,
        keep: mustKeep(free, level, i === 0),
        temporal: i === 0 ? Object.entries(problem.sizes) : [],
      })),
    };
  }
}
