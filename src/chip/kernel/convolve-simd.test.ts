import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { anyConvolution, type ConvolutionCase, convolutionCase } from './convolve.testing.ts';
import { type Convolution, convolve } from './convolve.ts';
import { convolveFast } from './convolve-simd.ts';

/** A layer of AlexNet, VGG or MobileNet but for its size. */
const LAYER: Convolution = {
  N: 2,
  G: 1,
  C: 5,
  M: 20,
  height: 13,
  width: 13,
  R: 3,
  S: 3,
  Uv: 1,
  Uh: 1,
  padTop: 1,
  padLeft: 1,
  E: 13,
  F: 13,
  truncation: 8,
};

/** Not toEqual, which is slow where it holds. */
function agrees({ conv, ifmap, filters }: ConvolutionCase) {
  const [fast, plain] = [convolveFast(conv, ifmap, filters), convolve(conv, ifmap, filters)];
  expect(fast.length).toBe(plain.length);
  expect(fast.findIndex((word, i) => word !== plain[i])).toBe(-1);
}

describe('the fast convolution is the plain one', () => {
  test.each([
    { sizes: { channels: 4, filters: 9, image: 7, kernel: 5, ofmap: 5 }, numRuns: 500 },
    { sizes: { channels: 30, filters: 40, image: 20, kernel: 11, ofmap: 15 }, numRuns: 100 },
  ])('for any sizes up to $sizes', ({ sizes, numRuns }) => {
    fc.assert(fc.property(anyConvolution(sizes), agrees), { numRuns });
  });

  test.each(Array.from({ length: 17 }, (_, truncation) => truncation))('cut at %i', (truncation) => {
    agrees(convolutionCase({ ...LAYER, truncation }, truncation));
  });

  const fullyConnected = { ...LAYER, padTop: 0, padLeft: 0, E: 1, F: 1 };
  const depthwise = { ...LAYER, G: 20, C: 1, M: 1 };
  test.each<[what: string, conv: Convolution]>([
    ['a fully connected layer', { ...fullyConnected, N: 5, R: 13, S: 13 }],
    ['more filters than fit at a time', { ...fullyConnected, C: 500, M: 30, R: 13, S: 13 }],
    ['a filter of which 8 do not fit', { ...fullyConnected, C: 1000, M: 10, R: 13, S: 13 }],
    [
      'more images than fit at a time',
      { ...LAYER, N: 5, height: 200, width: 200, Uv: 99, Uh: 99, E: 3, F: 3 },
    ],
    [
      'a larger ofmap than fits',
      { ...LAYER, N: 3, C: 1, height: 200, width: 200, R: 1, S: 1, E: 200, F: 200 },
    ],
    ['a depthwise convolution', depthwise],
    [
      'padding larger than the memory',
      { ...LAYER, Uv: 20_000, Uh: 20_000, padTop: 20_000, padLeft: 20_000, E: 2, F: 2 },
    ],
  ])('for %s', (_what, conv) => {
    agrees(convolutionCase(conv, 1));
  });
});

describe('the plain convolution', () => {
  const { conv, ifmap, filters } = convolutionCase(LAYER, 1);
  const plain = convolve(conv, ifmap, filters);

  /** The fast convolution, loaded anew, and a plain one that is told whether it is asked. */
  async function loaded() {
    vi.resetModules();
    const asked = vi.fn(() => plain);
    vi.doMock('./convolve.ts', () => ({ convolve: asked }));
    const { convolveFast } = await import('./convolve-simd.ts');
    return { convolveFast, asked };
  }

  afterEach(() => {
    vi.doUnmock('./convolve.ts');
    vi.unstubAllGlobals();
  });

  test('is not needed in Node.js', async () => {
    const { convolveFast, asked } = await loaded();
    expect(convolveFast(conv, ifmap, filters)).toEqual(plain);
    expect(asked).not.toHaveBeenCalled();
  });

  test.each([
    ['there is no WebAssembly', undefined],
    [
      'WebAssembly has no vectors',
      {
        Module: class {
          constructor() {
            throw new Error('invalid SIMD opcode');
          }
        },
      },
    ],
  ])('takes over where %s', async (_what, WebAssembly) => {
    const { convolveFast, asked } = await loaded();
    vi.stubGlobal('WebAssembly', WebAssembly);
    expect(convolveFast(conv, ifmap, filters)).toBe(plain);
    expect(asked).toHaveBeenCalledWith(conv, ifmap, filters);
  });
});
