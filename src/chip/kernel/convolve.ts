/** A convolution of 16-bit words as the chip computes it. All fields are whole numbers. */
export interface Convolution {
  /** Images. */
  readonly N: number;
  /** Groups. */
  readonly G: number;
  /** Channels per group. */
  readonly C: number;
  /** Filters per group. */
  readonly M: number;
  /** ifmap rows, without padding. */
  readonly height: number;
  /** ifmap columns, without padding. */
  readonly width: number;
  /** Filter rows. */
  readonly R: number;
  /** Filter columns. */
  readonly S: number;
  /** Vertical stride. */
  readonly Uv: number;
  /** Horizontal stride. */
  readonly Uh: number;
  /** Rows of zeros above the ifmap. What a filter covers below it is zero too. */
  readonly padTop: number;
  /** Columns of zeros left of the ifmap. What a filter covers to its right is zero too. */
  readonly padLeft: number;
  /** ofmap rows. */
  readonly E: number;
  /** ofmap columns; a fully connected layer is E = F = 1. */
  readonly F: number;
  /** Lowest of the 16 bits of each product that are added, 0 to 16. */
  readonly truncation: number;
}

/**
 * The ofmap of a convolution, [N][G·M][E][F]: of every product the bits from `truncation` to `truncation + 15`, added
 * modulo 2^16.
 *
 * @param ifmap [N][G·C][height][width].
 * @param filters [G·M][C][R][S].
 */
export function convolve(conv: Convolution, ifmap: Int16Array, filters: Int16Array): Int16Array {
  const { N, G, C, M, height, width, R, S, E, F } = conv;
  const taps = C * R * S;
  const ofmap = new Int16Array(N * G * M * E * F);
  const patch = new Int32Array(taps);
  for (let n = 0; n < N; n++) {
    for (let g = 0; g < G; g++) {
      const of = n * G + g;
      const channels = ifmap.subarray(of * C * height * width, (of + 1) * C * height * width);
      const weights = filters.subarray(g * M * taps, (g + 1) * M * taps);
      const planes = ofmap.subarray(of * M * E * F, (of + 1) * M * E * F);
      for (let e = 0; e < E; e++) {
        for (let f = 0; f < F; f++) {
          gather(conv, channels, e, f, patch);
          multiply(patch, weights, planes, e * F + f, E * F);
        }
      }
    }
  }
  return ofmap;
}

/**
 * Copies the words that a filter covers at one place, shifted left such that of a product with them, modulo 2^32, the
 * upper half is the 16 bits wanted. That way the shift in the inner loop is constant.
 */
function gather(conv: Convolution, channels: Int16Array, e: number, f: number, patch: Int32Array): void {
  const { C, height, width, R, S } = conv;
  const top = e * conv.Uv - conv.padTop;
  const left = f * conv.Uh - conv.padLeft;
  const shift = 16 - conv.truncation;
  const iFrom = Math.max(0, -top);
  const iTo = Math.min(R, height - top);
  const jFrom = Math.max(0, -left);
  const jTo = Math.min(S, width - left);
  if (iTo - iFrom < R || jTo - jFrom < S) patch.fill(0);
  for (let c = 0; c < C; c++) {
    for (let i = iFrom; i < iTo; i++) {
      const from = (c * height + top + i) * width + left;
      const to = (c * R + i) * S;
      for (let j = jFrom; j < jTo; j++) patch[to + j] = channels[from + j]! << shift;
    }
  }
}

/** Writes one word of each filter's plane. Four filters at a time share the reads of the patch. */
function multiply(
  patch: Int32Array,
  weights: Int16Array,
  planes: Int16Array,
  at: number,
  plane: number,
): void {
  const taps = patch.length;
  const filters = weights.length / taps;
  let m = 0;
  for (; m + 4 <= filters; m += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let w = m * taps;
    for (let k = 0; k < taps; k++, w++) {
      const word = patch[k]!;
      a = (a + (Math.imul(word, weights[w]!) >> 16)) | 0;
      b = (b + (Math.imul(word, weights[w + taps]!) >> 16)) | 0;
      c = (c + (Math.imul(word, weights[w + 2 * taps]!) >> 16)) | 0;
      d = (d + (Math.imul(word, weights[w + 3 * taps]!) >> 16)) | 0;
    }
    planes[m * plane + at] = a;
    planes[(m + 1) * plane + at] = b;
    planes[(m + 2) * plane + at] = c;
    planes[(m + 3) * plane + at] = d;
  }
  for (; m < filters; m++) {
    let sum = 0;
    for (let k = 0, w = m * taps; k < taps; k++, w++)
      sum = (sum + (Math.imul(patch[k]!, weights[w]!) >> 16)) | 0;
    planes[m * plane + at] = sum;
  }
}
