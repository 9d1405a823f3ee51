/**
 * The six dataflows of the analysis, written only to check the product against: they share no code with it and are exact.
 *
 * A count is a whole number of words that depends on the layer only, times a whole number that depends on the
 * mapping, over a small denominator: `f` or `e·f`, where strips and tiles of the ifmap overlap (the 1/β of the
 * model).
 */

import type { DataType, EnergyCosts, Level } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';

export const REFERENCE_DATAFLOWS = ['rs', 'ws', 'osa', 'osb', 'osc', 'nlr'] as const;
export type ReferenceDataflow = (typeof REFERENCE_DATAFLOWS)[number];

/** Always in lowest terms, with a positive denominator. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

export interface ReferenceMachine {
  readonly pes: number;
  readonly rfWords: number;
  readonly glbWords: number;
}

export type ReferenceMapping = Readonly<Record<string, number>>;

export type ReferenceCounts = Readonly<Record<Level, Readonly<Record<DataType, Fraction>>>>;

/** The parameters of each dataflow, in the order in which ties are broken. */
export const PARAMETERS: Readonly<Record<ReferenceDataflow, readonly string[]>> = {
  rs: ['m', 'n', 'f', 'p', 'q', 'r', 't'],
  ws: ['r', 't', 'f'],
  osa: ['m', 'n', 'e', 'f'],
  osb: ['m', 'n', 'p', 'f'],
  osc: ['m', 'n', 'p'],
  nlr: ['n', 'm', 'p', 'q', 'e', 'f'],
};

export const LEVELS: readonly Level[] = ['dram', 'glb', 'array', 'rf'];
const DATA_TYPES: readonly DataType[] = ['ifmap', 'weight', 'psum'];

export type Parameter = 'm' | 'n' | 'e' | 'f' | 'p' | 'q' | 'r' | 't';

/** All parameters of all dataflows; those that a dataflow does not have stay 1. */
export type Point = Record<Parameter, number>;

export const origin = (): Point => ({ m: 1, n: 1, e: 1, f: 1, p: 1, q: 1, r: 1, t: 1 });

/** One row per level (DRAM, GLB, array, RF), one column per data type (ifmap, weight, psum). */
export type Row = readonly [number, number, number];
export type Table = readonly [Row, Row, Row, Row];

/** One dataflow on one layer. */
export interface Model {
  /** Words that the GLB must hold. */
  glb(x: Point): number;
  /** Words that an RF must hold. */
  rf(x: Point): number;
  /** PEs at work, which the array must have. */
  pes(x: Point): number;
  /** The limits that are between parameters. */
  nests(x: Point): boolean;
  /** A count is `words·times/over`, entry by entry. */
  readonly words: Table;
  times(x: Point): Table;
  over(x: Point): number;
}

const ceil = (a: number, b: number): number => Math.ceil(a / b);

/** Rows of ifmap under e rows of ofmap. */
const rows = (s: LayerShape, e: number): number => s.Uv * e + s.spanR - s.Uv;

/** Columns of ifmap under f columns of ofmap. */
const columns = (s: LayerShape, f: number): number => s.Uh * f + s.spanS - s.Uh;

