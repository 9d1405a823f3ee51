import type { Keeps } from './boundaries.ts';
import { isBetter, type Worth } from './worth.ts';

/** The loops in space over one dimension. */
export interface Placement {
  readonly x: number;
  readonly y: number;
}

/** The best mapping so far, by numbers. */
export interface Best {
  readonly keeps: Keeps;
  readonly worth: Worth;
  /** By stage and dimension: the loops in space above the stage. */
  readonly placements: readonly (readonly Placement[])[];
  /** By stage and dimension: steps in time at the level above. */
  readonly steps: readonly Int32Array[];
  /** By level: the dimensions that have loops in time, innermost first. */
  readonly orders: readonly (readonly number[])[];
}

export interface StandingOptions {
  /** Whether the cost of every mapping that fits is computed. */
  readonly isExhaustive: boolean;
  /** After so many candidates, and four times as many each further time, the best of them are tried. */
  readonly trialAfter: number;
  /** Whether it is time to stop. */
  readonly isOver: () => boolean;
}

/** How far a search is, over all choices of what levels keep. */
export class Standing {
  best: Best | undefined;
  /** Mappings whose cost was computed. */
  visited = 0;
  readonly prunedBy: Record<string, number> = {};
  readonly isExhaustive: boolean;
  readonly trialAfter: number;
  private readonly isOver: () => boolean;
  private stopped = false;

  constructor({ isExhaustive, trialAfter, isOver }: StandingOptions) {
    this.isExhaustive = isExhaustive;
    this.trialAfter = trialAfter;
    this.isOver = isOver;
  }

  /** Whether it is, or was, time to stop. */
  get isStopped(): boolean {
    this.stopped ||= this.isOver();
    return this.stopped;
  }

  /** Whether what is worth so much at the least may be better than the best mapping. */
  isPromising(worth: Worth): boolean {
    return this.isExhaustive || this.best === undefined || isBetter(worth, this.best.worth);
  }

  cut(what: string, times = 1): void {
    this.prunedBy[what] = (this.prunedBy[what] ?? 0) + times;
  }
}
