import { analyze } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { eyerissBaseline } from '../hardware/hardware.ts';
import { type BuiltinNetwork, builtinNetwork } from '../layer/builtin.ts';

/** What the six dataflows are compared on. */
export interface Setup {
  readonly network: BuiltinNetwork;
  readonly layers: readonly ('conv' | 'fc')[];
  readonly pes: number;
  /** Images in a batch: the paper's N. */
  readonly batch: number;
}

/** The six dataflows at equal area and parallelism: the comparison behind most figures. */
export type Compare = (setup: Setup) => AnalysisResult;

/** Compares, each setup only once: figures share their experiments. */
export function comparing(): Compare {
  const known = new Map<string, AnalysisResult>();
  return (setup) => {
    const key = JSON.stringify(setup);
    const result = known.get(key) ?? compare(setup);
    known.set(key, result);
    return result;
  };
}

function compare({ network: name, layers: types, pes, batch }: Setup): AnalysisResult {
  const network = builtinNetwork(name);
  const layers = network.layers.filter(({ type }) => types.some((wanted) => wanted === type));
  return analyze(network, { layers, batch, hardware: eyerissBaseline(pes) });
}
