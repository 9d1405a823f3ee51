import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { addCounts, NO_COUNTS } from './counts.ts';
import { type Film, PE_STATES, type PeState } from './film.ts';
import { simulateCycles } from './layer.ts';
import { BUSES } from './recording.ts';
import { openStage } from './stage.ts';

function totals({ states }: Film): Record<PeState, number> {
  const numbers = PE_STATES.map(() => 0);
  for (const state of states) numbers[state]!++;
  return Object.fromEntries(PE_STATES.map((name, i) => [name, numbers[i]!])) as Record<PeState, number>;
}

describe('a film of a pass', () => {
  it('shows each PE in one state in each cycle, and the states are what the pass counts', () => {
    const seen = new Set<PeState>();
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), ({ run }, draw) => {
        const stage = finish(openStage(run));
        const film = stage.film(draw % stage.plan.passes);
        const { counts, cycles, pes, shown } = film;
        expect([shown, film.states.length]).toEqual([{ start: 0, count: cycles }, cycles * pes]);
        expect(structuredClone(film).macs).toEqual(film.macs);
        const states = totals(film);
        for (const state of PE_STATES) if (states[state] > 0) seen.add(state);
        expect(states.mac + states.gated).toBe(counts.macs);
        expect(states.gated).toBe(counts.gatedMacs);
        expect(states.loading).toBe(counts.waits.filterLoad);
        expect(states.idle).toBe(counts.waits.ramp);
        expect(states['waits for ifmap']).toBe(counts.waits.ifmap);
        expect(states['waits for psum']).toBe(counts.waits.psum);
        expect(cycles * pes - states.off - states['hands on']).toBe(counts.activePeCycles);
        const { filterWords, ifmapWords, psumWords, outputWords } = counts.networks;
        const words = { filter: filterWords, ifmap: ifmapWords, psum: psumWords, output: outputWords };
        for (const bus of BUSES) expect(film.words[bus].at(-1)).toBe(words[bus]);
        let macs = 0;
        for (let cycle = 0; cycle < cycles; cycle++) {
          const now = film.states.subarray(cycle * pes, (cycle + 1) * pes);
          macs += now.reduce((sum, state) => sum + (/mac|gated/.test(PE_STATES[state]!) ? 1 : 0), 0);
          expect(film.macs[cycle]).toBe(macs);
        }
      }),
      { numRuns: 100 },
    );
    expect([...seen].sort()).toEqual([...PE_STATES].sort());
  });

  it('counts what the layer counts cycle by cycle, with the other passes', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const stage = finish(openStage(run));
        const films = Array.from({ length: stage.plan.passes }, (_, i) =>
          stage.film(i, { start: 0, count: 1 }),
        );
        const counts = films.reduce((sum, film) => addCounts(sum, film.counts), NO_COUNTS);
        expect(counts).toEqual(finish(simulateCycles(run)).counts);
      }),
      { numRuns: 25 },
    );
  });

  it('of some cycles is that part of the whole', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), fc.nat(), fc.nat(), ({ run }, draw, from, length) => {
        const stage = finish(openStage(run));
        const whole = stage.film(draw % stage.plan.passes);
        const { cycles, pes } = whole;
        const start = from % cycles;
        const count = 1 + (length % (cycles - start));
        const end = start + count;
        expect(stage.film(draw % stage.plan.passes, { start, count })).toEqual({
          ...whole,
          shown: { start, count },
          states: whole.states.slice(start * pes, end * pes),
          macs: whole.macs.slice(start, end),
          words: Object.fromEntries(BUSES.map((bus) => [bus, whole.words[bus].slice(start, end)])),
        });
      }),
      { numRuns: 60 },
    );
  });
});
