import { describeProblem, InputError } from '../input-error.ts';
import { type Layer, type LayerSpec, layerFromSpec } from '../layer/layer.ts';
import { NotKnown, product, UNKNOWN, type Work } from '../layer/onnx/fact.ts';
import type { KnownNode } from '../layer/onnx/inference.ts';
import { FLOAT32 } from '../layer/onnx/tensor.ts';
import type { ModelGraph } from './model.ts';

/** Where the numbers of a layer are: names of tensors that never change. */
export interface ParameterNames {
  readonly weights: string;
  /** True if they are channels × filters instead of filters × channels. */
  readonly isTransposed: boolean;
  /** What products are multiplied by: alpha of a Gemm, else 1. */
  readonly factor: number;
  readonly bias: string | undefined;
  /** What the bias is multiplied by: beta of a Gemm, else 1. */
  readonly biasFactor: number;
  /** What comes behind the sums and is part of the layer, in this order. */
  readonly behind: readonly (Normalisation | Addition)[];
}

/** A BatchNormalization: `(x − mean)/√(variance + epsilon)·scale + shift`, per filter. */
export interface Normalisation {
  readonly type: 'normalisation';
  readonly scale: string;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
}

/** An Add of one number per filter. */
export interface Addition {
  readonly type: 'addition';
  readonly bias: string;
}

/** What nodes do that the chip does in one go. */
export interface ChipWork {
  readonly nodes: readonly KnownNode[];
  /** For one of the chip's images. */
  readonly layer: Layer;
  /** Images of the chip for each image of the network: the rows of a matrix that is multiplied. */
  readonly rows: number;
  /** The tensor that comes in. */
  readonly input: string;
  /** What is made before the ReLU, where there is one. */
  readonly sum: string;
  readonly output: string;
  readonly relu: boolean;
  /** None in a pooling layer. */
  readonly parameters: ParameterNames | undefined;
}

/** Why a node that does MACs or is a pool cannot run on the chip. */
export interface Refusal {
  readonly reason: string;
}

/**
 * What the chip does of a node and of those behind it that are part of a layer: a BatchNormalization, an Add of a bias, a
 * ReLU. Undefined for a node that is neither a product nor a maximum.
 */
export function chipWork(one: KnownNode, graph: ModelGraph): ChipWork | Refusal | undefined {
  const { operator, unknown, node, facts } = one;
  if (operator?.kind !== 'mapped' || graph.constants.has(one)) return undefined;
  if (unknown !== undefined) return { reason: unknown };
  try {
    const work = operator.work!(facts, graph.images);
    if (work.macs === 0 && work.layers.length === 0 && work.reason === undefined) return undefined;
    const found = FORMS[node.opType]?.(one, graph, work) ?? strange(node.opType, work);
    return 'reason' in found ? found : withWhatIsBehind(one, found, graph);
  } catch (error) {
    if (error instanceof NotKnown) return { reason: error.message };
    if (error instanceof InputError) return { reason: error.problems.map(describeProblem).join('; ') };
    throw error;
  }
}

function strange(opType: string, { layers: [first] }: Work): Refusal {
  if (opType === 'ConvTranspose') {
    return { reason: 'the chip would need it in several layers, whose ofmaps interleave' };
  }
  if (first?.type === 'pool') return { reason: 'the chip pools by maximum alone' };
  return { reason: `the chip knows no ${opType}` };
}

type Form = Pick<ChipWork, 'layer' | 'rows' | 'input' | 'parameters'>;

/** How nodes become a layer, by their operator. */
const FORMS: Readonly<Record<string, (one: KnownNode, graph: ModelGraph, work: Work) => Form | Refusal>> = {
  Conv: convolution,
  Gemm: gemm,
  MatMul: matrixProduct,
  MaxPool: maxPool,
  GlobalMaxPool: maxPool,
  ReduceMax: maxPool,
};

const FLOATS: Refusal = { reason: 'its numbers are not floats of 32 bits' };

const areFloats = ({ facts }: KnownNode): boolean =>
  facts.inputs.every((fact) => (fact?.type ?? 0) <= FLOAT32);

