import fc from 'fast-check';
import { LARGEST_WORD, LEAST_WORD } from '../arithmetic.ts';
import type { Convolution } from './convolve.ts';

/** A convolution with its ifmap and filters. */
export interface ConvolutionCase {
  readonly conv: Convolution;
  readonly ifmap: Int16Array;
  readonly filters: Int16Array;
}

/** The largest sizes that are drawn. */
export interface Sizes {
  readonly channels: number;
  readonly filters: number;
  readonly image: number;
  readonly kernel: number;
  readonly ofmap: number;
}

/**
 * Any convolution of such sizes. An ofmap may be smaller than its ifmap allows or larger, and filters may see nothing
 * but padding.
 */
export function anyConvolution(most: Sizes): fc.Arbitrary<ConvolutionCase> {
  const upTo = (max: number, min = 1) => fc.integer({ min, max });
  const shape = fc.record({
    N: upTo(3),
    G: upTo(3),
    C: upTo(most.channels),
    M: upTo(most.filters),
    height: upTo(most.image),
    width: upTo(most.image),
    R: upTo(most.kernel),
    S: upTo(most.kernel),
    Uv: upTo(most.kernel + 1),
    Uh: upTo(most.kernel + 1),
    padTop: upTo(most.image + 3, 0),
    padLeft: upTo(most.image + 3, 0),
    E: upTo(most.ofmap),
    F: upTo(most.ofmap),
    truncation: upTo(16, 0),
  });
  return fc.tuple(shape, fc.nat()).map(([conv, seed]) => convolutionCase(conv, seed));
}

export function convolutionCase(conv: Convolution, seed: number): ConvolutionCase {
  const { N, G, C, M, height, width, R, S } = conv;
  return {
    conv,
    ifmap: anyWords(N * G * C * height * width, seed),
    filters: anyWords(G * M * C * R * S, seed + 1),
  };
}

const EXTREMES = [LEAST_WORD, LEAST_WORD + 1, -1, 0, 1, LARGEST_WORD];

/** Words of which about half are extreme. */
export function anyWords(count: number, seed: number): Int16Array {
  // Numerical Recipes' generator: its lower bits are poor and left out
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 15;
  };
  return Int16Array.from({ length: count }, () => {
    const word = draw();
    return word % 2 === 0 ? word >> 1 : EXTREMES[draw() % EXTREMES.length]!;
  });
}
