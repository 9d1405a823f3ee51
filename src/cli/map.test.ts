import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evaluateNest } from '../loopnest/evaluate.ts';
import { parseArchitecture } from '../loopnest/files/architecture-file.ts';
import { parseMapping } from '../loopnest/files/mapping-file.ts';
import { parseProblem } from '../loopnest/files/problem-file.ts';
import { architecturePreset } from '../loopnest/presets.ts';
import { convolution, macsOf } from '../loopnest/problem.ts';
import { ARCHITECTURE, ENERGIES, PROBLEM } from '../loopnest/timeloop/example.testing.ts';
import { readTimeloop } from '../loopnest/timeloop/reading.ts';
import { readCsv, readParquet } from '../report/data-table.testing.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

// The contract with scripts: fields may be added, but none of these may change or go

const count = z.int().min(0);
const amount = z.number().min(0);
const tensors = z.array(z.enum(['weights', 'inputs', 'outputs']));
const loops = z.array(z.tuple([z.string(), z.int().min(1)]));

const mapping = z.strictObject({
  levels: z.array(
    z.strictObject({
      name: z.string(),
      keep: tensors,
      temporal: loops,
      spatialX: loops.optional(),
      spatialY: loops.optional(),
    }),
  ),
});

const accesses = z.object({ reads: count, fills: count, updates: count, tile: count, instances: count });

const layer = z.looseObject({
  name: z.string(),
  macs: count,
  cycles: count,
  utilization: z.number().min(0).max(1),
  energy: z.strictObject({
    total: amount,
    perMac: amount,
    byLevel: z.record(z.string(), amount),
    byTensor: z.strictObject({ weights: amount, inputs: amount, outputs: amount }),
  }),
  mapping,
  counts: z.record(z.string(), z.record(z.string(), accesses)),
  search: z.object({
    spaceSize: amount,
    visited: count,
    pruned: amount,
    proven: z.boolean(),
    lowerBound: amount,
  }),
});

const document = z.looseObject({
  network: z.string(),
  convention: z.enum(['true', 'timeloop']),
  layers: z.array(layer),
});

const noNest = z.looseObject({
  name: z.string(),
  macs: count,
  feasible: z.literal(false),
  reason: z.object({
    limit: z.enum(['constraints', 'architecture', 'time']),
    rules: z.array(z.array(z.string())),
    broken: z.array(z.unknown()),
    message: z.string(),
  }),
});

const NETWORK = write(
  'small.yaml',
  `name: small
layers:
  - { name: a, type: conv, input: [4, 12, 12], filters: 8, kernel: 3, pad: 1, groups: 2 }
  - { name: pool, type: pool, input: [8, 12, 12], kernel: 2 }
  - { name: b, type: conv, input: [4, 12, 12], filters: 8, kernel: 3, pad: 1, groups: 2 }
  - { name: c, type: fc, input: [6], filters: 10 }
`,
);

const MACHINE = `name: tiny
levels:
  - { name: DRAM, energy: 100 }
  - { name: GLB, capacity: 300, energy: 5, fanout: { x: 4, y: 2, energy: 1 } }
  - { name: RF, capacity: 12, energy: 1 }
mac: { energy: 1 }
`;
const HARDWARE = write('tiny.yaml', MACHINE);

