import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { floats, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { readCsv, readParquet } from '../report/data-table.testing.ts';
import { runData } from '../report/run-data.ts';
import { readModel } from '../run/model.ts';
import { readPicture } from '../run/picture.ts';
import { fileByPillow, gradient, pngOf } from '../run/pictures.testing.ts';
import { planRun } from '../run/plan.ts';
import { preprocess } from '../run/preprocess.ts';
import { DEFAULT_PROCESSING, type InputProcessing } from '../run/processing.ts';
import type { RunResult } from '../run/result.ts';
import { runNetwork } from '../run/run.ts';
import { npyOf } from '../tensor-file/npy.ts';
import { onnxruntime } from './onnxruntime.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

const LENET = 'examples/lenet-5/lenet-5.onnx';
const LABELS = 'examples/lenet-5/labels.txt';
const DIGITS = 'examples/lenet-5/digits';
const digits = readdirSync(DIGITS)
  .filter((name) => name.endsWith('.png'))
  .sort();
const truth = readFileSync(join(DIGITS, 'classes.txt'), 'utf8').trim().split('\n').map(Number);
const pixelsOf = (name: string) => {
  const { input } = DEFAULT_PROCESSING;
  const picture = readPicture(readFileSync(join(DIGITS, name)), name);
  return preprocess(picture, { channels: 1, height: 28, width: 28 }, input);
};

const count = z.int().min(0);
const ratio = z.number().positive();
const decibels = z.number().nullable();
const percent = z.number().min(0).max(100);
const words = z.object({ ifmap: count, weight: count, ofmap: count, psum: count, bytes: count });
const power = z.strictObject({ chip: ratio, dram: z.number().min(0) });
const scores = z.array(
  z.strictObject({ class: count, label: z.string().nullable(), score: z.number().min(0).max(1) }),
);

// The contract with scripts
const contract = z.strictObject({
  network: z.string(),
  chip: z.string(),
  batch: count,
  images: count,
  runtime: z.string(),
  layers: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['conv', 'fc', 'pool']),
      operators: z.array(z.string()),
      mapping: z.record(z.string(), count),
      macs: count,
      gatedMacs: count,
      passes: count,
      cycles: count,
      processingLatencyMs: ratio,
      activePes: count,
      dram: words.extend({ uncompressed: words, linkMs: ratio }),
      waterfall: z.record(z.string(), count),
      energy: z.looseObject({ total: ratio, perMac: z.number() }),
      power,
      zerosPercent: percent,
      ofmapZerosPercent: percent,
      rlc: z.strictObject({ ifmap: ratio, ofmap: ratio }),
      format: z.strictObject({
        ifmapFractionBits: z.int(),
        filterFractionBits: z.int(),
        ofmapFractionBits: z.int(),
        truncation: count,
      }),
      snrDb: decibels,
      noise: z
        .strictObject({
          words: count,
          ownDb: decibels,
          weightsDb: decibels,
          uncorrectedDb: decibels,
          roundedDb: decibels,
          lowerWindowDb: decibels,
          lowerWindowOverflowPercent: percent,
          overflowPercent: percent,
          limit: z.enum(['ifmap', 'weights', 'cutting', 'overflow']),
        })
        .nullable(),
      output: z.strictObject({ bitExact: z.boolean(), checkedWords: count, words: count }),
      note: z.string().nullable(),
    }),
  ),
  host: z.array(z.strictObject({ name: z.string(), op: z.string(), reason: z.string().nullable() })),
  classes: z
    .strictObject({
      agreeing: count,
      agreementPercent: percent,
      accuracyPercent: z.strictObject({ chip: percent, float: percent }).nullable(),
      images: z.array(z.strictObject({ name: z.string(), chip: scores, float: scores })),
    })
    .nullable(),
  total: z.strictObject({
    macs: count,
    macsPercent: percent.nullable(),
    gatedMacs: count,
    cycles: count,
    processingLatencyMs: ratio,
    framesPerSecond: ratio,
    dramBytes: count,
    linkMs: ratio,
    energy: ratio,
    power,
    millijoulesPerImage: ratio,
  }),
  powerSource: z.string().min(1),
});

