import type { NestObjective } from '../map-result.ts';

/** What a mapping is worth: the first number counts, the second decides between equals. Less is better. */
export type Worth = readonly [number, number];

/** The worth of no mapping. */
export const NOTHING: Worth = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

/** What an objective makes of energy and cycles; of lower bounds of both, it makes a lower bound. */
export function worthOf(objective: NestObjective, energy: number, cycles: number): Worth {
  switch (objective) {
    case 'energy':
      return [energy, cycles];
    case 'edp':
      return [energy * cycles, cycles];
    case 'delay':
      return [cycles, energy];
  }
}

/** Relative difference below which sums of energy may be equal but for rounding. */
const ROUNDING = 1e-11;

/** True if a is less than b, or the same but for rounding and its second number less. */
export function isBetter(a: Worth, b: Worth): boolean {
  if (b[0] === Number.POSITIVE_INFINITY) return a[0] < b[0];
  const slack = ROUNDING * Math.abs(b[0]);
  if (a[0] < b[0] - slack) return true;
  return a[0] <= b[0] + slack && a[1] < b[1] - ROUNDING * Math.abs(b[1]);
}
