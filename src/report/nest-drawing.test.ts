import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepable, normalForm } from '../loopnest/edit.ts';
import { TENSORS } from '../loopnest/problem.ts';
import {
  ALL_KEPT,
  arbitraryNest,
  CONV3,
  COSTLY_ARRAY,
  DEEP_NEST,
  MACHINE,
  ROUND_THE_GLB,
  SYSTOLIC,
  shown,
} from './nest.testing.ts';
import { type DrawnLevel, nestDrawing } from './nest-drawing.ts';
import { EFFECT_GUIDE } from './nest-guide.ts';
import { nestView } from './nest-view.ts';

const isShare = (share: number) => share >= 0 && share <= 1 + 1e-12;

describe('the drawing of a nest', () => {
  it('is plain data, with each loop at its address in the normal form', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const drawing = nestDrawing(nest);
        expect(structuredClone(drawing)).toEqual(drawing);
        const normal = normalForm(nest.mapping);
        const loops = drawing.levels.flatMap((level) => level.loops);
        const count = normal.levels.flatMap(({ temporal, spatialX, spatialY }) => [
          ...temporal,
          ...spatialX,
          ...spatialY,
        ]).length;
        expect(new Set(loops.map(({ address }) => JSON.stringify(address))).size).toBe(count);
        loops.forEach(({ address: { level, kind, at }, dimension, factor, depth }, l) => {
          expect(normal.levels[level]![kind][at]).toEqual([dimension, factor]);
          expect(depth).toBe(l);
        });
      }),
    );
  });

  it('has the numbers of the evaluation', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const { evaluation, architecture, mapping } = nest;
        const { levels, broken } = nestDrawing(nest);
        const view = nestView(nest);
        expect(broken.length).toBe(evaluation.broken.length);
        expect(levels.length).toBe(architecture.levels.length + 1);
        levels.forEach((level, i) => {
          for (const tensor of TENSORS) {
            const { tile, arrow, canKeep, canGoRound } = level.tensors[tensor];
            const accesses = evaluation.counts[level.name]?.[tensor];
            expect(tile?.words).toBe(accesses?.tile);
            expect(tile?.reads).toBe(accesses?.reads);
            if (tile) expect(tile.axes.reduce((words, { length }) => words * length, 1)).toBe(tile.words);
            const traffic = view[i]!.traffic[tensor];
            expect(arrow?.down.words).toBe(traffic?.down);
            if (tensor === 'outputs') expect(arrow?.up?.words).toBe(traffic?.up);
            else expect(arrow?.up).toBeUndefined();
            for (const words of [arrow?.down, arrow?.up]) {
              if (words?.width !== undefined) expect(isShare(words.width)).toBe(true);
              else expect(words?.words ?? 0).toBe(0);
            }
            if (level.isMacs) continue;
            expect(canKeep).toBe(keepable(architecture, i).includes(tensor));
            expect(canGoRound).toBe(i > 0);
            expect(tile !== undefined).toBe(mapping.levels[i]!.keep.includes(tensor));
          }
        });
      }),
    );
  });

  it('fills stores just as the limits say', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        for (const { name, stores } of nestDrawing(nest).levels) {
          const tooFull = nest.evaluation.broken.filter(
            (one) => one.limit === 'capacity' && one.level === name,
          );
          expect(
            stores.filter(({ fits }) => !fits).map(({ needed, available }) => [needed, available]),
          ).toEqual(tooFull.map(({ needed, available }) => [needed, available]));
          for (const { tiles, end, fits, needed, available } of stores) {
            const used = tiles.reduce((sum, { ofBar }) => sum + ofBar, 0);
            expect(isShare(used) && isShare(end)).toBe(true);
            expect(tiles.reduce((sum, { words }) => sum + words, 0)).toBe(needed);
            if (!fits) expect(end).toBeCloseTo(available / needed, 9);
          }
        }
      }),
    );
  });

  it('has bars of energy as long as the largest is', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const { levels } = nestDrawing(nest);
        const bars = levels.flatMap(({ energy, networkEnergy }) => [energy, networkEnergy]);
        if (nest.evaluation.energy.total === 0) return;
        const shown = bars.flatMap((bar) => (bar ? [bar] : []));
        expect(shown.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(Math.max(...shown.map(({ ofLargest }) => ofLargest))).toBe(1);
      }),
    );
  });

  it.each([
    ['CONV3', shown(CONV3, MACHINE, ROUND_THE_GLB)],
    ['all kept', shown(CONV3, COSTLY_ARRAY, ALL_KEPT)],
    ['deep', DEEP_NEST],
    ['systolic', SYSTOLIC],
  ])('says of every loop what it does, with names of memories that keep the tensor: %s', (_, nest) => {
    const { levels } = nestDrawing(nest);
    const keeps = (tensor: (typeof TENSORS)[number]) =>
      levels.filter(({ tensors }) => tensors[tensor].tile).map(({ name }) => name);
    for (const { loops } of levels) {
      for (const { tensors, kind } of loops) {
        for (const tensor of TENSORS) {
          const { effect, says, words } = tensors[tensor];
          expect(says).toMatch(/^[A-Z].*\.$/);
          if (effect !== undefined) expect(EFFECT_GUIDE[effect]).toMatch(/\.$/);
          if (kind === 'time') expect(keeps(tensor).some((name) => says.includes(name))).toBe(true);
          expect(says.includes('over the whole run')).toBe(words > 0);
        }
      }
    }
  });

  it('tells what CONV3 shows', () => {
    const { notes, levels } = nestDrawing(shown(CONV3, MACHINE, ROUND_THE_GLB));
    expect(notes).toEqual([
      'The largest part of the energy, 62.2 %, is that of RF.',
      'On average, each weight is read from DRAM once, each input once; each output is written there once.',
      'The loops in space keep 156 of 256 MACs at work side by side.',
      'The MACs set the pace: no memory needs longer for its words.',
    ]);
    const [, glb, rf, macs] = levels as readonly [DrawnLevel, DrawnLevel, DrawnLevel, DrawnLevel];
    expect([glb.title, rf.title, macs.title]).toEqual(['GLB', 'RF × 156', 'MAC × 156']);
    expect(glb.tensors.weights).toEqual({
      canKeep: true,
      canGoRound: true,
      tile: undefined,
      says: 'weights go round GLB: straight from DRAM to RF.',
      arrow: undefined,
    });
    expect(glb.grid).toEqual({ x: 16, y: 16, usedX: 13, usedY: 12 });
    expect(rf.tensors.weights.arrow).toMatchObject({ above: 'DRAM', down: { words: 884_736, times: 1 } });
    expect(rf.tensors.inputs.tile!.axes).toEqual([
      { dimensions: ['N'], length: 1 },
      { dimensions: ['C'], length: 4 },
      { dimensions: ['P', 'R'], length: 3 },
      { dimensions: ['Q', 'S'], length: 1 },
    ]);
    expect(rf.tensors.outputs.arrow!.says).toBe(
      '1.04M psums go from RF up to GLB, each output 16 times; 973,440 come down again to be added to.',
    );
    expect(macs.tensors.weights.arrow!.says).toBe(
      '150M words of weights are read in RF for the MACs, each 169 times on average.',
    );
    expect(glb.loops[1]!.tensors.inputs.says).toBe(
      'When this loop steps, RF keeps a part of its inputs and changes the rest: 2.21M words over the whole run.',
    );
  });

  it('names the memory that sets the pace', () => {
    expect(SYSTOLIC.evaluation.slowest).toBe('DRAM');
    expect(nestDrawing(SYSTOLIC).notes.at(-1)).toBe(
      'The bandwidth of DRAM sets the pace: the MACs wait for it.',
    );
  });
});
