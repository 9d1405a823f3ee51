import type { Chip } from '../chip/chip.ts';
import { linkMs } from '../chip/dram.ts';
import { energyOfChip, type LayerMeasures } from '../chip/measures.ts';
import { chipMilliwatts, dramMilliwatts } from '../chip/power.ts';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { ofmapSize } from '../layer/layer.ts';
import type { BatchScores } from './checkpoint.ts';
import { topClasses } from './classify.ts';
import { decibels } from './decibels.ts';
import type { LayerTally } from './layer-run.ts';
import { noiseOf } from './noise.ts';
import { type ChipStep, classesOf, type Plan } from './plan.ts';
import type { Classification, LayerFormat, Power, RanLayer, RunResult, RunTotal } from './result.ts';
import type { ClassOptions } from './run.ts';

/** What a run has gathered. */
export interface Gathered {
  readonly plan: Plan;
  /** What ran the rest. */
  readonly runtime: string;
  /** Of the images. */
  readonly names: readonly string[];
  readonly formats: ReadonlyMap<ChipStep, LayerFormat>;
  readonly tallies: ReadonlyMap<string, LayerTally>;
  readonly scores: readonly BatchScores[];
  readonly classes: ClassOptions;
}

/** What a run has gathered, as its result. */
export function runResult(gathered: Gathered): RunResult {
  const { names, runtime, plan, formats } = gathered;
  const layers = [...formats].map(([step, format]) => ranLayer(step, format, gathered));
  return {
    network: plan.runnable.file.replace(/^.*[\\/]/, '').replace(/\.onnx$/i, ''),
    chip: plan.chip.name,
    batch: plan.graph.images,
    images: names.length,
    runtime,
    layers,
    host: plan.host,
    classes: classification(gathered),
    total: totalOf(layers, gathered),
    powerSource: plan.chip.power.source,
  };
}

function ranLayer(step: ChipStep, format: LayerFormat, { plan, tallies }: Gathered): RanLayer {
  const { chip, costs } = plan;
  const { layer, nodes, chosen } = step;
  const tally = tallies.get(layer.name)!;
  const { activePes, ifmap, ofmap, sample, deviation } = tally;
  const measures = tally.measures!;
  const check = tally.check!;
  const { f, ...letters } = chosen.mapping;
  const isCut = f < ofmapSize(layer)[1];
  const percent = (part: number, all: number) => (100 * part) / all;
  return {
    name: layer.name,
    type: layer.type,
    operators: nodes.map(({ node }) => node.opType),
    mapping: isCut ? { ...letters, f } : letters,
    macs: measures.macs,
    gatedMacs: measures.gatedMacs,
    passes: measures.passes,
    cycles: measures.cycles,
    processingLatencyMs: latencyMs(chip, measures),
    activePes,
    dram: {
      ...measures.dram,
      uncompressed: measures.uncompressed,
      linkMs: linkMs(chip.dram, measures.dram.bytes / 2),
    },
    waterfall: measures.waterfall,
    energy: energyOfChip(measures, costs),
    power: powerOf(chip, [measures]),
    zerosPercent: percent(ifmap.zeros, ifmap.words),
    ofmapZerosPercent: percent(ofmap.zeros, ofmap.words),
    rlc: { ifmap: ifmap.words / ifmap.stored, ofmap: ofmap.words / ofmap.stored },
    format,
    snrDb: decibels(deviation),
    noise: sample ? noiseOf(sample, deviation) : null,
    output: { bitExact: check.bitExact, checkedWords: check.words, words: ofmap.words },
    note: chosen.note ?? null,
  };
}

const latencyMs = ({ megahertz }: Chip, { cycles }: LayerMeasures): number => cycles / (megahertz * 1e3);

/** How long the chip has to do with a layer: array and link work at once. */
const milliseconds = (chip: Chip, measures: LayerMeasures): number =>
  Math.max(latencyMs(chip, measures), linkMs(chip.dram, measures.dram.bytes / 2));

/**
 * Of layers, one after another. The clock runs while the chip waits. Units are those that the chip's constants are fitted
 * to, whatever costs energies are told in.
 */
function powerOf(chip: Chip, layers: readonly LayerMeasures[]): Power {
  let [onChip, ofDram, time] = [0, 0, 0];
  for (const measures of layers) {
    const { total, byLevel } = energyOfChip(measures, EYERISS_ENERGY);
    onChip += total - byLevel.dram;
    ofDram += byLevel.dram;
    time += milliseconds(chip, measures);
  }
  const cycles = time * chip.megahertz * 1e3;
  return {
    chip: chipMilliwatts({ units: onChip, cycles, milliseconds: time }, chip.power),
    dram: dramMilliwatts({ units: ofDram, milliseconds: time }, chip.power),
  };
}

function totalOf(layers: readonly RanLayer[], { names, plan, tallies }: Gathered): RunTotal {
  const { chip, graph } = plan;
  const sum = (of: (layer: RanLayer) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  const measures = [...tallies.values()].flatMap(({ measures }) => measures ?? []);
  const time = measures.reduce((total, one) => total + milliseconds(chip, one), 0);
  const power = powerOf(chip, measures);
  const macs = sum(({ type, macs }) => (type === 'pool' ? 0 : macs));
  return {
    macs,
    macsPercent: plan.macs ? (100 * macs * graph.images) / (plan.macs * names.length) : null,
    gatedMacs: sum(({ gatedMacs }) => gatedMacs),
    cycles: sum(({ cycles }) => cycles),
    processingLatencyMs: sum(({ processingLatencyMs }) => processingLatencyMs),
    framesPerSecond: (1000 * names.length) / time,
    dramBytes: sum(({ dram }) => dram.bytes),
    linkMs: sum(({ dram }) => dram.linkMs),
    energy: sum(({ energy }) => energy.total),
    power,
    millijoulesPerImage: ((power.chip + power.dram) * time) / 1000 / names.length,
  };
}

/** What the images are; null where an image's output is not a list of scores. */
function classification({ plan, names, scores, classes }: Gathered): Classification | null {
  const { top = 1, softmax = null, labels = null, truth } = classes;
  const count = classesOf(plan);
  if (count === undefined) return null;
  const told = { top, softmax, labels };
  const all = scores.flatMap(({ images, chip, float }) =>
    Array.from({ length: images }, (_, i) => ({
      chip: topClasses(chip.subarray(i * count, (i + 1) * count), told),
      float: topClasses(float.subarray(i * count, (i + 1) * count), told),
    })),
  );
  const images = all.map((image, i) => ({ name: names[i]!, ...image }));
  const share = (is: (image: (typeof images)[0], i: number) => boolean) =>
    (100 * images.filter(is).length) / images.length;
  const agrees = ({ chip, float }: (typeof images)[0]) => chip[0]!.class === float[0]!.class;
  return {
    agreeing: images.filter(agrees).length,
    agreementPercent: share(agrees),
    accuracyPercent: truth
      ? {
          chip: share(({ chip }, i) => chip[0]!.class === truth[i]),
          float: share(({ float }, i) => float[0]!.class === truth[i]),
        }
      : null,
    images,
  };
}
