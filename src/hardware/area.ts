import { atMost, type Fraction, fraction, sum, times, toNumber } from './fraction.ts';

/**
 * What a byte of memory costs in area, by the size of the memory: points of whole bytes and µm² per byte, the bytes
 * rising, at least one point, all numbers above 0. Area per byte is linear between two points; below the first and
 * above the last it is theirs.
 */
export type AreaCurve = readonly (readonly [bytes: number, areaPerByte: number])[];

/** Memories in commercial 65 nm, as behind Eyeriss, ISCA 2016, figure 7. */
export const EYERISS_AREA_CURVE: AreaCurve = [
  [2, 103.47],
  [4, 172.07],
  [8, 177.07],
  [16, 169.89],
  [32, 96.06],
  [64, 59.15],
  [128, 39.94],
  [256, 27.48],
  [512, 20.87],
  [1024, 16.14],
  [2048, 13.89],
  [4096, 12.7],
];

/**
 * The area that RFs and GLB share, in µm²; or the one that `pes` RFs of so many bytes and a GLB of their total
 * size take.
 */
export type AreaBudget = { readonly area: number } | { readonly rfBytesPerPe: number };

/** Area of one memory of whole `bytes`, in µm². */
export function area(curve: AreaCurve, bytes: number): number {
  return toNumber(areaOf(exactPoints(curve), BigInt(bytes)));
}

/**
 * The largest GLB, in whole bytes, that fits in a budget next to `pes` RFs of `rfBytes` whole bytes each; undefined
 * where the RFs alone take more. Exact: numbers count as the decimals that they are written as, so that a GLB that
 * should come out at the baseline's size does, to the byte.
 */
export function equalAreaBytes(
  curve: AreaCurve,
  pes: number,
  rfBytes: number,
  budget: AreaBudget,
): number | undefined {
  const points = exactPoints(curve);
  const rfs = (bytes: number) => times(BigInt(pes), areaOf(points, BigInt(bytes)));
  const total =
    'area' in budget
      ? fraction(budget.area)
      : sum(rfs(budget.rfBytesPerPe), areaOf(points, BigInt(pes) * BigInt(budget.rfBytesPerPe)));
  const left = sum(total, times(-1n, rfs(rfBytes)));
  return left[0] < 0n ? undefined : Number(largestBytes(points, left));
}

/** A curve from 0 bytes on, in whole numbers: the areas per byte are `rate / scale`. */
interface ExactPoints {
  readonly points: readonly (readonly [bytes: bigint, rate: bigint])[];
  readonly scale: bigint;
}

function exactPoints(curve: AreaCurve): ExactPoints {
  const rates = curve.map(([, areaPerByte]) => fraction(areaPerByte));
  let scale = 1n;
  for (const [, powerOfTen] of rates) if (powerOfTen > scale) scale = powerOfTen;
  const points = rates.map(([n, d], i) => [BigInt(curve[i]![0]), n * (scale / d)] as const);
  return { points: [[0n, points[0]![1]], ...points], scale };
}

function areaOf(exact: ExactPoints, bytes: bigint): Fraction {
  const i = exact.points.findLastIndex(([start]) => start <= bytes);
  return areaFrom(exact, i, bytes);
}

/** Area of a size between point i and the next. */
function areaFrom({ points, scale }: ExactPoints, i: number, bytes: bigint): Fraction {
  const [start, rate] = points[i]!;
  const [end, nextRate] = points[i + 1] ?? [start + 1n, rate];
  const width = end - start;
  return [bytes * (rate * width + (nextRate - rate) * (bytes - start)), width * scale];
}

/**
 * The largest whole number of bytes whose area is at most `budget` (which 0 bytes fit in).
 *
 * The curve may fall so steeply that more bytes cost less. Between two points, though, area as a function of bytes
 * is rising (where area per byte rises) or concave (where it falls), so:
 * - where both points are over the budget, so is all between them, hence the answer lies right after the largest
 *   point that is affordable;
 * - where only the second is over, what is affordable is one stretch from the first on, whose end bisection finds.
 */
function largestBytes(exact: ExactPoints, budget: Fraction): bigint {
  const { points, scale } = exact;
  const last = points.findLastIndex(([bytes], i) => atMost(areaFrom(exact, i, bytes), budget));
  const [start, rate] = points[last]!;
  const bytesAtLastRate = (budget[0] * scale) / (budget[1] * rate);
  let affordable = start;
  let tooMany = points[last + 1]?.[0] ?? bytesAtLastRate + 1n;
  while (tooMany - affordable > 1n) {
    const middle = (affordable + tooMany) / 2n;
    if (atMost(areaFrom(exact, last, middle), budget)) affordable = middle;
    else tooMany = middle;
  }
  return affordable;
}
