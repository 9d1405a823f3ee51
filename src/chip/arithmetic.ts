/** The range of a word of 16 bits. */
export const LEAST_WORD = -32768;
export const LARGEST_WORD = 32767;

/** The most places that a product can be shifted by: the window is then the upper half of its 32 bits. */
export const MOST_TRUNCATION = 16;

/** A sum as 16-bit accumulation leaves it: modulo 2^16. */
export const wrap = (sum: number): number => (sum << 16) >> 16;

/**
 * The product of two words, cut to bits `truncation` to `truncation + 15` of its 32: neither rounded nor saturated. Which
 * 16 bits is part of a layer's configuration.
 */
export const cutProduct = (ifmap: number, filter: number, truncation: number): number =>
  (((ifmap * filter) >> truncation) << 16) >> 16;