/** Why tensors cannot be the weights and biases of a layer; undefined where they can. */
function flawOfParameters(
  names: readonly string[],
  { constantNames, facts }: ModelGraph,
): Refusal | undefined {
  if (!names.every((name) => constantNames.has(name))) {
    return { reason: 'its weights are computed anew for each image' };
  }
  const known = names.map((name) => facts.get(name) ?? UNKNOWN);
  if (!known.every(({ type }) => type <= FLOAT32)) return FLOATS;
  const isSparse = known.some(({ stored }) => stored?.tensor.listed !== undefined);
  return isSparse ? { reason: 'only those of its weights that are not zero are listed' } : undefined;
}

function onlyLayer({ label }: KnownNode, { layers, reason }: Work): Layer | Refusal {
  const [form, ...others] = layers;
  if (form === undefined || others.length > 0) return { reason: reason ?? 'it is no single layer' };
  return layerFromSpec({ ...form, name: label } as LayerSpec);
}

function convolution(one: KnownNode, graph: ModelGraph, work: Work): Form | Refusal {
  const { pads, makers } = graph;
  const [ifmap = '', weights = '', bias = ''] = one.node.inputs;
  if (!areFloats(one)) return FLOATS;
  const flaw = flawOfParameters([weights, ...(bias === '' ? [] : [bias])], graph);
  if (flaw !== undefined) return flaw;
  const layer = onlyLayer(one, work);
  if ('reason' in layer) return layer;
  const pad = one.facts.inputs[0]?.padded && makers.get(ifmap);
  const isFolded = pad !== undefined && pads.has(pad.node);
  const parameters = { ...PLAIN, weights, bias: bias || undefined };
  return { layer, rows: 1, input: isFolded ? pad.node.inputs[0]! : ifmap, parameters };
}

const PLAIN = { isTransposed: false, factor: 1, biasFactor: 1, bias: undefined, behind: [] } as const;

function gemm(one: KnownNode, graph: ModelGraph): Form | Refusal {
  const { facts, node } = one;
  const [input = '', weights = '', bias = ''] = node.inputs;
  if (!areFloats(one)) return FLOATS;
  const flaw = flawOfParameters([weights, ...(bias === '' ? [] : [bias])], graph);
  if (flaw !== undefined) return flaw;
  if (facts.integer('transA', 0) !== 0) return { reason: 'its images are columns' };
  // The first version takes a feature map as it is
  const [rows, ...each] = facts.shape(0) as [number, ...number[]];
  const inner = product(each);
  const isTransposed = facts.integer('transB', 0) === 0;
  const filters = facts.shape(1)[isTransposed ? 1 : 0]!;
  if (bias !== '' && !isPerFilter(facts.shape(2), filters, 2, 1)) {
    return { reason: 'its bias is not one number per filter' };
  }
  const parameters = {
    ...PLAIN,
    weights,
    isTransposed,
    factor: facts.attribute('alpha')?.float ?? 1,
    biasFactor: facts.attribute('beta')?.float ?? 1,
    bias: bias || undefined,
  };
  return fullyConnected(one, { input, inner, filters, rows: rows / graph.images }, parameters);
}

function matrixProduct(one: KnownNode, graph: ModelGraph): Form | Refusal {
  const { facts, node } = one;
  const [input = '', weights = ''] = node.inputs;
  if (!areFloats(one)) return FLOATS;
  if (graph.constantNames.has(input)) return { reason: 'its weights are the left factor' };
  const flaw = flawOfParameters([weights], graph);
  if (flaw !== undefined) return flaw;
  const [left, right] = [facts.shape(0), facts.shape(1)];
  if (right.length !== 2) return { reason: 'its weights are no matrix' };
  const [inner, filters] = right as [number, number];
  const rows = product(left.slice(0, -1)) / graph.images;
  return fullyConnected(one, { input, inner, filters, rows }, { ...PLAIN, weights, isTransposed: true });
}

/** Each row of the left factor is an image of the chip. */
function fullyConnected(
  { label, facts }: KnownNode,
  { input, inner, filters, rows }: { input: string; inner: number; filters: number; rows: number },
  parameters: ParameterNames,
): Form | Refusal {
  if (!Number.isInteger(rows) || rows < 1) return { reason: 'its rows are not the same for each image' };
  const [, channels, height, width] = facts.fact(0).viewOf ?? [];
  const isFmap = rows === 1 && channels !== undefined && channels * (height ?? 1) * (width ?? 1) === inner;
  const size = isFmap ? ([channels, height ?? 1, width ?? 1] as const) : ([inner, 1, 1] as const);
  const layer = layerFromSpec({ name: label, type: 'fc', input: [...size], filters });
  return { layer, rows, input, parameters };
}

