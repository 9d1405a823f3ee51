/** The splits of a spread over X and Y: the part along X. */
export type AlongX = readonly number[];

/**
 * Puts what lies side by side along the axes of a grid: for each dimension, the part of its spread along X. As much as can
 * be lies along X, of the first dimensions first; `undefined` where there is no room.
 */
export function place(
  spreads: ArrayLike<number>,
  alongX: (dimension: number) => AlongX,
  mostX: number,
  mostY: number,
): number[] | undefined {
  const from = (k: number, x: number, y: number): number[] | undefined => {
    if (x > mostX || y > mostY) return undefined;
    if (k === spreads.length) return [];
    const choices = alongX(k);
    for (let i = choices.length - 1; i >= 0; i--) {
      const part = choices[i]!;
      const rest = from(k + 1, x * part, (y * spreads[k]!) / part);
      if (rest) return [part, ...rest];
    }
    return undefined;
  };
  return from(0, 1, 1);
}

/**
 * Whether a factor of a dimension could not be smaller, where all its factors come to `padded`: then the others, with one
 * step less, would not cover the size. Of several factors, each must obey.
 */
export const isNeeded = (factor: number, padded: number, size: number): boolean =>
  padded === size || factor === 1 || (padded / factor) * (factor - 1) < size;