/** What is printed by a command that does its work. */
async function printed(...flags: readonly string[]): Promise<string> {
  const { code, out, err } = await rowhouse('map', ...flags);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

/** The one JSON document on standard output. */
async function json(...flags: readonly string[]): Promise<z.infer<typeof document>> {
  const out = await printed(...flags, '--json');
  expect(out).toMatch(/^\{.*\}\n$/s);
  return document.parse(JSON.parse(out));
}

const onTiny = (...flags: readonly string[]) => json(NETWORK, '--hardware', HARDWARE, ...flags);

const total = (result: z.infer<typeof document>) =>
  result.layers.reduce((sum, { energy }) => sum + energy.total, 0);

describe('map --json', () => {
  it('keeps the contract, and has the numbers of its own mappings', async () => {
    const result = await onTiny('--batch', '2');
    expect(result).toMatchObject({
      network: 'small',
      batch: 2,
      hardware: 'tiny',
      constraints: 'none',
      objective: 'energy',
      factors: 'perfect',
      convention: 'true',
      buffers: 'kept',
      axes: 'one',
    });
    expect(result.layers.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const sizes = { N: 2, M: 4, C: 2, R: 3, S: 3, P: 12, Q: 12, groups: 2 };
    const problems = [
      convolution('a', sizes),
      convolution('b', sizes),
      convolution('c', { N: 2, M: 10, C: 6 }),
    ];
    for (const [i, { name, macs, mapping, search, ...layer }] of result.layers.entries()) {
      const { counts, cycles, energy, utilization, broken } = evaluateNest(
        problems[i]!,
        parseArchitecture(MACHINE, ''),
        mapping,
      );
      expect(broken).toEqual([]);
      expect(layer).toMatchObject({ counts, cycles, energy, utilization });
      expect(macs).toBe(macsOf(problems[i]!));
      expect(search).toMatchObject({ proven: true, lowerBound: energy.total });
    }
  });

  it('maps onto the machine of the Eyeriss paper by default', async () => {
    const { layers, ...facts } = await json('alexnet', '--layers', 'CONV1');
    expect(facts).toMatchObject({ hardware: 'eyeriss-like-256' });
    expect(layers[0]!.energy.perMac).toBeCloseTo(5.8453, 5);
    expect(await json('alexnet', '--layers', 'CONV1', '--hardware', 'eyeriss-like-256')).toEqual({
      ...facts,
      layers,
    });
  });

  it('heeds every flag', async () => {
    const plain = total(await onTiny());
    const bypass = await onTiny('--bypass');
    expect(bypass).toMatchObject({ buffers: 'free', constraints: 'none, bypass' });
    expect(total(bypass)).toBeLessThan(plain);
    const axes = await onTiny('--axes', 'both');
    expect(axes).toMatchObject({ axes: 'both', constraints: 'none, both axes' });
    expect(total(axes)).toBeLessThanOrEqual(plain);
    const imperfect = await onTiny('--factors', 'imperfect');
    expect(imperfect).toMatchObject({ factors: 'imperfect' });
    expect(total(imperfect)).toBeLessThanOrEqual(plain);
    const delay = await onTiny('--objective', 'delay', '--layers', 'c');
    expect(delay).toMatchObject({ objective: 'delay' });
    expect(delay.layers.map(({ name }) => name)).toEqual(['c']);
    expect(delay.layers[0]!.search.lowerBound).toBe(delay.layers[0]!.cycles);
    expect(await onTiny('--convention', 'timeloop')).toMatchObject({ convention: 'timeloop' });
  });

  it('keeps to constraints of a file', async () => {
    const text = `name: mine
axes: both
levels:
  GLB: { temporal: { only: [P, Q, N, G] } }
  RF: { bypass: [inputs] }
`;
    const result = await onTiny('--constraints', write('mine.yaml', text));
    expect(result).toMatchObject({ constraints: 'mine', axes: 'both', buffers: 'kept' });
    for (const { mapping } of result.layers) {
      const [, glb, rf] = mapping.levels;
      for (const [dimension] of glb!.temporal) expect('PQNG').toContain(dimension);
      expect(rf!.keep).toEqual(['weights', 'outputs']);
    }
    const one = await onTiny('--constraints', at('mine.yaml'), '--axes', 'one', '--bypass');
    expect(one).toMatchObject({ constraints: 'mine, bypass, one axis', axes: 'one', buffers: 'free' });
  });

  it('keeps to constraints that come with Rowhouse', async () => {
    const { layers } = await json('alexnet', '--layers', 'CONV3', '--constraints', 'row-stationary');
    const [, glb] = layers[0]!.mapping.levels;
    expect(glb!.spatialY).toContainEqual(['R', 3]);
  });

  it('says why a layer has no mapping, and is done', async () => {
    const small = write('none.yaml', MACHINE.replace('capacity: 12', 'capacity: 2'));
    const out = await printed(NETWORK, '--hardware', small, '--json', '--layers', 'a');
    const { layers } = JSON.parse(out);
    expect(noNest.parse(layers[0])).toMatchObject({ name: 'a', reason: { limit: 'architecture' } });
    const table = await printed(NETWORK, '--hardware', small, '--layers', 'a');
    const picture = await rowhouse(
      ...['map', NETWORK, '--hardware', small, '--layers', 'a'],
      ...['--format', 'svg', '--out', at('none.svg')],
    );
    expect(picture).toMatchObject({ code: 0, out: '' });
    expect(picture.err).toMatch(/^rowhouse: a cannot be mapped: .*\n$/);
    expect(table.replace(/\s+/g, ' ')).toContain(picture.err.slice('rowhouse: '.length).trim());
  });
});

describe('map --problem', () => {
  const ATTENTION = `name: attention
type: general
sizes: { B: 2, I: 8, J: 8, K: 4 }
tensors: { weights: [B, J, K], inputs: [B, I, K], outputs: [B, I, J] }
`;
  const file = write('attention.yaml', ATTENTION);

  it('maps a problem of any form', async () => {
    const result = await json('--problem', file, '--hardware', HARDWARE);
    expect(result).toMatchObject({ network: 'attention', batch: 1, hardware: 'tiny', constraints: 'none' });
    expect(result.layers.map(({ name, macs }) => [name, macs])).toEqual([['attention', 512]]);
    const [{ mapping, energy, search }] = result.layers as [z.infer<typeof layer>];
    const problem = parseProblem(ATTENTION, file);
    expect(evaluateNest(problem, parseArchitecture(MACHINE, ''), mapping).energy).toEqual(energy);
    expect(search).toMatchObject({ proven: true, lowerBound: energy.total });
    const table = await printed('--problem', file, '--hardware', HARDWARE);
    expect(table).toMatch(/^attention · batch 1 · tiny .*\n.*^loops /ms);
  });

  it('knows the dimensions of the problem in constraints', async () => {
    const rules = write('heads.yaml', 'levels: { DRAM: { temporal: { only: [B, J] } } }');
    const flags = ['--problem', file, '--hardware', HARDWARE];
    const result = await json(...flags, '--constraints', rules);
    expect(result.constraints).toBe('heads');
    for (const [dimension] of result.layers[0]!.mapping.levels[0]!.temporal)
      expect('BJ').toContain(dimension);
    const wrong = write('filters.yaml', 'levels: { GLB: { spatialX: { only: [M] } } }');
    const { code, err } = await rowhouse('map', ...flags, '--constraints', wrong);
    expect(code).toBe(2);
    expect(err).toMatch(/only\[0\]: found "M"; allowed: dimensions: B, I, J, K\n$/);
  });

  it('takes a layer of a network, with a batch, as that network does', async () => {
    const whole = await onTiny('--layers', 'c', '--batch', '3');
    const one = await json('--problem', `${NETWORK}:c`, '--batch', '3', '--hardware', HARDWARE);
    expect(one).toEqual({ ...whole, network: 'c' });
  });

  it('takes problems of Timeloop, beside an architecture or in its file', async () => {
    const flags = ['--hardware', write('timeloop.yaml', ARCHITECTURE + ENERGIES), '--time', '100', '--json'];
    const { err, out } = await rowhouse('map', '--problem', write('prob.yaml', PROBLEM), ...flags);
    expect(err).toBe('rowhouse: no level has these tables of the ERT: COL\n');
    const result = document.parse(JSON.parse(out));
    expect(result.layers[0]!.macs).toBe(149_520_384);
    const all = write('timeloop-all.yaml', ARCHITECTURE + ENERGIES + PROBLEM);
    expect(JSON.parse((await rowhouse('map', '--problem', all, '--json')).out)).toEqual(JSON.parse(out));
  });

  it("writes files that say the same, in Timeloop's form and its own", async () => {
    const free = write('free-network.yaml', MACHINE.replace(', energy: 1 }', ' }'));
    const flags = ['--problem', file, '--hardware', free, '--json', '--export'];
    const { out, code } = await rowhouse('map', ...flags, at('attention'), '--export-as', 'rowhouse');
    expect(code).toBe(0);
    expect(readdirSync(at('attention')).sort()).toEqual([
      ...['01-attention.mapping.yaml', '01-attention.problem.yaml', 'architecture.yaml'],
    ]);
    const [{ energy }] = document.parse(JSON.parse(out)).layers as [z.infer<typeof layer>];
    const text = (name: string) => readFileSync(at(`attention/${name}`), 'utf8');
    const problem = parseProblem(text('01-attention.problem.yaml'), 'p');
    const mapping = parseMapping(text('01-attention.mapping.yaml'), 'm');
    expect(evaluateNest(problem, parseArchitecture(text('architecture.yaml'), 'a'), mapping).energy).toEqual(
      energy,
    );
  });
});

describe('a time', () => {
  it('that is long enough changes nothing', async () => {
    expect(await onTiny('--time', '100')).toEqual(await onTiny());
  });

  it('that is too short tells what was found until then, or that nothing was', async () => {
    const words = ['resnet-50', '--layers', 'res2a_branch2b,res3a_branch2b', '--bypass', '--time', '.02'];
    const { layers } = JSON.parse(await printed(...words, '--json'));
    expect(layers).toHaveLength(2);
    for (const one of layers) {
      if (!one.feasible) {
        expect(noNest.parse(one).reason.limit).toBe('time');
        continue;
      }
      const { search, energy } = layer.parse(one);
      expect(search.proven).toBe(false);
      expect(search.lowerBound).toBeLessThanOrEqual(energy.total);
    }
    expect(await printed(...words)).toMatch(/Not proven for|No mapping was found in the time given/);
  });
});

describe('the hardware', () => {
  const [tree, table] = [write('arch.yaml', ARCHITECTURE), write('ert.yaml', ENERGIES)];
  const COL = 'rowhouse: no level has these tables of the ERT: COL\n';

  it.each([
    [[`${tree},${table}`]],
    [[tree, '--hardware', table]],
    [[write('all.yaml', ARCHITECTURE + ENERGIES)]],
  ])('may be files of Timeloop: %#', async (words) => {
    const flags = [NETWORK, '--layers', 'c', '--json', '--hardware'];
    const { code, out, err } = await rowhouse('map', ...flags, ...words);
    expect({ code, err }).toEqual({ code: 0, err: COL });
    const ours = JSON.parse(await printed(...flags, 'eyeriss-like-256'));
    expect(JSON.parse(out)).toEqual({ ...ours, hardware: 'system' });
  });

  it('may be JSON', async () => {
    const levels = [{ name: 'DRAM', energy: 2 }];
    const file = write('dram.json', JSON.stringify({ name: 'dram', levels, mac: { energy: 1 } }));
    expect(await json(NETWORK, '--hardware', file)).toMatchObject({ hardware: 'dram' });
  });

  it('may be a file with a comma in its name', async () => {
    const file = write('a,b.yaml', MACHINE);
    expect(await json(NETWORK, '--layers', 'c', '--hardware', file)).toMatchObject({ hardware: 'tiny' });
  });
});

describe('formats of a mapping', () => {
  const beginnings = {
    table: /^small · batch 1 · tiny · least energy · constraints none\n/,
    json: /^\{\n/,
    csv: /^network,batch,/,
    parquet: /^PAR1.*PAR1$/s,
    svg: /^<svg/,
  };

  it.each(Object.entries(beginnings))('%s, on standard output and in a file', async (format, beginning) => {
    const words = [NETWORK, '--hardware', HARDWARE, '--format', format];
    const shown = await printed(...words);
    expect(shown).toMatch(beginning);
    const file = at(`nest.${format}`);
    expect(await printed(...words, '--out', file)).toBe('');
    expect(readFileSync(file, format === 'parquet' ? 'latin1' : 'utf8')).toBe(shown);
  });

  it('csv and parquet say the same as JSON', async () => {
    const words = [NETWORK, '--hardware', HARDWARE];
    const { layers } = await json(...words);
    const csv = readCsv(await printed(...words, '--format', 'csv'));
    const file = at('nest.parquet');
    await printed(...words, '--format', 'parquet', '--out', file);
    const { lines } = await readParquet(readFileSync(file));
    expect(lines.map((line) => Object.values(line).map((value) => String(value ?? '')))).toEqual(
      csv.slice(1),
    );
    const energies = new Set(lines.map(({ layer, energy_total }) => `${layer} ${energy_total}`));
    expect(energies).toEqual(new Set(layers.map(({ name, energy }) => `${name} ${energy.total}`)));
  });

  it('show the loops of one layer, or of all that are wanted', async () => {
    const words = [NETWORK, '--hardware', HARDWARE];
    const nests = (text: string) => text.match(/^loops /gm)?.length ?? 0;
    expect(nests(await printed(...words))).toBe(0);
    expect(nests(await printed(...words, '--nests'))).toBe(3);
    expect(nests(await printed(...words, '--layers', 'c'))).toBe(1);
  });
});

describe('--export', () => {
  const FILES = ['01-a.mapping.yaml', '01-a.problem.yaml', '02-c.mapping.yaml', '02-c.problem.yaml'];
  const free = write('free.yaml', MACHINE.replace(', energy: 1 }', ' }'));
  const words = [NETWORK, '--hardware', free, '--layers', 'a,c', '--json', '--export'];

  const exported = async (name: string, files: number, ...flags: readonly string[]) => {
    const { code, out, err } = await rowhouse('map', ...words, at(name), ...flags);
    expect({ code, err }).toEqual({
      code: 0,
      err: `rowhouse: ${files} files are written to ${at(name)}\n`,
    });
    return document.parse(JSON.parse(out));
  };

  it("writes files of Timeloop's, which say the same", async () => {
    const { layers } = await exported('timeloop', 6);
    expect(readdirSync(at('timeloop')).sort()).toEqual([...FILES, 'architecture.yaml', 'ert.yaml']);
    const fileOf = (name: string) => ({ file: name, text: readFileSync(at(`timeloop/${name}`), 'utf8') });
    for (const [i, stem] of ['01-a', '02-c'].entries()) {
      const names = ['architecture.yaml', 'ert.yaml', `${stem}.problem.yaml`, `${stem}.mapping.yaml`];
      const { problem, architecture, mapping } = readTimeloop(names.map(fileOf));
      const evaluation = evaluateNest(problem!, architecture!, mapping!);
      expect(evaluation.energy).toEqual(layers[i]!.energy);
      expect(evaluation.counts).toEqual(layers[i]!.counts);
    }
  });

  it("writes Rowhouse's own, which evaluate takes", async () => {
    mkdirSync(at('own'));
    const { layers } = await exported('own', 5, '--export-as', 'rowhouse');
    expect(readdirSync(at('own')).sort()).toEqual([...FILES, 'architecture.yaml']);
    const text = (name: string) => readFileSync(at(`own/${name}`), 'utf8');
    expect(text('architecture.yaml')).toMatch(/^# yaml-language-server: .*1\.2\.3\/schemas\/architecture\./);
    const architecture = parseArchitecture(text('architecture.yaml'), 'a');
    for (const [i, stem] of ['01-a', '02-c'].entries()) {
      const problem = parseProblem(text(`${stem}.problem.yaml`), 'p');
      const mapping = parseMapping(text(`${stem}.mapping.yaml`), 'm');
      expect(mapping.levels.map(({ temporal }) => temporal)).toEqual(
        layers[i]!.mapping.levels.map(({ temporal }) => temporal),
      );
      expect(evaluateNest(problem, architecture, mapping).energy).toEqual(layers[i]!.energy);
    }
  });

  it('tells what other files are in the folder', async () => {
    mkdirSync(at('full'));
    write('full/09-z.problem.yaml', '');
    const flags = ['--layers', 'c', '--export', at('full'), '--hardware', free];
    const told = async () => (await rowhouse('map', NETWORK, ...flags)).err;
    expect(await told()).toBe(`rowhouse: 4 files are written to ${at('full')}, where 1 other was already\n`);
    write('full/notes.txt', '');
    expect(await told()).toBe(
      `rowhouse: 4 files are written to ${at('full')}, where 2 others were already\n`,
    );
  });

  it('leaves out what has no mapping, or one that Timeloop cannot say, and says so', async () => {
    const narrow = write('narrow.yaml', MACHINE.replace(', energy: 1 }', ' }').replace('x: 4, y: 2', 'x: 8'));
    const flags = [NETWORK, '--hardware', narrow, '--layers', 'c', '--objective', 'delay'];
    const padded = await rowhouse('map', ...flags, '--factors', 'imperfect', '--export', at('padded'));
    expect(padded.code).toBe(0);
    expect(padded.err).toMatch(
      /^rowhouse: c is left out of the files: levels: found "M = 12"; allowed: factors of M that multiply to 10; with --export-as rowhouse, anything\nrowhouse: 2 files are written to \S+padded\n$/,
    );
    expect(readdirSync(at('padded')).sort()).toEqual(['architecture.yaml', 'ert.yaml']);
    const none = write('too-small.yaml', MACHINE.replace('capacity: 12', 'capacity: 2'));
    const words = [NETWORK, '--hardware', none, '--layers', 'a', '--export-as', 'rowhouse'];
    const { code, err } = await rowhouse('map', ...words, '--export', at('none'));
    expect({ code, err }).toEqual({
      code: 0,
      err: `rowhouse: a is left out of the files: it has no mapping\nrowhouse: 1 file is written to ${at('none')}\n`,
    });
  });
});

it('tells that constraints by the name of the hardware are not used', async () => {
  const { CONSTRAINTS_PRESET_NAMES, ARCHITECTURE_PRESET_NAMES } = await import('../loopnest/presets.ts');
  const pairs = ARCHITECTURE_PRESET_NAMES.filter((name) => CONSTRAINTS_PRESET_NAMES.includes(name));
  for (const name of pairs) {
    const words = ['map', NETWORK, '--layers', 'c', '--hardware', name];
    const told = await rowhouse(...words);
    expect(told.err).toBe(
      `rowhouse: there are constraints ${name}, too, which are not used: --constraints ${name}\n`,
    );
    expect((await rowhouse(...words, '--constraints', name)).err).toBe('');
  }
  expect(architecturePreset(ARCHITECTURE_PRESET_NAMES[0]!).name).toBe('eyeriss-like-256');
});
