import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { TENSORS } from '../problem.ts';
import { anyArchitecture } from './arbitrary.testing.ts';
import { formatArchitecture, parseArchitecture } from './architecture-file.ts';

const MINE = `name: mine
levels: # outermost first
  - { name: DRAM, energy: 200 }
  - { name: GLB, capacity: 65536, energy: 6, fanout: { x: 16, y: 12, energy: 2 } }
  - name: RF
    capacity: { weights: 224, inputs: 12 }
    energy: { read: 1, fill: 0.5, update: 0 }
    bandwidth: { read: 4 }
    doubleBuffered: true
    fanout: {}
mac: { energy: 1 }
`;

describe('parseArchitecture', () => {
  it('reads a file', () => {
    expect(parseArchitecture(MINE, 'mine.yaml')).toEqual({
      name: 'mine',
      wordBits: 16,
      levels: [
        {
          name: 'DRAM',
          holds: TENSORS,
          doubleBuffered: false,
          energy: { read: 200, fill: 200, update: 200 },
        },
        {
          name: 'GLB',
          holds: TENSORS,
          capacity: 65_536,
          doubleBuffered: false,
          energy: { read: 6, fill: 6, update: 6 },
          fanout: { x: 16, y: 12, energy: 2 },
        },
        {
          name: 'RF',
          holds: ['weights', 'inputs'],
          capacity: { weights: 224, inputs: 12 },
          doubleBuffered: true,
          energy: { read: 1, fill: 0.5, update: 0 },
          bandwidth: { read: 4 },
          fanout: { x: 1, y: 1, energy: 0 },
        },
      ],
      macEnergy: 1,
    });
  });

  it('takes a level that holds nothing and an own capacity for some of what a level holds', () => {
    const rest =
      '{name: N, energy: 0, holds: []}, {name: B, energy: 0, holds: [outputs, inputs], capacity: {inputs: 0}}';
    const { levels } = parseArchitecture(
      `name: x\nmac: {energy: 0}\nlevels: [{name: A, energy: 0}, ${rest}]`,
      'x',
    );
    expect(levels.map(({ holds }) => holds)).toEqual([TENSORS, [], ['outputs', 'inputs']]);
  });

  /** The mark ¦ stands where the message should point. */
  it.each([
    ['levels: ¦[]', 'levels: found []; allowed: a list of 1 to 10 levels'],
    [
      `levels: ¦[${'{name: A, energy: 1}, '.repeat(11)}]`,
      /^levels: found \[.*; allowed: a list of 1 to 10 levels$/,
    ],
    [
      'levels: [¦{ name: A }]',
      /^levels\[0\].energy: missing; allowed: a number from 0 to 10*, or { read, fill, update }$/,
    ],
    [
      'levels: [{ name: A, energy: ¦{ read: 1, fill: 2 } }]',
      'levels[0].energy.update: missing; allowed: a number from 0 to 1000000000000',
    ],
    [
      'levels: [{ name: A, energy: ¦-1 }]',
      'levels[0].energy: found -1; allowed: a number from 0 to 1000000000000',
    ],
    [
      'levels: [{ name: A, energy: 1, ¦capacty: 3 }]',
      /^levels\[0\]: unknown key "capacty" \(did you mean capacity\?\); allowed: /,
    ],
    [
      'levels: [{ name: A, energy: 1, capacity: ¦0 }]',
      'levels[0].capacity: found 0; allowed: a whole number from 1 to 1000000000000',
    ],
    [
      'levels: [{ name: A, energy: 1, capacity: { ¦weihgts: 3 } }]',
      'levels[0].capacity: unknown key "weihgts" (did you mean weights?); allowed: weights, inputs, outputs',
    ],
    [
      'levels: [{ name: A, energy: 1, fanout: { x: ¦1000001 } }]',
      'levels[0].fanout.x: found 1000001; allowed: a whole number from 1 to 1000000',
    ],
    [
      'levels: [{ name: A, energy: 1, bandwidth: { read: ¦0 } }]',
      'levels[0].bandwidth.read: found 0; allowed: a number from 0.000001 to 1000000000000',
    ],
    [
      'levels: [{ name: A, energy: 1, bandwidth: ¦3 }]',
      'levels[0].bandwidth: found 3; allowed: a mapping with read or write',
    ],
    [
      'levels: [{ name: A, energy: 1, holds: ¦[weights, inputs] }]',
      'levels[0].holds: found ["weights", "inputs"]; allowed: all tensors at the outermost level: weights, inputs, outputs',
    ],
    [
      'levels: [¦{ name: A, energy: 1, capacity: { weights: 1, inputs: 1, outputs: 0 } }]',
      'levels[0].holds: found ["weights", "inputs"]; allowed: all tensors at the outermost level: weights, inputs, outputs',
    ],
    [
      'levels: [{ name: A, energy: 1 }, { name: ¦A, energy: 1 }]',
      'levels[1].name: found "A"; allowed: a name that no other level has',
    ],
    [
      'levels: [{ name: ¦MAC, energy: 1 }]',
      'levels[0].name: found "MAC"; allowed: another name, as results call the arithmetic so',
    ],
    [
      'levels: [{ name: ¦A network, energy: 1 }]',
      'levels[0].name: found "A network"; allowed: another name, as results call what lies below a level so',
    ],
    [
      'levels: [{ name: ¦__proto__, energy: 1 }]',
      'levels[0].name: found "__proto__"; allowed: another name, as results cannot be kept by this one',
    ],
    [
      'levels: [{ name: A, energy: 1 }, { name: B, energy: 1, holds: [inputs, ¦inputs] }]',
      'levels[1].holds[1]: found "inputs"; allowed: each once',
    ],
    [
      'levels: [{ name: A, energy: 1 }, { name: B, energy: 1, holds: [inputs], capacity: { outputs: ¦1 } }]',
      'levels[1].capacity.outputs: found "outputs"; allowed: what the level holds: inputs',
    ],
    [
      `levels: ¦[${['A', 'B'].map((one) => `{name: ${one}, energy: 1, fanout: {x: 1000000, y: 1000000}}`).join(', ')}]`,
      'levels: found "1.00e+24 MACs"; allowed: fan-outs of less than 2^53 MACs',
    ],
  ])('says what is wrong with %j', (keys, message) => {
    const column = keys.indexOf('¦') + 1;
    const lines = problemLines(parseArchitecture, `name: mine\nmac: { energy: 1 }\n${keys.replace('¦', '')}`);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^file.yaml:3:${column}: `))]);
    expect(lines[0]!.replace(/^.*?: /, '')).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('throws nothing but InputErrors with positions', () => {
    const json = JSON.stringify(
      { name: 'x', levels: [{ name: 'A', energy: 1 }], mac: { energy: 0 } },
      null,
      1,
    );
    fc.assert(
      fc.property(anyText(MINE, formatArchitecture(parseArchitecture(MINE, 'mine.yaml')), json), (text) => {
        expectResultOrProblems(parseArchitecture, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatArchitecture', () => {
  it('writes a level to a line, as a person would', () => {
    expect(formatArchitecture(parseArchitecture(MINE, 'mine.yaml'))).toBe(
      `name: "mine" # What the accelerator is called in results.
wordBits: 16 # Bits of a word: of a weight, an input and a psum alike.
levels:
  # The memories, outermost first. The first is DRAM: one instance, which holds everything.
  - {name: "DRAM", energy: 200}
  - {name: "GLB", energy: 6, capacity: 65536, fanout: {x: 16, y: 12, energy: 2}}
  - {name: "RF", energy: {read: 1, fill: 0.5, update: 0}, capacity: {weights: 224, inputs: 12}, doubleBuffered: true, bandwidth: {read: 4}, fanout: {x: 1, y: 1, energy: 0}}
mac:
  # The arithmetic.
  energy: 1 # Energy of one multiply-accumulate (MAC).
`,
    );
  });

  it('writes what parseArchitecture reads', () => {
    fc.assert(
      fc.property(anyArchitecture(), (one) => {
        expect(parseArchitecture(formatArchitecture(one), 'mine.yaml')).toEqual(one);
      }),
    );
  });
});
