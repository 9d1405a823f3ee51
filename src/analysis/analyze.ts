import type { Dataflow } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import {
  checkHardware,
  eyerissBaseline,
  type Hardware,
  rfBytesFor,
  storageFor,
} from '../hardware/hardware.ts';
import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';
import type { Objective } from '../search/objective.ts';
import { findBestMapping } from '../search/search.ts';
import { finish, type Progress } from '../steps.ts';
import { mappingCost } from './mapping-cost.ts';
import type { AnalysisResult, DataflowResult, LayerResult } from './result.ts';
import { totalOf } from './total.ts';
import { whyNoGlb, whyNot } from './why-not.ts';

export interface AnalysisOptions {
  /** Default: all six. */
  readonly dataflows?: readonly Dataflow[] | undefined;
  /** Default: the paper's baseline with 256 PEs. */
  readonly hardware?: Hardware | undefined;
  /** Images in a batch. Default: 16. */
  readonly batch?: number | undefined;
  /** What the best mapping makes small. Default: energy. */
  readonly objective?: Objective | undefined;
  /** The layers to map, of the network's. Default: those that do MACs, which leaves pooling out. */
  readonly layers?: readonly Layer[] | undefined;
}

/**
 * The best mapping of every layer under every dataflow, and what it costs (ISCA 2016, section VI).
 *
 * @throws InputError if there is no layer to map, if the batch is not a whole number from 1 or makes a layer too large
 * to count exactly, or if the hardware cannot be: PEs that are no whole number, costs below 0.
 */
export function analyze(network: Network, options: AnalysisOptions = {}): AnalysisResult {
  return finish(analysisSteps(network, options));
}

/** {@link analyze} in steps, for callers that show progress or can be interrupted. */
export function* analysisSteps(
  network: Network,
  {
    dataflows = DATAFLOWS,
    hardware = eyerissBaseline(256),
    batch = 16,
    objective = 'energy',
    layers: wanted,
  }: AnalysisOptions = {},
): Generator<Progress, AnalysisResult> {
  const layers = wanted ?? network.layers.filter(({ type }) => type !== 'pool');
  if (layers.length === 0) {
    throw new InputError({ code: 'missing', path: ['layers'], allowed: 'at least one layer, of any type' });
  }
  const results: DataflowResult[] = [];
  const of = dataflows.length * layers.length;
  let done = 0;
  for (const dataflow of dataflows) {
    const mapped = mapper(dataflow, hardware, batch, objective);
    const layerResults: LayerResult[] = [];
    for (const layer of layers) {
      layerResults.push(mapped(layer));
      yield { done: ++done, of };
    }
    results.push(dataflowResult(dataflow, hardware, layerResults));
  }
  const leftOut = wanted === undefined ? network.layers.filter(({ type }) => type === 'pool') : [];
  const notMapped = leftOut.map(({ name }) => name);
  const { name, coverage } = network;
  return {
    network: name,
    batch,
    objective,
    hardware: hardware.name,
    ...(coverage && { coverage }),
    notMapped,
    results,
  };
}

/**
 * One layer under one dataflow: its best mapping and what it costs, or why it cannot run.
 *
 * @throws InputError as {@link analyze} does.
 */
export function analyzeLayer(
  layer: Layer,
  dataflow: Dataflow,
  { hardware = eyerissBaseline(256), batch = 16, objective = 'energy' }: AnalysisOptions = {},
): LayerResult {
  return mapper(dataflow, hardware, batch, objective)(layer);
}

/** Maps layer after layer, but each shape only once: networks repeat themselves. */
function mapper(dataflow: Dataflow, hardware: Hardware, batch: number, objective: Objective) {
  checkHardware(hardware);
  const storage = storageFor(hardware, dataflow.rfWords);
  const known = new Map<string, LayerResult>();
  const map = (layer: Layer): LayerResult => {
    const { name, type } = layer;
    const shape = layerShape(layer, batch);
    const { macs } = shape;
    if (storage === undefined) {
      return { name, type, feasible: false, macs, reason: whyNoGlb(dataflow, hardware) };
    }
    const found = findBestMapping(dataflow, shape, storage, hardware.energy, { objective });
    if (!found.feasible) {
      const reason = whyNot(dataflow, layer, batch, { hardware, storage }, found.broken);
      return { name, type, feasible: false, macs, reason };
    }
    const { mapping, search } = found;
    const cost = mappingCost(dataflow, shape, mapping, hardware.energy);
    return { name, type, feasible: true, ...cost, search };
  };
  return (layer: Layer): LayerResult => {
    const { name, weightZeros, ...sizes } = { weightZeros: undefined, ...layer };
    const key = JSON.stringify(sizes);
    const result = known.get(key) ?? map(layer);
    known.set(key, result);
    return { ...result, name, ...(weightZeros !== undefined && { weightZerosPercent: 100 * weightZeros }) };
  };
}

function dataflowResult(
  { name, title, rfWords }: Dataflow,
  hardware: Hardware,
  layers: readonly LayerResult[],
): DataflowResult {
  const storage = storageFor(hardware, rfWords) ?? {
    pes: hardware.pes,
    rfBytes: rfBytesFor(hardware, rfWords),
    glbBytes: 0,
  };
  const sizes = { pes: storage.pes, rfBytes: storage.rfBytes, glbBytes: storage.glbBytes };
  const total = totalOf(layers);
  return { dataflow: name, title, feasible: total !== null, hardware: sizes, layers, total };
}
