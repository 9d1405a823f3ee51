/** Results of runs that nobody ran: their parts add up, and anything else may be. */

import fc from 'fast-check';
import type { Energy } from '../analysis/result.ts';
import { DATA_TYPES, EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import {
  type Classification,
  type ClassifiedImage,
  type ClassScore,
  type Fmap,
  type HostNode,
  NOISE_LIMITS,
  type Noise,
  type RanLayer,
  type RunResult,
} from '../run/result.ts';

/** What these layers run on. */
const [PES, MEGAHERTZ] = [168, 200];

type Words = Omit<RanLayer['dram']['uncompressed'], 'bytes'>;

/** What is known of a layer without adding up. */
type LayerParts = Omit<
  RanLayer,
  | 'gatedMacs'
  | 'cycles'
  | 'processingLatencyMs'
  | 'dram'
  | 'waterfall'
  | 'energy'
  | 'power'
  | 'format'
  | 'output'
> & {
  readonly gatedPercent: number;
  /** Cycles of all PEs, by what they are lost to: all but the last. */
  readonly losses: readonly number[];
  /** Words per MAC, by level and then by type of data. */
  readonly accesses: readonly number[];
  readonly compressed: Words;
  readonly uncompressed: Words;
  readonly fractionBits: readonly [ifmap: number, filter: number, ofmap: number];
  readonly bitExact: boolean;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function ranLayer(parts: LayerParts): RanLayer {
  const { gatedPercent, losses, accesses, compressed, uncompressed, fractionBits, bitExact, ...rest } = parts;
  const { macs } = rest;
  const [idlePes = 0, fragmentation = 0, filterLoad = 0, ramp = 0, ifmapBus = 0] = losses.map((n) => PES * n);
  const used = { idlePes, fragmentation, filterLoad, ramp, ifmapBus, psumBus: PES - (macs % PES), macs };
  const total = sum(Object.values(used));
  const cycles = total / PES;
  const inBytes = (words: Words) => ({ ...words, bytes: 2 * sum(Object.values(words)) });
  const [ifmapFractionBits, filterFractionBits, ofmapFractionBits] = fractionBits;
  const truncation = ifmapFractionBits + filterFractionBits - ofmapFractionBits;
  return {
    ...rest,
    gatedMacs: Math.floor((macs * gatedPercent) / 100),
    cycles,
    processingLatencyMs: cycles / MEGAHERTZ / 1e3,
    dram: {
      ...inBytes(compressed),
      uncompressed: inBytes(uncompressed),
      linkMs: inBytes(compressed).bytes / 3e5,
    },
    waterfall: { total, ...used },
    energy: energyOf(macs, gatedPercent, accesses),
    power: { chip: 120 + (200 * macs) / total, dram: 20 + (30 * macs) / total },
    format: { ifmapFractionBits, filterFractionBits, ofmapFractionBits, truncation },
    output: { bitExact, checkedWords: 100, words: uncompressed.ofmap },
  };
}

function energyOf(macs: number, gatedPercent: number, accesses: readonly number[]): Energy {
  const one = (level: number, data: number) =>
    macs * accesses[DATA_TYPES.length * level + data]! * EYERISS_ENERGY[LEVELS[level]!];
  const ofLevel = (level: number) => sum(DATA_TYPES.map((_, data) => one(level, data)));
  const ofData = (data: number) => sum(LEVELS.map((_, level) => one(level, data)));
  const alu = macs * (1 - gatedPercent / 100) * EYERISS_ENERGY.alu;
  const byLevel = { alu, dram: ofLevel(0), glb: ofLevel(1), array: ofLevel(2), rf: ofLevel(3) };
  const total = sum(Object.values(byLevel));
  return {
    total,
    perMac: total / macs,
    byLevel,
    byData: { ifmap: ofData(0), weight: ofData(1), psum: ofData(2) },
  };
}

/** A result with what follows from its layers and images. */
function ran(
  parts: Omit<RunResult, 'images' | 'runtime' | 'total' | 'powerSource'>,
  images: number,
  macsPercent: number | null,
): RunResult {
  const { layers } = parts;
  const all = (of: (layer: RanLayer) => number) => sum(layers.map(of));
  const processingLatencyMs = all((layer) => layer.processingLatencyMs);
  const busyMs = all((layer) => Math.max(layer.processingLatencyMs, layer.dram.linkMs));
  const meanPower = (of: (power: RanLayer['power']) => number) =>
    all(({ power, processingLatencyMs: ms }) => of(power) * ms) / processingLatencyMs;
  const power = { chip: meanPower(({ chip }) => chip), dram: meanPower(({ dram }) => dram) };
  return {
    ...parts,
    images,
    runtime: 'onnxruntime-web 1.30.0',
    powerSource: 'fitted to AlexNet on Eyeriss; a lower bound where PEs mostly wait',
    total: {
      macs: all(({ macs }) => macs),
      macsPercent,
      gatedMacs: all(({ gatedMacs }) => gatedMacs),
      cycles: all(({ cycles }) => cycles),
      processingLatencyMs,
      framesPerSecond: (1e3 * images) / busyMs,
      dramBytes: all(({ dram }) => dram.bytes),
      linkMs: all(({ dram }) => dram.linkMs),
      energy: all(({ energy }) => energy.total),
      power,
      millijoulesPerImage: ((power.chip + power.dram) * busyMs) / 1e3 / images,
    },
  };
}

/** Images with what follows from their classes. */
export function classified(
  images: readonly ClassifiedImage[],
  accuracyPercent: Classification['accuracyPercent'] = null,
): Classification {
  const agreeing = images.filter(({ chip, float }) => chip[0]!.class === float[0]!.class).length;
  return { agreeing, agreementPercent: (100 * agreeing) / images.length, accuracyPercent, images };
}

/** A run of so many layers that could have been: numbers that look like a network's, the same every time. */
export function exampleRun(count: number, names = (i: number) => `conv${i + 1}`): RunResult {
  /** Between 0 and 1, as if at random. */
  const some = (i: number, k: number) => Math.abs(Math.sin(12.9898 * (i + 1) + 78.233 * k) * 43758.5453) % 1;
  const layers = Array.from({ length: count }, (_, i): RanLayer => {
    const at = (k: number, low: number, high: number) => low + (high - low) * some(i, k);
    const whole = (k: number, low: number, high: number) => Math.round(at(k, low, high));
    const [last, pool] = [count > 1 && i === count - 1, i % 7 === 3];
    const ownDb = at(1, 48, 66);
    const limit = NOISE_LIMITS[i === 0 ? 2 : whole(2, 0, 2)]!;
    return ranLayer({
      name: last ? 'fc' : pool ? names(i).replace('conv', 'pool') : names(i),
      type: last ? 'fc' : pool ? 'pool' : 'conv',
      operators: last
        ? ['Gemm']
        : pool
          ? ['MaxPool']
          : i % 2
            ? ['Conv', 'Relu']
            : ['Conv', 'BatchNormalization', 'Relu'],
      mapping: {
        m: 16 * whole(3, 1, 16),
        n: 4,
        e: whole(4, 1, 28),
        p: 16,
        q: whole(5, 1, 4),
        r: 1,
        t: whole(6, 1, 4),
      },
      macs: whole(7, 2e6, 4e7),
      gatedPercent: i === 0 ? 0 : at(8, 20, 80),
      losses: [at(9, 1e4, 9e4), 2e4, 1e4, 5e3, 4e3].map(Math.round),
      accesses: [0.002, 0.003, 0.001, 0.02, 0.01, 0.03, 0.2, 0.1, 0.2, 1, 1, 2].map(
        (w, k) => w * at(20 + k, 0.5, 1),
      ),
      passes: whole(10, 4, 400),
      activePes: whole(11, 90, 168),
      compressed: {
        ifmap: whole(12, 4e4, 2e5),
        weight: whole(13, 1e4, 9e4),
        ofmap: whole(14, 4e4, 2e5),
        psum: 0,
      },
      uncompressed: { ifmap: 3e5, weight: 9e4, ofmap: 3e5, psum: 0 },
      zerosPercent: i === 0 ? 19.1 : at(8, 30, 85),
      ofmapZerosPercent: at(15, 30, 85),
      rlc: { ifmap: i === 0 ? 1 : at(16, 1.1, 2.2), ofmap: at(17, 1.1, 2.2) },
      fractionBits: [8, 14, 9],
      snrDb: i === 0 ? ownDb : ownDb - at(18, 0.1, 9),
      noise: pool
        ? null
        : {
            words: 4096,
            ownDb,
            weightsDb: ownDb + (limit === 'weights' ? 0.2 : at(19, 12, 30)),
            uncorrectedDb: ownDb - 4,
            roundedDb: ownDb + (limit === 'weights' ? 0.1 : at(32, 0, 13)),
            lowerWindowDb: ownDb + at(33, -20, 6),
            lowerWindowOverflowPercent: at(33, -20, 6) > 0 ? 0 : 0.3,
            overflowPercent: 0,
            limit,
          },
      bitExact: true,
      note: null,
    });
  });
  const host: HostNode[] = [
    { name: 'reshape', op: 'Reshape', reason: null },
    ...Array.from({ length: 3 }, (_, i) => ({ name: `mul${i}`, op: 'Mul', reason: null })),
    { name: 'pool', op: 'AveragePool', reason: 'the chip has no average pooling' },
    { name: 'softmax', op: 'Softmax', reason: null },
  ];
  const images = Array.from({ length: 10 }, (_, i): ClassifiedImage => {
    const scores = (best: number): ClassScore[] => [
      { class: best, label: `digit ${best}`, score: 9 + some(i, 40) },
    ];
    return { name: `${i}.png`, chip: scores(i), float: scores(i === 6 ? 8 : i) };
  });
  const classes = classified(images, { chip: 90, float: 100 });
  return ran({ network: 'example', chip: 'eyeriss', batch: 4, layers, host, classes }, 10, 97.3);
}

const upTo = (most: number) => fc.integer({ min: 1, max: most });
const percent = fc.double({ min: 0, max: 100, noNaN: true });
const decibels = fc.option(fc.double({ min: -20, max: 110, noNaN: true }), { freq: 8 });
const anyText = fc.string({ unit: 'binary', minLength: 1 });
const words = fc.record({ ifmap: upTo(1e6), weight: upTo(1e6), ofmap: upTo(1e6), psum: upTo(1e5) });

const arbitraryNoise: fc.Arbitrary<Noise> = fc.record({
  words: upTo(10_000),
  ownDb: decibels,
  weightsDb: decibels,
  uncorrectedDb: decibels,
  roundedDb: decibels,
  lowerWindowDb: decibels,
  lowerWindowOverflowPercent: percent,
  overflowPercent: percent,
  limit: fc.constantFrom(...NOISE_LIMITS),
});

const arbitraryLayer: fc.Arbitrary<RanLayer> = fc
  .record({
    name: fc.oneof(anyText, fc.constantFrom('conv1', 'conv2', '/fc/Gemm')),
    type: fc.constantFrom('conv', 'fc', 'pool'),
    operators: fc.subarray(['Conv', 'BatchNormalization', 'Relu', 'Clip'], { minLength: 1 }),
    mapping: fc.record({
      m: upTo(1024),
      n: upTo(16),
      e: upTo(64),
      p: upTo(32),
      q: upTo(8),
      r: upTo(14),
      t: upTo(14),
    }),
    macs: upTo(1e9),
    gatedPercent: percent,
    losses: fc.array(upTo(1e8), { minLength: 5, maxLength: 5 }),
    accesses: fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 }),
    passes: upTo(10_000),
    activePes: upTo(PES),
    compressed: words,
    uncompressed: words,
    rlc: fc.record({ ifmap: fc.double({ min: 0.9, max: 16, noNaN: true }), ofmap: fc.constant(1) }),
    zerosPercent: percent,
    ofmapZerosPercent: percent,
    fractionBits: fc.tuple(upTo(15), upTo(15), upTo(15)),
    snrDb: decibels,
    noise: arbitraryNoise,
    bitExact: fc.boolean(),
    note: fc.option(anyText),
  })
  .map((parts) => ranLayer({ ...parts, noise: parts.type === 'pool' ? null : parts.noise }));

