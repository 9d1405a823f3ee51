import type { PerTensor, Tensor } from './problem.ts';

/** Energy of one access of one word, by its kind, in the unit of the architecture. */
export interface AccessEnergy {
  /** A word read to serve the level below, or the MACs. */
  readonly read: number;
  /** A word written that comes from the level above. */
  readonly fill: number;
  /** A psum written that comes from below. */
  readonly update: number;
}

/** Words per cycle that one instance of a level can read, and can write; what is left out is no limit. */
export interface Bandwidth {
  readonly read?: number | undefined;
  readonly write?: number | undefined;
}

/** A grid below each instance of a level, of instances of the next level, or of MACs below the innermost. */
export interface Fanout {
  readonly x: number;
  readonly y: number;
  /** Energy of one word that the network brings to an instance below or takes from one. */
  readonly energy: number;
}

/** A memory of the hierarchy: DRAM, a buffer, or the register files (RFs) of the PEs. */
export interface MemoryLevel {
  readonly name: string;
  /** The tensors that it can hold; others always go round it. */
  readonly holds: readonly Tensor[];
  /** Words of one instance, shared by the tensors or for each its own; `undefined`: without limit. */
  readonly capacity?: number | Partial<PerTensor<number>> | undefined;
  /** True where each tile needs its space twice, since the next comes while the present is used. */
  readonly doubleBuffered: boolean;
  readonly energy: AccessEnergy;
  readonly bandwidth?: Bandwidth | undefined;
  /** Where instances of the next level lie side by side. */
  readonly fanout?: Fanout | undefined;
}

/**
 * An accelerator as a hierarchy of memories over MACs. The outermost, level 0, is DRAM: one instance, which holds all
 * tensors whole.
 */
export interface Architecture {
  readonly name: string;
  /** Bits of a word. */
  readonly wordBits: number;
  /** Outermost first. */
  readonly levels: readonly MemoryLevel[];
  /** Energy of one multiply-accumulate. */
  readonly macEnergy: number;
}

/** MACs of an architecture: the product of its fan-outs. */
export const macUnits = ({ levels }: Architecture): number =>
  levels.reduce((units, { fanout }) => units * (fanout ? fanout.x * fanout.y : 1), 1);

/** Words that one instance of a level has for a tensor by itself, `undefined` where it shares them or has no limit. */
export const ownCapacity = ({ capacity }: MemoryLevel, tensor: Tensor): number | undefined =>
  typeof capacity === 'object' ? capacity[tensor] : undefined;
