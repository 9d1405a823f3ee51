import type { Layer } from '../layer/layer.ts';
import { type LayerShape, layerShape } from '../layer/shape.ts';
import type { NativeShapes } from './native.ts';
import type { Operation } from './pe.ts';
import { type Span, sharesOf } from './spans.ts';

/** A layer as the chip runs it. */
export interface ChipLayer {
  readonly name: string;
  readonly operation: Operation;
  /**
   * Its shape at the batch size. The planes of a pooling layer, which have nothing to do with each other, are its images:
   * `G = M = C = 1`, `N = batch·channels`.
   */
  readonly shape: LayerShape;
  /** Rows and columns of an ifmap as it is in memory, without padding. */
  readonly height: number;
  readonly width: number;
  /** Rows and columns of padding above and left of it. */
  readonly padTop: number;
  readonly padLeft: number;
}

/** @throws InputError if the batch is not a whole number from 1, or the layer's counts would not be exact. */
export function chipLayer(layer: Layer, batch: number): ChipLayer {
  const { name, type } = layer;
  const [, height, width] = layer.input;
  const [padTop, padLeft] = layer.type === 'fc' ? [0, 0] : layer.pad;
  const { E, F, Uv, Uh, ...others } = layerShape(layer, batch);
  // A filter that stands in one place has no stride
  const shape = { ...others, E, F, Uv: E === 1 ? 1 : Uv, Uh: F === 1 ? 1 : Uh };
  const sizes = { name, height, width, padTop, padLeft };
  if (type !== 'pool') return { ...sizes, operation: 'mac', shape };
  return { ...sizes, operation: 'max', shape: { ...shape, G: 1, N: shape.G } };
}

/** The channels and filters, per group, that one configuration of the chip runs. */
export interface Part {
  readonly channels: Span;
  readonly filters: Span;
}

/**
 * The configurations that a layer takes: one, or more where it has more channels or filters than a configuration can
 * describe. Parts of the same filters follow each other, and hand their psums on through the DRAM.
 */
export function partsOf(layer: ChipLayer, native: NativeShapes): Part[] {
  const channelSpans = channelParts(layer, native);
  return filterParts(layer, native).flatMap((filters) =>
    channelSpans.map((channels) => ({ channels, filters })),
  );
}

/** The channels of each part of a layer. */
export const channelParts = ({ shape: { C } }: ChipLayer, { channels }: NativeShapes): Span[] =>
  sharesOf({ start: 0, count: C }, Math.ceil(C / channels[1]));

/** The filters of each part of a layer. */
export const filterParts = ({ shape: { M } }: ChipLayer, { filters }: NativeShapes): Span[] =>
  sharesOf({ start: 0, count: M }, Math.ceil(M / filters[1]));

/** The shape of the largest part of a layer: what a mapping is made for. */
export function partShape(layer: ChipLayer, native: NativeShapes): LayerShape {
  const { shape } = layer;
  const C = channelParts(layer, native)[0]!.count;
  const M = filterParts(layer, native)[0]!.count;
  if (C === shape.C && M === shape.M) return shape;
  const { G, N, H, W, R, S, E, F } = shape;
  const ofmaps = G * N * M * E * F;
  return {
    ...shape,
    C,
    M,
    ifmaps: G * N * C * H * W,
    weights: G * M * C * R * S,
    ofmaps,
    macs: ofmaps * C * R * S,
  };
}

/** Rows and columns of the ifmap under e × f ofmap pixels: `h = U·e + R − U`, `w = U·f + S − U`. */
export const stripSize = ({ Uv, Uh, R, S }: LayerShape, e: number, f: number) => ({
  rows: Uv * (e - 1) + R,
  columns: Uh * (f - 1) + S,
});

/** The rows of a strip of e ofmap rows that a filter covers, counted from its first; `U > R` leaves some out. */
export const rowsRead = ({ Uv, R }: LayerShape, e: number): number[] => covered(e, Uv, R);

/** The columns of a tile of f ofmap columns that a filter covers. */
export const columnsRead = ({ Uh, S }: LayerShape, f: number): number[] => covered(f, Uh, S);

function covered(windows: number, stride: number, size: number): number[] {
  if (stride <= size) return Array.from({ length: (windows - 1) * stride + size }, (_, i) => i);
  return Array.from({ length: windows * size }, (_, i) => Math.floor(i / size) * stride + (i % size));
}
