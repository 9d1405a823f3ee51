import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { LARGEST_WORD, LEAST_WORD, wrap } from '../chip/arithmetic.ts';
import type { ChipLayer } from '../chip/geometry.ts';
import { addDeviations, type Deviation, decibels, NO_DEVIATION } from './decibels.ts';
import type { LayerParameters } from './parameters.ts';
import type { LayerFormat, Noise, NoiseLimit } from './result.ts';

/** A layer as it ran, and as it should have. */
export interface NoisyLayer {
  readonly layer: ChipLayer;
  readonly format: LayerFormat;
  readonly relu: boolean;
  readonly ifmap: Int16Array;
  readonly filters: Int16Array;
  /** Biases of each filter with what cutting takes on average; undefined where that was not made up for. */
  readonly correctedBiases: Int16Array | undefined;
  readonly parameters: LayerParameters;
}

/** Ways to make a sum, each with how far it is from the float layer. */
const WAYS = ['own', 'weights', 'uncorrected', 'rounded', 'lowerWindow'] as const;
type Way = (typeof WAYS)[number];

/** What words were found to be, made in each way. */
export interface NoiseSample {
  readonly words: number;
  /** Whether biases made up for what cutting takes. */
  readonly isCorrected: boolean;
  readonly deviations: Readonly<Record<Way, Deviation>>;
  /** Words out of range: as it was, and with the window one place lower. */
  readonly overflows: number;
  readonly lowerWindowOverflows: number;
}

/** Products that a sample costs at most, unless it is of one word. */
const MOST_PRODUCTS = 2 ** 22;
const MOST_WORDS = 4096;

/** Makes words of a layer's ofmaps again in each way: so many as are worth it, drawn with a seed of their own. */
export function sampleNoise(noisy: NoisyLayer): NoiseSample {
  const { G, N, M, E, F, C, R, S } = noisy.layer.shape;
  const all = N * G * M * E * F;
  const words = Math.max(1, Math.min(all, MOST_WORDS, Math.floor(MOST_PRODUCTS / (C * R * S))));
  const generator = xoroshiro128plus(2);
  let sample: NoiseSample = {
    words,
    isCorrected: noisy.correctedBiases !== undefined,
    deviations: Object.fromEntries(WAYS.map((way) => [way, NO_DEVIATION])) as NoiseSample['deviations'],
    overflows: 0,
    lowerWindowOverflows: 0,
  };
  for (let i = 0; i < words; i++) {
    const at = words === all ? i : uniformInt(generator, 0, all - 1);
    sample = withWord(sample, noisy, at);
  }
  return sample;
}

function withWord(sample: NoiseSample, noisy: NoisyLayer, at: number): NoiseSample {
  const { format, relu } = noisy;
  const { E, F, G, M } = noisy.layer.shape;
  const filter = Math.floor(at / (E * F)) % (G * M);
  const sums = sumsAt(noisy, at, filter);
  const unit = 2 ** -format.ofmapFractionBits;
  const number = noisy.parameters.biases[filter]!;
  // Before it is a word modulo 2^16
  const bias = Math.round(number / unit);
  const correction = noisy.correctedBiases ? wrap(noisy.correctedBiases[filter]! - bias) : 0;
  const expected = sums.float + number;
  const numbers: Readonly<Record<Way, number>> = {
    own: wrap(sums.cut + bias + correction) * unit,
    weights: (sums.exact + bias) * unit,
    uncorrected: wrap(sums.cut + bias) * unit,
    rounded: wrap(sums.rounded + bias) * unit,
    lowerWindow: (wrap(sums.lower + 2 * bias + lowerCorrection(correction, format)) * unit) / 2,
  };
  const clipped = (number: number) => (relu && number < 0 ? 0 : number);
  const wanted = clipped(expected);
  const isOut = (value: number) => value < LEAST_WORD || value > LARGEST_WORD;
  return {
    ...sample,
    deviations: Object.fromEntries(
      WAYS.map((way) => {
        const one = { signal: wanted ** 2, noise: (clipped(numbers[way]) - wanted) ** 2 };
        return [way, addDeviations(sample.deviations[way], one)];
      }),
    ) as NoiseSample['deviations'],
    overflows: sample.overflows + Number(isOut(sums.exact + bias)),
    lowerWindowOverflows: sample.lowerWindowOverflows + Number(isOut(2 * (sums.exact + bias))),
  };
}

