import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayerSpec, layerFromSpec } from '../layer/layer.ts';
import { fractionBitsFor } from './fixed-point.ts';
import { formatsOf, layerFormat } from './format.ts';
import type { ChipStep } from './plan.ts';
import type { LayerFormat } from './result.ts';

const magnitude = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .integer({ min: -20, max: 20 })
      .chain((e) => fc.double({ min: 2 ** e, max: 2 ** (e + 1), noNaN: true })),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-45, 3.4e38) },
);

const ranges = fc.record({
  ifmapFractionBits: fc.integer({ min: -126, max: 126 }),
  weights: magnitude,
  sums: magnitude,
  products: fc.integer({ min: 1, max: 60_000 }),
});

const roomFor = (products: number) => Math.max(32767 / 2, 32767 - products / 2);

describe('the format of a layer', () => {
  it('has a window within a product, which lies where the sums are', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const { ifmapFractionBits, filterFractionBits, ofmapFractionBits, truncation } = layerFormat(given);
        expect(truncation).toBeGreaterThanOrEqual(0);
        expect(truncation).toBeLessThanOrEqual(16);
        expect(ifmapFractionBits).toBe(given.ifmapFractionBits);
        expect(ifmapFractionBits + filterFractionBits - ofmapFractionBits).toBe(truncation);
      }),
      { numRuns: 1000 },
    );
  });

  it('has room for weights, and for sums with what cutting takes from them', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const { filterFractionBits, ofmapFractionBits } = layerFormat(given);
        fc.pre(given.sums > 0);
        expect(given.weights * 2 ** filterFractionBits).toBeLessThanOrEqual(32767);
        expect(given.sums * 2 ** ofmapFractionBits).toBeLessThanOrEqual(roomFor(given.products));
      }),
      { numRuns: 1000 },
    );
  });

  it('has no bit to spare: neither for sums nor for weights, unless the window ends', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        fc.pre(given.sums > 1e-30 && given.weights > 1e-30);
        const { filterFractionBits, ofmapFractionBits, truncation } = layerFormat(given);
        const sumsAreFull = given.sums * 2 ** (ofmapFractionBits + 1) > roomFor(given.products);
        const weightsAreFull = given.weights * 2 ** (filterFractionBits + 1) > 32767;
        if (!sumsAreFull)
          expect({ truncation, weightsAreFull }).toEqual({ truncation: 0, weightsAreFull: true });
        if (!weightsAreFull)
          expect({ truncation, sumsAreFull }).toEqual({ truncation: 16, sumsAreFull: true });
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves sums all their bits where weights are zero', () => {
    const { ofmapFractionBits } = layerFormat({ ifmapFractionBits: 3, weights: 0, sums: 0.75, products: 10 });
    expect(ofmapFractionBits).toBe(15);
  });
});

/** A step as far as formats are about it. */
const step = (spec: LayerSpec, input: string, sum: string, output = sum): ChipStep =>
  ({ on: 'chip', layer: layerFromSpec(spec), input, sum, output }) as unknown as ChipStep;

const conv = (name: string): LayerSpec => ({
  name,
  type: 'conv',
  input: [2, 6, 6],
  filters: 2,
  kernel: 3,
  pad: 1,
});
const pool: LayerSpec = { name: 'p', type: 'pool', input: [2, 6, 6], kernel: 2 };

describe('the formats of a network', () => {
  const steps = [
    step(pool, 'image', 'a'),
    step(conv('c1'), 'a', 'b', 'b.relu'),
    step(conv('c2'), 'b.relu', 'c'),
    step(conv('c3'), 'b.relu', 'd'),
    step(pool, 'd', 'e'),
    step(conv('c4'), 'mixed', 'f'),
    step(conv('c5'), 'mixed', 'g'),
  ];
  const magnitudes = { image: 1, a: 1, b: 5, c: 40, d: 0.1, e: 0.1, mixed: 300, f: 9, g: 1000 };
  const known = new Map(Object.entries(magnitudes));
  const formats = formatsOf(steps, known, ({ layer }) => layer.name.length);
  const of = (i: number): LayerFormat => formats.get(steps[i]!)!;

  it('read each tensor as it was written, and the same wherever it is read', () => {
    const written = new Map<string, number>();
    for (const one of steps) {
      const { ifmapFractionBits, ofmapFractionBits } = formats.get(one)!;
      const found = written.get(one.input) ?? fractionBitsFor(known.get(one.input)!);
      expect(ifmapFractionBits).toBe(found);
      written.set(one.input, found).set(one.output, ofmapFractionBits);
    }
    expect([...formats.keys()]).toEqual(steps);
  });

  it('pass through a pool', () => {
    for (const i of [0, 4]) {
      const { ifmapFractionBits, ofmapFractionBits, truncation } = of(i);
      expect({ truncation, ofmapFractionBits }).toEqual({
        truncation: 0,
        ofmapFractionBits: ifmapFractionBits,
      });
    }
  });

  it('count the products of a sum, per group', () => {
    const whole = step({ name: 'w', type: 'conv', input: [64, 3, 3], filters: 2, kernel: 3 }, 'x', 'y');
    const grouped = step({ ...(conv('g') as object), groups: 2 } as LayerSpec, 'x', 'y');
    // In units of 2^-14 the largest sum leaves room for 4 products, and not for 576
    const near = new Map([
      ['x', 1],
      ['y', (32767 - 10) / 2 ** 14],
    ]);
    expect(formatsOf([grouped], near, () => 1).get(grouped)!.ofmapFractionBits).toBe(14);
    expect(formatsOf([whole], near, () => 1).get(whole)!.ofmapFractionBits).toBe(13);
  });
});
