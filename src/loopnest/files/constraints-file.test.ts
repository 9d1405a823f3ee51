import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { checkConstraints } from '../check-constraints.ts';
import { NO_CONSTRAINTS } from '../constraints.ts';
import { anyConstraints } from './arbitrary.testing.ts';
import { parseArchitecture } from './architecture-file.ts';
import { formatConstraints, parseConstraints } from './constraints-file.ts';

const MINE = `name: mine
source: A paper, Section 5
axes: both
levels:
  GLB:
    keep: [weights]
    free: [inputs]
    temporal:
      only: [M, P, Q, C]
      factors: { R: all, P: 7, M: { most: 16 }, C: { least: 2, most: 4 } }
      innermost: [P, Q]
      order: [C, P]
    spatialX: { only: [M] }
  RF: {}
`;

describe('parseConstraints', () => {
  it('reads a file', () => {
    expect(parseConstraints(MINE, 'mine.yaml')).toEqual({
      name: 'mine',
      source: 'A paper, Section 5',
      buffers: 'kept',
      axes: 'both',
      levels: {
        GLB: {
          keep: ['weights'],
          free: ['inputs'],
          temporal: {
            only: ['M', 'P', 'Q', 'C'],
            factors: { R: 'all', P: 7, M: { most: 16 }, C: { least: 2, most: 4 } },
            innermost: ['P', 'Q'],
            order: ['C', 'P'],
          },
          spatialX: { only: ['M'] },
        },
        RF: {},
      },
    });
  });

  it('has defaults that constrain nothing', () => {
    expect(parseConstraints('{}', 'mine.yaml')).toEqual({ ...NO_CONSTRAINTS, name: 'mine' });
  });

  it.each([
    ['rules.yaml', 'rules'],
    ['some/where.d/rules.v2.json', 'rules.v2'],
    ['C:\\rules', 'rules'],
  ])('are called by the name of %s if they have none', (file, name) => {
    expect(parseConstraints('levels: {}', file).name).toBe(name);
    expect(parseConstraints('name: own', file).name).toBe('own');
  });

  it.each([
    ['buffers: keep', '1:10: buffers: found "keep"; allowed: kept or free'],
    ['levels: []', '1:9: levels: found []; allowed: rules by level'],
    [
      'levels: { GLB: { kep: [inputs] } }',
      '1:18: levels.GLB: unknown key "kep" (did you mean keep?); allowed: keep, bypass, free, temporal, spatialX, spatialY',
    ],
    [
      'levels: { GLB: { keep: [input] } }',
      '1:25: levels.GLB.keep[0]: found "input" (did you mean inputs?); allowed: weights, inputs or outputs',
    ],
    [
      'levels: { GLB: { keep: [inputs], bypass: [inputs] } }',
      '1:43: levels.GLB.bypass[0]: found "inputs"; allowed: what is not in keep already',
    ],
    [
      'levels: { GLB: { free: [weights, inputs], bypass: [inputs] } }',
      '1:34: levels.GLB.free[1]: found "inputs"; allowed: what is not in bypass already',
    ],
    [
      'levels: { GLB: { keep: [inputs, inputs] } }',
      '1:33: levels.GLB.keep[1]: found "inputs"; allowed: each once',
    ],
    [
      'levels: { GLB: { temporal: { order: [P, Q, P] } } }',
      '1:44: levels.GLB.temporal.order[2]: found "P"; allowed: each once',
    ],
    [
      'levels: { GLB: { spatialX: { order: [P] } } }',
      '1:30: levels.GLB.spatialX: unknown key "order"; allowed: only, factors',
    ],
    [
      'levels: { GLB: { temporal: { factors: { P: 0 } } } }',
      '1:44: levels.GLB.temporal.factors.P: found 0; allowed: a whole number from 1 to 1000000',
    ],
    [
      'levels: { GLB: { temporal: { factors: { P: al } } } }',
      '1:44: levels.GLB.temporal.factors.P: found "al"; allowed: a whole number from 1 to 1000000, all, or { least, most }',
    ],
    [
      'levels: { GLB: { temporal: { factors: { P: { least: 4, most: 3 } } } } }',
      '1:62: levels.GLB.temporal.factors.P.most: found 3; allowed: at least the 4 of least',
    ],
    [
      'levels: { GLB: { temporal: { factors: { P: { mots: 3 } } } } }',
      '1:46: levels.GLB.temporal.factors.P: unknown key "mots" (did you mean most?); allowed: least, most',
    ],
    [
      'levels: { GLB: { temporal: { factors: { __proto__: 3 } } } }',
      '1:52: levels.GLB.temporal.factors.__proto__: found 3; allowed: another name',
    ],
    ['levels: { __proto__: {} }', '1:22: levels.__proto__: found {}; allowed: another name'],
  ])('says what is wrong with %j', (text, line) => {
    expect(problemLines(parseConstraints, text)).toEqual([`file.yaml:${line}`]);
  });

  const architecture = parseArchitecture(
    'name: x\nmac: { energy: 1 }\nlevels: [{ name: GLB, energy: 1 }, { name: RF, energy: 1 }]',
    'x.yaml',
  );
  const checked = (text: string, file: string) =>
    parseConstraints(text, file, (constraints) => checkConstraints(constraints, architecture, [...'MPQCR']));

  it('tells where the file does not go with the architecture', () => {
    expect(problemLines(checked, MINE)).toEqual([
      'file.yaml:7:11: levels.GLB.free: found ["inputs"]; allowed: nothing, as the outermost level keeps everything',
      'file.yaml:13:15: levels.GLB.spatialX: found {"only": ["M"]}; allowed: no loops in space, as GLB has no fan-out',
    ]);
  });

  it('throws nothing but InputErrors with positions', () => {
    const json = JSON.stringify(parseConstraints(MINE, 'mine.yaml'), null, 2);
    fc.assert(
      fc.property(anyText(MINE, json), (text) => {
        expectResultOrProblems(parseConstraints, text);
        expectResultOrProblems(checked, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatConstraints', () => {
  it('writes a rule to a line', () => {
    expect(formatConstraints(parseConstraints(MINE, 'mine.yaml'))).toBe(
      `name: "mine" # What the constraints are called in results. Default: the file's name.
source: "A paper, Section 5" # Where the rules are from.
buffers: "kept" # Tensors of which levels says nothing: kept by every level that can hold them, or free for the search to decide.
axes: "both" # Whether a dimension may be unrolled along one axis of a grid only, or along both.
levels:
  # Rules by a level's name. Default: none.
  GLB:
    keep: ["weights"]
    free: ["inputs"]
    temporal: {only: ["M", "P", "Q", "C"], factors: {R: "all", P: 7, M: {most: 16}, C: {least: 2, most: 4}}, innermost: ["P", "Q"], order: ["C", "P"]}
    spatialX: {only: ["M"]}
  RF: {}
`,
    );
  });

  it('writes what parseConstraints reads', () => {
    fc.assert(
      fc.property(anyConstraints(), (one) => {
        expect(parseConstraints(formatConstraints(one), 'mine.yaml')).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });
});
