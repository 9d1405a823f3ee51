import type { LayerTally } from './layer-run.ts';
import type { MemoryContent } from './memory.ts';
import type { Fmap } from './result.ts';

/** Where a run is, after a layer: plain data that can be cloned, to continue from. */
export interface Checkpoint {
  /** Batches that the float network has run on to be calibrated. */
  readonly calibrated: number;
  /** The largest magnitude of each tensor so far. */
  readonly ranges: ReadonlyMap<string, number>;
  /** The batch that runs, and how many of its steps are done. */
  readonly batch: number;
  readonly step: number;
  /** By the name of the layer. */
  readonly tallies: ReadonlyMap<string, LayerTally>;
  /** What later steps of the batch need: on the host, and in the memory beside the chip. */
  readonly tensors: readonly CheckpointTensor[];
  readonly memory: MemoryContent;
  /** What came out of each batch that is done. */
  readonly scores: readonly BatchScores[];
  readonly fmaps: readonly Fmap[];
}

export interface CheckpointTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** The output of a batch, image after image. */
export interface BatchScores {
  readonly images: number;
  readonly chip: Float32Array;
  readonly float: Float32Array;
}

/** The beginning. */
export const EMPTY_CHECKPOINT: Checkpoint = {
  calibrated: 0,
  ranges: new Map(),
  batch: 0,
  step: 0,
  tallies: new Map(),
  tensors: [],
  memory: new Map(),
  scores: [],
  fmaps: [],
};
