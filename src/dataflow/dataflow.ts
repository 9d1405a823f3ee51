import type { PerLevelAndData } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
import type { Dimension, LayerShape } from '../layer/shape.ts';

/** One value per parameter of a dataflow, under the paper's letter; whole numbers from 1. */
export type Mapping = Readonly<Record<string, number>>;

/** One parameter of a mapping space. Its range is 1 to the size of the dimension that it tiles. */
export interface Parameter {
  /** The paper's letter. */
  readonly name: string;
  readonly tiles: Dimension;
  /** What the letter counts. */
  readonly means: string;
}

/** The mapping type that a list of parameters spans. */
export type MappingOf<P extends readonly Parameter[]> = Readonly<Record<P[number]['name'], number>>;

export type LimitName =
  | 'glb'
  | 'rf'
  | 'pes'
  | 'channels'
  | 'filters'
  | 'filter scratchpad'
  | 'ifmap scratchpad'
  | 'psum scratchpad'
  | 'array'
  | 'ids';

/** What each limit counts. */
export const LIMIT_UNITS: Readonly<Record<LimitName, string>> = {
  glb: 'words',
  rf: 'words',
  pes: 'PEs',
  channels: 'channels',
  filters: 'filters',
  'filter scratchpad': 'words',
  'ifmap scratchpad': 'words',
  'psum scratchpad': 'words',
  array: 'rows of PEs',
  ids: 'IDs',
};

/**
 * `needed ≤ available`, the condition under which a mapping can run. `needed` never falls with a parameter, and is affine
 * in each parameter alone: the search derives the largest value that fits from two samples.
 */
export interface Limit<X extends Mapping = Mapping> {
  readonly name: LimitName;
  /** Parameters with which `needed` rises in steps instead, and does not depend on others: it is rounded up. */
  readonly risesInStepsWith?: readonly (keyof X & string)[];
  needed(mapping: X): number;
  /** A number, or what the mapping itself makes available (never falling with a parameter). */
  readonly available: number | ((mapping: X) => number);
}

/**
 * A way to lay out a convolution on a PE array: a mapping space, its limits and its access counts (ISCA 2016,
 * sections IV and V).
 *
 * A dataflow's counts are linear in its *trips*: products of the ceilings `⌈dimension / parameter⌉`, each
 * saying how often some loop comes round. They never rise with a parameter. That split is what lets one search
 * serve every dataflow: it bounds a set of mappings by taking each trip at its own best.
 */
export interface Dataflow<X extends Mapping = Mapping> {
  /** The name on the command line: `rs`. */
  readonly id: string;
  /** The paper's short name: `RS`. */
  readonly name: string;
  readonly title: string;
  /** Words of RF per PE that the dataflow takes where dataflows share an area (docs/model.md, equal area). */
  readonly rfWords: number;
  /** In the order in which ties are broken towards smaller values. */
  readonly parameters: readonly Parameter[];
  /** Whether rows and columns play the same part: parameters e and f may be swapped where the layer is square. */
  readonly isMirrored?: true;
  /** The tile sizes whose halo counts in `halo`, of e and f; the others it counts in its trips. Default: both. */
  readonly haloOver?: readonly ('e' | 'f')[];
  limits(shape: LayerShape, storage: StorageSizes): readonly Limit<X>[];
  /** PEs that compute; a product of parameters, and the `needed` of the limit `pes`. */
  activePes(shape: LayerShape, mapping: X): number;
  /** How often each of the dataflow's loops comes round. */
  trips(shape: LayerShape, mapping: X): readonly number[];
  /**
   * Words read and written over the whole layer. Linear in each of `trips` and in `halo`, and never falling with
   * `halo`, which is ifmap words per ofmap pixel of a tile: `(h/e)·(w/f)` over those of e and f that the dataflow
   * tiles.
   */
  accesses(shape: LayerShape, trips: readonly number[], halo: number): PerLevelAndData;
}

/** `⌈a / b⌉`. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Rows of ifmap under e rows of ofmap: `h = U·e + R − U`. */
export const tileRows = (shape: LayerShape, e: number): number => shape.Uv * e + shape.spanR - shape.Uv;

/** Columns of ifmap under f columns of ofmap: `w = U·f + S − U`. */
export const tileColumns = (shape: LayerShape, f: number): number => shape.Uh * f + shape.spanS - shape.Uh;

/** One weight is used per MAC, but a pooling layer has none: `weights·N·E·F`. */
export const weightUses = ({ weights, N, E, F }: LayerShape): number => weights * N * E * F;

/** A fraction of whole numbers. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** True if two fractions are equal, however large their parts. */
export function isSameRatio(a: Ratio, b: Ratio): boolean {
  const [left, right] = [a.numerator * b.denominator, b.numerator * a.denominator];
  if (Math.max(left, right) <= Number.MAX_SAFE_INTEGER) return left === right;
  return BigInt(a.numerator) * BigInt(b.denominator) === BigInt(b.numerator) * BigInt(a.denominator);
}

/** The words of ifmap per ofmap pixel of a tile that a dataflow's counts depend on. */
export function haloOf({ haloOver }: Dataflow, shape: LayerShape, mapping: Mapping): Ratio {
  if (haloOver === undefined) return tileHalo(shape, mapping);
  const tile = haloOver.map((letter) => [letter, mapping[letter]!]);
  return tileHalo(shape, Object.fromEntries(tile));
}

/** Words of ifmap per pixel of an e × f ofmap tile; a direction that the mapping does not tile counts as 1. */
export function tileHalo(shape: LayerShape, { e, f }: Mapping): Ratio {
  const rows = e === undefined ? 1 : tileRows(shape, e);
  const columns = f === undefined ? 1 : tileColumns(shape, f);
  return { numerator: rows * columns, denominator: (e ?? 1) * (f ?? 1) };
}

/** Mappings in a dataflow's space: the product of the parameters' ranges. */
export const spaceSize = (dataflow: Dataflow, shape: LayerShape): number =>
  dataflow.parameters.reduce((size, { tiles }) => size * shape[tiles], 1);

/** The mapping that needs least of everything. */
export const allOnes = (dataflow: Dataflow): Mapping =>
  Object.fromEntries(dataflow.parameters.map(({ name }) => [name, 1]));

/** A limit that a mapping breaks, and by how much. */
export interface BrokenLimit {
  readonly name: LimitName;
  readonly needed: number;
  readonly available: number;
}

/** The limits that a mapping breaks: none if it can run. */
export function brokenLimits<X extends Mapping>(limits: readonly Limit<X>[], mapping: X): BrokenLimit[] {
  return limits
    .map((limit) => ({
      name: limit.name,
      needed: limit.needed(mapping),
      available: availableIn(limit, mapping),
    }))
    .filter(({ needed, available }) => needed > available);
}

/** True if a dataflow has any mapping that can run a layer. */
export const runnable = (dataflow: Dataflow, shape: LayerShape, storage: StorageSizes): boolean =>
  brokenLimits(dataflow.limits(shape, storage), allOnes(dataflow)).length === 0;

/** What a mapping may need of a limit. */
export const availableIn = <X extends Mapping>({ available }: Limit<X>, mapping: X): number =>
  typeof available === 'number' ? available : available(mapping);
