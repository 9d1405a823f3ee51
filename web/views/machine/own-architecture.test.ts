import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/input-error.ts';
import { parseArchitecture } from '../../../src/loopnest/files/architecture-file.ts';
import { ARCHITECTURE_PRESETS, architecturePreset } from '../../../src/loopnest/presets.ts';
import {
  timeloopArchitecture,
  timeloopEnergyTable,
} from '../../../src/loopnest/timeloop/architecture-export.ts';
import {
  openArchitecture,
  ownArchitecture,
  readArchitecture,
  unpackArchitecture,
} from './own-architecture.ts';

const refused = (read: () => unknown): InputError | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
};

describe('an architecture of one’s own', () => {
  it.each(ARCHITECTURE_PRESETS)('goes through an address: $name', ({ name, yaml }) => {
    const { ref, text } = readArchitecture(yaml);
    expect(unpackArchitecture(ref)).toBe(yaml);
    expect(ownArchitecture(text)).toEqual(architecturePreset(name));
    expect(openArchitecture([{ file: 'mine.yaml', text: yaml }])).toEqual(readArchitecture(yaml));
  });

  it('is read from files of Timeloop', () => {
    const machine = architecturePreset('eyeriss-like-256');
    const files = [
      { file: 'arch.yaml', text: timeloopArchitecture(machine) },
      { file: 'ERT.yaml', text: timeloopEnergyTable(machine) },
    ];
    const { text } = openArchitecture(files);
    const { levels, macEnergy } = parseArchitecture(text, 'arch.yaml');
    expect(macEnergy).toBe(machine.macEnergy);
    expect(levels.map(({ name, capacity, energy }) => ({ name, capacity, energy }))).toEqual(
      machine.levels.map(({ name, capacity, energy }) => ({ name, capacity, energy })),
    );
    expect(refused(() => openArchitecture(files.slice(0, 1)))).toBeDefined();
  });

  it('has its mistakes told with line and column, under the name of its file', () => {
    const text = 'name: x\nlevels: many\nmac: { energy: 1 }\n';
    const problem = { position: { line: 2, column: 9 }, path: ['levels'] };
    expect(refused(() => readArchitecture(text))?.problems[0]).toMatchObject(problem);
    expect(refused(() => openArchitecture([{ file: 'mine.yaml', text }]))?.problems[0]).toMatchObject({
      ...problem,
      file: 'mine.yaml',
    });
  });

  it('is refused, whatever stands there instead', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        refused(() => unpackArchitecture(`~${text}`));
        refused(() => openArchitecture([{ file: 'x', text }]));
        expect(refused(() => readArchitecture(text))).toBeDefined();
      }),
    );
    expect(refused(() => readArchitecture(`# ${'x'.repeat(70_000)}`))?.message).toContain('at most 60000');
    expect(refused(() => openArchitecture([]))).toBeDefined();
  });
});
