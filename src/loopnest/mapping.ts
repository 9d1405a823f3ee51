import type { Tensor } from './problem.ts';

/** A loop over a dimension: how many steps it has. */
export type Loop = readonly [dimension: string, factor: number];

/** The loops of one level of the hierarchy. */
export interface LevelMapping {
  /** The level's name in the architecture. */
  readonly name: string;
  /** The tensors of which the level keeps a tile; others go round it. */
  readonly keep: readonly Tensor[];
  /** Loops in time, outermost first: each step of the innermost brings new tiles to the level below. */
  readonly temporal: readonly Loop[];
  /** Loops in space along the X axis of the grid below the level; in any order. */
  readonly spatialX?: readonly Loop[] | undefined;
  /** Loops in space along the Y axis. */
  readonly spatialY?: readonly Loop[] | undefined;
}

/**
 * A loop nest: how the loops of a problem are split over the levels of an architecture, and in which order they run.
 * The factors of a dimension multiply to its size; loops of factor 1 need not stand.
 */
export interface LoopMapping {
  /** Outermost first, as in the architecture. */
  readonly levels: readonly LevelMapping[];
}

/** The loops in space below a level, of both axes. */
export const spatialLoops = ({ spatialX = [], spatialY = [] }: LevelMapping): readonly Loop[] => [
  ...spatialX,
  ...spatialY,
];

/** The product of the factors of loops, over one dimension or over all. */
export const product = (loops: readonly Loop[], dimension?: string): number =>
  loops.reduce(
    (all, [over, factor]) => (dimension === undefined || over === dimension ? all * factor : all),
    1,
  );
