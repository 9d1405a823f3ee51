/** An exact number: numerator over a positive denominator, not necessarily in lowest terms. */
export type Fraction = readonly [numerator: bigint, denominator: bigint];

/**
 * The number that a person who writes `value` in the shortest way means: 0.1 is 1/10, not the double next to
 * it.
 */
export function fraction(value: number): Fraction {
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', decimals = ''] = digits.split('.');
  const shift = Number(exponent) - decimals.length;
  const numerator = BigInt(whole + decimals);
  return shift < 0 ? [numerator, 10n ** BigInt(-shift)] : [numerator * 10n ** BigInt(shift), 1n];
}

export const sum = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];

export const times = (factor: bigint, [a, b]: Fraction): Fraction => [factor * a, b];

export const atMost = ([a, b]: Fraction, [c, d]: Fraction): boolean => a * d <= c * b;

/** The double nearest to a fraction, as far as 20 decimals tell. */
export const toNumber = ([a, b]: Fraction): number => Number(`${(a * 10n ** 20n) / b}e-20`);
