import { type LayerSpec, type Padding, type Pair, span } from '../layer.ts';

/** A layer as other tools say it: a convolution, also where it is a matrix product. */
export interface Convolution {
  /** Independent convolutions side by side. */
  readonly groups: number;
  /** Input channels, per group. */
  readonly channels: number;
  /** Filters, per group. */
  readonly filters: number;
  /** Rows and columns of the ifmap. */
  readonly ifmap: Pair;
  readonly kernel: Pair;
  /** Default 1. */
  readonly stride?: Pair;
  /** Default 1. */
  readonly dilation?: Pair;
  /** What the ifmap is without. Default 0. */
  readonly pad?: Padding;
  /** Whether each image has weights of its own. Default: no. */
  readonly weightsPerImage?: boolean;
}

/** The layer that a convolution is: fully connected where its filters have one position and cover the whole ifmap. */
export function layerOf(name: string, convolution: Convolution): LayerSpec {
  const { groups, channels, filters, ifmap, kernel, weightsPerImage } = convolution;
  const { stride = ONES, dilation = ONES, pad = 0 } = convolution;
  const input = [groups * channels, ...ifmap] as const;
  const isCovered = ifmap.every((size, i) => size === kernel[i] && size === span(kernel[i]!, dilation[i]!));
  const isPlain = groups === 1 && stride.every((step) => step === 1) && pad === 0 && !weightsPerImage;
  if (isCovered && isPlain) return { name, type: 'fc', input, filters };
  const walk = { kernel, stride, pad, dilation };
  return { name, type: 'conv', input, filters: groups * filters, ...walk, groups, weightsPerImage };
}

const ONES: Pair = [1, 1];

/** A product of a matrix of rows × inner and one of inner × columns, or of several pairs: the rows are pixels. */
export function product(rows: number, inner: number, columns: number, pairs = 1): Convolution {
  return { groups: pairs, channels: inner, filters: columns, ifmap: [1, rows], kernel: ONES };
}
