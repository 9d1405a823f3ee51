import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from './builtin.ts';
import { type ConvLayer, type Layer, type LayerSpec, layerFromSpec } from './layer.ts';
import { type LayerShape, layerShape } from './shape.ts';

const conv = { name: 'a', type: 'conv', input: [4, 9, 7], filters: 6, kernel: 3 } as const;
const shapeOf = (spec: LayerSpec, batch = 1) => layerShape(layerFromSpec(spec), batch);

describe('AlexNet', () => {
  // Eyeriss, ISCA 2016, Table II, with C and M per group and H and W without the padding that no filter reaches.
  it.each([
    ['CONV1', 227, 11, 4, 3, 96, 1, 55],
    ['CONV2', 31, 5, 1, 48, 128, 2, 27],
    ['CONV3', 15, 3, 1, 256, 384, 1, 13],
    ['CONV4', 15, 3, 1, 192, 192, 2, 13],
    ['CONV5', 15, 3, 1, 192, 128, 2, 13],
    ['FC1', 6, 6, 1, 256, 4096, 1, 1],
    ['FC2', 1, 1, 1, 4096, 4096, 1, 1],
    ['FC3', 1, 1, 1, 4096, 1000, 1, 1],
  ])('%s has the shape of the table', (name, H, R, U, C, M, G, E) => {
    const layer = builtinNetwork('alexnet').layers.find((one) => one.name === name)!;
    const expected = { H, W: H, R, S: R, spanR: R, spanS: R, Uv: U, Uh: U, C, M, G, N: 16, E, F: E };
    expect(layerShape(layer, 16)).toMatchObject(expected);
  });

  it.each([
    ['POOL1', 96, 55, 27],
    ['POOL2', 256, 27, 13],
    ['POOL5', 256, 13, 6],
  ])('%s has a group per plane and image', (name, planes, H, E) => {
    const layer = builtinNetwork('alexnet').layers.find((one) => one.name === name)!;
    const expected = { G: 4 * planes, N: 1, C: 1, M: 1, H, W: H, R: 3, Uv: 2, E, F: E, weights: 0 };
    expect(layerShape(layer, 4)).toMatchObject(expected);
  });
});

describe('the shape', () => {
  it('counts what an enumeration of the loops counts', () => {
    fc.assert(
      fc.property(anyLayer, fc.integer({ min: 1, max: 2 }), (layer, batch) => {
        const { ifmaps, weights, ofmaps, macs } = layerShape(layer, batch);
        expect({ ifmaps, weights, ofmaps, macs }).toEqual(countByEnumeration(layer, batch));
      }),
      { numRuns: 300 },
    );
  });

  it('has an ifmap of (E − 1)·U + span rows, no more than the padded one and short of it by less than a stride', () => {
    fc.assert(
      fc.property(anyLayer, (layer) => {
        const { H, W, E, F, Uv, Uh, spanR, spanS } = layerShape(layer, 1);
        expect([H, W]).toEqual([(E - 1) * Uv + spanR, (F - 1) * Uh + spanS]);
        const [top, left, bottom, right] = layer.type === 'fc' ? [0, 0, 0, 0] : layer.pad;
        const unused = [layer.input[1] + top + bottom - H, layer.input[2] + left + right - W];
        expect(unused[0]).toBeGreaterThanOrEqual(0);
        expect(unused[1]).toBeGreaterThanOrEqual(0);
        expect(unused[0]).toBeLessThan(Uv);
        expect(unused[1]).toBeLessThan(Uh);
      }),
    );
  });

  it('of a batch has the weights of one image, and all else once per image', () => {
    fc.assert(
      fc.property(anyLayer, fc.integer({ min: 1, max: 64 }), (layer, batch) => {
        const one = layerShape(layer, 1);
        expect(layerShape(layer, batch)).toMatchObject({
          weights: one.weights,
          ifmaps: one.ifmaps * batch,
          ofmaps: one.ofmaps * batch,
          macs: one.macs * batch,
        });
      }),
    );
  });

  it('of a fully connected layer is that of a convolution whose filter covers the ifmap', () => {
    fc.assert(
      fc.property(anyFmap, fc.integer({ min: 1, max: 50 }), (input, filters) => {
        const [, height, width] = input;
        const connected = shapeOf({ name: 'a', type: 'fc', input, filters }, 3);
        const convolved = shapeOf({ ...conv, input, filters, kernel: [height, width] }, 3);
        expect(connected).toEqual({ ...convolved, type: 'fc' });
      }),
    );
  });

  it('of a depthwise convolution has a channel and a filter per group', () => {
    expect(shapeOf({ ...conv, filters: 4, groups: 4 }, 2)).toMatchObject({
      G: 4,
      N: 2,
      C: 1,
      M: 1,
      weights: 4 * 9,
      macs: 2 * 4 * 9 * (7 * 5),
    });
    expect(shapeOf({ ...conv, filters: 8, groups: 4 })).toMatchObject({ G: 4, C: 1, M: 2, weights: 8 * 9 });
  });

  it('keeps rows between positions further apart than the filter is high', () => {
    expect(shapeOf({ ...conv, kernel: 1, stride: 3 })).toMatchObject({ E: 3, F: 3, H: 7, W: 7 });
  });
});

