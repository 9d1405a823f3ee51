import { type Fact, NodeFacts } from './fact.ts';
import type { KnownGraph, KnownNode } from './inference.ts';
import type { OnnxNode } from './onnx-file.ts';

/** A graph whose convolutions see what was before a Pad, where the Pad is their own padding. */
export interface PaddedGraph extends KnownGraph {
  /** Pads that fold, with a convolution that each folds into. */
  readonly pads: ReadonlyMap<OnnxNode, KnownNode>;
}

/**
 * Finds Pads that are the padding of the convolutions that alone read them, and leaves a trace of what was before the Pad
 * in those convolutions only.
 *
 * @param outputs names of the tensors that leave the graph
 */
export function withFoldedPads({ nodes, facts }: KnownGraph, outputs: ReadonlySet<string>): PaddedGraph {
  const readers = readersOf(nodes);
  const pads = new Map<OnnxNode, KnownNode>();
  const folded = new Set<string>();
  for (const { node, outputs: made } of nodes) {
    const [name = ''] = node.outputs;
    const users = readers.get(name) ?? [];
    const isFor = ({ node, unknown }: KnownNode) =>
      CONVOLUTIONS.includes(node.opType) && unknown === undefined && node.inputs.lastIndexOf(name) === 0;
    if (made[0]?.padded === undefined || outputs.has(name) || !users.every(isFor) || users.length === 0)
      continue;
    pads.set(node, users[0]!);
    folded.add(name);
  }
  return {
    nodes: nodes.map((one) => (folded.has(one.node.inputs[0] ?? '') ? one : withoutPad(one))),
    facts,
    pads,
  };
}

/** Those whose windows may begin in padding. */
const CONVOLUTIONS: readonly string[] = ['Conv', 'ConvInteger', 'QLinearConv', 'FusedConv'];

/** A node whose input comes with the zeros that a Pad has put around it. */
function withoutPad(one: KnownNode): KnownNode {
  const { node, label, facts } = one;
  if (facts.inputs[0]?.padded === undefined) return one;
  const inputs = facts.inputs.map((fact) => fact && { ...fact, padded: undefined });
  return { ...one, facts: new NodeFacts(node, label, inputs, facts.model) };
}

/**
 * Finds what folds into the layers that mapped nodes become: activations, scales, biases, a BatchNormalization, also in
 * several nodes (`x · hardSigmoid(x)`), as long as one tensor alone leaves the layer for others to read.
 *
 * @param isMapped whether a node becomes layers with MACs
 * @param outputs names of the tensors that leave the graph
 * @returns nodes that cost nothing of their own, each with the node whose layer it folds into
 */
export function findFolds(
  { nodes, facts }: KnownGraph,
  isMapped: (node: KnownNode) => boolean,
  outputs: ReadonlySet<string>,
): ReadonlyMap<KnownNode, KnownNode> {
  const readers = readersOf(nodes);
  const origin = new Map<string, KnownNode>();
  const members = new Map<KnownNode, KnownNode[]>();
  for (const one of nodes) {
    const maker = isMapped(one) ? one : originOf(one, facts, origin);
    if (maker === undefined) continue;
    const known = members.get(maker);
    if (known) known.push(one);
    else members.set(maker, [one]);
    for (const output of one.node.outputs) if (output !== '') origin.set(output, maker);
  }
  const into = new Map<KnownNode, KnownNode>();
  for (const [maker, group] of members) {
    for (const one of foldable(group, readers, outputs)) if (one !== maker) into.set(one, maker);
  }
  return into;
}

/** The nodes that read the values of each tensor, and not just its sizes. */
function readersOf(nodes: readonly KnownNode[]): ReadonlyMap<string, readonly KnownNode[]> {
  const readers = new Map<string, KnownNode[]>();
  for (const one of nodes) {
    if (SIZES_ALONE.includes(one.node.opType)) continue;
    for (const input of one.node.inputs) {
      if (input === '') continue;
      const known = readers.get(input);
      if (known) known.push(one);
      else readers.set(input, [one]);
    }
  }
  return readers;
}

/** Operators that read no values. */
const SIZES_ALONE: readonly string[] = ['Shape', 'Size'];

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
  const isInPlace =
    wordsOf(one.outputs[0]) === words && changing.every((name) => wordsOf(facts.get(name)) === words);
  const constants = inputs.filter((name) => facts.get(name)?.isConstant);
  const isView = one.operator.kind === 'view';
  const fitsChannels =
    isView || hasParameters(one) || constants.every((name) => isPerChannel(facts.get(name), one, origin));
  return isInPlace && fitsChannels ? origin : undefined;
}

/** Operators whose constants are parameters of each channel, whatever their shape. */
const hasParameters = ({ node }: KnownNode): boolean =>
  /^(BatchNormalization|PRelu|QuantizeLinear|DequantizeLinear|Clip|QLinear\w+)$/.test(node.opType);

/** Whether a constant is one number, or one for each channel, where channels are in what a layer makes. */
function isPerChannel(fact: Fact | undefined, { outputs }: KnownNode, origin: KnownNode): boolean {
  const shape = fact?.shape;
  if (shape === undefined) return false;
  if (wordsOf(fact) === 1) return true;
  const made = origin.outputs[0]?.shape ?? [];
  // Seen in another shape, the channels may be anywhere
  if (outputs[0]?.shape?.length !== made.length) return wordsOf(fact)! <= (made[biasAxis(origin)] ?? 0);
  return shape.every((size, i) => size === 1 || i - shape.length + made.length === biasAxis(origin));
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
