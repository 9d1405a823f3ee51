import { encode } from 'fast-png';
import type { Fmap } from '../run/result.ts';

/** Channels of an fmap as a picture: planes side by side, a pixel for each word. */
export interface Thumbnail {
  readonly png: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Channels that are shown: the first ones. */
  readonly channels: number;
  /** Of a large plane, only every so many rows and columns are shown. */
  readonly step: number;
}

/** Channels that are shown; of planes of one word, so many that they are a picture too. */
const MOST_CHANNELS = 16;
const MOST_SINGLE_WORDS = 256;

/** Words of a plane, and of its longer side, that are shown. */
const MOST_WORDS = 64 * 64;
const LONGEST_SIDE = 256;

/** Steps of each colour, from the smallest word to the largest. */
const SHADES = 127;

type Color = readonly [red: number, green: number, blue: number];

/** Zero and both signs can be told apart by those who see no colours too: zero is the lightest. */
export const ZERO_COLOR: Color = [236, 238, 241];
/** From the words next to zero to the largest. */
export const POSITIVE_COLORS: readonly [Color, Color, Color] = [
  [167, 206, 235],
  [33, 113, 181],
  [8, 36, 82],
];
export const NEGATIVE_COLORS: readonly [Color, Color, Color] = [
  [253, 200, 142],
  [217, 84, 1],
  [110, 34, 4],
];

const [BETWEEN, ZERO] = [0, 1];

const PALETTE: readonly Color[] = [
  [255, 255, 255],
  ZERO_COLOR,
  ...shades(POSITIVE_COLORS),
  ...shades(NEGATIVE_COLORS),
];

function shades([light, middle, dark]: readonly [Color, Color, Color]): readonly Color[] {
  const between = (from: Color, to: Color, at: number): Color => {
    const part = (c: 0 | 1 | 2) => Math.round(from[c] + at * (to[c] - from[c]));
    return [part(0), part(1), part(2)];
  };
  return Array.from({ length: SHADES }, (_, i) => {
    const at = (2 * i) / (SHADES - 1);
    return at <= 1 ? between(light, middle, at) : between(middle, dark, at - 1);
  });
}

/** A picture of an fmap. Its words are shaded by their share of the largest one, whatever its sign. */
export function thumbnail({ channels, height, width, words }: Fmap): Thumbnail {
  const shown = Math.min(channels, height * width === 1 ? MOST_SINGLE_WORDS : MOST_CHANNELS);
  const step = Math.ceil(
    Math.max(Math.sqrt((height * width) / MOST_WORDS), Math.max(height, width) / LONGEST_SIDE),
  );
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const gap = rows * columns === 1 ? 0 : 1;
  const across = planesAcross(shown, rows, columns);
  const picture = {
    width: across * (columns + gap) - gap,
    height: Math.ceil(shown / across) * (rows + gap) - gap,
  };
  const largest = words.reduce((most, word) => Math.max(most, Math.abs(word)), 1);
  const data = new Uint8Array(picture.width * picture.height).fill(BETWEEN);
  for (let channel = 0; channel < shown; channel++) {
    const left = (channel % across) * (columns + gap);
    const top = Math.floor(channel / across) * (rows + gap);
    for (let row = 0; row < rows; row++) {
      const from = (channel * height + row * step) * width;
      const to = (top + row) * picture.width + left;
      for (let column = 0; column < columns; column++) {
        data[to + column] = shadeOf(words[from + column * step]!, largest);
      }
    }
  }
  const palette = PALETTE.map((color, i) => [...color, i === BETWEEN ? 0 : 255]);
  return { png: encode({ ...picture, data, channels: 1, palette }), ...picture, channels: shown, step };
}

/** Planes side by side that make a picture nearly as wide as it is high. */
const planesAcross = (planes: number, rows: number, columns: number): number =>
  Math.min(planes, Math.max(1, Math.round(Math.sqrt((planes * (rows + 1)) / (columns + 1)))));

/** Where a word's colour stands in the palette. */
function shadeOf(word: number, largest: number): number {
  if (word === 0) return ZERO;
  const shade = Math.ceil((SHADES * Math.abs(word)) / largest);
  return ZERO + shade + (word > 0 ? 0 : SHADES);
}
