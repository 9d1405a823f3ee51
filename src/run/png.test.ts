import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPicture } from './picture.ts';
import { chunk, type PngSpec, pngOf } from './pictures.testing.ts';

const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => ({ colorType: 0, channels: 1, depth })),
  ...[8, 16].map((depth) => ({ colorType: 2, channels: 3, depth })),
  ...[1, 2, 4, 8].map((depth) => ({ colorType: 3, channels: 1, depth })),
  ...[8, 16].map((depth) => ({ colorType: 4, channels: 2, depth })),
  ...[8, 16].map((depth) => ({ colorType: 6, channels: 4, depth })),
];

/** Files of every kind with random samples, and what their palettes are. */
const png = fc.constantFrom(...KINDS).chain((kind) => {
  const colors = kind.colorType === 3 ? 2 ** kind.depth : 0;
  const byte = fc.nat(255);
  return fc
    .record({
      width: fc.integer({ min: 1, max: 20 }),
      height: fc.integer({ min: 1, max: 20 }),
      filters: fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }),
      isInterlaced: kind.depth < 8 ? fc.constant(false) : fc.boolean(),
      palette: fc.array(fc.array(byte, { minLength: 3, maxLength: 3 }), {
        minLength: colors,
        maxLength: colors,
      }),
      alphas: fc.array(byte, { maxLength: colors }),
    })
    .chain(({ palette, alphas, ...size }) =>
      fc
        .array(fc.nat(2 ** kind.depth - 1), {
          minLength: size.width * size.height * kind.channels,
          maxLength: size.width * size.height * kind.channels,
        })
        .map((samples) => {
          const chunks: PngSpec['chunks'] =
            colors === 0
              ? []
              : [
                  ['PLTE', palette.flat()],
                  ['tRNS', alphas],
                ];
          return { spec: { ...kind, ...size, samples, chunks }, palette, alphas };
        }),
    );
});

const overWhite = (color: number, alpha: number): number => 255 - (255 - color) * alpha;

/** The format's definition of each pixel, on white. */
function expectedOf({ colorType, channels, depth, samples }: PngSpec, palette: number[][], alphas: number[]) {
  const pixels = samples.flatMap((_, i) => (i % channels === 0 ? [samples.slice(i, i + channels)] : []));
  if (colorType === 3) {
    return pixels.flatMap(([index]) => {
      const alpha = (alphas[index!] ?? 255) / 255;
      return palette[index!]!.map((color) => overWhite(color, alpha));
    });
  }
  return pixels.flatMap((pixel) => {
    const [alpha, ...colors] = pixel.map((sample) => sample / (2 ** depth - 1)).toReversed();
    if (channels % 2 === 1) return [alpha!, ...colors].toReversed().map((color) => 255 * color);
    return colors.toReversed().map((color) => overWhite(255 * color, alpha!));
  });
}