describe('a count', () => {
  const problemOf = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      if (error instanceof InputError) return error.problems;
      throw error;
    }
    return undefined;
  };

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('is of a whole batch, not of %d', (found) => {
    expect(problemOf(() => shapeOf(conv, found))).toEqual([
      { code: 'out-of-range', path: ['batch'], found, allowed: 'a whole number from 1' },
    ]);
  });

  it('is exact, or else its batch is refused', () => {
    const large = fc.integer({ min: 1, max: 2_000 }); // 2^53 is about 1500^5
    fc.assert(
      fc.property(fc.array(large, { minLength: 4, maxLength: 4 }), large, (sizes, batch) => {
        const [channels, height, width, filters] = sizes as [number, number, number, number];
        const layer = layerFromSpec({ ...conv, input: [channels, height, width], filters, kernel: 1 });
        const macs = [...sizes, batch].reduce((product, one) => product * BigInt(one), 1n);
        const problems = problemOf(() => layerShape(layer, batch));
        if (macs > BigInt(Number.MAX_SAFE_INTEGER)) {
          expect(problems).toMatchObject([{ code: 'out-of-range', path: ['batch'], found: batch }]);
        } else {
          expect(problems).toBeUndefined();
          expect(BigInt(layerShape(layer, batch).macs)).toBe(macs);
        }
      }),
    );
  });

  it('is refused only above 2^53 − 1', () => {
    // 2^53 − 1 = 6361 · 69431 · 20394401
    const layer = layerFromSpec({ name: 'a', type: 'fc', input: [6361], filters: 69_431 });
    expect(layerShape(layer, 20_394_401).macs).toBe(Number.MAX_SAFE_INTEGER);
    const allowed = 'a whole number from 1 to 20394401: counts of a are not exact above it';
    for (const found of [20_394_402, 1e300]) {
      const problem = { code: 'out-of-range', path: ['batch'], found, allowed };
      expect(problemOf(() => layerShape(layer, found))).toEqual([problem]);
    }
  });

  it('is refused under the name of its layer where one image is too much', () => {
    const layer = layerFromSpec({ ...conv, input: [1e6, 1e6, 1e6], filters: 1e6 });
    for (const batch of [1, 16]) {
      expect(problemOf(() => layerShape(layer, batch))).toMatchObject([
        {
          code: 'out-of-range',
          path: ['a'],
          found: expect.stringMatching(/^\d\.\d\de\+\d+ ifmap words/),
        },
      ]);
    }
  });
});

