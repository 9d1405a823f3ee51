import type { LayeredView, View } from '../report/bar-marks.ts';
import { type GroupedBar, type GroupedPanel, groupedBars } from '../report/grouped-bars.ts';

/** A bar per row, in groups by dataflow: one part for each of these columns. */
export const barsOf = <K extends string>(
  rows: readonly (Readonly<Record<K, number | null>> & {
    readonly dataflow: string;
    readonly batch: number;
  })[],
  keys: readonly K[],
  unit = 1,
): readonly GroupedBar[] =>
  rows.map((row) => {
    const values = keys.flatMap((key) => row[key] ?? []);
    return {
      group: row.dataflow,
      bar: String(row.batch),
      values: values.length < keys.length ? undefined : values.map((value) => value / unit),
    };
  });

/** A panel of six dataflows at three batch sizes, in the paper's layout: two such panels fill the width of a page. */
export const panelOf = (panel: Omit<GroupedPanel, 'step' | 'height' | 'barTitle'>): LayeredView =>
  groupedBars({ ...panel, barTitle: 'N =', step: stepFor(panel.bars), height: 170 });

/** Room for the names of the bars. */
const stepFor = (bars: readonly GroupedBar[]): number =>
  11 + 2 * Math.max(...bars.map(({ bar }) => bar.length));

type OneBelowTheOther = Extract<View, { vconcat: unknown }>;

/** Panels two by two. */
export function inRows(panels: readonly LayeredView[]): OneBelowTheOther {
  const rows = panels
    .filter((_, i) => i % 2 === 0)
    .map((left, i) => [left, ...panels.slice(2 * i + 1, 2 * i + 2)]);
  return {
    vconcat: rows.map(
      (hconcat): View => ({ hconcat, spacing: 32, resolve: { scale: { color: 'independent' } } }),
    ),
    spacing: 30,
    resolve: { scale: { color: 'independent' } },
  };
}