export const MODELS: Record<ReferenceDataflow, (s: LayerShape) => Model> = {
  rs(s) {
    const { G, N, C, M, H, R, S, E, F, weights, ofmaps, macs } = s;
    const ifmapsAh = G * N * C * H * F;
    return {
      glb: ({ m, n, f, q, r }) => n * m * E * f + n * q * r * H * columns(s, f),
      rf: ({ p, q }) => p * q * S + q * S + p,
      pes: ({ f, r, t }) => R * f * r * t,
      nests: ({ m, p, q, r, t }) => q * r <= C && p * t <= m,
      words: [
        [ifmapsAh, weights, ofmaps],
        [ifmapsAh, 0, 2 * ofmaps],
        [ifmapsAh * S, weights * F, ofmaps],
        [macs, weights * N * E * F, 2 * ofmaps],
      ],
      times: ({ m, n, f, p, q, r, t }) => [
        [ceil(M, m) * columns(s, f), ceil(N, n) * ceil(F, f) * f, f],
        [ceil(M, p * t) * columns(s, f), 0, (ceil(C, q * r) - 1) * f],
        [ceil(M, p) * f, ceil(N, n) * f, (ceil(C, q) * S - ceil(C, q * r)) * f],
        [f, f, (C * R * S - ceil(C, q) * S) * f],
      ],
      over: ({ f }) => f,
    };
  },

  ws(s) {
    const { G, N, C, M, H, R, S, E, F, weights, ofmaps, macs } = s;
    return {
      glb: ({ r, t, f }) => N * t * E * F + r * t * (columns(s, f) - S) * (R - 1),
      rf: () => 1,
      pes: ({ r, t }) => R * S * r * t,
      nests: () => true,
      words: [
        [G * N * C * H * F, weights, ofmaps],
        [0, 0, 2 * ofmaps],
        [macs, 0, ofmaps],
        [0, weights * N * E * F, 0],
      ],
      times: ({ r, t, f }) => [
        [ceil(M, t) * columns(s, f), f, f],
        [0, 0, (ceil(C, r) * R - 1) * f],
        [f, 0, (C * R * S - ceil(C, r) * R) * f],
        [0, f, 0],
      ],
      over: ({ f }) => f,
    };
  },

  osa(s) {
    const { G, N, C, M, R, S, Uh, E, F, weights, ofmaps, macs } = s;
    const ifmapsAvAh = G * N * C * E * F;
    return {
      glb: ({ m, n, e, f }) => m * C * R * S + n * C * rows(s, e) * columns(s, f),
      rf: () => Uh + Uh * R + 1,
      pes: ({ n, e, f }) => n * e * f,
      nests: () => true,
      words: [
        [ifmapsAvAh, weights, ofmaps],
        [ifmapsAvAh * M, weights, 0],
        [macs, weights * N * E * F, 0],
        [0, 0, 2 * ofmaps * (C * R * S - 1)],
      ],
      times: ({ m, n, e, f }) => [
        [ceil(M, m) * rows(s, e) * columns(s, f), e * f, e * f],
        [rows(s, e) * columns(s, f), ceil(N, n) * ceil(E, e) * ceil(F, f) * e * f, 0],
        [e * f, e * f, 0],
        [0, 0, e * f],
      ],
      over: ({ e, f }) => e * f,
    };
  },

  osb(s) {
    const { G, N, C, M, R, S, Uh, E, F, weights, ofmaps, macs } = s;
    const ifmapsRAvAh = G * N * C * E * F * R;
    return {
      glb: ({ m, n, f }) => m * C * R * S + n * C * R * columns(s, f),
      rf: () => Uh + 1,
      pes: ({ n, p, f }) => n * p * f,
      nests: ({ m, p }) => p <= m,
      words: [
        [ifmapsRAvAh, weights, ofmaps],
        [ifmapsRAvAh, weights * E, 0],
        [macs, weights * N * E * F, 0],
        [0, 0, 2 * ofmaps * (C * R * S - 1)],
      ],
      times: ({ m, n, p, f }) => [
        [ceil(M, m) * columns(s, f), f, f],
        [ceil(M, p) * columns(s, f), ceil(N, n) * ceil(F, f) * f, 0],
        [f, f, 0],
        [0, 0, f],
      ],
      over: ({ f }) => f,
    };
  },

  osc(s) {
    const { G, N, C, M, R, S, E, F, weights, ofmaps, macs } = s;
    const ifmapsRSAvAh = G * N * C * E * F * R * S;
    return {
      glb: ({ m, n }) => (m + n) * C * R * S,
      rf: () => 1,
      pes: ({ n, p }) => n * p,
      nests: ({ m, p }) => p <= m,
      words: [
        [ifmapsRSAvAh, weights, ofmaps],
        [ifmapsRSAvAh, weights * E * F, 0],
        [macs, weights * N * E * F, 0],
        [0, 0, 2 * ofmaps * (C * R * S - 1)],
      ],
      times: ({ m, n, p }) => [
        [ceil(M, m), 1, 1],
        [ceil(M, p), ceil(N, n), 0],
        [1, 1, 0],
        [0, 0, 1],
      ],
      over: () => 1,
    };
  },

  nlr(s) {
    const { G, N, C, M, R, S, E, F, weights, ofmaps, macs } = s;
    const ifmapsAvAh = G * N * C * E * F;
    return {
      glb: ({ n, m, q, e, f }) => n * q * rows(s, e) * columns(s, f) + m * q * R * S + n * m * e * f,
      rf: () => 0,
      pes: ({ p, q }) => p * q,
      nests: ({ m, p }) => p <= m,
      words: [
        [ifmapsAvAh, weights, ofmaps],
        [ifmapsAvAh * R * S, weights * N * E * F, 2 * ofmaps],
        [macs, 0, ofmaps],
        [0, 0, 0],
      ],
      times: ({ n, m, p, q, e, f }) => [
        [ceil(M, m) * rows(s, e) * columns(s, f), ceil(N, n) * ceil(E, e) * ceil(F, f) * e * f, e * f],
        [ceil(M, p) * e * f, e * f, (ceil(C, q) * R * S - 1) * e * f],
        [e * f, 0, (C * R * S - ceil(C, q) * R * S) * e * f],
        [0, 0, 0],
      ],
      over: ({ e, f }) => e * f,
    };
  },
};

