import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDeviations, decibels, deviation, NO_DEVIATION } from './decibels.ts';

const word = fc.integer({ min: -32768, max: 32767 });
const number = fc.double({ min: -1000, max: 1000, noNaN: true });
const pairs = fc.array(fc.tuple(word, number), { minLength: 1, maxLength: 50 });
const bits = fc.integer({ min: -5, max: 20 });

const parts = (all: readonly (readonly [number, number])[]) =>
  [Int16Array.from(all, ([one]) => one), all.map(([, one]) => one)] as const;

describe('a deviation', () => {
  it('is of squares, of numbers after the ReLU', () => {
    fc.assert(
      fc.property(pairs, bits, fc.boolean(), (all, fractionBits, relu) => {
        const { signal, noise } = deviation(...withBits(all, fractionBits), relu);
        const wanted = all.map(([, value]) => (relu ? Math.max(0, value) : value));
        const off = all.map(([one], i) => one / 2 ** fractionBits - wanted[i]!);
        const squares = (values: readonly number[]) => values.reduce((sum, one) => sum + one ** 2, 0);
        expect(signal).toBeCloseTo(squares(wanted), 3);
        expect(noise / Math.max(1, squares(off))).toBeCloseTo(squares(off) / Math.max(1, squares(off)), 9);
      }),
    );
  });

  it('of two parts is that of the whole', () => {
    fc.assert(
      fc.property(pairs, pairs, fc.boolean(), (one, other, relu) => {
        const whole = deviation(...withBits([...one, ...other], 8), relu);
        const sum = addDeviations(
          deviation(...withBits(one, 8), relu),
          deviation(...withBits(other, 8), relu),
        );
        expect(sum.signal / (whole.signal || 1)).toBeCloseTo(whole.signal / (whole.signal || 1), 9);
        expect(sum.noise / (whole.noise || 1)).toBeCloseTo(whole.noise / (whole.noise || 1), 9);
        expect(addDeviations(NO_DEVIATION, whole)).toEqual(whole);
      }),
    );
  });
});

const withBits = (all: readonly (readonly [number, number])[], fractionBits: number) => {
  const [words, expected] = parts(all);
  return [words, fractionBits, expected] as const;
};

describe('decibels', () => {
  it.each([
    [{ signal: 100, noise: 1 }, 20],
    [{ signal: 1, noise: 1000 }, -30],
    [{ signal: 1, noise: 0 }, null],
    [{ signal: 0, noise: 0 }, null],
    [{ signal: 0, noise: 5 }, -100],
    [{ signal: 1e-30, noise: 5 }, -100],
  ])('of %j', (given, expected) => {
    const found = decibels(given);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 10);
  });
});
