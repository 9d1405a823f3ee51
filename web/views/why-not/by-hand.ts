import type { TopLevelSpec } from 'vega-lite';
import { analyzeLayer } from '../../../src/analysis/analyze.ts';
import { type MappingByHand, mappingByHand } from '../../../src/analysis/by-hand.ts';
import { allOnes } from '../../../src/dataflow/dataflow.ts';
import { DATAFLOWS } from '../../../src/dataflow/registry.ts';
import type { Network } from '../../../src/layer/layer.ts';
import { layerNamed } from '../../../src/layer/select.ts';
import { byHandChart } from '../../../src/report/by-hand-chart.ts';
import { hardwareOf, type Setup } from '../../setup/setup.ts';

/** What is asked: a layer of a network under a dataflow, and a mapping; an empty one stands for the best. */
export interface ByHandQuestion {
  readonly setup: Setup;
  /** Empty: the network's first that does MACs. */
  readonly layer: string;
  readonly dataflow: string;
  readonly mapping: Readonly<Record<string, number>>;
}

/** What the view shows. */
export interface ByHand {
  /** The layers that may be chosen. */
  readonly layers: readonly string[];
  readonly byHand: MappingByHand;
  readonly chart: TopLevelSpec;
}

/**
 * A mapping changed by hand, in the setup of a view.
 *
 * @throws InputError if the network has no such layer, or the layer under the dataflow no such mapping.
 */
export function byHandOf(
  network: Network,
  { setup, layer: name, dataflow: flow, mapping }: ByHandQuestion,
): ByHand {
  const layers = network.layers.map((one) => one.name);
  const layer = layerNamed(network.layers, name || firstOf(network));
  const dataflow = DATAFLOWS.find((one) => one.name === flow)!;
  const options = { hardware: hardwareOf(setup), batch: setup.batch, objective: setup.objective };
  const best = () => {
    const found = analyzeLayer(layer, dataflow, options);
    return found.feasible ? found.mapping : allOnes(dataflow);
  };
  const chosen = Object.keys(mapping).length > 0 ? mapping : best();
  const byHand = mappingByHand(layer, dataflow, chosen, options);
  return { layers, byHand, chart: byHandChart(byHand) };
}

/** The name of the first layer that does MACs, or of the first that there is. */
const firstOf = ({ layers }: Network): string =>
  (layers.find(({ type }) => type !== 'pool') ?? layers[0])?.name ?? '';
