import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { MOST_TRUNCATION } from './arithmetic.ts';
import type { ChipLayer } from './geometry.ts';
import type { LayerWords } from './layer.ts';

/** The largest words that are drawn: pixels are positive, as behind a ReLU, and filters are not. */
const LARGEST_PIXEL = 4095;
const LARGEST_WEIGHT = 1023;
/** Places of an ofmap word's magnitude, of the 15 that it has: sums seldom reach the end of the range. */
const OFMAP_BITS = 12;

/** Words of a layer that nobody has given, with so many zeros among the ifmap's; the same for the same seed. */
export function syntheticWords(
  { shape, height, width }: ChipLayer,
  zeroShare: number,
  seed: number,
): LayerWords {
  const generator = xoroshiro128plus(seed);
  const ifmap = pixels(shape.N * shape.G * shape.C * height * width, zeroShare, generator);
  const filters = new Int16Array(shape.weights);
  for (let i = 0; i < filters.length; i++) {
    filters[i] = ((generator.next() & 0xffff) % (2 * LARGEST_WEIGHT + 1)) - LARGEST_WEIGHT;
  }
  return { ifmap, filters };
}

/** Words of an fmap with so many zeros; the same for the same seed. */
export const syntheticPixels = (words: number, zeroShare: number, seed: number): Int16Array =>
  pixels(words, zeroShare, xoroshiro128plus(seed));

function pixels(words: number, zeroShare: number, generator: RandomGenerator): Int16Array {
  // 32 random bits: the upper 16 say whether the word is zero, the lower ones which it is
  const isZeroBelow = Math.round(zeroShare * 65536);
  const pixels = new Int16Array(words);
  for (let i = 0; i < words; i++) {
    const bits = generator.next();
    if (bits >>> 16 >= isZeroBelow) pixels[i] = 1 + ((bits & 0xffff) % LARGEST_PIXEL);
  }
  return pixels;
}

/** Places by which to shift the products of such words, so that sums of them seldom leave the range of a word. */
export function truncationFor({ shape }: ChipLayer): number {
  const product = (LARGEST_PIXEL / Math.sqrt(3)) * (LARGEST_WEIGHT / Math.sqrt(3));
  const sum = product * Math.sqrt(shape.C * shape.R * shape.S);
  return Math.min(Math.max(Math.round(Math.log2(sum)) - OFMAP_BITS, 0), MOST_TRUNCATION);
}
