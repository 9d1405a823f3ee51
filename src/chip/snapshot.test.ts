import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { LEAST_WORD } from './arithmetic.ts';
import { PE_STATES } from './film.ts';
import type { LayerRun } from './layer.ts';
import { type PeSnapshot, scratchpadWords } from './snapshot.ts';
import { openStage } from './stage.ts';

/** Words of a layer by their places, from the definition of a convolution. */
function wordsOf({ layer, words, truncation }: LayerRun) {
  const { shape, height, width, padTop, padLeft, operation } = layer;
  const { G, C, M, R, S, Uv, Uh } = shape;
  const isMax = operation === 'max';
  const isInside = (row: number, column: number) => row >= 0 && row < height && column >= 0 && column < width;
  const ifmap = (image: number, channel: number, row: number, column: number) =>
    isInside(row, column)
      ? words.ifmap[((image * G * C + channel) * height + row) * width + column]!
      : isMax
        ? LEAST_WORD
        : 0;
  // A filter knows the channels of its group only
  const filter = (number: number, channel: number, row: number, column: number) =>
    words.filters[((number * C + (channel - Math.floor(number / M) * C)) * R + row) * S + column]!;
  const rowPsum = ({ task }: PeSnapshot, image: number, number: number, ofmapColumn: number) => {
    let [sum, most] = [0n, LEAST_WORD];
    for (let c = task.channels.start; c < task.channels.start + task.channels.count; c++) {
      for (let s = 0; s < S; s++) {
        const row = task.ofmapRow * Uv - padTop + task.filterRow;
        const word = ifmap(image, c, row, ofmapColumn * Uh - padLeft + s);
        most = Math.max(most, word);
        if (isMax) continue;
        const product = BigInt(word) * BigInt(filter(number, c, task.filterRow, s));
        sum += BigInt.asIntN(16, product >> BigInt(truncation));
      }
    }
    return isMax ? most : Number(BigInt.asIntN(16, sum));
  };
  return { isInside, ifmap, filter, rowPsum, isMax };
}

describe('a snapshot of a cycle', () => {
  it('has the words of the layer where it says that they are', () => {
    const seen = { finished: 0, padding: 0, gated: 0, macs: 0 };
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), fc.nat(), ({ run }, draw, drawCycle) => {
        const of = wordsOf(run);
        const stage = finish(openStage(run));
        const index = draw % stage.plan.passes;
        const snapshot = stage.snapshot(index, drawCycle % stage.pass(index).cycles);
        for (const pe of snapshot.pes) {
          const words = scratchpadWords(snapshot, pe);
          for (const { filter, channel, row, column, word } of words.filter) {
            expect(word).toBe(of.filter(filter, channel, row, column));
          }
          for (const { image, channel, row, column, isPadding, word } of words.ifmap) {
            expect(row).toBe(pe.task.ifmapRow);
            expect(isPadding).toBe(!of.isInside(row, column));
            if (isPadding) seen.padding++;
            expect(word).toBe(of.ifmap(image, channel, row, column));
          }
          for (const { filter, image, row, column, isFinished, word } of words.psum) {
            expect(row).toBe(pe.task.ofmapRow);
            if (!isFinished) continue;
            seen.finished++;
            expect(word).toBe(of.rowPsum(pe, image, filter, column));
          }
          if (pe.mac === null) continue;
          seen.macs++;
          const { image, channel, filter, ifmapColumn, filterColumn, ofmapColumn, ifmap, weight } = pe.mac;
          expect(ifmapColumn).toBe(ofmapColumn * run.layer.shape.Uh - run.layer.padLeft + filterColumn);
          expect(ifmap).toBe(of.ifmap(image, channel, pe.task.ifmapRow, ifmapColumn));
          if (of.isMax || ifmap === 0) seen.gated++;
          else expect(weight).toBe(of.filter(filter, channel, pe.task.filterRow, filterColumn));
        }
      }),
      { numRuns: 150 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
  });

  it('shows the cycle that the film shows', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), fc.nat(), ({ run }, draw, drawCycle) => {
        const stage = finish(openStage(run));
        const index = draw % stage.plan.passes;
        const film = stage.film(index);
        const { columns } = stage.plan.array;
        for (let cycle = drawCycle % film.cycles; cycle < film.cycles; cycle += 1 + (drawCycle % 17)) {
          const { pes, words } = stage.snapshot(index, cycle);
          expect(pes.reduce((sum, { macs }) => sum + macs, 0)).toBe(film.macs[cycle]);
          expect(words.ifmap).toBe(film.words.ifmap[cycle]);
          for (const { row, column, mac, next } of pes) {
            const state = PE_STATES[film.states[cycle * film.pes + row * columns + column]!]!;
            expect(mac !== null).toBe(state === 'mac' || state === 'gated');
            if (state.startsWith('waits')) expect(next).not.toBeNull();
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('announces the MAC that comes next', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), ({ run }, draw) => {
        const stage = finish(openStage(run));
        const index = draw % stage.plan.passes;
        const { cycles } = stage.pass(index);
        let last = stage.snapshot(index, 0);
        for (let cycle = 1; cycle < Math.min(cycles, 300); cycle++) {
          const snapshot = stage.snapshot(index, cycle);
          for (const [i, { mac }] of snapshot.pes.entries()) {
            if (mac) expect(mac).toMatchObject(last.pes[i]!.next!);
            else expect(snapshot.pes[i]!.next).toEqual(last.pes[i]!.next);
          }
          last = snapshot;
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is the same from wherever one comes', () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.nat(),
        fc.array(fc.nat(), { minLength: 2, maxLength: 5 }),
        (drawn, draw, cycles) => {
          const stage = finish(openStage(drawn.run));
          const index = draw % stage.plan.passes;
          for (const cycle of cycles.map((cycle) => cycle % stage.pass(index).cycles)) {
            const snapshot = stage.snapshot(index, cycle);
            expect(snapshot.cycle).toBe(cycle);
            expect(finish(openStage(drawn.run)).snapshot(index, cycle)).toEqual(snapshot);
            expect(structuredClone(snapshot)).toEqual(snapshot);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
