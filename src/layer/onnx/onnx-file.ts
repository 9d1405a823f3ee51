import { InputError } from '../../input-error.ts';
import { Message } from './message.ts';
import { emptyModel, MODEL } from './onnx-fields.ts';
import type { Tensor } from './tensor.ts';

/** What an ONNX file says of a network. Weights stay views of the file. */
export interface OnnxModel {
  /** What wrote the file, such as `pytorch 2.5.0`; empty where it does not say. */
  readonly producer: string;
  /** The version of ONNX's own operators. */
  readonly opset: number;
  /** Names of the functions that the model defines itself, as `domain::name`. */
  readonly functions: ReadonlySet<string>;
  /** What else of the file its nodes need to run. */
  readonly source: ModelSource;
  readonly graph: OnnxGraph;
}

/** Parts of a model as they stand in the file: views. */
export interface ModelSource {
  /** The version of the format. */
  readonly irVersion: number;
  /** Messages of type OperatorSetIdProto. */
  readonly operatorSets: readonly Uint8Array[];
  /** Messages of type FunctionProto. */
  readonly functions: readonly Uint8Array[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Initializers as they stand in the file, by name: messages of type TensorProto or SparseTensorProto. */
  readonly sources: ReadonlyMap<string, Uint8Array>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** What the file says of tensors in between. */
  readonly between: readonly ValueInfo[];
}

export interface OnnxNode {
  /** Empty where it has none. */
  readonly name: string;
  readonly opType: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** Names of tensors; empty for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Tensors around it that graphs within it, such as the body of a loop, use. */
  readonly captured: readonly string[];
  /** As it stands in the file: a message of type NodeProto. */
  readonly source: Uint8Array;
}

/** An attribute of a node: the one of these that it has. */
export interface Attribute {
  readonly float?: number;
  readonly integer?: number;
  /** UTF-8 */
  readonly text?: Uint8Array;
  readonly tensor?: Tensor;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

/** The type of a tensor. */
export interface ValueInfo {
  readonly name: string;
  /** As in {@link Tensor}; 0 where it does not say. */
  readonly type: number;
  /** Sizes, names of sizes that differ from run to run, or an empty text for one without a name; undefined for no shape. */
  readonly dims: readonly (number | string)[] | undefined;
}

/**
 * Reads an ONNX file. Takes time and memory for its nodes, not for its weights.
 *
 * @param file the file's name, for messages
 * @throws InputError if it is damaged, cut off, no ONNX file, or has no graph. The path leads to the damaged part.
 */
export function readOnnxFile(bytes: Uint8Array, file: string): OnnxModel {
  const flaw = (found: string) =>
    new InputError({ code: 'syntax', path: [], found, allowed: 'an ONNX model', file });
  if (bytes.length === 0) throw flaw('an empty file');
  let model: ReturnType<typeof emptyModel>;
  try {
    model = Message.of(bytes, file).read(MODEL, emptyModel());
  } catch (error) {
    throw flawOf(bytes, flaw) ?? error;
  }
  const { producer, opset, functions, graph, source } = model;
  if (graph === undefined) throw flawOf(bytes, flaw) ?? flaw('no graph: no network is described here');
  return { producer: producer.join(' ').trim(), opset, functions, graph, source };
}

/** What a file that is no ONNX model is instead, as far as its beginning tells. */
function flawOf(bytes: Uint8Array, flaw: (found: string) => InputError): InputError | undefined {
  const beginning = String.fromCharCode(...bytes.subarray(0, 64));
  if (beginning.startsWith('version https://git-lfs')) {
    return flaw("a pointer of Git LFS instead of the file: 'git lfs pull' fetches it");
  }
  if (beginning.startsWith('PK\x03\x04')) return flaw('a zip archive, as PyTorch saves: export it to ONNX');
  if (beginning.startsWith('\x89HDF')) return flaw('an HDF5 file, as Keras saves: export it to ONNX');
  if (beginning.slice(4, 8) === 'TFL3') return flaw('a TensorFlow Lite model: convert it to ONNX');
  return /^[\t\n\r -~]+$/.test(beginning) ? flaw('a text file') : undefined;
}
