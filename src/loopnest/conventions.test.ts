import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNest } from './arbitrary.testing.ts';
import type { Architecture } from './architecture.ts';
import { type ConventionDifference, conventionDifferences, DIFFERENCE_CAUSES } from './conventions.ts';
import { countNest } from './counts.ts';
import type { Loop } from './mapping.ts';
import { type ConvolutionSizes, convolution, TENSORS } from './problem.ts';
import { type TraceRules, traceNest } from './trace.testing.ts';
import type { Convention } from './walk.ts';

/** DRAM and a buffer above the MACs, without a grid. */
const MACHINE: Architecture = {
  name: 'plain',
  wordBits: 16,
  levels: ['DRAM', 'RF'].map((name) => ({
    name,
    holds: TENSORS,
    doubleBuffered: false,
    energy: { read: 1, fill: 1, update: 1 },
  })),
  macEnergy: 1,
};

const onPlain = (sizes: ConvolutionSizes, dram: readonly Loop[], rf: readonly Loop[] = []) =>
  conventionDifferences(convolution('a', sizes), MACHINE, {
    levels: [
      { name: 'DRAM', keep: TENSORS, temporal: dram },
      { name: 'RF', keep: TENSORS, temporal: rf },
    ],
  });

/** Causes with the words of the inputs that the RF receives in the two conventions. */
const inputsOf = (differences: readonly ConventionDifference[]) =>
  differences
    .filter(({ level }) => level === 'RF')
    .map(({ tensor, counts, causes }) => [tensor, counts.true.fills, counts.timeloop.fills, causes]);

describe('by hand', () => {
  test('no difference where nothing is shared, or just what one step leaves', () => {
    // Rows 0 to 3 one by one, twice
    const rows: Loop[] = [
      ['M', 2],
      ['P', 4],
    ];
    expect(inputsOf(onPlain({ M: 2, P: 4 }, rows))).toEqual([]);
    // Rows 0-1, 1-2, 2-3, twice: the second 0-1 shares nothing with 2-3
    expect(
      inputsOf(
        onPlain(
          { M: 2, P: 3, R: 2 },
          [
            ['M', 2],
            ['P', 3],
          ],
          [['R', 2]],
        ),
      ),
    ).toEqual([]);
  });

  test('start-over: from row 2 back to row 1', () => {
    // Rows 0, 1, 2, 1, 2, 3. Timeloop goes back one row of the two, and finds row 1 where it thinks to be
    expect(
      inputsOf(
        onPlain({ P: 2, R: 3 }, [
          ['P', 2],
          ['R', 3],
        ]),
      ),
    ).toEqual([['inputs', 6, 5, ['start-over']]]);
  });

  test('partial overlap: from rows 1-2 back to 0-1', () => {
    // Rows 0-1, 1-2, twice: of the second 0-1 only row 0 is new
    expect(
      inputsOf(
        onPlain(
          { M: 2, P: 2, R: 2 },
          [
            ['M', 2],
            ['P', 2],
          ],
          [['R', 2]],
        ),
      ),
    ).toEqual([['inputs', 5, 6, ['partial-overlap']]]);
  });

  test('both: from rows 2-5 back to 0-3', () => {
    // Two of four rows are new. Timeloop fetches all; were it to see what is shared, it would fetch one, as from 1-4
    expect(
      inputsOf(
        onPlain(
          { M: 2, P: 3, R: 4 },
          [
            ['M', 2],
            ['P', 3],
          ],
          [['R', 4]],
        ),
      ),
    ).toEqual([['inputs', 10, 12, ['start-over', 'partial-overlap']]]);
  });

  test('a level reads as the one below fetches', () => {
    const differences = onPlain({ P: 2, R: 3 }, [
      ['P', 2],
      ['R', 3],
    ]);
    expect(differences.map(({ level, causes }) => [level, causes])).toEqual([
      ['DRAM', ['start-over']],
      ['RF', ['start-over']],
    ]);
    expect(differences.map(({ counts }) => [counts.true.reads, counts.timeloop.reads])).toEqual([
      [6, 5],
      [6, 6],
    ]);
  });
});

/** Timeloop's convention with one thing set right, or nothing, or both. */
const RULES = {
  nothing: { walk: 'two', keeps: 'one-step' },
  'start-over': { walk: 'all', keeps: 'one-step' },
  'partial-overlap': { walk: 'two', keeps: 'all' },
  both: { walk: 'all', keeps: 'all' },
} as const satisfies Record<string, TraceRules>;

test('each difference has a cause: what must be set right for Timeloop to count what a machine does', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(arbitraryNest(400), ({ problem, architecture, mapping }) => {
      const count = (convention: Convention) => countNest(problem, architecture, mapping, convention).levels;
      const counted = { true: count('true'), timeloop: count('timeloop') };
      const differences = conventionDifferences(problem, architecture, mapping);
      const places = mapping.levels.flatMap(({ name, keep }, level) =>
        TENSORS.flatMap((tensor) => {
          if (!keep.includes(tensor)) return [];
          const counts = { true: counted.true[level]![tensor]!, timeloop: counted.timeloop[level]![tensor]! };
          const areEqual = JSON.stringify(counts.true) === JSON.stringify(counts.timeloop);
          return areEqual ? [] : [{ level: name, tensor, counts }];
        }),
      );
      expect(differences.map(({ causes, ...place }) => place)).toEqual(places);
      if (differences.length === 0) return;

      const traced = (rules: TraceRules) => traceNest(problem, architecture, mapping, rules).levels;
      const machines = {
        nothing: traced(RULES.nothing),
        'start-over': traced(RULES['start-over']),
        'partial-overlap': traced(RULES['partial-overlap']),
        both: traced(RULES.both),
      };
      for (const { level, tensor, causes } of differences) {
        const i = mapping.levels.findIndex(({ name }) => name === level);
        const wrong = (['reads', 'fills'] as const).flatMap((kind) => {
          const words = (machine: keyof typeof machines) => machines[machine][i]![tensor]![kind];
          if (words('nothing') === words('both')) return [];
          const alone = DIFFERENCE_CAUSES.find((cause) => words(cause) === words('both'));
          return alone ? [alone] : DIFFERENCE_CAUSES;
        });
        expect(causes).toEqual(DIFFERENCE_CAUSES.filter((cause) => wrong.includes(cause)));
        expect(tensor).toBe('inputs');
        seen.add(causes.join());
      }
    }),
    { numRuns: 4000 },
  );
  expect([...seen].sort()).toEqual(['partial-overlap', 'start-over', 'start-over,partial-overlap']);
});
