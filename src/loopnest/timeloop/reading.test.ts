import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import type { Architecture } from '../architecture.ts';
import { evaluateNest } from '../evaluate.ts';
import { convolution, TENSORS } from '../problem.ts';
import { anyArchitecture, anyNest, anyProblem } from './arbitrary.testing.ts';
import { timeloopArchitecture, timeloopEnergyTable } from './architecture-export.ts';
import { readTimeloopArchitecture } from './architecture-reading.ts';
import { ARCHITECTURE, ENERGIES, EXAMPLE, MAPPING, PROBLEM } from './example.testing.ts';
import { timeloopMapping } from './mapping-export.ts';
import { readTimeloopMapping } from './mapping-reading.ts';
import { timeloopProblem } from './problem-export.ts';
import { readTimeloopProblem } from './problem-reading.ts';
import { readTimeloop } from './reading.ts';

const level = { holds: TENSORS, doubleBuffered: false };
const cost = (each: number) => ({ energy: { read: each, fill: each, update: each } });

/** What the example says. */
const MACHINE: Architecture = {
  name: 'system',
  wordBits: 16,
  levels: [
    { ...level, name: 'DRAM', ...cost(200) },
    { ...level, name: 'GLB', capacity: 65_536, ...cost(6), fanout: { x: 16, y: 16, energy: 0 } },
    { ...level, name: 'RF', capacity: 256, ...cost(1) },
  ],
  macEnergy: 1,
};

const exported = ({ problem, architecture, mapping }: ReturnType<typeof readTimeloop>) => [
  { file: 'a', text: timeloopArchitecture(architecture!) },
  { file: 'e', text: timeloopEnergyTable(architecture!) },
  { file: 'p', text: timeloopProblem(problem!) },
  { file: 'm', text: timeloopMapping(problem!, architecture!, mapping!) },
];

describe('the example of Timeloop', () => {
  it('is read as what it says', () => {
    const { problem, architecture, mapping, notes } = readTimeloop(EXAMPLE);
    const conv3 = convolution('CNN_Layer', { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 });
    expect(problem!.sizes).toEqual(conv3.sizes);
    expect(Object.keys(problem!.sizes).join('')).toBe('CMRSNPQ');
    expect(problem!.tensors.weights).toEqual(conv3.tensors.weights);
    expect(architecture).toEqual(MACHINE);
    expect(mapping).toEqual({
      levels: [
        { name: 'DRAM', keep: TENSORS, temporal: [['M', 48]] },
        {
          ...{ name: 'GLB', keep: ['inputs', 'outputs'] },
          temporal: [
            ['C', 16],
            ['P', 13],
          ],
          spatialX: [['Q', 13]],
          spatialY: [
            ['C', 4],
            ['S', 3],
          ],
        },
        {
          ...{ name: 'RF', keep: TENSORS },
          temporal: [
            ['R', 3],
            ['C', 4],
            ['M', 8],
          ],
        },
      ],
    });
    expect(notes).toEqual(['no level has these tables of the ERT: COL']);
  });

  it('costs what Timeloop says, to the digits that it prints', () => {
    const { problem, architecture, mapping } = readTimeloop(EXAMPLE);
    const { energy, broken } = evaluateNest(problem!, architecture!, mapping!, { convention: 'timeloop' });
    expect(energy.perMac).toBeCloseTo(6.739, 3);
    expect(broken).toEqual([]);
  });

  it('is written so that it is read again, in one file or several, in any order', () => {
    const { notes: _, ...read } = readTimeloop(EXAMPLE);
    const files = exported({ ...read, notes: [] });
    expect(readTimeloop(files)).toEqual({ ...read, notes: [] });
    expect(readTimeloop(files.toReversed())).toEqual({ ...read, notes: [] });
    const whole = files.map(({ text }) => text).join('');
    expect(readTimeloop([{ file: 'all.yaml', text: whole }])).toEqual({ ...read, notes: [] });
  });
});

