import { wrap } from '../chip/arithmetic.ts';
import type { Chip } from '../chip/chip.ts';
import { type ChipLayer, chipLayer } from '../chip/geometry.ts';
import { activePesOf, type LayerRun } from '../chip/layer.ts';
import { type KnownPasses, ofmapByKernel, simulatePasses } from '../chip/layer-passes.ts';
import type { ChipMapping } from '../chip/mapping.ts';
import { addMeasures, type LayerMeasures, layerMeasures } from '../chip/measures.ts';
import { type Check, spotCheck } from '../chip/spot-check.ts';
import { finish, type Progress } from '../steps.ts';
import { meanLoss } from './bias-correction.ts';
import { addDeviations, type Deviation, deviation, NO_DEVIATION } from './decibels.ts';
import { quantiseAll, quantiseModulo } from './fixed-point.ts';
import { roomForCutting } from './format.ts';
import { storedLength } from './memory.ts';
import { type NoiseSample, sampleNoise } from './noise.ts';
import type { LayerParameters } from './parameters.ts';
import type { ChipStep } from './plan.ts';
import type { LayerFormat } from './result.ts';

/** A layer that is ready to run. */
export interface ReadyLayer {
  readonly chip: Chip;
  readonly step: ChipStep;
  readonly format: LayerFormat;
  /** Empty for a pooling layer. */
  readonly filters: Int16Array;
  readonly biases: Int16Array | undefined;
  readonly parameters: LayerParameters | undefined;
  /** Whether biases make up for what cutting products takes on average. */
  readonly correctsBias: boolean;
  /** False where it reads the network's input, which is not compressed. */
  readonly codesIfmap: boolean;
}

/** What is known of a layer from the batches that it has run: plain data, to be kept. */
export interface LayerTally {
  readonly measures: LayerMeasures | undefined;
  readonly activePes: number;
  /** From the float network. */
  readonly deviation: Deviation;
  readonly ifmap: WordCounts;
  readonly ofmap: WordCounts;
  /** Made with the first batch. */
  readonly correctedBiases: Int16Array | undefined;
  readonly sample: NoiseSample | undefined;
  readonly check: Check | undefined;
}

interface WordCounts {
  readonly words: number;
  readonly zeros: number;
  /** What whole fmaps take in the memory. */
  readonly stored: number;
}

const NO_WORDS: WordCounts = { words: 0, zeros: 0, stored: 0 };

export const NO_TALLY: LayerTally = {
  measures: undefined,
  activePes: 0,
  deviation: NO_DEVIATION,
  ifmap: NO_WORDS,
  ofmap: NO_WORDS,
  correctedBiases: undefined,
  sample: undefined,
  check: undefined,
};

/** One batch of a layer. */
export interface Batch {
  /** Images of the network. */
  readonly images: number;
  readonly mapping: ChipMapping;
  readonly ifmap: Int16Array;
  /** What the float network makes, before the ReLU. */
  readonly expected: ArrayLike<number>;
}

/** Words of each ofmap of the first batch that are computed again from the definition. */
const CHECKED = 1024;

/** Makes the words of a layer: its filters, and its biases in the units of its psums and, as these, modulo 2^16. */
export function layerWords(parameters: LayerParameters, format: LayerFormat) {
  return {
    filters: quantiseAll(parameters.weights, format.filterFractionBits),
    biases: quantiseModulo(parameters.biases, format.ofmapFractionBits),
  };
}

/** Runs one batch of a layer on the chip, and adds what it took and how near it came. */
export function* runLayer(
  ready: ReadyLayer,
  batch: Batch,
  tally: LayerTally,
  known: KnownPasses,
): Generator<Progress, { readonly ofmap: Int16Array; readonly tally: LayerTally }> {
  const { chip, step, format, codesIfmap } = ready;
  const { images, mapping, ifmap, expected } = batch;
  const layer = chipLayer(step.layer, images * step.rows);
  const biases = tally.correctedBiases ?? correctedBiases(ready, layer, ifmap, mapping);
  const run: LayerRun = {
    chip,
    layer,
    mapping,
    words: { ifmap, filters: ready.filters, biases },
    truncation: format.truncation,
    relu: step.relu,
    codesIfmap,
  };
  const simulation = yield* simulatePasses(run, { known });
  const { ofmap } = simulation;
  const measures = layerMeasures(run, simulation);
  const next: LayerTally = {
    measures: tally.measures ? addMeasures(tally.measures, measures) : measures,
    activePes: Math.max(tally.activePes, activePesOf(layer, mapping)),
    deviation: addDeviations(
      tally.deviation,
      deviation(ofmap, format.ofmapFractionBits, expected, step.relu),
    ),
    ifmap: withWords(tally.ifmap, ifmap, chip, codesIfmap),
    ofmap: withWords(tally.ofmap, ofmap, chip, true),
    correctedBiases: biases,
    sample: tally.sample ?? sampleOf(ready, layer, ifmap, biases),
    check: tally.check ?? spotCheck(run, ofmap, CHECKED),
  };
  return { ofmap, tally: next };
}

function correctedBiases(
  { chip, format, filters, biases, correctsBias, codesIfmap }: ReadyLayer,
  layer: ChipLayer,
  ifmap: Int16Array,
  mapping: ChipMapping,
): Int16Array | undefined {
  if (biases === undefined || !correctsBias || format.truncation === 0) return biases;
  const { truncation } = format;
  const { C, R, S } = layer.shape;
  const products = C * R * S;
  // Raised by the room that there is, no sum falls out of its range, whatever cutting takes; where it takes more than any
  // room, sums come back into the range if they are raised by what it takes of products that are not zero
  const share = 1 - zerosIn(ifmap) / ifmap.length;
  const raise = Math.floor(Math.max(roomForCutting(products), (products * share) / 2));
  const raised = biases.map((bias) => wrap(bias + raise));
  const words = { ifmap, filters, biases: raised };
  const sums = finish(ofmapByKernel({ chip, layer, mapping, words, truncation, relu: false, codesIfmap }));
  const losses = meanLoss(layer, ifmap, words, sums, truncation);
  return biases.map((bias, filter) => wrap(bias + Math.round(losses[filter]!)));
}

function sampleOf(
  { step, format, filters, biases, parameters }: ReadyLayer,
  layer: ChipLayer,
  ifmap: Int16Array,
  runBiases: Int16Array | undefined,
): NoiseSample | undefined {
  if (parameters === undefined) return undefined;
  const correctedBiases = runBiases === biases ? undefined : runBiases;
  return sampleNoise({ layer, format, relu: step.relu, ifmap, filters, correctedBiases, parameters });
}

function withWords(counts: WordCounts, words: Int16Array, { rlc }: Chip, isCoded: boolean): WordCounts {
  return {
    words: counts.words + words.length,
    zeros: counts.zeros + zerosIn(words),
    stored: counts.stored + storedLength(words, rlc, isCoded),
  };
}

function zerosIn(words: Int16Array): number {
  let zeros = 0;
  for (let i = 0; i < words.length; i++) if (words[i] === 0) zeros++;
  return zeros;
}
