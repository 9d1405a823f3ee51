import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCase, type Case } from '../chip/arbitrary.testing.ts';
import { quantiseAll } from './fixed-point.ts';
import { type NoisyLayer, noiseOf, sampleNoise } from './noise.ts';
import type { Noise } from './result.ts';

const convolutions = arbitraryCase.filter(
  ({ spec, run }) => spec.type !== 'pool' && run.layer.shape.ofmaps <= 400,
);

/** A layer whose weights are no words yet. */
const noisyLayer = fc
  .record({
    drawn: convolutions,
    seed: fc.nat(),
    ifmapFractionBits: fc.integer({ min: -3, max: 12 }),
    filterFractionBits: fc.integer({ min: 2, max: 16 }),
    isCorrected: fc.boolean(),
    size: fc.constantFrom(0.01, 0.5, 3),
  })
  .map(({ drawn, seed, ifmapFractionBits, filterFractionBits, isCorrected, size }) => {
    const { run } = drawn;
    const { G, M, weights } = run.layer.shape;
    const { truncation, relu } = run;
    const random = (length: number, scale: number) =>
      Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * (1 + (seed % 97))) * scale);
    const parameters = { weights: random(weights, size), biases: random(G * M, 10 * size) };
    const format = {
      ifmapFractionBits,
      filterFractionBits,
      ofmapFractionBits: ifmapFractionBits + filterFractionBits - truncation,
      truncation,
    };
    const filters = quantiseAll(parameters.weights, filterFractionBits);
    const biases = quantiseAll(parameters.biases, format.ofmapFractionBits);
    const correctedBiases = isCorrected ? biases.map((bias, m) => bias + 7 * m - 3) : undefined;
    const noisy: NoisyLayer = {
      layer: run.layer,
      format,
      relu,
      ifmap: run.words.ifmap.map((word) => word >> 4),
      filters,
      correctedBiases,
      parameters,
    };
    return { noisy, drawn };
  });

const wrapped = (sum: bigint): number => Number(BigInt.asIntN(16, sum));

/** For each word: what should be made, and what is made in each way. */
function everyWord(
  { layer, format, ifmap, filters, parameters, correctedBiases }: NoisyLayer,
  { spec, batch }: Case,
) {
  const { G, M, C, E, F, R, S } = layer.shape;
  const { truncation, ifmapFractionBits, ofmapFractionBits } = format;
  const [channels, height, width] = spec.input;
  const [strideV, strideH] = spec.type === 'fc' ? [1, 1] : spec.stride;
  const [top, left] = spec.type === 'fc' ? [0, 0] : spec.pad;
  const t = BigInt(truncation);
  const words = [];
  for (let image = 0; image < batch; image++) {
    for (let filter = 0; filter < G * M; filter++) {
      const bias = Math.round(parameters.biases[filter]! * 2 ** ofmapFractionBits);
      const correction = correctedBiases ? wrapped(BigInt(correctedBiases[filter]! - bias)) : 0;
      const taken = (places: number) => (2 ** places - 1) / 2 ** (places + 1);
      const below =
        truncation === 0 ? 0 : Math.round((correction * taken(truncation - 1)) / taken(truncation));
      for (let e = 0; e < E; e++) {
        for (let f = 0; f < F; f++) {
          let float = parameters.biases[filter]!;
          let [exact, cut, rounded, lower] = [0n, 0n, 0n, 0n];
          for (let k = 0; k < C * R * S; k++) {
            const channel = Math.floor(filter / M) * C + Math.floor(k / (R * S));
            const y = e * strideV + (Math.floor(k / S) % R) - top;
            const x = f * strideH + (k % S) - left;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            const pixel = ifmap[((image * channels + channel) * height + y) * width + x]!;
            const tap = filter * C * R * S + k;
            float += (pixel / 2 ** ifmapFractionBits) * parameters.weights[tap]!;
            const product = BigInt(pixel) * BigInt(filters[tap]!);
            exact += product;
            cut += product >> t;
            rounded += truncation === 0 ? product : (product + (1n << (t - 1n))) >> t;
            lower += truncation === 0 ? 2n * product : product >> (t - 1n);
          }
          const unit = 2 ** -ofmapFractionBits;
          const whole = Number(exact) / 2 ** truncation + bias;
          words.push({
            float,
            own: wrapped(cut + BigInt(bias + correction)) * unit,
            weights: whole * unit,
            uncorrected: wrapped(cut + BigInt(bias)) * unit,
            rounded: wrapped(rounded + BigInt(bias)) * unit,
            lowerWindow: (wrapped(lower + BigInt(2 * bias + below)) * unit) / 2,
            isOut: whole < -32768 || whole > 32767,
            isOutLower: 2 * whole < -32768 || 2 * whole > 32767,
          });
        }
      }
    }
  }
  return words;
}

