import { type Fact, type NodeFacts, type Operator, product, shaped } from '../fact.ts';

export type Shape = readonly number[];

/** An operator that moves values. */
export const move = (infer: (node: NodeFacts) => Fact | readonly Fact[]): Operator => ({
  kind: 'other',
  infer: (node) => {
    const made = infer(node);
    return Array.isArray(made) ? made : [made as Fact];
  },
});

/** More values than this are not followed: sizes and indices are few. */
export const MOST_FOLLOWED = 1024;

/** A tensor whose values come from another; where those are known and few, so are these. */
export function pick(
  fact: Fact,
  shape: Shape,
  sourceOf: (place: readonly number[]) => readonly number[],
): Fact {
  const { type, values, shape: before } = fact;
  const count = product(shape);
  if (values === undefined || count > MOST_FOLLOWED) return shaped(type, shape);
  const picked = Array.from(
    { length: count },
    (_, i) => values[indexOf(before!, sourceOf(placeOf(shape, i)))]!,
  );
  return { type, shape, values: picked };
}

/** Where the value of an index is. */
export function placeOf(shape: Shape, index: number): number[] {
  const place = Array<number>(shape.length);
  let rest = index;
  for (let d = shape.length - 1; d >= 0; d--) {
    place[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return place;
}

/** The index of a place. */
export const indexOf = (shape: Shape, place: readonly number[]): number =>
  shape.reduce((index, size, d) => index * size + place[d]!, 0);

/** A shape with other sizes instead of one. */
export const swapped = (shape: Shape, at: number, sizes: readonly number[]): number[] => [
  ...shape.slice(0, at),
  ...sizes,
  ...shape.slice(at + 1),
];

/**
 * The sizes of feature maps.
 *
 * @throws InputError if the input is none.
 */
export function fmapsOf(node: NodeFacts): [images: number, channels: number, height: number, width: number] {
  const shape = node.shape(0);
  if (shape.length !== 4)
    throw node.flaw(`an input of ${shape.length} dimensions`, 'images, channels, height and width');
  return shape as unknown as [number, number, number, number];
}
