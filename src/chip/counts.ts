/** PE cycles of active PEs without a MAC, by cause. */
export interface Waits {
  /** Filters are loaded. */
  readonly filterLoad: number;
  /** Its first window has yet to arrive, or its last psums to leave the array. */
  readonly ramp: number;
  /** Its next window is not complete. */
  readonly ifmap: number;
  /** The psum before this one has not left its place in the scratchpad. */
  readonly psum: number;
}

/** Words read from and written to the scratchpads of all PEs. */
export interface ScratchpadCounts {
  /** One per MAC that is not gated. */
  readonly filterReads: number;
  readonly filterWrites: number;
  /** One per MAC. */
  readonly ifmapReads: number;
  readonly ifmapWrites: number;
  /** One per MAC that is not gated, and one as a psum leaves the PE. */
  readonly psumReads: number;
  /** One per MAC that is not gated. */
  readonly psumWrites: number;
}

/** Words that the networks moved; deliveries count a word once for each PE that takes it. */
export interface NetworkCounts {
  readonly ifmapWords: number;
  readonly ifmapDeliveries: number;
  readonly filterWords: number;
  readonly filterDeliveries: number;
  /** psums from the GLB to the array. */
  readonly psumWords: number;
  /** psums from a PE to the one above. */
  readonly localWords: number;
  /** psums from the array to the GLB. */
  readonly outputWords: number;
}

/** Words that moved between GLB and array. */
export interface GlbCounts {
  readonly ifmapReads: number;
  readonly filterReads: number;
  readonly psumReads: number;
  readonly psumWrites: number;
}

/** What a pass took, or many passes. */
export interface ArrayCounts {
  /** Cycles of the core clock, those that load filters among them. */
  readonly cycles: number;
  readonly filterCycles: number;
  /** MACs, or comparisons of a pooling layer; the gated ones among them. */
  readonly macs: number;
  readonly gatedMacs: number;
  /** Cycles summed over the PEs that compute in a pass. */
  readonly activePeCycles: number;
  readonly waits: Waits;
  readonly scratchpads: ScratchpadCounts;
  readonly networks: NetworkCounts;
  readonly glb: GlbCounts;
}

type Tally = { readonly [key: string]: number | Tally };

/** Sums, name by name, of counts that have the same names. */
export function addCounts<T extends object>(a: T, b: T, times = 1): T {
  const entries = Object.entries(a as Tally).map(([key, value]) => {
    const other = (b as Tally)[key]!;
    return [
      key,
      typeof value === 'number' ? value + times * (other as number) : addCounts(value, other as Tally, times),
    ];
  });
  return Object.fromEntries(entries) as T;
}

export const NO_COUNTS: ArrayCounts = {
  cycles: 0,
  filterCycles: 0,
  macs: 0,
  gatedMacs: 0,
  activePeCycles: 0,
  waits: { filterLoad: 0, ramp: 0, ifmap: 0, psum: 0 },
  scratchpads: {
    filterReads: 0,
    filterWrites: 0,
    ifmapReads: 0,
    ifmapWrites: 0,
    psumReads: 0,
    psumWrites: 0,
  },
  networks: {
    ifmapWords: 0,
    ifmapDeliveries: 0,
    filterWords: 0,
    filterDeliveries: 0,
    psumWords: 0,
    localWords: 0,
    outputWords: 0,
  },
  glb: { ifmapReads: 0, filterReads: 0, psumReads: 0, psumWrites: 0 },
};
