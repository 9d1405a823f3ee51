import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { chooseMapping } from '../chip/choose-mapping.ts';
import { ofmapByDefinition } from '../chip/definition.testing.ts';
import { encode } from '../chip/rlc.ts';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { type Layer, layerFromSpec, outputSize } from '../layer/layer.ts';
import { finish } from '../steps.ts';
import { largestMagnitude } from './fixed-point.ts';
import { layerFormat } from './format.ts';
import { type LayerTally, layerWords, NO_TALLY, type ReadyLayer, runLayer } from './layer-run.ts';
import type { ChipStep } from './plan.ts';
import type { LayerFormat } from './result.ts';
import { syntheticImage } from './synthetic-model.ts';

const layer = layerFromSpec({ name: 'c', type: 'conv', input: [3, 5, 4], filters: 4, kernel: 3, pad: 1 });
const row = layerFromSpec({ name: 'f', type: 'fc', input: [300], filters: 2 });

/** A layer with weights, ready to run. */
function readyLayer(
  layer: Layer,
  format: LayerFormat,
  weights: Float32Array,
  biases: Float32Array,
  correctsBias: boolean,
) {
  const parameters = { weights, biases };
  const step = { layer, rows: 1, relu: true } as ChipStep;
  const ready: ReadyLayer = {
    chip: EYERISS_CHIP,
    step,
    format,
    ...layerWords(parameters, format),
    parameters,
    correctsBias,
    codesIfmap: true,
  };
  return ready;
}

const mappingFor = (layer: Layer, images: number) =>
  chooseMapping(EYERISS_CHIP, layer, images, {}, EYERISS_ENERGY).mapping;

function runOn(ready: ReadyLayer, ifmap: Int16Array, images: number, tally: LayerTally = NO_TALLY) {
  const { layer } = ready.step;
  const [channels, height, width] = outputSize(layer);
  const expected = new Float32Array(images * channels * height * width).fill(1);
  const batch = { images, mapping: mappingFor(layer, images), ifmap, expected };
  return finish(runLayer(ready, batch, tally, new Map()));
}

/** A layer, words to run it on, and a format in which its sums fit. */
const drawn = fc
  .record({
    seed: fc.nat(1000),
    images: fc.integer({ min: 1, max: 3 }),
    zeros: fc.constantFrom(1, 2, 5),
    correctsBias: fc.boolean(),
  })
  .map(({ seed, images, zeros, correctsBias }) => {
    const ifmap = Int16Array.from(syntheticImage(images * 60, seed), (value, i) =>
      i % zeros === 0 ? value * 3000 : 0,
    );
    const weights = syntheticImage(108, seed + 1);
    const biases = syntheticImage(4, seed + 2);
    const format = layerFormat({
      ifmapFractionBits: 10,
      weights: largestMagnitude(weights),
      sums: 27 * 3,
      products: 27,
    });
    return { ready: readyLayer(layer, format, weights, biases, correctsBias), ifmap, images };
  });

describe('a layer', () => {
  it('runs with biases that make up for what cutting takes on average in the first batch, or as they are', () => {
    fc.assert(
      fc.property(drawn, ({ ready, ifmap, images }) => {
        const { truncation } = ready.format;
        const { filters, biases, correctsBias } = ready;
        const { ofmap, tally } = runOn(ready, ifmap, images);
        const run = tally.correctedBiases!;
        const words = { ifmap, filters, biases: run };
        expect(ofmap).toEqual(ofmapByDefinition(layer, images, words, { truncation, relu: true }));
        expect(tally.check).toEqual({ words: ofmap.length, bitExact: true });
        if (!correctsBias) expect(run).toEqual(biases);
        else {
          for (const [filter, loss] of meanLosses(ifmap, filters, images, truncation).entries()) {
            expect(Math.abs(run[filter]! - biases![filter]! - loss)).toBeLessThanOrEqual(0.5 + 1e-6);
          }
        }
        expect(runOn(ready, ifmap.toReversed(), images, tally).tally.correctedBiases).toEqual(run);
      }),
      { numRuns: 40 },
    );
  });

  it('makes up for cutting also where it takes a whole unit from each product', () => {
    // In one image 300 products of −1 become as many units, in another nothing is cut, beside biases near the ends of the range
    const format = { ifmapFractionBits: 0, filterFractionBits: 0, ofmapFractionBits: -8, truncation: 8 };
    const biases = Int16Array.of(-32_600, 32_600);
    const numbers = Float32Array.from(biases, (bias) => bias * 256);
    const ready = readyLayer(row, format, new Float32Array(600).fill(-1), numbers, true);
    const ifmap = new Int16Array(600).fill(1, 0, 300);
    const { tally } = runOn({ ...ready, step: { ...ready.step, relu: false } }, ifmap, 2);
    const loss = (300 - 300 / 256) / 2;
    expect(tally.correctedBiases).toEqual(biases.map((bias) => bias + Math.round(loss)));
  });

  it('counts words, zeros and what they take in the memory, over all batches', () => {
    fc.assert(
      fc.property(drawn, ({ ready, ifmap, images }) => {
        const first = runOn(ready, ifmap, images);
        const second = runOn(
          ready,
          ifmap.map((word) => -word),
          images,
          first.tally,
        );
        const code = (words: Int16Array) => encode(words, EYERISS_CHIP.rlc).byteLength / 2;
        const zeros = (words: Int16Array) => words.filter((word) => word === 0).length;
        const ofmaps = [first.ofmap, second.ofmap];
        expect(second.tally.ofmap).toEqual({
          words: ofmaps[0]!.length * 2,
          zeros: zeros(ofmaps[0]!) + zeros(ofmaps[1]!),
          stored: code(ofmaps[0]!) + code(ofmaps[1]!),
        });
        expect(second.tally.ifmap).toEqual({
          words: 2 * ifmap.length,
          zeros: 2 * zeros(ifmap),
          stored: 2 * code(ifmap),
        });
        expect(second.tally.deviation.signal).toBe(2 * ofmaps[0]!.length);
        expect(second.tally.measures!.macs).toBe(2 * first.tally.measures!.macs);
        expect(second.tally.sample).toBe(first.tally.sample);
      }),
      { numRuns: 20 },
    );
  });
});

/** What cutting takes from the sums of each filter, on average, from the definition: with exact sums less those of cut products. */
function meanLosses(
  ifmap: Int16Array,
  filters: Int16Array,
  images: number,
  truncation: number,
): readonly number[] {
  const losses = [0, 0, 0, 0];
  for (let image = 0; image < images; image++) {
    for (let m = 0; m < 4; m++) {
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 4; x++) {
          for (let c = 0; c < 3; c++) {
            for (let i = 0; i < 9; i++) {
              const [row, column] = [y + Math.floor(i / 3) - 1, x + (i % 3) - 1];
              if (row < 0 || row > 4 || column < 0 || column > 3) continue;
              const product =
                ifmap[((image * 3 + c) * 5 + row) * 4 + column]! * filters[(m * 3 + c) * 9 + i]!;
              losses[m]! += product / 2 ** truncation - Math.floor(product / 2 ** truncation);
            }
          }
        }
      }
    }
  }
  return losses.map((loss) => loss / (images * 20));
}
