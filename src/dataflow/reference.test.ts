import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { generator, largeCase, randomMapping, shapeOf, smallCase } from './arbitrary.testing.ts';
import {
  type Fraction,
  PARAMETERS,
  REFERENCE_DATAFLOWS,
  type ReferenceCounts,
  type ReferenceDataflow,
  type ReferenceMachine,
  type ReferenceMapping,
  referenceActivePes,
  referenceCounts,
  referenceDram,
  referenceEnergy,
  referenceFits,
  referenceNeeds,
  spaceSize,
} from './reference.testing.ts';

/** N = G = 2, C = 3, M = 4; R = 2, S = 3; H = 4, W = 7; E = 3, F = 5. */
const plain = shapeOf({
  layer: { name: 'plain', type: 'conv', input: [6, 4, 7], filters: 8, kernel: [2, 3], groups: 2 },
  batch: 2,
});

/** All of N, G, C, M, E are 1; R = S = 2 span 3 rows and 4 columns; strides 1 and 5; H = 3, W = 14; F = 3. */
const dilated = shapeOf({
  layer: {
    name: 'dilated',
    type: 'conv',
    input: [1, 1, 15],
    filters: 1,
    kernel: 2,
    stride: [1, 5],
    dilation: [2, 3],
    pad: [2, 0, 0, 1],
  },
  batch: 1,
});

const _pool = shapeOf({ layer: { name: 'pool', type: 'pool', input: [3, 6, 9], kernel: 3 }, batch: 2 });

/** Halves as doubles, which hold them. */
const asNumbers = (counts: ReferenceCounts): number[][] =>
  LEVELS.map((level) =>
    DATA_TYPES.map((data) => Number(counts[level][data].num) / Number(counts[level][data].den)),
  );

