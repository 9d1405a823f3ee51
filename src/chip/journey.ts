import { type EnergyCosts, EYERISS_ENERGY, type Level } from '../hardware/energy.ts';
import { InputError, type Problem } from '../input-error.ts';
import type { Chip } from './chip.ts';
import type { ChipLayer } from './geometry.ts';
import {
  energyOfStop,
  isPadding,
  type LayerWord,
  LEVEL_OF,
  STOPS,
  type StopName,
  stopsInPass,
} from './journey-stops.ts';
import type { ChipMapping } from './mapping.ts';
import { passesOf } from './schedule.ts';
import type { Span } from './spans.ts';

/** Passes of a layer, by their numbers in its order. */
export interface PassList {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Passes that follow each other. */
  readonly ranges: readonly Span[];
}

/** What happens to a word at one place. */
export interface JourneyStop {
  readonly stop: StopName;
  readonly level: Level | 'alu';
  /** How often, in all passes together. */
  readonly times: number;
  /** Of all times together, and of this stop and those before it. */
  readonly energy: number;
  readonly total: number;
  readonly passes: PassList;
}

/** What a whole layer does with one word. */
export interface WordJourney {
  readonly word: LayerWord;
  /** Whether it is a word of padding. */
  readonly isPadding: boolean;
  /** In the order in which it travels; those where it never is are left out. */
  readonly stops: readonly JourneyStop[];
  readonly energy: number;
  /** Passes of the layer. */
  readonly passes: number;
}

/**
 * Follows one word through a layer. Everything is counted as if no word were zero, so that nothing is gated, and nothing
 * run-length coded. There are no biases. The journeys of all words, those of padding among them, add up to the layer's
 * counts.
 *
 * @param mapping one that the chip can run
 * @param costs by default, those of the paper
 * @throws InputError if the layer has no such word.
 */
export function wordJourney(
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  word: LayerWord,
  costs: EnergyCosts = EYERISS_ENERGY,
): WordJourney {
  checkWord(layer, word);
  const happens = new Map<StopName, { times: number; passes: number[] }>();
  let passes = 0;
  for (const pass of passesOf(layer, mapping, chip.nativeShapes)) {
    for (const [stop, times] of Object.entries(stopsInPass(layer, mapping, pass, word))) {
      if (times === 0) continue;
      const so = happens.get(stop as StopName) ?? { times: 0, passes: [] };
      so.times += times;
      so.passes.push(passes);
      happens.set(stop as StopName, so);
    }
    passes++;
  }
  let total = 0;
  const stops = STOPS[word.type].flatMap((stop) => {
    const so = happens.get(stop);
    if (so === undefined) return [];
    const energy = so.times * energyOfStop(word.type, stop, costs);
    total += energy;
    return [{ stop, level: LEVEL_OF[stop], times: so.times, energy, total, passes: listed(so.passes) }];
  });
  return { word, isPadding: isPadding(layer, word), stops, energy: total, passes };
}

/** @throws InputError if the layer has no such word. */
export function checkWord(layer: ChipLayer, word: LayerWord): void {
  const { G, N, C, M, R, S, E, F, H, W } = layer.shape;
  const { height, width, padTop, padLeft } = layer;
  const problems: Problem[] = [];
  const check = (name: string, found: number, count: number, least = 0) => {
    if (Number.isInteger(found) && found >= least && found < count) return;
    const allowed = `a whole number from ${least} to ${count - 1}`;
    problems.push({ code: 'out-of-range', path: ['word', name], found, allowed });
  };
  if (word.type === 'weight' && layer.operation === 'max') {
    throw new InputError({
      code: 'not-allowed',
      path: ['word', 'type'],
      found: word.type,
      allowed: 'ifmap or psum, as a pooling layer has no weights',
    });
  }
  if (word.type !== 'weight') check('image', word.image, N);
  if (word.type !== 'ifmap') check('filter', word.filter, G * M);
  if (word.type === 'weight') check('channel', word.channel, C);
  if (word.type === 'ifmap') {
    check('channel', word.channel, G * C);
    check('row', word.row, Math.max(height, H - padTop), -padTop);
    check('column', word.column, Math.max(width, W - padLeft), -padLeft);
  } else {
    const [rows, columns] = word.type === 'weight' ? [R, S] : [E, F];
    check('row', word.row, rows);
    check('column', word.column, columns);
  }
  if (problems.length > 0) throw new InputError(...problems);
}

/** @param passes at least one, in their order */
function listed(passes: readonly number[]): PassList {
  const ranges: { start: number; count: number }[] = [];
  for (const pass of passes) {
    const range = ranges.at(-1);
    if (range !== undefined && range.start + range.count === pass) range.count++;
    else ranges.push({ start: pass, count: 1 });
  }
  return { count: passes.length, first: passes[0]!, last: passes.at(-1)!, ranges };
}
