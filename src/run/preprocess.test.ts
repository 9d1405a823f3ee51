import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import type { Pixels } from './pixels.ts';
import { type ImageShape, preprocess } from './preprocess.ts';
import { COLORS, DEFAULT_PROCESSING, FITS, type InputProcessing, type PerChannel } from './processing.ts';
import { resized } from './resize.ts';

const PLAIN: InputProcessing = { ...DEFAULT_PROCESSING.input, scale: 1 };

const size = fc.integer({ min: 1, max: 9 });
const picture = fc
  .record({ width: size, height: size, channels: fc.constantFrom<1 | 3>(1, 3) })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length })
      .map((values): Pixels => ({ ...shape, values: Float32Array.from(values) }));
  });
const shape = fc.record({ channels: fc.constantFrom(1, 3), height: size, width: size });
const processing: fc.Arbitrary<InputProcessing> = fc.record({
  size: fc.constant(null),
  fit: fc.constantFrom(...FITS),
  background: fc.integer({ min: 0, max: 255 }),
  layout: fc.constant('NCHW'),
  colors: fc.constantFrom(...COLORS),
  mean: fc.integer({ min: -200, max: 200 }),
  scale: fc.integer({ min: 1, max: 300 }),
});

const of = (width: number, height: number, channels: 1 | 3, ...values: number[]): Pixels => {
  return { width, height, channels, values: Float32Array.from(values) };
};

const told = (one: Pixels, wanted: Partial<ImageShape>, input: Partial<InputProcessing>): number[] => [
  ...preprocess(
    one,
    { channels: 1, height: one.height, width: one.width, ...wanted },
    { ...PLAIN, ...input },
  ),
];

/** Two pixels, red, green and blue. */
const TWO = of(2, 1, 3, 10, 20, 30, 40, 50, 60);

