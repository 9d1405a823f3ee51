import { finish, type Progress } from '../steps.ts';
import type { Architecture } from './architecture.ts';
import { checkArchitecture } from './check-architecture.ts';
import { FACTORS } from './check-mapping.ts';
import { explainNoNest } from './conflict.ts';
import { type Constraints, NO_CONSTRAINTS } from './constraints.ts';
import { evaluateNest } from './evaluate.ts';
import { brokenNestLimits } from './limits.ts';
import type { MapOptions, NestOutcome, NoNest } from './map-result.ts';
import type { LevelMapping, Loop, LoopMapping } from './mapping.ts';
import { type LoopProblem, TENSORS } from './problem.ts';
import { keepChoices } from './search/boundaries.ts';
import { Branch } from './search/branch.ts';
import { allowNoLoops, optionsOf } from './search/options.ts';
import { Orders } from './search/orders.ts';
import { spaceSize } from './search/space-size.ts';
import { type Best, Standing } from './search/standing.ts';
import { symmetryOf } from './search/symmetry.ts';
import { type View, viewOf } from './search/view.ts';
import { isBetter, NOTHING } from './search/worth.ts';

/**
 * The best mapping of a problem onto an architecture, and the proof that it is; or why there is none.
 *
 * Depth-first branch and bound, from DRAM inwards, over the tiles of the levels ({@link Branch}); over all choices of what
 * levels keep, if constraints leave them open. Steps are such choices. The answer is the same every time, unless `seconds`
 * cut it short.
 *
 * @throws InputError if the architecture is none: see {@link checkArchitecture}.
 */
export function* mapSteps(
  problem: LoopProblem,
  architecture: Architecture,
  options: MapOptions = {},
): Generator<Progress, NestOutcome> {
  const deadline = performance.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY);
  return yield* mapUntil(problem, architecture, options, () => performance.now() > deadline);
}

/** {@link mapSteps} until it is over, or proven. */
export function* mapUntil(
  problem: LoopProblem,
  architecture: Architecture,
  options: MapOptions,
  isOver: () => boolean,
): Generator<Progress, NestOutcome> {
  checkArchitecture(architecture);
  const {
    objective = 'energy',
    factors = 'perfect',
    convention = 'true',
    constraints = NO_CONSTRAINTS,
  } = options;
  const standing = new Standing({
    isExhaustive: options.exhaustive ?? false,
    trialAfter: options.trialAfter ?? 512,
    isOver,
  });
  const view = viewOf(problem, architecture, convention);
  const rules = architecture.levels.map(({ name }) => constraints.levels[name]?.temporal);
  const orders = new Orders(view, rules);
  const choices =
    fitsOutermost(problem, architecture) && allowNoLoops(view, constraints)
      ? keepChoices(view, (level, t) => choiceOf(constraints, architecture.levels[level]!.name, t))
      : [];
  // The best of perfect factors is where imperfect ones begin
  const kinds = FACTORS.slice(0, FACTORS.indexOf(factors) + 1);
  const splits = kinds.map((kind) => optionsOf(view, constraints, kind));
  let open = NOTHING;
  for (const [i, some] of splits.entries()) {
    open = NOTHING;
    const symmetry = symmetryOf(view, some, rules);
    const space = { view, options: some, orders, symmetry, objective };
    for (const [done, keeps] of choices.entries()) {
      const steps = new Branch(space, keeps, standing).run();
      for (;;) {
        const step = steps.next();
        if (step.done) {
          if (isBetter(step.value, open)) open = step.value;
          break;
        }
        yield { done: i * choices.length + done, of: splits.length * choices.length };
      }
    }
  }
  const { best, visited, prunedBy } = standing;
  if (best === undefined) {
    const isTimeOut = open[0] < Number.POSITIVE_INFINITY;
    return {
      feasible: false,
      reason: isTimeOut ? OUT_OF_TIME : explainNoNest(problem, architecture, constraints, factors),
    };
  }
  const mapping = mappingOf(view, architecture, best);
  const evaluation = evaluateNest(problem, architecture, mapping, { convention, factors });
  const proven = !isBetter(open, best.worth);
  const size = spaceSize(splits.at(-1)!) * choices.length;
  return {
    feasible: true,
    mapping,
    evaluation,
    search: {
      spaceSize: size,
      visited,
      pruned: Math.max(0, size - visited),
      prunedBy,
      proven,
      lowerBound: proven ? best.worth[0] : open[0],
    },
  };
}

/** {@link mapSteps} at one go. */
export const mapNest = (
  problem: LoopProblem,
  architecture: Architecture,
  options: MapOptions = {},
): NestOutcome => finish(mapSteps(problem, architecture, options));

const OUT_OF_TIME: NoNest['reason'] = {
  limit: 'time',
  rules: [],
  broken: [],
  message: 'no mapping was found in the time given',
};

/** Whether the outermost level has room for the whole tensors. */
function fitsOutermost(problem: LoopProblem, { levels }: Architecture): boolean {
  const [outermost] = levels;
  const whole: LoopMapping = {
    levels: [{ name: outermost!.name, keep: TENSORS, temporal: Object.entries(problem.sizes) }],
  };
  return (
    brokenNestLimits(problem, { name: '', wordBits: 1, levels: [outermost!], macEnergy: 0 }, whole).length ===
    0
  );
}

function choiceOf({ levels, buffers }: Constraints, level: string, t: number) {
  const tensor = TENSORS[t]!;
  const { keep = [], bypass = [], free = [] } = levels[level] ?? {};
  if (keep.includes(tensor)) return { keep: true, bypass: false };
  if (bypass.includes(tensor)) return { keep: false, bypass: true };
  return { keep: true, bypass: free.includes(tensor) || buffers === 'free' };
}

function mappingOf(view: View, { levels }: Architecture, best: Best): LoopMapping {
  return {
    levels: levels.map(({ name, fanout }, level): LevelMapping => {
      const steps = best.steps[level + 1]!;
      const temporal = (best.orders[level] ?? [])
        .toReversed()
        .map((k): Loop => [view.letters[k]!, steps[k]!]);
      const keep = TENSORS.filter((_, t) => best.keeps[level]![t]);
      if (fanout === undefined) return { name, keep, temporal };
      return { name, keep, temporal, ...placed(view, best, level) };
    }),
  };
}

/** The loops in space of a level, along X and Y. */
function placed(
  { letters }: View,
  { placements }: Best,
  level: number,
): { spatialX: Loop[]; spatialY: Loop[] } {
  const loops = (axis: 'x' | 'y'): Loop[] =>
    letters.flatMap((letter, k): Loop[] => {
      const factor = placements[level + 1]![k]![axis];
      return factor > 1 ? [[letter, factor]] : [];
    });
  return { spatialX: loops('x'), spatialY: loops('y') };
}
