import type { TopLevelSpec } from 'vega-lite';
import { mappingByHand } from '../../../src/analysis/by-hand.ts';
import type { AnalysisResult, DataflowResult } from '../../../src/analysis/result.ts';
import { DATAFLOWS } from '../../../src/dataflow/registry.ts';
import { InputError } from '../../../src/input-error.ts';
import type { Network } from '../../../src/layer/layer.ts';
import { analysisCsv } from '../../../src/report/analysis-data.ts';
import { analysisSheets, footnote } from '../../../src/report/analysis-sheets.ts';
import type { Division } from '../../../src/report/bars.ts';
import { analysisChart, layersCharts, networkChart } from '../../../src/report/chart.ts';
import { type Obstacle, obstacles } from '../../../src/report/compare.ts';
import { headline } from '../../../src/report/headline.ts';
import { jsonText } from '../../../src/report/json.ts';
import {
  accessesSheet,
  limitedBy,
  limitsSheet,
  parametersSheet,
  proofOf,
  reuseSheet,
} from '../../../src/report/mapping-sheets.ts';
import type { Sheet } from '../../../src/report/sheet.ts';
import { hardwareOf, type Setup } from '../../setup/setup.ts';
import { linkTo } from '../../url/link.ts';
import { WHY_NOT_FIELDS } from '../why-not/fields.ts';

/** What the view shows of an analysis, as plain data. */
export interface Comparison {
  /** What a file of it is called, without its ending. */
  readonly name: string;
  readonly headline: string | undefined;
  /** Names of the layers and dataflows, in the order of rows and columns. */
  readonly layers: readonly string[];
  readonly dataflows: readonly string[];
  readonly networkChart: TopLevelSpec;
  /** The layers, some in each. */
  readonly layersCharts: readonly TopLevelSpec[];
  /** Both, to be saved. */
  readonly picture: TopLevelSpec;
  /** The dataflows; if there are several layer by layer; the best mappings; where the energy goes. */
  readonly sheets: readonly Sheet[];
  readonly obstacles: readonly Obstacle[];
  readonly footnote: string | undefined;
}

/** More in one chart, and the page would stand still when it is put in. */
const LAYERS_PER_CHART = 8;

/** How charts are drawn. */
export interface Drawn {
  /** Pixels that a chart may take. */
  readonly width: number;
  /** The address of a layer under a dataflow (or of the whole network, an empty layer) begins so. */
  readonly address: string;
  /** What the bars of layers are divided into. */
  readonly by: Division;
}

export const comparisonOf = (result: AnalysisResult, { width, address, by }: Drawn): Comparison => {
  const [first] = result.results;
  const link = (dataflow: string, layer: string) => openAddress(address, dataflow, layer);
  return {
    name: result.network.replaceAll(/[^\w.-]+/g, '-'),
    headline: headline(result),
    layers: first?.layers.map(({ name }) => name) ?? [],
    dataflows: result.results.map(({ dataflow }) => dataflow),
    networkChart: networkChart(result, { width }),
    layersCharts: layersCharts(result, { width, link, by, layers: LAYERS_PER_CHART }),
    picture: analysisChart(result),
    sheets: analysisSheets(result),
    obstacles: obstacles(result),
    footnote: footnote(result, '“pool” as layers'),
  };
};

/** The address that opens a layer under a dataflow; `address` is that of the view with nothing open. */
export const openAddress = (address: string, dataflow: string, layer: string): string =>
  `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams({ open: `${dataflow}.${layer}` })}`;

/** A layer under one dataflow: what is shown when a bar is opened. */
export interface OpenMapping {
  readonly dataflow: string;
  readonly title: string;
  readonly layer: string;
  /** Why it cannot run, instead of all else. */
  readonly reason?: string;
  readonly sheets: readonly Sheet[];
  readonly limitedBy?: string | undefined;
  readonly proof: readonly string[];
  /** Where the mapping can be changed by hand. */
  readonly byHand: string;
}

/**
 * What there is to say of a layer under a dataflow.
 *
 * @param open `RS.CONV1`
 * @throws InputError if the result has none of that name.
 */
export function openMapping(
  result: AnalysisResult,
  network: Network,
  setup: Setup,
  open: string,
): OpenMapping {
  const { dataflow, layer } = found(result, open);
  const { dataflow: name, title } = dataflow;
  const head = { dataflow: name, title, layer: layer.name };
  if (!layer.feasible) return { ...head, reason: layer.reason.message, sheets: [], proof: [], byHand: '' };
  const { limits, parameters } = mappingByHand(
    network.layers.find((one) => one.name === layer.name)!,
    DATAFLOWS.find((one) => one.name === name)!,
    layer.mapping,
    { hardware: hardwareOf(setup), batch: setup.batch, objective: setup.objective },
  );
  return {
    ...head,
    sheets: [parametersSheet(parameters), limitsSheet(limits), reuseSheet(layer), accessesSheet(layer)],
    limitedBy: limitedBy(limits),
    proof: proofOf(layer.search),
    byHand: linkTo('why-not', WHY_NOT_FIELDS, {
      ...setup,
      layer: layer.name,
      dataflow: name,
      mapping: layer.mapping,
    }),
  };
}

function found(
  { results }: AnalysisResult,
  open: string,
): { dataflow: DataflowResult; layer: DataflowResult['layers'][number] } {
  const [name, ...rest] = open.split('.');
  const dataflow = results.find((one) => one.dataflow === name);
  const layer = dataflow?.layers.find((one) => one.name === rest.join('.'));
  if (dataflow !== undefined && layer !== undefined) return { dataflow, layer };
  const [first] = results;
  const layers = first?.layers.slice(0, 12).map((one) => one.name) ?? [];
  throw new InputError({
    code: 'not-allowed',
    path: ['open'],
    found: open.slice(0, 60),
    allowed: `a dataflow (${results.map((one) => one.dataflow).join(', ')}), a dot and a layer: ${layers.join(', ')}, …`,
  });
}

/** The result as the command writes it. */
export const exported = { JSON: jsonText, CSV: analysisCsv };
