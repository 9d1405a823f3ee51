import type { Energy } from '../analysis/result.ts';
import type { DataType, Level } from '../hardware/energy.ts';
import { type BarMark, barLayers, type LayeredView, marksOf, type Part } from './bar-marks.ts';
import { printable, threeDigits } from './format.ts';

/** The energy that a dataflow needs per MAC of a layer (or of the network), or that it cannot run it. */
export interface Bar {
  readonly dataflow: string;
  /** Empty where the bar stands for the network. */
  readonly layer: string;
  readonly run: { readonly energy: Energy; readonly macs: number } | undefined;
  /** Energy per MAC that is drawn as 1. */
  readonly unit: number;
  /** The address that it opens. Default: it is no link. */
  readonly href?: string | undefined;
}

/** What a bar is divided into. */
export type Division = 'level' | 'data';

/** A part of an energy. */
interface EnergyPart extends Part {
  readonly key: 'alu' | Level | DataType;
}

const ALU: EnergyPart = { key: 'alu', name: 'ALU', color: '#8c8c8c' };

/** From the foot of a bar to its top. The colours are those of Okabe and Ito, which the colour-blind tell apart. */
export const ENERGY_PARTS: Readonly<Record<Division, readonly EnergyPart[]>> = {
  level: [
    ALU,
    { key: 'dram', name: 'DRAM', color: '#0072b2' },
    { key: 'glb', name: 'GLB', color: '#56b4e9' },
    { key: 'array', name: 'array', color: '#f0e442' },
    { key: 'rf', name: 'RF', color: '#e69f00' },
  ],
  data: [
    ALU,
    { key: 'ifmap', name: 'ifmaps', color: '#009e73' },
    { key: 'weight', name: 'weights', color: '#d55e00' },
    { key: 'psum', name: 'psums', color: '#cc79a7' },
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
  /** The bar that reaches the top. Default: the highest of its own. */
  readonly highest?: number | undefined;
}

/** The rows that a panel draws: the parts of each bar, what is written above it or in its place, and its link. */
export const barRows = (bars: readonly Bar[], by: Division): readonly BarRow[] =>
  bars.flatMap(({ dataflow, layer, run, unit, href }, place): BarRow[] => {
    const parts = ENERGY_PARTS[by];
    const energy = run && { ...run.energy.byLevel, ...run.energy.byData };
    const values = run && parts.map(({ key }) => energy![key] / run.macs / unit);
    const who = { dataflow: printable(dataflow), layer: printable(layer), place };
    const marks = marksOf(parts, values);
    return (href === undefined ? marks : linked(marks, who, href)).map((mark) => ({ ...who, ...mark }));
  });

/** The marks of one bar with what each is to those who hear the chart, and its link. */
function linked(
  marks: readonly BarMark[],
  { dataflow, layer }: Pick<Bar, 'dataflow' | 'layer'>,
  href: string,
): readonly BarMark[] {
  const name = layer === '' ? dataflow : `${layer} under ${dataflow}`;
  const whole = marks.find(({ label, note }) => label ?? note)!;
  const text = whole.label ?? whole.note;
  return [
    ...marks.map((mark) =>
      mark.part === undefined
        ? mark
        : { ...mark, description: `${name}: ${mark.part} ${threeDigits(mark.value!)} of ${text}` },
    ),
    { href, description: `${name}: ${text}` },
  ];
}

export interface BarRow extends BarMark {
  readonly dataflow: string;
  readonly layer: string;
  readonly place: number;
}

const ROOM_FOR_LABEL = 14;

/** A label of so many characters at most, shortened in its middle: names of layers differ at their ends. */
export const shortened = (characters: number): string => `truncate(datum.label, ${characters}, 'center')`;

/** The height of the highest of some bars. */
export const highestOf = (bars: readonly Bar[]): number =>
  Math.max(0, ...bars.map(({ run, unit }) => (run ? run.energy.perMac / unit : 0)));

/** Stacked bars with their height above them, and a note where there can be none. */
export function stackedBars(
  bars: readonly Bar[],
  { by, x, step, height, yTitle, highest = highestOf(bars) }: Panel,
): LayeredView {
  const names = [...new Set(bars.map((bar) => printable(bar[x])))];
  const place = {
    field: x,
    type: 'nominal',
    scale: { domain: names, paddingInner: 0.25, paddingOuter: 0.2 },
    axis: { title: null, labelAngle: x === 'layer' ? -90 : 0, labelLimit: 0, labelExpr: shortened(26) },
  } as const;
  const top = ((highest || 1) * height) / (height - ROOM_FOR_LABEL);
  return {
    width: { step },
    height,
    layer: barLayers(place, {
      parts: ENERGY_PARTS[by],
      top,
      yTitle,
      labels: true,
      linkHeight: bars.some(({ href }) => href !== undefined) ? height : undefined,
    }),
  };
}
