import { type EnergyCosts, EYERISS_ENERGY, type Level } from '../hardware/energy.ts';
import type { Chip } from './chip.ts';
import { configure } from './configuration.ts';
import type { ChipLayer } from './geometry.ts';
import { Glb } from './glb.ts';
import { checkWord } from './journey.ts';
import { macsWith } from './journey-macs.ts';
import { comesTo, numberOfPixel, numberOfPsum, type PeWords, pesOfPass, slotOfWeight } from './journey-pe.ts';
import {
  energyOfStop,
  type LayerWord,
  LEVEL_OF,
  STOPS,
  type StopName,
  stopsInPass,
} from './journey-stops.ts';
import type { ChipMapping } from './mapping.ts';
import { PeArray } from './pass.ts';
import type { Pe } from './pe.ts';
import type { Pass } from './schedule.ts';

/** Something that happens to a word in one cycle of a pass. */
export interface PassEvent {
  /**
   * Cycles of the pass before this one: from 0, those that load filters among them. What fills the GLB before the pass stands
   * at -1, what leaves it for the DRAM after the pass at as many as the pass has.
   */
  readonly cycle: number;
  readonly stop: StopName;
  readonly level: Level | 'alu';
  /**
   * The PEs that it happens in, numbered row by row: those that take a word, of a hop the upper one; for the output network
   * the one that it comes from. None at the GLB and the DRAM.
   */
  readonly pes: readonly number[];
  /** Once, or once in each of these PEs. */
  readonly times: number;
  /** Of all times together, and of this event and those before it. */
  readonly energy: number;
  readonly total: number;
}

/** What one pass does with one word. */
export interface PassJourney {
  readonly word: LayerWord;
  /** By cycle, and within one in the order in which a word travels. */
  readonly events: readonly PassEvent[];
  readonly energy: number;
  /** Of the pass, those that load filters among them. */
  readonly cycles: number;
  readonly filterCycles: number;
}

/** Tells of stops in the cycles in which a counter of a PE comes to be more than each of some rising numbers. */
interface Watch {
  readonly counter: (pe: Pe) => number;
  readonly numbers: readonly number[];
  readonly stops: readonly StopName[];
  /** Where they are, if not in the PE itself. */
  readonly at?: number;
}

/**
 * Follows one word through a pass, cycle by cycle: the pass is run, which takes about as long as to time it. A MAC stands,
 * with its reads and writes of scratchpads, at the cycle in which it enters the pipeline. Counts and energy are those of
 * {@link stopsInPass}; timing does not depend on data.
 *
 * @param pass of this layer and mapping, which the chip can run
 * @param costs by default, those of the paper
 * @returns undefined if the pass has nothing to do with the word
 * @throws InputError if the layer has no such word.
 */
export function passJourney(
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  pass: Pass,
  word: LayerWord,
  costs: EnergyCosts = EYERISS_ENERGY,
): PassJourney | undefined {
  checkWord(layer, word);
  const happens = stopsInPass(layer, mapping, pass, word);
  const has = (stop: StopName) => (happens[stop] ?? 0) > 0;
  if (!STOPS[word.type].some(has)) return undefined;

  const running = begin(chip, layer, mapping, pass);
  const peAt = new Map(running.works.map(({ pe, place }) => [numberOf(chip, place), pe]));
  const events = new Events();
  for (const stop of ['dram-read', 'glb-fill'] as const) if (has(stop)) events.add(-1, stop);
  const watching = pesOfPass(chip, layer, mapping, pass)
    .filter((words) => comesTo(layer, words, word))
    .flatMap((words) => {
      const number = numberOf(chip, words);
      return watchesOf(chip, layer, pass, words, word).map((watch) => {
        return { ...watch, pe: peAt.get(number)!, at: watch.at ?? number, next: 0 };
      });
    });
  while (!running.isOver) {
    const { cycle } = running;
    running.step();
    for (const watch of watching) {
      if (!(watch.counter(watch.pe) > watch.numbers[watch.next]!)) continue;
      watch.next++;
      for (const stop of watch.stops) events.add(cycle, stop, watch.at);
    }
  }
  const { cycle: cycles, filterCycles } = running;
  for (const stop of ['glb-drain', 'dram-write'] as const) if (has(stop)) events.add(cycles, stop);
  const inOrder = events.inOrder(word.type, costs);
  return { word, events: inOrder, energy: inOrder.at(-1)!.total, cycles, filterCycles };
}

