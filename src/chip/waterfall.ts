import type { ArrayCounts } from './counts.ts';

/** Where the PE cycles of a layer went: every PE of the chip in every cycle. They add up to `total`. */
export interface Waterfall {
  /** PEs × cycles: what the chip could do at its peak. */
  readonly total: number;
  /** PEs that the mapping leaves idle. */
  readonly idlePes: number;
  /** PEs that a pass at an edge leaves idle: strips, channels and filters that do not come out even. */
  readonly fragmentation: number;
  /** Filters are loaded before anything else of a pass. */
  readonly filterLoad: number;
  /** The first windows of a pass arrive, and its last psums leave. */
  readonly ramp: number;
  /** PEs wait for ifmap words. */
  readonly ifmapBus: number;
  /** PEs wait for psums to come and go. */
  readonly psumBus: number;
  /** MACs, those that zeros gate among them. */
  readonly macs: number;
}

/**
 * @param pes of the chip
 * @param activePes of a pass that is not at an edge
 */
export function waterfall(
  { cycles, activePeCycles, waits, macs }: ArrayCounts,
  pes: number,
  activePes: number,
): Waterfall {
  const parts = {
    idlePes: (pes - activePes) * cycles,
    fragmentation: activePes * cycles - activePeCycles,
    filterLoad: waits.filterLoad,
    ramp: waits.ramp,
    ifmapBus: waits.ifmap,
    psumBus: waits.psum,
    macs,
  };
  const total = pes * cycles;
  const sum = Object.values(parts).reduce((sum, part) => sum + part, 0);
  if (sum !== total) throw new Error(`PE cycles: ${JSON.stringify(parts)} are not ${total}`);
  return { total, ...parts };
}
