import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST_WORD } from './arithmetic.ts';
import { configure } from './configuration.ts';
import { Glb } from './glb.ts';
import { range, type SmallPass, smallPass, wordsOf } from './journey.testing.ts';
import { holdsWord, macsWith, nthMac } from './journey-macs.ts';
import {
  comesTo,
  namesInPe,
  nthPixel,
  nthPsum,
  numberOfPixel,
  numberOfPsum,
  type PeWords,
  pesOfPass,
  slotOfWeight,
  weightInSlot,
  wordsOfPe,
} from './journey-pe.ts';
import { isPadding, type LayerWord } from './journey-stops.ts';
import type { LayerRun } from './layer.ts';
import { PeArray } from './pass.ts';
import { eachPsum, passData, writeStrips } from './pass-words.ts';
import type { Pe } from './pe.ts';

/** A word as it is in memory. */
function valueIn({ layer, words }: LayerRun, psums: Int16Array, word: LayerWord): number {
  const { G, C, M, R, S, E, F } = layer.shape;
  const { height, width, operation } = layer;
  const { row, column } = word;
  switch (word.type) {
    case 'weight':
      return words.filters[((word.filter * C + word.channel) * R + row) * S + column]!;
    case 'ifmap':
      if (isPadding(layer, word)) return operation === 'max' ? LEAST_WORD : 0;
      return words.ifmap[((word.image * G * C + word.channel) * height + row) * width + column]!;
    case 'psum':
      return psums[((word.image * G * M + word.filter) * E + row) * F + column]!;
  }
}

/** A pass of a layer on its words, that has made no step yet. */
function begin({ run, pass }: SmallPass, psums = new Int16Array(run.layer.shape.ofmaps)) {
  const { chip, layer, mapping } = run;
  const configuration = configure(chip, layer, mapping, run.truncation);
  const glb = new Glb(chip.glb, configuration.banks);
  writeStrips(run, pass, glb.ifmaps);
  eachPsum(layer, pass, (inMemory, inGlb) => {
    glb.psums[inGlb] = psums[inMemory]!;
  });
  return new PeArray(configuration).begin(pass.kind, pass.key, passData(run, pass, glb));
}

/** The PEs of a pass, each with what it works on. */
function pesOf({ run, pass }: SmallPass, works: ReturnType<typeof begin>['works']) {
  const { chip, layer, mapping } = run;
  return works.map(({ pe, place, work }) => {
    const words = wordsOfPe(chip, layer, mapping, pass, place)!;
    return { pe, words, work };
  });
}

