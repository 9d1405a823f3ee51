import { NotKnown, type Operator, product, shaped, storedFact } from '../fact.ts';
import { FLOAT32, INT64, smallValues } from '../tensor.ts';
import { MOST_FOLLOWED, move, placeOf } from './move.ts';

/** Operators that make values of sizes and places, by their name. */
export const GENERATORS: Readonly<Record<string, Operator>> = {
  OneHot: move((node) => {
    const indices = node.shape(0);
    const axis = node.integer('axis', -1);
    const at = node.axis(axis, indices.length + 1);
    return shaped(node.fact(2).type, [...indices.slice(0, at), node.values(1)[0]!, ...indices.slice(at)]);
  }),
  ConstantOfShape: move((node) => {
    const shape = node.values(0);
    node.checkShape(shape);
    const { tensor } = node.attribute('value') ?? {};
    const count = product(shape);
    const value = tensor ? smallValues(tensor)?.[0] : 0;
    const values =
      value === undefined || count > MOST_FOLLOWED ? undefined : Array<number>(count).fill(value);
    return { type: tensor?.type ?? FLOAT32, shape, values };
  }),
  Range: move((node) => {
    const [start, limit, delta] = [node.values(0)[0]!, node.values(1)[0]!, node.values(2)[0]!];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (!Number.isFinite(count)) throw node.flaw(`steps of ${delta}`, 'steps that lead to the limit');
    const values =
      count > MOST_FOLLOWED ? undefined : Array.from({ length: count }, (_, i) => start + i * delta);
    return { type: node.fact(0).type, shape: [count], values };
  }),
  EyeLike: move((node) => shaped(node.integer('dtype', node.fact(0).type), node.shape(0))),
  RandomNormalLike: move((node) => shaped(node.fact(0).type, node.shape(0))),
  RandomUniformLike: move((node) => shaped(node.fact(0).type, node.shape(0))),
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
