import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Architecture, MemoryLevel } from './architecture.ts';
import { FACTORS, type Factors } from './check-mapping.ts';
import { Existence } from './conflict/existence.ts';
import { explainNoNest } from './conflict.ts';
import { type Constraints, type LevelRules, NO_CONSTRAINTS, type RulePath } from './constraints.ts';
import { allMappings, countChoices, type MapCase } from './exhaustive.testing.ts';
import { machine, memory } from './machine.testing.ts';
import { arbitraryMapCase } from './map-case.testing.ts';
import { convolution, TENSORS } from './problem.ts';

/** Whether there is a mapping, found by trying. Cases where that takes long are left out. */
function hasMapping(drawn: MapCase, factors: Factors): boolean {
  fc.pre(countChoices(drawn, factors) <= 4000);
  return !allMappings(drawn, factors).next().done;
}

const explain = ({ problem, architecture, constraints }: MapCase, factors: Factors) =>
  explainNoNest(problem, architecture, constraints, factors);

/** Where the rules of constraints stand. */
const rulePaths = ({ levels }: Constraints): RulePath[] =>
  Object.entries(levels).flatMap(([level, { keep = [], temporal = {}, spatialX = {}, spatialY = {} }]) => [
    ...keep.map((tensor) => ['levels', level, 'keep', tensor]),
    ...Object.entries({ temporal, spatialX, spatialY }).flatMap(([place, { factors, ...lists }]) => [
      ...Object.keys(factors ?? {}).map((letter) => ['levels', level, place, 'factors', letter]),
      ...Object.entries(lists).flatMap(([key, list]) => (list ? [['levels', level, place, key]] : [])),
    ]),
  ]);

function without(value: unknown, [key, ...rest]: RulePath): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== key);
  const entries = Object.entries(value as object).filter(([name]) => name !== key || rest.length > 0);
  return Object.fromEntries(entries.map(([name, part]) => [name, name === key ? without(part, rest) : part]));
}

/** A case with only some of its rules; what goes round a level may still do so. */
function onlyRules(drawn: MapCase, rules: readonly RulePath[]): MapCase {
  const texts = rules.map(String);
  const others = rulePaths(drawn.constraints).filter((path) => !texts.includes(String(path)));
  const constraints = others.reduce<unknown>(without, drawn.constraints) as Constraints;
  const levels = Object.entries(constraints.levels).map(([name, { bypass = [], free = [], ...level }]) => {
    return [name, { ...level, free: [...bypass, ...free] }];
  });
  return { ...drawn, constraints: { ...constraints, levels: Object.fromEntries(levels) } };
}

function subsets<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), count - 1).map((rest) => [item, ...rest]));
}

/** An architecture with no limits but one, which is so much. */
const withLimit = (
  architecture: Architecture,
  name: string,
  { columns, rows, words }: { columns?: number; rows?: number; words?: MemoryLevel['capacity'] },
): Architecture => ({
  ...architecture,
  levels: architecture.levels.map((level) => {
    const [x = 100, y = 100] = level.name === name ? [columns, rows] : [];
    const capacity = level.name === name ? words : undefined;
    return { ...level, capacity, fanout: level.fanout && { ...level.fanout, x, y } };
  }),
});

const cases = (oneOfLevels: number) =>
  fc.oneof(
    fc.record({ drawn: arbitraryMapCase(48, oneOfLevels), factors: fc.constant('perfect' as const) }),
    fc.record({ drawn: arbitraryMapCase(24, oneOfLevels), factors: fc.constantFrom(...FACTORS) }),
  );

test.each([1, 2])('a mapping exists where trying finds one (rules at one of %i levels)', (oneOfLevels) => {
  fc.assert(
    fc.property(cases(oneOfLevels), ({ drawn, factors }) => {
      const { problem, architecture, constraints } = drawn;
      const found = new Existence(problem, factors).hasMapping(architecture, constraints);
      expect(found).toBe(hasMapping(drawn, factors));
    }),
    { numRuns: 1000 },
  );
});

