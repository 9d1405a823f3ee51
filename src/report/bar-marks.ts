import type { TopLevelSpec } from 'vega-lite';
import { threeDigits } from './format.ts';

/** Any part of a chart; a chart is one with a frame around it. */
export type View = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];
export type LayeredView = Extract<View, { layer: unknown }>;
type Layer = LayeredView['layer'][number];
/** Where a bar stands. */
export type Place = NonNullable<NonNullable<Extract<Layer, { mark: unknown }>['encoding']>['x']>;

/** A part of every bar of a chart. */
export interface Part {
  readonly name: string;
  readonly color: string;
}

/** What is drawn of one bar: a part of it, the label above it, or the note in its place; and the link over it. */
export interface BarMark {
  readonly part?: string;
  /** From the foot of the bar to its top. */
  readonly order?: number;
  readonly value?: number;
  readonly total?: number;
  readonly label?: string;
  readonly note?: string;
  /** Where a link leads. */
  readonly href?: string;
  /** What a part or a link is to those who hear the chart; there is one for all of them or for none. */
  readonly description?: string;
}

/** The marks of a bar with these parts, from its foot to its top; of one that cannot be, where there are none. */
export function marksOf(parts: readonly Part[], values: readonly number[] | undefined): readonly BarMark[] {
  if (values === undefined) return [{ note: 'cannot run' }];
  const total = values.reduce((sum, value) => sum + value, 0);
  return [
    ...parts.map(({ name }, order) => ({ part: name, order, value: values[order]! })),
    { total, label: threeDigits(total) },
  ];
}

/** How bars are drawn. */
interface BarStyle {
  readonly parts: readonly Part[];
  /** The value at the upper end of the axis. */
  readonly top: number;
  readonly yTitle: string | readonly string[] | null;
  /** Default: to the right of the bars, the parts in the order in which they are stacked. */
  readonly legend?: object | null | undefined;
  /** Whether every bar has its height above it. */
  readonly labels: boolean;
  /** Pixels of the panel from top to bottom, where bars have links and descriptions. */
  readonly linkHeight?: number | undefined;
}

/** Stacked bars, a label above each, and a note where there can be none. `x` places them. */
export function barLayers(x: Place, { parts, top, yTitle, legend, labels, linkHeight }: BarStyle): Layer[] {
  const names = parts.map(({ name }) => name);
  const upwards = { title: null, values: names.toReversed() };
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, top], nice: false },
    title: typeof yTitle === 'object' && yTitle ? [...yTitle] : yTitle,
  });
  const bars: Layer = {
    transform: [{ filter: 'isValid(datum.part)' }],
    mark: { type: 'bar', stroke: 'white', strokeWidth: 0.5 },
    encoding: {
      x,
      y: { ...y('value'), stack: 'zero' },
      color: {
        field: 'part',
        type: 'nominal',
        scale: { domain: names, range: parts.map(({ color }) => color) },
        legend: legend === undefined ? upwards : legend,
      },
      order: { field: 'order', type: 'quantitative' },
      ...(linkHeight !== undefined && { description: DESCRIPTION }),
    },
  };
  const heights: Layer = {
    transform: [{ filter: 'isValid(datum.total)' }],
    mark: { type: 'text', baseline: 'bottom', dy: -2 },
    encoding: { x, y: y('total'), text: { field: 'label', type: 'nominal' } },
  };
  const notes: Layer = {
    transform: [{ filter: 'isValid(datum.note)' }],
    mark: { type: 'text', angle: 270, align: 'left', baseline: 'middle', dx: 4, color: '#595959' },
    encoding: { x, y: { datum: 0 }, text: { field: 'note', type: 'nominal' } },
  };
  const marks = labels ? [bars, heights, notes] : [bars, notes];
  return linkHeight === undefined ? marks : [...marks, linksOver(x, linkHeight)];
}

const DESCRIPTION = { field: 'description', type: 'nominal' } as const;

/** One link over each bar and all above it: a low bar, or none, is as easy to hit, and each is one stop of the keyboard. */
const linksOver = (x: Place, height: number): Layer => ({
  transform: [{ filter: 'isValid(datum.href)' }],
  mark: { type: 'bar', fill: 'white', fillOpacity: 0 },
  encoding: {
    x,
    y: { value: 0 },
    y2: { value: height },
    href: { field: 'href', type: 'nominal' },
    description: DESCRIPTION,
  },
});
