import { energyOf } from '../analysis/energy.ts';
import type { Energy } from '../analysis/result.ts';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError, MOST_PROBLEMS, type Problem } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import type { SearchReport } from '../search/search.ts';
import { finish, type Progress } from '../steps.ts';
import { type Chip, EYERISS_CHIP } from './chip.ts';
import {
  type ChosenMapping,
  chooseMapping,
  type MappingChoice,
  refuseUnpublished,
} from './choose-mapping.ts';
import type { NetworkCounts, ScratchpadCounts } from './counts.ts';
import { linkMs } from './dram.ts';
import { drawnRun } from './drawn-run.ts';
import { type Comparison, comparedToFramework, frameworkAccesses } from './framework.ts';
import { type ChipLayer, chipLayer, partsOf } from './geometry.ts';
import { type GlbFills, type LayerRun, type LayerSimulation, simulateCycles } from './layer.ts';
import { type KnownPasses, ofmapByKernel, simulatePasses } from './layer-passes.ts';
import type { ChipMapping } from './mapping.ts';
import { type DramWords, energyOfChip, layerMeasures } from './measures.ts';
import type { Recorder } from './recording.ts';
import { type Check, spotCheck } from './spot-check.ts';
import type { Waterfall } from './waterfall.ts';

export type { DramWords } from './measures.ts';

/** How much of the chip is stepped: every part in every cycle of a layer, or of each kind of pass once. */
export const DETAILS = ['pass', 'cycle'] as const;
export type Detail = (typeof DETAILS)[number];

export interface SimulationOptions {
  /** Default: the fabricated chip. */
  readonly chip?: Chip | undefined;
  /** Default: all that the chip can be asked to run, pooling layers too. */
  readonly layers?: readonly Layer[] | undefined;
  /** Images in a batch. Default: 4. */
  readonly batch?: number | undefined;
  /** Default: best. */
  readonly mapping?: MappingChoice | undefined;
  /** Of the words that are drawn. Default: 1. */
  readonly seed?: number | undefined;
  /** Default: pass. */
  readonly detail?: Detail | undefined;
  /** ifmap words of the one layer that runs: image, channel, row, column. Default: drawn. */
  readonly ifmap?: Int16Array | undefined;
  /** Default: those of the paper. */
  readonly costs?: EnergyCosts | undefined;
  /** Gives a recorder for each layer; by default nothing is recorded. */
  readonly record?: ((run: LayerRun) => Recorder) | undefined;
}

/** Words between GLB, array and DRAM. */
export interface GlbTraffic {
  readonly ifmapReads: number;
  readonly filterReads: number;
  /** By the array, and at the end on the way to the DRAM. */
  readonly psumReads: number;
  readonly psumWrites: number;
  /** Of ifmaps and psums, both ways: what the chip's measurements call GLB traffic. */
  readonly bytes: number;
  /** Words that came from the DRAM or went there. */
  readonly fills: GlbFills;
}

/** A layer on the chip. The first names are a contract with scripts and do not change. */
export interface SimulatedLayer {
  readonly name: string;
  readonly mapping: Readonly<Record<string, number>>;
  readonly macs: number;
  readonly gatedMacs: number;
  readonly passes: number;
  /** Of the core clock. */
  readonly cycles: number;
  /** Without waiting for the DRAM. */
  readonly processingLatencyMs: number;
  readonly activePes: number;
  readonly glb: GlbTraffic;
  /** `linkMs`: how long the link to the DRAM is busy, which may be beside the processing or not. */
  readonly dram: DramWords & { readonly uncompressed: DramWords; readonly linkMs: number };
  /** Zeros among the ifmap's words. */
  readonly zerosPercent: number;
  readonly output: {
    /** Whether the words that were checked are those of the definition. */
    readonly bitExact: boolean;
    readonly checkedWords: number;
    readonly words: number;
    /** Of the words: image, filter, row, column; 16 bits, low byte first. */
    readonly sha256: string;
  };
  readonly type: Layer['type'];
  /** Configurations that the layer was split into, because it has more channels or filters than one can describe. */
  readonly configurations: number;
  /** Places by which products were shifted before they were cut to 16 bits. */
  readonly truncation: number;
  readonly waterfall: Waterfall;
  readonly scratchpads: ScratchpadCounts;
  readonly networks: NetworkCounts;
  readonly energy: Energy;
  /** The energy of the framework's counts for this mapping. */
  readonly frameworkEnergy: Energy;
  readonly comparison: readonly Comparison[];
  readonly search: SearchReport | null;
  /** What there is to know about the mapping. */
  readonly note: string | null;
}

/** A network on the chip. */
export interface SimulationResult {
  readonly network: string;
  readonly batch: number;
  readonly chip: string;
  readonly detail: Detail;
  readonly layers: readonly SimulatedLayer[];
  readonly total: {
    readonly macs: number;
    readonly cycles: number;
    readonly processingLatencyMs: number;
    /** At most, with the array and the link to the DRAM at work at once. */
    readonly framesPerSecond: number;
    readonly glbBytes: number;
    readonly dramBytes: number;
    readonly linkMs: number;
    readonly energy: number;
  };
}

