import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryNest as smallNest } from '../loopnest/arbitrary.testing.ts';
import { axisLength } from '../loopnest/nest.ts';
import { type LoopProblem, TENSORS, type Tensor } from '../loopnest/problem.ts';
import {
  ALL_KEPT,
  arbitraryNest,
  CONV3,
  DEEP_NEST,
  MACHINE,
  ROUND_THE_GLB,
  SYSTOLIC,
  shown,
} from './nest.testing.ts';
import { type LevelView, type LoopView, nestView, type ShownNest } from './nest-view.ts';

const loopsOf = (levels: readonly LevelView[]) => levels.flatMap(({ loops }) => loops);

/** Sizes that loops cover, by dimension. */
const covered = (loops: readonly LoopView[]): ReadonlyMap<string, number> =>
  loops.reduce(
    (sizes, { dimension, factor }) => sizes.set(dimension, (sizes.get(dimension) ?? 1) * factor),
    new Map<string, number>(),
  );

const lengthsOf = (problem: LoopProblem, tensor: Tensor, inside: readonly LoopView[]) =>
  problem.tensors[tensor].map((axis) => axisLength(axis, covered(inside)));

/** The elements of a box that begins at a point, as text. */
function elements(from: readonly number[], lengths: readonly number[]): Set<string> {
  let points: number[][] = [[]];
  lengths.forEach((length, a) => {
    points = points.flatMap((point) => Array.from({ length }, (_, i) => [...point, from[a]! + i]));
  });
  return new Set(points.map((point) => point.join()));
}

/** Words that the steps of each loop in time bring to one buffer, which is level `below`: every step walked, tiles as sets. */
function walked(
  { problem }: ShownNest,
  levels: readonly LevelView[],
  tensor: Tensor,
  below: number,
): number[] {
  const all = loopsOf(levels);
  const first = levels.slice(0, below).reduce((count, { loops }) => count + loops.length, 0);
  const lengths = lengthsOf(problem, tensor, all.slice(first));
  const outside = all
    .map((loop, l) => ({ ...loop, inside: covered(all.slice(l + 1)).get(loop.dimension) ?? 1 }))
    .slice(0, first)
    .filter(({ kind }) => kind === 'time');
  const words = outside.map(() => 0);
  const at = outside.map(() => 0);
  let tile: Set<string> | undefined;
  for (let stepped = -1; ; ) {
    const from = problem.tensors[tensor].map((axis) =>
      outside.reduce((sum, { dimension, inside }, l) => {
        const term = axis.find((one) => one.dimension === dimension);
        return sum + (term?.coefficient ?? 0) * inside * at[l]!;
      }, 0),
    );
    const next = elements(from, lengths);
    if (stepped >= 0) words[stepped]! += [...next].filter((element) => !tile!.has(element)).length;
    tile = next;
    stepped = outside.findLastIndex(({ factor }, l) => at[l]! + 1 < factor);
    if (stepped < 0) return words;
    at[stepped]!++;
    at.fill(0, stepped + 1);
  }
}

describe('the view of a nest', () => {
  it('tells for CONV3 which tensor stays, and what the loops move', () => {
    const levels = nestView(shown(CONV3, MACHINE, ROUND_THE_GLB));
    const effects = loopsOf(levels).map(({ dimension, factor, kind, tensors }) =>
      [`${kind} ${dimension}${factor}`, ...TENSORS.map((tensor) => tensors[tensor].effect ?? '—')].join(' '),
    );
    expect(effects).toEqual([
      'time M48 new stays new',
      'time C16 new new again',
      'time P13 stays slides new',
      'X Q13 shared partly split',
      'Y S3 split partly added',
      'Y C4 split split added',
      'time R3 — — —',
      'time C4 — — —',
      'time M8 — — —',
    ]);
    expect(levels.map(({ name, instances }) => [name, instances])).toEqual([
      ['DRAM', 1],
      ['GLB', 1],
      ['RF', 156],
      ['MAC', 156],
    ]);
    expect(levels[2]!.traffic).toEqual({
      weights: { down: 884_736, up: 0 },
      inputs: { down: 2_764_800, up: 0 },
      outputs: { down: 973_440, up: 1_038_336 },
    });
  });

  it('counts what a walk through all steps of the loops counts', () => {
    fc.assert(
      fc.property(smallNest(400), ({ problem, architecture, mapping }) => {
        const nest = shown(problem, architecture, mapping);
        const levels = nestView(nest);
        const inTime = levels.map(({ loops }) => loops.filter(({ kind }) => kind === 'time'));
        for (const tensor of TENSORS) {
          const keepers = mapping.levels.flatMap(({ keep }, i) => (keep.includes(tensor) ? [i] : []));
          keepers.slice(1).forEach((below, k) => {
            const above = keepers[k]!;
            const one = walked(nest, levels, tensor, below);
            const before = inTime.slice(0, above).flat().length;
            const { reads, updates } = levels[above]!.kept[tensor]!;
            const served = tensor === 'outputs' ? updates : reads;
            const tile = lengthsOf(problem, tensor, loopsOf(levels.slice(below))).reduce((n, l) => n * l, 1);
            const copies = served / (tile + one.reduce((sum, words) => sum + words, 0));
            const found = inTime
              .slice(above, below)
              .flatMap((loops) => loops.map(({ tensors }) => tensors[tensor]));
            expect(found.map(({ words }) => words)).toEqual(one.slice(before).map((words) => words * copies));
            for (const { words, effect } of found) expect(effect === 'stays').toBe(words === 0);
          });
          const last = inTime.slice(keepers.at(-1)!).flat();
          for (const { tensors } of last) expect(tensors[tensor].effect).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has beside each loop the tile of all inside it', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const all = loopsOf(nestView(nest));
        all.forEach(({ tensors }, l) => {
          for (const tensor of TENSORS) {
            const lengths = lengthsOf(nest.problem, tensor, all.slice(l + 1));
            expect(tensors[tensor].tile).toBe(lengths.reduce((words, length) => words * length, 1));
          }
        });
      }),
    );
  });

  it('shares out all of the energy, and uses as many MACs as there are loops in space for', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const levels = nestView(nest);
        const shares = levels.flatMap(({ energyShare, networkShare = 0 }) => [energyShare, networkShare]);
        if (nest.evaluation.energy.total > 0) {
          expect(shares.reduce((sum: number, share) => sum + share!, 0)).toBeCloseTo(1, 9);
        }
        const space = loopsOf(levels).filter(({ kind }) => kind !== 'time');
        expect(levels.at(-1)!.instances).toBe(space.reduce((n, { factor }) => n * factor, 1));
        for (const { kept, instances } of levels) {
          for (const accesses of Object.values(kept)) expect(accesses.instances).toBe(instances);
        }
      }),
    );
  });

  it.each([
    ['all kept', shown(CONV3, MACHINE, ALL_KEPT)],
    ['deep', DEEP_NEST],
    ['systolic', SYSTOLIC],
  ])('marks as shared or added just what a tensor does not know: %s', (_, nest) => {
    for (const { kind, dimension, tensors } of loopsOf(nestView(nest))) {
      if (kind === 'time') continue;
      for (const tensor of TENSORS) {
        const knows = nest.problem.tensors[tensor].flat().some((term) => term.dimension === dimension);
        const unknown = tensor === 'outputs' ? 'added' : 'shared';
        if (knows) expect(['split', 'partly']).toContain(tensors[tensor].effect);
        else expect(tensors[tensor].effect).toBe(unknown);
      }
    }
  });
});