describe('what Rowhouse writes for Timeloop', () => {
  it('is a problem that is read again equal', () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const { problem: read, names, notes } = readTimeloopProblem(timeloopProblem(problem), 'p.yaml');
        expect(read).toEqual(problem);
        expect(Object.keys(read.sizes)).toEqual(Object.keys(problem.sizes));
        expect([...names.values()]).toEqual(TENSORS);
        expect(notes).toEqual([]);
      }),
    );
  });

  it('is an architecture that is read again equal', () => {
    fc.assert(
      fc.property(anyArchitecture, (architecture) => {
        const [text, energies] = [timeloopArchitecture(architecture), timeloopEnergyTable(architecture)];
        const expected = { architecture, notes: [] };
        expect(readTimeloopArchitecture([{ file: 'all.yaml', text: text + energies }])).toEqual(expected);
        const files = [energies, text].map((text, i) => ({ file: `${i}.yaml`, text }));
        expect(readTimeloopArchitecture(files)).toEqual(expected);
      }),
    );
  });

  it('is a mapping that is read again equal', () => {
    fc.assert(
      fc.property(anyNest, (nest) => {
        const { problem, architecture, mapping } = nest;
        const text = timeloopMapping(problem, architecture, mapping);
        const read = readTimeloopMapping(text, 'm.yaml', problem, architecture);
        expect(read).toEqual({ mapping, notes: [] });
        expect(readTimeloop(exported({ ...nest, notes: [] }))).toEqual({ ...nest, notes: [] });
        expect(readTimeloop([{ file: 'm.yaml', text }], nest)).toEqual({ mapping, notes: [] });
      }),
    );
  });
});

describe('readTimeloop', () => {
  const lines = (...texts: string[]) =>
    problemLines(() => readTimeloop(texts.map((text, i) => ({ file: `${i + 1}.yaml`, text }))), '');

  it('gives what there is', () => {
    const { problem } = readTimeloop(EXAMPLE);
    expect(readTimeloop([{ file: 'p.yaml', text: PROBLEM }])).toEqual({ problem, notes: [] });
    expect(readTimeloop(EXAMPLE.slice(0, 2))).toMatchObject({ architecture: MACHINE });
    expect(readTimeloop([])).toEqual({ notes: [] });
  });

  it('uses the names that the problem has for its tensors', () => {
    const renamed = EXAMPLE.map(({ file, text }) => ({
      file,
      text: text
        .replaceAll('Weights', 'Filters')
        .replaceAll('Inputs', 'Ifmap')
        .replaceAll('Outputs', 'Psums'),
    }));
    expect(readTimeloop(renamed)).toEqual(readTimeloop(EXAMPLE));
  });

  it('names what it leaves out', () => {
    const text = `${PROBLEM}mapper: { algorithm: random }\nART: { tables: [] }\n`;
    expect(readTimeloop([{ file: 'p.yaml', text }]).notes).toEqual([
      'mapper in p.yaml is left out: it is about the search of Timeloop',
      'ART in p.yaml is left out: it is about areas',
    ]);
  });

  it.each([
    [['- a'], '1.yaml:1:1: found ["a"]; allowed: a mapping'],
    [
      [PROBLEM, `# again\n${PROBLEM}`],
      '2.yaml:3:3: problem: found "problem"; allowed: one problem, which 1.yaml has already',
    ],
    [[MAPPING], '1.yaml:4:1: mapping: missing; allowed: problem beside it: the problem that it maps'],
    [
      [MAPPING, PROBLEM],
      '1.yaml:4:1: mapping: missing; allowed: architecture beside it: what it maps a problem onto',
    ],
    [[ENERGIES], '1.yaml:3:3: ERT: missing; allowed: architecture beside it: an architecture for it'],
    [['maping: []'], '1.yaml:1:1: unknown key "maping" (did you mean mapping?); allowed: architecture, arch'],
    [
      ['sparse_optimizations: {}'],
      '1.yaml:1:23: sparse_optimizations: found "sparse_optimizations"; allowed: no sparse optimizations: to the model, all values count',
    ],
  ])('refuses, by case %#', (texts, line) => {
    const found = lines(...texts);
    expect(found).toHaveLength(1);
    expect(found[0]!.slice(0, line.length)).toBe(line);
  });

  it('throws nothing but InputErrors with positions', () => {
    const whole = EXAMPLE.map(({ text }) => text).join('');
    fc.assert(
      fc.property(anyText(whole, PROBLEM, ENERGIES + ARCHITECTURE), (text) => {
        expectResultOrProblems((one, file) => readTimeloop([{ file, text: one }]), text);
      }),
      { numRuns: 500 },
    );
  });
});
