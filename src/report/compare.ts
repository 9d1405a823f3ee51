import type {
  AnalysisResult,
  FeasibleLayer,
  LayerResult,
  NetworkTotal,
  Objective,
} from '../analysis/result.ts';

/** What an objective makes small, per MAC, so that layers and networks compare. */
interface Measure {
  readonly name: string;
  readonly unit: string;
  /** As in "the mapping with the …". */
  readonly goal: string;
  readonly ofLayer: (layer: FeasibleLayer) => number;
  readonly ofNetwork: (total: NetworkTotal) => number;
}

export const MEASURES: Readonly<Record<Objective, Measure>> = {
  energy: {
    name: 'Energy',
    unit: 'per MAC',
    goal: 'least energy',
    ofLayer: (layer) => layer.energy.perMac,
    ofNetwork: (total) => total.energyPerMac,
  },
  edp: {
    name: 'Energy-delay product',
    unit: 'energy/MAC × cycles/MAC',
    goal: 'smallest energy-delay product',
    ofLayer: (layer) => layer.edp,
    ofNetwork: (total) => total.edp,
  },
  delay: {
    name: 'Delay',
    unit: 'cycles per MAC',
    goal: 'least delay',
    ofLayer: (layer) => layer.delay / layer.macs,
    ofNetwork: (total) => total.delayPerMac,
  },
  dram: {
    name: 'DRAM accesses',
    unit: 'words per MAC',
    goal: 'fewest DRAM accesses',
    ofLayer: ({ accesses: { dram }, macs }) => (dram.ifmap + dram.weight + dram.psum) / macs,
    ofNetwork: (total) => total.dramPerMac,
  },
};

/** What a layer is under each dataflow of a result, in the result's order. */
export interface LayerAcross {
  readonly name: string;
  readonly type: LayerResult['type'];
  readonly macs: number;
  readonly weightZerosPercent: number | undefined;
  readonly under: readonly LayerResult[];
}

/** A result turned on its side: layers first, then dataflows. */
export function layersAcross({ results }: AnalysisResult): readonly LayerAcross[] {
  const [first] = results;
  if (first === undefined) return [];
  return first.layers.map(({ name, type, macs, weightZerosPercent }, i) => ({
    name,
    type,
    macs,
    weightZerosPercent,
    under: results.map(({ layers }) => layers[i]!),
  }));
}

/** The dataflow that the others are measured against: RS where it runs every layer, else the first that does. */
export function baseline({
  results,
}: AnalysisResult): { readonly dataflow: string; readonly total: NetworkTotal } | undefined {
  const running = results.flatMap(({ dataflow, total }) => (total === null ? [] : [{ dataflow, total }]));
  return running.find(({ dataflow }) => dataflow === 'RS') ?? running[0];
}

/** A layer under the dataflow that is best for it. */
export interface BestUnder {
  readonly dataflow: string;
  readonly pes: number;
  readonly layer: FeasibleLayer;
}

/** The dataflow that does best on a layer by the result's objective; undefined where none can run it. */
export function bestUnder(
  { objective, results }: AnalysisResult,
  across: LayerAcross,
): BestUnder | undefined {
  const { ofLayer } = MEASURES[objective];
  let best: BestUnder | undefined;
  across.under.forEach((layer, i) => {
    if (!layer.feasible || (best && ofLayer(best.layer) <= ofLayer(layer))) return;
    const { dataflow, hardware } = results[i]!;
    best = { dataflow, pes: hardware.pes, layer };
  });
  return best;
}

/** Why a dataflow cannot run some layers. */
export interface Obstacle {
  readonly dataflow: string;
  readonly layers: readonly string[];
  readonly message: string;
}

/** Every reason once, with the layers that it stops. */
export const obstacles = ({ results }: AnalysisResult): readonly Obstacle[] =>
  results.flatMap(({ dataflow, layers }) => {
    const stopped = new Map<string, string[]>();
    for (const layer of layers) {
      if (layer.feasible) continue;
      const { message } = layer.reason;
      stopped.set(message, [...(stopped.get(message) ?? []), layer.name]);
    }
    return [...stopped].map(([message, names]) => ({ dataflow, layers: names, message }));
  });
