import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from '../input-error.ts';
import { readPicture } from './picture.ts';
import { BY_PILLOW, fileByPillow, gradient, type PillowFile, pngOf } from './pictures.testing.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** The one problem of a file, or undefined if it has a picture. */
function failureOf(file: Uint8Array): string | undefined {
  try {
    const { width, height, channels, values } = readPicture(file, 'x.png');
    expect(values).toHaveLength(width * height * channels);
    expect(values.every((value) => value >= 0 && value <= 255)).toBe(true);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems).toHaveLength(1);
    return describeProblem(error.problems[0]!);
  }
}

describe('a picture', () => {
  it('has the pixels that Pillow was given, in rows, columns and channels', () => {
    const picture = readPicture(fileByPillow('png'), 'dir/gradient.png');
    const values = Array.from({ length: 13 * 19 }, (_, i) => gradient(Math.floor(i / 19), i % 19)).flat();
    expect(picture).toEqual({
      name: 'dir/gradient.png',
      width: 19,
      height: 13,
      channels: 3,
      values: Float32Array.from(values),
    });
  });

  it('may stand anywhere in memory', () => {
    const file = fileByPillow('png');
    const memory = new Uint8Array(file.length + 20);
    memory.set(file, 7);
    const picture = readPicture(memory.subarray(7, 7 + file.length), 'x');
    expect(picture).toEqual(readPicture(file, 'x'));
  });
});

describe('a file without a picture', () => {
  it.each([
    ['GIF89a\x01\0\x01\0', 'a GIF'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'a WebP picture'],
    ['BM\x8a\0\0\0\0\0', 'a BMP picture'],
    ['II*\0\x08\0\0\0', 'a TIFF picture'],
    ['MM\0*\0\0\0\x08', 'a TIFF picture'],
    ['\0\0\0\x1cftypavif', 'an AVIF or HEIF picture, or a video'],
    ['%PDF-1.7\n', 'a PDF document'],
    ['PK\x03\x04\x14\0', 'a ZIP archive'],
    ['\x93NUMPY\x01\0', 'an array of NumPy'],
    ['\x89PNG\n\x1a\n\0', 'a PNG that was changed on the way, as if it were text'],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n',
      'a pointer of Git LFS, which git lfs pull replaces by the file',
    ],
    ['<!DOCTYPE html>\n<title>404</title>', 'HTML, SVG or other XML'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'HTML, SVG or other XML'],
    ['\xef\xbb\xbfna\xc3\xafve\r\n', 'text'],
    ['\0\x01\x02\x03', 'no format that is known'],
  ])('is told with what it has: %j', (content, found) => {
    expect(failureOf(bytesOf(content))).toBe(`x.png: ${found}; allowed: a picture in PNG or JPEG`);
  });

  it('is told if it is empty', () => {
    expect(failureOf(new Uint8Array())).toBe('x.png: empty; allowed: a picture in PNG or JPEG');
  });
});

describe('any file', () => {
  const seeds = [
    ...(Object.keys(BY_PILLOW) as PillowFile[]).map(fileByPillow),
    pngOf({
      width: 3,
      height: 2,
      depth: 4,
      colorType: 3,
      channels: 1,
      samples: [0, 1, 2, 0, 1, 2],
      chunks: [
        ['PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
        ['tRNS', [0, 9]],
      ],
    }),
    pngOf({
      width: 9,
      height: 9,
      depth: 16,
      colorType: 0,
      channels: 1,
      samples: Array.from({ length: 81 }, (_, i) => i * 809),
      filters: [0, 1, 2, 3, 4],
      isInterlaced: true,
    }),
  ];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.uint8Array({ maxLength: 3 }),
    cut: fc.option(fc.constantFrom(0, 1, 5, 1000), { nil: undefined }),
  });

  it('is a picture or told as one problem, soon, whatever was done to it', () => {
    let pictures = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (seed, changes) => {
          const file = changes.reduce((bytes, { at, put, cut = put.length }) => {
            const start = Math.floor(at * bytes.length);
            return Uint8Array.from([...bytes.slice(0, start), ...put, ...bytes.slice(start + cut)]);
          }, seed);
          const start = performance.now();
          const failure = failureOf(file);
          expect(performance.now() - start).toBeLessThan(5000);
          if (failure === undefined) pictures++;
          else expect(failure).toMatch(/^x\.png: [^\n]+$/);
        },
      ),
      { numRuns: 3000 },
    );
    expect(pictures).toBeGreaterThan(30);
  });

  it('is told if it ends anywhere', () => {
    for (const seed of seeds) {
      for (let length = 0; length < seed.length; length++) {
        expect(failureOf(seed.subarray(0, length))).toMatch(/^x\.png: /);
      }
    }
  });
});