describe('the noise of a layer', () => {
  it('is that of each way to make its words, all of them where they are few', () => {
    fc.assert(
      fc.property(noisyLayer, ({ noisy, drawn }) => {
        const words = everyWord(noisy, drawn);
        const noise = noiseOf(sampleNoise(noisy), { signal: 1, noise: 0 });
        const clip = (value: number) => (noisy.relu ? Math.max(0, value) : value);
        const ratio = (way: 'own' | 'weights' | 'uncorrected' | 'rounded' | 'lowerWindow') => {
          const signal = words.reduce((sum, one) => sum + clip(one.float) ** 2, 0);
          const off = words.reduce((sum, one) => sum + (clip(one[way]) - clip(one.float)) ** 2, 0);
          return { signal, off };
        };
        const compare = (found: number | null, way: Parameters<typeof ratio>[0]) => {
          const { signal, off } = ratio(way);
          // What is left of sums of floats in another order is no noise
          if (off <= 1e-20 * (signal + 1)) return;
          const wanted = signal === 0 ? -100 : Math.max(-100, 10 * Math.log10(signal / off));
          expect({ way, db: found }).toEqual({ way, db: expect.closeTo(wanted, 3) });
        };
        expect(noise.words).toBe(words.length);
        compare(noise.ownDb, 'own');
        compare(noise.weightsDb, 'weights');
        compare(noise.roundedDb, 'rounded');
        compare(noise.lowerWindowDb, 'lowerWindow');
        if (noisy.correctedBiases) compare(noise.uncorrectedDb, 'uncorrected');
        else expect(noise.uncorrectedDb).toBeNull();
        const percent = (which: 'isOut' | 'isOutLower') =>
          (100 * words.filter((one) => one[which]).length) / words.length;
        expect(noise.overflowPercent).toBeCloseTo(percent('isOut'), 9);
        expect(noise.lowerWindowOverflowPercent).toBeCloseTo(percent('isOutLower'), 9);
      }),
      { numRuns: 200 },
    );
  });

  it('is of a part of the words where they are many, and always of the same', () => {
    fc.assert(
      fc.property(noisyLayer, ({ noisy }) => {
        expect(sampleNoise(noisy)).toEqual(sampleNoise(noisy));
      }),
      { numRuns: 20 },
    );
    const [many] = fc.sample(noisyLayer, 1);
    const { noisy } = many!;
    const layer = {
      ...noisy.layer,
      height: 90,
      width: 90,
      padTop: 0,
      padLeft: 0,
      shape: { ...noisy.layer.shape, N: 1, G: 1, M: 1, C: 1, R: 1, S: 1, E: 90, F: 90, Uv: 1, Uh: 1 },
    };
    const ifmap = new Int16Array(8100).fill(3);
    expect(sampleNoise({ ...noisy, layer, ifmap }).words).toBe(4096);
  });
});

describe('what limits a layer', () => {
  const nothing = { signal: 1, noise: 0 };
  const sample = {
    words: 10,
    isCorrected: true,
    deviations: {
      own: nothing,
      weights: nothing,
      uncorrected: nothing,
      rounded: nothing,
      lowerWindow: nothing,
    },
    overflows: 0,
    lowerWindowOverflows: 3,
  };
  const limit = (own: number, weights: number, whole: number, overflows = 0): Noise['limit'] => {
    const of = (noise: number) => ({ signal: 1, noise });
    const deviations = { ...sample.deviations, own: of(own), weights: of(weights) };
    return noiseOf({ ...sample, deviations, overflows }, of(whole)).limit;
  };

  it.each([
    ['ifmap', limit(0.1, 0.05, 0.5)],
    ['weights', limit(0.1, 0.09, 0.11)],
    ['cutting', limit(0.3, 0.1, 0.4)],
    ['overflow', limit(0.1, 0.09, 0.11, 1)],
  ])('is %s where that is the largest part', (wanted, found) => {
    expect(found).toBe(wanted);
  });

  it('are ratios of nothing where there is no noise', () => {
    const noise = noiseOf(sample, nothing);
    expect(noise).toMatchObject({ ownDb: null, weightsDb: null, roundedDb: null, lowerWindowDb: null });
    expect(noise.lowerWindowOverflowPercent).toBe(30);
  });
});