describe('the input that a picture becomes', () => {
  it('is of the size that the network wants, in both layouts the same', () => {
    fc.assert(
      fc.property(picture, shape, processing, (one, wanted, input) => {
        const { channels, height, width } = wanted;
        const byChannel = preprocess(one, wanted, input);
        const byPixel = preprocess(one, wanted, { ...input, layout: 'NHWC' });
        expect(byChannel).toHaveLength(channels * height * width);
        byChannel.forEach((value, i) => {
          const pixel = i % (height * width);
          expect(byPixel[pixel * channels + Math.floor(i / (height * width))]).toBe(value);
        });
      }),
    );
  });

  it('has channels in the order of colors', () => {
    expect(told(TWO, { channels: 3 }, {})).toEqual([10, 40, 20, 50, 30, 60]);
    expect(told(TWO, { channels: 3 }, { layout: 'NHWC' })).toEqual([10, 20, 30, 40, 50, 60]);
    expect(told(TWO, { channels: 3 }, { colors: 'bgr' })).toEqual([30, 60, 20, 50, 10, 40]);
  });

  it('is grey by luma, in one channel or in three', () => {
    const luma = [0.299 * 10 + 0.587 * 20 + 0.114 * 30, 0.299 * 40 + 0.587 * 50 + 0.114 * 60].map(
      Math.fround,
    );
    expect(told(TWO, {}, {})).toEqual(luma);
    expect(told(TWO, { channels: 3 }, { colors: 'gray' })).toEqual([...luma, ...luma, ...luma]);
  });

  it('has three equal channels of a grey picture, whatever the colors', () => {
    for (const colors of COLORS) {
      expect(told(of(2, 1, 1, 7, 9), { channels: 3 }, { colors })).toEqual([7, 9, 7, 9, 7, 9]);
      expect(told(of(2, 1, 1, 7, 9), {}, { colors })).toEqual([7, 9]);
    }
  });

  it.each<[string, PerChannel, PerChannel, (pixel: number, channel: number) => number]>([
    ['from 0 to 1', 0, 255, (pixel) => pixel / 255],
    ['from -1 to 1', 127.5, 127.5, (pixel) => pixel / 127.5 - 1],
    ['a negative from 0 to 1', 255, -255, (pixel) => 1 - pixel / 255],
    [
      'as torchvision does for ImageNet',
      [123.675, 116.28, 103.53],
      [58.395, 57.12, 57.375],
      (pixel, channel) => (pixel / 255 - [0.485, 0.456, 0.406][channel]!) / [0.229, 0.224, 0.225][channel]!,
    ],
    [
      'as Caffe does, but for the order',
      [104, 117, 123],
      1,
      (pixel, channel) => pixel - [104, 117, 123][channel]!,
    ],
  ])('is scaled: %s', (_, mean, scale, expected) => {
    const found = told(TWO, { channels: 3 }, { mean, scale, layout: 'NHWC' });
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected(TWO.values[i]!, i % 3), 5);
    });
  });

  it('has mean and scale in the order of colors', () => {
    expect(told(of(1, 1, 3, 10, 20, 30), { channels: 3 }, { colors: 'bgr', mean: [30, 20, 10] })).toEqual([
      0, 0, 0,
    ]);
  });

  it('may contain the picture, with a strip at the right or the bottom', () => {
    const one = of(2, 1, 1, 10, 20);
    const input = { fit: 'contain', background: 99, mean: 9 } as const;
    expect(told(one, { height: 2, width: 2 }, input)).toEqual([1, 11, 90, 90]);
    expect(told(one, { height: 1, width: 4 }, input)).toEqual([1, 11, 90, 90]);
    expect(told(one, { height: 1, width: 1 }, input)).toEqual([6]);
  });

  it('contains a very wide picture in a row', () => {
    const one = of(100, 1, 1, ...Array(100).fill(5));
    expect(told(one, { height: 2, width: 3 }, { fit: 'contain' })).toEqual([5, 5, 5, 0, 0, 0]);
  });

  it('contains as much as stretching to the size that keeps proportions', () => {
    fc.assert(
      fc.property(picture, fc.integer({ min: 1, max: 4 }), size, (one, times, more) => {
        const height = one.height * times;
        const width = one.width * times + more;
        const found = told(one, { height, width }, { fit: 'contain' });
        const fitted = told(one, { height, width: one.width * times }, {});
        const rows = Array.from({ length: height }, (_, row) => [
          ...fitted.slice(row * one.width * times, (row + 1) * one.width * times),
          ...Array<number>(more).fill(0),
        ]);
        expect(found).toEqual(rows.flat());
      }),
    );
  });

  it('may be covered by the middle of the picture', () => {
    const one = of(6, 2, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    expect(told(one, { height: 2, width: 2 }, { fit: 'cover' })).toEqual([3, 4, 9, 10]);
    const upright = of(1, 4, 1, 1, 2, 3, 4);
    expect(told(upright, { height: 2, width: 1 }, { fit: 'cover' })).toEqual([2, 3]);
  });

  it('is the same for pictures of the same proportions, however they are fitted', () => {
    fc.assert(
      fc.property(size, size, size, size, (width, height, from, to) => {
        const values = Array.from({ length: width * from * height * from }, (_, i) => (i * 37) % 256);
        const one = of(width * from, height * from, 1, ...values);
        const wanted = { height: height * to, width: width * to };
        const whole = { top: 0, left: 0, rows: one.height, columns: one.width };
        const expected = resized(one, whole, wanted.height, wanted.width).values;
        for (const fit of FITS) {
          told(one, wanted, { fit }).forEach((value, i) => {
            expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3);
          });
        }
      }),
    );
  });

  it('is none where the network has other channels', () => {
    const failure = (wanted: Partial<ImageShape>, input: Partial<InputProcessing>) => {
      try {
        return told(TWO, wanted, input);
      } catch (error) {
        return error instanceof InputError ? error.message : error;
      }
    };
    expect(failure({ channels: 4 }, {})).toBe(
      'channels: found 4; allowed: 1 or 3 for pictures; give images of others as a tensor',
    );
    expect(failure({}, { mean: [1, 2, 3], scale: [1, 2, 3] })).toBe(
      [
        'input.mean: found [1, 2, 3]; allowed: one number, since the network has one channel',
        'input.scale: found [1, 2, 3]; allowed: one number, since the network has one channel',
      ].join('\n'),
    );
  });
});