const arbitraryHost: fc.Arbitrary<HostNode> = fc.record({
  name: anyText,
  op: fc.oneof(fc.constantFrom('Mul', 'Softmax', 'MatMul'), anyText),
  reason: fc.option(anyText, { freq: 2 }),
});

const arbitraryScores: fc.Arbitrary<ClassScore[]> = fc.array(
  fc.record({
    class: upTo(1000),
    label: fc.option(anyText),
    score: fc.double({ min: -60, max: 60, noNaN: true }),
  }),
  { minLength: 1, maxLength: 5 },
);

const arbitraryImage: fc.Arbitrary<ClassifiedImage> = fc
  .record({ name: anyText, chip: arbitraryScores, float: arbitraryScores, isSame: fc.boolean() })
  .map(({ name, chip, float, isSame }) => ({ name, chip, float: isSame ? chip : float }));

/** Any result of a run. */
export const arbitraryRun: fc.Arbitrary<RunResult> = fc
  .record({
    network: anyText,
    chip: anyText,
    batch: upTo(16),
    images: fc.array(arbitraryImage, { minLength: 1, maxLength: 40 }),
    layers: fc.array(arbitraryLayer, { minLength: 1, maxLength: 12 }),
    host: fc.array(arbitraryHost, { maxLength: 12 }),
    hasClasses: fc.boolean(),
    accuracyPercent: fc.option(fc.record({ chip: percent, float: percent })),
    macsPercent: fc.option(percent),
  })
  .map(({ images, hasClasses, accuracyPercent, macsPercent, ...rest }) =>
    ran(
      { ...rest, classes: hasClasses ? classified(images, accuracyPercent) : null },
      images.length,
      macsPercent,
    ),
  );

/** Feature maps of any size, many of their words 0. */
export const arbitraryFmap: fc.Arbitrary<Fmap> = fc
  .record({ name: anyText, channels: upTo(20), height: upTo(9), width: upTo(9) })
  .chain(({ name, ...sizes }) => {
    const length = sizes.channels * sizes.height * sizes.width;
    const word = fc.oneof(fc.constant(0), fc.integer({ min: -32_768, max: 32_767 }));
    return fc
      .array(word, { minLength: length, maxLength: length })
      .map((words) => ({ name, ...sizes, words: Int16Array.from(words) }));
  });
