import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCsv, readParquet } from '../report/data-table.testing.ts';
import { networkOf, rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

// The contract with scripts: fields may be added, but none of these may change or go

const count = z.int().min(0);
const amount = z.number().min(0);
const words = z.strictObject({ ifmap: amount, weight: amount, psum: amount });

const feasibleLayer = z.object({
  name: z.string(),
  feasible: z.literal(true),
  macs: count,
  activePes: count,
  delay: amount,
  mapping: z.record(z.string(), count),
  accesses: z.strictObject({ dram: words, glb: words, array: words, rf: words }),
  energy: z.strictObject({
    total: amount,
    perMac: amount,
    byLevel: z.strictObject({ alu: amount, dram: amount, glb: amount, array: amount, rf: amount }),
    byData: words,
  }),
  edp: amount,
  search: z.object({ spaceSize: amount, visited: count, pruned: amount, proven: z.boolean() }),
});

const infeasibleLayer = z.object({
  name: z.string(),
  feasible: z.literal(false),
  reason: z.object({ limit: z.string(), needed: amount, available: amount, message: z.string().min(20) }),
});

const total = z.object({
  macs: count,
  energyPerMac: amount,
  dramPerMac: amount,
  delayPerMac: amount,
  edp: amount,
});

const dataflowResult = z.object({
  dataflow: z.enum(['RS', 'WS', 'OSA', 'OSB', 'OSC', 'NLR']),
  feasible: z.boolean(),
  hardware: z.strictObject({ pes: count, rfBytes: count, glbBytes: count }),
  layers: z.array(z.discriminatedUnion('feasible', [feasibleLayer, infeasibleLayer])),
  total: total.nullable(),
});

const analysis = z.object({
  network: z.string(),
  batch: count,
  objective: z.enum(['energy', 'edp', 'delay', 'dram']),
  results: z.array(dataflowResult),
});

/** The one JSON document on standard output. */
async function json(...flags: readonly string[]): Promise<z.infer<typeof analysis>> {
  const { code, out, err } = await rowhouse('analyze', ...flags, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^\{.*\}\n$/s);
  return analysis.parse(JSON.parse(out));
}

describe('--json', () => {
  it('keeps the contract', async () => {
    const result = await json('alexnet');
    expect(result).toMatchObject({ network: 'alexnet', batch: 16, objective: 'energy' });
    expect(result.results.map(({ dataflow }) => dataflow)).toEqual(['RS', 'WS', 'OSA', 'OSB', 'OSC', 'NLR']);
    for (const { feasible, hardware, layers, total } of result.results) {
      expect(feasible).toBe(true);
      expect(hardware.pes).toBe(256);
      const names = layers.map(({ name }) => name);
      expect(names).toEqual(['CONV1', 'CONV2', 'CONV3', 'CONV4', 'CONV5', 'FC1', 'FC2', 'FC3']);
      let [macs, energy, delay] = [0, 0, 0];
      for (const layer of layers) {
        if (!layer.feasible) throw new Error(`${layer.name} is infeasible`);
        expect(layer.delay).toBeCloseTo(layer.macs / layer.activePes, 6);
        expect(layer.edp).toBeCloseTo((layer.energy.perMac * layer.delay) / layer.macs, 9);
        const { spaceSize, visited, pruned } = layer.search;
        expect((visited + pruned) / spaceSize).toBeCloseTo(1, 12);
        expect(layer.search.proven).toBe(true);
        macs += layer.macs;
        energy += layer.energy.total;
        delay += layer.delay;
      }
      expect(total!.macs).toBe(macs);
      expect(total!.energyPerMac).toBeCloseTo(energy / macs, 9);
      expect(total!.delayPerMac).toBeCloseTo(delay / macs, 9);
    }
  });

  it('says why layers cannot run, and has no total then', async () => {
    const { results } = await json(
      'alexnet',
      '--pes',
      '256',
      '--batch',
      '64',
      '--layers',
      'conv',
      '--dataflow',
      'ws',
    );
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ dataflow: 'WS', feasible: false, total: null });
    const stopped = results[0]!.layers.filter((layer) => !layer.feasible);
    expect(stopped).not.toHaveLength(0);
    for (const { reason } of stopped) {
      expect(reason.limit).toBe('glb');
      expect(reason.needed).toBeGreaterThan(reason.available);
      expect(reason.message).toMatch(/words of GLB.*It would fit with/);
    }
  });

  it('keeps the contract on a chip that can run nothing', async () => {
    const hardware = write('none.yaml', 'name: none\nstorageArea: 1\n');
    const { results } = await json('alexnet', '--hardware', hardware);
    for (const { feasible, total, layers } of results) {
      expect({ feasible, total }).toEqual({ feasible: false, total: null });
      expect(layers.map((layer) => layer.feasible)).not.toContain(true);
    }
  });

  it('heeds every flag', async () => {
    const hardware = write('small.yaml', 'name: small\npes: 16\nrfBytes: 64\nglbBytes: 32768\n');
    const flags = ['--dataflow', 'nlr,RS', '--batch', '2', '--layers', 'FC3,CONV2', '--objective', 'dram'];
    const result = await json('alexnet', ...flags, '--hardware', hardware);
    expect(result).toMatchObject({ batch: 2, objective: 'dram' });
    expect(result.results.map(({ dataflow }) => dataflow)).toEqual(['RS', 'NLR']);
    for (const { layers, hardware } of result.results) {
      expect(hardware).toEqual({ pes: 16, rfBytes: 64, glbBytes: 32_768 });
      expect(layers.map(({ name }) => name)).toEqual(['CONV2', 'FC3']);
    }
    const { results } = await json('alexnet', '--hardware', hardware, '--pes', '32', '--layers', 'POOL1');
    expect(results[0]!.hardware.pes).toBe(32);
  });

  it('names the pooling layers that it leaves out, unless it is told which layers to map', async () => {
    const text = await rowhouse('analyze', 'alexnet');
    expect(text.out).toContain('POOL1, POOL2 and POOL5 do no MACs');
    const told = await rowhouse('analyze', 'alexnet', '--layers', 'conv');
    expect(told.out).not.toContain('POOL');
  });

  it.each([[], ['--format', 'csv'], ['--format', 'parquet']])('lists the networks %s', async (...flags) => {
    const shown = await rowhouse('networks', ...flags);
    expect(shown).toMatchObject({ code: 0, err: '', out: expect.stringContaining('overfeat-fast') });
    const file = at('networks');
    expect(await rowhouse('networks', ...flags, '--out', file)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, flags[1] === 'parquet' ? 'latin1' : 'utf8')).toBe(shown.out);
  });

  it('lists the networks as JSON', async () => {
    const { code, out } = await rowhouse('networks', '--json');
    expect(code).toBe(0);
    const { networks } = JSON.parse(out);
    expect(networks).toHaveLength(7);
    expect(networks[0]).toMatchObject({ name: 'alexnet', layers: 11 });
  });
});

