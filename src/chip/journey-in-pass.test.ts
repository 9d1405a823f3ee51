import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { configure } from './configuration.ts';
import { stripSize } from './geometry.ts';
import { Glb } from './glb.ts';
import { type SmallPass, smallPass, wordsOf } from './journey.testing.ts';
import { type PassEvent, passJourney } from './journey-in-pass.ts';
import { comesTo, pesOfPass } from './journey-pe.ts';
import { energyOfStop, isPadding, type LayerWord, type StopName, stopsInPass } from './journey-stops.ts';
import { PeArray } from './pass.ts';
import type { Pe } from './pe.ts';

/** Words of the layer with which a pass has to do. */
const wordsIn = ({ run: { layer, mapping }, pass }: SmallPass, type: LayerWord['type']): LayerWord[] =>
  [...wordsOf(layer)].filter(
    (word) =>
      word.type === type && Object.values(stopsInPass(layer, mapping, pass, word)).some((times) => times > 0),
  );

const followed = ({ run: { chip, layer, mapping }, pass }: SmallPass, word: LayerWord) =>
  passJourney(chip, layer, mapping, pass, word);

describe('the journey of a word in a pass', () => {
  it('adds up to what the pass counts, and goes on in time', () => {
    fc.assert(
      fc.property(smallPass, fc.nat(), fc.constantFrom('weight', 'ifmap', 'psum'), (small, seed, type) => {
        const { layer, mapping } = small.run;
        const words = wordsIn(small, type);
        fc.pre(words.length > 0);
        const word = words[seed % words.length]!;
        const { events, energy, cycles, filterCycles } = followed(small, word)!;
        const times: Partial<Record<StopName, number>> = {};
        let [total, cycle] = [0, -1];
        for (const event of events) {
          times[event.stop] = (times[event.stop] ?? 0) + event.times;
          expect(event.energy).toBe(event.times * energyOfStop(type, event.stop, EYERISS_ENERGY));
          total += event.energy;
          expect(event.total).toBe(total);
          expect(event.cycle).toBeGreaterThanOrEqual(cycle);
          cycle = event.cycle;
          const isAway = ['dram-read', 'glb-fill', 'glb-drain', 'dram-write'].includes(event.stop);
          expect(event.cycle < 0 || event.cycle >= cycles).toBe(isAway);
          if (!isAway) expect(event.cycle < filterCycles).toBe(isOfFilterLoad(type, event));
        }
        const expected = Object.entries(stopsInPass(layer, mapping, small.pass, word));
        expect(times).toEqual(Object.fromEntries(expected.filter(([, count]) => count > 0)));
        expect(energy).toBe(total);
      }),
      { numRuns: 120 },
    );
  });

  const isOfFilterLoad = (type: LayerWord['type'], { stop }: PassEvent) =>
    type === 'weight' && stop !== 'rf-read' && stop !== 'mac';

  it('is none where the pass has nothing to do with it', () => {
    fc.assert(
      fc.property(smallPass, (small) => {
        const { layer, mapping } = small.run;
        const others = [...wordsOf(layer)].filter(
          (word) => !Object.values(stopsInPass(layer, mapping, small.pass, word)).some((times) => times > 0),
        );
        for (const word of others.slice(0, 5)) expect(followed(small, word)).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });
});

/** A pass in which every word is 0, or another background, but one, which is 1. */
interface Marked {
  readonly small: SmallPass;
  readonly word: LayerWord;
  readonly background?: number;
}

/** Runs a pass with a marked word, and shows its PEs after each cycle. */
function watch(
  { small: { run, pass }, word, background = 0 }: Marked,
  look: (cycle: number, pe: Pe, number: number) => void,
): void {
  const { chip, layer, mapping } = run;
  const { shape, padTop, padLeft } = layer;
  const configuration = configure(chip, layer, mapping, 0);
  const glb = new Glb(chip.glb, configuration.banks);
  const perFilter = pass.rows.count * pass.columns.count;
  glb.ifmaps.fill(background);
  if (word.type === 'ifmap') {
    const strip = stripSize(shape, pass.rows.count, pass.columns.count);
    const plane =
      (word.image - pass.images.start) * pass.channels.count + (word.channel % shape.C) - pass.channels.start;
    const row = word.row + padTop - pass.rows.start * shape.Uv;
    const column = word.column + padLeft - pass.columns.start * shape.Uh;
    glb.ifmaps[(plane * strip.rows + row) * strip.columns + column] = 1;
  }
  if (word.type === 'psum') {
    const plane =
      (word.image - pass.images.start) * pass.filtersInGlb.count +
      (word.filter % shape.M) -
      pass.filtersInGlb.start;
    const pixel = (word.row - pass.rows.start) * pass.columns.count + word.column - pass.columns.start;
    glb.psums[plane * perFilter + pixel] = 1;
  }
  const running = new PeArray(configuration).begin(pass.kind, pass.key, {
    glb,
    firstPsum: (pass.filters.start - pass.filtersInGlb.start) * perFilter,
    psumsPerImage: pass.filtersInGlb.count * perFilter,
    filter: (filter, channel, row, column) =>
      word.type === 'weight' &&
      filter + pass.filters.start === word.filter % shape.M &&
      channel + pass.channels.start === word.channel &&
      row === word.row &&
      column === word.column
        ? 1
        : 0,
  });
  while (!running.isOver) {
    const { cycle } = running;
    running.step();
    for (const { pe, place } of running.works) look(cycle, pe, place.row * chip.array.columns + place.column);
  }
}

/** Notes for each stop in which cycles, and in which PE, something was seen. */
class Seen {
  readonly seen: Partial<Record<StopName, string[]>> = {};
  private readonly once = new Set<string>();

  add(stop: StopName, cycle: number, pe: number): void {
    this.seen[stop] = [...(this.seen[stop] ?? []), `${cycle}: ${pe}`];
  }

  /** When it is seen for the first time. */
  first(stop: StopName, cycle: number, pe: number): void {
    if (!this.once.has(`${stop} ${pe}`)) this.add(stop, cycle, pe);
    this.once.add(`${stop} ${pe}`);
  }

  /** What a journey tells of these stops. */
  expectIn(events: readonly PassEvent[], ...stops: StopName[]): void {
    for (const stop of stops) {
      const told = events.filter((event) => event.stop === stop);
      const list = told.flatMap(({ cycle, pes }) => pes.map((pe) => `${cycle}: ${pe}`));
      expect(list.sort()).toEqual((this.seen[stop] ?? []).sort());
    }
  }
}

const markedWord = (type: LayerWord['type'], isFit: (small: SmallPass) => boolean) =>
  fc
    .tuple(smallPass.filter(isFit), fc.nat())
    .map(([small, seed]) => {
      const { chip, layer, mapping } = small.run;
      const pes = pesOfPass(chip, layer, mapping, small.pass);
      const words = wordsIn(small, type).filter((word) => pes.some((pe) => comesTo(layer, pe, word)));
      return { small, word: words[seed % Math.max(words.length, 1)] };
    })
    .filter((marked): marked is Marked => marked.word !== undefined);

const isMac = ({ run: { layer } }: SmallPass) => layer.operation === 'mac';

describe('a marked word that is watched in the PEs', () => {
  it('of the ifmap is where and when the journey tells', () => {
    let padded = 0;
    fc.assert(
      fc.property(markedWord('ifmap', isMac), (marked) => {
        const { small, word } = marked;
        const seen = new Seen();
        const before = new Map<Pe, number>();
        watch(marked, (cycle, pe, number) => {
          const { ifmap, fifos } = pe.contents();
          if (fifos.ifmapIn.includes(1)) {
            seen.first('delivery', cycle, number);
            seen.first('bus', cycle, number);
          }
          if (ifmap.includes(1)) seen.first('rf-write', cycle, number);
          // The only MACs that are not gated
          const macs = pe.macs - pe.gatedMacs;
          if (macs > (before.get(pe) ?? 0)) {
            seen.add('mac', cycle, number);
            seen.add('rf-read', cycle, number);
          }
          before.set(pe, macs);
        });
        seen.expectIn(followed(small, word)!.events, 'bus', 'delivery', 'rf-write', 'rf-read', 'mac');
        if (isPadding(small.run.layer, word)) padded++;
      }),
      { numRuns: 60 },
    );
    expect(padded).toBeGreaterThan(0);
  });

  it('of a filter is where and when the journey tells', () => {
    fc.assert(
      fc.property(markedWord('weight', isMac), ({ small, word }) => {
        const seen = new Seen();
        const before = new Map<Pe, number>();
        watch({ small, word, background: 3 }, (cycle, pe, number) => {
          if (pe.contents().filter.includes(1)) {
            seen.first('bus', cycle, number);
            seen.first('delivery', cycle, number);
            seen.first('rf-write', cycle, number);
          }
          const { readFilter } = pe as unknown as { readonly readFilter: number };
          if (pe.macs > (before.get(pe) ?? 0) && readFilter === 1) {
            seen.add('rf-read', cycle, number);
            seen.add('mac', cycle, number);
          }
          before.set(pe, pe.macs);
        });
        seen.expectIn(followed(small, word)!.events, 'bus', 'delivery', 'rf-write', 'rf-read', 'mac');
      }),
      { numRuns: 60 },
    );
  });

  it('that is a psum is where and when the journey tells', () => {
    const comesIn = (small: SmallPass) => isMac(small) && small.pass.kind.addsIncoming;
    let hops = 0;
    fc.assert(
      fc.property(markedWord('psum', comesIn), (marked) => {
        const { small, word } = marked;
        const { chip, layer, mapping } = small.run;
        const columns = chip.array.columns;
        const stack = pesOfPass(chip, layer, mapping, small.pass).filter((pe) => comesTo(layer, pe, word));
        const numbers = stack.map(({ row, column }) => row * columns + column);
        const [top, bottom] = [Math.min(...numbers), Math.max(...numbers)];
        const seen = new Seen();
        let waitsAtTop = false;
        watch(marked, (cycle, pe, number) => {
          const { psumIn, psumOut } = pe.contents().fifos;
          if (psumIn.includes(1)) seen.first(number === bottom ? 'bus' : 'hop', cycle, number);
          if (psumOut.includes(1)) seen.first('rf-leave', cycle, number);
          if (number !== top) return;
          if (waitsAtTop && !psumOut.includes(1)) seen.add('output', cycle, number);
          waitsAtTop = psumOut.includes(1);
        });
        const { events } = followed(small, word)!;
        seen.expectIn(events, 'bus', 'hop', 'rf-leave', 'output');
        const at = (stop: StopName) => events.find((event) => event.stop === stop)!.cycle;
        expect([at('glb-read'), at('glb-write')]).toEqual([at('bus'), at('output')]);
        hops += events.filter(({ stop }) => stop === 'hop').length;
      }),
      { numRuns: 60 },
    );
    expect(hops).toBeGreaterThan(0);
  });
});
