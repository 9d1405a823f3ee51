import type { PerTensor } from '../loopnest/problem.ts';
import { ENERGY_PARTS } from './bars.ts';
import { printable } from './format.ts';
import { html, type Markup } from './markup.ts';
import { shortened } from './nest-names.ts';

const colorOf = (division: keyof typeof ENERGY_PARTS, part: string): string =>
  ENERGY_PARTS[division].find(({ key }) => key === part)!.color;

/** The colours of the tensors, as in other charts. */
export const TENSOR_COLORS: PerTensor<string> = {
  weights: colorOf('data', 'weight'),
  inputs: colorOf('data', 'ifmap'),
  outputs: colorOf('data', 'psum'),
};

export const NETWORK_COLOR = colorOf('level', 'array');

/** The colour of a level of so many: DRAM at one end and RFs at the other are as in other charts, MACs as the ALU. */
export function levelColor(level: number, levels: number): string {
  if (level === levels) return colorOf('level', 'alu');
  if (level === 0) return colorOf('level', 'dram');
  if (level === levels - 1) return colorOf('level', 'rf');
  const between = [colorOf('level', 'glb'), '#9ad0f0', '#2f8fcb'];
  return between[(level - 1) % between.length]!;
}

export const INK = '#222';
export const QUIET = '#595959';

/** A coordinate to a tenth of a pixel. */
export const px = (value: number): number => Math.round(10 * value) / 10;

export interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Pixels that it may take; a longer one loses its middle. */
  readonly room?: number;
}

/** A line of text whose letters stand on `y`. */
export function label(x: number, y: number, text: string, style: TextStyle = {}): Markup {
  const { size = 11, color = INK, bold = false, anchor = 'start', room } = style;
  const fits = room === undefined ? printable(text) : shortened(printable(text), room / (0.58 * size));
  const weight = bold ? html` font-weight="700"` : undefined;
  const side = anchor === 'start' ? undefined : html` text-anchor="${anchor}"`;
  return html`<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${color}"${weight}${side}>${fits}</text>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxStyle {
  readonly fill?: string;
  readonly opacity?: number;
  readonly stroke?: string;
  readonly radius?: number;
}

export const box = ({ x, y, width, height }: Box, style: BoxStyle): Markup => {
  const { fill = 'none', opacity, stroke, radius } = style;
  const more = [
    opacity === undefined ? undefined : html` fill-opacity="${Number(opacity.toFixed(3))}"`,
    stroke === undefined ? undefined : html` stroke="${stroke}"`,
    radius === undefined ? undefined : html` rx="${radius}"`,
  ];
  return html`<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"${more[0]}${more[1]}${more[2]}/>`;
};

/** So much of a colour, the rest white. */
const paler = (color: string, share: number): string =>
  color.replaceAll(/[0-9a-f]{2}/gi, (part) =>
    Math.round(255 + share * (Number.parseInt(part, 16) - 255)).toString(16),
  );

/** The box of a level of that colour, in which others may stand. */
export const frame = (at: Box, color: string): Markup =>
  box(at, { fill: paler(color, 0.06), stroke: paler(color, 0.5), radius: 6 });

/** The lines between the cells of a grid. */
export function lines(at: Box, columns: number, rows: number, color: string): Markup {
  const { x, y, width, height } = at;
  const across = Array.from({ length: columns - 1 }, (_, i) => px(x + ((i + 1) * width) / columns));
  const down = Array.from({ length: rows - 1 }, (_, i) => px(y + ((i + 1) * height) / rows));
  const path = [
    ...across.map((at) => `M${at} ${px(y)}V${px(y + height)}`),
    ...down.map((at) => `M${px(x)} ${at}H${px(x + width)}`),
  ];
  return html`<path d="${path.join('') || 'M0 0'}" stroke="${color}" fill="none"/>`;
}

export const polygon = (
  points: readonly (readonly [number, number])[],
  fill: string,
  stroke = 'none',
): Markup =>
  html`<polygon points="${points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ')}" fill="${fill}" stroke="${stroke}"/>`;

/** A dotted line downwards: a tensor that goes round a level. */
export const dotted = (x: number, top: number, bottom: number, color: string): Markup =>
  html`<line x1="${px(x)}" y1="${px(top)}" x2="${px(x)}" y2="${px(bottom)}" stroke="${color}" stroke-width="2" stroke-dasharray="2 4"/>`;

/** An arrow whose shaft is so wide, from `from` to `to`, up or down. */
export function arrow(x: number, from: number, to: number, width: number, fill: string): Markup {
  const head = Math.min(Math.abs(to - from) / 2, 5 + width / 3);
  const neck = to > from ? to - head : to + head;
  const [half, wing] = [width / 2, width / 2 + 4];
  return polygon(
    [
      [x - half, from],
      [x + half, from],
      [x + half, neck],
      [x + wing, neck],
      [x, to],
      [x - wing, neck],
      [x - half, neck],
    ],
    fill,
  );
}
