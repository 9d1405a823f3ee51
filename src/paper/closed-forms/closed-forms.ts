import { energyOf } from '../../analysis/energy.ts';
import { countAccesses } from '../../dataflow/counts.ts';
import type { Dataflow, Mapping } from '../../dataflow/dataflow.ts';
import { DATA_TYPES, type DataType, type EnergyCosts, LEVELS, type Level } from '../../hardware/energy.ts';
import { eyerissBaseline, type Hardware, type StorageSizes, storageFor } from '../../hardware/hardware.ts';
import { InputError, type Problem } from '../../input-error.ts';
import type { Layer } from '../../layer/layer.ts';
import { type Dimension, type LayerShape, layerShape } from '../../layer/shape.ts';
import type { Architecture, MemoryLevel } from '../../loopnest/architecture.ts';
import { evaluateNest, type NestEvaluation } from '../../loopnest/evaluate.ts';
import { type LevelMapping, type Loop, type LoopMapping, spatialLoops } from '../../loopnest/mapping.ts';
import { convolution, type LoopProblem, type Tensor } from '../../loopnest/problem.ts';
import { noLocalReuseNest } from './no-local-reuse.ts';
import { outputStationaryANest, outputStationaryBNest, outputStationaryCNest } from './output-stationary.ts';
import { rowStationaryNest } from './row-stationary.ts';
import { NEST_CAUSES, type NestCause, type Schedule } from './schedule.ts';
import { weightStationaryNest } from './weight-stationary.ts';

const SCHEDULES: readonly Schedule[] = [
  rowStationaryNest,
  weightStationaryNest,
  outputStationaryANest,
  outputStationaryBNest,
  outputStationaryCNest,
  noLocalReuseNest,
];

/** What the closed form of a dataflow says of a mapping, and what the loop nest does. */
export interface InBothModels {
  readonly closedForm: number;
  readonly nest: number;
}

/** Words of one level and data type in both models. */
export interface ComparedCount extends InBothModels {
  readonly level: Level;
  readonly data: DataType;
  /** Words that the nest counts more; they add up to the difference. Causes of none are left out. */
  readonly causes: readonly { readonly cause: NestCause; readonly words: number }[];
}

/** A mapping of a dataflow in both models. */
export interface NestComparison {
  /** The mapping's parameters, evened out where the dimension is no multiple of a tile: in 2 steps, 13 rows are 7 and 7. */
  readonly whole: Mapping;
  /** The layer, its sizes padded to whole tiles. */
  readonly problem: LoopProblem;
  /** The dataflow's memories, at the costs of the hardware. */
  readonly architecture: Architecture;
  /** The dataflow's schedule; `evaluateNest` makes `evaluation` of these three. */
  readonly nest: LoopMapping;
  readonly evaluation: NestEvaluation;
  /** By level, outermost first, and data type. What the nest reads, fills and updates at a level is added up. */
  readonly counts: readonly ComparedCount[];
  readonly macs: InBothModels;
  /** PEs at work. */
  readonly activePes: InBothModels;
  /** One MAC per cycle and PE at work, in both. */
  readonly cycles: InBothModels;
  /** Per MAC of the layer. */
  readonly energyPerMac: InBothModels;
  /** What each cause adds to the energy per MAC: together the difference. MACs on padding are among whole tiles. */
  readonly energyByCause: Readonly<Record<NestCause, number>>;
}

export interface NestComparisonOptions {
  /** Default: the paper's baseline with 256 PEs. */
  readonly hardware?: Hardware | undefined;
  /** Images in a batch. Default: 16. */
  readonly batch?: number | undefined;
}

/**
 * A mapping of one of the six dataflows as a loop nest, with the closed form's counts beside the nest's and every
 * difference by its causes. A mapping that does not fit is compared all the same; the evaluation tells what it breaks.
 *
 * Schedules, costs and what each cause means are in docs/closed-forms.md.
 *
 * @throws InputError if the layer is a pool, if the dataflow is none of the six, if a parameter of the mapping is no whole
 * number from 1 to the size that it tiles, or as {@link layerShape} does.
 */