/** {@link simulationSteps} to its end. */
export async function simulate(network: Network, options?: SimulationOptions): Promise<SimulationResult> {
  const steps = simulationSteps(network, options);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Runs layers of a network on the chip, one after another, each on words of its own: given ones, or drawn with as many
 * zeros as were measured, or half of them where nothing was measured and a ReLU comes before.
 *
 * @throws InputError if there is no layer, one that the chip cannot run, or no such mapping; and as {@link chooseMapping}
 * does.
 */
export async function* simulationSteps(
  network: Network,
  {
    chip = EYERISS_CHIP,
    layers = network.layers,
    batch = 4,
    mapping = 'best',
    seed = 1,
    detail = 'pass',
    ifmap,
    costs = EYERISS_ENERGY,
    record,
  }: SimulationOptions = {},
): AsyncGenerator<Progress, SimulationResult> {
  if (layers.length === 0) {
    throw new InputError({ code: 'missing', path: ['layers'], allowed: 'at least one layer' });
  }
  if (mapping === 'published') refuseUnpublished(layers);
  const problems: Problem[] = [];
  const mapped = layers.flatMap((spec) => {
    try {
      const chosen = chooseMapping(chip, spec, batch, mapping, costs);
      return [{ spec, layer: chipLayer(spec, batch), chosen }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  // Progress is told in MACs: passes differ too much
  const of = mapped.reduce((sum, { layer }) => sum + layer.shape.macs, 0);
  let before = 0;
  const known: KnownPasses = new Map();
  const results: SimulatedLayer[] = [];
  for (const [i, { spec, layer, chosen }] of mapped.entries()) {
    const drawn = drawnRun({ network, spec, chip, batch, mapping: chosen.mapping, seed: seed + i });
    const run = ifmap ? { ...drawn, words: { ...drawn.words, ifmap } } : drawn;
    const recorder = record?.(run);
    const steps =
      detail === 'cycle' ? simulateCycles(run, recorder) : simulatePasses(run, { recorder, known });
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      yield { done: before + Math.floor((layer.shape.macs * step.value.done) / step.value.of), of };
    }
    before += layer.shape.macs;
    const check =
      detail === 'cycle' ? wholeCheck(run, step.value.ofmap) : spotCheck(run, step.value.ofmap, CHECKED);
    results.push(await resultOf(spec, run, chosen, step.value, check, costs));
  }
  return {
    network: network.name,
    batch,
    chip: chip.name,
    detail,
    layers: results,
    total: totalOf(results, batch),
  };
}

/** Words of each ofmap that are computed again from the definition. */
const CHECKED = 4096;

/** Every word that the PEs computed, against the kernels. */
function wholeCheck(run: LayerRun, ofmap: Int16Array): Check {
  const expected = finish(ofmapByKernel(run));
  return { words: ofmap.length, bitExact: ofmap.every((word, i) => word === expected[i]) };
}

async function resultOf(
  { name, type }: Layer,
  run: LayerRun,
  { mapping, search, note }: ChosenMapping,
  simulation: LayerSimulation,
  check: Check,
  costs: EnergyCosts,
): Promise<SimulatedLayer> {
  const { chip, layer, words } = run;
  const { counts, glbFills, ofmap, activePes } = simulation;
  const measures = layerMeasures(run, simulation);
  const { macs, gatedMacs, passes, cycles, dram } = measures;
  const psumReads = counts.glb.psumReads + glbFills.drained;
  const { ifmapReads, filterReads, psumWrites } = counts.glb;
  return {
    name,
    mapping: withoutWholeRow(mapping, layer),
    macs,
    gatedMacs,
    passes,
    cycles,
    processingLatencyMs: cycles / (chip.megahertz * 1e3),
    activePes,
    glb: {
      ifmapReads,
      filterReads,
      psumReads,
      psumWrites,
      bytes: 2 * (ifmapReads + psumReads + psumWrites),
      fills: glbFills,
    },
    dram: {
      ...dram,
      uncompressed: measures.uncompressed,
      linkMs: linkMs(chip.dram, dram.bytes / 2),
    },
    zerosPercent:
      (100 * words.ifmap.reduce((sum, word) => sum + (word === 0 ? 1 : 0), 0)) / words.ifmap.length,
    output: {
      bitExact: check.bitExact,
      checkedWords: check.words,
      words: ofmap.length,
      sha256: await sha256(ofmap),
    },
    type,
    configurations: partsOf(layer, chip.nativeShapes).length,
    truncation: run.truncation,
    waterfall: measures.waterfall,
    scratchpads: counts.scratchpads,
    networks: counts.networks,
    energy: energyOfChip(measures, costs),
    frameworkEnergy: energyOf(macs, frameworkAccesses(chip, layer, mapping), costs),
    comparison: comparedToFramework(run, simulation),
    search: search ?? null,
    note: note ?? null,
  };
}

function withoutWholeRow(
  { f, ...letters }: ChipMapping,
  { shape }: ChipLayer,
): Readonly<Record<string, number>> {
  return f < shape.F ? { ...letters, f } : letters;
}

function totalOf(layers: readonly SimulatedLayer[], batch: number): SimulationResult['total'] {
  const sum = (of: (layer: SimulatedLayer) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const processingLatencyMs = sum((layer) => layer.processingLatencyMs);
  return {
    macs: sum(({ macs }) => macs),
    cycles: sum(({ cycles }) => cycles),
    processingLatencyMs,
    framesPerSecond: (batch * 1000) / sum((layer) => Math.max(layer.processingLatencyMs, layer.dram.linkMs)),
    glbBytes: sum(({ glb }) => glb.bytes),
    dramBytes: sum(({ dram }) => dram.bytes),
    linkMs: sum(({ dram }) => dram.linkMs),
    energy: sum(({ energy }) => energy.total),
  };
}

async function sha256(words: Int16Array): Promise<string> {
  const bytes = new DataView(new ArrayBuffer(2 * words.length));
  for (let i = 0; i < words.length; i++) bytes.setInt16(2 * i, words[i]!, true);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
