import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { checkMapping } from '../check-mapping.ts';
import { convolution, TENSORS } from '../problem.ts';
import { anyMapping } from './arbitrary.testing.ts';
import { parseArchitecture } from './architecture-file.ts';
import { formatMapping, parseMapping, parseResultMapping } from './mapping-file.ts';

const MINE = `levels:
  - { name: DRAM, temporal: [[Q, 5], [P, 5]] }
  - name: GLB
    keep: [inputs, outputs]
    spatialX: [[M, 16]]
    spatialY: [[C, 2], [R, 3]]
  - { name: RF, keep: [] }
`;

const ARCHITECTURE = parseArchitecture(
  `name: small
levels: [{ name: DRAM, energy: 1 }, { name: GLB, energy: 1, fanout: { x: 16, y: 16 } }, { name: RF, energy: 1, holds: [inputs] }]
mac: { energy: 1 }`,
  'small.yaml',
);

/** Reads a mapping of this problem onto this architecture. */
const checked = (text: string, file: string) =>
  parseMapping(text, file, (mapping) =>
    checkMapping(convolution('x', { M: 16, C: 2, R: 3, P: 5, Q: 5 }), ARCHITECTURE, mapping, 'perfect'),
  );

describe('parseMapping', () => {
  it('reads a file', () => {
    const mapping = {
      levels: [
        {
          name: 'DRAM',
          keep: TENSORS,
          temporal: [
            ['Q', 5],
            ['P', 5],
          ],
          spatialX: [],
          spatialY: [],
        },
        {
          name: 'GLB',
          keep: ['inputs', 'outputs'],
          temporal: [],
          spatialX: [['M', 16]],
          spatialY: [
            ['C', 2],
            ['R', 3],
          ],
        },
        { name: 'RF', keep: [], temporal: [], spatialX: [], spatialY: [] },
      ],
    };
    expect(parseMapping(MINE, 'mine.yaml')).toEqual(mapping);
    expect(checked(MINE, 'mine.yaml')).toEqual(mapping);
  });

  it.each([
    ['levels: []', '1:9: levels: found []; allowed: a list of 1 to 10 levels'],
    [
      'levels: [{ keep: [] }]',
      '1:10: levels[0].name: missing; allowed: text that is not empty (a number in quotes)',
    ],
    [
      'levels: [{ name: A, keep: [weight] }]',
      '1:28: levels[0].keep[0]: found "weight" (did you mean weights?); allowed: weights, inputs or outputs',
    ],
    [
      'levels: [{ name: A, keep: [inputs, inputs] }]',
      '1:36: levels[0].keep[1]: found "inputs"; allowed: each once',
    ],
    [
      'levels: [{ name: A, temporal: { Q: 5 } }]',
      '1:31: levels[0].temporal: found {"Q": 5}; allowed: a list of [dimension, factor]',
    ],
    [
      'levels: [{ name: A, temporal: [Q, 5] }]',
      '1:32: levels[0].temporal[0]: found "Q"; allowed: [dimension, factor]',
      '1:35: levels[0].temporal[1]: found 5; allowed: [dimension, factor]',
    ],
    [
      'levels: [{ name: A, temporal: [[Q, 0]] }]',
      '1:36: levels[0].temporal[0][1]: found 0; allowed: a whole number from 1 to 1000000',
    ],
    [
      'levels: [{ name: A, spacialX: [] }]',
      '1:21: levels[0]: unknown key "spacialX" (did you mean spatialX?); allowed: name, keep, temporal, spatialX, spatialY',
    ],
  ])('says what is wrong with %j', (text, ...expected) => {
    expect(problemLines(parseMapping, text)).toEqual(expected.map((line) => `file.yaml:${line}`));
  });

  it.each([
    [
      MINE.replace('GLB', 'L2'),
      '2:3: levels: found ["DRAM", "L2", "RF"]; allowed: the levels of small, outermost first: DRAM, GLB, RF',
    ],
    [
      MINE.replace('[P, 5]', '[P, 6]'),
      '2:3: levels: found "P = 6"; allowed: factors of P that multiply to 5',
    ],
    [
      MINE.replace('[P, 5]', '[E, 5]'),
      '2:39: levels[0].temporal[1][0]: found "E"; allowed: a dimension of the problem: N, M, C, R, S, P, Q',
    ],
    [
      MINE.replace('keep: []', 'keep: [inputs, weights]'),
      '7:32: levels[2].keep[1]: found "weights"; allowed: what RF can hold: inputs',
    ],
  ])('tells where the file does not go with the problem: %j', (text, line) => {
    expect(problemLines(checked, text)).toEqual([`file.yaml:${line}`]);
  });

  it('throws nothing but InputErrors with positions', () => {
    const json = JSON.stringify(parseMapping(MINE, 'mine.yaml'), null, 2);
    fc.assert(
      fc.property(anyText(MINE, json), (text) => {
        expectResultOrProblems(parseMapping, text);
        expectResultOrProblems(checked, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseResultMapping', () => {
  const mapping = parseMapping(MINE, 'mine.yaml');
  const mapped = (...names: readonly string[]) => names.map((name) => ({ name, macs: 3, mapping }));
  const none = { name: 'none', feasible: false };
  const read = (text: string, file: string) => parseResultMapping(text, file, 'x');

  it.each([
    ['the layer of the problem', { network: 'n', layers: mapped('a', 'x', 'b') }],
    ['the only layer', { network: 'n', layers: mapped('a') }],
    ['the only layer that has one', { network: 'n', layers: [none, ...mapped('a')] }],
    ['an evaluation', { problem: 'a', mapping }],
  ])('reads that of %s', (_, result) => {
    expect(read(JSON.stringify(result), 'result.json')).toEqual(mapping);
  });

  it.each([
    [
      { layers: mapped('a', 'b') },
      '1:11: layers: found ["a", "b"]; allowed: the mapping of a single layer, or one of x',
    ],
    [{ layers: [none] }, '1:11: layers: found []; allowed: the mapping of a single layer, or one of x'],
    [
      { layers: [...mapped('a'), { name: 'x', feasible: false }] },
      /layers\[1\]\.mapping: missing; allowed: a mapping with levels$/,
    ],
    [{ mapping: { levels: [] } }, /:\d+: mapping\.levels: found \[\]; allowed: a list of 1 to 10 levels$/],
  ])('says what is wrong with %j', (result, line) => {
    const lines = problemLines(read, JSON.stringify(result));
    expect(lines).toEqual([typeof line === 'string' ? `file.yaml:${line}` : expect.stringMatching(line)]);
  });

  it('throws nothing but InputErrors with positions', () => {
    const result = JSON.stringify({ network: 'n', layers: mapped('a', 'x') });
    fc.assert(
      fc.property(anyText(result, JSON.stringify({ mapping })), (text) => expectResultOrProblems(read, text)),
      { numRuns: 1000 },
    );
  });
});

describe('formatMapping', () => {
  it('writes a level to a line', () => {
    expect(formatMapping(parseMapping(MINE, 'mine.yaml'))).toBe(
      `levels:
  # The loops of each level, outermost level first, as in the architecture.
  - {name: "DRAM", keep: ["weights", "inputs", "outputs"], temporal: [["Q", 5], ["P", 5]]}
  - {name: "GLB", keep: ["inputs", "outputs"], temporal: [], spatialX: [["M", 16]], spatialY: [["C", 2], ["R", 3]]}
  - {name: "RF", keep: [], temporal: []}
`,
    );
  });

  it('writes what parseMapping reads; JSON is read, too', () => {
    fc.assert(
      fc.property(anyMapping(), (one) => {
        expect(parseMapping(formatMapping(one), 'mine.yaml')).toEqual(one);
        expect(parseMapping(JSON.stringify(one), 'mine.json')).toEqual(one);
      }),
    );
  });
});