export function compareWithNest(
  layer: Layer,
  dataflow: Dataflow,
  mapping: Mapping,
  { hardware = eyerissBaseline(256), batch = 16 }: NestComparisonOptions = {},
): NestComparison {
  if (layer.type === 'pool') {
    const allowed = 'a convolutional or fully connected layer: a pool has no weights to map';
    throw new InputError({ code: 'not-allowed', path: ['layer'], found: layer.name, allowed });
  }
  const shape = layerShape(layer, batch);
  const schedule = SCHEDULES.find(({ id }) => id === dataflow.id);
  if (schedule === undefined) {
    const allowed = SCHEDULES.map(({ id }) => id).join(', ');
    throw new InputError({ code: 'not-allowed', path: ['dataflow'], found: dataflow.id, allowed });
  }
  checkParameters(dataflow, shape, mapping);

  const even = schedule.wholeTiles(shape, mapping);
  const whole: Mapping = Object.fromEntries(dataflow.parameters.map(({ name }) => [name, even[name]!]));
  const padded = paddedShape(shape, schedule.tiles(whole));
  const problem = convolution(layer.name, sizesOf(padded));
  const nest: LoopMapping = { levels: schedule.levels(padded, whole).map(withoutSingleSteps) };
  const storage = storageFor(hardware, dataflow.rfWords);
  const architecture = architectureFor(dataflow, nest.levels, hardware, storage);
  const evaluation = evaluateNest(problem, architecture, nest);

  const accesses = countAccesses(dataflow, shape, mapping);
  const paddedAccesses = countAccesses(dataflow, padded, whole);
  const causes = schedule.causes(padded, whole);
  const counts = LEVELS.flatMap((level) =>
    DATA_TYPES.map((data): ComparedCount => {
      const closedForm = accesses[level][data];
      // Of whole tiles even the closed form counts whole words
      const wholeTiles = Math.round(paddedAccesses[level][data]) - closedForm;
      const words = { 'whole tiles': wholeTiles, ...causes[level]?.[data] };
      return {
        level,
        data,
        closedForm,
        nest: nestWords(evaluation, level, data),
        causes: Object.entries(words)
          .filter(([, more]) => Math.abs(more) > ROUNDING * closedForm)
          .map(([cause, more]) => ({ cause: cause as NestCause, words: more })),
      };
    }),
  );
  const macs = { closedForm: shape.macs, nest: evaluation.macs };
  const activePes = {
    closedForm: dataflow.activePes(shape, mapping),
    nest: nest.levels.flatMap(spatialLoops).reduce((pes, [, factor]) => pes * factor, 1),
  };
  return {
    whole,
    problem,
    architecture,
    nest,
    evaluation,
    counts,
    macs,
    activePes,
    cycles: { closedForm: macs.closedForm / activePes.closedForm, nest: evaluation.cycles },
    energyPerMac: {
      closedForm: energyOf(shape.macs, accesses, hardware.energy).perMac,
      nest: evaluation.energy.total / shape.macs,
    },
    energyByCause: energyByCause(counts, macs, hardware.energy),
  };
}

/** Of the closed form's counts, some of which are sums of fractions. */
const ROUNDING = 1e-12;

function checkParameters({ parameters }: Dataflow, shape: LayerShape, mapping: Mapping): void {
  const problems = parameters.flatMap(({ name, tiles }): Problem[] => {
    const found = mapping[name];
    const most = shape[tiles];
    if (found !== undefined && Number.isInteger(found) && found >= 1 && found <= most) return [];
    const allowed = `a whole number from 1 to ${most}`;
    return [{ code: 'out-of-range', path: ['mapping', name], found, allowed }];
  });
  if (problems.length > 0) throw new InputError(...problems);
}

