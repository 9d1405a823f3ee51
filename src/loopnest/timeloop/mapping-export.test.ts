import { describe, expect, it } from 'vitest';
import { problemLines } from '../../reader.testing.ts';
import type { LevelMapping } from '../mapping.ts';
import { EXAMPLE } from './example.testing.ts';
import { timeloopMapping } from './mapping-export.ts';
import { readTimeloop } from './reading.ts';

const { problem, architecture, mapping } = readTimeloop(EXAMPLE) as Required<ReturnType<typeof readTimeloop>>;

describe('timeloopMapping', () => {
  it('says the example of Timeloop as the example does', () => {
    expect(timeloopMapping(problem!, architecture!, mapping!)).toBe(`mapping:
  # What each level keeps; the outermost keeps everything
  - { target: GLB, type: bypass, keep: [Inputs, Outputs], bypass: [Weights] }
  - { target: RF, type: bypass, keep: [Weights, Inputs, Outputs], bypass: [] }
  # Loops; permutations are innermost first, and split is how many of their dimensions go to X
  - { target: DRAM, type: temporal, factors: C1 M48 R1 S1 N1 P1 Q1, permutation: MCRSNPQ }
  - { target: GLB, type: temporal, factors: C16 M1 R1 S1 N1 P13 Q1, permutation: PCMRSNQ }
  - { target: GLB, type: spatial, factors: C4 M1 R1 S3 N1 P1 Q13, permutation: QSCMRNP, split: 1 }
  - { target: RF, type: temporal, factors: C4 M8 R3 S1 N1 P1 Q1, permutation: MCRSNPQ }
`);
  });

  const refused = (level: number, changed: Partial<LevelMapping>) => {
    const levels = mapping!.levels.map((one, i) => (i === level ? { ...one, ...changed } : one));
    return problemLines(() => timeloopMapping(problem!, architecture!, { levels }), '');
  };

  it.each<[string, Parameters<typeof refused>, string]>([
    [
      'a dimension along both axes',
      [
        1,
        {
          temporal: [
            ['P', 13],
            ['C', 8],
          ],
          spatialX: [
            ['Q', 13],
            ['C', 2],
          ],
        },
      ],
      'levels[1].spatialY: found "C"; allowed: one loop in space for each dimension, along X or along Y, as Timeloop has no more',
    ],
    [
      'two loops of a dimension',
      [
        0,
        {
          temporal: [
            ['M', 6],
            ['N', 1],
            ['M', 8],
          ],
        },
      ],
      'levels[0].temporal: found "M"; allowed: one loop in time for each dimension of a level, as Timeloop has no more',
    ],
    [
      'imperfect factors',
      [0, { temporal: [['M', 49]] }],
      'levels: found "M = 392"; allowed: factors of M that multiply to 384',
    ],
  ])('refuses %s', (_, parts, line) => {
    expect(refused(...parts)).toEqual([line]);
  });

  it('refuses names that Timeloop cannot take', () => {
    const renamed = (list: readonly { readonly name: string }[]) =>
      list.map((one) => ({ ...one, name: one.name.replace('RF', 'R F') }));
    const machine = { ...architecture!, levels: renamed(architecture!.levels) as never };
    const nest = { levels: renamed(mapping!.levels) as never };
    expect(problemLines(() => timeloopMapping(problem!, machine, nest), '')).toEqual([
      'levels[2].name: found "R F"; allowed: a name of letters, digits, dashes and underlines, as others mean something in Timeloop',
    ]);
  });
});