const command = (...flags: readonly string[]) => rowhouse('run', ...flags, '--state', at('state'));

/** What the command says of a run, which is nothing but one JSON document. */
async function json(...flags: readonly string[]): Promise<RunResult> {
  const { code, out, err } = await command(...flags, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const result: RunResult = JSON.parse(out);
  contract.parse(result);
  return result;
}

/** The best class of each image on the chip, with its score. */
const told = ({ classes }: RunResult) =>
  classes!.images.map(({ chip }) => [chip[0]!.class, chip[0]!.score] as const);

const sum = (result: RunResult, of: (layer: RunResult['layers'][number]) => number) =>
  result.layers.reduce((total, layer) => total + of(layer), 0);

describe('LeNet-5 on ten digits', () => {
  const flags = [LENET, '--input', DIGITS, '--labels', LABELS, '--truth', join(DIGITS, 'classes.txt')];
  let result: RunResult;
  beforeAll(async () => {
    result = await json(...flags);
  });

  it('is what calls of the library make', async () => {
    const runnable = readModel(readFileSync(LENET), LENET);
    const plan = planRun(runnable, { shape: [1, 28, 28] });
    const labels = readFileSync(LABELS, 'utf8').trim().split('\n');
    const outcome = await runNetwork(
      plan,
      { names: digits, shape: [1, 28, 28], image: (i) => pixelsOf(digits[i]!) },
      {
        runtime: await onnxruntime(),
        classes: { top: 5, labels, truth },
      },
    );
    expect(result).toEqual(JSON.parse(JSON.stringify(outcome.result)));
  });

  it('tells what each is', () => {
    const { agreeing, agreementPercent, accuracyPercent, images } = result.classes!;
    expect(images.map(({ name }) => name)).toEqual(digits);
    for (const way of ['chip', 'float'] as const) {
      const found = images.map((image) => image[way][0]!);
      const right = found.filter((best, i) => best.class === truth[i]).length;
      expect(accuracyPercent![way]).toBe(10 * right);
      expect(right).toBe(10);
      for (const image of images) {
        expect(image[way]).toHaveLength(5);
        expect(image[way].map(({ score }) => score)).toEqual(
          image[way].map(({ score }) => score).sort((a, b) => b - a),
        );
      }
    }
    expect([agreeing, agreementPercent]).toEqual([10, 100]);
  });

  it('adds up', () => {
    const { layers, total } = result;
    expect(layers.map(({ name }) => name)).toEqual([
      'conv1',
      'pool1',
      'conv2',
      'pool2',
      'conv3',
      'fc1',
      'fc2',
    ]);
    expect(layers.map(({ macs }) => macs / 10)).toEqual([
      28 * 28 * 6 * 25,
      14 * 14 * 6 * 4,
      10 * 10 * 16 * 150,
      5 * 5 * 16 * 4,
      120 * 400,
      84 * 120,
      10 * 84,
    ]);
    expect(total.macs).toBe(sum(result, ({ type, macs }) => (type === 'pool' ? 0 : macs)));
    expect(total.macsPercent).toBe(100);
    expect(total.gatedMacs).toBe(sum(result, ({ gatedMacs }) => gatedMacs));
    expect(total.cycles).toBe(sum(result, ({ cycles }) => cycles));
    expect(total.dramBytes).toBe(sum(result, ({ dram }) => dram.bytes));
    expect(total.energy).toBeCloseTo(sum(result, ({ energy }) => energy.total));
    expect(total.framesPerSecond).toBeLessThanOrEqual(10_000 / total.processingLatencyMs);
    expect(total.framesPerSecond).toBeLessThanOrEqual(10_000 / total.linkMs);
    for (const [i, { format, zerosPercent, rlc, output, ...layer }] of layers.entries()) {
      const before = layers[i - 1];
      expect(output.bitExact).toBe(true);
      expect(layer.gatedMacs).toBeLessThanOrEqual(layer.macs);
      if (layer.type !== 'pool') expect(layer.snrDb).toBeGreaterThan(30);
      expect(format.truncation).toBe(
        format.ifmapFractionBits + format.filterFractionBits - format.ofmapFractionBits,
      );
      expect(format.ifmapFractionBits).toBe(before?.format.ofmapFractionBits ?? format.ifmapFractionBits);
      expect(zerosPercent).toBe(before?.ofmapZerosPercent ?? zerosPercent);
      expect(rlc.ifmap).toBe(before?.rlc.ofmap ?? 1);
    }
  });

  it('says the same in CSV and Parquet', async () => {
    const { columns, lines } = runData(result);
    const names = columns.map(({ name }) => name);
    const { out } = await command(...flags, '--format', 'csv');
    expect(readCsv(out)).toEqual([
      names,
      ...lines.map((line) => line.map((value) => (value === null ? '' : String(value)))),
    ]);
    const file = at('lenet.parquet');
    expect(await command(...flags, '--format', 'parquet', '--out', file)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const { lines: read } = await readParquet(readFileSync(file));
    const cells = read.map((line) =>
      names.map((name) => {
        const value = line[name]!;
        return typeof value === 'bigint' ? Number(value) : value;
      }),
    );
    expect(cells).toEqual(lines);
  });

  it('is a table, and a page that asks for nothing else and has the whole result', async () => {
    const { out: table } = await command(...flags);
    expect(table).toContain('Chip and float network agree on 10 of 10 images (100 %)');
    expect(table).toMatch(/^7\.png +seven \(7\)/m);
    const { out: page } = await command(...flags, '--format', 'html');
    expect(page).not.toMatch(
      /\s(?:src|srcset|href|action|data)=(?!"data:(?:image\/png|application\/gzip);base64,)|url\(|@import|<link|<script(?! type="application\/json")/,
    );
    expect(page).toContain('download="trace.json.gz"');
    const [, data] = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page)!;
    expect(JSON.parse(data!)).toEqual(result);
  });

  it('goes to files, with a trace', async () => {
    const files = ['--out', at('lenet.json'), '--trace', at('trace.json')];
    expect(await command(...flags, '--json', ...files)).toEqual({ code: 0, out: '', err: '' });
    expect(JSON.parse(readFileSync(at('lenet.json'), 'utf8'))).toEqual(result);
    const { traceEvents } = JSON.parse(readFileSync(at('trace.json'), 'utf8'));
    expect(traceEvents.length).toBeGreaterThan(50);
  });

  it('is the same for tensors, pictures one by one, and both', async () => {
    const tensor = (names: readonly string[]) =>
      npyOf(Float32Array.from(names.flatMap((name) => [...pixelsOf(name)])), [names.length, 1, 28, 28]);
    const list = (name: string) => {
      const pixels = [...pixelsOf(name)];
      return JSON.stringify([Array.from({ length: 28 }, (_, row) => pixels.slice(28 * row, 28 * (row + 1)))]);
    };
    const places = [
      write('three.npy', tensor(digits.slice(0, 3))),
      write('fourth.json', list(digits[3]!)),
      write('fifth.npy', npyOf(pixelsOf(digits[4]!), [1, 28, 28])),
      ...digits.slice(5).map((name) => join(DIGITS, name)),
    ];
    const same = await json(LENET, ...places.flatMap((place) => ['--input', place]));
    expect(same.layers).toEqual(result.layers);
    expect(told(same)).toEqual(told(result));
    expect(same.classes!.images.map(({ name }) => name)).toEqual([
      'three.npy[0]',
      'three.npy[1]',
      'three.npy[2]',
      'fourth.json',
      'fifth.npy',
      ...digits.slice(5),
    ]);
  });

  it('does not depend on the batch, but where biases are corrected by the first one', async () => {
    const inBatches = (batch: string) => json(...flags, '--no-bias-correction', '--batch', batch);
    const one = await inBatches('1');
    const three = await inBatches('3');
    const many = await inBatches('16');
    for (const other of [three, many]) {
      expect(told(other)).toEqual(told(one));
      for (const [i, { macs, gatedMacs, zerosPercent, format }] of other.layers.entries()) {
        expect(one.layers[i]).toMatchObject({ macs, gatedMacs, zerosPercent, format });
      }
    }
    // There are ten images
    expect([one.batch, three.batch, many.batch]).toEqual([1, 3, 10]);
    expect(one.layers.every(({ noise }) => noise?.uncorrectedDb === undefined || !noise.uncorrectedDb)).toBe(
      true,
    );
    const [, , conv2] = result.layers;
    expect(conv2!.noise!.uncorrectedDb).toBeLessThan(conv2!.noise!.ownDb!);
    expect(conv2!.snrDb).toBeGreaterThan(three.layers[2]!.snrDb!);
  });

  it('ends where --until says', async () => {
    const { layers, host, classes } = await json(LENET, '--input', DIGITS, '--until', 'conv2');
    expect(layers.map(({ name }) => name)).toEqual(['conv1', 'pool1', 'conv2']);
    expect(layers.slice(0, 2)).toEqual(result.layers.slice(0, 2));
    expect(host).toEqual([]);
    expect(classes).toBeNull();
  });

  it('reads a file of how pictures and classes are, with names beside it, and flags that say otherwise', async () => {
    mkdirSync(at('folder'));
    const labels = Array.from({ length: 10 }, (_, i) => `digit ${i}`).join('\n');
    write('folder/names.txt', labels);
    write('others.txt', labels.replaceAll('digit', 'other'));
    const file = write('folder/mine.yaml', 'input: { scale: -255 }\noutput: { labels: names.txt, top: 2 }\n');
    const negative = await json(LENET, '--input', DIGITS, '--processing', file);
    expect(told(negative)).not.toEqual(told(result));
    const right = await json(LENET, '--input', DIGITS, '--processing', file, '--scale', '255');
    expect(told(right)).toEqual(told(result));
    expect(right.classes!.images[3]!.chip.map(({ label }) => label)).toEqual([
      'digit 3',
      expect.stringMatching(/^digit \d$/),
    ]);
    const other = await json(
      ...[LENET, '--input', join(DIGITS, '3.png'), '--processing', file, '--scale', '255'],
      ...['--labels', at('others.txt'), '--top', '1'],
    );
    expect(other.classes!.images[0]!.chip.map(({ label }) => label)).toEqual(['other 3']);
  });
});

/** A network of open size for pictures in colour, which tells four classes. */
const colored = (isPlanar: boolean) =>
  onnxModel({
    nodes: [
      ...(isPlanar ? [] : [node('Transpose', ['x'], ['planes'], { perm: [0, 3, 1, 2] })]),
      node('Conv', [isPlanar ? 'x' : 'planes', 'w'], ['a'], { pads: [1, 1, 1, 1] }, { name: 'conv' }),
      node('Relu', ['a'], ['b']),
      node('GlobalAveragePool', ['b'], ['c'], {}, { name: 'mean' }),
      node('Flatten', ['c'], ['y']),
    ],
    inputs: { x: isPlanar ? ['n', 3, 'h', 'w'] : ['n', 'h', 'w', 3] },
    outputs: ['y'],
    initializers: [
      floats(
        'w',
        [4, 3, 3, 3],
        Float32Array.from({ length: 108 }, (_, i) => Math.sin(1 + i)),
      ),
    ],
  });

describe('pictures', () => {
  const model = write('colored.onnx', colored(true));
  const [height, width] = [13, 19];
  const samples = (of: (row: number, column: number) => readonly number[]) =>
    Array.from({ length: height * width }, (_, i) => of(Math.floor(i / width), i % width)).flat();
  const color = write(
    'color.png',
    pngOf({ width, height, depth: 8, colorType: 2, channels: 3, samples: samples(gradient) }),
  );

  /** Planes of values, made of the pixels by the words of the documentation. */
  const planes = (pixels: readonly number[], order: readonly number[], mean: number, scale: number) =>
    Float32Array.from(
      order.flatMap((c) =>
        Array.from({ length: height * width }, (_, i) => (pixels[3 * i + c]! - mean) / scale),
      ),
    );
  const tensor = (values: Float32Array) => write('planes.npy', npyOf(values, [3, height, width]));

  it.each([
    ['rgb', [0, 1, 2], '0', '255'],
    ['bgr', [2, 1, 0], '127.5', '127.5'],
  ])('in colour become planes: %s', async (colors, order, mean, scale) => {
    const how = ['--colors', colors, '--mean', mean, '--scale', scale];
    const pictured = await json(model, '--input', color, ...how);
    const values = tensor(planes(samples(gradient), order, Number(mean), Number(scale)));
    const { classes, layers } = await json(model, '--input', values);
    expect(pictured.layers).toEqual(layers);
    expect(pictured.classes!.images[0]!.chip).toEqual(classes!.images[0]!.chip);
  });

  it('in grey are grey in all three', async () => {
    const grey = samples((row, column) => [10 * row + 6 * column]);
    const picture = pngOf({ width, height, depth: 8, colorType: 0, channels: 1, samples: grey });
    const pictured = await json(model, '--input', write('grey.png', picture));
    const pixels = grey.flatMap((one) => [one, one, one]);
    const values = tensor(planes(pixels, [0, 1, 2], 0, 255));
    expect(pictured.layers).toEqual((await json(model, '--input', values)).layers);
  });

  it('may have channels last', async () => {
    const last = write('last.onnx', colored(false));
    const pictured = await json(last, '--input', color, '--layout', 'NHWC');
    expect(pictured.host.map(({ op }) => op)).toContain('Transpose');
    expect(told(pictured)).toEqual(told(await json(model, '--input', color)));
  });

  it('of other sizes and kinds are fitted, by the first or by --size', async () => {
    const jpeg = write('photo.JPG', fileByPillow('baseline'));
    const { input } = DEFAULT_PROCESSING;
    for (const [flags, shape, how] of [
      [['--size', '8,9'], [8, 9], {}],
      [['--size', '30x24', '--fit', 'contain'], [30, 24], { fit: 'contain' }],
      [['--size', '11,11', '--fit', 'cover', '--colors', 'gray'], [11, 11], { fit: 'cover', colors: 'gray' }],
    ] as const) {
      const [rows, columns] = shape;
      const processing: InputProcessing = { ...input, ...how };
      const picture = readPicture(fileByPillow('baseline'), 'photo.JPG');
      const values = preprocess(picture, { channels: 3, height: rows, width: columns }, processing);
      const pictured = await json(model, '--input', jpeg, ...flags);
      const tensor = write('photo.npy', npyOf(values, [3, rows, columns]));
      expect(pictured.layers).toEqual((await json(model, '--input', tensor)).layers);
    }
    const small = { width: 7, height: 5, depth: 8, colorType: 0, channels: 1 };
    const first = write('first.png', pngOf({ ...small, samples: Array.from({ length: 35 }, (_, i) => i) }));
    const two = await json(model, '--input', first, '--input', jpeg, '--batch', '1');
    expect(two.layers[0]!.macs).toBe(2 * 4 * 27 * 5 * 7);
  });

  it('of a folder come in the order of their numbers', async () => {
    mkdirSync(at('numbered/10.png'), { recursive: true });
    for (const name of ['9.png', '11.png', '1.jpeg', '2.npy'])
      write(
        `numbered/${name}`,
        name.endsWith('npy') ? readFileSync(at('planes.npy')) : fileByPillow('baseline'),
      );
    write('numbered/notes.txt', 'none');
    const { classes } = await json(model, '--input', at('numbered'), '--top', '4');
    expect(classes!.images.map(({ name }) => name)).toEqual(['1.jpeg', '2.npy', '9.png', '11.png']);
  });
});

describe('a network with drawn weights', () => {
  const network = write(
    'tiny.yaml',
    'name: tiny\nlayers:\n' +
      '  - { name: a, type: conv, input: [2, 9, 9], filters: 6, kernel: 3, pad: 1 }\n' +
      '  - { name: p, type: pool, input: [6, 9, 9], kernel: 3, stride: 3 }\n' +
      '  - { name: b, type: fc, input: [6, 3, 3], filters: 5 }\n',
  );

  it('is the same for the same seed', async () => {
    const first = await command(network, '--json');
    expect(await command(network, '--json', '--seed', '1', '--batch', '4')).toEqual(first);
    const other = await json(network, '--seed', '2');
    expect(told(other)).not.toEqual(told(JSON.parse(first.out)));
    expect(other).toMatchObject({ network: 'tiny', batch: 4, images: 4 });
  });

  it('runs on as many images as are asked for', async () => {
    expect(await json(network, '--images', '3')).toMatchObject({ batch: 3, images: 3 });
    expect(await json(network, '--images', '7', '--batch', '3')).toMatchObject({ batch: 3, images: 7 });
    expect(await json(network, '--batch', '2')).toMatchObject({ batch: 2, images: 2 });
  });

  it('runs on given images, too', async () => {
    const values = npyOf(
      Float32Array.from({ length: 486 }, (_, i) => Math.cos(i)),
      [3, 2, 9, 9],
    );
    const { classes } = await json(network, '--input', write('waves.npy', values));
    expect(classes!.images.map(({ name }) => name)).toEqual(['waves.npy[0]', 'waves.npy[1]', 'waves.npy[2]']);
  });

  it('runs in the mapping of --mapping', async () => {
    const mapped = await json(network, '--mapping', 'm=2,n=2,p=2');
    expect(mapped.layers[0]!.mapping).toMatchObject({ m: 2, n: 2, e: 1, p: 2, q: 1, r: 1, t: 1 });
    const best = await json(network);
    expect(mapped.layers[0]!.cycles).toBeGreaterThan(best.layers[0]!.cycles);
    expect(mapped.layers[0]!.snrDb).toBe(best.layers[0]!.snrDb);
  });

  it('runs in the published mapping', async () => {
    const conv1 = '{ name: CONV1, type: conv, input: [3, 227, 227], filters: 96, kernel: 11, stride: 4 }';
    const alexnet = write('conv1.yaml', `name: one\nlayers:\n  - ${conv1}\n`);
    const { layers } = await json(alexnet, '--mapping', 'published', '--images', '1');
    expect(layers[0]).toMatchObject({
      mapping: { m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2 },
      activePes: 154,
    });
  });

  it('runs on a variant of the chip, with other energies', async () => {
    const chip = write('small.yaml', 'name: small\narray: { rows: 6, columns: 7 }\n');
    const costs = write('free.yaml', 'name: free\nenergy: { dram: 0, glb: 0, array: 0, rf: 0, alu: 3 }\n');
    const small = await json(network, '--chip', chip, '--hardware', costs);
    expect(small.chip).toBe('small');
    for (const { activePes, energy, macs, gatedMacs, type } of small.layers) {
      expect(activePes).toBeLessThanOrEqual(42);
      if (type !== 'pool') expect(energy.total).toBe(3 * (macs - gatedMacs));
    }
    expect(told(small)).toEqual(told(await json(network)));
  });
});
