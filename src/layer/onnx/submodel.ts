import type { ExternalFiles } from './external.ts';
import type { OnnxModel, OnnxNode } from './onnx-file.ts';
import { bytesOf, type Tensor } from './tensor.ts';
import { integer, joined, message, type Pieces, tensorMessage, text, valueMessage } from './writing.ts';

/** A part of a model to be run by itself. */
export interface Part {
  /** In an order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  /** Tensors that come in, and the numbers of their element types: none that its nodes make. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Tensors that come out: made by its nodes. */
  readonly outputs: readonly string[];
}

/**
 * A part of a model as an ONNX file of its own: nodes as they stand in the file, with the initializers that they use, those
 * in other files too. Shapes are left open.
 *
 * @param files the files beside the model, where weights may be
 */
export function submodel(model: OnnxModel, part: Part, files: ExternalFiles | undefined): Uint8Array {
  const { source, graph } = model;
  const used = new Set(part.nodes.flatMap(({ inputs, captured }) => [...inputs, ...captured]));
  const initializers = [...graph.initializers.values()].filter(
    ({ name }) => used.has(name) && !part.inputs.has(name),
  );
  const body = [
    ...part.nodes.flatMap((node) => message(1, [node.source])),
    ...text(2, graph.name || 'part'),
    ...initializers.flatMap((tensor) => initializer(tensor, graph.sources.get(tensor.name)!, files)),
    ...[...part.inputs].flatMap(([name, type]) => message(11, valueMessage(name, type))),
    ...part.outputs.flatMap((name) => message(12, valueMessage(name))),
  ];
  return joined([
    ...integer(1, source.irVersion),
    ...message(7, body),
    ...source.operatorSets.flatMap((set) => message(8, [set])),
    ...source.functions.flatMap((one) => message(25, [one])),
  ]);
}

function initializer(tensor: Tensor, source: Uint8Array, files: ExternalFiles | undefined): Pieces {
  if (tensor.listed !== undefined) return message(SPARSE, [source]);
  if (tensor.external === undefined || files === undefined) return message(DENSE, [source]);
  const { location, offset } = tensor.external;
  const values = files.read(location, offset, bytesOf(tensor) ?? 0);
  return message(DENSE, tensorMessage(tensor.name, tensor.type, tensor.dims, values));
}

/** The fields of a graph that initializers are. */
const [DENSE, SPARSE] = [5, 15];
