import { type Layer, ofmapSize } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';

/** The three tensors of a layer: what it multiplies, and the sums that it makes. */
export const TENSORS = ['weights', 'inputs', 'outputs'] as const;
export type Tensor = (typeof TENSORS)[number];

/** One value for each tensor. */
export type PerTensor<T> = Readonly<Record<Tensor, T>>;

/** A dimension that moves along an axis of a tensor, by `coefficient` elements for each step: 4 for P at stride 4. */
export interface Term {
  readonly dimension: string;
  readonly coefficient: number;
}

/** An axis of a tensor: the sum of its terms is the position on it. */
export type Axis = readonly Term[];

/**
 * What a loop nest computes: one multiply-accumulate for each point of a box of dimensions, on the elements of three
 * tensors that the point selects. The convolution of a layer is {@link convolution}, a product of matrices
 * {@link matrixProduct}.
 */
export interface LoopProblem {
  readonly name: string;
  /** Size of each dimension by its letter, in the order in which results list them. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The axes of each tensor. */
  readonly tensors: PerTensor<readonly Axis[]>;
}

/** The sizes of a convolution; what is left out is 1. */
export interface ConvolutionSizes {
  /** Images. */
  readonly N?: number | undefined;
  /** Filters of each group: channels of the ofmap. */
  readonly M?: number | undefined;
  /** Channels of the ifmap that a filter sees. */
  readonly C?: number | undefined;
  /** Filter rows. */
  readonly R?: number | undefined;
  /** Filter columns. */
  readonly S?: number | undefined;
  /** Rows of the ofmap: E in the Eyeriss papers. */
  readonly P?: number | undefined;
  /** Columns of the ofmap: F in the Eyeriss papers. */
  readonly Q?: number | undefined;
  /** Groups: convolutions of these sizes side by side. */
  readonly groups?: number | undefined;
  /** Rows of ifmap from one row of ofmap to the next. */
  readonly strideP?: number | undefined;
  /** Columns of ifmap from one column of ofmap to the next. */
  readonly strideQ?: number | undefined;
  /** Rows of ifmap from one filter row to the next. */
  readonly dilationR?: number | undefined;
  /** Columns of ifmap from one filter column to the next. */
  readonly dilationS?: number | undefined;
}

const just = (dimension: string): Axis => [{ dimension, coefficient: 1 }];

/**
 * A convolution: weights have the axes C; M; R; S, outputs N; M; P; Q and inputs N; C; P·strideP + R·dilationR;
 * Q·strideQ + S·dilationS (Parashar et al., ISPASS 2019, Fig. 3). Groups are a dimension G that all three know; without
 * groups there is none.
 */
export function convolution(name: string, sizes: ConvolutionSizes): LoopProblem {
  const { N = 1, M = 1, C = 1, R = 1, S = 1, P = 1, Q = 1, groups = 1 } = sizes;
  const { strideP = 1, strideQ = 1, dilationR = 1, dilationS = 1 } = sizes;
  const group = groups > 1 ? [just('G')] : [];
  const rows: Axis = [
    { dimension: 'P', coefficient: strideP },
    { dimension: 'R', coefficient: dilationR },
  ];
  const columns: Axis = [
    { dimension: 'Q', coefficient: strideQ },
    { dimension: 'S', coefficient: dilationS },
  ];
  return {
    name,
    sizes: { ...(groups > 1 ? { G: groups } : {}), N, M, C, R, S, P, Q },
    tensors: {
      weights: [...group, just('C'), just('M'), just('R'), just('S')],
      inputs: [...group, just('N'), just('C'), rows, columns],
      outputs: [...group, just('N'), just('M'), just('P'), just('Q')],
    },
  };
}

/** The product of an M × K matrix, the weights, and a K × N matrix, the inputs. */
export function matrixProduct(
  name: string,
  sizes: { readonly M: number; readonly N: number; readonly K: number },
): LoopProblem {
  const { M, N, K } = sizes;
  return {
    name,
    sizes: { M, N, K },
    tensors: {
      weights: [just('M'), just('K')],
      inputs: [just('K'), just('N')],
      outputs: [just('M'), just('N')],
    },
  };
}

/**
 * A convolutional or fully connected layer for a batch of images. A fully connected layer is a convolution whose filter
 * covers the ifmap: P = Q = 1. Where each image has weights of its own, each is a group.
 *
 * @throws InputError as {@link layerShape} does.
 */
export function problemOfLayer(layer: Exclude<Layer, { type: 'pool' }>, batch: number): LoopProblem {
  const { G, N, M, C, R, S, Uv, Uh } = layerShape(layer, batch);
  const [P, Q] = ofmapSize(layer);
  const [dilationR, dilationS] = layer.type === 'conv' ? layer.dilation : [1, 1];
  const steps = { strideP: Uv, strideQ: Uh, dilationR, dilationS };
  return convolution(layer.name, { groups: G, N, M, C, R, S, P, Q, ...steps });
}

/** Multiply-accumulates of a problem: the product of its sizes. */
export const macsOf = ({ sizes }: LoopProblem): number =>
  Object.values(sizes).reduce((product, size) => product * size, 1);

/** Whether a tensor has an axis along which a dimension moves. */
export const knows = (problem: LoopProblem, tensor: Tensor, dimension: string): boolean =>
  problem.tensors[tensor].some((axis) => axis.some((term) => term.dimension === dimension));