describe('what it says of random cases without a mapping', () => {
  const impossible = cases(1).filter(
    ({ drawn, factors }) =>
      !new Existence(drawn.problem, factors).hasMapping(drawn.architecture, drawn.constraints),
  );

  test('a smallest set of rules that leave none', () => {
    fc.assert(
      fc.property(impossible, ({ drawn, factors }) => {
        const { limit, rules, broken } = explain(drawn, factors);
        const paths = rulePaths(drawn.constraints);
        expect(paths).toEqual(expect.arrayContaining([...rules]));
        expect(hasMapping(onlyRules(drawn, rules), factors)).toBe(false);
        expect(limit).toBe(rules.length > 0 ? 'constraints' : 'architecture');
        expect(broken.length > 0).toBe(limit === 'architecture');
        if (rules.length === 0) return;
        for (const fewer of subsets(paths, rules.length - 1)) {
          expect(hasMapping(onlyRules(drawn, fewer), factors), `with ${fewer.join(' and ')}`).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('no less would do than what it says they need', () => {
    const told = / needs? (\d+) (columns|rows|words)(?: along .| for ([a-z, ]+)).*, (\w+) has (\d+)/;
    fc.assert(
      fc.property(impossible, ({ drawn, factors }) => {
        const { rules, message } = explain(drawn, factors);
        const [, needed, of, tensors, name, available] = told.exec(message) ?? [];
        fc.pre(rules.length > 0 && name !== undefined);
        expect(Number(needed)).toBeGreaterThan(Number(available));
        const ruled = onlyRules(drawn, rules);
        const isShared =
          typeof drawn.architecture.levels.find((level) => level.name === name)!.capacity === 'number';
        const having = (amount: number): MapCase => ({
          ...ruled,
          architecture: withLimit(ruled.architecture, name!, {
            [of!]: of !== 'words' || isShared ? amount : { [tensors!.trim()]: amount },
          }),
          constraints: { ...ruled.constraints, axes: message.includes('axes: one') ? 'one' : 'both' },
        });
        expect(hasMapping(having(Number(needed)), factors)).toBe(true);
        expect(hasMapping(having(Number(needed) - 1), factors)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what it says, by hand', () => {
  const problem = convolution('CONV1', { M: 96, C: 3, R: 11, S: 11, P: 55, Q: 55, strideP: 4, strideQ: 4 });
  const architecture = machine(
    memory('DRAM'),
    memory('GLB', { fanout: { x: 8, y: 4, energy: 0 } }),
    memory('RF', { capacity: 256 }),
  );
  const because = (levels: Readonly<Record<string, LevelRules>>, factors: Factors = 'perfect') =>
    explain({ problem, architecture, constraints: { ...NO_CONSTRAINTS, levels } }, factors);

  it.each<[Record<string, LevelRules>, string]>([
    [
      { GLB: { temporal: { only: ['M'] }, spatialX: { factors: { R: 'all' } } } },
      'levels.GLB.spatialX.factors.R (all) needs 11 columns along X, GLB has 8',
    ],
    [
      { GLB: { spatialY: { factors: { M: 2, C: { least: 2 } } } } },
      'levels.GLB.spatialY.factors.M (2) and levels.GLB.spatialY.factors.C (at least 2) need 6 rows along Y, GLB has 4',
    ],
    [
      { RF: { temporal: { factors: { R: 'all', S: 'all', C: 'all' } } } },
      'levels.RF.temporal.factors.R (all), levels.RF.temporal.factors.S (all) and levels.RF.temporal.factors.C (all) need 727 words for weights, inputs and outputs, RF has 256',
    ],
    [
      { DRAM: { temporal: { factors: { M: 5 } } } },
      'levels.DRAM.temporal.factors.M (5) allows no factors of M that multiply to 96',
    ],
    [
      { RF: { temporal: { factors: { K: { least: 2, most: 3 } } } } },
      'levels.RF.temporal.factors.K (at least 2, at most 3) allows no factors of K that multiply to 1',
    ],
    [
      { DRAM: { temporal: { only: [] } }, GLB: { temporal: { only: ['P', 'Q'] } } },
      'levels.DRAM.temporal.only (none) and levels.GLB.temporal.only (P, Q) leave nothing that fits 8 columns along X of GLB, 4 rows along Y of GLB and 256 words for weights, inputs and outputs of RF',
    ],
    [
      {
        DRAM: { temporal: { only: ['M', 'P', 'Q'] } },
        GLB: { temporal: { only: ['R', 'S'] }, spatialX: { only: ['M'] }, spatialY: { only: ['M'] } },
        RF: { temporal: { only: ['P'] } },
      },
      'levels.DRAM.temporal.only (M, P, Q), levels.GLB.temporal.only (R, S), levels.GLB.spatialX.only (M), levels.GLB.spatialY.only (M) and levels.RF.temporal.only (P) allow no factors of C that multiply to 3',
    ],
    [
      { GLB: { spatialX: { factors: { M: 2 } }, spatialY: { factors: { M: 3 } } } },
      'levels.GLB.spatialX.factors.M (2) and levels.GLB.spatialY.factors.M (3) allow no factors of M that multiply to 96, as a dimension takes one axis of a grid only (axes: one)',
    ],
    [
      { GLB: { temporal: { innermost: ['P'], order: ['P', 'C'], factors: { P: 5, C: 3, Q: 5 } } } },
      'levels.GLB.temporal.innermost (P), levels.GLB.temporal.order (P, C), levels.GLB.temporal.factors.P (5) and levels.GLB.temporal.factors.C (3) want P both inside and outside C at GLB',
    ],
  ])('of %j', (levels, message) => {
    expect(because(levels)).toMatchObject({ limit: 'constraints', broken: [], message });
  });

  test('of factors that could be smaller', () => {
    const levels = { GLB: { spatialX: { factors: { R: 8 } } } };
    expect(because(levels, 'imperfect')).toEqual({
      limit: 'constraints',
      rules: [['levels', 'GLB', 'spatialX', 'factors', 'R']],
      broken: [],
      message:
        'levels.GLB.spatialX.factors.R (8) allows no factors of R that multiply to 11, or to more if none can be smaller',
    });
  });

  test('of an architecture that is too small', () => {
    const small = machine(memory('DRAM'), memory('RF', { capacity: 5, doubleBuffered: true }));
    expect(explain({ problem, architecture: small, constraints: NO_CONSTRAINTS }, 'perfect')).toEqual({
      limit: 'architecture',
      rules: [],
      broken: [{ limit: 'capacity', level: 'RF', tensors: TENSORS, needed: 6, available: 5 }],
      message: 'the smallest mapping needs 6 words for weights, inputs and outputs, RF has 5',
    });
  });

  test('of tensors that are kept where they need not be', () => {
    const small = machine(
      memory('DRAM'),
      memory('RF', { capacity: { weights: 3, inputs: 1 }, doubleBuffered: true }),
    );
    const levels = { RF: { keep: TENSORS } };
    const constraints = { ...NO_CONSTRAINTS, buffers: 'free', levels } as const;
    expect(explain({ problem, architecture: small, constraints }, 'perfect')).toMatchObject({
      rules: [['levels', 'RF', 'keep', 'inputs']],
      message: 'levels.RF.keep.inputs needs 2 words for inputs (double buffered), RF has 1',
    });
  });

  test('nothing where there is a mapping', () => {
    expect(() => because({})).toThrow('CONV1 has a mapping onto machine');
  });
});