describe('counts worked out by hand', () => {
  test('the shapes are the ones meant', () => {
    expect(plain).toMatchObject({ G: 2, N: 2, C: 3, M: 4, R: 2, S: 3, H: 4, W: 7, E: 3, F: 5 });
    expect(plain).toMatchObject({ ifmaps: 336, weights: 144, ofmaps: 240, macs: 4320 });
    expect(dilated).toMatchObject({ G: 1, N: 1, C: 1, M: 1, R: 2, S: 2, H: 3, W: 14, E: 1, F: 3, macs: 12 });
  });

  const examples: [ReferenceDataflow, ReferenceMapping, ReferenceMachine, number[][]][] = [
    [
      'rs',
      { m: 4, n: 1, f: 2, p: 1, q: 2, r: 1, t: 3 },
      { pes: 12, rfWords: 13, glbWords: 56 },
      [
        [480, 864, 240],
        [960, 0, 480],
        [2880, 1440, 960],
        [4320, 4320, 5760],
      ],
    ],
    [
      'ws',
      { r: 2, t: 3, f: 2 },
      { pes: 36, rfWords: 1, glbWords: 96 },
      [
        [960, 144, 240],
        [0, 0, 1440],
        [4320, 0, 3360],
        [0, 4320, 0],
      ],
    ],
    [
      'osa',
      { m: 3, n: 1, e: 2, f: 2 },
      { pes: 4, rfWords: 4, glbWords: 90 },
      [
        [1080, 144, 240],
        [2160, 1728, 0],
        [4320, 4320, 0],
        [0, 0, 8160],
      ],
    ],
    [
      'osb',
      { m: 3, n: 1, p: 1, f: 2 },
      { pes: 2, rfWords: 2, glbWords: 78 },
      [
        [1440, 144, 240],
        [2880, 2592, 0],
        [4320, 4320, 0],
        [0, 0, 8160],
      ],
    ],
    [
      'osc',
      { m: 4, n: 2, p: 2 },
      { pes: 4, rfWords: 1, glbWords: 108 },
      [
        [1080, 144, 240],
        [2160, 2160, 0],
        [4320, 4320, 0],
        [0, 0, 8160],
      ],
    ],
    [
      'nlr',
      { n: 1, m: 3, p: 2, q: 2, e: 2, f: 2 },
      { pes: 4, rfWords: 0, glbWords: 72 },
      [
        [1080, 1728, 240],
        [2160, 4320, 5280],
        [4320, 0, 1440],
        [0, 0, 0],
      ],
    ],
  ];

  test.each(examples)('%s', (dataflow, mapping, needs, counts) => {
    expect(asNumbers(referenceCounts(dataflow, plain, mapping))).toEqual(counts);
    expect(referenceNeeds(dataflow, plain, mapping)).toEqual(needs);
    expect(referenceActivePes(dataflow, plain, mapping)).toBe(needs.pes);
    expect(referenceFits(dataflow, plain, needs, mapping)).toBe(true);
    for (const limit of ['pes', 'rfWords', 'glbWords'] as const) {
      expect(referenceFits(dataflow, plain, { ...needs, [limit]: needs[limit] - 1 }, mapping)).toBe(false);
    }
  });

  test('a dilated filter whose strides leave columns out, in strips of 2 columns of 3', () => {
    // w = 5·2 + 4 − 5 = 9, so αh/βh = (3/14)·(9/2) = 27/28 and the 42 words of ifmap count as 40.5.
    const rs = { m: 1, n: 1, f: 2, p: 1, q: 1, r: 1, t: 1 };
    expect(asNumbers(referenceCounts('rs', dilated, rs))).toEqual([
      [40.5, 8, 3],
      [40.5, 0, 0],
      [18, 12, 3],
      [12, 12, 12],
    ]);
    expect(referenceNeeds('rs', dilated, rs)).toEqual({ pes: 4, rfWords: 5, glbWords: 2 + 27 });
    expect(referenceNeeds('ws', dilated, { r: 1, t: 1, f: 2 }).glbWords).toBe(3 + 7);
    expect(referenceNeeds('osa', dilated, { m: 1, n: 1, e: 1, f: 2 })).toEqual({
      pes: 2,
      rfWords: 16,
      glbWords: 4 + 27,
    });
    expect(referenceNeeds('osb', dilated, { m: 1, n: 1, p: 1, f: 2 })).toEqual({
      pes: 2,
      rfWords: 6,
      glbWords: 4 + 18,
    });
  });

  test('a mapping outside the ranges or with parameters that do not nest does not fit', () => {
    const endless = { pes: Infinity, rfWords: Infinity, glbWords: Infinity };
    const fits = (dataflow: ReferenceDataflow, mapping: ReferenceMapping) =>
      referenceFits(dataflow, plain, endless, mapping);
    const rs = { m: 4, n: 2, f: 5, p: 2, q: 1, r: 3, t: 2 };
    expect(fits('rs', rs)).toBe(true);
    expect(fits('rs', { ...rs, n: 3 })).toBe(false);
    expect(fits('rs', { ...rs, n: 0 })).toBe(false);
    expect(fits('rs', { ...rs, n: 1.5 })).toBe(false);
    expect(fits('rs', { ...rs, m: 3 })).toBe(false);
    expect(fits('rs', { ...rs, q: 2 })).toBe(false);
    expect(fits('osb', { m: 2, n: 1, p: 3, f: 1 })).toBe(false);
    expect(fits('osc', { m: 2, n: 1, p: 3 })).toBe(false);
    expect(fits('nlr', { n: 1, m: 2, p: 3, q: 1, e: 1, f: 1 })).toBe(false);
  });

  test('the space is the product of the ranges', () => {
    const sizes = REFERENCE_DATAFLOWS.map((dataflow) => spaceSize(dataflow, plain));
    expect(sizes).toEqual([
      4 * 2 * 5 * 4 * 3 * 3 * 4,
      3 * 4 * 5,
      4 * 2 * 3 * 5,
      4 * 2 * 4 * 5,
      4 * 2 * 4,
      1440,
    ]);
  });

  test('energy takes costs as the decimals they are written as', () => {
    const counts = referenceCounts('osc', plain, { m: 4, n: 2, p: 2 });
    // (1080 + 144 + 240)·0.1 + (2160 + 2160)·0.2 + (4320 + 4320)·0.3 + 8160·1.1 + 4320·0.0000002
    const costs = { dram: 0.1, glb: 0.2, array: 0.3, rf: 1.1, alu: 2e-7 };
    expect(referenceEnergy(counts, plain.macs, costs)).toEqual(decimal(12578400864n, 1_000_000n));
    expect(referenceDram(counts)).toEqual({ num: 1464n, den: 1n });
  });
});

