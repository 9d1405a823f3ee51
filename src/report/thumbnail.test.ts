import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { Fmap } from '../run/result.ts';
import { arbitraryFmap } from './run.testing.ts';
import { NEGATIVE_COLORS, POSITIVE_COLORS, thumbnail, ZERO_COLOR } from './thumbnail.ts';

type Color = readonly number[];

/** Of a colour, from 0 to 1. */
const lightness = ([red, green, blue]: Color): number => (0.3 * red! + 0.59 * green! + 0.11 * blue!) / 255;

/** Colours of a picture, row by row. */
function colorsOf(png: Uint8Array): { width: number; height: number; colors: readonly Color[] } {
  const { width, height, data, palette } = decode(png);
  return { width, height, colors: Array.from(data, (place) => palette![place]!) };
}

/** What a reader of the picture sees at a pixel: the sign of a word, and the lightness of its colour. */
function seen(color: Color): { sign: number; lightness: number } | 'nothing' {
  const [red, , blue, alpha] = color;
  if (alpha === 0) return 'nothing';
  if (color.slice(0, 3).join() === ZERO_COLOR.join()) return { sign: 0, lightness: lightness(color) };
  return { sign: blue! > red! ? 1 : -1, lightness: lightness(color) };
}

const zeros = (channels: number, height: number, width: number): Fmap => ({
  name: 'zeros',
  channels,
  height,
  width,
  words: new Int16Array(channels * height * width),
});

describe('the picture of an fmap', () => {
  it('has every word of the first channels in its place, by sign and size, and nothing between', () => {
    fc.assert(
      fc.property(arbitraryFmap, (fmap) => {
        const { channels, height, width, words } = fmap;
        const picture = thumbnail(fmap);
        const { colors, ...size } = colorsOf(picture.png);
        expect(size).toEqual({ width: picture.width, height: picture.height });
        expect(picture.step).toBe(1);
        const gap = height * width === 1 ? 0 : 1;
        const across = (size.width + gap) / (width + gap);
        expect(picture.channels).toBe(gap ? Math.min(16, channels) : channels);

        const pixels = new Map(colors.map((color, i) => [i, seen(color)]));
        const shown = Array.from({ length: picture.channels * height * width }, (_, i) => {
          const channel = Math.floor(i / (height * width));
          const row = Math.floor(i / width) % height;
          const y = Math.floor(channel / across) * (height + gap) + row;
          const at = y * size.width + (channel % across) * (width + gap) + (i % width);
          const pixel = pixels.get(at);
          pixels.delete(at);
          if (pixel === 'nothing' || pixel === undefined) throw new Error(`no pixel for word ${i}`);
          expect(pixel.sign).toBe(Math.sign(words[i]!));
          return { word: words[i]!, lightness: pixel.lightness };
        });
        for (const rest of pixels.values()) expect(rest).toBe('nothing');
        for (const sign of [1, -1]) {
          const ofSign = shown
            .filter(({ word }) => Math.sign(word) === sign)
            .toSorted((a, b) => Math.abs(a.word) - Math.abs(b.word));
          ofSign.slice(1).forEach(({ lightness }, i) => {
            expect(lightness).toBeLessThanOrEqual(ofSign[i]!.lightness);
          });
        }
      }),
    );
  });

  it('gives the largest word the darkest colour, and a word of half its size the middle one', () => {
    const words = Int16Array.of(0, 1, 100, 200, -1, -100, -200, 0);
    const { png } = thumbnail({ name: '', channels: 1, height: 1, width: 8, words });
    const colors = colorsOf(png).colors.map((color) => color.slice(0, 3));
    expect(colors).toEqual([
      ZERO_COLOR,
      POSITIVE_COLORS[0],
      POSITIVE_COLORS[1],
      POSITIVE_COLORS[2],
      NEGATIVE_COLORS[0],
      NEGATIVE_COLORS[1],
      NEGATIVE_COLORS[2],
      ZERO_COLOR,
    ]);
  });

  it('has zeros lighter than anything else', () => {
    for (const [light, middle, dark] of [POSITIVE_COLORS, NEGATIVE_COLORS]) {
      expect(lightness(light)).toBeLessThan(lightness(ZERO_COLOR) - 0.1);
      expect(lightness(middle)).toBeLessThan(lightness(light) - 0.2);
      expect(lightness(dark)).toBeLessThan(lightness(middle) - 0.2);
    }
  });

  it.each([
    [zeros(3, 230, 230), 4],
    [zeros(64, 112, 112), 2],
    [zeros(20, 1, 5000), 20],
    [zeros(20, 5000, 1), 20],
    [zeros(2, 64, 64), 1],
  ])('shows some rows and columns of large planes', (fmap, step) => {
    const picture = thumbnail(fmap);
    expect(picture.step).toBe(step);
    const words = Math.ceil(fmap.height / step) * Math.ceil(fmap.width / step);
    const { colors } = colorsOf(picture.png);
    expect(colors.filter((color) => seen(color) !== 'nothing')).toHaveLength(picture.channels * words);
  });

  it('takes the words of these rows and columns', () => {
    const size = 130;
    const words = Int16Array.from({ length: size * size }, (_, i) =>
      Math.floor(i / size) % 3 === 0 && (i % size) % 3 === 0 ? 5 : -5,
    );
    const { png, step } = thumbnail({ name: '', channels: 1, height: size, width: size, words });
    expect(step).toBe(3);
    expect(new Set(colorsOf(png).colors.map((color) => color.join()))).toEqual(
      new Set([[...POSITIVE_COLORS[2], 255].join()]),
    );
  });

  it('is a square of words where planes are one word, up to 256', () => {
    expect(thumbnail(zeros(100, 1, 1))).toMatchObject({ width: 10, height: 10, channels: 100 });
    expect(thumbnail(zeros(1000, 1, 1))).toMatchObject({ width: 16, height: 16, channels: 256 });
  });
});
