import type { TopLevelSpec } from 'vega-lite';
import type { RanLayer, RunResult } from '../run/result.ts';
import type { LayeredView } from './bar-marks.ts';
import { ENERGY_PARTS } from './bars.ts';
import { CHART_FRAME, panelTitle } from './chart-style.ts';
import { inMillions, printable, threeDigits } from './format.ts';
import { decibels, runHeading } from './run-sheets.ts';

/** The layers of a run, a row for each: its energy by level, its latency, and how close it is to the float network. */
export function runChart(result: RunResult): TopLevelSpec {
  const [network, ...facts] = runHeading(result).map(printable);
  const rows: Rows = { layers: result.layers, step: result.layers.length > 24 ? 15 : 20 };
  return {
    ...CHART_FRAME,
    description: `${network}: energy, latency and signal to noise of each layer. ${facts.join(', ')}`,
    title: {
      // A single word that Vega has a use of its own for, such as toString, would be no text to it
      text: `${network} on ${printable(result.chip)}`,
      subtitle: facts.join(' · '),
      frame: 'bounds',
      fontSize: 15,
      offset: 16,
    },
    hconcat: [energyPanel(rows), latencyPanel(rows), noisePanel(rows)],
    bounds: 'flush',
    spacing: 28,
    resolve: { scale: { color: 'independent' } },
  };
}

/** What stands on the axis that the panels share. */
interface Rows {
  readonly layers: readonly RanLayer[];
  /** Pixels from one row to the next. */
  readonly step: number;
}

type Mark = LayeredView['layer'][number];

/** Places of layers in their order, also of those with one name. */
const placesOf = (layers: readonly RanLayer[]): string[] =>
  layers.map(({ name }, i) => `${i} ${printable(name)}`);

/** The rows of a panel, with the names of layers at its left or without. */
const rowsOf = ({ layers }: Rows, hasNames: boolean) =>
  ({
    field: 'place',
    type: 'nominal',
    scale: { domain: placesOf(layers), paddingInner: 0.3, paddingOuter: 0.2 },
    axis: {
      title: null,
      grid: true,
      labels: hasNames,
      labelLimit: 0,
      labelOverlap: false,
      labelExpr: "truncate(slice(datum.label, indexof(datum.label, ' ') + 1), 28, 'center')",
    },
  }) as const;

const AXIS = { title: null, grid: true, domain: false, tickCount: 4, labelOverlap: true } as const;

/** Room for the number at the end of the longest bar. */
const ROOM_FOR_LABEL = 40;

/** A scale from 0 that ends a little beyond the largest value. */
const fromZero = (values: readonly number[], width: number) => ({
  domain: [0, ((Math.max(...values, 0) || 1) * width) / (width - ROOM_FOR_LABEL)],
  nice: false,
});

function energyPanel(rows: Rows): LayeredView {
  const width = 320;
  const parts = ENERGY_PARTS.level;
  const places = placesOf(rows.layers);
  const energies = rows.layers.map(({ energy: { total, byLevel, byData } }, i) => ({
    place: places[i]!,
    total,
    of: { ...byLevel, ...byData },
  }));
  const y = rowsOf(rows, true);
  const x = {
    type: 'quantitative',
    scale: fromZero(
      energies.map(({ total }) => total),
      width,
    ),
    axis: { ...AXIS, format: '~s', labelExpr: "datum.value === 0 ? '0' : datum.label" },
  } as const;
  const bars: Mark = {
    data: {
      values: energies.flatMap(({ place, of }) =>
        parts.map(({ key, name }, order) => ({
          place,
          part: name,
          order,
          value: of[key],
        })),
      ),
    },
    mark: { type: 'bar', stroke: 'white', strokeWidth: 0.5 },
    encoding: {
      y,
      x: { ...x, field: 'value', stack: 'zero' },
      color: {
        field: 'part',
        type: 'nominal',
        scale: { domain: parts.map(({ name }) => name), range: parts.map(({ color }) => color) },
        legend: { title: null, orient: 'top', direction: 'horizontal', offset: 4, columnPadding: 12 },
      },
      order: { field: 'order', type: 'quantitative' },
    },
  };
  const labels: Mark = {
    data: { values: energies.map(({ place, total }) => ({ place, total, label: inMillions(total) })) },
    mark: { type: 'text', align: 'left', dx: 4 },
    encoding: { y, x: { ...x, field: 'total' }, text: { field: 'label', type: 'nominal' } },
  };
  return panel({ title: 'Energy, units of the cost table', width, rows, layer: [bars, labels] });
}

