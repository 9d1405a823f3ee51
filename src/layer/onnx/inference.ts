import { InputError, type Problem } from '../../input-error.ts';
import { type Fact, NodeFacts, NotKnown, type Operator, storedFact, UNKNOWN } from './fact.ts';
import type { OnnxModel, ValueInfo } from './onnx-file.ts';
import { OPERATORS } from './operators/registry.ts';
import { inOrder, type NamedNode } from './order.ts';

/** A node, and what is known of it before it runs. */
export interface KnownNode extends NamedNode {
  readonly facts: NodeFacts;
  /** Undefined where the operator is none of ONNX's, or none that is understood. */
  readonly operator: Operator | undefined;
  readonly outputs: readonly Fact[];
  /** Why the shapes of its outputs are unknown. */
  readonly unknown?: string | undefined;
}

/** A graph with what is known of every tensor. */
export interface KnownGraph {
  /** In the order in which they can run. */
  readonly nodes: readonly KnownNode[];
  readonly facts: ReadonlyMap<string, Fact>;
}

/**
 * Shapes of all tensors of a model, and the values that shapes depend on.
 *
 * @param inputs what is known of the graph's inputs
 * @throws InputError if nodes do not fit together, see {@link inOrder}, or if a node's inputs do not fit each other.
 */
export function inferShapes(model: OnnxModel, inputs: ReadonlyMap<string, Fact>, file: string): KnownGraph {
  const { graph, opset } = model;
  const facts = new Map<string, Fact>(inputs);
  for (const [name, tensor] of graph.initializers) facts.set(name, storedFact(tensor));
  const said = new Map([...graph.between, ...graph.outputs].map((value) => [value.name, value]));
  const sizes = namedSizes(graph.inputs, inputs);
  const nodes = inOrder(graph, file).map((named): KnownNode => {
    const known = infer(named, facts, model, { opset, file });
    const outputs = known.outputs.map((fact, i) => orSaid(fact, said.get(named.node.outputs[i]!), sizes));
    named.node.outputs.forEach((name, i) => {
      if (name !== '') facts.set(name, outputs[i] ?? UNKNOWN);
    });
    return { ...known, outputs };
  });
  return { nodes, facts };
}

function infer(
  named: NamedNode,
  known: ReadonlyMap<string, Fact>,
  { functions }: OnnxModel,
  model: { readonly opset: number; readonly file: string },
): KnownNode {
  const { node, label } = named;
  const inputs = node.inputs.map((name) => (name === '' ? undefined : (known.get(name) ?? UNKNOWN)));
  const facts = new NodeFacts(node, label, inputs, model);
  const isOwn = node.domain === '' && !functions.has(`::${node.opType}`);
  const operator = isOwn ? OPERATORS.get(node.opType) : undefined;
  const outputs = node.outputs.map(() => UNKNOWN);
  if (operator === undefined) return { ...named, facts, operator, outputs };
  try {
    const inferred = operator.infer(facts);
    for (const { shape } of inferred) if (shape !== undefined) facts.checkShape(shape);
    const isConstant = inputs.every((fact) => fact === undefined || fact.isConstant === true);
    return {
      ...named,
      facts,
      operator,
      outputs: node.outputs.map((_, i) => ({
        ...(inferred[i] ?? UNKNOWN),
        ...(isConstant && { isConstant }),
      })),
    };
  } catch (error) {
    if (!(error instanceof NotKnown)) throw error;
    return { ...named, facts, operator, outputs, unknown: error.message };
  }
}

/** What the sizes that the file has names for are. */
function namedSizes(
  inputs: readonly ValueInfo[],
  known: ReadonlyMap<string, Fact>,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, dims = [] } of inputs) {
    const { shape } = known.get(name) ?? UNKNOWN;
    dims.forEach((size, i) => {
      if (typeof size === 'string' && size !== '' && shape?.[i] !== undefined) sizes.set(size, shape[i]);
    });
  }
  return sizes;
}

/** What the file itself says of a tensor, where nothing else does. */
function orSaid(fact: Fact, said: ValueInfo | undefined, sizes: ReadonlyMap<string, number>): Fact {
  if (fact.shape !== undefined || said?.dims === undefined) return fact;
  const shape = said.dims.map((size) => (typeof size === 'string' ? sizes.get(size) : size));
  const isKnown = (size: number | undefined): size is number => size !== undefined && size >= 0;
  return shape.every(isKnown) ? { type: said.type, shape } : fact;
}

/** A shape that a user gives for an input of the graph. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * What is known of the graph's inputs: their sizes, those that differ from run to run as given.
 *
 * @throws InputError with every size that is missing, and every shape that is given for no input or does not fit one.
 */
export function inputFacts({ graph }: OnnxModel, shapes: Shapes, file: string): ReadonlyMap<string, Fact> {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const names = inputs.map(({ name }) => name);
  const given = new Map(Object.entries(shapes));
  const strangers = [...given.keys()].filter((name) => !names.includes(name));
  const problems: Problem[] = [
    ...strangers.map(
      (found): Problem => ({
        code: 'not-allowed',
        path: ['shape'],
        found,
        allowed: `an input of ${file}: ${names.join(', ')}`,
      }),
    ),
    ...inputs.flatMap((input) => shapeProblems(input, given.get(input.name))),
  ];
  if (problems.length > 0) throw new InputError(...problems);
  return new Map(inputs.map((input) => [input.name, inputFact(input, given.get(input.name))]));
}

function inputFact({ name: _, type, dims }: ValueInfo, given: readonly number[] | undefined): Fact {
  return { type, shape: given ?? (dims as readonly number[] | undefined) };
}

function shapeProblems({ name, dims }: ValueInfo, given: readonly number[] | undefined): Problem[] {
  const path = ['shape', name];
  if (given !== undefined) {
    const fits =
      dims === undefined ||
      (dims.length === given.length &&
        dims.every((size, i) => typeof size === 'string' || size === given[i]));
    const allowed = `${sizesText(dims ?? [])}, as the file says`;
    return fits ? [] : [{ code: 'does-not-fit', path, found: given.join('x'), allowed }];
  }
  const open = dims?.flatMap((size, i) =>
    typeof size === 'string' || size < 0 ? [size === '' ? `number ${i + 1}` : String(size)] : [],
  );
  if (dims !== undefined && open!.length === 0) return [];
  const missing =
    dims === undefined
      ? 'its shape'
      : `${open!.length === 1 ? 'dimension' : 'dimensions'} ${open!.join(', ')}`;
  const allowed = `sizes for ${missing}: --shape ${name}=${example(dims ?? ['', 3, '', ''])}`;
  return [{ code: 'missing', path, allowed }];
}

/** `1x3x224x224`: a shape as one might give it. */
const example = (dims: readonly (number | string)[]): string =>
  dims
    .map((size, i) =>
      typeof size === 'number' && size >= 0 ? size : i === 0 ? 1 : dims.length === 4 ? 224 : 100,
    )
    .join('x');

const sizesText = (dims: readonly (number | string)[]): string =>
  dims.map((size) => (size === '' ? '?' : size)).join('x');