/** The dimension that each parameter tiles, which is its largest value. */
export function largest(shape: LayerShape, parameter: string): number {
  const { M, N, C, E, F } = shape;
  return { m: M, p: M, t: M, q: C, r: C, n: N, e: E, f: F }[parameter as Parameter];
}

function pointOf(dataflow: ReferenceDataflow, mapping: ReferenceMapping): Point {
  const point = origin();
  for (const parameter of PARAMETERS[dataflow]) {
    const value = mapping[parameter];
    if (value === undefined) throw new Error(`${dataflow} mapping without ${parameter}`);
    point[parameter as Parameter] = value;
  }
  return point;
}

export const withinLimits = (model: Model, machine: ReferenceMachine, x: Point): boolean =>
  model.nests(x) &&
  model.glb(x) <= machine.glbWords &&
  model.pes(x) <= machine.pes &&
  model.rf(x) <= machine.rfWords;

/** Exact access counts of the whole layer. */
export function referenceCounts(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  mapping: ReferenceMapping,
): ReferenceCounts {
  const model = MODELS[dataflow](shape);
  const x = pointOf(dataflow, mapping);
  const times = model.times(x);
  const over = BigInt(model.over(x));
  const ofLevel = (level: number) =>
    byKey(DATA_TYPES, (_, data) =>
      fraction(whole(model.words[level]![data]!) * whole(times[level]![data]!), over),
    );
  return byKey(LEVELS, (_, level) => ofLevel(level));
}

/** The smallest machine that the mapping fits on. */
export function referenceNeeds(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  mapping: ReferenceMapping,
): ReferenceMachine {
  const model = MODELS[dataflow](shape);
  const x = pointOf(dataflow, mapping);
  return { pes: model.pes(x), rfWords: model.rf(x), glbWords: model.glb(x) };
}

/** Whether every parameter is in its range and every limit is kept. */
export function referenceFits(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  machine: ReferenceMachine,
  mapping: ReferenceMapping,
): boolean {
  const inRange = PARAMETERS[dataflow].every((parameter) => {
    const value = mapping[parameter]!;
    return Number.isInteger(value) && value >= 1 && value <= largest(shape, parameter);
  });
  return inRange && withinLimits(MODELS[dataflow](shape), machine, pointOf(dataflow, mapping));
}

export function referenceActivePes(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  mapping: ReferenceMapping,
): number {
  return MODELS[dataflow](shape).pes(pointOf(dataflow, mapping));
}

/** Energy of these accesses and of the MACs in the ALU. */
export function referenceEnergy(counts: ReferenceCounts, macs: number, costs: EnergyCosts): Fraction {
  let sum = multiply(exactly(costs.alu), { num: whole(macs), den: 1n });
  for (const level of LEVELS) {
    for (const data of DATA_TYPES) sum = add(sum, multiply(exactly(costs[level]), counts[level][data]));
  }
  return sum;
}

/** DRAM accesses of all data types. */
export const referenceDram = ({ dram }: ReferenceCounts): Fraction =>
  add(add(dram.ifmap, dram.weight), dram.psum);

/** Product of the parameters' ranges. */
export const spaceSize = (dataflow: ReferenceDataflow, shape: LayerShape): number =>
  PARAMETERS[dataflow].reduce((size, parameter) => size * largest(shape, parameter), 1);

export function whole(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is not exact`);
  return BigInt(value);
}

/** The number that a person who writes this double in the shortest way means. */
export function exactly(value: number): Fraction {
  const parts = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!parts) throw new Error(`${value} is not a cost`);
  const [, units, decimals = '', exponent = '0'] = parts;
  const digits = BigInt(`${units}${decimals}`);
  const shift = Number(exponent) - decimals.length;
  return shift < 0 ? fraction(digits, 10n ** BigInt(-shift)) : fraction(digits * 10n ** BigInt(shift), 1n);
}

function fraction(num: bigint, den: bigint): Fraction {
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

const add = (a: Fraction, b: Fraction): Fraction => fraction(a.num * b.den + b.num * a.den, a.den * b.den);

const multiply = (a: Fraction, b: Fraction): Fraction => fraction(a.num * b.num, a.den * b.den);

export const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

export function byKey<K extends string, V>(
  keys: readonly K[],
  value: (key: K, index: number) => V,
): Record<K, V> {
  return Object.fromEntries(keys.map((key, index) => [key, value(key, index)])) as Record<K, V>;
}
