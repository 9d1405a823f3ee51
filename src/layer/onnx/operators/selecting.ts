import { type Operator, product, shaped } from '../fact.ts';
import { INT64 } from '../tensor.ts';
import { indexOf, MOST_FOLLOWED, move, pick, swapped } from './move.ts';

/** Operators that choose among values, or put them in another order, by their name. */
export const SELECTIONS: Readonly<Record<string, Operator>> = {
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
    const isFmap = axis === 1 && facts.every((fact) => fact.isFmap === true);
    const total = shapes.reduce((sum, one) => sum + one[axis]!, 0);
    const shape = swapped(first, axis, [total]);
    const isList =
      first.length === 1 && facts.every(({ values }) => values !== undefined) && total <= MOST_FOLLOWED;
    return {
      type: facts[0]!.type,
      shape,
      isFmap,
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
      if (size === 0) return;
      const by = steps[i]!;
      const [least, most] = by > 0 ? [0, size] : [-1, size - 1];
      const counted = (at: number) => (at < 0 ? at + size : at);
      const clamp = (at: number) => Math.max(least, Math.min(most, counted(at)));
      from[axis] = Math.max(0, clamp(starts[i]!));
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
  TopK: move((node) => {
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', -1), shape.length);
    const k = node.has(1) ? node.values(1)[0]! : node.integer('k', 1);
    const some = swapped(shape, axis, [k]);
    return [shaped(node.fact(0).type, some), shaped(INT64, some)];
  }),
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
