import { z } from 'zod';
import {
  availableIn,
  brokenLimits,
  type Dataflow,
  LIMIT_UNITS,
  type Limit,
  type LimitName,
  type Mapping,
} from '../dataflow/dataflow.ts';
import {
  checkHardware,
  eyerissBaseline,
  type Hardware,
  rfBytesFor,
  type StorageSizes,
  storageFor,
} from '../hardware/hardware.ts';
import type { Layer } from '../layer/layer.ts';
import { type LayerShape, layerShape } from '../layer/shape.ts';
import { checked } from '../schema.ts';
import type { Objective } from '../search/objective.ts';
import { type AnalysisOptions, analyzeLayer } from './analyze.ts';
import { saysOf } from './by-hand-says.ts';
import { type MappingCost, mappingCost } from './mapping-cost.ts';
import type { Infeasibility } from './result.ts';

/** What a mapping needs of a limit. */
export interface LimitUse {
  readonly name: LimitName;
  /** What is counted: `words`, `PEs`, … */
  readonly unit: string;
  readonly needed: number;
  readonly available: number;
  /** What is needed beyond what is available: 0 where the limit is kept. */
  readonly over: number;
  /** needed / available, above 1 where the limit is broken; Infinity where nothing is available. */
  readonly fill: number;
}

/** A parameter of a mapping that is changed by hand. */
export interface ParameterByHand {
  /** The paper's letter. */
  readonly name: string;
  /** What it counts. */
  readonly means: string;
  readonly value: number;
  /** The end of its range, which begins at 1: the size of the dimension that it tiles. */
  readonly most: number;
  /** Its value in the best mapping; null where no mapping can run. */
  readonly best: number | null;
  /** The largest value with which all limits are kept, the other parameters as they are; null if there is none. */
  readonly largest: number | null;
}

/** The best mapping to hold another against, or why there is none. */
export type Optimum =
  | { readonly feasible: true; readonly cost: MappingCost; readonly value: number; readonly proven: boolean }
  | { readonly feasible: false; readonly reason: Infeasibility };

/** A layer under one dataflow, mapped by hand. */
export interface MappingByHand {
  /** Name of the layer. */
  readonly layer: string;
  /** The paper's short name: `RS`, … */
  readonly dataflow: string;
  readonly batch: number;
  readonly objective: Objective;
  /** Whether it keeps all limits. */
  readonly feasible: boolean;
  /** All limits, in the dataflow's order. */
  readonly limits: readonly LimitUse[];
  /** In the dataflow's order. */
  readonly parameters: readonly ParameterByHand[];
  /** The mapping and what it costs; if it breaks a limit, what it would cost if it could run. */
  readonly cost: MappingCost;
  /**
   * What the objective makes small: energy, energy-delay product or words of DRAM per MAC, or cycles of the layer; the
   * smaller, the better.
   */
  readonly value: number;
  readonly optimum: Optimum;
  /** value / the optimum's value: 1 where they are equal. null where there is no optimum, or where it costs nothing. */
  readonly timesOptimum: number | null;
  /** What is to be said of it, in short sentences: the limits it breaks, then what it costs against the optimum. */
  readonly says: readonly string[];
}

/**
 * A mapping of a layer chosen by hand: which limits it keeps, what it costs, and how far it is from the best one. `mapping`
 * has a value for each of the dataflow's parameters, and is checked: it may come from anywhere.
 *
 * @throws InputError if the mapping lacks a parameter or has one that the dataflow has not, if a value is not a whole number
 * from 1 to the size of the dimension it tiles, and as `analyzeLayer` does.
 */
