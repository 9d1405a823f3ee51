import { describe, expect, it } from 'vitest';
import { readPicture } from './picture.ts';
import { fileByPillow, gradient, type PillowFile } from './pictures.testing.ts';

const FILE = fileByPillow('baseline');

/** The mean difference of a channel's pixels from what Pillow was given. */
function errorOf(name: PillowFile, channel: number): number {
  const { width, height, channels, values } = readPicture(fileByPillow(name), name);
  expect([height, width]).toEqual([13, 19]);
  const errors = Array.from({ length: height * width }, (_, i) => {
    const expected = gradient(Math.floor(i / width), i % width)[channel]!;
    return Math.abs(values[i * channels + channel]! - expected);
  });
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}

describe('a JPEG file', () => {
  it.each([
    ['baseline', 2],
    ['progressive', 2],
    ['restarts', 2],
    ['rgb', 2],
    ['cmyk', 2],
    ['subsampled', 9],
  ] as const)('has the pixels that Pillow was given, but for losses: %s', (name, most) => {
    expect(readPicture(fileByPillow(name), name).channels).toBe(3);
    for (const channel of [0, 1, 2]) expect(errorOf(name, channel)).toBeLessThan(most);
  });

  it('may be grey', () => {
    expect(readPicture(fileByPillow('gray'), 'x').channels).toBe(1);
    expect(errorOf('gray', 0)).toBeLessThan(2);
  });

  it('may have bytes of filling before a marker', () => {
    const file = Uint8Array.from([...FILE.subarray(0, 2), 0xff, 0xff, ...FILE.subarray(2)]);
    expect(readPicture(file, 'x').values).toEqual(readPicture(FILE, 'x').values);
  });
});

const frame = FILE.findIndex((byte, i) => byte === 0xff && FILE[i + 1] === 0xc0);
const withByte = (at: number, byte: number): Uint8Array => FILE.map((old, i) => (i === at ? byte : old));
const withSize = (height: number, width: number): Uint8Array => {
  const file = Uint8Array.from(FILE);
  file.set([height >> 8, height & 255, width >> 8, width & 255], frame + 5);
  return file;
};

describe('a JPEG file that is none', () => {
  it.each([
    ['nothing behind its beginning', FILE.subarray(0, 3), 'no header before its data'],
    ['an end before its header', FILE.subarray(0, frame), 'no header before its data'],
    ['an end within its header', FILE.subarray(0, frame + 12), 'the file ends within its header'],
    ['an end within its data', FILE.subarray(0, -20), ''],
    ['an end before its last marker', FILE.subarray(0, -2), ''],
    [
      '12 bits',
      withByte(frame + 4, 12),
      'x: a JPEG of 12 bits, frame c0; allowed: one of 8 bits, frame c0, c1 or c2',
    ],
    ['arithmetic coding', withByte(frame + 1, 0xc9), 'x: a JPEG of 8 bits, frame c9; allowed'],
    ['two components', withByte(frame + 9, 2), ''],
    [
      'no height',
      withSize(0, 19),
      'x: size: found [0, 19]; allowed: [rows, columns] of 1 to 25000000 pixels',
    ],
    ['a huge size', withSize(65535, 65535), 'x: size: found [65535, 65535]'],
    ['a size that is too large for its data', withSize(4000, 4000), 'too few data for its size'],
    ['a size that is a little too large', withSize(40, 19), ''],
    [
      'many scans',
      Uint8Array.from([...FILE.subarray(0, -2), ...Array(101).fill([0xff, 0xda]).flat()]),
      '102 scans, and 100 are the most for its size',
    ],
  ])('is told: %s', (_, file, message) => {
    const told = message.startsWith('x: ') ? message : `x: a damaged JPEG: ${message}`;
    expect(() => readPicture(file, 'x')).toThrow(told);
  });
});
