import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyConvolution, type ConvolutionCase } from './convolve.testing.ts';
import { type Convolution, convolve } from './convolve.ts';

const ONE: Convolution = {
  N: 1,
  G: 1,
  C: 1,
  M: 1,
  height: 1,
  width: 1,
  R: 1,
  S: 1,
  Uv: 1,
  Uh: 1,
  padTop: 0,
  padLeft: 0,
  E: 1,
  F: 1,
  truncation: 0,
};

describe('a convolution', () => {
  test('is as defined', () => {
    fc.assert(
      fc.property(
        anyConvolution({ channels: 4, filters: 9, image: 7, kernel: 5, ofmap: 5 }),
        (drawn: ConvolutionCase) => {
          expect(convolve(drawn.conv, drawn.ifmap, drawn.filters)).toEqual(definition(drawn));
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    { a: -32768, b: -32768, truncation: 0, cut: 0 },
    { a: -32768, b: -32768, truncation: 15, cut: -32768 },
    { a: -32768, b: -32768, truncation: 16, cut: 16384 },
    { a: 32767, b: 32767, truncation: 0, cut: 1 },
    { a: 32767, b: -32768, truncation: 16, cut: -16384 },
    { a: -1, b: 1, truncation: 16, cut: -1 },
    { a: 0x1234, b: 0x10, truncation: 4, cut: 0x1234 },
    { a: 0x1234, b: 0x100, truncation: 4, cut: 0x2340 },
  ])('cuts $a · $b at $truncation to $cut', ({ a, b, truncation, cut }) => {
    expect([...convolve({ ...ONE, truncation }, Int16Array.of(a), Int16Array.of(b))]).toEqual([cut]);
  });

  test('cuts every product by itself', () => {
    const conv = { ...ONE, C: 2, truncation: 1 };
    expect([...convolve(conv, Int16Array.of(1, 1), Int16Array.of(1, 1))]).toEqual([0]);
    expect([...convolve(conv, Int16Array.of(1, 1), Int16Array.of(-1, -1))]).toEqual([-2]);
  });

  test('adds modulo 2^16', () => {
    const conv = { ...ONE, C: 3 };
    expect([...convolve(conv, Int16Array.of(32767, 2, 0), Int16Array.of(1, 1, 1))]).toEqual([-32767]);
  });
});

/** O[z][u][x][y] = Σ_k Σ_i Σ_j I[z][k][U·x+i][U·y+j] · W[u][k][i][j], every product cut, the sum modulo 2^16. */
function definition({ conv, ifmap, filters }: ConvolutionCase): Int16Array {
  const { N, G, C, M, height, width, R, S, Uv, Uh, padTop, padLeft, E, F, truncation } = conv;
  const modulo = (value: number) => ((((value + 32768) % 65536) + 65536) % 65536) - 32768;
  const word = (z: number, k: number, row: number, column: number) =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : ifmap[((z * G * C + k) * height + row) * width + column]!;
  const ofmap: number[] = [];
  for (let z = 0; z < N; z++) {
    for (let u = 0; u < G * M; u++) {
      const firstChannel = Math.floor(u / M) * C;
      for (let x = 0; x < E; x++) {
        for (let y = 0; y < F; y++) {
          let sum = 0;
          for (let k = 0; k < C; k++) {
            for (let i = 0; i < R; i++) {
              for (let j = 0; j < S; j++) {
                const product =
                  word(z, firstChannel + k, Uv * x + i - padTop, Uh * y + j - padLeft) *
                  filters[((u * C + k) * R + i) * S + j]!;
                sum += modulo(Math.floor(product / 2 ** truncation));
              }
            }
          }
          ofmap.push(modulo(sum));
        }
      }
    }
  }
  return Int16Array.from(ofmap);
}
