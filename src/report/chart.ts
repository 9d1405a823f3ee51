import type { TopLevelSpec } from 'vega-lite';
import type { AnalysisResult } from '../analysis/result.ts';
import type { View } from './bar-marks.ts';
import { type Bar, barRows, type Division, highestOf, type Panel, shortened, stackedBars } from './bars.ts';
import { CHART_FRAME, panelTitle } from './chart-style.ts';
import { baseline, type LayerAcross, layersAcross } from './compare.ts';
import { printable } from './format.ts';

export interface ChartOptions {
  /** Draw energies relative to RS (or else the first dataflow that runs every layer), in each layer to its own. */
  readonly relative?: boolean | undefined;
  /**
   * Pixels that the panels of one line may take, without what stands around them; below 620, the two panels of the network
   * stand one below the other. Default: 900.
   */
  readonly width?: number | undefined;
  /** What the bars of layers are divided into. Default: the levels of the hierarchy. */
  readonly by?: Division | undefined;
  /**
   * The address that the bar of a dataflow opens: relative, or of http. `layer` is empty where the bar stands for the whole
   * network. Bars with addresses also say in words what they show. Default: bars open nothing.
   */
  readonly link?: ((dataflow: string, layer: string) => string) | undefined;
}

/** Pixels that the panels of one line take where nothing else is said. */
const PAGE = 900;

/** Pixels from which on two panels of a network stand side by side. */
const TWO_PANELS = 620;

/** The whole network: a bar per dataflow, divided by level of the hierarchy and, beside it, by type of data. */
export const networkChart = (result: AnalysisResult, options: ChartOptions = {}): TopLevelSpec => ({
  ...frame(result, options),
  ...networkView(result, options),
});

/** Every layer, divided by level: a panel of bars for each; under one dataflow alone, one bar for each. */
export const layersChart = (result: AnalysisResult, options: ChartOptions = {}): TopLevelSpec => ({
  ...frame(result, options),
  ...layersView(result, options),
});

/**
 * {@link layersChart} in parts of at most so many layers, with the scales of the whole: a page shows the first while the
 * others are drawn.
 */
export function layersCharts(
  result: AnalysisResult,
  { layers: most, ...options }: ChartOptions & { readonly layers: number },
): readonly TopLevelSpec[] {
  const charts: Group[][] = [];
  let room = 0;
  for (const group of groupsOf(result, options)) {
    for (let start = 0; start < group.layers.length; start += most) {
      const part = { ...group, layers: group.layers.slice(start, start + most), isFirst: start === 0 };
      if (part.layers.length > room) {
        charts.push([]);
        room = most;
      }
      room -= part.layers.length;
      charts.at(-1)!.push(part);
    }
  }
  return charts.map((groups, i) => ({
    ...(i === 0 ? frame(result, options) : CHART_FRAME),
    ...stackedGroups(groups, options),
  }));
}

/** Both charts, one below the other. */
export const analysisChart = (result: AnalysisResult, options: ChartOptions = {}): TopLevelSpec => ({
  ...frame(result, options),
  vconcat: [networkView(result, options), layersView(result, options)],
  spacing: 40,
  resolve: { scale: { color: 'independent' } },
});

type SideBySide = Extract<View, { hconcat: unknown }>;
type OneBelowTheOther = Extract<View, { vconcat: unknown }>;

function networkView(result: AnalysisResult, options: ChartOptions): SideBySide | OneBelowTheOther {
  const { relative, width = PAGE, link } = options;
  const base = relative ? baseline(result) : undefined;
  const bars = result.results.map(
    ({ dataflow, total }): Bar => ({
      dataflow,
      layer: '',
      run: total ?? undefined,
      unit: base?.total.energyPerMac ?? 1,
      href: link?.(dataflow, ''),
    }),
  );
  const isNarrow = width < TWO_PANELS;
  const lineShare = isNarrow ? width : (width - BETWEEN_PANELS) / 2;
  const step = Math.min(46, Math.max(27, (lineShare - AXIS_AND_LEGEND) / bars.length));
  const panel = (by: Division, title: string): View => ({
    title: panelTitle(title),
    data: { values: [...barRows(bars, by)] },
    ...stackedBars(bars, { by, x: 'dataflow', step, height: 240, yTitle: energyLabel(base?.dataflow) }),
  });
  const panels = [panel('level', 'By level of the hierarchy'), panel('data', 'By type of data')];
  const around = { spacing: BETWEEN_PANELS, resolve: { scale: { color: 'independent' } } } as const;
  return isNarrow ? { vconcat: panels, ...around } : { hconcat: panels, ...around };
}

const BETWEEN_PANELS = 36;

/** Pixels beside the bars of a panel. */
const AXIS_AND_LEGEND = 144;

