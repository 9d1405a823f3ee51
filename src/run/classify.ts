import { InputError } from '../input-error.ts';
import type { ClassScore } from './result.ts';

/** How far the sum of what are taken for probabilities may be from 1. */
const TOLERANCE = 1e-3;

export interface TopOptions {
  /** Classes that are told, the best ones. */
  readonly top: number;
  /** Whether scores become probabilities by softmax; null: unless they are such already, at least 0 and 1 together. */
  readonly softmax: boolean | null;
  /** The classes' names, or null. */
  readonly labels: readonly string[] | null;
}

/**
 * The classes with the highest scores of one image, the best first; of equal ones the first.
 *
 * @throws InputError with the place of the first score that is NaN or Infinity, or if all are -Infinity: none is best then.
 */
export function topClasses(
  scores: Float32Array | readonly number[],
  { top, softmax, labels }: TopOptions,
): readonly ClassScore[] {
  const all = Array.from(scores);
  const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const bad = Number.isFinite(most) ? -1 : all.findIndex((score) => Object.is(score, most));
  if (bad >= 0) {
    const allowed = 'numbers below Infinity, one of them above -Infinity';
    throw new InputError({ code: 'out-of-range', path: ['scores', bad], found: most, allowed });
  }
  // By score before softmax, which may make equal ones of others
  const best = all.map((_, place) => place).sort((a, b) => all[b]! - all[a]! || a - b);
  const told = (softmax ?? !areProbabilities(all)) ? softmaxOf(all, most) : all;
  return best.slice(0, top).map((place) => {
    return { class: place, label: labels?.[place] ?? null, score: told[place]! };
  });
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const areProbabilities = (scores: readonly number[]): boolean =>
  scores.every((score) => score >= 0) && Math.abs(sumOf(scores) - 1) <= TOLERANCE;

function softmaxOf(scores: readonly number[], most: number): readonly number[] {
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = sumOf(powers);
  return powers.map((power) => power / sum);
}
