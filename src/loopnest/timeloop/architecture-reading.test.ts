import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { readTimeloopArchitecture } from './architecture-reading.ts';
import { ARCHITECTURE, ENERGIES } from './example.testing.ts';

const read = (text: string, file = 'a.yaml') => readTimeloopArchitecture([{ file, text }]);
const problemsOf = (text: string) => problemLines(read, text, 'a.yaml');

/** DRAM, a GLB with these attributes and a MAC, each access of 12. */
const withGlb = (attributes: string, glb = 'GLB', type = 'SRAM') => `architecture:
  version: 0.3
  subtree:
    - name: small
      local:
        - { name: DRAM, class: DRAM }
        - { name: '${glb}', class: ${type}, attributes: { ${attributes} } }
        - { name: MAC, class: intmac }
${tables('MAC', 'DRAM', 'GLB')}`;

const ACTIONS = '{ name: read, energy: 12 }, { name: write, energy: 12 }';

/** An ERT for memories and a MAC. */
const tables = (mac: string, ...memories: string[]) => {
  const rows = memories.map((name) => `{ name: x.${name}, actions: [${ACTIONS}] }`);
  return `ERT: { tables: [${rows.join(', ')}, { name: ${mac}, actions: [{ name: compute, energy: 12 }] }] }\n`;
};

const glbOf = (attributes: string, type?: string) =>
  read(withGlb(attributes, 'GLB', type)).architecture.levels[1]!;

describe('a memory', () => {
  it.each([
    ['depth: 100', 100],
    ['depth: 100, width: 64, datawidth: 16', 400],
    ['depth: 100, width: 64, word-bits: 16, cluster-size: 1', 400],
    ['memory_depth: 100, memory_width: 64, word_bits: 8', 800],
    ['depth: 100, block-size: 4', 400],
    ['depth: 100, width: 64, block-size: 8, datawidth: 8', 800],
    ['depth: 100, width: 64', 400],
    ['entries: 100, width: 64', 100],
    ['sizeKB: 128', 65_536],
    ['sizeKB: 1, datawidth: 24', 341],
    ['depth: 0', 0],
  ])('with %s has %i words', (attributes, words) => {
    expect(glbOf(attributes).capacity).toBe(words);
  });

  it('has no limit where it is DRAM without a size', () => {
    expect(glbOf('width: 16', 'LPDDR_DRAM').capacity).toBeUndefined();
    expect(glbOf('technology: DRAM').capacity).toBeUndefined();
    expect(glbOf('depth: 7', 'DRAM').capacity).toBe(7);
  });

  it('has energies per word, those of a row divided by its words', () => {
    expect(glbOf('depth: 1').energy).toEqual({ read: 12, fill: 12, update: 12 });
    expect(glbOf('depth: 1, width: 64').energy).toEqual({ read: 3, fill: 3, update: 3 });
    expect(read(withGlb('depth: 1, width: 64')).notes).toEqual([
      'energies are divided by the words of a row, without rounding rows up: 4 of GLB',
    ]);
  });

  it('has its bandwidth in words per cycle, half of an old one each way', () => {
    expect(glbOf('depth: 1, read_bandwidth: 3').bandwidth).toEqual({ read: 3 });
    expect(glbOf('depth: 1, bandwidth: 3').bandwidth).toEqual({ read: 1.5, write: 1.5 });
    expect(glbOf('depth: 1, bandwidth: 3, write_bandwidth: 5').bandwidth).toEqual({ read: 1.5, write: 5 });
    expect(glbOf('depth: 1').bandwidth).toBeUndefined();
  });

  it('may be double-buffered', () => {
    expect(glbOf('depth: 1').doubleBuffered).toBe(false);
    expect(glbOf('depth: 1, multiple-buffering: 2.0').doubleBuffered).toBe(true);
  });

  it('may have its attributes beside its name', () => {
    const text = withGlb('depth: 5').replace('attributes: { depth: 5 }', 'depth: 5, colour: red');
    expect(read(text)).toEqual({
      ...read(withGlb('depth: 5')),
      notes: ['attributes that change no count are left out: colour of GLB'],
    });
  });

  it('has what changes nothing named, and words of several widths', () => {
    const text = withGlb('depth: 1, datawidth: 8, technology: 45nm, n_banks: 4').replace(
      '- name: small',
      '- name: small\n      attributes: { node: 7nm }',
    );
    expect(read(text).notes).toEqual([
      'attributes that change no count are left out: node of small, technology of GLB, n_banks of GLB',
      'words of several widths count alike: 16 bits of DRAM, 8 bits of GLB',
    ]);
  });
});