describe('any mapping', () => {
  const anyMapping = fc.oneof(smallCase(), largeCase()).chain((drawn) =>
    fc.constantFrom(...REFERENCE_DATAFLOWS).map((dataflow) => {
      const shape = shapeOf(drawn);
      const mapping = randomMapping(dataflow, shape, drawn.machine, generator(drawn.seed));
      return { dataflow, shape, machine: drawn.machine, mapping };
    }),
  );

  test('fits where it is drawn to fit', () => {
    fc.assert(
      fc.property(anyMapping, ({ dataflow, shape, machine, mapping }) => {
        const ones = Object.fromEntries(PARAMETERS[dataflow].map((parameter) => [parameter, 1]));
        const fits = referenceFits(dataflow, shape, machine, mapping ?? ones);
        expect(fits).toBe(mapping !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  test('has no negative count, no weights where a layer has none, and the counts that are MACs', () => {
    fc.assert(
      fc.property(anyMapping, ({ dataflow, shape, mapping }) => {
        fc.pre(mapping !== undefined);
        const counts = referenceCounts(dataflow, shape, mapping);
        const all = LEVELS.flatMap((level) => DATA_TYPES.map((data) => counts[level][data]));
        expect(all.every(({ num, den }) => num >= 0n && den > 0n)).toBe(true);
        const macs = { num: BigInt(shape.macs), den: 1n };
        const weighted = shape.type === 'pool' ? { num: 0n, den: 1n } : macs;
        if (shape.type === 'pool') {
          for (const level of LEVELS) expect(counts[level].weight.num).toBe(0n);
        }
        if (dataflow === 'rs') expect(counts.rf).toMatchObject({ ifmap: macs, weight: weighted });
        else expect(counts.array.ifmap).toEqual(macs);
        if (dataflow === 'ws') expect(counts.rf.weight).toEqual(weighted);
        if (dataflow === 'nlr') expect(counts.glb.weight).toEqual(weighted);
        if (dataflow.startsWith('os')) expect(counts.array.weight).toEqual(weighted);
        const { ifmaps, M, R, S, E, F, H, W } = shape;
        expect(BigInt(ifmaps * M * R * S) * BigInt(E * F)).toBe(macs.num * BigInt(H * W));
      }),
      { numRuns: 500 },
    );
  });

  test('accumulates every psum as often as there are products to add', () => {
    fc.assert(
      fc.property(anyMapping, ({ dataflow, shape, mapping }) => {
        fc.pre(mapping !== undefined);
        const { glb, array, rf } = referenceCounts(dataflow, shape, mapping);
        const additions = glb.psum.num / 2n + array.psum.num + rf.psum.num / 2n;
        expect(additions).toBe(BigInt(shape.macs - shape.ofmaps));
      }),
      { numRuns: 500 },
    );
  });
});

/** num/den in lowest terms, where den is a power of ten. */
function decimal(num: bigint, den: bigint): Fraction {
  let [top, bottom] = [num, den];
  for (const prime of [2n, 5n]) {
    while (top % prime === 0n && bottom % prime === 0n) [top, bottom] = [top / prime, bottom / prime];
  }
  return { num: top, den: bottom };
}
