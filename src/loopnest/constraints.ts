import type { Tensor } from './problem.ts';

/** What factor a dimension may have in one place: just this, all of its size, or a range of whole numbers. */
export type FactorRule =
  | number
  | 'all'
  | { readonly least?: number | undefined; readonly most?: number | undefined };

/** What loops may stand in one place: in time at a level, or along one axis of the grid below it. */
export interface LoopRules {
  /** The dimensions that may have a loop here; default: all. */
  readonly only?: readonly string[] | undefined;
  /** The factors that dimensions may have here, by letter; 1 means no loop. */
  readonly factors?: Readonly<Record<string, FactorRule>> | undefined;
}

/** What loops in time may stand at a level, and in which order. */
export interface TemporalRules extends LoopRules {
  /** These loops run inside all others of the level, among themselves in any order. */
  readonly innermost?: readonly string[] | undefined;
  /** The order of these loops among each other, outermost first. */
  readonly order?: readonly string[] | undefined;
}

/** Rules for one level; a tensor stands in at most one of the three lists. */
export interface LevelRules {
  /** Tensors that the level must keep. */
  readonly keep?: readonly Tensor[] | undefined;
  /** Tensors that must go round the level. */
  readonly bypass?: readonly Tensor[] | undefined;
  /** Tensors that the search may keep or not. */
  readonly free?: readonly Tensor[] | undefined;
  readonly temporal?: TemporalRules | undefined;
  readonly spatialX?: LoopRules | undefined;
  readonly spatialY?: LoopRules | undefined;
}

/** What the mappings of a dataflow have in common, or what a user allows: the space that is searched. */
export interface Constraints {
  readonly name: string;
  /** Where the rules are from. */
  readonly source?: string | undefined;
  /**
   * What is done with tensors of which `levels` says nothing: `kept` by every level that can hold them (default), or
   * `free` for the search to decide.
   */
  readonly buffers: 'kept' | 'free';
  /**
   * Whether a dimension may be unrolled along one axis of a grid only, as in Timeloop's files (default), or along
   * `both`.
   */
  readonly axes: 'one' | 'both';
  /** By level's name. */
  readonly levels: Readonly<Record<string, LevelRules>>;
}

/** No rules: every buffer keeps what it can hold, and a dimension takes one axis of a grid. */
export const NO_CONSTRAINTS: Constraints = { name: 'none', buffers: 'kept', axes: 'one', levels: {} };

/** One rule among constraints, by where it stands: `['levels', 'GLB', 'temporal', 'factors', 'R']`. */
export type RulePath = readonly string[];