describe('a PNG file', () => {
  it('has the pixels that the format defines, of every kind', () => {
    fc.assert(
      fc.property(png, ({ spec, palette, alphas }) => {
        const picture = readPicture(pngOf(spec), 'x.png');
        expect(picture).toMatchObject({ name: 'x.png', width: spec.width, height: spec.height });
        expect(picture.channels).toBe(spec.colorType === 0 || spec.colorType === 4 ? 1 : 3);
        const expected = expectedOf(spec, palette, alphas);
        expect(picture.values).toHaveLength(expected.length);
        picture.values.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('may make one colour transparent', () => {
    const gray = pngOf({ ...GRAY, depth: 2, samples: [0, 1, 2, 3], chunks: [['tRNS', [0, 1]]] });
    expect([...readPicture(gray, 'x').values]).toEqual([0, 255, 170, 255]);
    const samples = [1, 2, 3, 1, 2, 4, 1, 2, 3, 0, 0, 0];
    const rgb = { ...GRAY, colorType: 2, channels: 3, samples };
    const key = [0, 1, 0, 2, 0, 3];
    expect([...readPicture(pngOf({ ...rgb, chunks: [['tRNS', key]] }), 'x').values]).toEqual([
      255, 255, 255, 1, 2, 4, 255, 255, 255, 0, 0, 0,
    ]);
  });

  it('may propose a palette for colours that are stored themselves', () => {
    const rgb: PngSpec = {
      ...GRAY,
      colorType: 2,
      channels: 3,
      samples: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    };
    const file = pngOf({ ...rgb, chunks: [['PLTE', [9, 9, 9]]] });
    expect([...readPicture(file, 'x').values]).toEqual(rgb.samples);
  });

  it('may have anything about the picture in it, well made or not', () => {
    const about: PngSpec['chunks'] = [
      ['tEXt', [1, 2, 3]],
      ['iCCP', [65, 0, 0, 1, 2, 3]],
      ['acTL', [0]],
      ['gAMA', []],
    ];
    expect([...readPicture(pngOf({ ...GRAY, chunks: about }), 'x').values]).toEqual(GRAY.samples);
  });
});

const GRAY: PngSpec = { width: 2, height: 2, depth: 8, colorType: 0, channels: 1, samples: [1, 2, 3, 4] };
const GRAY_FILE = pngOf(GRAY);

const withByte = (at: number, byte: number): Uint8Array => GRAY_FILE.map((old, i) => (i === at ? byte : old));

/** A header with these fields, then data of the length. */
function withHeader(width: number, height: number, depth: number, zeros: number): Uint8Array {
  const sizes = [width, height].flatMap((size) => [
    size >> 24,
    (size >> 16) & 255,
    (size >> 8) & 255,
    size & 255,
  ]);
  const header = chunk('IHDR', [...sizes, depth, 0, 0, 0, 0]);
  const data = chunk('IDAT', deflateSync(new Uint8Array(zeros)));
  return Uint8Array.from([...GRAY_FILE.subarray(0, 8), ...header, ...data, ...chunk('IEND', [])]);
}

describe('a PNG file that is none', () => {
  it.each([
    ['nothing behind its signature', GRAY_FILE.subarray(0, 8), 'it is cut off'],
    ['an end in a chunk', GRAY_FILE.subarray(0, 40), 'it is cut off'],
    ['no last chunk', GRAY_FILE.subarray(0, -12), 'it is cut off'],
    ['no header', Uint8Array.from([...GRAY_FILE.subarray(0, 8), ...chunk('IEND', [])]), 'not one header'],
    [
      'two headers',
      Uint8Array.from([...GRAY_FILE.subarray(0, 33), ...GRAY_FILE.subarray(8)]),
      'not one header',
    ],
    ['another header', withByte(29, 7), 'CRC mismatch for chunk IHDR'],
    ['an unknown colour', withByte(25, 5), '8 bits of colour type 5'],
    ['bits that its colour has not', withByte(24, 3), '3 bits of colour type 0'],
    ['damage in its data', withByte(45, 99), /^x: a damaged PNG: /],
    ['data that end', withHeader(2, 3, 8, 8), 'too few data for its size'],
    ['more data than pixels', withHeader(2, 2, 8, 7), 'too many data for its size'],
    ['a bomb', withHeader(2, 2, 8, 30_000_000), 'too many data for its size'],
    ['no data', withHeader(1, 1, 8, 0), 'too few data for its size'],
    ['an unknown filter', pngOf({ ...GRAY, filters: [5] }), /^x: a damaged PNG: Unsupported filter/],
    [
      'a colour that its palette has not',
      pngOf({ ...GRAY, colorType: 3, chunks: [['PLTE', [1, 2, 3, 4, 5, 6]]] }),
      'colour 2 of 2',
    ],
    ['no palette', pngOf({ ...GRAY, colorType: 3 }), 'colour 1 of 0'],
    ['a huge palette', pngOf({ ...GRAY, chunks: [['PLTE', new Uint8Array(771)]] }), /more than 256 colours/],
    [
      'few bits and interlaced',
      pngOf({ ...GRAY, depth: 4, isInterlaced: true }),
      'x: an interlaced PNG of 4 bits; allowed: at least 8 bits, or no interlacing',
    ],
    [
      'no width',
      withHeader(0, 2, 8, 2),
      'x: size: found [2, 0]; allowed: [rows, columns] of 1 to 25000000 pixels together',
    ],
    ['more pixels than it can have', withHeader(2 ** 31 - 1, 1, 8, 2), /^x: size: found \[1, 2147483647\]/],
    ['more pixels than are read', withHeader(5000, 5001, 8, 2), /^x: size: found \[5001, 5000\]/],
  ])('is told: %s', (_, file, message) => {
    const told =
      typeof message === 'string' && !message.startsWith('x: ') ? `x: a damaged PNG: ${message}` : message;
    expect(() => readPicture(file, 'x')).toThrow(told);
  });
});
