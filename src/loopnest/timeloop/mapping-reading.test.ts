import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import type { Architecture } from '../architecture.ts';
import { matrixProduct, TENSORS } from '../problem.ts';
import { EXAMPLE, MAPPING } from './example.testing.ts';
import { readTimeloopMapping } from './mapping-reading.ts';
import { readTimeloop } from './reading.ts';

const PRODUCT = matrixProduct('product', { M: 8, N: 12, K: 6 });
const level = { holds: TENSORS, doubleBuffered: false, energy: { read: 1, fill: 1, update: 1 } };
const MACHINE: Architecture = {
  name: 'small',
  wordBits: 16,
  levels: [
    { ...level, name: 'DRAM' },
    { ...level, name: 'GLB', capacity: 100, fanout: { x: 4, y: 4, energy: 0 } },
    { ...level, name: 'RF', capacity: 10, holds: ['weights', 'outputs'] },
  ],
  macEnergy: 1,
};

const read = (text: string, file = 'm.yaml') => readTimeloopMapping(text, file, PRODUCT, MACHINE);

/** A mapping of these directives. */
const directives = (...list: string[]) => `mapping:\n${list.map((one) => `  - { ${one} }\n`).join('')}`;
const levelsOf = (...list: string[]) => read(directives(...list)).mapping.levels;

/** The rest of the factors. */
const REST = 'target: DRAM, type: temporal, factors: M8 N12 K6, permutation: MNK';

describe('loops', () => {
  it.each([
    'factors: M8 N12 K6, permutation: KNM',
    'factors: "M=8, N = 12, K=6", permutation: "K N, M"',
    'factors: [M8, N=12, K6], permutation: [K, N, M]',
    'factors: "N12,12 M8 K6,6 # nothing more", permutation: [KN, M]',
    'factors: M0 N0 K0, permutation: KNM',
    'factors: M8N12K6, permutation: K',
  ])('are %s, in the permutation innermost first', (text) => {
    const [dram, ...others] = levelsOf(`target: DRAM, type: temporal, ${text}`);
    const loops = [
      ['M', 8],
      ['N', 12],
      ['K', 6],
    ];
    const expected = text.endsWith(': K') ? [loops[1], loops[0], loops[2]] : loops;
    expect(dram!.temporal).toEqual(expected);
    expect(others.map(({ temporal }) => temporal)).toEqual([[], []]);
  });

  it('that a permutation leaves out run outside, which a note says where it matters', () => {
    const outside = (permutation: string, factors = 'M8 N12 K6') =>
      read(directives(`target: DRAM, type: temporal, factors: ${factors}${permutation}`, ...restOf(factors)))
        .notes;
    const restOf = (factors: string) =>
      factors.includes('M') ? [] : ['target: RF, type: temporal, factors: M8 N12'];
    expect(outside(', permutation: K')).toEqual([
      'temporal loops of DRAM that its permutation leaves out are taken to run outside: N, M',
    ]);
    expect(outside(', permutation: MN')).toEqual([
      'temporal loops of DRAM that its permutation leaves out are taken to run outside: K',
    ]);
    expect(outside(', permutation: MNK')).toEqual([]);
    const alone = directives(
      'target: DRAM, type: temporal, factors: M8',
      'target: RF, type: temporal, factors: N12, permutation: N',
      'target: GLB, type: temporal, factors: K6',
    );
    expect(read(alone).notes).toEqual([]);
  });

  it('in space go to X up to the split, the rest to Y', () => {
    const glb = (split: string) => {
      const [, { spatialX, spatialY }] = levelsOf(
        `target: GLB, type: spatial, factors: M2 K3 N4, permutation: NKM${split}`,
        'target: DRAM, type: temporal, factors: M4 N3 K2, permutation: MNK',
      ) as [unknown, { spatialX: unknown; spatialY: unknown }];
      return [spatialX, spatialY];
    };
    const [m, k, n] = [
      ['M', 2],
      ['K', 3],
      ['N', 4],
    ];
    expect(glb('')).toEqual([[m, k, n], []]);
    expect(glb(', split: 0')).toEqual([[], [m, k, n]]);
    expect(glb(', split: 1')).toEqual([[n], [m, k]]);
    expect(glb(', split: 2')).toEqual([[k, n], [m]]);
    expect(glb(', split: 7')).toEqual([[m, k, n], []]);
  });

  it('count dimensions without a loop for the split', () => {
    const [, glb] = levelsOf(
      'target: GLB, type: spatial, factors: M2, permutation: NKM, split: 2',
      'target: DRAM, type: temporal, factors: M4 N12 K6, permutation: MNK',
    );
    expect(glb).toMatchObject({ spatialX: [], spatialY: [['M', 2]] });
  });

  it('may have targets with a range, or by number from the innermost', () => {
    const named = read(directives(REST, 'target: RF, type: bypass, bypass: [Weights]'));
    expect(read(directives(REST, 'target: "RF[0..15]", type: bypass, bypass: [Weights]'))).toEqual(named);
    expect(
      read(directives(REST.replace('DRAM', '2'), 'target: 0, type: datatype, bypass: [Weights]')),
    ).toEqual(named);
  });
});