const size = (least: number, most: number) => fc.integer({ min: least, max: most });
const sizes = (least: number, most: number) => fc.tuple(size(least, most), size(least, most));
const anyFmap = fc.tuple(size(1, 4), size(1, 9), size(1, 9));

/** Padding is enough for any of these kernels to fit. */
const anyConvolution: fc.Arbitrary<Layer> = fc
  .record({
    perGroup: sizes(1, 2),
    groups: size(1, 3),
    fmap: sizes(4, 9),
    kernel: sizes(1, 4),
    stride: sizes(1, 4),
    dilation: sizes(1, 2),
    pad: fc.tuple(size(0, 3), size(0, 3), size(3, 4), size(3, 4)),
  })
  .map(({ perGroup: [channels, filters], groups, fmap, ...rest }) =>
    layerFromSpec({
      ...rest,
      name: 'a',
      type: 'conv',
      input: [channels * groups, ...fmap],
      filters: filters * groups,
      groups,
    }),
  );
const anyPool: fc.Arbitrary<Layer> = fc
  .record({ channels: size(1, 3), fmap: sizes(3, 9), kernel: sizes(1, 3), stride: sizes(1, 4) })
  .map(({ channels, fmap, ...rest }) =>
    layerFromSpec({ ...rest, name: 'a', type: 'pool', input: [channels, ...fmap], pad: [0, 1, 2, 0] }),
  );
const anyConnected: fc.Arbitrary<Layer> = fc
  .tuple(anyFmap, size(1, 5))
  .map(([input, filters]) => layerFromSpec({ name: 'a', type: 'fc', input, filters }));
const anyLayer = fc.oneof(anyConvolution, anyPool, anyConnected);

/** Runs through all multiplications of a layer and notes which words they use. */
function countByEnumeration(
  layer: Layer,
  batch: number,
): Pick<LayerShape, 'ifmaps' | 'weights' | 'ofmaps' | 'macs'> {
  const { kernel, stride, pad, dilation, groups, input, filters } = asConvolution(layer);
  const [channels, height, width] = input;
  const rows = new Set<number>();
  const columns = new Set<number>();
  const planes = new Set<string>();
  const weights = new Set<string>();
  const ofmaps = new Set<string>();
  let macs = 0;
  for (let image = 0; image < batch; image++)
    for (let filter = 0; filter < filters; filter++)
      for (let y = -pad[0]; y < height + pad[2]; y += stride[0])
        for (let x = -pad[1]; x < width + pad[3]; x += stride[1]) {
          const lastRow = y + (kernel[0] - 1) * dilation[0];
          const lastColumn = x + (kernel[1] - 1) * dilation[1];
          if (lastRow >= height + pad[2] || lastColumn >= width + pad[3]) continue;
          ofmaps.add(`${image} ${filter} ${y} ${x}`);
          for (let channel = 0; channel < channels; channel++) {
            if (Math.floor((channel * groups) / channels) !== Math.floor((filter * groups) / filters))
              continue;
            for (let i = 0; i < kernel[0]; i++)
              for (let j = 0; j < kernel[1]; j++) {
                macs += 1;
                weights.add(`${filter} ${channel} ${i} ${j}`);
                planes.add(`${image} ${channel}`);
                rows.add(y + i * dilation[0]);
                columns.add(x + j * dilation[1]);
              }
          }
        }
  const extent = (used: Set<number>) => Math.max(...used) - Math.min(...used) + 1;
  return {
    ifmaps: planes.size * extent(rows) * extent(columns),
    weights: layer.type === 'pool' ? 0 : weights.size,
    ofmaps: ofmaps.size,
    macs,
  };
}

function asConvolution(layer: Layer): Omit<ConvLayer, 'type' | 'name'> {
  if (layer.type === 'conv') return layer;
  if (layer.type === 'pool') {
    return { ...layer, filters: layer.input[0], groups: layer.input[0], dilation: [1, 1] };
  }
  const [, height, width] = layer.input;
  return {
    ...layer,
    kernel: [height, width],
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  };
}
