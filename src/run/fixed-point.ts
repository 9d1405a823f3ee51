import { LARGEST_WORD, LEAST_WORD } from '../chip/arithmetic.ts';

/*
 * Numbers as words of 16 bits: a word is its number times a power of two, rounded. Powers of two are what the chip can
 * undo: it shifts products before it cuts them to 16 bits.
 */

/** With more, a word's unit would be less than any normal float of 32 bits: numbers near it lose bits, or become 0. */
export const MOST_FRACTION_BITS = 126;

/**
 * The most bits of fraction with which a magnitude, times 2^bits, is at most `largest`; at most 126 and at least −126. None
 * for zero, and for what is not a number.
 */
export function fractionBitsFor(magnitude: number, largest = LARGEST_WORD): number {
  if (!(magnitude > 0)) return 0;
  const fits = (bits: number) => magnitude * 2 ** bits <= largest;
  const about = Math.floor(Math.log2(largest / magnitude));
  // The logarithm may be off in its last place
  const bits = fits(about + 1) ? about + 1 : fits(about) ? about : about - 1;
  return Math.max(-MOST_FRACTION_BITS, Math.min(MOST_FRACTION_BITS, bits));
}

/** The word nearest to a number; where that is out of range, the last one of the range. Not a number becomes 0. */
export const quantise = (value: number, fractionBits: number): number =>
  Math.max(LEAST_WORD, Math.min(LARGEST_WORD, Math.round(value * 2 ** fractionBits))) || 0;

/** The words nearest to numbers: what {@link quantise} makes of each. */
export function quantiseAll(values: ArrayLike<number>, fractionBits: number): Int16Array {
  const scale = 2 ** fractionBits;
  const words = new Int16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = Math.round(values[i]! * scale);
    words[i] = word < LEAST_WORD ? LEAST_WORD : word > LARGEST_WORD ? LARGEST_WORD : word;
  }
  return words;
}

/** The words nearest to numbers, modulo 2^16 as sums of words are. */
export function quantiseModulo(values: ArrayLike<number>, fractionBits: number): Int16Array {
  const scale = 2 ** fractionBits;
  return Int16Array.from(values, (value) => Math.round(value * scale));
}

/** The numbers that words stand for. */
export function dequantiseAll(words: Int16Array, fractionBits: number): Float32Array {
  const scale = 2 ** -fractionBits;
  const values = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) values[i] = words[i]! * scale;
  return values;
}

/** The largest magnitude among numbers; 0 if there are none, NaN if one is not a number. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > most || Number.isNaN(magnitude)) most = magnitude;
  }
  return most;
}
