import type { ChipLayer } from '../chip/geometry.ts';

/**
 * What cutting products takes from the sums of each filter on average, in units of a psum: the mean of the exact sums less
 * that of the sums that the chip made. The mean of exact sums needs no products: it is the filter on the mean of all
 * windows, and its bias. Modulo 2^16, as biases and sums are.
 *
 * @param ifmap as the chip reads it
 * @param words filter (of all groups), channel, row, column; and the bias of each filter
 * @param sums as the chip made them, without ReLU: image, filter, row, column. With biases that keep them in range.
 */
export function meanLoss(
  layer: ChipLayer,
  ifmap: Int16Array,
  words: { readonly filters: Int16Array; readonly biases: Int16Array },
  sums: Int16Array,
  truncation: number,
): Float64Array {
  const { N, G, M, C, E, F, R, S } = layer.shape;
  const [taps, pixels] = [C * R * S, E * F];
  const { filters, biases } = words;
  const windows = meanWindows(layer, ifmap);
  const losses = new Float64Array(G * M);
  for (let filter = 0; filter < G * M; filter++) {
    const window = Math.floor(filter / M) * taps;
    let exact = 0;
    for (let k = 0; k < taps; k++) exact += windows[window + k]! * filters[filter * taps + k]!;
    let made = 0;
    for (let image = 0; image < N; image++) {
      const plane = (image * G * M + filter) * pixels;
      for (let at = plane; at < plane + pixels; at++) made += sums[at]!;
    }
    losses[filter] = exact / 2 ** truncation + biases[filter]! - made / (N * pixels);
  }
  return losses;
}

/** The mean of all windows of the ifmaps of each group: group, channel, row, column. */
function meanWindows({ shape, height, width, padTop, padLeft }: ChipLayer, ifmap: Int16Array): Float64Array {
  const { N, G, C, E, F, R, S, Uv, Uh } = shape;
  const means = new Float64Array(G * C * R * S);
  for (let plane = 0; plane < N * G * C; plane++) {
    const window = (plane % (G * C)) * R * S;
    for (let i = 0; i < R; i++) {
      for (let j = 0; j < S; j++) {
        let sum = 0;
        for (let e = 0; e < E; e++) {
          const y = e * Uv + i - padTop;
          if (y < 0 || y >= height) continue;
          const row = (plane * height + y) * width;
          for (let x = j - padLeft, f = 0; f < F; f++, x += Uh) {
            if (x >= 0 && x < width) sum += ifmap[row + x]!;
          }
        }
        means[window + i * S + j]! += sum;
      }
    }
  }
  for (let k = 0; k < means.length; k++) means[k]! /= N * E * F;
  return means;
}
