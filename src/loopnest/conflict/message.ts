import type { Architecture } from '../architecture.ts';
import type { Factors } from '../check-mapping.ts';
import type { Constraints } from '../constraints.ts';
import type { BrokenNestLimit } from '../limits.ts';
import type { LoopProblem } from '../problem.ts';
import type { Existence } from './existence.ts';
import { type Limit, limitsOf, withLimits } from './limit.ts';
import { mustKeep, needsOf } from './needs.ts';
import { type Rule, ruleText, withRules } from './rules.ts';
import { smallestConflict } from './smallest.ts';

/** What is mapped onto what, under which rules, and what is known of it. */
export interface Question {
  readonly problem: LoopProblem;
  readonly architecture: Architecture;
  readonly constraints: Constraints;
  readonly factors: Factors;
  readonly existence: Existence;
}

/** Why even the smallest mapping does not fit, in a sentence. */
export function architectureMessage(broken: readonly BrokenNestLimit[]): string {
  const texts = broken.map(({ level, needed, available, ...limit }) => {
    const tensors = limit.limit === 'capacity' ? ` for ${listed(limit.tensors)}` : '';
    return `${exact(needed)} words${tensors}, ${level} has ${exact(available)}`;
  });
  return `the smallest mapping needs ${texts.join('; ')}`;
}

const exact = (number: number): string => number.toLocaleString('en');

/** Why rules leave no mapping, though with any of them left out there is one: in a sentence. */
export function rulesMessage(question: Question, rules: readonly Rule[]): string {
  const { architecture, existence } = question;
  const ruled: Question = { ...question, constraints: withRules(question.constraints, rules) };
  const limits = limitsOf(architecture);
  const isPossible = (some: readonly Limit[], axes: Constraints['axes']) =>
    existence.hasMapping(withLimits(architecture, some), { ...ruled.constraints, axes });
  // Which limits have to do with it; the last thing is that a dimension takes one axis
  const conflict = smallestConflict(limits.length + (ruled.constraints.axes === 'one' ? 1 : 0), (things) =>
    isPossible(
      limits.filter((_, i) => things.has(i)),
      things.has(limits.length) ? 'one' : 'both',
    ),
  )!;
  const axes = conflict.includes(limits.length) ? 'one' : 'both';
  const short = limits.filter((_, i) => conflict.includes(i));
  const cause: Question = { ...ruled, constraints: { ...ruled.constraints, axes } };
  const note = axes === 'one' ? ', as a dimension takes one axis of a grid only (axes: one)' : '';
  return `${listed(rules.map(ruleText))} ${reason(cause, short, rules.length > 1)}${note}`;
}

function reason(question: Question, limits: readonly Limit[], isPlural: boolean): string {
  const { problem, architecture, constraints, factors, existence } = question;
  const [limit] = limits;
  if (limit === undefined) {
    const unlimited = withLimits(architecture, []);
    const [letter] = existence.lettersWithoutSplit(unlimited, constraints);
    if (letter === undefined) return orderReason(question);
    const more = factors === 'imperfect' ? ', or to more if none can be smaller' : '';
    const size = problem.sizes[letter] ?? 1;
    return `${isPlural ? 'allow' : 'allows'} no factors of ${letter} that multiply to ${exact(size)}${more}`;
  }
  if (limits.length > 1) {
    const texts = limits.map((one) => `${exact(one.available)} ${whatOf(question, one)} of ${one.level}`);
    return `${isPlural ? 'leave' : 'leaves'} nothing that fits ${listed(texts)}`;
  }
  const needed = leastNeeded(question, limit);
  const what = whatOf(question, { ...limit, available: needed });
  return `${isPlural ? 'need' : 'needs'} ${exact(needed)} ${what}, ${limit.level} has ${exact(limit.available)}`;
}

/** What a limit limits: `columns along X`, `words for weights`. */
function whatOf({ architecture, constraints }: Question, { level, of, available }: Limit): string {
  const s = available === 1 ? '' : 's';
  if (of === 'x') return `column${s} along X`;
  if (of === 'y') return `row${s} along Y`;
  const i = architecture.levels.findIndex(({ name }) => name === level);
  const memory = architecture.levels[i]!;
  const tensors = of === 'shared' ? mustKeep(constraints, memory, i === 0) : [of];
  return `word${s} for ${listed(tensors)}${memory.doubleBuffered ? ' (double buffered)' : ''}`;
}

/** The least that a limit would have to be, if it were the only one. */
function leastNeeded({ architecture, constraints, existence }: Question, limit: Limit): number {
  const isEnough = (available: number) =>
    existence.hasMapping(withLimits(architecture, [{ ...limit, available }]), constraints);
  let tooFew = limit.available;
  let enough = 2 * tooFew;
  while (!isEnough(enough)) [tooFew, enough] = [enough, 2 * enough];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Two loops of which each would have to run inside the other; if it is not always the same two, only that there are. */
function orderReason({ architecture, constraints, existence }: Question): string {
  const unlimited = withLimits(architecture, []);
  for (const need of needsOf(unlimited, constraints)) {
    if (need.kind !== 'order') continue;
    const [inner, outer] = need.letters;
    const { name } = architecture.levels[need.level]!;
    const { temporal, ...others } = constraints.levels[name]!;
    const onlyThese = { ...temporal, innermost: [inner], order: [inner, outer] };
    const levels = Object.fromEntries(
      Object.entries(constraints.levels).map(([level, rules]) => [
        level,
        level === name
          ? { ...others, temporal: onlyThese }
          : { ...rules, temporal: { ...rules.temporal, innermost: undefined, order: undefined } },
      ]),
    );
    if (!existence.hasMapping(unlimited, { ...constraints, levels })) {
      return `want ${inner} both inside and outside ${outer} at ${name}`;
    }
  }
  return 'leave no order in which all loops can run';
}

/** `A`, `A and B`, `A, B and C`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