describe('fan-outs', () => {
  /** Sides of the fan-outs below A, B and C, where `c` and `mac` are the last component and the MAC. */
  const fanoutsOf = (node: string, b: string, c: string, mac: string) => {
    const { architecture } = read(`architecture:
  subtree:
    - name: top
      local: [{ name: A, class: DRAM }]
      subtree:
        - name: ${node}
          local:
            - { name: ${b}, depth: 1 }
          subtree:
            - name: PE[0..2]
              local:
                - { name: ${c}, depth: 1 }
                - { name: ${mac} }
${tables('M', 'A', 'B', 'C')}`);
    return architecture.levels.map(({ fanout }) => fanout && [fanout.x, fanout.y, fanout.energy]);
  };
  const storage = (name: string, attributes = '') => `"${name}", class: SRAM${attributes}`;
  const mac = (name: string, attributes = '') => `"${name}", class: mac${attributes}`;

  it.each<[string, Parameters<typeof fanoutsOf>, unknown[]]>([
    ['all along X', ['chip', storage('B'), storage('C'), mac('M')], [undefined, [3, 1, 0], undefined]],
    [
      'meshX of all instances, nested',
      ['chip[0..3]', storage('B', ', meshX: 2'), storage('C', ', meshX: 6'), mac('M', ', meshX: 6')],
      [[2, 2, 0], [3, 1, 0], undefined],
    ],
    [
      'meshY',
      ['chip[0..3]', storage('B', ', meshY: 4'), storage('C', ', meshY: 12'), mac('M', ', meshX: 1')],
      [[1, 4, 0], [1, 3, 0], undefined],
    ],
    [
      'ranges of components',
      ['chip', storage('B[0..4]'), storage('C[1..5]'), mac('M[0..9]')],
      [
        [5, 1, 0],
        [3, 1, 0],
        [2, 1, 0],
      ],
    ],
    [
      'instances',
      [
        'chip',
        storage('B'),
        storage('C', ', instances: 12, meshX: 4'),
        mac('M', ', instances: 24, meshX: 4, meshY: 6'),
      ],
      [undefined, [4, 3, 0], [1, 2, 0]],
    ],
  ])('are by %s', (_, parts, fanouts) => {
    expect(fanoutsOf(...parts)).toEqual(fanouts);
  });

  it('are refused where grids do not go together', () => {
    const glued = ARCHITECTURE.replace('{datawidth: 16, meshX: 16}', '{datawidth: 16}') + ENERGIES;
    expect(problemsOf(glued)).toEqual([
      'a.yaml:22:17: architecture.subtree[0].subtree[0].subtree[0].local[1].name: found "256 × 1 of MAC"; allowed: a grid with as many along X and along Y as the 16 × 16 of RF, or a multiple (meshX says how many along X, by default all)',
    ]);
    expect(problemsOf(withGlb('depth: 1, meshX: 3'))[0]).toContain(
      'attributes.meshX: found "3 × ?"; allowed: meshX × meshY that makes the 1 instances',
    );
  });
});

