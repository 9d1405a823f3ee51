import { type LoopMapping, type Loop as LoopSpec, spatialLoops } from './mapping.ts';
import { type Axis, type LoopProblem, TENSORS, type Tensor } from './problem.ts';
import type { TileLoop } from './walk.ts';

/** A loop, and the elements of its dimension that one step of it covers. */
export interface Loop {
  readonly dimension: string;
  readonly factor: number;
  /** Product of the factors of the dimension's loops inside. */
  readonly inside: number;
}

/** The loops of one level, each innermost first, and what lies inside. */
export interface NestLevel {
  readonly temporal: readonly Loop[];
  readonly spatial: readonly Loop[];
  /** Sizes of the tile of one instance of the level: every loop of the level and inside. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** The loops of a mapping with what each covers, outermost level first; loops of factor 1 are left out. */
export function nestOf({ levels }: LoopMapping): readonly NestLevel[] {
  const sizes = new Map<string, number>();
  const inside = (loops: readonly LoopSpec[]): Loop[] =>
    loops.toReversed().flatMap(([dimension, factor]) => {
      if (factor === 1) return [];
      const covered = sizes.get(dimension) ?? 1;
      sizes.set(dimension, covered * factor);
      return [{ dimension, factor, inside: covered }];
    });
  return levels
    .toReversed()
    .map((level): NestLevel => {
      const spatial = inside(spatialLoops(level));
      const temporal = inside(level.temporal);
      return { temporal, spatial, sizes: new Map(sizes) };
    })
    .toReversed();
}

/** Length of a tile along an axis, in elements: a bounding box, also where a stride leaves elements out. */
export const axisLength = (axis: Axis, sizes: ReadonlyMap<string, number>): number =>
  axis.reduce(
    (length, { dimension, coefficient }) => length + coefficient * ((sizes.get(dimension) ?? 1) - 1),
    1,
  );

/** Lengths of a tile of a tensor along its axes; words of it are their product. */
export const tileLengths = (
  { tensors }: LoopProblem,
  tensor: Tensor,
  sizes: ReadonlyMap<string, number>,
): readonly number[] => tensors[tensor].map((axis) => axisLength(axis, sizes));

/** Words of a tile of a tensor. */
export const tileWords = (problem: LoopProblem, tensor: Tensor, sizes: ReadonlyMap<string, number>): number =>
  tileLengths(problem, tensor, sizes).reduce((words, length) => words * length, 1);

/** A loop as a tile of a tensor sees it. */
export function asTensorSees(
  { tensors }: LoopProblem,
  tensor: Tensor,
  { dimension, factor, inside }: Loop,
): TileLoop {
  for (const [i, axis] of tensors[tensor].entries()) {
    const term = axis.find((one) => one.dimension === dimension);
    if (term) return { factor, axis: i, step: term.coefficient * inside };
  }
  return { factor, axis: -1, step: 0 };
}

/** The sizes of the whole problem, as a tile has them. */
export const wholeSizes = ({ sizes }: LoopProblem): ReadonlyMap<string, number> =>
  new Map(Object.entries(sizes));

/** Words of each tensor. */
export const tensorWords = (problem: LoopProblem): ReadonlyMap<Tensor, number> =>
  new Map(TENSORS.map((tensor) => [tensor, tileWords(problem, tensor, wholeSizes(problem))]));
