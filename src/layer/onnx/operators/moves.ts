import { type Fact, type NodeFacts, NotKnown, type Operator, product, shaped, storedFact } from '../fact.ts';
import { FLOAT32, INT64, smallValues } from '../tensor.ts';
import { broadcast } from './pointwise.ts';

type Shape = readonly number[];

const move = (infer: (node: NodeFacts) => Fact | readonly Fact[]): Operator => ({
  kind: 'other',
  infer: (node) => {
    const made = infer(node);
    return Array.isArray(made) ? made : [made as Fact];
  },
});

/** Values where there are few, from where each of them comes. */
function pick(fact: Fact, shape: Shape, sourceOf: (place: readonly number[]) => readonly number[]): Fact {
  const { type, values, shape: before } = fact;
  const count = product(shape);
  if (values === undefined || count > 1024) return shaped(type, shape);
  const picked = Array.from(
    { length: count },
    (_, i) => values[indexOf(before!, sourceOf(placeOf(shape, i)))]!,
  );
  return { type, shape, values: picked };
}

function placeOf(shape: Shape, index: number): number[] {
  const place = Array<number>(shape.length);
  let rest = index;
  for (let d = shape.length - 1; d >= 0; d--) {
    place[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return place;
}

const indexOf = (shape: Shape, place: readonly number[]): number =>
  shape.reduce((index, size, d) => index * size + place[d]!, 0);

const swapped = (shape: Shape, at: number, sizes: readonly number[]): number[] => [
  ...shape.slice(0, at),
  ...sizes,
  ...shape.slice(at + 1),
];

/** Operators that put values elsewhere, or choose among them, by their name. */
export const MOVES: Readonly<Record<string, Operator>> = {
  Concat: move((node) => {
    const facts = node.inputs.map((_, i) => node.fact(i));
    const shapes = facts.map((_, i) => node.shape(i));
    const [first = []] = shapes;
    const axis = node.axis(node.integer('axis', 1), first.length);
    const other = shapes.find(
      (one) => one.length !== first.length || one.some((size, d) => d !== axis && size !== first[d]),
    );
    if (other)
      throw node.flaw(
        `${first.join(' × ')} next to ${other.join(' × ')}`,
        `shapes alike but for axis ${axis}`,
      );
    const total = shapes.reduce((sum, one) => sum + one[axis]!, 0);
    const shape = swapped(first, axis, [total]);
    const isList = first.length === 1 && facts.every(({ values }) => values !== undefined) && total <= 1024;
    return {
      type: facts[0]!.type,
      shape,
      values: isList ? facts.flatMap(({ values }) => values!) : undefined,
    };
  }),
  Split: move((node) => {
    const fact = node.fact(0);
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', 0), shape.length);
    const parts = node.integersOrInput('split', 1) ?? evenParts(shape[axis]!, node.outputs);
    if (
      parts.length !== node.outputs ||
      product([...parts, 1]) < 0 ||
      parts.reduce((a, b) => a + b, 0) !== shape[axis]
    ) {
      throw node.flaw(
        `parts of ${parts.join(', ')} for ${node.outputs} outputs`,
        `parts of the ${shape[axis]} at axis ${axis}`,
      );
    }
    let start = 0;
    return parts.map((part) => {
      const from = start;
      start += part;
      return pick(fact, swapped(shape, axis, [part]), (place) =>
        place.map((at, d) => (d === axis ? at + from : at)),
      );
    });
  }),
  Slice: move((node) => {
    const fact = node.fact(0);
    const shape = node.shape(0);
    const starts = node.integersOrInput('starts', 1) ?? [];
    const ends = node.integersOrInput('ends', 2) ?? [];
    const axes = node.axes(node.integersOrInput('axes', 3) ?? starts.map((_, i) => i), shape.length);
    const steps = node.integersOrInput('steps', 4) ?? starts.map(() => 1);
    if ([ends, axes, steps].some(({ length }) => length !== starts.length) || steps.includes(0)) {
      throw node.flaw(
        `${starts.length} starts, ${ends.length} ends, ${axes.length} axes, steps ${steps.join(', ')}`,
        'equally many, and steps other than 0',
      );
    }
    const from = shape.map(() => 0);
    const step = shape.map(() => 1);
    const sizes = [...shape];
    axes.forEach((axis, i) => {
      const size = shape[axis]!;
      const by = steps[i]!;
      const [least, most] = by > 0 ? [0, size] : [-1, size - 1];
      const clamp = (at: number) => Math.max(least, Math.min(most, at < 0 ? at + size : at));
      from[axis] = Math.min(clamp(starts[i]!), size);
      // An end before the beginning means "to the beginning" where steps are negative
      const end = by < 0 && ends[i]! < -size ? -1 : clamp(ends[i]!);
      step[axis] = by;
      sizes[axis] = Math.max(0, Math.ceil((end - from[axis]) / by));
    });
    return pick(fact, sizes, (place) => place.map((at, d) => from[d]! + at * step[d]!));
  }),
  Transpose: move((node) => {
    const fact = node.fact(0);
    const shape = node.shape(0);
    const order = node.integers('perm') ?? shape.map((_, i) => shape.length - 1 - i);
    if (order.length !== shape.length || new Set(node.axes(order, shape.length)).size !== order.length) {
      throw node.flaw(`perm ${order.join(', ')}`, `an order of ${shape.length} dimensions`);
    }
    const axes = node.axes(order, shape.length);
    const moved = pick(
      fact,
      axes.map((d) => shape[d]!),
      (place) => {
        const source = Array<number>(place.length);
        axes.forEach((d, i) => {
          source[d] = place[i]!;
        });
        return source;
      },
    );
    return { ...moved, stored: fact.stored };
  }),
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
  Gather: move((node) => {
    const data = node.fact(0);
    const indices = node.fact(1);
    const [shape, places] = [node.shape(0), node.shape(1)];
    const axis = node.axis(node.integer('axis', 0), shape.length);
    const gathered = swapped(shape, axis, [...places]);
    if (indices.values === undefined) return shaped(data.type, gathered);
    const size = shape[axis]!;
    const wrong = indices.values.find((at) => at < -size || at >= size);
    if (wrong !== undefined) throw node.flaw(`index ${wrong}`, `from ${-size} to ${size - 1}`);
    return pick(data, gathered, (place) => {
      const at = indices.values![indexOf(places, place.slice(axis, axis + places.length))]!;
      return swappedPlace(place, axis, places.length, at < 0 ? at + size : at);
    });
  }),
  GatherElements: move((node) => shaped(node.fact(0).type, node.shape(1))),
  GatherND: move((node) => {
    const [data, indices] = [node.shape(0), node.shape(1)];
    const alike = node.integer('batch_dims', 0);
    return shaped(node.fact(0).type, [...indices.slice(0, -1), ...data.slice(alike + (indices.at(-1) ?? 0))]);
  }),
  ...Object.fromEntries(
    [
      'ScatterND',
      'ScatterElements',
      'Scatter',
      'ReverseSequence',
      'CumSum',
      'Trilu',
      'Softmax',
      'LogSoftmax',
      'Hardmax',
      'LRN',
      'InstanceNormalization',
      'MeanVarianceNormalization',
      'LpNormalization',
      'GroupNormalization',
      'RMSNormalization',
      'Bernoulli',
    ].map((name) => [name, move((node) => shaped(node.fact(0).type, node.shape(0)))]),
  ),
  LayerNormalization: move((node) => {
    const { type } = node.fact(0);
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', -1), shape.length);
    const each = shaped(
      FLOAT32,
      shape.map((size, i) => (i < axis ? size : 1)),
    );
    return [shaped(type, shape), each, each].slice(0, node.outputs);
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
    const [images, channels, height, width] = fmap(node);
    const block = node.integer('blocksize', 0);
    if (block < 1 || channels % block ** 2 !== 0)
      throw node.flaw(
        `blocks of ${block} from ${channels} channels`,
        'blocks whose pixels divide the channels',
      );
    return shaped(node.fact(0).type, [images, channels / block ** 2, height * block, width * block]);
  }),
  SpaceToDepth: move((node) => {
    const [images, channels, height, width] = fmap(node);
    const block = node.integer('blocksize', 0);
    if (block < 1 || height % block !== 0 || width % block !== 0)
      throw node.flaw(`blocks of ${block} from ${height} × ${width}`, 'blocks that divide height and width');
    return shaped(node.fact(0).type, [images, channels * block ** 2, height / block, width / block]);
  }),
  OneHot: move((node) => {
    const indices = node.shape(0);
    const axis = node.integer('axis', -1);
    const at = node.axis(axis, indices.length + 1);
    return shaped(node.fact(2).type, [...indices.slice(0, at), node.values(1)[0]!, ...indices.slice(at)]);
  }),
  TopK: move((node) => {
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', -1), shape.length);
    const k = node.has(1) ? node.values(1)[0]! : node.integer('k', 1);
    const some = swapped(shape, axis, [k]);
    return [shaped(node.fact(0).type, some), shaped(INT64, some)];
  }),
  ConstantOfShape: move((node) => {
    const shape = node.values(0);
    const { tensor } = node.attribute('value') ?? {};
    const count = product(shape);
    const value = tensor ? smallValues(tensor)?.[0] : 0;
    const values = value === undefined || count > 1024 ? undefined : Array<number>(count).fill(value);
    return { type: tensor?.type ?? FLOAT32, shape, values };
  }),
  Range: move((node) => {
    const [start, limit, delta] = [node.values(0)[0]!, node.values(1)[0]!, node.values(2)[0]!];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (!Number.isFinite(count)) throw node.flaw(`steps of ${delta}`, 'steps that lead to the limit');
    const values = count > 1024 ? undefined : Array.from({ length: count }, (_, i) => start + i * delta);
    return { type: node.fact(0).type, shape: [count], values };
  }),
  EyeLike: move((node) => shaped(node.integer('dtype', node.fact(0).type), node.shape(0))),
  RandomNormalLike: move((node) => shaped(node.fact(0).type, node.shape(0))),
  RandomUniformLike: move((node) => shaped(node.fact(0).type, node.shape(0))),
  GridSample: move((node) => {
    const [images, channels] = node.shape(0) as [number, number];
    return shaped(node.fact(0).type, [images, channels, ...node.shape(1).slice(1, -1)]);
  }),
  RoiAlign: move((node) => {
    const [, channels] = fmap(node);
    const rois = node.shape(1)[0]!;
    return shaped(node.fact(0).type, [
      rois,
      channels,
      node.integer('output_height', 1),
      node.integer('output_width', 1),
    ]);
  }),
  NonZero: move((node) => {
    const { values } = node.fact(0);
    if (values === undefined) throw new NotKnown('how many values are not zero is not known before it runs');
    const shape = node.shape(0);
    const places = values.flatMap((value, i) => (value === 0 ? [] : [placeOf(shape, i)]));
    const rank = Math.max(1, shape.length);
    const all = Array.from({ length: rank }, (_, d) => places.map((place) => place[d] ?? 0)).flat();
    return { type: INT64, shape: [rank, places.length], values: all };
  }),
  Constant: move((node) => {
    const { tensor } = node.attribute('value') ?? node.attribute('sparse_value') ?? {};
    if (tensor) return storedFact(tensor);
    const one = node.attribute('value_int')?.integer ?? node.attribute('value_float')?.float;
    const list = node.attribute('value_ints')?.integers ?? node.attribute('value_floats')?.floats;
    const type = node.attribute('value_int') || node.attribute('value_ints') ? INT64 : FLOAT32;
    if (one !== undefined) return { type, shape: [], values: [one], isConstant: true };
    if (list) return { type, shape: [list.length], values: list, isConstant: true };
    return { type: 0, shape: [], isConstant: true };
  }),
};

const fmap = (node: NodeFacts): [number, number, number, number] => {
  const shape = node.shape(0);
  if (shape.length !== 4)
    throw node.flaw(`an input of ${shape.length} dimensions`, 'images, channels, height and width');
  return shape as unknown as [number, number, number, number];
};

function evenParts(size: number, parts: number): readonly number[] {
  const most = Math.ceil(size / parts);
  return Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(most, size - i * most)));
}

const swappedPlace = (place: readonly number[], axis: number, length: number, at: number): number[] => [
  ...place.slice(0, axis),
  at,
  ...place.slice(axis + length),
];

/** Whether a Pad puts zeros around. */
function isZeros(node: NodeFacts): boolean {
  if (node.text('mode', 'constant') !== 'constant') return false;
  if (node.has(2)) return node.fact(2).values?.[0] === 0;
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
