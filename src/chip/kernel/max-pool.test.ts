import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWords } from './convolve.testing.ts';
import { maxPool, type Pooling } from './max-pool.ts';

const upTo = (max: number, min = 1) => fc.integer({ min, max });

const anyPooling: fc.Arbitrary<Pooling> = fc.record({
  N: upTo(3),
  planes: upTo(4),
  height: upTo(7),
  width: upTo(7),
  R: upTo(4),
  S: upTo(4),
  Uv: upTo(5),
  Uh: upTo(5),
  padTop: upTo(8, 0),
  padLeft: upTo(8, 0),
  E: upTo(5),
  F: upTo(5),
});

describe('max pooling', () => {
  test('is as defined', () => {
    fc.assert(
      fc.property(anyPooling, fc.nat(), (pooling, seed) => {
        const ifmap = anyWords(pooling.N * pooling.planes * pooling.height * pooling.width, seed);
        expect(maxPool(pooling, ifmap)).toEqual(definition(pooling, ifmap));
      }),
      { numRuns: 500 },
    );
  });

  test('of negative words does not take padding for zeros', () => {
    const pooling = { N: 1, planes: 1, height: 1, width: 1, R: 3, S: 3, Uv: 1, Uh: 1, padTop: 1, padLeft: 1 };
    expect([...maxPool({ ...pooling, E: 1, F: 3 }, Int16Array.of(-5))]).toEqual([-5, -5, -32768]);
  });
});

function definition(pooling: Pooling, ifmap: Int16Array): Int16Array {
  const { N, planes, height, width, R, S, Uv, Uh, padTop, padLeft, E, F } = pooling;
  const ofmap: number[] = [];
  for (let plane = 0; plane < N * planes; plane++) {
    for (let x = 0; x < E; x++) {
      for (let y = 0; y < F; y++) {
        const window: number[] = [];
        for (let i = 0; i < R; i++) {
          for (let j = 0; j < S; j++) {
            const [row, column] = [Uv * x + i - padTop, Uh * y + j - padLeft];
            const outside = row < 0 || row >= height || column < 0 || column >= width;
            window.push(outside ? -32768 : ifmap[(plane * height + row) * width + column]!);
          }
        }
        ofmap.push(Math.max(...window));
      }
    }
  }
  return Int16Array.from(ofmap);
}