/**
 * What makes up for cutting with the window one place lower, in its units. Cutting t places from numbers takes the mean of 0
 * to 2^t − 1 over 2^t from each: half a unit, and less where they are few.
 */
function lowerCorrection(correction: number, { truncation }: LayerFormat): number {
  const taken = (places: number) => (1 - 2 ** -places) / 2;
  return truncation === 0 ? 0 : Math.round((correction * taken(truncation - 1)) / taken(truncation));
}

/** The sum of one word's products: in floating point; with 16-bit weights, exact; of cut products, and of rounded ones. */
function sumsAt({ layer, ifmap, filters, parameters, format }: NoisyLayer, at: number, filter: number) {
  const { shape, height, width, padTop, padLeft } = layer;
  const { G, M, C, E, F, R, S, Uv, Uh } = shape;
  const { truncation, ifmapFractionBits } = format;
  const half = truncation === 0 ? 0 : 2 ** (truncation - 1);
  const below = Math.max(0, truncation - 1);
  const left = (at % F) * Uh - padLeft;
  const top = (Math.floor(at / F) % E) * Uv - padTop;
  const image = Math.floor(at / (E * F * G * M));
  const group = Math.floor(filter / M);
  let [float, exact, cut, rounded, lower] = [0, 0, 0, 0, 0];
  for (let c = 0; c < C; c++) {
    const plane = ((image * G + group) * C + c) * height * width;
    for (let i = Math.max(0, -top); i < Math.min(R, height - top); i++) {
      const row = plane + (top + i) * width + left;
      const taps = ((filter * C + c) * R + i) * S;
      for (let j = Math.max(0, -left); j < Math.min(S, width - left); j++) {
        const pixel = ifmap[row + j]!;
        const product = pixel * filters[taps + j]!;
        float += pixel * parameters.weights[taps + j]!;
        exact += product;
        cut = (cut + (product >> truncation)) | 0;
        rounded = (rounded + ((product + half) >> truncation)) | 0;
        lower = (lower + (product >> below)) | 0;
      }
    }
  }
  return {
    float: float * 2 ** -ifmapFractionBits,
    exact: exact / 2 ** truncation,
    cut,
    rounded,
    lower: truncation === 0 ? 2 * lower : lower,
  };
}

/**
 * Where a layer's noise comes from.
 *
 * @param whole of all its ofmaps, against the float network
 */
export function noiseOf(
  { words, isCorrected, deviations, overflows, lowerWindowOverflows }: NoiseSample,
  whole: Deviation,
): Noise {
  const { own, weights, uncorrected, rounded, lowerWindow } = deviations;
  return {
    words,
    ownDb: decibels(own),
    weightsDb: decibels(weights),
    uncorrectedDb: isCorrected ? decibels(uncorrected) : null,
    roundedDb: decibels(rounded),
    lowerWindowDb: decibels(lowerWindow),
    lowerWindowOverflowPercent: (100 * lowerWindowOverflows) / words,
    overflowPercent: (100 * overflows) / words,
    limit: overflows > 0 ? 'overflow' : largest(own, weights, whole),
  };
}

/** The largest part of the noise: that which came in, that of the weights, or the rest. */
function largest(own: Deviation, weights: Deviation, whole: Deviation): NoiseLimit {
  const share = ({ signal, noise }: Deviation) => (signal === 0 ? 0 : noise / signal);
  const parts: Readonly<Record<Exclude<NoiseLimit, 'overflow'>, number>> = {
    ifmap: share(whole) - share(own),
    weights: share(weights),
    cutting: share(own) - share(weights),
  };
  const names = ['ifmap', 'weights', 'cutting'] as const;
  return names.reduce((most, name) => (parts[name] > parts[most] ? name : most));
}
