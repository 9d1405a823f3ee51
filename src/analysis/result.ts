import type { ReuseFactors } from '../dataflow/reuse.ts';
import type { DataType, Level, PerLevelAndData } from '../hardware/energy.ts';
import type { Coverage } from '../layer/coverage.ts';
import type { Layer } from '../layer/layer.ts';
import type { Objective } from '../search/objective.ts';
import type { SearchReport } from '../search/search.ts';

export type { Objective } from '../search/objective.ts';

/*
 * The results of an analysis: plain data, and the public form of `rowhouse analyze --json`. Its field names are a
 * contract with scripts and do not change.
 */

/** Why a dataflow cannot run a layer. */
export interface Infeasibility {
  /** The limit that breaks: `glb`, `rf`, `pes`, or `area` where no GLB is left. */
  readonly limit: string;
  readonly unit: string;
  /** What even the smallest mapping needs, in `unit`. */
  readonly needed: number;
  readonly available: number;
  /** Everything above and the nearest change that would fit, as a sentence. */
  readonly message: string;
  /** The largest batch that fits, where a smaller one does. */
  readonly largestBatch?: number | undefined;
}

/** Energy in units of the hardware's table (of one MAC, for the built-in ones). */
export interface Energy {
  readonly total: number;
  readonly perMac: number;
  readonly byLevel: Readonly<Record<'alu' | Level, number>>;
  readonly byData: Readonly<Record<DataType, number>>;
}

/** A layer under one dataflow, mapped in the best way. */
export interface FeasibleLayer {
  readonly name: string;
  readonly type: Layer['type'];
  readonly feasible: true;
  /** Zeros among the weights, in percent, where known. */
  readonly weightZerosPercent?: number | undefined;
  readonly macs: number;
  readonly activePes: number;
  /** macs / activePes, in cycles. */
  readonly delay: number;
  /** The dataflow's own parameters, in the paper's letters. */
  readonly mapping: Readonly<Record<string, number>>;
  /** Words read and written over the whole layer. */
  readonly accesses: PerLevelAndData;
  readonly energy: Energy;
  /** Energy per MAC × delay per MAC. */
  readonly edp: number;
  /** The factors a, b, c, d of Eq. (3) and (4), per data type. */
  readonly reuse: Readonly<Record<DataType, ReuseFactors>>;
  readonly search: SearchReport;
}

export interface InfeasibleLayer {
  readonly name: string;
  readonly type: Layer['type'];
  readonly feasible: false;
  /** Zeros among the weights, in percent, where known. */
  readonly weightZerosPercent?: number | undefined;
  readonly macs: number;
  readonly reason: Infeasibility;
}

export type LayerResult = FeasibleLayer | InfeasibleLayer;

/** Sums over the layers. */
export interface NetworkTotal {
  readonly macs: number;
  readonly energyPerMac: number;
  readonly dramPerMac: number;
  /** Cycles per MAC: Σ delay / Σ macs. */
  readonly delayPerMac: number;
  /** energyPerMac × delayPerMac. */
  readonly edp: number;
  /** Energy of the whole network, by level and by data type. */
  readonly energy: Energy;
}

/** A network under one dataflow. */
export interface DataflowResult {
  /** The paper's short name: `RS`, `WS`, `OSA`, … */
  readonly dataflow: string;
  /** `row stationary`, … */
  readonly title: string;
  readonly feasible: boolean;
  /** glbBytes is 0 where the RFs leave no area for a GLB. */
  readonly hardware: { readonly pes: number; readonly rfBytes: number; readonly glbBytes: number };
  readonly layers: readonly LayerResult[];
  /** null where a layer cannot run. */
  readonly total: NetworkTotal | null;
}

export interface AnalysisResult {
  readonly network: string;
  readonly batch: number;
  readonly objective: Objective;
  readonly hardware: string;
  /** For a network from an ONNX file: what became of its nodes. */
  readonly coverage?: Coverage | undefined;
  /** Layers of the network that were left out because they do no MACs and were not asked for. */
  readonly notMapped: readonly string[];
  readonly results: readonly DataflowResult[];
}