const TYPES = { conv: 'Convolutional layers', fc: 'Fully connected layers', pool: 'Pooling layers' } as const;

/** Layers of one type, each with its bars. They share a scale: one fully connected layer at batch 1 would flatten all convolutions. */
interface Group {
  readonly type: keyof typeof TYPES;
  readonly layers: readonly (readonly Bar[])[];
  /** The highest bar of the type, also of those that stand in another chart. */
  readonly highest: number;
  /** False where other layers of the type stand in a chart before. */
  readonly isFirst: boolean;
}

function groupsOf(result: AnalysisResult, { relative, link }: ChartOptions): readonly Group[] {
  const base = relative ? baseline(result)?.dataflow : undefined;
  const across = layersAcross(result);
  return (['conv', 'fc', 'pool'] as const).flatMap((type): Group[] => {
    const layers = across
      .filter((layer) => layer.type === type)
      .map((layer) =>
        layerBars(result, layer, base).map((bar) => ({ ...bar, href: link?.(bar.dataflow, bar.layer) })),
      );
    return layers.length === 0 ? [] : [{ type, layers, highest: highestOf(layers.flat()), isFirst: true }];
  });
}

const layersView = (result: AnalysisResult, options: ChartOptions): OneBelowTheOther =>
  stackedGroups(groupsOf(result, options), options);

function stackedGroups(
  groups: readonly Group[],
  { width = PAGE, by = 'level' }: ChartOptions,
): OneBelowTheOther {
  const views = groups.map(({ type, layers, highest, isFirst }): View => {
    const draw = layers[0]!.length > 1 ? smallMultiples : oneRow;
    const title = isFirst ? { title: panelTitle(TYPES[type]) } : {};
    return { ...title, ...draw(layers.flat(), { by, highest }, width) };
  });
  return { vconcat: views, spacing: 28, resolve: { scale: { color: 'independent' } } };
}

function layerBars({ results }: AnalysisResult, layer: LayerAcross, base: string | undefined): Bar[] {
  const yardstick = layer.under.find((_, i) => results[i]!.dataflow === base);
  const unit = yardstick?.feasible ? yardstick.energy.perMac : 1;
  return layer.under.map((one, i) => ({
    dataflow: results[i]!.dataflow,
    layer: layer.name,
    run: one.feasible ? one : undefined,
    unit,
  }));
}

/** What bars are divided into, and which of them reaches the top. */
type Divided = Pick<Panel, 'by'> & { readonly highest: number };

function smallMultiples(bars: readonly Bar[], { by, highest }: Divided, line: number): View {
  const dataflows = new Set(bars.map(({ dataflow }) => dataflow)).size;
  const step = Math.min(40, Math.max(27, 160 / dataflows));
  const width = dataflows * step;
  return {
    data: { values: [...barRows(bars, by)] },
    facet: {
      field: 'layer',
      type: 'nominal',
      sort: { field: 'place', op: 'min', order: 'ascending' },
      title: null,
      header: { labelExpr: shortened(Math.floor(width / 5.2)) },
    },
    columns: Math.max(1, Math.floor(line / (width + 16))),
    bounds: 'flush',
    spacing: { row: 46, column: 16 },
    spec: stackedBars(bars, { by, x: 'dataflow', step, height: 110, yTitle: null, highest }),
    resolve: { axis: { x: 'independent' } },
  };
}

const oneRow = (bars: readonly Bar[], { by, highest }: Divided, line: number): View => ({
  data: { values: [...barRows(bars, by)] },
  ...stackedBars(bars, {
    by,
    x: 'layer',
    step: Math.min(46, Math.max(22, Math.min(640, line - AXIS_AND_LEGEND) / bars.length)),
    height: 200,
    yTitle: null,
    highest,
  }),
});

const energyLabel = (base: string | undefined): string =>
  base === undefined ? 'Energy per MAC' : `Energy relative to ${base}`;

/** What stands around the chart. */
function frame(result: AnalysisResult, { relative, width = PAGE }: ChartOptions) {
  const { network, batch, hardware, results } = result;
  const base = relative ? baseline(result)?.dataflow : undefined;
  const only = results.length === 1 ? `, ${results[0]!.dataflow}` : '';
  const text = printable(`${network}, batch ${batch}${only}`);
  const unit = base === undefined ? "in units of the hardware's table" : `per MAC, ${base} = 1`;
  const lines = [printable(`${energyLabel(base)} ${unit}`), printable(hardware)];
  const subtitle = lines.join(' · ');
  return {
    ...CHART_FRAME,
    description: `${text}. ${subtitle}`,
    title: {
      text,
      subtitle: width < TWO_PANELS ? lines : subtitle,
      frame: 'bounds' as const,
      fontSize: 15,
      offset: 16,
    },
  };
}
