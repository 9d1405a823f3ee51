import { type Film, PE_STATES, type PeState } from './film.ts';
import { BUSES, type Bus } from './recording.ts';
import type { Span } from './spans.ts';
import type { GlbContents, StagePass, StagePlan } from './stage.ts';
import type { DramTraffic } from './traffic.ts';
import type { Waterfall } from './waterfall.ts';

const STATES = PE_STATES.length;
const isMac = (state: PeState): boolean => state === 'mac' || state === 'gated';
const isWait = (state: PeState): boolean => state === 'waits for ifmap' || state === 'waits for psum';
const MAC_STATES = PE_STATES.map(isMac);
const WAIT_STATES = PE_STATES.map(isWait);

/** Numbers of PEs, or of PE cycles, by what the PEs do: a number for each of {@link PE_STATES}. */
export type ByState = readonly number[];

/** What the PEs and the buses do in one cycle of a film. */
export interface CycleSummary {
  /** Of the pass. */
  readonly cycle: number;
  /** PEs. */
  readonly states: ByState;
  /** MACs of all PEs in this cycle, and since the pass began. */
  readonly macs: number;
  readonly macsSoFar: number;
  /** Words over each bus in this cycle, and since the pass began. */
  readonly words: Readonly<Record<Bus, number>>;
  readonly wordsSoFar: Readonly<Record<Bus, number>>;
}

/**
 * @param cycle of the pass, one that the film shows
 * @throws RangeError if the film does not show it.
 */
export function cycleSummary(film: Film, cycle: number): CycleSummary {
  const { shown, pes, macs } = film;
  const i = cycle - shown.start;
  if (!(i >= 0 && i < shown.count)) throw new RangeError(`the film does not show cycle ${cycle}`);
  const states = PE_STATES.map(() => 0);
  let macsNow = 0;
  for (let at = i * pes; at < (i + 1) * pes; at++) {
    const state = film.states[at]!;
    states[state]!++;
    if (MAC_STATES[state]) macsNow++;
  }
  return {
    cycle,
    states,
    macs: macsNow,
    macsSoFar: macs[i]!,
    words: byBus((bus) => wordsAt(film, bus, cycle)),
    wordsSoFar: byBus((bus) => film.words[bus][i]!),
  };
}

const byBus = (of: (bus: Bus) => number): Readonly<Record<Bus, number>> => ({
  filter: of('filter'),
  ifmap: of('ifmap'),
  psum: of('psum'),
  output: of('output'),
});

/**
 * Words over a bus in one cycle that a film shows; 0 in the first of a film that does not begin with the pass, as what came
 * before is not known.
 */
export function wordsAt({ words, shown }: Film, bus: Bus, cycle: number): number {
  const i = cycle - shown.start;
  if (i > 0) return words[bus][i]! - words[bus][i - 1]!;
  return shown.start === 0 ? words[bus][i]! : 0;
}

/** PE cycles of the cycles that a film shows, by what the PEs did. */
export function statesOfFilm({ states }: Film): ByState {
  const sums = PE_STATES.map(() => 0);
  for (let at = 0; at < states.length; at++) sums[states[at]!]!++;
  return sums;
}

/** What PEs did over the time of a film, in pieces of about the same length. */
export interface StateShares {
  /** Not more than cycles. */
  readonly pieces: number;
  /** What share of the PEs, over a piece: piece, state. Those of a piece add up to 1. */
  readonly shares: Float32Array;
}

/**
 * @param most pieces, at least 1
 */
export function stateShares({ states, shown, pes }: Film, most: number): StateShares {
  const pieces = Math.min(most, shown.count);
  const shares = new Float32Array(pieces * STATES);
  for (let piece = 0; piece < pieces; piece++) {
    const start = Math.floor((piece * shown.count) / pieces);
    const end = Math.floor(((piece + 1) * shown.count) / pieces);
    const sums = new Float64Array(STATES);
    for (let at = start * pes; at < end * pes; at++) sums[states[at]!]!++;
    for (let state = 0; state < STATES; state++) {
      shares[piece * STATES + state] = sums[state]! / ((end - start) * pes);
    }
  }
  return { pieces, shares };
}

/** Cycles in which something happens for the first or the last time. */
export const MILESTONES = [
  'first ifmap word',
  'first MAC',
  'first psum from the GLB',
  'first psum out',
  'last ifmap word',
  'last MAC',
] as const;
export type Milestone = (typeof MILESTONES)[number];

/** The cycle of each milestone; null if it is in none of those that the film shows. */
export function milestones(film: Film): Readonly<Record<Milestone, number | null>> {
  const { macs, words } = film;
  const { macs: allMacs, networks } = film.counts;
  return {
    'first ifmap word': passes(film, words.ifmap, 1),
    'first MAC': passes(film, macs, 1),
    'first psum from the GLB': passes(film, words.psum, 1),
    'first psum out': passes(film, words.output, 1),
    'last ifmap word': passes(film, words.ifmap, networks.ifmapWords),
    'last MAC': passes(film, macs, allMacs),
  };
}

