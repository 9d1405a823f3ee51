import { describe, expect, it } from 'vitest';
import { problemLines } from '../../reader.testing.ts';
import type { Architecture, MemoryLevel } from '../architecture.ts';
import { TENSORS } from '../problem.ts';
import { timeloopArchitecture, timeloopEnergyTable } from './architecture-export.ts';

const level = { holds: TENSORS, doubleBuffered: false, energy: { read: 3, fill: 4, update: 5.5 } };

const MACHINE: Architecture = {
  name: 'my machine',
  wordBits: 8,
  levels: [
    { ...level, name: 'DRAM', bandwidth: { read: 4 }, fanout: { x: 2, y: 3, energy: 0 } },
    {
      ...{ ...level, name: 'GLB', capacity: 1024, doubleBuffered: true },
      ...{ holds: ['inputs', 'outputs'], fanout: { x: 1, y: 1, energy: 0 } },
    },
    { ...level, name: 'RF', capacity: 16, fanout: { x: 4, y: 1, energy: 0 } },
  ],
  macEnergy: 0.25,
};

describe('timeloopArchitecture', () => {
  it('nests a node for each fan-out, and says by constraints what is not held', () => {
    expect(timeloopArchitecture(MACHINE)).toBe(`architecture:
  version: 0.3
  subtree:
    - name: "my machine"
      local:
        - { name: DRAM, class: DRAM, attributes: { width: 8, datawidth: 8, read_bandwidth: 4 } }
      subtree:
        - name: cluster1[0..5]
          local:
            - { name: GLB, class: regfile, attributes: { depth: 1024, width: 8, datawidth: 8, meshX: 2, meshY: 3, multiple-buffering: 2 } }
            - { name: RF, class: regfile, attributes: { depth: 16, width: 8, datawidth: 8, meshX: 2, meshY: 3 } }
          subtree:
            - name: PE[0..3]
              local:
                - { name: MAC, class: intmac, attributes: { datawidth: 8, meshX: 8, meshY: 3 } }
architecture_constraints:
  targets:
    - { target: GLB, type: bypass, bypass: [Weights] }
`);
  });

  const refused = (changed: Partial<Architecture>) => {
    const found = problemLines(() => timeloopArchitecture({ ...MACHINE, ...changed }), '');
    expect(problemLines(() => timeloopEnergyTable({ ...MACHINE, ...changed }), '')).toEqual(found);
    return found;
  };
  const refusedLevel = (changed: Partial<MemoryLevel>, i = 2) =>
    refused({ levels: MACHINE.levels.map((one, j) => (i === j ? { ...one, ...changed } : one)) });

  it.each<[Partial<MemoryLevel>, string]>([
    [
      { capacity: { weights: 3 } },
      'levels[2].capacity: found {"weights": 3}; allowed: one capacity that the tensors share: Timeloop has none for each',
    ],
    [{ capacity: 1.5 }, 'levels[2].capacity: found 1.5; allowed: a whole number from 0 to 4294967295'],
    [
      { fanout: { x: 1, y: 2, energy: 2 } },
      'levels[2].fanout.energy: found 2; allowed: 0: in Timeloop, wires cost by their length',
    ],
    [
      { fanout: { x: 0.5, y: 2, energy: 0 } },
      'levels[2].fanout.x: found 0.5; allowed: a whole number from 1 to 1000000',
    ],
    [
      { fanout: { x: 1e5, y: 1e5, energy: 0 } },
      'levels[2].fanout: found "100000 × 100000"; allowed: at most 1000000000 side by side',
    ],
    [
      { energy: { read: -1, fill: 0, update: Number.NaN } },
      'levels[2].energy.read: found -1; allowed: a number from 0 to 1000000000000',
    ],
    [
      { bandwidth: { write: 0 } },
      'levels[2].bandwidth.write: found 0; allowed: a number from 0.000001 to 1000000000000',
    ],
    [{ name: 'GLB' }, 'levels[2].name: found "GLB"; allowed: a name that no other level has'],
    [
      { name: 'wire' },
      'levels[2].name: found "wire"; allowed: another name, as Timeloop takes this for the wires of its networks',
    ],
    [
      { name: 'MAC' },
      'levels[2].name: found "MAC"; allowed: another name, as results could not be kept by this one',
    ],
    [
      { name: 'RF[0..3]' },
      'levels[2].name: found "RF[0..3]"; allowed: a name of letters, digits, dashes and underlines, as others mean something in Timeloop',
    ],
    [
      { name: 'a.b' },
      'levels[2].name: found "a.b"; allowed: a name of letters, digits, dashes and underlines, as others mean something in Timeloop',
    ],
  ])('refuses %j', (changed, line) => {
    expect(refusedLevel(changed)).toContain(line);
  });

  it('refuses what is no architecture', () => {
    expect(refusedLevel({ holds: ['inputs'] }, 0)).toEqual([
      'levels[0].holds: found ["inputs"]; allowed: all tensors at the outermost level',
    ]);
    expect(refused({ name: 'a[0..1]', wordBits: 0, macEnergy: Infinity })).toEqual([
      'name: found "a[0..1]"; allowed: a name of printable characters without [ and ]',
      'wordBits: found 0; allowed: a whole number from 1 to 64',
      'macEnergy: found Infinity; allowed: a number from 0 to 1000000000000',
    ]);
    expect(refused({ levels: [] })).toEqual(['levels: found "0 levels"; allowed: 1 to 10']);
    const wide = { fanout: { x: 1000, y: 1000, energy: 0 } };
    expect(refused({ levels: MACHINE.levels.map((one) => ({ ...one, ...wide })) })).toEqual([
      'levels: found "1000000000000000000 MACs"; allowed: at most 4294967295',
    ]);
  });
});

describe('timeloopEnergyTable', () => {
  it('has reads, writes and updates', () => {
    const levels = [{ ...level, name: 'RF' }];
    expect(timeloopEnergyTable({ ...MACHINE, levels })).toBe(`ERT:
  version: 0.3
  tables:
    - name: system.RF
      actions:
        - { name: read, arguments: {}, energy: 3 }
        - { name: write, arguments: {}, energy: 4 }
        - { name: update, arguments: {}, energy: 5.5 }
    - name: system.MAC
      actions:
        - { name: compute, arguments: {}, energy: 0.25 }
`);
  });
});
