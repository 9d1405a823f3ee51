import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCsv, readParquet } from '../report/data-table.testing.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

const words = z.int().min(0);

// The contract with scripts
const document = z.object({
  network: z.string(),
  batch: words,
  chip: z.string(),
  layers: z.array(
    z.object({
      name: z.string(),
      mapping: z.record(z.string(), words),
      macs: words,
      gatedMacs: words,
      passes: words,
      cycles: words,
      processingLatencyMs: z.number(),
      activePes: words,
      glb: z.object({ ifmapReads: words, psumReads: words, psumWrites: words, bytes: words }),
      dram: z.object({ ifmap: words, weight: words, ofmap: words, bytes: words, linkMs: z.number() }),
      zerosPercent: z.number(),
      output: z.object({ bitExact: z.boolean(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ),
  total: z.object({
    macs: words,
    cycles: words,
    processingLatencyMs: z.number(),
    framesPerSecond: z.number(),
  }),
});

const NETWORK = `
name: mine
layers:
  - { name: a, type: conv, input: [2, 6, 6], filters: 4, kernel: 3, pad: 1 }
  - { name: b, type: fc, input: [4, 6, 6], filters: 5 }
`;

const simulateJson = async (...flags: string[]) => {
  const { code, out, err } = await rowhouse('simulate', ...flags, '--json');
  expect([code, err]).toEqual([0, '']);
  return document.parse(JSON.parse(out));
};

describe('rowhouse simulate', () => {
  it('prints what the contract says', async () => {
    const result = await simulateJson('alexnet', '--layers', 'CONV1', '--mapping', 'published');
    expect(result).toMatchObject({ network: 'alexnet', batch: 4, chip: 'eyeriss' });
    expect(result.layers[0]).toMatchObject({
      name: 'CONV1',
      mapping: { m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2 },
      passes: 288,
      activePes: 154,
      output: { bitExact: true },
    });
  });

  it('gives the same in both details', async () => {
    const network = write('mine.yaml', NETWORK);
    const pass = await simulateJson(network);
    const cycle = await simulateJson(network, '--detail', 'cycle');
    const plain = ({ layers }: typeof pass) =>
      layers.map(({ output: { sha256 }, ...layer }) => ({ ...layer, output: sha256 }));
    expect(plain(cycle)).toEqual(plain(pass));
  });

  it('runs the words of a file', async () => {
    const network = write('mine.yaml', NETWORK);
    const ifmap = write('ifmap.json', JSON.stringify(Array(72).fill(0)));
    const flags = [network, '--layers', 'a', '--batch', '1'];
    const result = await simulateJson(...flags, '--input', ifmap);
    expect(result.layers[0]).toMatchObject({ zerosPercent: 100, gatedMacs: result.layers[0]!.macs });
  });

  it('writes a trace', async () => {
    const network = write('mine.yaml', NETWORK);
    const { code } = await rowhouse('simulate', network, '--trace', at('trace.json'));
    expect(code).toBe(0);
    const { traceEvents } = JSON.parse(readFileSync(at('trace.json'), 'utf8'));
    expect(traceEvents.length).toBeGreaterThan(50);
  });

  it('takes energy costs from a hardware file', async () => {
    const network = write('mine.yaml', NETWORK);
    const hardware = write('free.yaml', 'name: free\nenergy: { dram: 0, glb: 0, array: 0, rf: 0, alu: 3 }\n');
    const { out } = await rowhouse('simulate', network, '--hardware', hardware, '--json');
    const [layer] = JSON.parse(out).layers;
    expect(layer.energy.total).toBe(3 * (layer.macs - layer.gatedMacs));
  });

  it.each(['table', 'json', 'csv', 'parquet'])(
    'gives %s, on standard output and in a file',
    async (format) => {
      const flags = [write('mine.yaml', NETWORK), '--format', format];
      const shown = await rowhouse('simulate', ...flags);
      expect(shown).toMatchObject({ code: 0, err: '' });
      const file = at(`mine.${format}`);
      expect(await rowhouse('simulate', ...flags, '--out', file)).toEqual({ code: 0, out: '', err: '' });
      expect(readFileSync(file, format === 'parquet' ? 'latin1' : 'utf8')).toBe(shown.out);
    },
  );

  it('says the same in CSV and Parquet as in JSON', async () => {
    const flags = [write('mine.yaml', NETWORK), '--batch', '2'];
    const file = at('mine.parquet');
    await rowhouse('simulate', ...flags, '--format', 'parquet', '--out', file);
    const { lines } = await readParquet(readFileSync(file));
    const { layers } = await simulateJson(...flags);
    expect(lines.map((line) => [line.layer, Number(line.cycles), line.bit_exact, line.sha256])).toEqual(
      layers.map(({ name, cycles, output }) => [name, cycles, output.bitExact, output.sha256]),
    );
    const csv = readCsv((await rowhouse('simulate', ...flags, '--format', 'csv')).out);
    expect(lines.map((line) => Object.values(line).map((value) => String(value ?? '')))).toEqual(
      csv.slice(1),
    );
  });

  it.each([
    [
      ['--format', 'parket'],
      '--format: found "parket" (did you mean parquet?); allowed: table, json, csv, parquet',
    ],
    [
      ['--json', '--format', 'csv'],
      '--format: found "csv"; allowed: one of --json and --format, or both alike',
    ],
    [['--out', at('no/x')], 'there is no folder'],
    [['--batch', '0'], '--batch: found "0"'],
    [['--detail', 'fast'], '--detail: found "fast"; allowed: pass, cycle'],
    [['--mapping', 'm=0'], '--mapping: found "m=0"'],
    [['--mapping', 'm=64,p=30,t=1'], '--mapping: found "m=64 '],
    [['--mapping', 'published'], 'only CONV1, CONV2, CONV3, CONV4, CONV5 of alexnet have been published'],
    [['--layers', 'c'], '--layers: found "c"'],
    [['--input', 'none.npy'], '--input: none.npy: '],
    [['--chip', 'none.yaml'], 'none.yaml: '],
  ])('refuses %j', async (flags, message) => {
    const { code, out, err } = await rowhouse('simulate', write('mine.yaml', NETWORK), ...flags);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('says once which layers have no published mapping', async () => {
    const { code, err } = await rowhouse('simulate', 'alexnet', '--mapping', 'published');
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toEqual([
      'rowhouse: --mapping: found "published, for POOL1, POOL2, POOL5, FC1, FC2, FC3"; allowed: best, or letters: only CONV1, CONV2, CONV3, CONV4, CONV5 of alexnet have been published',
    ]);
  });

  it('says how to go on without a layer that the chip cannot run', async () => {
    const { code, err } = await rowhouse('simulate', 'squeezenet');
    expect(code).toBe(2);
    expect(err).toBe(
      'rowhouse: pool10.filter height: found 13; allowed: 1 to 12 on this chip; or leave it out with --layers\n',
    );
  });

  it.each([
    ['1', 'allowed: layers of at most 1000000000 words, and a has 1680000020'],
    ['2', 'allowed: layers of at most 1000000000 words, and a has 3360000020'],
  ])('refuses a layer that is too large, not the batch: %s', async (batch, message) => {
    const layer = '{ name: a, type: conv, input: [20, 8000, 10000], filters: 1, kernel: 1 }';
    const network = write('large.yaml', `name: large\nlayers:\n  - ${layer}\n`);
    const { code, err } = await rowhouse('simulate', network, '--batch', batch);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it.each([
    ['[1, 2, 3]', 'shape: found [3]; allowed: [1, 2, 6, 6]'],
    [JSON.stringify(Array(72).fill(0.5)), '0.5'],
    [JSON.stringify(Array(72).fill(40000)), '40000'],
    ['[1, NaN]', 'wrong.json'],
    ['', 'wrong.json'],
  ])('refuses words that are none: %.20s', async (text, message) => {
    const [network, input] = [write('mine.yaml', NETWORK), write('wrong.json', text)];
    const { code, err } = await rowhouse(
      'simulate',
      network,
      '--layers',
      'a',
      '--batch',
      '1',
      '--input',
      input,
    );
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('takes a file of words for one layer only', async () => {
    const [network, input] = [write('mine.yaml', NETWORK), write('some.json', '[1]')];
    const { code, err } = await rowhouse('simulate', network, '--input', input);
    expect(code).toBe(2);
    expect(err).toContain('--layers: found "2 layers"');
  });
});
