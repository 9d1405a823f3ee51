import type { Progress } from '../../steps.ts';
import type { Convolution } from './convolve.ts';
import { convolveFast } from './convolve-simd.ts';

/** MACs of a step: a tenth of a second with vectors, a second without. */
const MACS_OF_STEP = 2 ** 30;

/** {@link convolveFast} in steps: some images, or where one has too many MACs, some filters of a group of it. */
export function* convolveInSteps(
  conv: Convolution,
  ifmap: Int16Array,
  filters: Int16Array,
  macsOfStep = MACS_OF_STEP,
): Generator<Progress, Int16Array> {
  const { N, G, C, M, height, width, R, S, E, F } = conv;
  const [taps, pixels, plane] = [C * R * S, E * F, height * width];
  const images = Math.max(1, Math.floor(macsOfStep / (G * M * taps * pixels)));
  const isWhole = G * M * taps * pixels <= macsOfStep;
  const groups = isWhole ? G : 1;
  const most = isWhole ? M : Math.max(8, 8 * Math.floor(macsOfStep / (taps * pixels) / 8));
  const ofmap = new Int16Array(N * G * M * pixels);
  for (let n = 0; n < N; n += images) {
    for (let g = 0; g < G; g += groups) {
      for (let m = 0; m < M; m += most) {
        const part = { ...conv, N: Math.min(images, N - n), G: groups, M: Math.min(most, M - m) };
        const first = g * M + m;
        const words = convolveFast(
          part,
          ifmap.subarray((n * G + g) * C * plane, (n * G + g + part.N * groups) * C * plane),
          filters.subarray(first * taps, (first + groups * part.M) * taps),
        );
        ofmap.set(words, (n * G * M + first) * pixels);
        yield { done: (n * G * M + first) * pixels + words.length, of: ofmap.length };
      }
    }
  }
  return ofmap;
}