const numberOf = ({ array }: Chip, { row, column }: { row: number; column: number }): number =>
  row * array.columns + column;

function begin(chip: Chip, layer: ChipLayer, mapping: ChipMapping, pass: Pass) {
  const configuration = configure(chip, layer, mapping, 0);
  const psumsPerImage = pass.filtersInGlb.count * pass.rows.count * pass.columns.count;
  const glb = new Glb(chip.glb, configuration.banks);
  const data = { glb, firstPsum: 0, psumsPerImage, filter: () => 0 };
  return new PeArray(configuration).begin(pass.kind, pass.key, data);
}

/** What is to be watched in a PE to which a word comes. */
function watchesOf(chip: Chip, layer: ChipLayer, pass: Pass, words: PeWords, word: LayerWord): Watch[] {
  const numbers = macsWith(layer, chip.pe.order, words, word);
  const macs = (...stops: StopName[]): Watch => ({ counter: (pe) => pe.macs, numbers, stops });
  switch (word.type) {
    case 'weight': {
      const slot = [slotOfWeight(layer, words, word)];
      const stops = ['glb-read', 'bus', 'delivery', 'rf-write'] as const;
      return [{ counter: (pe) => pe.filterWrites, numbers: slot, stops }, macs('rf-read', 'mac')];
    }
    case 'ifmap': {
      const n = [numberOfPixel(layer, words, word)];
      const stops = ['glb-read', 'bus', 'delivery'] as const;
      return [
        { counter: (pe) => pe.ifmapWrites + pe.ifmapIn.size, numbers: n, stops },
        { counter: (pe) => pe.ifmapWrites, numbers: n, stops: ['rf-write'] },
        macs('rf-read', 'mac'),
      ];
    }
    case 'psum': {
      const n = [numberOfPsum(words, word)];
      const gone = { counter: (pe: Pe) => pe.psumsOut - pe.psumOut.size, numbers: n };
      const watches: Watch[] = [
        macs('rf-read', 'mac', 'rf-write'),
        { counter: (pe) => pe.psumsOut, numbers: n, stops: ['rf-leave'] },
        words.isTop
          ? { ...gone, stops: ['output', 'glb-write'] }
          : { ...gone, stops: ['hop'], at: numberOf(chip, words) - chip.array.columns },
      ];
      if (!words.isBottom || !pass.kind.addsIncoming) return watches;
      const come = (pe: Pe) => pe.psumsOut + pe.psumIn.size;
      return [{ counter: come, numbers: n, stops: ['glb-read', 'bus'] }, ...watches];
    }
  }
}

const AT_THE_GLB: readonly StopName[] = ['glb-read', 'glb-write'];
const IN_EACH_PE: readonly StopName[] = ['delivery', 'rf-write', 'rf-read', 'mac', 'rf-leave', 'hop'];

/** Collects what happens, the same in several PEs in one cycle together. */
class Events {
  private readonly found = new Map<string, { cycle: number; stop: StopName; pes: number[] }>();

  add(cycle: number, stop: StopName, pe?: number): void {
    const key = `${cycle} ${stop}`;
    const event = this.found.get(key) ?? { cycle, stop, pes: [] };
    this.found.set(key, event);
    if (pe !== undefined && !AT_THE_GLB.includes(stop)) event.pes.push(pe);
  }

  inOrder(type: LayerWord['type'], costs: EnergyCosts): PassEvent[] {
    const place = ({ stop }: { stop: StopName }) => STOPS[type].indexOf(stop);
    const sorted = [...this.found.values()].sort((a, b) => a.cycle - b.cycle || place(a) - place(b));
    let total = 0;
    return sorted.map(({ cycle, stop, pes }) => {
      const times = IN_EACH_PE.includes(stop) ? pes.length : 1;
      const energy = times * energyOfStop(type, stop, costs);
      total += energy;
      return { cycle, stop, level: LEVEL_OF[stop], pes, times, energy, total };
    });
  }
}