describe('what a PE works on', () => {
  it('is what the array gives it to do', () => {
    fc.assert(
      fc.property(smallPass, (small) => {
        const { chip, layer, mapping } = small.run;
        const { works } = begin(small);
        expect(pesOfPass(chip, layer, mapping, small.pass)).toHaveLength(works.length);
        for (const { words, work } of pesOf(small, works)) {
          expect(words.filters.count).toBe(work.filters);
          expect(words.channels.count).toBe(work.channels);
          expect(words.columns.count).toBe(work.windows);
          expect(words.images.count).toBe(work.images);
          expect(words.isPadding).toBe(words.ifmapRow < 0 || words.ifmapRow >= layer.height);
        }
      }),
    );
  });

  it('is nothing where no set stands', () => {
    fc.assert(
      fc.property(smallPass, ({ run: { chip, layer, mapping }, pass }) => {
        const all = pesOfPass(chip, layer, mapping, pass);
        for (const row of range(0, chip.array.rows)) {
          for (const column of range(0, chip.array.columns)) {
            const at = all.filter((pe) => pe.row === row && pe.column === column);
            expect(at.length).toBeLessThanOrEqual(1);
            expect(wordsOfPe(chip, layer, mapping, pass, { row, column })).toEqual(at[0]);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is numbered: each number is that of its word', () => {
    fc.assert(
      fc.property(smallPass, ({ run: { chip, layer, mapping }, pass }) => {
        for (const pe of pesOfPass(chip, layer, mapping, pass)) {
          for (let n = 0; ; n++) {
            const weight = layer.operation === 'mac' ? weightInSlot(layer, pe, n) : undefined;
            const [pixel, psum] = [nthPixel(layer, pe, n), nthPsum(pe, n)];
            for (const word of [weight, pixel, psum]) if (word) expect(comesTo(layer, pe, word)).toBe(true);
            if (weight?.type === 'weight') expect(slotOfWeight(layer, pe, weight)).toBe(n);
            if (pixel?.type === 'ifmap') expect(numberOfPixel(layer, pe, pixel)).toBe(n);
            if (psum?.type === 'psum') expect(numberOfPsum(pe, psum)).toBe(n);
            if (!weight && !pixel && !psum) break;
          }
        }
      }),
    );
  });
});

describe('the names of the words in a PE', () => {
  it('are those of the words that are there', () => {
    let psumsSeen = 0;
    fc.assert(
      fc.property(smallPass, fc.nat(), fc.nat(), (small, until, seed) => {
        const { run, pass } = small;
        const { shape, operation } = run.layer;
        // psums stay what they were, so that it can be seen which they are
        const words = { ...run.words, filters: seed % 2 ? run.words.filters : new Int16Array(shape.weights) };
        const psums = Int16Array.from({ length: shape.ofmaps }, (_, i) => i * 77 + seed);
        const still = { ...small, run: { ...run, words } };
        const running = begin(still, psums);
        const stop = until % 1000;
        while (!running.isOver && running.cycle < stop) running.step();
        for (const { pe, words: at } of pesOf(still, running.works)) {
          const contents = pe.contents();
          const { ifmapWrites, psumsOut } = pe;
          const names = namesInPe(run.layer, at, { contents, ifmapWrites, psumsOut });
          const values = (list: readonly (LayerWord | undefined)[]) =>
            list.map((word) => valueIn(still.run, psums, word!));
          expect(values(names.filter)).toEqual([...contents.filter]);
          expect(values(names.ifmap)).toEqual([...contents.ifmap]);
          expect(values(names.fifos.ifmapIn)).toEqual([...contents.fifos.ifmapIn]);
          const last = pe.macs > 0 ? nthMac(run.layer, run.chip.pe.order, at, pe.macs - 1)! : undefined;
          if (last?.psum.type === 'psum' && numberOfPsum(at, last.psum) >= psumsOut) {
            expect(names.psum[last.psum.filter - at.filters.start]).toEqual(last.psum);
          }
          if (seed % 2 || operation === 'max' || !pass.kind.addsIncoming) continue;
          expect(values(names.fifos.psumIn)).toEqual([...contents.fifos.psumIn]);
          expect(values(names.fifos.psumOut)).toEqual([...contents.fifos.psumOut]);
          psumsSeen += names.fifos.psumIn.length;
        }
      }),
      { numRuns: 150 },
    );
    expect(psumsSeen).toBeGreaterThan(0);
  });
});

describe('a PE', () => {
  it('holds just the words that are in it, a psum from its first MAC on', () => {
    fc.assert(
      fc.property(smallPass, fc.nat(), (small, until) => {
        const { chip, layer } = small.run;
        const { order } = chip.pe;
        const running = begin(small);
        while (!running.isOver && running.cycle < until % 1000) running.step();
        for (const { pe, words: at } of pesOf(small, running.works).slice(0, 8)) {
          const { ifmapWrites, psumsOut, macs } = pe;
          const filling = { contents: pe.contents(), ifmapWrites, psumsOut, macs };
          const { filter, ifmap, fifos } = namesInPe(layer, at, filling);
          const inIt = [...filter, ...ifmap, ...Object.values(fifos).flat()].map((name) =>
            JSON.stringify(name),
          );
          for (const word of wordsOf(layer)) {
            const mayBe = comesTo(layer, at, word);
            const holds = holdsWord(layer, order, at, filling, word);
            if (!mayBe || word.type !== 'psum')
              expect(holds).toBe(mayBe && inIt.includes(JSON.stringify(word)));
          }
          const last = macs > 0 ? nthMac(layer, order, at, macs - 1)! : undefined;
          const next = nthMac(layer, order, at, macs);
          const n = (psum: LayerWord) => (psum.type === 'psum' ? numberOfPsum(at, psum) : 0);
          if (last && n(last.psum) >= psumsOut)
            expect(holdsWord(layer, order, at, filling, last.psum)).toBe(true);
          if (!next || (last && n(last.psum) === n(next.psum))) continue;
          const isFirst = macsWith(layer, order, at, next.psum)[0] === macs;
          const comes = inIt.includes(JSON.stringify(next.psum));
          if (isFirst) expect(holdsWord(layer, order, at, filling, next.psum)).toBe(comes);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('the MACs of a PE', () => {
  /** The word that a PE has read in this cycle, and for which slot. */
  const registers = (pe: Pe) =>
    pe as unknown as { readonly readIfmap: number; readonly readFilter: number; readonly readSlot: number };

  it('are of the words that it reads', () => {
    fc.assert(
      fc.property(smallPass, (small) => {
        const { run } = small;
        const running = begin(small);
        const pes = pesOf(small, running.works);
        const macs = pes.map(() => 0);
        while (!running.isOver) {
          running.step();
          for (const [i, { pe, words }] of pes.entries()) {
            if (pe.macs === macs[i]) continue;
            const { weight, pixel, psum } = nthMac(run.layer, run.chip.pe.order, words, macs[i]!)!;
            macs[i]!++;
            const { readIfmap, readFilter, readSlot } = registers(pe);
            expect(readIfmap).toBe(valueIn(run, new Int16Array(), pixel));
            if (weight && readIfmap !== 0) expect(readFilter).toBe(valueIn(run, new Int16Array(), weight));
            if (psum.type === 'psum') expect(readSlot).toBe(psum.filter - words.filters.start);
          }
        }
        for (const [i, { words }] of pes.entries()) {
          expect(nthMac(run.layer, run.chip.pe.order, words, macs[i]!)).toBeUndefined();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('belong together, as a convolution is defined', () => {
    fc.assert(
      fc.property(smallPass, ({ run: { chip, layer, mapping }, pass }) => {
        const { Uv, Uh, M, C } = layer.shape;
        for (const pe of pesOfPass(chip, layer, mapping, pass)) {
          for (let n = 0; ; n++) {
            const mac = nthMac(layer, chip.pe.order, pe, n);
            if (mac === undefined) break;
            const { weight, pixel, psum } = mac;
            if (pixel.type !== 'ifmap' || psum.type !== 'psum') throw new Error();
            expect(pixel.image).toBe(psum.image);
            if (weight?.type !== 'weight') continue;
            expect(weight.filter).toBe(psum.filter);
            expect(pixel.channel).toBe(Math.floor(weight.filter / M) * C + weight.channel);
            expect(pixel.row).toBe(psum.row * Uv + weight.row - layer.padTop);
            expect(pixel.column).toBe(psum.column * Uh + weight.column - layer.padLeft);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('with a word are those whose words it is among', () => {
    const uses = (chipOrder: LayerRun['chip']['pe']['order'], layer: LayerRun['layer'], pe: PeWords) => {
      const macs = new Map<string, number[]>();
      for (let n = 0; ; n++) {
        const mac = nthMac(layer, chipOrder, pe, n);
        if (mac === undefined) return macs;
        for (const word of Object.values(mac)) {
          const key = JSON.stringify(word);
          macs.set(key, [...(macs.get(key) ?? []), n]);
        }
      }
    };
    fc.assert(
      fc.property(smallPass, fc.nat(), ({ run: { chip, layer, mapping }, pass }, seed) => {
        const pes = pesOfPass(chip, layer, mapping, pass);
        const pe = pes[seed % pes.length]!;
        const expected = uses(chip.pe.order, layer, pe);
        for (const word of wordsOf(layer)) {
          if (!comesTo(layer, pe, word)) continue;
          const inOrder = Object.fromEntries(Object.entries(word));
          expect(macsWith(layer, chip.pe.order, pe, word)).toEqual(
            expected.get(JSON.stringify(inOrder)) ?? [],
          );
        }
      }),
    );
  });
});
