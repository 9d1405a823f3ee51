/** Pictures of short lines of text, for a network that tells which way up they are. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A line of text, as PNG. */
export interface TextImage {
  readonly text: string;
  readonly isUpsideDown: boolean;
  readonly png: Uint8Array;
}

const WORDS = [
  ...['Bread', 'Coffee', 'Energy', 'Exit', 'Filter', 'Gate', 'House', 'Layer', 'Lunch', 'Market', 'Menu'],
  ...['Museum', 'Notice', 'Open', 'Paris', 'Platz', 'Quay', 'Radio', 'River', 'Route', 'Street', 'Taxi'],
  ...['Ticket', 'Total', 'Vienna', 'and', 'by', 'copy', 'daily', 'for', 'juice', 'of', 'pay', 'please'],
  ...['push', 'rows', 'stride', 'the', 'to', 'type', 'with', 'yes'],
];

/** Families of the package `dejavu-fonts-ttf`, each with files of it. */
const FONTS = [
  ['DejaVu Sans', 'DejaVuSans', 'DejaVuSans-Bold', 'DejaVuSans-Oblique', 'DejaVuSansCondensed'],
  ['DejaVu Sans Mono', 'DejaVuSansMono', 'DejaVuSansMono-Bold'],
  ['DejaVu Serif', 'DejaVuSerif', 'DejaVuSerif-Bold', 'DejaVuSerif-Italic', 'DejaVuSerifCondensed-Bold'],
] as const;

const folder = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/** Columns of a picture, at most, for each of its rows. */
const WIDEST = 4;

/**
 * Lines of words and numbers in several fonts, sizes and colours, every other one upside down, and none more than four times
 * as wide as high. The same for the same seed.
 */
export function textImages(count: number, seed: number): readonly TextImage[] {
  const generator = xoroshiro128plus(seed);
  const images: TextImage[] = [];
  while (images.length < count) {
    const isUpsideDown = images.length % 2 === 1;
    const line = drawnLine(generator);
    const frame = frameOf(line);
    if (frame.columns > WIDEST * frame.rows) continue;
    images.push({ text: line.text, isUpsideDown, png: pictureOf(line, frame, isUpsideDown) });
  }
  return images;
}

interface Line {
  readonly text: string;
  readonly family: string;
  /** Of the font. */
  readonly file: string;
  /** Of the font, in pixels. */
  readonly size: number;
  /** Around the text, in pixels. */
  readonly margin: number;
  readonly color: string;
  readonly background: string;
}

function drawnLine(generator: RandomGenerator): Line {
  const between = (least: number, most: number) => uniformInt(generator, least, most);
  const oneOf = <T>(list: readonly T[]): T => list[between(0, list.length - 1)]!;
  const color = (least: number, most: number) =>
    `rgb(${between(least, most)}, ${between(least, most)}, ${between(least, most)})`;
  const words = Array.from({ length: between(1, 2) }, () =>
    between(0, 3) === 0 ? `${between(10, 99_999)}` : oneOf(WORDS),
  );
  const [family, ...files] = oneOf(FONTS);
  const size = between(12, 72);
  const colors = [color(0, 90), color(165, 255)] as const;
  const [text, background] = between(0, 2) === 0 ? colors.toReversed() : colors;
  return {
    text: words.join(' '),
    family,
    file: join(folder, `${oneOf(files)}.ttf`),
    size,
    margin: (size * between(5, 30)) / 100,
    color: text!,
    background: background!,
  };
}

const textOf = ({ text, family, size, color }: Line): string =>
  `<text font-family="${family}" font-size="${size}" fill="${color}">${text}</text>`;

const rendering = ({ file, family, background }: Line, columns: number, rows: number, content: string) =>
  new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" width="${columns}" height="${rows}">${content}</svg>`, {
    font: { fontFiles: [file], loadSystemFonts: false, defaultFontFamily: family },
    background,
  });

/** How large the picture of a line is, and where the line begins in it. */
function frameOf(line: Line) {
  const { x, y, width, height } = rendering(line, 1, 1, textOf(line)).getBBox()!;
  const { margin } = line;
  return {
    columns: Math.ceil(width + 2 * margin),
    rows: Math.ceil(height + 2 * margin),
    left: margin - x,
    top: margin - y,
  };
}

function pictureOf(line: Line, frame: ReturnType<typeof frameOf>, isUpsideDown: boolean): Uint8Array {
  const { columns, rows, left, top } = frame;
  const turned = isUpsideDown ? `rotate(180 ${columns / 2} ${rows / 2}) ` : '';
  const content = `<g transform="${turned}translate(${left} ${top})">${textOf(line)}</g>`;
  return rendering(line, columns, rows, content).render().asPng();
}