describe('formats', () => {
  const beginnings = {
    table: /^made · batch/,
    json: /^\{\n/,
    csv: /^network,/,
    parquet: /^PAR1.*PAR1$/s,
    html: /^<!doctype html>/,
    svg: /^<svg/,
  };

  it.each(Object.entries(beginnings))('%s, on standard output and in a file', async (format, beginning) => {
    const net = write('net.yaml', networkOf(2));
    const shown = await rowhouse('analyze', net, '--format', format);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(beginning);
    const file = at(`net.${format}`);
    expect(await rowhouse('analyze', net, '--format', format, '--out', file)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const encoding = format === 'parquet' ? 'latin1' : 'utf8';
    expect(readFileSync(file, encoding)).toBe(shown.out);
  });

  it('parquet and csv say the same as JSON', async () => {
    const flags = ['alexnet', '--batch', '64', '--layers', 'conv', '--dataflow', 'rs,ws'];
    const file = at('alexnet.parquet');
    await rowhouse('analyze', ...flags, '--format', 'parquet', '--out', file);
    const { lines } = await readParquet(readFileSync(file));
    const layers = (await json(...flags)).results.flatMap(({ layers }) => layers);
    expect(lines.map(({ layer, feasible }) => [layer, feasible])).toEqual(
      layers.map(({ name, feasible }) => [name, feasible]),
    );
    expect(lines.map(({ energy_total }) => energy_total)).toEqual(
      layers.map((layer) => (layer.feasible ? layer.energy.total : null)),
    );
    const csv = readCsv((await rowhouse('analyze', ...flags, '--format', 'csv')).out);
    expect(lines.map((line) => Object.values(line).map((value) => String(value ?? '')))).toEqual(
      csv.slice(1),
    );
  });

  it('are the same each time', async () => {
    const [one, other] = [await rowhouse('analyze', 'alexnet'), await rowhouse('analyze', 'alexnet')];
    expect(one).toEqual(other);
  });

  it('a JSON network gives what the same YAML network gives', async () => {
    const yaml = write('same.yaml', networkOf(1));
    const layer = { name: 'L0', type: 'conv', input: [8, 27, 27], filters: 16, kernel: 5, pad: 2 };
    const jsonFile = write('same.json', JSON.stringify({ name: 'made', layers: [layer] }));
    expect(await rowhouse('analyze', jsonFile)).toEqual(await rowhouse('analyze', yaml));
  });

  it('hold thousands of layers', async () => {
    const { results } = await json(write('thousands.yaml', networkOf(3000)), '--dataflow', 'rs');
    expect(results[0]!.layers).toHaveLength(3000);
  });
});

describe('help', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j says which commands there are', async (words) => {
    const { code, out, err } = await rowhouse(...words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: rowhouse .*analyze .*evaluate .*map .*networks /s);
  });

  it.each([
    [
      'analyze',
      [
        '--dataflow',
        '--pes',
        '--batch',
        '--layers',
        '--objective',
        '--hardware',
        '--format',
        '--json',
        '--out',
      ],
    ],
    ['networks', ['--format', '--json', '--out']],
    ['hardware', ['--json']],
    [
      'map',
      [
        ...[
          '--hardware',
          '--constraints',
          '--bypass',
          '--axes',
          '--batch',
          '--layers',
          '--shape',
          '--objective',
        ],
        ...['--factors', '--convention', '--time', '--nests', '--export', '--format', '--json', '--out'],
      ],
    ],
    [
      'evaluate',
      [
        ...['--hardware', '--problem', '--mapping', '--batch', '--shape', '--vectors', '--convention'],
        ...['--factors', '--format', '--json', '--out'],
      ],
    ],
  ])('of %s says which flags there are', async (command, flags) => {
    const { code, out, err } = await rowhouse(command, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const flag of flags) expect(out).toMatch(new RegExp(`^ +${flag}\\b`, 'm'));
    expect(await rowhouse('help', command)).toEqual({ code, out, err });
  });

  it('tells the version', async () => {
    expect(await rowhouse('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });
});
