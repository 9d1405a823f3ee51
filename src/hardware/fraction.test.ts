import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost, fraction, sum, times, toNumber } from './fraction.ts';

describe('fraction', () => {
  it.each([
    [0.1, [1n, 10n]],
    [103.47, [10347n, 100n]],
    [1e21, [10n ** 21n, 1n]],
    [2.5e-7, [25n, 10n ** 8n]],
    [0, [0n, 1n]],
    [-4, [-4n, 1n]],
  ])('is %d as it is written', (value, expected) => {
    expect(fraction(value)).toEqual(expected);
  });

  it('comes back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e20, noNaN: true }), (value) => {
        expect(toNumber(fraction(value))).toBe(value);
      }),
    );
  });

  it('adds, multiplies and compares without rounding', () => {
    expect(toNumber(sum(fraction(0.1), fraction(0.2)))).toBe(0.3);
    expect(atMost(sum(fraction(0.1), fraction(0.2)), fraction(0.3))).toBe(true);
    expect(atMost(times(3n, fraction(0.1)), fraction(0.3))).toBe(true);
    expect(atMost([1n, 3n], fraction(0.333))).toBe(false);
  });
});
