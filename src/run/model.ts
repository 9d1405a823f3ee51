import { InputError } from '../input-error.ts';
import { checkExternal, type ExternalFiles } from '../layer/onnx/external.ts';
import { type Fact, NotKnown } from '../layer/onnx/fact.ts';
import { type PaddedGraph, withFoldedPads } from '../layer/onnx/folding.ts';
import { inferShapes, type KnownNode } from '../layer/onnx/inference.ts';
import { type OnnxModel, readOnnxFile, type ValueInfo } from '../layer/onnx/onnx-file.ts';
import { checkOutputs } from '../layer/onnx/order.ts';
import { bytesOf, FLOAT32 } from '../layer/onnx/tensor.ts';

/** An ONNX model that may be run: it has one input, which images go into. */
export interface RunnableModel {
  /** The file's name, for messages. */
  readonly file: string;
  readonly model: OnnxModel;
  /** The files beside the model, where weights may be. */
  readonly files: ExternalFiles | undefined;
  readonly input: ModelInput;
}

/** The input that images go into. */
export interface ModelInput {
  readonly name: string;
  /** Images first; undefined for sizes that the file leaves open. */
  readonly sizes: readonly (number | undefined)[];
}

/**
 * Reads a model that is to be run.
 *
 * @param files the files beside the model: needed where weights are in them
 * @throws InputError if the bytes are no ONNX model or a damaged one, if weights are missing or in files where they cannot be,
 * or if it has another number of inputs than one, or one that is no tensor of floats with a dimension for images.
 */
export function readModel(bytes: Uint8Array, file: string, files?: ExternalFiles): RunnableModel {
  const model = readOnnxFile(bytes, file);
  checkExternal(model, file, files);
  checkOutputs(model.graph, file);
  checkWeights(model, file, files);
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  const [input, ...others] = inputs;
  const refuse = (found: string, allowed: string) =>
    new InputError({ code: 'does-not-fit', path: ['graph', 'input'], found, allowed, file });
  if (input === undefined || others.length > 0) {
    throw refuse(inputs.map(({ name }) => name).join(', ') || 'none', 'one input, which images go into');
  }
  return { file, model, files, input: imageInput(input, refuse) };
}

/** Refuses a model whose weights are elsewhere or left out. */
function checkWeights({ graph }: OnnxModel, file: string, files: ExternalFiles | undefined): void {
  for (const tensor of graph.initializers.values()) {
    const { name, type, dims, raw, typed, external, listed } = tensor;
    const path = ['graph', name];
    if (external !== undefined && files === undefined) {
      throw new InputError({ code: 'missing', path, allowed: `its values, from ${external.location}`, file });
    }
    if (type !== FLOAT32 || external !== undefined || listed !== undefined) continue;
    const found = typed.reduce((sum, { length }) => sum + length, raw?.length ?? 0);
    const needed = bytesOf(tensor)!;
    if (found === needed) continue;
    const allowed = `${needed} bytes, for ${dims.join(' × ')} floats of 32 bits`;
    throw new InputError({ code: 'does-not-fit', path, found: `${found} bytes`, allowed, file });
  }
}

function imageInput(
  { name, type, dims }: ValueInfo,
  refuse: (found: string, allowed: string) => InputError,
): ModelInput {
  if (type !== FLOAT32 && type !== 0) throw refuse(`${name} of another type`, 'floats of 32 bits');
  if (dims === undefined || dims.length < 2) {
    throw refuse(
      `${name} of ${dims?.length ?? 'unknown'} dimensions`,
      'images first, then what they consist of',
    );
  }
  return { name, sizes: dims.map((size) => (typeof size === 'number' ? size : undefined)) };
}

/** A model at a batch size: what is known of each tensor, and what never changes. */
export interface ModelGraph extends PaddedGraph {
  readonly images: number;
  readonly inputShape: readonly number[];
  readonly outputs: ReadonlySet<string>;
  /** Nodes that make the same in every run, out of nothing that comes in. */
  readonly constants: ReadonlySet<KnownNode>;
  /** Names of tensors that never change: those of the file, and what such nodes make. */
  readonly constantNames: ReadonlySet<string>;
  /** The node that makes a tensor. */
  readonly makers: ReadonlyMap<string, KnownNode>;
  /** The nodes that read a tensor, for its values or its sizes. */
  readonly readers: ReadonlyMap<string, readonly KnownNode[]>;
}

/**
 * A model for so many images of a shape.
 *
 * @param shape of one image
 * @throws InputError if the images are not a whole number from 1, if the shape is not that of the file, or if nodes do not
 * fit together.
 */
