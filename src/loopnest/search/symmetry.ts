import type { TemporalRules } from '../constraints.ts';
import type { Options } from './options.ts';
import type { View } from './view.ts';

/** Dimensions that may change places without a change of cost, such as rows with columns: P with Q and R with S. */
export type Symmetry = readonly (readonly [number, number])[];

/** A symmetry of a search, if there is one: of tensors, of options, and of the rules for orders. */
export function symmetryOf(
  view: View,
  options: Options,
  rules: readonly (TemporalRules | undefined)[],
): Symmetry | undefined {
  const { letters } = view;
  const isOrdered = (k: number) =>
    rules.some((one) => one?.innermost?.includes(letters[k]!) || one?.order?.includes(letters[k]!));
  const areAlike = (k: number, l: number) =>
    !isOrdered(k) &&
    !isOrdered(l) &&
    options.stages.every((stage) => JSON.stringify(stage[k]) === JSON.stringify(stage[l])) &&
    options.steps.every((stage) => areSame(stage[k], stage[l]));
  const partners = letters.map((_, k) => letters.flatMap((_, l) => (l > k && areAlike(k, l) ? [l] : [])));
  for (const [k, some] of partners.entries()) {
    for (const l of some) {
      if (isSymmetry(view, [[k, l]])) return [[k, l]];
      for (const [m, others] of partners.entries()) {
        for (const n of others) {
          const all = [k, l, m, n];
          const swaps: Symmetry = [
            [k, l],
            [m, n],
          ];
          const isNew = m > k && new Set(all).size === 4;
          if (isNew && isSymmetry(view, swaps)) return swaps;
        }
      }
    }
  }
  return undefined;
}

const areSame = (a: readonly Int32Array[] = [], b: readonly Int32Array[] = []): boolean =>
  a.every((row, i) => row.every((steps, j) => steps === b[i]![j]));

function isSymmetry({ tensors }: View, swaps: Symmetry): boolean {
  const swapped = (k: number) => {
    for (const [a, b] of swaps) {
      if (k === a) return b;
      if (k === b) return a;
    }
    return k;
  };
  return tensors.every(({ axes, axisOf, coefficient }) => {
    const terms = (image: (k: number) => number) =>
      Array.from({ length: axes }, (_, axis) =>
        axisOf.flatMap((one, k) => (one === axis ? [`${image(k)}×${coefficient[k]}`] : [])).sort(),
      )
        .map((axis) => axis.join('+'))
        .sort()
        .join();
    return terms((k) => k) === terms(swapped);
  });
}

/** Of two candidates that a symmetry makes of each other, true for one, or for both if they are the same. */
export function isFirstOfTwo(symmetry: Symmetry, options: Uint16Array): boolean {
  for (const [k, l] of symmetry) {
    if (options[k] !== options[l]) return options[k]! < options[l]!;
  }
  return true;
}