/** A layer whose sizes are multiples of tiles, with the same filters, stride and groups. */
function paddedShape(shape: LayerShape, tiles: Partial<Record<Dimension, number>>): LayerShape {
  const sizes = Object.entries(tiles).map(([dimension, tile]) => {
    const size = shape[dimension as Dimension];
    return [dimension, Math.ceil(size / tile) * tile] as const;
  });
  const padded: LayerShape = { ...shape, ...Object.fromEntries(sizes) };
  const { G, N, M, C, R, S, E, F, Uv, Uh, spanR, spanS } = padded;
  const H = (E - 1) * Uv + spanR;
  const W = (F - 1) * Uh + spanS;
  const ofmaps = G * N * M * E * F;
  return {
    ...padded,
    H,
    W,
    ifmaps: G * N * C * H * W,
    weights: G * M * C * R * S,
    ofmaps,
    macs: ofmaps * C * R * S,
  };
}

/** A level without loops of one step. */
function withoutSingleSteps(level: LevelMapping): LevelMapping {
  const several = (loops: readonly Loop[]) => loops.filter(([, steps]) => steps > 1);
  const { temporal, spatialX } = level;
  return { ...level, temporal: several(temporal), ...(spatialX && { spatialX: several(spatialX) }) };
}

function sizesOf({ G, N, M, C, R, S, E, F, Uv, Uh, spanR, spanS }: LayerShape) {
  const dilation = (taps: number, span: number) => (taps > 1 ? (span - 1) / (taps - 1) : 1);
  return {
    groups: G,
    N,
    M,
    C,
    R,
    S,
    P: E,
    Q: F,
    strideP: Uv,
    strideQ: Uh,
    dilationR: dilation(R, spanR),
    dilationS: dilation(S, spanS),
  };
}

/** Memories for the levels of a nest, as large and as dear as the closed form has them. */
function architectureFor(
  dataflow: Dataflow,
  levels: readonly LevelMapping[],
  { name, wordBits, pes, energy }: Hardware,
  storage: StorageSizes | undefined,
): Architecture {
  const costs: Readonly<Record<string, number>> = { DRAM: energy.dram, GLB: energy.glb, RF: energy.rf };
  const words: Readonly<Record<string, number>> = {
    GLB: storage?.glbWords ?? 0,
    RF: storage?.rfWords ?? dataflow.rfWords,
  };
  return {
    name: `${dataflow.name} on ${name}`,
    wordBits,
    macEnergy: energy.alu,
    levels: levels.map((level): MemoryLevel => {
      const cost = costs[level.name] ?? 0;
      return {
        name: level.name,
        holds: level.keep,
        capacity: words[level.name],
        doubleBuffered: false,
        energy: { read: cost, fill: cost, update: cost },
        ...(level.spatialX && { fanout: { x: pes, y: 1, energy: energy.array } }),
      };
    }),
  };
}

const TENSOR_OF: Readonly<Record<DataType, Tensor>> = { ifmap: 'inputs', weight: 'weights', psum: 'outputs' };

const NEST_LEVELS = { dram: 'DRAM', glb: 'GLB', rf: 'RF' } as const;

/** Words of a level and data type of the closed form, as the nest counts them. */
function nestWords({ counts, network }: NestEvaluation, level: Level, data: DataType): number {
  const tensor = TENSOR_OF[data];
  if (level === 'array') return Object.values(network)[0]![tensor];
  const { reads = 0, fills = 0, updates = 0 } = counts[NEST_LEVELS[level]]?.[tensor] ?? {};
  return reads + fills + updates;
}

function energyByCause(
  counts: readonly ComparedCount[],
  macs: InBothModels,
  costs: EnergyCosts,
): Record<NestCause, number> {
  const energy = Object.fromEntries(Object.keys(NEST_CAUSES).map((cause) => [cause, 0])) as Record<
    NestCause,
    number
  >;
  energy['whole tiles'] = ((macs.nest - macs.closedForm) * costs.alu) / macs.closedForm;
  for (const { level, causes } of counts) {
    for (const { cause, words } of causes) energy[cause] += (words * costs[level]) / macs.closedForm;
  }
  return energy;
}
