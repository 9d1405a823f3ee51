import type { DataType, EnergyCosts, PerLevelAndData } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';

/**
 * How the uses of one value are split over the hierarchy (ISCA 2016, section VI-C): *a* at the DRAM, each of
 * them *b* at the GLB, each of those *c* over the array, each of those *d* at the RF. An input is used, and a
 * psum accumulated, a·b·c·d times. A level that the data type skips has factor 1.
 */
export interface ReuseFactors {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** The reuse factors of an average value of each data type, from a mapping's counts. */
export function reuseFactors(shape: LayerShape, accesses: PerLevelAndData): Record<DataType, ReuseFactors> {
  return {
    ifmap: inputFactors(shape.ifmaps, accesses, 'ifmap'),
    weight: inputFactors(shape.weights, accesses, 'weight'),
    psum: psumFactors(shape.ofmaps, accesses),
  };
}

function inputFactors(words: number, accesses: PerLevelAndData, data: 'ifmap' | 'weight'): ReuseFactors {
  let uses = words;
  const factor = (count: number) => {
    if (count === 0) return 1;
    const times = count / uses;
    uses = count;
    return times;
  };
  const { dram, glb, array, rf } = accesses;
  return { a: factor(dram[data]), b: factor(glb[data]), c: factor(array[data]), d: factor(rf[data]) };
}

function psumFactors(words: number, { dram, glb, array, rf }: PerLevelAndData): ReuseFactors {
  const a = (dram.psum / words + 1) / 2;
  const b = 1 + glb.psum / words / (2 * a);
  const c = 1 + array.psum / words / (a * b);
  const d = 1 + rf.psum / words / (2 * a * b * c);
  return { a, b, c, d };
}

/**
 * Energy of one input value, Eq. (3): `a·EC(DRAM) + ab·EC(GLB) + abc·EC(array) + abcd·EC(RF)`, every level in
 * use.
 */
export const inputEnergy = ({ a, b, c, d }: ReuseFactors, costs: EnergyCosts): number =>
  a * costs.dram + a * b * costs.glb + a * b * c * costs.array + a * b * c * d * costs.rf;

/**
 * Energy of one psum, Eq. (4): `(2a−1)·EC(DRAM) + 2a(b−1)·EC(GLB) + ab(c−1)·EC(array) + 2abc(d−1)·EC(RF)`. A
 * level with factor 1 charges nothing by itself.
 */
export const psumEnergy = ({ a, b, c, d }: ReuseFactors, costs: EnergyCosts): number =>
  (2 * a - 1) * costs.dram +
  2 * a * (b - 1) * costs.glb +
  a * b * (c - 1) * costs.array +
  2 * a * b * c * (d - 1) * costs.rf;
