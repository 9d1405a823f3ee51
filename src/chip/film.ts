import type { ArrayConfig } from './chip.ts';
import type { ArrayCounts } from './counts.ts';
import type { PlacedWork } from './pass.ts';
import { BUSES, type Bus } from './recording.ts';
import type { RunningPass } from './running-pass.ts';
import type { Span } from './spans.ts';

/**
 * What a PE does in a cycle.
 *
 * - `off`: nothing in the whole pass, for it has no place in it.
 * - `loading`: filters come to the array, for this PE or another.
 * - `idle`: before its first MAC or after its last: the first windows arrive, or the last psums leave.
 * - `mac`: begins a MAC, or a comparison of a pooling layer.
 * - `gated`: the same with an ifmap word that is zero, which switches the multiplier off.
 * - `waits for ifmap`: its next window is not complete.
 * - `waits for psum`: the psum before this one has not left its place in the scratchpad.
 * - `hands on`: has no channels in this pass, and only hands psums on.
 */
export const PE_STATES = [
  'off',
  'loading',
  'idle',
  'mac',
  'gated',
  'waits for ifmap',
  'waits for psum',
  'hands on',
] as const;
export type PeState = (typeof PE_STATES)[number];

/** What every PE did in every cycle of a pass, or of a part of it. */
export interface Film {
  /** Cycles of the whole pass, those that load filters, with which it begins, among them. */
  readonly cycles: number;
  readonly filterCycles: number;
  /** The cycles that the film shows, counted from the first of the pass. */
  readonly shown: Span;
  /** PEs of the array, row by row. */
  readonly pes: number;
  /** What each PE did, as its place among {@link PE_STATES}: cycle, PE. */
  readonly states: Uint8Array;
  /** MACs of all PEs since the pass began, the gated ones among them, at the end of each cycle shown. */
  readonly macs: Float64Array;
  /** Words over each bus since the pass began, at the end of each cycle shown. */
  readonly words: Readonly<Record<Bus, Uint32Array>>;
  /** What the whole pass took. */
  readonly counts: ArrayCounts;
}

const OFF = PE_STATES.indexOf('off');
const LOADING = PE_STATES.indexOf('loading');
const IDLE = PE_STATES.indexOf('idle');
const MAC = PE_STATES.indexOf('mac');
const GATED = PE_STATES.indexOf('gated');
const WAITS_FOR_IFMAP = PE_STATES.indexOf('waits for ifmap');
const WAITS_FOR_PSUM = PE_STATES.indexOf('waits for psum');
const HANDS_ON = PE_STATES.indexOf('hands on');

/**
 * Runs a pass from its first cycle to its last.
 *
 * @param shown cycles that the pass has
 */
export function filmPass(pass: RunningPass, { rows, columns }: ArrayConfig, shown: Span): Film {
  const pes = rows * columns;
  const states = new Uint8Array(shown.count * pes).fill(OFF);
  const macs = new Float64Array(shown.count);
  const words: Record<Bus, Uint32Array> = {
    filter: new Uint32Array(shown.count),
    ifmap: new Uint32Array(shown.count),
    psum: new Uint32Array(shown.count),
    output: new Uint32Array(shown.count),
  };
  while (pass.cycle < shown.start) pass.step();
  const watched = pass.works.map((work) => new WatchedPe(work, columns));
  for (let i = 0; i < shown.count; i++) {
    const isLoading = pass.loadsFilters;
    pass.step();
    for (const pe of watched) {
      states[i * pes + pe.number] = pe.look(isLoading);
      macs[i]! += pe.macs;
    }
    const moved = pass.words();
    for (const bus of BUSES) words[bus][i] = moved[bus];
  }
  while (!pass.isOver) pass.step();
  const counts = pass.counts();
  const { cycles, filterCycles } = counts;
  return { cycles, filterCycles, shown, pes, states, macs, words, counts };
}

/** Finds from what a PE has counted what it did since it was last looked at, a cycle before. */
class WatchedPe {
  /** Row by row. */
  readonly number: number;
  macs: number;
  private gatedMacs: number;
  private waitsForIfmap: number;
  private waitsForPsum: number;
  private readonly pe: PlacedWork['pe'];
  private readonly handsOn: boolean;

  constructor({ pe, place, work }: PlacedWork, columns: number) {
    this.number = place.row * columns + place.column;
    this.pe = pe;
    this.handsOn = work.channels === 0;
    this.macs = pe.macs;
    this.gatedMacs = pe.gatedMacs;
    this.waitsForIfmap = pe.waitsForIfmap;
    this.waitsForPsum = pe.waitsForPsum;
  }

  /** @returns a place among {@link PE_STATES} */
  look(isLoading: boolean): number {
    const { pe } = this;
    if (this.handsOn) return HANDS_ON;
    if (isLoading) return LOADING;
    if (pe.macs !== this.macs) {
      const isGated = pe.gatedMacs !== this.gatedMacs;
      this.macs = pe.macs;
      this.gatedMacs = pe.gatedMacs;
      return isGated ? GATED : MAC;
    }
    if (pe.waitsForIfmap !== this.waitsForIfmap) {
      this.waitsForIfmap = pe.waitsForIfmap;
      return WAITS_FOR_IFMAP;
    }
    if (pe.waitsForPsum !== this.waitsForPsum) {
      this.waitsForPsum = pe.waitsForPsum;
      return WAITS_FOR_PSUM;
    }
    return IDLE;
  }
}
