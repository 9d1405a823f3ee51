import { type Architecture, type MemoryLevel, ownCapacity } from '../architecture.ts';
import { type LoopProblem, TENSORS, type Tensor } from '../problem.ts';
import type { Convention } from '../walk.ts';

/**
 * A problem and an architecture as the search sees them: dimensions, tensors and levels by number, and of the dimensions
 * only those of which there is more than one step.
 */
export interface View {
  readonly letters: readonly string[];
  readonly sizes: readonly number[];
  readonly tensors: readonly TensorView[];
  readonly levels: readonly MemoryLevel[];
  readonly macEnergy: number;
  readonly convention: Convention;
  /** True where a dimension is unknown to more than one tensor, so that more than one can be stationary. */
  readonly sharesUnknown: boolean;
}

/** A tensor: how each dimension moves it. */
export interface TensorView {
  readonly tensor: Tensor;
  readonly isOutput: boolean;
  readonly axes: number;
  /** The axis that each dimension moves along, -1 where it is unknown. */
  readonly axisOf: readonly number[];
  /** Elements for each step of each dimension. */
  readonly coefficient: readonly number[];
  /** Whether more than one dimension moves along an axis. */
  readonly isShared: readonly boolean[];
  /** True where some axis is shared: tiles may overlap. */
  readonly slides: boolean;
  /**
   * Dimensions whose tiles do not come to the same number of words in all, however large they are: they share an axis, or
   * have gaps between their elements, which belong to a tile.
   */
  readonly isUneven: readonly boolean[];
  /** Words of the whole tensor. */
  readonly words: number;
}

export function viewOf(problem: LoopProblem, architecture: Architecture, convention: Convention): View {
  const letters = Object.keys(problem.sizes).filter((letter) => problem.sizes[letter]! > 1);
  const sizes = letters.map((letter) => problem.sizes[letter]!);
  const tensors = TENSORS.map((tensor): TensorView => {
    const axes = problem.tensors[tensor];
    const axisOf = letters.map((letter) =>
      axes.findIndex((axis) => axis.some((t) => t.dimension === letter)),
    );
    const coefficient = letters.map(
      (letter, k) => axes[axisOf[k]!]?.find((term) => term.dimension === letter)?.coefficient ?? 0,
    );
    const isShared = axes.map((_, axis) => axisOf.filter((one) => one === axis).length > 1);
    const lengths = axes.map((_, axis) =>
      sizes.reduce((all, size, k) => (axisOf[k] === axis ? all + coefficient[k]! * (size - 1) : all), 1),
    );
    return {
      tensor,
      isOutput: tensor === 'outputs',
      axes: axes.length,
      axisOf,
      coefficient,
      isShared,
      slides: isShared.includes(true),
      isUneven: axisOf.map((axis, k) => axis >= 0 && (isShared[axis]! || coefficient[k]! > 1)),
      words: lengths.reduce((all, length) => all * length, 1),
    };
  });
  const strangers = letters.map((_, k) => tensors.filter(({ axisOf }) => axisOf[k] === -1).length);
  return {
    letters,
    sizes,
    tensors,
    levels: architecture.levels,
    macEnergy: architecture.macEnergy,
    convention,
    sharesUnknown: strangers.some((count) => count > 1),
  };
}

/** The outputs among the tensors of a view. */
export const OUTPUTS = 2;

/** Whether a level can keep a tensor at all. */
export const canKeep = (level: MemoryLevel, tensor: Tensor): boolean =>
  level.holds.includes(tensor) && ownCapacity(level, tensor) !== 0;

/** Instances, or MACs, that lie side by side below one instance of a level. */
export const fanoutOf = ({ fanout }: MemoryLevel): number => (fanout ? fanout.x * fanout.y : 1);

/** How many different sums two loops in space make: `i·a + j·b` for i under f and j under g. */
export function distinctSums(f: number, a: number, g: number, b: number): number {
  const divisor = gcd(a, b);
  return f * g - Math.max(0, f - b / divisor) * Math.max(0, g - a / divisor);
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