describe('an energy reference table', () => {
  const energiesOf = (ert: string) => {
    const { architecture, notes } = read(withGlb('depth: 1').replace(/^ERT.*$/m, ert));
    return { glb: architecture.levels[1]!.energy, mac: architecture.macEnergy, notes };
  };
  const ert = (glb: string, mac = '{ name: compute, energy: 1 }') =>
    `ERT: { tables: [{ name: a.GLB, actions: [${glb}] }, { name: 'a[0..3].b.DRAM[0..1]', actions: [${glb}] }, { name: MAC, actions: [${mac}] }] }`;

  it('is read by the names of actions that Timeloop knows, the first that there is', () => {
    const actions = (...names: string[]) =>
      names.map((name, i) => `{ name: ${name}, energy: ${i + 1} }`).join(', ');
    const fine = ert(actions('read', 'write', 'update'), actions('compute', 'mac_random'));
    expect(energiesOf(fine)).toMatchObject({ glb: { read: 1, fill: 2, update: 3 }, mac: 2 });
    const random = ert(actions('update', 'read', 'fill', 'write', 'random_read'), actions('mult'));
    expect(energiesOf(random)).toMatchObject({ glb: { read: 5, fill: 3, update: 1 }, mac: 1 });
    expect(energiesOf(ert(actions('read', 'write')))).toMatchObject({ glb: { read: 1, fill: 2, update: 2 } });
    const both = ert(actions('read', 'random_write', 'update'));
    expect(energiesOf(both)).toMatchObject({ glb: { read: 1, fill: 2, update: 2 } });
  });

  it('may be as in version 0.2, the largest of several energies counting', () => {
    const old = `ERT: { version: 0.2, tables: {
      system.GLB: { read: [{ arguments: { a: 0 }, energy: 0.5 }, { arguments: { a: 1 }, energy: 3 }], write: { energy: 2 }, idle: { energy: 9 } },
      system.DRAM: { read: { energy: 1 }, write: { energy: 2 } }, MAC: { mac: { energy: 7 } } } }`;
    expect(energiesOf(old)).toEqual({
      glb: { read: 3, fill: 2, update: 2 },
      mac: 7,
      notes: [
        'of several energies, the largest counts: read of GLB',
        'no energy is counted for these actions: idle',
      ],
    });
  });

  it('may be in another file, in any order', () => {
    const files = [
      { file: 'e', text: ENERGIES },
      { file: 'a', text: ARCHITECTURE },
    ];
    expect(readTimeloopArchitecture(files)).toEqual(read(ARCHITECTURE + ENERGIES));
    expect(readTimeloopArchitecture(files.toReversed())).toEqual(read(ARCHITECTURE + ENERGIES));
  });

  it.each([
    ['', '1:1: ERT: missing; allowed: an energy reference table beside the architecture'],
    [
      `ERT: { tables: [{ name: DRAM, actions: [${ACTIONS}] }, { name: GBL, actions: [] }, { name: MAC, actions: [] }] }`,
      '7:19: architecture.subtree[0].local[1].name: found "GLB" (did you mean GBL?); allowed: a component of which the ERT has a table: DRAM, GBL, MAC',
    ],
    [
      ert('{ name: write, energy: 1 }'),
      '6:19: architecture.subtree[0].local[0].name: found "DRAM with write in the ERT"; allowed: a table with the energy of a read: random_read, read',
      '7:19: architecture.subtree[0].local[1].name: found "GLB with write in the ERT"; allowed: a table with the energy of a read: random_read, read',
    ],
    [
      'ERT: { tables: 3 }',
      '9:16: ERT.tables: found 3; allowed: a list of tables, each with name and actions',
    ],
  ])('is refused as %j', (table, ...lines) => {
    const found = problemsOf(withGlb('depth: 1').replace(/^ERT.*$/m, table!));
    expect(found).toEqual(lines.map((line) => expect.stringContaining(`a.yaml:${line}`)));
  });

  it('is refused with energies that are none, or of wires', () => {
    expect(problemsOf(withGlb('depth: 1').replace('energy: 12', 'energy: -1'))).toEqual([
      'a.yaml:9:65: ERT.tables[0].actions[0].energy: found -1; allowed: a number from 0 to 1000000000000',
    ]);
    const wire = withGlb('depth: 1').replace(
      '[{ name: x',
      '[{ name: a.wire, actions: [{ name: transfer_random, energy: 1 }] }, { name: x',
    );
    expect(problemsOf(wire)).toEqual([
      'a.yaml:9:25: ERT.tables[0].name: found "wire"; allowed: no energy of wires by their length, as the model has none',
    ]);
    expect(read(wire.replace('energy: 1 }', 'energy: 0 }')).notes).toEqual([
      'no level has these tables of the ERT: wire',
    ]);
  });
});

