import { type BarMark, barLayers, type LayeredView, marksOf, type Part, type Place } from './bar-marks.ts';
import { panelTitle } from './chart-style.ts';
import { threeDigits } from './format.ts';

/** A stacked bar of a group. */
export interface GroupedBar {
  readonly group: string;
  /** Its name within the group; the same for all where every group has one bar. */
  readonly bar: string;
  /** One value per part, from its foot to its top; undefined where there can be no bar. */
  readonly values: readonly number[] | undefined;
}

/** Groups of stacked bars side by side, as the Eyeriss papers draw them. */
export interface GroupedPanel {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly bars: readonly GroupedBar[];
  /** One line, or several where the panel is lower than one line is long. */
  readonly yTitle: string | readonly string[] | null;
  /** Whether the names of the bars are written upwards, where they are wider than the bars. Default: false. */
  readonly upright?: boolean | undefined;
  /** What the names of the bars say, written at the left of them. */
  readonly barTitle?: string | undefined;
  /** Pixels from one bar to the next. */
  readonly step: number;
  readonly height: number;
  /**
   * The value at the upper end of the axis; higher bars are cut, their height written above. Default: a little above the
   * highest bar.
   */
  readonly top?: number | undefined;
  /** Whether every bar has its height above it. Default: false. */
  readonly labels?: boolean | undefined;
}

/** A little more than the highest of these bars. */
export const topOf = (bars: readonly GroupedBar[], room = 1.05): number =>
  room * Math.max(...bars.map(({ values = [] }) => sum(values)));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function groupedBars(panel: GroupedPanel): LayeredView {
  const { title, parts, bars, yTitle, barTitle, step, height, upright = false, labels = false } = panel;
  const groups = [...new Set(bars.map(({ group }) => group))];
  const isGrouped = bars.length > groups.length;
  const places = groups.flatMap((group, g) => [
    ...(g > 0 && isGrouped ? [`${g}`] : []), // Room between two groups
    ...bars.filter((bar) => bar.group === group).map(placeOf),
  ]);
  const x = {
    field: 'place',
    type: 'nominal',
    scale: { domain: places, paddingInner: isGrouped ? 0.12 : 0.3, paddingOuter: 0.3 },
    axis: {
      title: null,
      labelAngle: upright ? -90 : 0,
      labelOverlap: false,
      labelExpr: `split(datum.label, '/')[${isGrouped ? 1 : 0}]`,
    },
  } as const;
  const top = panel.top ?? topOf(bars, labels ? 1.09 : 1.05);
  const whole = bars.filter(({ values }) => values === undefined || sum(values) <= top);
  const cut = bars.filter((bar) => !whole.includes(bar));
  const marks = whole.flatMap((bar): BarMark[] =>
    marksOf(parts, bar.values).map((mark) => ({ ...bar, place: placeOf(bar), ...mark })),
  );
  return {
    title: panelTitle(title),
    data: { values: marks },
    width: { step },
    height,
    layer: [
      ...barLayers(x, {
        parts,
        top,
        yTitle,
        legend: parts.length > 1 ? LEGEND : null,
        labels,
      }),
      ...(cut.length > 0 ? cutBars(x, cut, parts[0]!.color, height) : []),
      ...(isGrouped ? groupNames(groups, bars, height + (upright ? 34 : 20), step) : []),
      ...(barTitle === undefined ? [] : [leftOfNames(barTitle, height)]),
    ],
  };
}

const LEGEND = { title: null, orient: 'top', direction: 'horizontal', offset: 4, columnPadding: 12 } as const;

const placeOf = ({ group, bar }: Pick<GroupedBar, 'group' | 'bar'>): string => `${group}/${bar}`;

/** The names of groups, below those of their bars, in the middle of each group. */
function groupNames(
  groups: readonly string[],
  bars: readonly GroupedBar[],
  y: number,
  step: number,
): LayeredView['layer'] {
  const named = groups.map((name) => {
    const own = bars.filter(({ group }) => group === name);
    return { name, place: placeOf(own[own.length >> 1]!), isEven: own.length % 2 === 0 };
  });
  const encoding = { x: { field: 'place' }, y: { value: y }, text: { field: 'name' } } as const;
  return [true, false].flatMap((isEven) => {
    const values = named.filter((group) => group.isEven === isEven);
    const dx = isEven ? -step / 2 : 0;
    const mark = { type: 'text', fontSize: 11, fontWeight: 'bold', baseline: 'top', dx } as const;
    return values.length > 0 ? [{ data: { values }, mark, encoding }] : [];
  });
}

const leftOfNames = (text: string, height: number): LayeredView['layer'][number] => ({
  data: { values: [{}] },
  mark: { type: 'text', align: 'right', baseline: 'top', fontSize: 10 },
  encoding: { x: { value: -6 }, y: { value: height + 6 }, text: { value: text } },
});

/** Bars that end beyond the axis, with a gap that says so. */
function cutBars(x: Place, bars: readonly GroupedBar[], color: string, height: number): LayeredView['layer'] {
  const data = {
    values: bars.map((bar) => ({ place: placeOf(bar), label: threeDigits(sum(bar.values!)) })),
  };
  const stretch = (from: number, to: number, fill: string): LayeredView['layer'][number] => ({
    data,
    mark: { type: 'bar', color: fill },
    encoding: { x, y: { value: from }, y2: { value: to } },
  });
  const heights: LayeredView['layer'][number] = {
    data,
    mark: { type: 'text', baseline: 'bottom', dy: -2 },
    encoding: { x, y: { value: 0 }, text: { field: 'label' } },
  };
  return [stretch(0, height, color), stretch(10, 14, 'white'), heights];
}
