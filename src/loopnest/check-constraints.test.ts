import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError, type Problem } from '../input-error.ts';
import type { Architecture, MemoryLevel } from './architecture.ts';
import { checkConstraints } from './check-constraints.ts';
import type { Constraints, LevelRules } from './constraints.ts';
import { anyArchitecture, anyConstraints } from './files/arbitrary.testing.ts';
import {
  ARCHITECTURE_PRESET_NAMES,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  constraintsPreset,
} from './presets.ts';
import { TENSORS } from './problem.ts';

const level = (name: string, more: Partial<MemoryLevel> = {}): MemoryLevel => {
  return { name, holds: TENSORS, doubleBuffered: false, energy: { read: 1, fill: 1, update: 1 }, ...more };
};

const MACHINE: Architecture = {
  name: 'machine',
  wordBits: 16,
  levels: [
    level('DRAM'),
    level('GLB', { holds: ['inputs', 'outputs'], fanout: { x: 4, y: 4, energy: 0 } }),
    level('RF', { capacity: { weights: 8, inputs: 0 } }),
  ],
  macEnergy: 1,
};

function problemsIn(constraints: Constraints, architecture: Architecture, dimensions: readonly string[]) {
  try {
    checkConstraints(constraints, architecture, dimensions);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems;
  }
}

const constraints = (levels: Readonly<Record<string, LevelRules>>): Constraints => {
  return { name: 'mine', buffers: 'kept', axes: 'one', levels };
};

it.each<[Record<string, LevelRules>, string]>([
  [{ GBL: {} }, 'levels: unknown key "GBL" (did you mean GLB?); allowed: levels of machine: DRAM, GLB, RF'],
  [
    { GLB: { keep: ['inputs', 'weights'] } },
    'levels.GLB.keep[1]: found "weights"; allowed: what GLB can hold: inputs, outputs',
  ],
  [
    { RF: { keep: ['inputs'] } },
    'levels.RF.keep[0]: found "inputs"; allowed: what RF can hold: weights, outputs',
  ],
  [
    { DRAM: { bypass: ['inputs'] } },
    'levels.DRAM.bypass: found ["inputs"]; allowed: nothing, as the outermost level keeps everything',
  ],
  [
    { DRAM: { free: ['inputs'] } },
    'levels.DRAM.free: found ["inputs"]; allowed: nothing, as the outermost level keeps everything',
  ],
  [
    { RF: { spatialY: {} } },
    'levels.RF.spatialY: found {}; allowed: no loops in space, as RF has no fan-out',
  ],
  [
    { GLB: { spatialX: { only: ['M', 'Z'] } } },
    'levels.GLB.spatialX.only[1]: found "Z"; allowed: dimensions: H, W, M, P',
  ],
  [
    { RF: { temporal: { innermost: ['p'] } } },
    'levels.RF.temporal.innermost[0]: found "p" (did you mean P?); allowed: dimensions: H, W, M, P',
  ],
  [
    { RF: { temporal: { order: ['X'] } } },
    'levels.RF.temporal.order[0]: found "X"; allowed: dimensions: H, W, M, P',
  ],
  [
    { GLB: { spatialY: { factors: { toString: 2 } } } },
    'levels.GLB.spatialY.factors: unknown key "toString"; allowed: dimensions: H, W, M, P',
  ],
])('says what is wrong with %j', (levels, message) => {
  expect(problemsIn(constraints(levels), MACHINE, ['H', 'W', 'M', 'P']).map(describeProblem)).toEqual([
    message,
  ]);
});

