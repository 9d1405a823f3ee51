import { type Fact, NodeFacts, NotKnown, type Operator, storedFact, UNKNOWN } from './fact.ts';
import { namedSizes } from './inputs.ts';
import type { OnnxModel, ValueInfo } from './onnx-file.ts';
import { MICROSOFT } from './operators/microsoft.ts';
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
  const sizes = namedSizes(graph.inputs, (name) => inputs.get(name)?.shape);
  const nodes = inOrder(graph, file).map((named): KnownNode => {
    const known = infer(named, facts, model, { opset, file });
    const outputs = known.outputs.map((fact, i) => {
      const whole = orSaid(fact, said.get(named.node.outputs[i]!), sizes);
      if (whole.shape !== undefined) known.facts.checkShape(whole.shape);
      return whole;
    });
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
  const operator = isOwn ? OPERATORS.get(node.opType) : MICROSOFT.get(`${node.domain}::${node.opType}`);
  const outputs = node.outputs.map(() => UNKNOWN);
  if (operator === undefined) return { ...named, facts, operator, outputs };
  try {
    const inferred = operator.infer(facts);
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

/** What the file itself says of a tensor, where nothing else does. */
function orSaid(fact: Fact, said: ValueInfo | undefined, sizes: ReadonlyMap<string, number>): Fact {
  if (fact.shape !== undefined || said?.dims === undefined) return fact;
  const shape = said.dims.map((size) => (typeof size === 'string' ? sizes.get(size) : size));
  const isKnown = (size: number | undefined): size is number => size !== undefined && size >= 0;
  return shape.every(isKnown) ? { type: said.type, shape } : fact;
}
