import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topClasses } from './classify.ts';

const PLAIN = { top: 5, softmax: false, labels: null };

const scores = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('the best classes', () => {
  it('are those with the highest scores, the best first, of equal ones the first', () => {
    fc.assert(
      fc.property(
        scores,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(true, false),
        (all, top, softmax) => {
          const best = topClasses(all, { ...PLAIN, top, softmax });
          expect(best).toHaveLength(Math.min(top, all.length));
          const left = new Set(all.keys());
          for (const { class: place } of best) {
            const most = Math.max(...[...left].map((one) => all[one]!));
            expect(place).toBe([...left].find((one) => all[one] === most));
            left.delete(place);
          }
        },
      ),
    );
  });

  it('have probabilities of 1 together by softmax, whose ratios are powers of e', () => {
    fc.assert(
      fc.property(scores, (all) => {
        const told = topClasses(Float32Array.from(all), { ...PLAIN, top: all.length, softmax: true });
        expect(told.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
        for (const { class: place, score } of told) {
          expect(score / told[0]!.score).toBeCloseTo(Math.exp(all[place]! - all[told[0]!.class]!), 6);
        }
      }),
    );
  });

  it('have softmax where it is wanted, or else unless scores are probabilities', () => {
    const score = (all: readonly number[], softmax: boolean | null) =>
      topClasses(all, { ...PLAIN, softmax })[0]!.score;
    const half = 1 / (1 + Math.exp(-0.5));
    expect(score([0.25, 0.75], null)).toBe(0.75);
    expect(score([0.25, 0.75], true)).toBeCloseTo(half);
    expect(score([0.25, 0.7505], null)).toBe(0.7505);
    expect(score([-0.25, 1.25], null)).not.toBe(1.25);
    expect(score([1, 1.5], null)).toBeCloseTo(half);
    expect(score([1, 1.5], false)).toBe(1.5);
    expect(score([1000, 999.5], true)).toBeCloseTo(half);
  });

  it('have labels, where there are some', () => {
    const labels = ['cat', 'dog', 'cow'];
    expect(topClasses([1, 3, 2], { top: 2, softmax: false, labels })).toEqual([
      { class: 1, label: 'dog', score: 3 },
      { class: 2, label: 'cow', score: 2 },
    ]);
    expect(topClasses([1, 3, 2], { ...PLAIN, top: 1 })).toEqual([{ class: 1, label: null, score: 3 }]);
  });

  it('may be without some that are impossible', () => {
    const never = Number.NEGATIVE_INFINITY;
    const told = topClasses([never, 2, never], { ...PLAIN, softmax: null });
    expect(told.map((one) => one.class)).toEqual([1, 0, 2]);
    expect(told.map((one) => one.score)).toEqual([1, 0, 0]);
  });

  it.each([
    [
      [1, Number.NaN, 2],
      'scores[1]: found NaN; allowed: numbers below Infinity, one of them above -Infinity',
    ],
    [[1, Number.POSITIVE_INFINITY], 'scores[1]: found Infinity;'],
    [[Number.POSITIVE_INFINITY, Number.NaN], 'scores[1]: found NaN;'],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 'scores[0]: found -Infinity;'],
  ])('are none where scores are %j', (all, message) => {
    expect(() => topClasses(all, PLAIN)).toThrow(message);
    expect(() => topClasses(Float32Array.from(all), { ...PLAIN, softmax: true })).toThrow(message);
  });

  it('are none where there are no scores', () => {
    expect(topClasses([], PLAIN)).toEqual([]);
  });
});
