import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AreaCurve, area, EYERISS_AREA_CURVE, equalAreaBytes } from './area.ts';

/** RF bytes per PE of each dataflow. */
const RF_BYTES = { RS: 512, WS: 2, OSA: 98, OSB: 10, OSC: 2, NLR: 0 };

const baseline = { rfBytesPerPe: 512 };

const glbBytes = (pes: number, rfBytes: number) =>
  equalAreaBytes(EYERISS_AREA_CURVE, pes, rfBytes, baseline)!;

describe('the storage split of figure 7b, at 256 PEs', () => {
  const sizes = Object.entries(RF_BYTES).map(([name, rf]) => ({ name, rf, glb: glbBytes(256, rf) }));

  it('gives every dataflow its GLB', () => {
    const kilobytes = sizes.map(({ name, glb }) => [name, (glb / 1024).toFixed(1)]);
    expect(Object.fromEntries(kilobytes)).toEqual({
      RS: '128.0',
      WS: '334.3',
      OSA: '243.9',
      OSB: '303.8',
      OSC: '334.3',
      NLR: '338.3',
    });
  });

  it('gives WS 2.6 times the GLB of RS', () => {
    expect((glbBytes(256, RF_BYTES.WS) / glbBytes(256, RF_BYTES.RS)).toFixed(1)).toBe('2.6');
  });

  it('lets total storage differ by 82.3 kB', () => {
    const totals = sizes.map(({ rf, glb }) => 256 * rf + glb);
    expect(((Math.max(...totals) - Math.min(...totals)) / 1024).toFixed(1)).toBe('82.3');
  });
});

describe('area', () => {
  it('is that of a point, in between that of the line, outside that of the nearest point', () => {
    expect(area(EYERISS_AREA_CURVE, 512)).toBe(10685.44);
    expect(area(EYERISS_AREA_CURVE, 24)).toBe(3191.4);
    expect(area(EYERISS_AREA_CURVE, 1)).toBe(103.47);
    expect(area(EYERISS_AREA_CURVE, 8192)).toBe(104038.4);
    expect(area(EYERISS_AREA_CURVE, 0)).toBe(0);
  });

  it('is larger for 24 bytes than for 32', () => {
    expect(area(EYERISS_AREA_CURVE, 24)).toBeGreaterThan(area(EYERISS_AREA_CURVE, 32));
  });
});

describe('equalAreaBytes', () => {
  it('returns the baseline to the byte, for every number of PEs', () => {
    for (let pes = 1; pes <= 4096; pes++) expect(glbBytes(pes, 512)).toBe(512 * pes);
  });

  it('takes the largest size where several cost the same or less', () => {
    const price = area(EYERISS_AREA_CURVE, 24);
    expect(equalAreaBytes(EYERISS_AREA_CURVE, 1, 0, { area: price })).toBe(34);
  });

  it('has nothing to give where the RFs take more than there is', () => {
    expect(equalAreaBytes(EYERISS_AREA_CURVE, 256, 1024, { area: 256 * 1024 * 16.14 })).toBe(0);
    expect(equalAreaBytes(EYERISS_AREA_CURVE, 256, 1024, { area: 256 * 1024 * 16.14 - 1 })).toBeUndefined();
  });

  it('buys the largest affordable size on any curve', () => {
    fc.assert(
      fc.property(curve(), fc.integer({ min: 0, max: 12_000 }), (points, cents) => {
        const bought = equalAreaBytes(points, 1, 0, { area: cents / 100 })!;
        expect(bought).toBe(largestByTrying(points, cents));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives back the size of a memory whose area it is given, or a larger one that costs no more', () => {
    fc.assert(
      fc.property(
        curve(),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (points, b, pes) => {
          const left = equalAreaBytes(points, pes, b, { rfBytesPerPe: b })!;
          expect(left).toBeGreaterThanOrEqual(pes * b);
          expect(area(points, left)).toBeLessThanOrEqual(area(points, pes * b));
        },
      ),
    );
  });
});

/** Curves of up to six points in whole cents per byte, up to 40 bytes. */
const curve = (): fc.Arbitrary<AreaCurve> =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100, max: 2000 })), {
      minLength: 1,
      maxLength: 6,
      selector: ([bytes]) => bytes,
    })
    .map((points) => points.sort(([a], [b]) => a - b).map(([bytes, cents]) => [bytes, cents / 100] as const));

/**
 * By trying every size, the largest first: at 100 cents a byte and more, `cents` buy at most `cents / 100`
 * bytes.
 */
function largestByTrying(points: AreaCurve, cents: number): number {
  let bytes = Math.floor(cents / 100);
  while (!isAffordable(points, bytes, cents)) bytes--;
  return bytes;
}

/** In whole numbers. */
function isAffordable(points: AreaCurve, bytes: number, cents: number): boolean {
  const i = points.findLastIndex(([start]) => start <= bytes);
  const [start, price] = inCents(points[Math.max(i, 0)]!);
  const [end, nextPrice] = inCents(points[i + 1] ?? points[i]!);
  if (i < 0 || end === start) return bytes * price <= cents;
  return bytes * (price * (end - start) + (nextPrice - price) * (bytes - start)) <= cents * (end - start);
}

const inCents = ([bytes, price]: AreaCurve[number]) => [bytes, Math.round(price * 100)] as const;
