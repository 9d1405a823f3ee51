import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { type Film, PE_STATES } from './film.ts';
import {
  bankFills,
  CAUSES_OF_WATERFALL,
  cycleSummary,
  dramWords,
  FILM_COLUMNS,
  filmLines,
  kindsOverTime,
  MILESTONES,
  milestones,
  nextStall,
  passInCycle,
  shownAround,
  stateShares,
  statesOfFilm,
  waterfallParts,
  wordsAt,
} from './film-summary.ts';
import { ifmapTurns, turnOfLast } from './ifmap-turns.ts';
import { passJourney } from './journey-in-pass.ts';
import { nthPixel, pesOfPass } from './journey-pe.ts';
import { BUSES } from './recording.ts';
import { openStage, type Stage } from './stage.ts';

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);

/** A pass on a stage, and its film, of all its cycles or a part of them. */
const filmed = fc
  .record({ one: arbitraryCase, pass: fc.nat(), from: fc.nat(), count: fc.nat(), isPart: fc.boolean() })
  .map(({ one: { run }, pass, from, count, isPart }) => {
    const stage = finish(openStage(run));
    const index = pass % stage.plan.passes;
    const { cycles } = stage.pass(index);
    const start = isPart ? from % cycles : 0;
    const shown = { start, count: isPart ? 1 + (count % (cycles - start)) : cycles };
    return { run, stage, index, film: stage.film(index, shown) };
  });

const check = (holds: (one: { stage: Stage; index: number; film: Film }) => void, numRuns = 25) =>
  fc.assert(fc.property(filmed, holds), { numRuns });

