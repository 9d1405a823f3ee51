import type { Pixels } from './pixels.ts';

/** A part of a picture in rows and columns, which may begin and end within a pixel. */
export interface Part {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A part of a picture as a picture of `height` x `width`, by the triangle filter of Pillow's BILINEAR: between the centres of
 * pixels values are linear, and where the picture shrinks the triangle is as much wider, so that every pixel counts. Values
 * are not rounded. At the picture's border the filter is cut off; at the part's it is not.
 */
export function resized(picture: Pixels, part: Part, height: number, width: number): Pixels {
  const { channels } = picture;
  const columns = tapsOf(picture.width, part.left, part.columns, width);
  const rows = tapsOf(picture.height, part.top, part.rows, height);
  // The order that has less in between: the other one may have very much, of a picture of one column
  const values =
    picture.height * width <= height * picture.width
      ? filtered(
          filtered(picture.values, [picture.height, picture.width, channels], columns),
          [1, picture.height, width * channels],
          rows,
        )
      : filtered(
          filtered(picture.values, [1, picture.height, picture.width * channels], rows),
          [height, picture.width, channels],
          columns,
        );
  return { width, height, channels, values };
}

/** The weights, 1 together, by which a value is made of those from `first` on. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Those of each of `count` values that stand for `length` of `size` values, from `start` on. */
function tapsOf(size: number, start: number, length: number, count: number): readonly Taps[] {
  const step = length / count;
  const reach = Math.max(step, 1);
  return Array.from({ length: count }, (_, i) => {
    const center = start + (i + 0.5) * step;
    const first = Math.max(0, Math.floor(center - reach + 0.5));
    const end = Math.min(size, Math.floor(center + reach + 0.5));
    const triangle = new Float64Array(end - first).map((_, j) =>
      Math.max(0, 1 - Math.abs(first + j + 0.5 - center) / reach),
    );
    const sum = triangle.reduce((a, b) => a + b, 0);
    return { first, weights: triangle.map((weight) => weight / sum) };
  });
}

/** Filters the middle index of an array. */
function filtered(
  values: Float32Array,
  [outer, size, inner]: readonly [number, number, number],
  taps: readonly Taps[],
): Float32Array {
  const results = new Float32Array(outer * taps.length * inner);
  let to = 0;
  for (let i = 0; i < outer; i++) {
    for (const { first, weights } of taps) {
      const from = (i * size + first) * inner;
      for (let k = 0; k < inner; k++) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++) sum += weights[j]! * values[from + j * inner + k]!;
        results[to++] = sum;
      }
    }
  }
  return results;
}
