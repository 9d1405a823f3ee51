import type { Architecture } from './architecture.ts';
import { type Accesses, countNest } from './counts.ts';
import type { LoopMapping } from './mapping.ts';
import { asTensorSees, type NestLevel, nestOf, tileLengths } from './nest.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';
import type { Convention, TileLoop } from './walk.ts';

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
  const right = movedWords(lengths, loops, 'true', 'true');
  if (movedWords(lengths, loops, 'timeloop', 'timeloop') === right) return [];
  if (movedWords(lengths, loops, 'true', 'timeloop') === right) return ['start-over'];
  if (movedWords(lengths, loops, 'timeloop', 'true') === right) return ['partial-overlap'];
  return DIFFERENCE_CAUSES;
}

/**
 * Words that a buffer fetches after its first tile, where loops start over as in one convention, and the words of a tile
 * that are new are those of another.
 *
 * @param loops outside the buffer, innermost first
 */
function movedWords(
  lengths: readonly number[],
  loops: readonly TileLoop[],
  walk: Convention,
  rule: Convention,
): number {
  const tile = lengths.reduce((product, length) => product * length, 1);
  const innermost = loops.find(({ axis }) => axis >= 0);
  const oneStep = lengths.map((_, a) => (a === innermost?.axis ? innermost.step : 0));
  const back = lengths.map(() => 0);
  let times = loops.reduce((product, { factor }) => product * factor, 1);
  let words = 0;
  for (const { factor, axis, step } of loops) {
    times /= factor;
    const jump = back.map((way, a) => (a === axis ? step - way : -way));
    const isNear = jump.every((way) => way === 0) || jump.every((way, a) => way === oneStep[a]);
    const shared = jump.reduce((all, way, a) => all * Math.max(0, lengths[a]! - Math.abs(way)), 1);
    words += (factor - 1) * times * (rule === 'true' || isNear ? tile - shared : tile);
    if (axis >= 0) back[axis]! += step * (walk === 'true' ? factor - 1 : 1);
  }
  return words;
}
