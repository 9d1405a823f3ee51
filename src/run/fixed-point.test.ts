import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dequantiseAll,
  fractionBitsFor,
  largestMagnitude,
  quantise,
  quantiseAll,
  quantiseModulo,
} from './fixed-point.ts';

/** Single precision, but for its last numbers, which are rounded to infinity. */
const single = fc.float({ min: -Math.fround(3.3e38), max: Math.fround(3.3e38), noNaN: true });
const bits = fc.integer({ min: -126, max: 126 });

describe('bits of fraction', () => {
  it('are the most with which a magnitude fits', () => {
    fc.assert(
      fc.property(single, fc.integer({ min: 16383, max: 32767 }), (value, largest) => {
        const magnitude = Math.abs(value);
        fc.pre(magnitude > 0);
        const most = fractionBitsFor(magnitude, largest);
        expect(magnitude * 2 ** most).toBeLessThanOrEqual(largest);
        if (most < 126) expect(magnitude * 2 ** (most + 1)).toBeGreaterThan(largest);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['the largest word', 32767, 0],
    ['one more', 32768, -1],
    ['just under one', 32767 / 32768, 15],
    ['one', 1, 14],
    ['the largest float', 3.4028234663852886e38, -114],
    ['the smallest float', 1.401298464324817e-45, 126],
    ['zero', 0, 0],
    ['what is not a number', Number.NaN, 0],
  ])('of %s', (_, magnitude, expected) => {
    expect(fractionBitsFor(magnitude)).toBe(expected);
  });
});

describe('a word', () => {
  it('is the nearest in range', () => {
    fc.assert(
      fc.property(single, bits, (value, fractionBits) => {
        const word = quantise(value, fractionBits);
        const exact = value * 2 ** fractionBits;
        expect(Number.isInteger(word) && word >= -32768 && word <= 32767).toBe(true);
        const clamped = Math.max(-32768, Math.min(32767, exact));
        expect(Math.abs(word - clamped)).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: 2000 },
    );
  });

  it('comes back as no more than half a unit off, where the number is in range', () => {
    fc.assert(
      fc.property(fc.array(single, { minLength: 1, maxLength: 20 }), (numbers) => {
        const values = Float32Array.from(numbers);
        const fractionBits = fractionBitsFor(largestMagnitude(values));
        const back = dequantiseAll(quantiseAll(values, fractionBits), fractionBits);
        for (const [i, value] of values.entries()) {
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(2 ** (-fractionBits - 1));
        }
      }),
    );
  });

  it('is the same one by one and all together; what is not a number is 0', () => {
    fc.assert(
      fc.property(fc.array(fc.float()), bits, (numbers, fractionBits) => {
        const values = Float32Array.from(numbers);
        const words = [...quantiseAll(values, fractionBits)];
        expect(words).toEqual(numbers.map((value) => quantise(value, fractionBits)));
        for (const [i, value] of numbers.entries()) if (Number.isNaN(value)) expect(words[i]).toBe(0);
      }),
    );
  });

  it('survives the way to a number and back', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.integer({ min: -100, max: 100 }), (words, fractionBits) => {
        expect(quantiseAll(dequantiseAll(words, fractionBits), fractionBits)).toEqual(words);
      }),
    );
  });

  it('modulo 2^16 differs from the number by a multiple of that', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.nat(3), (value, fractionBits) => {
        const [word] = quantiseModulo([value], fractionBits);
        const exact = BigInt(Math.round(value * 2 ** fractionBits));
        expect(BigInt(word!)).toBe(BigInt.asIntN(16, exact));
      }),
    );
  });
});

describe('the largest magnitude', () => {
  it('is that of all, whatever its sign', () => {
    fc.assert(
      fc.property(fc.array(single), (values) => {
        expect(largestMagnitude(values)).toBe(Math.max(0, ...values.map((value) => Math.abs(value))));
      }),
    );
  });

  it('is none where something is not a number, and infinite where something is', () => {
    for (const values of [
      [1, Number.NaN, 2],
      [Number.NaN, Number.POSITIVE_INFINITY],
      [3, Number.NaN],
    ]) {
      expect(largestMagnitude(values)).toBeNaN();
    }
    expect(largestMagnitude([1, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});
