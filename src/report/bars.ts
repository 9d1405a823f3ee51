import type { TopLevelSpec } from 'vega-lite';
import type { Energy } from '../analysis/result.ts';
import { printable, threeDigits } from './format.ts';

/** Any part of a chart; a chart is one with a frame around it. */
export type View = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];
type Layers = Extract<View, { layer: unknown }>;

/** The energy that a dataflow needs per MAC of a layer (or of the network), or that it cannot run it. */
export interface Bar {
  readonly dataflow: string;
  /** Empty where the bar stands for the network. */
  readonly layer: string;
  readonly run: { readonly energy: Energy; readonly macs: number } | undefined;
  /** Energy per MAC that is drawn as 1. */
  readonly unit: number;
}

/** What a bar is divided into. */
export type Division = 'level' | 'data';

/** A part of a bar. */
interface Part {
  readonly name: string;
  readonly color: string;
  readonly of: (energy: Energy) => number;
}

const ALU: Part = { name: 'ALU', color: '#8c8c8c', of: ({ byLevel }) => byLevel.alu };

/** From the foot of a bar to its top. The colours are those of Okabe and Ito, which the colour-blind tell apart. */
const PARTS: Readonly<Record<Division, readonly Part[]>> = {
  level: [
    ALU,
    { name: 'DRAM', color: '#0072b2', of: ({ byLevel }) => byLevel.dram },
    { name: 'GLB', color: '#56b4e9', of: ({ byLevel }) => byLevel.glb },
    { name: 'array', color: '#f0e442', of: ({ byLevel }) => byLevel.array },
    { name: 'RF', color: '#e69f00', of: ({ byLevel }) => byLevel.rf },
  ],
  data: [
    ALU,
    { name: 'ifmaps', color: '#009e73', of: ({ byData }) => byData.ifmap },
    { name: 'weights', color: '#d55e00', of: ({ byData }) => byData.weight },
    { name: 'psums', color: '#cc79a7', of: ({ byData }) => byData.psum },
  ],
};

/** How a panel of bars is drawn. */
export interface Panel {
  readonly by: Division;
  /** What stands side by side. */
  readonly x: 'dataflow' | 'layer';
  /** Pixels from one bar to the next. */
  readonly step: number;
  readonly height: number;
  readonly yTitle: string | null;
}

/** The rows that a panel draws: the parts of each bar, and what is written above it or in its place. */
export function barRows(bars: readonly Bar[], by: Division): readonly BarRow[] {
  return bars.flatMap((bar, place): BarRow[] => {
    const who = { dataflow: printable(bar.dataflow), layer: printable(bar.layer), place };
    const total = height(bar);
    if (bar.run === undefined || total === undefined) return [{ ...who, note: 'cannot run' }];
    const { energy, macs } = bar.run;
    const parts = PARTS[by].map(({ name, of }, order) => ({
      ...who,
      part: name,
      order,
      energy: of(energy) / macs / bar.unit,
    }));
    return [...parts, { ...who, total, label: threeDigits(total) }];
  });
}

export interface BarRow {
  readonly dataflow: string;
  readonly layer: string;
  readonly place: number;
  readonly part?: string;
  readonly order?: number;
  readonly energy?: number;
  readonly total?: number;
  readonly label?: string;
  readonly note?: string;
}

const height = ({ run, unit }: Bar): number | undefined => run && run.energy.perMac / unit;

const ROOM_FOR_LABEL = 14;

/** A label of so many characters at most, shortened in its middle: names of layers differ at their ends. */
export const shortened = (characters: number): string => `truncate(datum.label, ${characters}, 'center')`;

/** Stacked bars with their height above them, and a note where there can be none. */
export function stackedBars(bars: readonly Bar[], panel: Panel): Layers {
  const { by, step, yTitle } = panel;
  const parts = PARTS[by];
  const names = [...new Set(bars.map((bar) => printable(bar[panel.x])))];
  const highest = Math.max(...bars.map((bar) => height(bar) ?? 0)) || 1;
  const top = (highest * panel.height) / (panel.height - ROOM_FOR_LABEL);
  const x = {
    field: panel.x,
    type: 'nominal',
    scale: { domain: names, paddingInner: 0.25, paddingOuter: 0.2 },
    axis: { title: null, labelAngle: panel.x === 'layer' ? -90 : 0, labelLimit: 0, labelExpr: shortened(26) },
  } as const;
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, top], nice: false },
    title: yTitle,
  });
  return {
    width: { step },
    height: panel.height,
    layer: [
      {
        transform: [{ filter: 'isValid(datum.part)' }],
        mark: { type: 'bar', stroke: 'white', strokeWidth: 0.5 },
        encoding: {
          x,
          y: { ...y('energy'), stack: 'zero' },
          color: {
            field: 'part',
            type: 'nominal',
            scale: { domain: parts.map(({ name }) => name), range: parts.map(({ color }) => color) },
            legend: { title: null, values: parts.map(({ name }) => name).reverse() },
          },
          order: { field: 'order', type: 'quantitative' },
        },
      },
      {
        transform: [{ filter: 'isValid(datum.total)' }],
        mark: { type: 'text', baseline: 'bottom', dy: -2 },
        encoding: { x, y: y('total'), text: { field: 'label', type: 'nominal' } },
      },
      {
        transform: [{ filter: 'isValid(datum.note)' }],
        mark: { type: 'text', angle: 270, align: 'left', baseline: 'middle', dx: 4, color: '#595959' },
        encoding: { x, y: { datum: 0 }, text: { field: 'note', type: 'nominal' } },
      },
    ],
  };
}