export function mappingByHand(
  layer: Layer,
  dataflow: Dataflow,
  mapping: unknown,
  {
    hardware = eyerissBaseline(256),
    batch = 16,
    objective = 'energy',
  }: Pick<AnalysisOptions, 'hardware' | 'batch' | 'objective'> = {},
): MappingByHand {
  checkHardware(hardware);
  const shape = layerShape(layer, batch);
  const chosen = checkedMapping(dataflow, shape, mapping);
  const limits = dataflow.limits(shape, storageOf(hardware, dataflow));
  const uses = limits.map((limit) => limitUse(limit, chosen));
  const cost = mappingCost(dataflow, shape, chosen, hardware.energy);
  const optimum = optimumOf(layer, dataflow, { hardware, batch, objective });
  const value = valueFor(objective, cost);
  const result = {
    layer: layer.name,
    dataflow: dataflow.name,
    batch,
    objective,
    feasible: uses.every(({ over }) => over === 0),
    limits: uses,
    parameters: dataflow.parameters.map(({ name, means, tiles }) => ({
      name,
      means,
      value: chosen[name]!,
      most: shape[tiles],
      best: optimum.feasible ? optimum.cost.mapping[name]! : null,
      largest: largestThatFits(limits, chosen, name, shape[tiles]),
    })),
    cost,
    value,
    optimum,
    timesOptimum: optimum.feasible ? ratio(value, optimum.value) : null,
  };
  return { ...result, says: saysOf(result) };
}

function checkedMapping({ parameters }: Dataflow, shape: LayerShape, mapping: unknown): Mapping {
  const ranges = parameters.map(({ name, tiles }) => [name, z.int().min(1).max(shape[tiles])] as const);
  const schema = z.object({ mapping: z.strictObject(Object.fromEntries(ranges)) });
  return checked(schema, { mapping }).mapping;
}

/** The storage of a dataflow; without a GLB where its RFs leave no area for one. */
function storageOf(hardware: Hardware, { rfWords }: Dataflow): StorageSizes {
  const withoutGlb = { divide: 'fixed', rfBytes: rfBytesFor(hardware, rfWords), glbBytes: 0 } as const;
  return storageFor(hardware, rfWords) ?? storageFor({ ...hardware, storage: withoutGlb }, rfWords)!;
}

function limitUse(limit: Limit, mapping: Mapping): LimitUse {
  const needed = limit.needed(mapping);
  const available = availableIn(limit, mapping);
  return {
    name: limit.name,
    unit: LIMIT_UNITS[limit.name],
    needed,
    available,
    over: Math.max(0, needed - available),
    fill: needed === 0 ? 0 : needed / available,
  };
}

function optimumOf(
  layer: Layer,
  dataflow: Dataflow,
  options: AnalysisOptions & { readonly objective: Objective },
): Optimum {
  const best = analyzeLayer(layer, dataflow, options);
  if (!best.feasible) return { feasible: false, reason: best.reason };
  const { macs, activePes, delay, mapping, accesses, energy, edp, reuse, search } = best;
  const cost = { macs, activePes, delay, mapping, accesses, energy, edp, reuse };
  return { feasible: true, cost, value: valueFor(options.objective, cost), proven: search.proven };
}

/** What an objective makes small. */
function valueFor(
  objective: Objective,
  { macs, accesses: { dram }, energy, edp, delay }: MappingCost,
): number {
  switch (objective) {
    case 'energy':
      return energy.perMac;
    case 'edp':
      return edp;
    case 'delay':
      return delay;
    case 'dram':
      return (dram.ifmap + dram.weight + dram.psum) / macs;
  }
}

/** Sums of doubles that should be equal may differ in their last digits. */
function ratio(value: number, best: number): number | null {
  if (Math.abs(value - best) <= 1e-12 * Math.abs(best)) return 1;
  return best === 0 ? null : value / best;
}

/**
 * The largest value of a parameter with which all limits are kept. Both sides of a limit are affine in it, so that a limit
 * which is kept at 1 is kept up to some value, and any other from some value on.
 */
function largestThatFits(
  limits: readonly Limit[],
  mapping: Mapping,
  name: string,
  most: number,
): number | null {
  const keeps = (some: readonly Limit[], value: number) =>
    brokenLimits(some, { ...mapping, [name]: value }).length === 0;
  const keptAtFirst = limits.filter((limit) => keeps([limit], 1));
  let fits = 1;
  let tooLarge = most + 1;
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2);
    if (keeps(keptAtFirst, middle)) fits = middle;
    else tooLarge = middle;
  }
  return keeps(limits, fits) ? fits : null;
}