describe('architecture_constraints', () => {
  const withConstraints = (...targets: string[]) =>
    `${withGlb('depth: 1')}architecture_constraints: { targets: [${targets.join(', ')}] }\n`;

  it('say by bypass what a level cannot hold', () => {
    const bypass = '{ target: GLB, type: bypass, bypass: [Weights, Outputs] }';
    const { architecture, notes } = read(withConstraints(bypass));
    expect(architecture.levels.map(({ holds }) => holds)).toEqual([
      ['weights', 'inputs', 'outputs'],
      ['inputs'],
    ]);
    expect(notes).toEqual([]);
    const inParts = [
      '{ target: 0, type: datatype, bypass: [Weights] }',
      '{ target: GLB, type: bypass, bypass: [Outputs], keep: [Inputs] }',
    ];
    const others = ['{ target: DRAM, type: temporal, permutation: PQRS }'];
    expect(read(withConstraints(...inParts, ...others))).toEqual({
      architecture,
      notes: [
        "of the architecture's constraints, only what levels bypass is read, not keep of GLB, temporal of DRAM",
      ],
    });
  });

  it.each([
    [
      '{ target: GLX, type: bypass }',
      'targets[0].target: found "GLX" (did you mean GLB?); allowed: a memory of the architecture: DRAM, GLB',
    ],
    [
      '{ target: 2, type: bypass }',
      'targets[0].target: found 2; allowed: a memory of the architecture: DRAM, GLB',
    ],
    [
      '{ target: GLB, type: bypass, bypass: [Weight] }',
      'targets[0].bypass[0]: found "Weight" (did you mean Weights?); allowed: a data space of the problem: Weights, Inputs, Outputs',
    ],
    [
      '{ target: DRAM, type: bypass, bypass: [Inputs] }',
      'targets[0].bypass: found ["Inputs"]; allowed: nothing at DRAM: the outermost memory holds everything',
    ],
  ])('are refused as %s', (target, problem) => {
    expect(problemsOf(withConstraints(target))).toEqual([
      expect.stringMatching(/^a\.yaml:10:\d+: architecture_constraints\./),
    ]);
    expect(problemsOf(withConstraints(target))[0]).toContain(problem);
  });
});

