import { type Fact, type LayerForm, type NodeFacts, type Operator, shaped, type Work } from '../fact.ts';
import { INT64 } from '../tensor.ts';
import { notPerImage } from './convolution.ts';
import { planar, STILL, type Walk, walksOf, windowAttributes } from './window.ts';

const pool = (walks: (node: NodeFacts, sizes: readonly number[]) => readonly Walk[]): Operator => ({
  kind: 'mapped',
  infer: (node) => {
    const [images, channels, ...sizes] = ifmapOf(node);
    const shape = [images, channels, ...walks(node, sizes).map(({ outputs }) => outputs)];
    const pooled: Fact = { type: node.fact(0).type, shape, isFmap: shape.length === 4 };
    // MaxPool tells where each maximum was, too
    return node.outputs > 1 ? [pooled, shaped(INT64, shape)] : [pooled];
  },
  work: (node, images) => {
    const [found, channels, ...sizes] = ifmapOf(node);
    return poolWork(channels, walks(node, sizes), found, images);
  },
});

function ifmapOf(node: NodeFacts): [number, number, ...number[]] {
  const shape = node.shape(0);
  if (shape.length < 3) {
    throw node.flaw(`an input of ${shape.length} dimensions`, 'images, channels and one or more directions');
  }
  return shape as unknown as [number, number, ...number[]];
}

/** A pooling layer, which does no MACs. */
export function poolWork(channels: number, walks: readonly Walk[], found: number, images: number): Work {
  const none = (reason: string): Work => ({ macs: 0, layers: [], reason });
  const plane = planar(walks, STILL);
  if (plane === undefined) return none(`a pool over ${walks.length} directions, and layers have two`);
  if (walks.some(({ dilation }) => dilation > 1)) return none('a pool of pixels that are apart');
  if (found !== images) return none(notPerImage(found, images));
  const [v, h] = plane;
  const layer: LayerForm = {
    type: 'pool',
    input: [channels, v.size, h.size],
    kernel: [v.kernel, h.kernel],
    stride: [v.stride, h.stride],
    pad: [v.begin, h.begin, v.end, h.end],
  };
  return { macs: 0, layers: [layer] };
}

const windows = pool((node, sizes) => {
  const kernel = node.integers('kernel_shape');
  if (kernel?.length !== sizes.length || kernel.some((size) => size < 1)) {
    throw node.flaw(`kernel_shape ${kernel?.join(' × ') ?? 'missing'}`, `${sizes.length} sizes from 1`);
  }
  return walksOf(node, sizes, kernel);
});

/** A window over everything. */
export const whole = (size: number): Walk => ({ ...STILL, size, kernel: size });

const everything = pool((_, sizes) => sizes.map(whole));

/** The way back of a MaxPool: each value goes to where it was found. */
const unpool: Operator = {
  kind: 'other',
  infer: (node) => {
    if (node.has(2)) return [shaped(node.fact(0).type, node.values(2))];
    const [images, channels, ...sizes] = ifmapOf(node);
    const kernel = node.integers('kernel_shape') ?? [];
    const { stride, begin, end } = windowAttributes(node, sizes.length);
    const wide = sizes.map((size, i) => (size - 1) * stride[i]! + (kernel[i] ?? 1) - begin[i]! - end[i]!);
    return [shaped(node.fact(0).type, [images, channels, ...wide])];
  },
};

/** Pools, by the name of their operator. */
export const POOLS: Readonly<Record<string, Operator>> = {
  MaxPool: windows,
  AveragePool: windows,
  LpPool: windows,
  GlobalMaxPool: everything,
  GlobalAveragePool: everything,
  GlobalLpPool: everything,
  MaxUnpool: unpool,
};