/** The cycle in which a number that only grows comes to a level; null if that is not seen. */
function passes({ shown }: Film, numbers: Uint32Array | Float64Array, level: number): number | null {
  const place = numbers.findIndex((number) => number >= level);
  const wasBefore = place === 0 && shown.start > 0;
  return place < 0 || level === 0 || wasBefore ? null : shown.start + place;
}

/** The next cycle after this one in which more PEs wait than in the cycle before it; null if the film shows none. */
export function nextStall({ states, shown, pes }: Film, after: number): number | null {
  const waiting = (i: number) => {
    let count = 0;
    for (let at = i * pes; at < (i + 1) * pes; at++) if (WAIT_STATES[states[at]!]) count++;
    return count;
  };
  let before = waiting(after - shown.start);
  for (let i = after - shown.start + 1; i < shown.count; i++) {
    const now = waiting(i);
    if (now > before) return shown.start + i;
    before = now;
  }
  return null;
}

/** A film cycle by cycle, as lines of a table: see {@link FILM_COLUMNS}. */
export function* filmLines(film: Film): Generator<readonly number[]> {
  const { start, count } = film.shown;
  for (let cycle = start; cycle < start + count; cycle++) {
    const { states, macsSoFar, wordsSoFar } = cycleSummary(film, cycle);
    yield [cycle, ...states, macsSoFar, ...BUSES.map((bus) => wordsSoFar[bus])];
  }
}

const named = (words: string): string => words.replaceAll(' ', '_');

/** What stands in the lines of {@link filmLines}: PEs by state in the cycle, MACs and words since the pass began. */
export const FILM_COLUMNS: readonly string[] = [
  'cycle',
  ...PE_STATES.map((state) => `pes_${named(state)}`),
  'macs_so_far',
  ...BUSES.map((bus) => `${bus}_words_so_far`),
];

/** The causes of a waterfall, from what the chip could do down to what it does. */
export const CAUSES_OF_WATERFALL = [
  'idlePes',
  'fragmentation',
  'filterLoad',
  'ramp',
  'ifmapBus',
  'psumBus',
  'macs',
] as const satisfies readonly (keyof Waterfall)[];

/** A part of a waterfall, and how much of the whole it is. */
export interface WaterfallPart {
  readonly cause: (typeof CAUSES_OF_WATERFALL)[number];
  readonly peCycles: number;
  readonly percent: number;
}

/** The parts of a waterfall, which add up to 100 %. */
export const waterfallParts = (waterfall: Waterfall): readonly WaterfallPart[] =>
  CAUSES_OF_WATERFALL.map((cause) => ({
    cause,
    peCycles: waterfall[cause],
    percent: (100 * waterfall[cause]) / waterfall.total,
  }));

/**
 * How full each bank of the GLB is, from 0 to 1: those for feature maps in their order, then those for filters. Banks of one
 * use are filled one after the other.
 */
export function bankFills(
  { banks, glbWords }: Pick<StagePlan, 'banks' | 'glbWords'>,
  words: GlbContents,
  filterBanks: number,
): readonly number[] {
  const fills = (use: keyof GlbContents, count: number) => {
    const ofOne = glbWords[use] / count;
    return Array.from({ length: count }, (_, i) => Math.min(Math.max(words[use] / ofOne - i, 0), 1));
  };
  const left = {
    ifmap: fills('ifmap', banks.filter((use) => use === 'ifmap').length),
    psum: fills('psum', banks.filter((use) => use === 'psum').length),
  };
  const ofFmaps = banks.map((use) => (use === 'unused' ? 0 : left[use].shift()!));
  return [...ofFmaps, ...fills('filter', filterBanks)];
}

/** Words between the DRAM and the chip for a pass, as they are and not as they are coded. */
export const dramWords = (
  { fills, drains }: Pick<StagePass, 'fills' | 'drains'>,
  { ifmap, filter, ofmap }: DramTraffic,
): { readonly in: number; readonly out: number } => ({
  in: ifmap.words + filter.words + fills.psum,
  out: drains === 'psums' ? fills.drained : ofmap.words,
});

/** What kinds of pass a layer has over its time, in pieces of the same length: the kind in the middle of each. */
export function kindsOverTime(plan: StagePlan, pieces: number): Uint32Array {
  return Uint32Array.from({ length: pieces }, (_, i) => {
    return plan.kindOf[passInCycle(plan, Math.floor(((i + 0.5) * plan.cycles) / pieces))]!;
  });
}

/** The pass that runs in a cycle that the layer has. */
export function passInCycle({ starts }: Pick<StagePlan, 'starts'>, cycle: number): number {
  let [pass, end] = [0, starts.length];
  while (end - pass > 1) {
    const middle = (pass + end) >> 1;
    if (starts[middle]! <= cycle) pass = middle;
    else end = middle;
  }
  return pass;
}

/** The cycles of a pass that its film shows around one of them: all, or a window of the most that a film can show. */
export const shownAround = (cycles: number, mostShown: number, cycle: number): Span => {
  const start = mostShown * Math.floor(cycle / mostShown);
  return { start, count: Math.min(mostShown, cycles - start) };
};
