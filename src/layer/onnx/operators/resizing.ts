import { type NodeFacts, type Operator, shaped } from '../fact.ts';
import { areZeros } from '../tensor.ts';
import { fmapsOf, move, pick, type Shape } from './move.ts';
import { broadcast } from './pointwise.ts';

/** Operators that make feature maps larger or smaller without arithmetic to speak of, by their name. */
export const RESIZINGS: Readonly<Record<string, Operator>> = {
  Pad: move((node) => {
    const { type } = node.fact(0);
    const before = node.shape(0);
    const given = node.integersOrInput('pads', 1) ?? node.integers('paddings') ?? [];
    const axes = node.has(3) ? node.axes(node.values(3), before.length) : before.map((_, i) => i);
    if (given.length !== 2 * axes.length) throw node.flaw(`${given.length} pads`, `${2 * axes.length}`);
    const [begins, ends] = [before.map(() => 0), before.map(() => 0)];
    axes.forEach((axis, i) => {
      begins[axis] = given[i]!;
      ends[axis] = given[i + axes.length]!;
    });
    const shape = before.map((size, i) => size + begins[i]! + ends[i]!);
    if (shape.some((size) => size < 0))
      throw node.flaw(`pads ${given.join(', ')}`, 'less than what there is to cut off');
    return {
      type,
      shape,
      padded:
        isZeros(node) && isAround([...begins, ...ends], begins) ? { shape: before, begins, ends } : undefined,
    };
  }),
  Resize: move((node) => {
    const { type } = node.fact(0);
    const before = node.shape(0);
    const [scalesAt, sizesAt] = node.opset < 11 ? [1, 9] : [2, 3];
    const axes = node.axes(node.integers('axes') ?? before.map((_, i) => i), before.length);
    const fill = (values: readonly number[], otherwise: readonly number[]) => {
      if (values.length !== axes.length)
        throw node.flaw(`${values.length} sizes or scales`, `${axes.length}`);
      const filled = [...otherwise];
      axes.forEach((axis, i) => {
        filled[axis] = values[i]!;
      });
      return filled;
    };
    if (node.has(sizesAt))
      return shaped(type, keepingRatio(node, before, fill(node.values(sizesAt), before), axes));
    return shaped(
      type,
      scaled(
        before,
        fill(
          node.values(scalesAt),
          before.map(() => 1),
        ),
      ),
    );
  }),
  Upsample: move((node) => {
    const before = node.shape(0);
    const sides = [node.attribute('height_scale')?.float, node.attribute('width_scale')?.float];
    const scales = node.has(1)
      ? node.values(1)
      : (node.attribute('scales')?.floats ?? [1, 1, ...sides.map((s) => s ?? 1)]);
    return shaped(node.fact(0).type, scaled(before, scales));
  }),
  Tile: move((node) => {
    const [fact, shape, times] = [node.fact(0), node.shape(0), node.values(1)];
    if (times.length !== shape.length) throw node.flaw(`${times.length} repeats`, `${shape.length}`);
    return pick(
      fact,
      shape.map((size, i) => size * times[i]!),
      (place) => place.map((at, d) => at % shape[d]!),
    );
  }),
  Expand: move((node) => {
    const [fact, shape] = [node.fact(0), node.shape(0)];
    const wide = broadcast(node, [shape, node.values(1)]);
    return pick(fact, wide, (place) =>
      shape.map((size, d) => (size === 1 ? 0 : place[d - shape.length + wide.length]!)),
    );
  }),
  DepthToSpace: move((node) => {
    const [images, channels, height, width] = fmapsOf(node);
    const block = node.integer('blocksize', 0);
    if (block < 1 || channels % block ** 2 !== 0)
      throw node.flaw(
        `blocks of ${block} from ${channels} channels`,
        'blocks whose pixels divide the channels',
      );
    return shaped(node.fact(0).type, [images, channels / block ** 2, height * block, width * block]);
  }),
  SpaceToDepth: move((node) => {
    const [images, channels, height, width] = fmapsOf(node);
    const block = node.integer('blocksize', 0);
    if (block < 1 || height % block !== 0 || width % block !== 0)
      throw node.flaw(`blocks of ${block} from ${height} × ${width}`, 'blocks that divide height and width');
    return shaped(node.fact(0).type, [images, channels * block ** 2, height / block, width / block]);
  }),
  GridSample: move((node) => {
    const [images, channels] = node.shape(0) as [number, number];
    return shaped(node.fact(0).type, [images, channels, ...node.shape(1).slice(1, -1)]);
  }),
  RoiAlign: move((node) => {
    const [, channels] = fmapsOf(node);
    const rois = node.shape(1)[0]!;
    return shaped(node.fact(0).type, [
      rois,
      channels,
      node.integer('output_height', 1),
      node.integer('output_width', 1),
    ]);
  }),
};

/** Whether a Pad puts zeros around. */
function isZeros(node: NodeFacts): boolean {
  if (node.text('mode', 'constant') !== 'constant') return false;
  if (node.has(2)) {
    const { values, stored } = node.fact(2);
    return values?.[0] === 0 || (stored !== undefined && areZeros(stored.tensor));
  }
  return (node.attribute('value')?.float ?? 0) === 0;
}

/** Whether pads only add, and only after the first two dimensions. */
const isAround = (pads: readonly number[], { length }: Shape): boolean =>
  pads.every((pad, i) => (i % length < 2 ? pad === 0 : pad >= 0));

/** Sizes times scales, rounded down; a scale in single precision may be just below what was meant. */
const scaled = (sizes: Shape, scales: readonly number[]): number[] =>
  sizes.map((size, i) => Math.floor(Math.fround(size * scales[i]!)));

function keepingRatio(
  node: NodeFacts,
  before: Shape,
  sizes: readonly number[],
  axes: readonly number[],
): readonly number[] {
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes;
  const ratios = axes.map((axis) => sizes[axis]! / before[axis]!);
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return before.map((size, i) => (axes.includes(i) ? Math.round(size * ratio) : size));
}