export function modelGraph(
  { file, model, input }: RunnableModel,
  images: number,
  shape: readonly number[],
): ModelGraph {
  if (!Number.isInteger(images) || images < 1) {
    const allowed = 'a whole number from 1';
    throw new InputError({ code: 'out-of-range', path: ['batch'], found: images, allowed });
  }
  const [, ...sizes] = input.sizes;
  const fits = shape.length === sizes.length && sizes.every((size, i) => (size ?? shape[i]) === shape[i]);
  if (!fits) {
    const allowed = sizes.map((size) => size ?? 'any').join(' × ');
    throw new InputError({
      code: 'does-not-fit',
      path: ['input', input.name],
      found: shape.join(' × '),
      allowed: `${allowed}, as ${file} says`,
    });
  }
  const inputShape = [images, ...shape];
  const facts = new Map<string, Fact>([
    [input.name, { type: FLOAT32, shape: inputShape, isFmap: inputShape.length === 4 }],
  ]);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const graph = withFoldedPads(inferred(model, facts, file, images, input), outputs);
  const makers = new Map(graph.nodes.flatMap((one) => one.node.outputs.map((name) => [name, one] as const)));
  makers.delete('');
  const readers = readersOf(graph.nodes);
  return { ...graph, images, inputShape, outputs, makers, readers, ...constantsOf(graph.nodes, model) };
}

/** Names of all tensors that a node reads, also in a body of its own. */
export const inputsOf = ({ node }: KnownNode): readonly string[] => [
  ...new Set([...node.inputs, ...node.captured].filter((name) => name !== '')),
];

function readersOf(nodes: readonly KnownNode[]): ReadonlyMap<string, readonly KnownNode[]> {
  const readers = new Map<string, KnownNode[]>();
  for (const one of nodes) {
    for (const name of inputsOf(one)) {
      const known = readers.get(name);
      if (known) known.push(one);
      else readers.set(name, [one]);
    }
  }
  return readers;
}

/** Some files are made for one batch size only: then it is what the message is about. */
function inferred(
  model: OnnxModel,
  facts: ReadonlyMap<string, Fact>,
  file: string,
  images: number,
  { sizes: [made] }: ModelInput,
) {
  try {
    return inferShapes(model, facts, file);
  } catch (error) {
    if (!(error instanceof InputError) || made === undefined || made === images) throw error;
    const allowed = `${made}, which ${file} is made for: other sizes do not fit its nodes`;
    throw new InputError({ code: 'does-not-fit', path: ['batch'], found: images, allowed });
  }
}

/** Whether a node draws random numbers. */
export const isDrawn = ({ node }: KnownNode): boolean => /^(Random|Multinomial|Bernoulli)/.test(node.opType);

function constantsOf(nodes: readonly KnownNode[], { graph }: OnnxModel) {
  const constantNames = new Set(graph.initializers.keys());
  const constants = new Set<KnownNode>();
  for (const one of nodes) {
    const { outputs } = one.node;
    if (isDrawn(one) || !inputsOf(one).every((name) => constantNames.has(name))) continue;
    constants.add(one);
    for (const output of outputs) if (output !== '') constantNames.add(output);
  }
  return { constants, constantNames };
}

/** The tensor whose words a tensor has, in the same order. */
export function wordsOf(tensor: string, { makers }: ModelGraph): string {
  for (let name = tensor; ; ) {
    const maker = makers.get(name);
    // A Dropout's mask is none of its words
    if (maker === undefined || !isView(maker) || maker.node.outputs[0] !== name) return name;
    name = maker.node.inputs[0]!;
  }
}

/** Whether a node makes the same values in the same order, so that the chip's words stay as they are. */
const isView = ({ operator, node, facts }: KnownNode): boolean =>
  operator?.kind === 'view' &&
  VIEWS.includes(node.opType) &&
  (node.opType !== 'Dropout' || (!facts.has(2) && facts.integer('is_test', 1) === 1));

const VIEWS: readonly string[] = ['Identity', 'Dropout', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

/** MACs of a node for all images of the graph; undefined where they cannot be known. */
export function macsOf({ operator, unknown, facts }: KnownNode, images: number): number | undefined {
  if (operator?.work === undefined) return operator === undefined ? undefined : 0;
  if (unknown !== undefined) return undefined;
  try {
    return operator.work(facts, images).macs;
  } catch (error) {
    if (error instanceof NotKnown || error instanceof InputError) return undefined;
    throw error;
  }
}
