import type { Architecture } from './architecture.ts';
import { type Accesses, countNest } from './counts.ts';
import type { LoopMapping } from './mapping.ts';
import { asTensorSees, type NestLevel, nestOf, tileLengths } from './nest.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';
import { type Convention, fetchedWords } from './walk.ts';

/**
 * What of Timeloop's convention makes a count differ from the true one.
 *
 * - `start-over`: where a loop steps, those inside go back by all that they went; Timeloop takes them back by one step.
 * - `partial-overlap`: a tile shares words with the last one without being one step of the innermost loop further;
 *   Timeloop fetches all of it.
 */
export const DIFFERENCE_CAUSES = ['start-over', 'partial-overlap'] as const;
export type DifferenceCause = (typeof DIFFERENCE_CAUSES)[number];

/** A level and a tensor whose accesses the two conventions count differently. */
export interface ConventionDifference {
  /** The level's name. */
  readonly level: string;
  readonly tensor: Tensor;
  readonly counts: Readonly<Record<Convention, Accesses>>;
  /** At least one, in the order of {@link DIFFERENCE_CAUSES}. */
  readonly causes: readonly DifferenceCause[];
}

/**
 * Where the conventions `true` and `timeloop` differ for a mapping, outermost level first, and why. A level's fills differ
 * because of how its own tile moves, its reads because of how the tile of the next level moves that keeps the tensor.
 *
 * A tile's words have one cause where Timeloop's count would be right with this set right alone, and both where it takes
 * both. Only tiles of a tensor with an axis of two dimensions can differ: those of the inputs of a convolution.
 */
export function conventionDifferences(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
): ConventionDifference[] {
  const nest = nestOf(mapping);
  const counted = {
    true: countNest(problem, architecture, mapping, 'true').levels,
    timeloop: countNest(problem, architecture, mapping, 'timeloop').levels,
  };
  const keeps = (level: number, tensor: Tensor) => mapping.levels[level]!.keep.includes(tensor);
  return mapping.levels.flatMap(({ name }, level) =>
    TENSORS.flatMap((tensor): ConventionDifference[] => {
      if (!keeps(level, tensor)) return [];
      const below = nest.findIndex((_, i) => i > level && keeps(i, tensor));
      const found = new Set([level, below].flatMap((i) => (i > 0 ? causesAt(problem, nest, tensor, i) : [])));
      if (found.size === 0) return [];
      const counts = { true: counted.true[level]![tensor]!, timeloop: counted.timeloop[level]![tensor]! };
      return [{ level: name, tensor, counts, causes: DIFFERENCE_CAUSES.filter((cause) => found.has(cause)) }];
    }),
  );
}

/** Why the conventions count other words that a level fetches of a tensor; nothing if they do not. */
function causesAt(
  problem: LoopProblem,
  nest: readonly NestLevel[],
  tensor: Tensor,
  level: number,
): readonly DifferenceCause[] {
  const lengths = tileLengths(problem, tensor, nest[level]!.sizes);
  const loops = nest
    .slice(0, level)
    .toReversed()
    .flatMap(({ temporal }) => temporal.map((loop) => asTensorSees(problem, tensor, loop)));
  const right = fetchedWords(lengths, loops, 'true', 'true');
  if (fetchedWords(lengths, loops, 'timeloop', 'timeloop') === right) return [];
  if (fetchedWords(lengths, loops, 'true', 'timeloop') === right) return ['start-over'];
  if (fetchedWords(lengths, loops, 'timeloop', 'true') === right) return ['partial-overlap'];
  return DIFFERENCE_CAUSES;
}
