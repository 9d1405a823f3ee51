import type { Factors } from './check-mapping.ts';
import type { Constraints, RulePath } from './constraints.ts';
import type { NestEvaluation } from './evaluate.ts';
import type { BrokenNestLimit } from './limits.ts';
import type { LoopMapping } from './mapping.ts';
import type { Convention } from './walk.ts';

/** What the search for a loop nest makes small: energy, energy × cycles, or cycles; ties go to the other of the two. */
export const NEST_OBJECTIVES = ['energy', 'edp', 'delay'] as const;
export type NestObjective = (typeof NEST_OBJECTIVES)[number];

export interface MapOptions {
  /** Default: energy. */
  readonly objective?: NestObjective | undefined;
  /** Default: perfect. */
  readonly factors?: Factors | undefined;
  /** Default: true. */
  readonly convention?: Convention | undefined;
  /** Default: none. */
  readonly constraints?: Constraints | undefined;
  /**
   * True: compute the cost of every mapping that fits, but for orders that cannot differ, instead of leaving out what cannot
   * be better. For checks; default: false.
   */
  readonly exhaustive?: boolean | undefined;
  /**
   * After so many candidates for the tiles of a level, first mappings are made of the best. It changes nothing but the time
   * that the search takes; default: 512.
   */
  readonly trialAfter?: number | undefined;
  /** Stop after so many seconds with what was found until then; default: go on to the proof. */
  readonly seconds?: number | undefined;
}

/** What the search did. */
export interface NestSearchReport {
  /** Mappings in the space: every choice of buffers, factors, axes and orders, whether it fits or not. */
  readonly spaceSize: number;
  /** Mappings whose cost was computed. */
  readonly visited: number;
  /** The rest. */
  readonly pruned: number;
  /**
   * How often each reason cut off a part of the space, of whatever size: `RF capacity`, `GLB fan-out`, `RF bound` (at
   * its best, an RF's tile with what the rest costs at its best is no better than the best mapping), `order` (other
   * orders cost the same).
   */
  readonly prunedBy: Readonly<Record<string, number>>;
  /** True where no mapping that could be better was left out. */
  readonly proven: boolean;
  /** No mapping has a smaller value of the objective than this; the best one's value where proven. */
  readonly lowerBound: number;
}

/** The best mapping of one problem onto an architecture. */
export interface FoundNest {
  readonly feasible: true;
  readonly mapping: LoopMapping;
  readonly evaluation: NestEvaluation;
  readonly search: NestSearchReport;
}

/** Why there is no mapping. */
export interface NoNest {
  readonly feasible: false;
  readonly reason: {
    /**
     * `constraints`: the rules of `rules` contradict each other or the architecture, and no fewer do. `architecture`: even
     * without rules nothing fits. `time`: none was found in the time given.
     */
    readonly limit: 'constraints' | 'architecture' | 'time';
    /** A smallest set of rules that cannot hold together. */
    readonly rules: readonly RulePath[];
    /** Limits that the smallest mapping breaks, where it is the architecture. */
    readonly broken: readonly BrokenNestLimit[];
    /** In one sentence. */
    readonly message: string;
  };
}

export type NestOutcome = FoundNest | NoNest;

/** The mapping of one layer of a network. */
export type MappedLayer = { readonly name: string; readonly macs: number } & NestOutcome;

/** The mapping of a network, layer by layer: what `rowhouse map --json` prints. */
export interface NetworkMapping {
  readonly network: string;
  readonly batch: number;
  readonly hardware: string;
  readonly constraints: string;
  readonly objective: NestObjective;
  readonly factors: Factors;
  readonly convention: Convention;
  readonly layers: readonly MappedLayer[];
}
