import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pixels } from './pixels.ts';
import { type Part, resized } from './resize.ts';

const size = fc.integer({ min: 1, max: 12 });

const picture = fc
  .record({ width: size, height: size, channels: fc.constantFrom<1 | 3>(1, 3) })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length })
      .map((values): Pixels => ({ ...shape, values: Float32Array.from(values) }));
  });

const whole = ({ width, height }: Pixels): Part => ({ top: 0, left: 0, rows: height, columns: width });

const made = (width: number, height: number, valueAt: (row: number, column: number) => number): Pixels => {
  const values = Float32Array.from({ length: width * height }, (_, i) =>
    valueAt(Math.floor(i / width), i % width),
  );
  return { width, height, channels: 1, values };
};

const meanOf = ({ values }: Pixels): number => values.reduce((a, b) => a + b, 0) / values.length;

/** By the definition: the mean of all pixels, weighted by a pyramid around the point that a new pixel stands for. */
function byDefinition(picture: Pixels, part: Part, height: number, width: number): number[] {
  const down = part.rows / height;
  const across = part.columns / width;
  const weightAt = (distance: number, step: number) =>
    Math.max(0, 1 - Math.abs(distance) / Math.max(step, 1));
  const results: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < picture.channels; channel++) {
        const y = part.top + (row + 0.5) * down;
        const x = part.left + (column + 0.5) * across;
        let sum = 0;
        let weights = 0;
        for (let i = 0; i < picture.height; i++) {
          for (let j = 0; j < picture.width; j++) {
            const weight = weightAt(i + 0.5 - y, down) * weightAt(j + 0.5 - x, across);
            weights += weight;
            sum += weight * picture.values[(i * picture.width + j) * picture.channels + channel]!;
          }
        }
        results.push(sum / weights);
      }
    }
  }
  return results;
}

function expectClose(found: Pixels, expected: readonly number[]) {
  expect(found.values).toHaveLength(expected.length);
  found.values.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3);
  });
}

describe('resizing', () => {
  it('is what the triangle filter defines', () => {
    fc.assert(
      fc.property(picture, size, size, (one, height, width) => {
        const result = resized(one, whole(one), height, width);
        expect(result).toMatchObject({ height, width, channels: one.channels });
        expectClose(result, byDefinition(one, whole(one), height, width));
      }),
    );
  });

  it('may be of any part', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        picture,
        share,
        share,
        share,
        share,
        size,
        size,
        (one, top, left, down, across, height, width) => {
          const rows = one.height * (1 - 0.9 * down);
          const columns = one.width * (1 - 0.9 * across);
          const part = { top: top * (one.height - rows), left: left * (one.width - columns), rows, columns };
          expectClose(resized(one, part, height, width), byDefinition(one, part, height, width));
        },
      ),
    );
  });

  it('to the same size changes nothing', () => {
    fc.assert(
      fc.property(picture, (one) => {
        expect(resized(one, whole(one), one.height, one.width)).toEqual(one);
      }),
    );
  });

  it('leaves a picture of one colour', () => {
    fc.assert(
      fc.property(size, size, size, size, (width, height, rows, columns) => {
        const one = made(width, height, () => 77.25);
        expectClose(resized(one, whole(one), rows, columns), Array(rows * columns).fill(77.25));
      }),
    );
  });

  it.each([
    ['column', 1, 2_000_000, 4000, 2],
    ['row', 2_000_000, 1, 2, 4000],
  ])('of one %s takes no more room than picture and result', (_, width, height, columns, rows) => {
    const one = made(width, height, () => 7);
    expectClose(resized(one, whole(one), rows, columns), Array(rows * columns).fill(7));
  });

  it('keeps values within those of the picture', () => {
    fc.assert(
      fc.property(picture, size, size, (one, height, width) => {
        const { values } = resized(one, whole(one), height, width);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...one.values) - 1e-3);
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.max(...one.values) + 1e-3);
      }),
    );
  });

  it('to a whole share keeps the mean of what is not at the border', () => {
    fc.assert(
      fc.property(picture, fc.integer({ min: 1, max: 5 }), (one, times) => {
        // Constant for more than a filter's reach at the border, which is cut off there
        const edge = 2 * times;
        const height = one.height * times + 2 * edge;
        const width = one.width * times + 2 * edge;
        const framed = made(width, height, (row, column) => {
          const i = row - edge;
          const j = column - edge;
          const isInside = i >= 0 && j >= 0 && i < height - 2 * edge && j < width - 2 * edge;
          return isInside
            ? one.values[((i % one.height) * one.width + (j % one.width)) * one.channels]!
            : 100;
        });
        const small = resized(framed, whole(framed), height / times, width / times);
        expect(meanOf(small)).toBeCloseTo(meanOf(framed), 3);
      }),
    );
  });

  it('keeps a slope within the border', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 6 }), (width, height, times) => {
        const one = made(width, height, (row, column) => 3 * row - 7 * column);
        const large = resized(one, whole(one), height * times, width * times);
        for (let row = 0; row < large.height; row++) {
          for (let column = 0; column < large.width; column++) {
            const y = (row + 0.5) / times - 0.5;
            const x = (column + 0.5) / times - 0.5;
            if (y < 0 || x < 0 || y > height - 1 || x > width - 1) continue;
            expect(large.values[row * large.width + column]).toBeCloseTo(3 * y - 7 * x, 3);
          }
        }
      }),
    );
  });
});