describe('what levels keep', () => {
  const keepOf = (...list: string[]) => levelsOf(REST, ...list).map(({ keep }) => keep);

  it('is all that they can hold but what they bypass', () => {
    expect(keepOf()).toEqual([TENSORS, TENSORS, ['weights', 'outputs']]);
    expect(keepOf('target: GLB, type: bypass, keep: [Inputs]')[1]).toEqual(TENSORS);
    expect(keepOf('target: GLB, type: bypass, bypass: [Inputs, Weights], keep:')[1]).toEqual(['outputs']);
    const inParts = [
      'target: GLB, type: bypass, bypass: [Inputs]',
      'target: GLB, type: datatype, bypass: [Weights]',
    ];
    expect(keepOf(...inParts)[1]).toEqual(['outputs']);
  });

  it('goes by the names that the problem has', () => {
    const names = new Map([['B', 'weights'] as const, ['A', 'inputs'] as const, ['Z', 'outputs'] as const]);
    const text = directives(REST, 'target: GLB, type: bypass, bypass: [A, Z]');
    expect(readTimeloopMapping(text, 'm.yaml', PRODUCT, MACHINE, names).mapping.levels[1]!.keep).toEqual([
      'weights',
    ]);
  });
});

describe('messages', () => {
  const first = 'mapping[0]';

  it.each([
    [REST.replace('M8', 'M4'), '2:3: mapping: found "M = 4"; allowed: factors of M that multiply to 8'],
    [
      REST.replace('M8 N12 K6', '"M8,4 N12 K6"'),
      `2:46: ${first}.factors: found "M8,4"; allowed: perfect factors, without another number of steps the last time`,
    ],
    [
      REST.replace('M8', 'X8'),
      `2:46: ${first}.factors: found "X"; allowed: a dimension of the problem: M, N, K`,
    ],
    [REST.replace('M8', 'M8 M1'), `2:46: ${first}.factors: found "M"; allowed: each dimension once`],
    [
      REST.replace('M8', 'M-8'),
      `2:46: ${first}.factors: found "M-8 N12 K6"; allowed: a factor for each dimension, such as C16 M8 or C=16, M=8`,
    ],
    [
      REST.replace('M8', 'M99999999999999999999'),
      `2:46: ${first}.factors: found "M99999999999999999999"; allowed: factors from 1 to 1000000, or 0 for all of a dimension`,
    ],
    [
      REST.replace('MNK', 'MNX'),
      `2:70: ${first}.permutation: found "X"; allowed: a dimension of the problem: M, N, K`,
    ],
    [REST.replace('MNK', 'MNM'), `2:70: ${first}.permutation: found "MNM"; allowed: M once`],
    [
      REST.replace('DRAM', 'DARM'),
      `2:15: ${first}.target: found "DARM" (did you mean DRAM?); allowed: a memory of the architecture: DRAM, GLB, RF`,
    ],
    [
      REST.replace('DRAM', '3'),
      `2:15: ${first}.target: found 3; allowed: a memory of the architecture: DRAM, GLB, RF`,
    ],
    [
      REST.replace('temporal', 'skew'),
      `2:27: ${first}.type: found "skew"; allowed: temporal, spatial, bypass or datatype`,
    ],
    [
      REST.replace('permutation', 'permutatoin'),
      `2:57: ${first}: unknown key "permutatoin" (did you mean permutation?); allowed: target, factors, permutation, type, no_temporal_reuse, rmw_on_first_writeback`,
    ],
    [
      `${REST}, no_temporal_reuse: [Inputs]`,
      `2:94: ${first}.no_temporal_reuse: found ["Inputs"]; allowed: none, as the model has it always`,
    ],
    [
      REST.replace('DRAM, type: temporal', 'RF, type: spatial'),
      `2:43: ${first}.factors: found "M8 N12 K6"; allowed: no factors above 1, as RF has no fan-out below it`,
    ],
  ])('on %s', (directive, line) => {
    expect(problemLines(read, directives(directive), 'm.yaml')).toEqual([`m.yaml:${line}`]);
  });

  it.each([
    [REST, 'mapping[1].type: found "temporal"; allowed: one temporal directive for DRAM'],
    [
      'target: GLB, type: bypass, bypass: [Input]',
      'mapping[1].bypass[0]: found "Input" (did you mean Inputs?); allowed: a data space of the problem: Weights, Inputs, Outputs',
    ],
    [
      'target: GLB, type: bypass, keep: [Inputs], bypass: [Inputs]',
      'mapping[1].bypass[0]: found "Inputs"; allowed: what the level does not keep',
    ],
    [
      'target: RF, type: bypass, keep: [Inputs]',
      'mapping[1].keep[0]: found "Inputs"; allowed: what RF can hold: weights, outputs',
    ],
    [
      'target: DRAM, type: bypass, bypass: [Inputs]',
      'mapping[1].bypass[0]: found "Inputs"; allowed: nothing at DRAM, which keeps everything',
    ],
    [
      'target: RF, type: bypass, keep: [], factors: M8',
      'mapping[1]: unknown key "factors"; allowed: target, keep, bypass, passthrough, type',
    ],
  ])('on a second %s', (directive, line) => {
    const [found, ...others] = problemLines(read, directives(REST, directive), 'm.yaml');
    expect(found).toMatch(/^m\.yaml:3:\d+: /);
    expect(found).toContain(line);
    expect(others).toEqual([]);
  });

  it('on what is no mapping', () => {
    expect(problemLines(read, 'mapping: 3', 'm.yaml')).toEqual([
      'm.yaml:1:10: mapping: found 3; allowed: a list of directives, each with target and type',
    ]);
    expect(
      problemLines(read, directives(`target: GLB, type: temporal, factors: "${' '.repeat(1001)}"`))[0],
    ).toContain('found "1001 characters"; allowed: at most 1000');
  });

  it('are all that is thrown, with positions', () => {
    const { problem, architecture } = readTimeloop(EXAMPLE);
    const small = directives(
      REST,
      'target: GLB, type: spatial, factors: M1, split: 1',
      'target: RF, type: bypass, bypass: [Weights]',
    );
    expect(problemLines(read, small)).toEqual([]);
    fc.assert(
      fc.property(anyText(MAPPING, small), (text) => {
        expectResultOrProblems(read, text);
        expectResultOrProblems((one, file) => readTimeloopMapping(one, file, problem!, architecture!), text);
      }),
      { numRuns: 1000 },
    );
  });
});
