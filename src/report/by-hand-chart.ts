import type { TopLevelSpec } from 'vega-lite';
import type { MappingByHand } from '../analysis/by-hand.ts';
import type { View } from './bar-marks.ts';
import { type Bar, barRows, type Division, stackedBars } from './bars.ts';
import { CHART_FRAME, panelTitle } from './chart-style.ts';
import { mappingText, printable } from './format.ts';

/** A mapping chosen by hand beside the best one: energy per MAC, by level of the hierarchy and by type of data. */
export function byHandChart({ layer, dataflow, batch, cost, optimum }: MappingByHand): TopLevelSpec {
  const bar = (name: string, run: Bar['run']): Bar => ({ dataflow: name, layer: '', run, unit: 1 });
  const bars = [bar('by hand', cost), bar('optimum', optimum.feasible ? optimum.cost : undefined)];
  const panel = (by: Division, title: string): View => ({
    title: panelTitle(title),
    data: { values: [...barRows(bars, by)] },
    ...stackedBars(bars, { by, x: 'dataflow', step: 72, height: 200, yTitle: 'Energy per MAC' }),
  });
  const text = printable(`${layer} under ${dataflow}, batch ${batch}`);
  const subtitle = mappingText(cost.mapping);
  return {
    ...CHART_FRAME,
    description: `${text}. By hand: ${subtitle}.`,
    title: { text, subtitle, frame: 'bounds', fontSize: 15, offset: 16 },
    hconcat: [panel('level', 'By level'), panel('data', 'By type of data')],
    spacing: 30,
    resolve: { scale: { color: 'independent' } },
  };
}
