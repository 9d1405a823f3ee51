import { LEAST_WORD } from '../arithmetic.ts';

/** A pooling layer over 16-bit words. All fields are whole numbers. */
export interface Pooling {
  /** Images. */
  readonly N: number;
  /** Planes, which is channels, of an image. */
  readonly planes: number;
  /** ifmap rows, without padding. */
  readonly height: number;
  /** ifmap columns, without padding. */
  readonly width: number;
  /** Window rows. */
  readonly R: number;
  /** Window columns. */
  readonly S: number;
  /** Vertical stride. */
  readonly Uv: number;
  /** Horizontal stride. */
  readonly Uh: number;
  /** Rows of padding above the ifmap. */
  readonly padTop: number;
  /** Columns of padding left of the ifmap. */
  readonly padLeft: number;
  /** ofmap rows. */
  readonly E: number;
  /** ofmap columns. */
  readonly F: number;
}

/**
 * The largest word of each window, [N][planes][E][F]. Outside the ifmap all words are the lowest, −32768.
 *
 * @param ifmap [N][planes][height][width].
 */
export function maxPool(pooling: Pooling, ifmap: Int16Array): Int16Array {
  const { N, planes, height, width, R, S, Uv, Uh, padTop, padLeft, E, F } = pooling;
  const ofmap = new Int16Array(N * planes * E * F);
  let at = 0;
  for (let plane = 0; plane < N * planes; plane++) {
    for (let e = 0; e < E; e++) {
      const top = e * Uv - padTop;
      const yFrom = Math.max(0, top);
      const yTo = Math.min(height, top + R);
      for (let f = 0; f < F; f++) {
        const left = f * Uh - padLeft;
        const xFrom = Math.max(0, left);
        const xTo = Math.min(width, left + S);
        let most = LEAST_WORD;
        for (let y = yFrom; y < yTo; y++) {
          const row = (plane * height + y) * width;
          for (let x = xFrom; x < xTo; x++) {
            const word = ifmap[row + x]!;
            if (word > most) most = word;
          }
        }
        ofmap[at++] = most;
      }
    }
  }
  return ofmap;
}