function latencyPanel(rows: Rows): LayeredView {
  const width = 200;
  const places = placesOf(rows.layers);
  const times = rows.layers.map(({ processingLatencyMs, dram }, i) => ({
    place: places[i]!,
    array: processingLatencyMs,
    link: dram.linkMs,
    end: Math.max(processingLatencyMs, dram.linkMs),
    label: threeDigits(Math.max(processingLatencyMs, dram.linkMs)),
  }));
  const y = rowsOf(rows, false);
  const x = {
    type: 'quantitative',
    scale: fromZero(
      times.map(({ end }) => end),
      width,
    ),
    axis: AXIS,
  } as const;
  return panel({
    title: 'Latency, ms',
    subtitle: 'bar: array · line: link to DRAM',
    width,
    rows,
    layer: [
      {
        data: { values: times },
        mark: { type: 'bar', color: '#8c8c8c' },
        encoding: { y, x: { ...x, field: 'array' } },
      },
      {
        data: { values: times },
        mark: { type: 'tick', color: '#0072b2', thickness: 2, opacity: 1 },
        encoding: { y, x: { ...x, field: 'link' } },
      },
      {
        data: { values: times },
        mark: { type: 'text', align: 'left', dx: 5 },
        encoding: { y, x: { ...x, field: 'end' }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  });
}

function noisePanel(rows: Rows): LayeredView {
  const width = 180;
  const places = placesOf(rows.layers);
  const ratios = rows.layers.map(({ snrDb, noise }, i) => ({
    place: places[i]!,
    snr: snrDb,
    own: noise?.ownDb ?? null,
    label: decibels(snrDb),
  }));
  const known = ratios.flatMap(({ snr, own }) => [snr, own]).filter((db) => db !== null);
  const y = rowsOf(rows, false);
  const x = {
    type: 'quantitative',
    scale: {
      domain: known.length > 0 ? [Math.min(...known) - 3, Math.max(...known) + 3] : [0, 100],
      nice: true,
    },
    axis: AXIS,
  } as const;
  const dots = (field: 'snr' | 'own', filled: boolean): Mark => ({
    data: { values: ratios.filter((ratio) => ratio[field] !== null) },
    mark: { type: 'point', filled, color: '#d55e00', size: filled ? 36 : 60, opacity: 1, strokeWidth: 1.2 },
    encoding: { y, x: { ...x, field } },
  });
  return panel({
    title: 'Signal to noise, dB',
    subtitle: '● against float · ○ this layer alone',
    width,
    rows,
    layer: [
      {
        data: { values: ratios.filter(({ snr, own }) => snr !== null && own !== null) },
        mark: { type: 'rule', color: '#d55e00', opacity: 0.6 },
        encoding: { y, x: { ...x, field: 'snr' }, x2: { field: 'own' } },
      },
      dots('own', false),
      dots('snr', true),
      {
        data: { values: ratios },
        mark: { type: 'text', align: 'right' },
        encoding: { y, x: { value: width + 30 }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  });
}

interface Panel {
  readonly title: string;
  readonly subtitle?: string;
  readonly width: number;
  readonly rows: Rows;
  readonly layer: readonly Mark[];
}

const panel = ({ title, subtitle, width, rows, layer }: Panel): LayeredView => ({
  title: { ...panelTitle(title), ...(subtitle !== undefined && { subtitle }) },
  width,
  height: { step: rows.step },
  layer: [...layer],
});