describe('dimensions', () => {
  const CONVOLUTION = [...'NMCRSPQ'];
  const everywhere = (letters: readonly string[]) => {
    const factors = Object.fromEntries(letters.map((letter) => [letter, 1]));
    const rules = { temporal: { only: letters, order: letters, innermost: letters, factors } };
    return constraints({ DRAM: rules, GLB: rules, RF: rules });
  };
  const only = (letter: string) => constraints({ GLB: { spatialX: { only: [letter] } } });

  it('are those of the problems, of which some may lack one; convolutions may have G', () => {
    const letters = [...CONVOLUTION, 'G', 'H'];
    expect(problemsIn(everywhere(letters), MACHINE, [...CONVOLUTION, 'H'])).toEqual([]);
    expect(problemsIn(everywhere(letters), MACHINE, ['G', ...CONVOLUTION, 'H'])).toEqual([]);
    expect(problemsIn(only('G'), MACHINE, ['M', 'N', 'K'])).toHaveLength(1);
    expect(problemsIn(only('K'), MACHINE, ['M', 'N', 'K'])).toEqual([]);
  });

  it.each([
    ['K', 'M'],
    ['E', 'P'],
    ['F', 'Q'],
    ['B', 'N'],
  ])('that others call %s are told by their own letter, %s', (letter, ours) => {
    expect(problemsIn(only(letter), MACHINE, CONVOLUTION).map(describeProblem)).toEqual([
      `levels.GLB.spatialX.only[0]: found "${letter}" (did you mean ${ours}?); allowed: dimensions: N, M, C, R, S, P, Q, G`,
    ]);
  });

  it('are told once each, where they stand first', () => {
    const rules = { temporal: { only: ['M', 'K'], factors: { K: 2, J: 3 } }, spatialX: { only: ['J'] } };
    const problems = problemsIn(constraints({ DRAM: { temporal: rules.temporal }, GLB: rules }), MACHINE, [
      'M',
    ]);
    expect(problems.map(({ path, found }) => [path.join('.'), found])).toEqual([
      ['levels.DRAM.temporal.only.1', 'K'],
      ['levels.DRAM.temporal.factors', 'J'],
    ]);
  });

  it('are all right in the presets, for networks with groups and without', () => {
    for (const name of CONSTRAINTS_PRESET_NAMES) {
      const own = ARCHITECTURE_PRESET_NAMES.includes(name) ? name : 'eyeriss-like-256';
      expect(problemsIn(constraintsPreset(name), architecturePreset(own), CONVOLUTION)).toEqual([]);
      expect(problemsIn(constraintsPreset(name), architecturePreset(own), ['G', ...CONVOLUTION])).toEqual([]);
    }
  });
});

describe('of any constraints', () => {
  const any = anyArchitecture().chain((architecture) => {
    const names = architecture.levels.map(({ name }) => name);
    return fc.tuple(
      fc.constant(architecture),
      anyConstraints(fc.constantFrom(...names, 'elsewhere'), fc.constantFrom(...'MCPH', 'J')),
    );
  });

  it('tells problems by what stands in the constraints', () => {
    fc.assert(
      fc.property(any, ([architecture, one]) => {
        for (const { code, path, found } of problemsIn(one, architecture, ['H'])) {
          const value = valueAt(one, path);
          if (code === 'unknown-key') expect(Object.keys(value as object)).toContain(found);
          else expect(value).toEqual(found);
        }
      }),
    );
  });

  it('takes what is left when all that it tells is taken away', () => {
    fc.assert(
      fc.property(any, ([architecture, one]) => {
        let left = one;
        // A dimension is told of one rule at a time
        for (let round = 0; round < 100; round++) {
          left = problemsIn(left, architecture, ['H']).toReversed().reduce(without, left);
        }
        expect(problemsIn(left, architecture, ['H'])).toEqual([]);
      }),
    );
  });
});

const valueAt = (value: unknown, path: Problem['path']): unknown =>
  path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);

/** Constraints without what a problem is about. */
function without(constraints: Constraints, { code, path, found }: Problem): Constraints {
  const copy = structuredClone(constraints);
  const way = code === 'unknown-key' ? [...path, String(found)] : path;
  const holder = valueAt(copy, way.slice(0, -1)) as Record<string | number, unknown>;
  if (Array.isArray(holder)) holder.splice(Number(way.at(-1)), 1);
  else delete holder[way.at(-1)!];
  return copy;
}
