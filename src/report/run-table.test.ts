import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { ClassifiedImage, Noise, RanLayer, RunResult } from '../run/result.ts';
import { arbitraryRun, classified, exampleRun } from './run.testing.ts';
import { runTable } from './run-table.ts';

const plain = { color: false };
const sheets = (text: string) => text.split('\n\n').filter((block) => block.includes('──'));
const sheet = (text: string, title: string) => sheets(text).find((block) => block.startsWith(title))!;
const lines = (text: string, title: string) => sheet(text, title).split('\n');
const line = (text: string, title: string, name: string) =>
  lines(text, title).find((line) => line.startsWith(name))!;
const numbers = (line: string) =>
  line
    .replaceAll('−', '-')
    .match(/-?\d+(\.\d+)?/g)!
    .map(Number);

/** The example with its first layers changed. */
const withLayers = (...changes: Partial<RanLayer>[]): RunResult => {
  const run = exampleRun(5);
  return { ...run, layers: run.layers.map((layer, i) => ({ ...layer, ...changes[i] })) };
};

const withNoise = (...changes: Partial<Noise>[]): RunResult =>
  withLayers(...changes.map((change, i) => ({ noise: { ...exampleRun(5).layers[i]!.noise!, ...change } })));

describe('the table of a run', () => {
  const run = exampleRun(5);
  const text = runTable(run, plain);

  it('says what ran, in three tables and the classes', () => {
    expect(text).toMatch(/^example · 10 images · batch 4 · eyeriss · onnxruntime-web 1\.30\.0\n\n/);
    expect(sheets(text).map((block) => block.split('  ')[0])).toEqual([
      'Layers',
      'Zeros, traffic and energy',
      'Where the noise comes from',
      'Classes',
    ]);
  });

  it('has the numbers of each layer, and of all', () => {
    for (const { name, cycles, activePes, mapping, snrDb, ...layer } of run.layers) {
      expect(line(text, 'Layers', name)).toContain(
        Object.entries(mapping)
          .map(([letter, value]) => `${letter}=${value}`)
          .join(' '),
      );
      const [found, macs] = [numbers(line(text, 'Layers', name)), 100 / layer.macs];
      expect(found).toEqual(expect.arrayContaining([activePes, cycles]));
      expect(found.at(-1)).toBeCloseTo(snrDb!, 0);
      const traffic = numbers(line(text, 'Zeros', name).slice(name.length));
      expect(traffic[1]).toBeCloseTo(macs * layer.gatedMacs, 0);
      expect(traffic[2]).toBeCloseTo(layer.zerosPercent, 0);
      expect(traffic[3]).toBeCloseTo(layer.ofmapZerosPercent, 0);
      expect(traffic[4]).toBeCloseTo(layer.rlc.ifmap, 1);
      expect(traffic[6]).toBeCloseTo(layer.dram.bytes / 1e6, 2);
      expect(traffic[8]).toBeCloseTo(layer.energy.perMac, 1);
      expect(traffic[9]).toBeCloseTo(layer.power.chip, 0);
    }
    expect(numbers(line(text, 'Layers', 'all layers'))).toContain(run.total.cycles);
    expect(text).toContain('≤ 1101.4 frames/s');
    expect(text).toContain('On the chip 97.3 % of the MACs');
  });

  it('has the noise of each layer, below each other and with what gains marked', () => {
    const points = new Set<string>();
    for (const { name, noise, snrDb } of run.layers) {
      const row = line(text, 'Where the noise', name);
      if (noise === null) {
        expect(row).toMatch(/adds none *$/);
        continue;
      }
      const { ownDb, weightsDb, uncorrectedDb, roundedDb, lowerWindowDb } = noise;
      const shown = numbers(row.slice(name.length));
      [snrDb, ownDb, weightsDb, uncorrectedDb, roundedDb, lowerWindowDb].forEach((db, i) => {
        expect(shown[i]).toBeCloseTo(db!, 0);
      });
      const gains = [roundedDb, lowerWindowDb].filter((db) => db! - ownDb! >= 1);
      expect(row.match(/\*/g) ?? []).toHaveLength(gains.length);
      points.add([...row.matchAll(/\./g)].map(({ index }) => index).join());
    }
    expect(points.size).toBe(1);
  });

  it('says exact where nothing differs', () => {
    const exact = runTable(withLayers({ snrDb: null }), plain);
    expect(line(exact, 'Layers', 'conv1')).toMatch(/ exact$/);
    const noise = runTable(withNoise({ ownDb: null, roundedDb: null }), plain);
    expect(line(noise, 'Where the noise', 'conv1').match(/exact/g)).toHaveLength(2);
  });

  it.each([
    [
      { limit: 'cutting', ownDb: 58, roundedDb: 71 },
      /conv1\. Rounding them would give 71\.0 dB instead of 58\.0/,
    ],
    [{ limit: 'cutting', ownDb: 58, roundedDb: null }, /would give exact instead of 58\.0 in conv1/],
    [
      { limit: 'cutting', ownDb: 58, roundedDb: 58.2 },
      /16 bits limit conv1\. Rounding them would gain little\./,
    ],
    [
      { limit: 'cutting', ownDb: 58, lowerWindowDb: 63.4, lowerWindowOverflowPercent: 0.25 },
      /A window one place lower would give 63\.4 dB instead of 58\.0 in conv1 \(0\.250 % of its words out of range\)/,
    ],
    [{ limit: 'weights', weightsDb: 61 }, /Weights of 16 bits limit conv1.* 61\.0 dB in conv1/],
    [
      { limit: 'overflow', overflowPercent: 1.5 },
      /limit conv1 \(1\.50 % of the words of conv1\)\. A window one place/,
    ],
    [{ limit: 'ifmap', ownDb: 90 }, /layers before limits conv1\. .* 90\.0 dB instead of 52\.7 in conv1/],
  ] as const)('tells in words what limits a layer: %o', (change, sentence) => {
    const changed = withNoise(change);
    const others = changed.layers.slice(1).map((layer) => ({ ...layer, noise: null }));
    const text = runTable({ ...changed, layers: [changed.layers[0]!, ...others] }, { ...plain, width: 1000 });
    expect(text).toMatch(sentence);
  });

  it('names a few layers of many, and no long list', () => {
    const long = runTable(exampleRun(60), { ...plain, width: 1000 });
    expect(long).toMatch(/limit \d+ layers/);
    expect(long).toMatch(/than the array in \d+ of 60 layers: /);
    for (const sentence of long.split('\n').filter((line) => / limits? \d+ layers/.test(line)))
      expect(sentence.length).toBeLessThan(500);
  });

  it('tells what ran on the host by kind, with the reasons of what the chip could have done', () => {
    expect(text).toContain('\nAveragePool on the host: the chip has no average pooling\n');
    expect(text).toContain('\nOn the host too: Reshape, Mul ×3, Softmax\n');
    const none = runTable({ ...run, host: run.host.filter(({ reason }) => reason === null) }, plain);
    expect(none).toContain('\nOn the host: Reshape, Mul ×3, Softmax\n');
    expect(runTable({ ...run, host: [] }, plain)).not.toContain('n the host:');
  });

  it('shows every class of a few images, and of many those that differ', () => {
    const image = (i: number, isSame: boolean): ClassifiedImage => ({
      name: `${i}.png`,
      chip: [{ class: 3, label: null, score: -1.5 }],
      float: [{ class: isSame ? 3 : 4, label: 'four', score: 0.25 }],
    });
    const table = (count: number, differing: number) => {
      const images = Array.from({ length: count }, (_, i) => image(i, i >= differing));
      return runTable({ ...run, images: count, classes: classified(images) }, plain);
    };
    const rows = (text: string) => (sheet(text, 'Classes') ?? '').split('\n').slice(4);
    expect(rows(table(16, 2)).map((row) => row.includes('differs'))).toEqual([
      ...[true, true],
      ...Array(14).fill(false),
    ]);
    expect(rows(table(17, 2))).toHaveLength(2);
    expect(rows(table(100, 50))).toHaveLength(16);
    expect(table(100, 50)).toContain('34 more are in the JSON document');
    expect(rows(table(100, 0))).toHaveLength(0);
    expect(rows(table(16, 1))[0]).toMatch(/^0\.png +3 +−1\.500 +four \(4\) +0\.250 +≠ differs$/);
    expect(table(1000, 1)).toContain('agree on 999 of 1000 images (99.9 %)');
  });

  it('says which layers are not bit-exact', () => {
    const output = { bitExact: false, checkedWords: 100, words: 100 };
    expect(runTable(withLayers({ output }), plain)).toMatch(/\nNOT bit-exact: conv1\.\n$/);
  });

  it('fits its width, in colour and without, and hides what harms a terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 110, max: 200 }), arbitraryRun, (width, result) => {
        const text = runTable(result, { color: false, width });
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
        for (const block of sheets(text)) {
          const [title, ...rows] = block.split('\n');
          expect(stringWidth(title!)).toBeLessThanOrEqual(width);
          const widths = new Set(rows.map((row) => stringWidth(row)));
          expect(widths.size).toBe(1);
          expect(Math.max(...widths)).toBeLessThanOrEqual(width);
        }
        expect(stripVTControlCharacters(runTable(result, { color: true, width }))).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});