function maxPool(one: KnownNode, _: ModelGraph, work: Work): Form | Refusal {
  if (!areFloats(one)) return FLOATS;
  if (one.node.outputs.filter((name) => name !== '').length > 1)
    return { reason: 'the chip does not tell where its maxima are' };
  const layer = onlyLayer(one, work);
  return 'reason' in layer ? layer : { layer, rows: 1, input: one.node.inputs[0]!, parameters: undefined };
}

function withWhatIsBehind(one: KnownNode, form: Form, graph: ModelGraph): ChipWork {
  const nodes = [one];
  const behind: (Normalisation | Addition)[] = [];
  let sum = one.node.outputs[0]!;
  if (form.parameters !== undefined) {
    for (let next = onlyReader(sum, graph); next !== undefined; next = onlyReader(sum, graph)) {
      const part = normalisation(next, one, graph) ?? addition(next, sum, one, graph);
      if (part === undefined) break;
      behind.push(part);
      nodes.push(next);
      sum = next.node.outputs[0]!;
    }
  }
  const last = form.parameters && onlyReader(sum, graph);
  const relu = last?.node.opType === 'Relu' && last.operator !== undefined;
  return {
    ...form,
    nodes: relu ? [...nodes, last] : nodes,
    sum,
    output: relu ? last.node.outputs[0]! : sum,
    relu,
    parameters: form.parameters && { ...form.parameters, behind },
  };
}

/** The one node that reads a tensor, where nothing else does. */
function onlyReader(tensor: string, { outputs, readers }: ModelGraph): KnownNode | undefined {
  const [reader, ...others] = outputs.has(tensor) ? [] : (readers.get(tensor) ?? []);
  return others.length === 0 ? reader : undefined;
}

/** The axis of a product's outcome that its filters are on: the last, but for a convolution. */
const filterAxis = ({ node, outputs }: KnownNode): number =>
  node.opType === 'Conv' ? 1 : outputs[0]!.shape!.length - 1;

function normalisation(
  { node, facts, operator }: KnownNode,
  maker: KnownNode,
  graph: ModelGraph,
): Normalisation | undefined {
  if (node.opType !== 'BatchNormalization' || operator === undefined) return undefined;
  const [, ...parameters] = node.inputs;
  const isTraining = facts.integer('training_mode', 0) === 1 || facts.integer('spatial', 1) === 0;
  const areConstant = parameters.length === 4 && flawOfParameters(parameters, graph) === undefined;
  const isOne = node.outputs.filter((name) => name !== '').length === 1;
  if (isTraining || !isOne || !areConstant || filterAxis(maker) !== 1) return undefined;
  const [scale, shift, mean, variance] = parameters as [string, string, string, string];
  const epsilon = facts.attribute('epsilon')?.float ?? 1e-5;
  return { type: 'normalisation', scale, shift, mean, variance, epsilon };
}

function addition(
  { node, facts, operator }: KnownNode,
  sum: string,
  maker: KnownNode,
  graph: ModelGraph,
): Addition | undefined {
  if (node.opType !== 'Add' || operator === undefined) return undefined;
  const at = node.inputs[0] === sum ? 1 : 0;
  const bias = node.inputs[at];
  const shape = facts.inputs[at]?.shape;
  const made = maker.outputs[0]?.shape;
  if (bias === undefined || shape === undefined || made === undefined) return undefined;
  if (flawOfParameters([bias], graph) !== undefined) return undefined;
  const axis = filterAxis(maker);
  return isPerFilter(shape, made[axis]!, made.length, axis) ? { type: 'addition', bias } : undefined;
}

/** Whether a tensor that is added to one of so many dimensions is one number, or one for each place on an axis. */
const isPerFilter = (shape: readonly number[], filters: number, rank: number, axis: number): boolean =>
  shape.length <= rank &&
  shape.every((size, i) => size === 1 || (i - shape.length + rank === axis && size === filters));
