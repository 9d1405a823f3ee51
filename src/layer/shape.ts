import { InputError } from '../input-error.ts';
import { type Layer, ofmapSize, span } from './layer.ts';

/**
 * The shape of one layer at one batch size, in the letters of the paper's Table I.
 *
 * A group is a convolution of its own: C and M are per group. A fully connected layer is the case E = F = 1; a
 * pooling layer has a group per plane and image, N = M = C = 1, and no weights. Where each image has weights of its own, it
 * has groups of its own, and N = 1.
 */
export interface LayerShape {
  readonly type: Layer['type'];
  /** Groups. */
  readonly G: number;
  /** Images in a batch. */
  readonly N: number;
  /** Input channels, per group. */
  readonly C: number;
  /** Filters, which is output channels, per group. */
  readonly M: number;
  /** ifmap rows: with padding, without rows that no filter position covers; `(E − 1)·U + R`. */
  readonly H: number;
  /** ifmap columns, as H. */
  readonly W: number;
  /** Filter rows. */
  readonly R: number;
  /** Filter columns. */
  readonly S: number;
  /** ifmap rows that the filter spans: R, or more where it is dilated. */
  readonly spanR: number;
  /** ifmap columns that the filter spans. */
  readonly spanS: number;
  /** Vertical stride (U in the paper, which has square strides only). */
  readonly Uv: number;
  /** Horizontal stride. */
  readonly Uh: number;
  /** ofmap rows. */
  readonly E: number;
  /** ofmap columns. */
  readonly F: number;
  /** Words of ifmap: G·N·C·H·W. */
  readonly ifmaps: number;
  /** Words of weights: G·M·C·R·S, none in a pooling layer. */
  readonly weights: number;
  /** Words of ofmap: G·N·M·E·F. */
  readonly ofmaps: number;
  /** Multiply-accumulates (comparisons in a pooling layer): ofmaps·C·R·S. */
  readonly macs: number;
}

/** The dimensions that a dataflow tiles. */
export type Dimension = 'N' | 'M' | 'C' | 'E' | 'F';

/**
 * The shape of a layer for a batch of N images.
 *
 * @throws InputError if the batch is not a whole number from 1, or if the batch or even one image is so large that the
 * layer's counts would not be exact in double precision (`ifmaps·M·R·S` over 2^53 − 1). The path is `batch`, or the
 * layer's name where it is too large for one image.
 */
export function layerShape(layer: Layer, batch: number): LayerShape {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new InputError({
      code: 'out-of-range',
      path: ['batch'],
      found: batch,
      allowed: 'a whole number from 1',
    });
  }
  const sizes = groupSizes(layer, batch);
  const { G, N, C, M, R, S, spanR, spanS, Uv, Uh } = sizes;
  const [E, F] = ofmapSize(layer);
  const H = (E - 1) * Uv + spanR;
  const W = (F - 1) * Uh + spanS;
  const ifmaps = G * N * C * H * W;
  const ofmaps = G * N * M * E * F;
  const weights = layer.type === 'pool' ? 0 : G * M * C * R * S;
  const perImage = (G * N) / batch;
  const largest = Math.floor(Number.MAX_SAFE_INTEGER / (perImage * C * H * W * M * R * S));
  if (largest === 0) {
    throw new InputError({
      code: 'out-of-range',
      path: [layer.name],
      found: `${(perImage * C * H * W * M * R * S).toPrecision(3)} ifmap words × filters × kernel size`,
      allowed: 'less than 2^53 for one image, so that counts are exact',
    });
  }
  if (batch > largest) {
    const allowed = `a whole number from 1 to ${largest}: counts of ${layer.name} are not exact above it`;
    throw new InputError({ code: 'out-of-range', path: ['batch'], found: batch, allowed });
  }
  return { ...sizes, H, W, E, F, ifmaps, weights, ofmaps, macs: ofmaps * C * R * S };
}

function groupSizes(layer: Layer, batch: number) {
  const { type } = layer;
  const [channels, height, width] = layer.input;
  if (type === 'fc') {
    const filter = { R: height, S: width, spanR: height, spanS: width, Uv: 1, Uh: 1 };
    return { type, G: 1, N: batch, C: channels, M: layer.filters, ...filter };
  }
  const [R, S] = layer.kernel;
  const [Uv, Uh] = layer.stride;
  if (type === 'pool')
    return { type, G: batch * channels, N: 1, C: 1, M: 1, R, S, spanR: R, spanS: S, Uv, Uh };
  const G = layer.groups;
  const [dilationV, dilationH] = layer.dilation;
  const dilated = { spanR: span(R, dilationV), spanS: span(S, dilationH) };
  const images = layer.weightsPerImage ? { G: G * batch, N: 1 } : { G, N: batch };
  return { type, ...images, C: channels / G, M: layer.filters / G, R, S, ...dilated, Uv, Uh };
}
