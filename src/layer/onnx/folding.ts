import type { Fact } from './fact.ts';
import type { KnownGraph, KnownNode } from './inference.ts';

/** Which nodes cost nothing of their own, and why. */
export interface Folding {
  /** Nodes that are done to each word of a layer's output on its way out: the node that became the layer. */
  readonly into: ReadonlyMap<KnownNode, KnownNode>;
  /** Pads that are the padding of the convolutions that alone use them. */
  readonly pads: ReadonlyMap<KnownNode, KnownNode>;
}

/**
 * Finds what folds into the layers that mapped nodes become: activations, scales, biases, a BatchNormalization, also in
 * several nodes (`x · hardSigmoid(x)`), as long as one tensor alone leaves the layer for others to read.
 *
 * @param isMapped whether a node becomes layers with MACs
 * @param outputs names of the tensors that leave the graph
 */
export function findFolds(
  graph: KnownGraph,
  isMapped: (node: KnownNode) => boolean,
  outputs: ReadonlySet<string>,
): Folding {
  const readers = readersOf(graph.nodes);
  const origin = new Map<string, KnownNode>();
  const members = new Map<KnownNode, KnownNode[]>();
  for (const one of graph.nodes) {
    const maker = isMapped(one) ? one : originOf(one, graph.facts, origin);
    if (maker === undefined) continue;
    members.set(maker, [...(members.get(maker) ?? []), one]);
    for (const output of one.node.outputs) origin.set(output, maker);
  }
  const into = new Map<KnownNode, KnownNode>();
  for (const [maker, nodes] of members) {
    for (const one of foldable(nodes, readers, outputs)) if (one !== maker) into.set(one, maker);
  }
  return { into, pads: padsOf(graph.nodes, readers, isMapped, outputs) };
}

function readersOf(nodes: readonly KnownNode[]): ReadonlyMap<string, readonly KnownNode[]> {
  const readers = new Map<string, KnownNode[]>();
  for (const one of nodes) {
    for (const input of one.node.inputs) {
      const known = readers.get(input);
      if (known) known.push(one);
      else readers.set(input, [one]);
    }
  }
  return readers;
}

/** The one node whose output a node changes word by word; constants that it takes are no larger than a bias. */
function originOf(
  one: KnownNode,
  facts: ReadonlyMap<string, Fact>,
  origins: ReadonlyMap<string, KnownNode>,
): KnownNode | undefined {
  if (one.operator?.kind !== 'pointwise' && one.operator?.kind !== 'view') return undefined;
  const inputs = one.node.inputs.filter((name) => name !== '');
  const changing = inputs.filter((name) => !facts.get(name)?.isConstant);
  const [origin, ...others] = new Set(changing.map((name) => origins.get(name)));
  if (origin === undefined || others.length > 0) return undefined;
  const words = wordsOf(origin.outputs[0]);
  const channels = origin.outputs[0]?.shape?.[biasAxis(origin)] ?? 0;
  const isInPlace =
    wordsOf(one.outputs[0]) === words && changing.every((name) => wordsOf(facts.get(name)) === words);
  const constants = inputs.filter((name) => facts.get(name)?.isConstant);
  const areSmall =
    one.operator.kind === 'view' ||
    constants.every((name) => (wordsOf(facts.get(name)) ?? Infinity) <= channels);
  return isInPlace && areSmall ? origin : undefined;
}

/** Channels come second in what a convolution makes, last in what a product of matrices makes. */
const biasAxis = ({ operator, outputs, node }: KnownNode): number =>
  operator?.kind === 'mapped' && /Conv/.test(node.opType) ? 1 : (outputs[0]?.shape?.length ?? 1) - 1;

const wordsOf = (fact: Fact | undefined): number | undefined =>
  fact?.shape?.reduce((words, size) => words * size, 1);

/**
 * The nodes that are done before the first tensor leaves that others read: what is made from it later has to be read again
 * if that tensor is stored, too.
 */
function foldable(
  nodes: readonly KnownNode[],
  readers: ReadonlyMap<string, readonly KnownNode[]>,
  outputs: ReadonlySet<string>,
): readonly KnownNode[] {
  const inside = new Set(nodes);
  const leaves = (name: string) =>
    outputs.has(name) || (readers.get(name) ?? []).some((reader) => !inside.has(reader));
  const leaving = nodes.filter(({ node }) => node.outputs.some(leaves));
  if (leaving.length <= 1) return nodes;
  const makers = new Map(nodes.flatMap((one) => one.node.outputs.map((name) => [name, one] as const)));
  const needed = new Set<KnownNode>();
  const pending = [leaving[0]!];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (needed.has(one)) continue;
    needed.add(one);
    for (const name of one.node.inputs) {
      const maker = makers.get(name);
      if (maker !== undefined) pending.push(maker);
    }
  }
  return [...needed];
}

function padsOf(
  nodes: readonly KnownNode[],
  readers: ReadonlyMap<string, readonly KnownNode[]>,
  isMapped: (node: KnownNode) => boolean,
  outputs: ReadonlySet<string>,
): ReadonlyMap<KnownNode, KnownNode> {
  const pads = new Map<KnownNode, KnownNode>();
  for (const one of nodes) {
    const [name = ''] = one.node.outputs;
    if (one.outputs[0]?.padded === undefined || outputs.has(name)) continue;
    const users = readers.get(name) ?? [];
    const [first] = users;
    const isFor = (user: KnownNode) =>
      CONVOLUTIONS.includes(user.node.opType) &&
      isMapped(user) &&
      user.node.inputs.indexOf(name) === 0 &&
      user.node.inputs.lastIndexOf(name) === 0;
    if (first !== undefined && users.every(isFor)) pads.set(one, first);
  }
  return pads;
}

/** Those whose windows may begin in padding. */
const CONVOLUTIONS: readonly string[] = ['Conv', 'ConvInteger', 'QLinearConv'];
