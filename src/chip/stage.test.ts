import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { EYERISS_CHIP, pesOf } from './chip.ts';
import { chooseMapping } from './choose-mapping.ts';
import { addCounts } from './counts.ts';
import { drawnRun } from './drawn-run.ts';
import { simulateCycles } from './layer.ts';
import { layerMeasures } from './measures.ts';
import { openStage, type Stage } from './stage.ts';

const passesOf = (stage: Stage) => Array.from({ length: stage.plan.passes }, (_, i) => stage.pass(i));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('a stage', () => {
  it('takes the passes, cycles and words of the layer cycle by cycle', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const stage = finish(openStage(run));
        const simulation = finish(simulateCycles(run));
        const passes = passesOf(stage);
        const { plan } = stage;
        expect([plan.passes, plan.cycles]).toEqual([simulation.passes, simulation.counts.cycles]);
        expect(plan.waterfall).toEqual(layerMeasures(run, simulation).waterfall);
        expect(sum(plan.kinds.map(({ passes, cycles }) => passes * cycles))).toBe(plan.cycles);
        expect(sum(plan.kinds.map(({ passes, waterfall }) => passes * waterfall.macs))).toBe(
          simulation.counts.macs,
        );
        expect(passes.map(({ fills }) => fills).reduce((a, b) => addCounts(a, b))).toEqual(
          simulation.glbFills,
        );
        expect(passes.map(({ index }) => stage.dram(index)).reduce((a, b) => addCounts(a, b))).toEqual(
          simulation.dram,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('knows the pass of every cycle, one after another', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), ({ run }, draw) => {
        const stage = finish(openStage(run));
        let start = 0;
        for (const pass of passesOf(stage)) {
          expect(pass.start).toBe(start);
          expect(stage.film(pass.index, { start: 0, count: 1 }).cycles).toBe(pass.cycles);
          const cycle = draw % pass.cycles;
          expect(stage.find(start + cycle)).toEqual({ pass: pass.index, cycle });
          start += pass.cycles;
        }
        expect(start).toBe(stage.plan.cycles);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps ifmaps and psums within their banks', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const stage = finish(openStage(run));
        const { glbWords } = stage.plan;
        for (const { glb, fills } of passesOf(stage)) {
          expect(glb.ifmap).toBeLessThanOrEqual(glbWords.ifmap);
          expect(glb.psum).toBeLessThanOrEqual(glbWords.psum);
          expect([0, glb.ifmap]).toContain(fills.ifmap);
          expect([0, glb.psum]).toContain(fills.drained);
        }
      }),
      { numRuns: 40 },
    );
  });

  const alexnet = builtinNetwork('alexnet');
  const spec = alexnet.layers.find(({ name }) => name === 'CONV5')!;
  const chip = EYERISS_CHIP;
  const { mapping } = chooseMapping(chip, spec, 1, 'published', EYERISS_ENERGY);
  const stage = finish(openStage(drawnRun({ network: alexnet, spec, chip, batch: 1, mapping, seed: 1 })));

  it('opens for a layer of a network, and is plain data', () => {
    expect(stage.plan.placement.places).toHaveLength(stage.plan.activePes);
    expect(stage.plan.mostShown * pesOf(chip)).toBeLessThanOrEqual(2 ** 26);
    for (const data of [stage.plan, stage.pass(7), stage.dram(7)]) {
      expect(structuredClone(data)).toEqual(data);
    }
  });

  it('says which passes and cycles there are', () => {
    const { passes, cycles } = stage.plan;
    const last = stage.pass(3).cycles - 1;
    const problem = (ask: () => unknown) => {
      try {
        ask();
      } catch (error) {
        if (error instanceof InputError) return [error.problems[0]!.path[0], error.problems[0]!.allowed];
      }
      return undefined;
    };
    const to = (most: number, least = 0) => `a whole number from ${least} to ${most}`;
    for (const index of [-1, passes, 0.5, Number.NaN]) {
      for (const ask of [() => stage.pass(index), () => stage.film(index), () => stage.snapshot(index, 0)]) {
        expect(problem(ask)).toEqual(['pass', to(passes - 1)]);
      }
      expect(problem(() => stage.dram(index))).toEqual(['pass', to(passes - 1)]);
    }
    expect(problem(() => stage.find(cycles))).toEqual(['cycle', to(cycles - 1)]);
    expect(problem(() => stage.snapshot(3, last + 1))).toEqual(['cycle', to(last)]);
    expect(problem(() => stage.film(3, { start: last + 1, count: 1 }))).toEqual(['start', to(last)]);
    expect(problem(() => stage.film(3, { start: last, count: 2 }))).toEqual(['count', to(1, 1)]);
    expect(stage.film(3, { start: last, count: 1 }).shown.count).toBe(1);
  });

  it('shows a pass in parts where a film of it all would be too large', () => {
    const run = drawnRun({ network: alexnet, spec, chip, batch: 1, mapping, seed: 1 });
    const wide = finish(openStage({ ...run, chip: { ...chip, array: { rows: 256, columns: 128 } } }));
    const { mostShown } = wide.plan;
    expect(mostShown).toBe(2048);
    expect(() => wide.film(0)).toThrow(/at most 2048 cycles/);
    expect(() => wide.film(0, { start: 0, count: mostShown + 1 })).toThrow(InputError);
    const { cycles, states } = wide.film(0, { start: 9, count: mostShown });
    expect([cycles, states.length]).toEqual([wide.pass(0).cycles, 2 ** 26]);
  });
});