describe('a summary of a film', () => {
  it('of a cycle counts each PE once, and MACs and words as they add up', () => {
    check(({ film }) => {
      const { start, count } = film.shown;
      const total = PE_STATES.map(() => 0);
      let before = start === 0 ? undefined : cycleSummary(film, start);
      for (let cycle = start; cycle < start + count; cycle++) {
        const now = cycleSummary(film, cycle);
        expect(sum(now.states)).toBe(film.pes);
        for (const [i, number] of now.states.entries()) total[i]! += number;
        if (before !== undefined && cycle > start) {
          expect(now.macsSoFar - before.macsSoFar).toBe(now.macs);
          for (const bus of BUSES) {
            expect(now.wordsSoFar[bus] - before.wordsSoFar[bus]).toBe(now.words[bus]);
          }
        }
        for (const bus of BUSES) expect(wordsAt(film, bus, cycle)).toBe(now.words[bus]);
        before = now;
      }
      expect(statesOfFilm(film)).toEqual(total);
      for (const outside of [start - 1, start + count, Number.NaN]) {
        expect(() => cycleSummary(film, outside)).toThrow(RangeError);
      }
    });
  });

  it('over time keeps every PE cycle, whatever the number of pieces', () => {
    fc.assert(
      fc.property(filmed, fc.integer({ min: 1, max: 400 }), ({ film }, most) => {
        const { pieces, shares } = stateShares(film, most);
        expect(pieces).toBe(Math.min(most, film.shown.count));
        const of = (piece: number) =>
          shares.subarray(piece * PE_STATES.length, (piece + 1) * PE_STATES.length);
        for (let piece = 0; piece < pieces; piece++) expect(sum(of(piece))).toBeCloseTo(1, 5);
        if (pieces !== film.shown.count) return;
        for (let piece = 0; piece < pieces; piece++) {
          const { states } = cycleSummary(film, film.shown.start + piece);
          for (const [i, share] of of(piece).entries()) expect(share * film.pes).toBeCloseTo(states[i]!, 3);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('finds the cycles in which something begins or ends', () => {
    check(({ film, stage, index }) => {
      const whole = stage.film(index);
      const cycles = Array.from({ length: whole.cycles }, (_, cycle) => cycleSummary(whole, cycle));
      const first = (holds: (now: (typeof cycles)[number]) => boolean) => cycles.findIndex(holds);
      const last = (holds: (now: (typeof cycles)[number]) => boolean) => cycles.findLastIndex(holds);
      const expected = [
        first(({ words }) => words.ifmap > 0),
        first(({ macs }) => macs > 0),
        first(({ words }) => words.psum > 0),
        first(({ words }) => words.output > 0),
        last(({ words }) => words.ifmap > 0),
        last(({ macs }) => macs > 0),
      ];
      const found = milestones(film);
      const { start, count } = film.shown;
      for (const [i, name] of MILESTONES.entries()) {
        const cycle = expected[i]!;
        const isShown = cycle >= start && cycle < start + count;
        // At its first cycle, a part cannot tell what is new
        if (cycle !== start || start === 0) expect(found[name]).toBe(isShown ? cycle : null);
      }
    }, 25);
  });

  it('finds the next stall', () => {
    check(({ film }) => {
      const { start, count } = film.shown;
      const waiting = (cycle: number) => {
        const { states } = cycleSummary(film, cycle);
        return sum(states.filter((_, i) => PE_STATES[i]!.startsWith('waits')));
      };
      for (let after = start, next = nextStall(film, start); next !== null; next = nextStall(film, after)) {
        for (let cycle = after + 1; cycle < next; cycle++) {
          expect(waiting(cycle)).toBeLessThanOrEqual(waiting(cycle - 1));
        }
        expect(waiting(next)).toBeGreaterThan(waiting(next - 1));
        expect(next).toBeLessThan(start + count);
        after = next;
      }
    }, 25);
  });

  it('has a line for each cycle, and a name for each number', () => {
    check(({ film }) => {
      const lines = [...filmLines(film)];
      expect(lines).toHaveLength(film.shown.count);
      for (const line of lines) expect(line).toHaveLength(FILM_COLUMNS.length);
      expect(lines.at(-1)!.slice(-BUSES.length)).toEqual(BUSES.map((bus) => film.words[bus].at(-1)));
    }, 15);
  });
});

describe('a summary of a stage', () => {
  it('knows the pass of each cycle, and the kinds over time', () => {
    check(({ stage: { plan } }) => {
      const kinds = kindsOverTime(plan, Math.min(plan.cycles, 5000));
      for (const [pass, start] of plan.starts.entries()) {
        expect(passInCycle(plan, start)).toBe(pass);
        if (start > 0) expect(passInCycle(plan, start - 1)).toBe(pass - 1);
      }
      for (const kind of kinds) expect(kind).toBeLessThan(plan.kinds.length);
    }, 20);
  });

  it('divides a waterfall into parts of the whole', () => {
    check(({ stage: { plan } }) => {
      const parts = waterfallParts(plan.waterfall);
      expect(parts.map(({ cause }) => cause)).toEqual(CAUSES_OF_WATERFALL);
      expect(sum(parts.map(({ peCycles }) => peCycles))).toBe(plan.waterfall.total);
      expect(sum(parts.map(({ percent }) => percent))).toBeCloseTo(100, 9);
    }, 20);
  });

  it('fills banks with all the words, and never over the brim', () => {
    fc.assert(
      fc.property(filmed, ({ run, stage, index }) => {
        const { plan } = stage;
        const { glb } = stage.pass(index);
        const { filterBanks, bankWords } = run.chip.glb;
        const fills = bankFills(plan, glb, filterBanks);
        expect(fills).toHaveLength(plan.banks.length + filterBanks);
        for (const fill of fills) expect(fill >= 0 && fill <= 1).toBe(true);
        const words = (use: string) => sum(fills.filter((_, i) => plan.banks[i] === use)) * bankWords;
        expect(words('ifmap')).toBeCloseTo(glb.ifmap, 6);
        expect(words('psum')).toBeCloseTo(glb.psum, 6);
        expect(words('unused')).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('tells the words between DRAM and chip, which are those of the layer', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const stage = finish(openStage(run));
        const all = Array.from({ length: stage.plan.passes }, (_, i) => i);
        const words = all.map((i) => dramWords(stage.pass(i), stage.dram(i)));
        const traffic = all.map((i) => stage.dram(i));
        const moved = sum(
          traffic.flatMap(({ ifmap, filter, ofmap, psum }) =>
            [ifmap, filter, ofmap, psum].map((one) => one.words),
          ),
        );
        expect(sum(words.map((one) => one.in + one.out))).toBe(moved);
        expect(sum(words.map(({ out }) => out))).toBeGreaterThanOrEqual(run.layer.shape.ofmaps);
      }),
      { numRuns: 20 },
    );
  });

  it('shows all of a pass, or the window around a cycle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat(),
        (cycles, most, draw) => {
          const cycle = draw % cycles;
          const { start, count } = shownAround(cycles, most, cycle);
          expect(start <= cycle && cycle < start + count && count <= most && start + count <= cycles).toBe(
            true,
          );
          if (cycles <= most) expect(count).toBe(cycles);
        },
      ),
    );
  });
});

describe('turns on the ifmap network', () => {
  it('are those in which a word comes to its PEs', () => {
    fc.assert(
      fc.property(filmed, fc.nat(), ({ run, stage, index }, draw) => {
        const { chip, layer, mapping } = run;
        const pass = stage.passAt(index);
        const pes = pesOfPass(chip, layer, mapping, pass);
        const turns = ifmapTurns(layer, pass, pes, chip.array.columns);
        const computing = pes.filter(({ channels }) => channels.count > 0);
        const pe = computing[draw % computing.length]!;
        const word = (nthPixel(layer, pe, draw % 3) ?? nthPixel(layer, pe, 0))!;
        const journey = passJourney(chip, layer, mapping, pass, word)!;
        const delivery = journey.events.filter(({ stop }) => stop === 'delivery');
        expect(delivery).toHaveLength(1);
        const { cycle, pes: takers } = delivery[0]!;
        const film = stage.film(index);
        const words = film.words.ifmap[cycle]!;
        const now = Array.from(
          { length: wordsAt(film, 'ifmap', cycle) },
          (_, i) => turnOfLast(turns, words - i)!,
        );
        const mine = now.filter(
          ({ channel, row }) => word.type === 'ifmap' && channel === word.channel && row === word.row,
        );
        expect(mine.map((turn) => [...turn.pes].sort((a, b) => a - b))).toContainEqual(
          [...takers].sort((a, b) => a - b),
        );
        expect(turnOfLast(turns, 0)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});
