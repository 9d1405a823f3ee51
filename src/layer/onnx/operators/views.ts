import { type Fact, type NodeFacts, type Operator, product } from '../fact.ts';
import { INT64 } from '../tensor.ts';

/** The same values in the same order, in another shape. */
const view = (shapeOf: (node: NodeFacts, shape: readonly number[]) => readonly number[]): Operator => ({
  kind: 'view',
  infer: (node) => {
    const input = node.fact(0);
    const before = node.shape(0);
    const shape = shapeOf(node, before);
    if (product(shape) !== product(before)) {
      throw node.flaw(`${before.join(' × ')} as ${shape.join(' × ')}`, 'a shape of equally many values');
    }
    const { type, values, stored, isFmap } = input;
    return [{ type, shape, values, stored, viewOf: input.viewOf ?? (isFmap ? before : undefined) }];
  },
});

const same: Operator = { kind: 'view', infer: (node) => [{ ...node.fact(0), padded: undefined }] };

/** Operators that move nothing, by their name. */
export const VIEWS: Readonly<Record<string, Operator>> = {
  Identity: same,
  // When a network is trained it drops values, and says which
  Dropout: {
    kind: 'view',
    infer: (node) => Array(node.outputs).fill({ ...node.fact(0), values: undefined, padded: undefined }),
  },
  Reshape: view((node, before) => {
    const wanted = node.integersOrInput('shape', 1) ?? [];
    const keepsZeros = node.integer('allowzero', 0) === 1;
    const shape = wanted.map((size, i) => (size === 0 && !keepsZeros ? (before[i] ?? 0) : size));
    return withRest(node, shape, product(before));
  }),
  Flatten: view((node, before) => {
    const axis = node.integer('axis', 1);
    const at = axis < 0 ? axis + before.length : axis;
    if (at < 0 || at > before.length) throw node.flaw(`axis ${axis}`, `one of ${before.length} dimensions`);
    return [product(before.slice(0, at)), product(before.slice(at))];
  }),
  Squeeze: view((node, before) => {
    const given = node.integersOrInput('axes', 1);
    const axes = given && node.axes(given, before.length);
    const wrong = axes?.find((axis) => before[axis] !== 1);
    if (wrong !== undefined)
      throw node.flaw(`a size of ${before[wrong]} at axis ${wrong}`, '1, to leave it out');
    return before.filter((size, i) => (axes ? !axes.includes(i) : size !== 1));
  }),
  Unsqueeze: view((node, before) => {
    const given = node.integersOrInput('axes', 1) ?? [];
    const axes = new Set(node.axes(given, before.length + given.length));
    const rest = [...before];
    return Array.from({ length: before.length + axes.size }, (_, i) => (axes.has(i) ? 1 : rest.shift()!));
  }),
};

/** A shape with its −1 replaced by what is left of so many values. */
function withRest(node: NodeFacts, shape: readonly number[], count: number): readonly number[] {
  const open = shape.filter((size) => size === -1).length;
  if (open > 1 || shape.some((size) => size < -1))
    throw node.flaw(`the shape ${shape.join(' × ')}`, 'one −1 at most');
  if (open === 0) return shape;
  const others = product(shape.filter((size) => size !== -1));
  const rest = others === 0 ? 0 : count / others;
  if (!Number.isInteger(rest))
    throw node.flaw(`the shape ${shape.join(' × ')} for ${count} values`, 'one that divides them');
  return shape.map((size) => (size === -1 ? rest : size));
}

/** Operators whose outputs are known without running anything. */
export const KNOWN: Readonly<Record<string, Operator>> = {
  Shape: {
    kind: 'view',
    infer: (node) => {
      const shape = node.shape(0);
      const part = shape.slice(node.integer('start', 0), node.attribute('end')?.integer ?? shape.length);
      return [{ type: INT64, shape: [part.length], values: part, isConstant: true }];
    },
  },
  Size: {
    kind: 'view',
    infer: (node): readonly Fact[] => [
      { type: INT64, shape: [], values: [product(node.shape(0))], isConstant: true },
    ],
  },
};