describe('an architecture is refused', () => {
  const GLB = 'architecture.subtree[0].local[1]';

  it.each([
    [
      'depth: 1, cluster-size: 4',
      `${GLB}.attributes.cluster-size: found 4; allowed: 1: the model has no rows that instances share`,
    ],
    [
      'depth: 1, width: 64, block-size: 1',
      `${GLB}.attributes.width: found 64; allowed: 16 bits of a word × 1 words of a row: the model has no rows that instances share`,
    ],
    [
      'depth: 1, width: 20',
      `${GLB}.attributes.width: found 20; allowed: a multiple of the 16 bits of a word`,
    ],
    ['depth: 1, entries: 1', `${GLB}.attributes.depth: found 1; allowed: one size, which entries is already`],
    ['depth: 1.5', `${GLB}.attributes.depth: found 1.5; allowed: a whole number from 0 to 1000000000000`],
    [
      'depth: 1e12, block-size: 1e9',
      `${GLB}.attributes.depth: found "1e+21 words"; allowed: at most 1000000000000 words`,
    ],
    ['depth: 1, datawidth: 0', `${GLB}.attributes.datawidth: found 0; allowed: a whole number from 1 to 64`],
    [
      'depth: 1, multiple-buffering: 3',
      `${GLB}.attributes.multiple-buffering: found 3; allowed: 1, or 2 where each tile has its space twice`,
    ],
    [
      'depth: 1, min-utilization: 0.5',
      `${GLB}.attributes.min-utilization: found 0.5; allowed: 0: the model has no least fill of a memory`,
    ],
    [
      'depth: 1, network_read: noc',
      `${GLB}.attributes.network_read: found "noc"; allowed: none: the model has no networks with names`,
    ],
    [
      'depth: 1, router-energy: 2',
      `${GLB}.attributes.router-energy: found 2; allowed: 0: the model knows words over a fan-out, no hops`,
    ],
    [
      'depth: 1, network-type: "M:N"',
      `${GLB}.attributes.network-type: found "M:N"; allowed: 1:1 or 1:N: a level serves those below it only`,
    ],
    [
      'depth: 1, read_bandwidth: 0',
      `${GLB}.attributes.read_bandwidth: found 0; allowed: a number from 0.000001 to 1000000000000`,
    ],
    [
      'width: 16',
      `${GLB}.attributes.depth: missing; allowed: depth, entries or sizeKB: only DRAM is without limit`,
    ],
  ])('with %s', (attributes, problem) => {
    const [line, ...others] = problemsOf(withGlb(attributes));
    expect(line).toMatch(/^a\.yaml:7:\d+: /);
    expect(line).toContain(problem);
    expect(others).toEqual([]);
  });

  it.each<[from: string | RegExp, to: string, line: string]>([
    [
      'class: SRAM',
      'class: XY_NoC',
      `7:33: ${GLB}.class: found "XY_NoC"; allowed: a memory or arithmetic: the model knows words over a fan-out, but no networks of a class`,
    ],
    [
      'class: SRAM',
      'class: counter',
      `7:33: ${GLB}.class: found "counter"; allowed: a class with DRAM, SRAM, regfile, smartbuffer or storage in its name, or mac or compute`,
    ],
    [
      'class: SRAM',
      'class: fpmac',
      '8:19: architecture.subtree[0].local[2].name: found "MAC"; allowed: one component that computes',
    ],
    [
      'class: intmac',
      'class: SRAM, depth: 1',
      '2:3: architecture: missing; allowed: a component that computes, of a class with mac or compute in its name',
    ],
    ["'GLB'", "'DRAM'", `7:19: ${GLB}.name: found "DRAM"; allowed: a name that no other memory has`],
    [
      "'GLB'",
      "'GLB[0..]'",
      `7:19: ${GLB}.name: found "GLB[0..]"; allowed: a name of printable characters, or one with a range of instances, such as PE[0..255]`,
    ],
    [
      "'GLB'",
      "'GLB[5..4]'",
      `7:19: ${GLB}.name: found "GLB[5..4]"; allowed: a name of printable characters, or one with a range of instances, such as PE[0..255]`,
    ],
    [
      "'GLB'",
      "'toString'",
      `7:19: ${GLB}.name: found "toString"; allowed: another name, as results could not be kept by this one`,
    ],
    [
      'name: small',
      "name: 'small[0..1]'",
      '6:19: architecture.subtree[0].local[0].name: found "2 instances of DRAM"; allowed: one of the outermost memory',
    ],
    [
      'name: small',
      'nam: small',
      '4:7: architecture.subtree[0].name: missing; allowed: text that is not empty (a number in quotes)',
    ],
    [
      /subtree:\n/,
      'nodes:\n',
      '2:3: architecture.subtree: missing; allowed: a list of one node, the layout of versions 0.2 and 0.3',
    ],
    [
      / {4}- name: small/,
      '    - name: other\n    - name: small',
      '4:5: architecture.subtree: found "2 nodes"; allowed: one node below each',
    ],
    [
      /^architecture:/,
      'mapping: []\narch_:',
      '1:1: architecture: missing; allowed: an architecture, in a file of Timeloop',
    ],
    [
      /^architecture:/,
      'arch: {}\narchitecture:',
      '3:3: architecture: found "architecture"; allowed: one architecture or arch, which a.yaml has already',
    ],
  ])('with %s as %s', (from, to, line) => {
    const text = withGlb('depth: 1').replace(from, to);
    expect(text).not.toBe(withGlb('depth: 1'));
    expect(problemsOf(text)).toEqual([`a.yaml:${line}`]);
  });

  it('soon, however large it is', () => {
    const many = (text: string, count: number) => Array.from({ length: count }, () => text).join(', ');
    const components = `architecture: { subtree: [{ name: a, local: [${many('{ name: a, class: SRAM, depth: 1 }', 2000)}, { name: m, class: mac }] }] }\nERT: { tables: [] }`;
    expect(problemsOf(components)[0]).toContain('found "2000 memories"; allowed: 1 to 10');
    const opened = 'subtree: [{ name: "a[0..999999998]", '.repeat(30);
    const nested = `architecture: { ${opened}${'}]'.repeat(30)} }\nERT: { tables: [] }`;
    expect(problemsOf(nested)[0]).toContain(
      'found "999999998000000000 instances"; allowed: at most 1000000000000',
    );
    const endless = 'architecture: { subtree: [&a { name: b, subtree: [*a] }] }\nERT: { tables: [] }';
    expect(problemsOf(endless)).toEqual(['a.yaml:1:51: *a inside of what it stands for']);
    const tables = `${ARCHITECTURE}ERT: { tables: [${many('{ name: x, actions: [{ name: read, energy: 1 }] }', 2000)}] }`;
    expect(problemsOf(tables)[0]).toContain('found "DRAM"');
  });

  it('with nothing but InputErrors with positions', () => {
    const old = withGlb('depth: 8, width: 32').replace(
      /^ERT.*$/m,
      'ERT: { tables: { a.GLB: { read: { energy: 1 }, write: [{ energy: 2 }] }, DRAM: { read: { energy: 1 }, write: { energy: 2 } }, MAC: { mac: { energy: 7 } } } }',
    );
    const constrained = `${old}architecture_constraints: { targets: [{ target: GLB, type: bypass, bypass: [Weights] }] }\n`;
    expect(problemsOf(constrained)).toEqual([]);
    fc.assert(
      fc.property(anyText(ARCHITECTURE + ENERGIES, constrained), (text) => {
        expectResultOrProblems(read, text);
      }),
      { numRuns: 1000 },
    );
  });
});
