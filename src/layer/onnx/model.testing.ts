/** ONNX files for tests, written by another library than the one that reads them. */

import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Layer, Network } from '../layer.ts';

type AttributeValue = number | string | readonly number[] | { readonly float: number } | TensorProto;

/** A node: `node('Conv', ['x', 'w'], ['y'], { strides: [2, 2] })`. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  more: { readonly name?: string; readonly domain?: string } = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  return create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute, ...more });
}

function attributeOf(name: string, value: AttributeValue) {
  const Type = AttributeProto_AttributeType;
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: Type.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: Type.STRING, s: new TextEncoder().encode(value) });
  }
  if (Array.isArray(value)) {
    return create(AttributeProtoSchema, { name, type: Type.INTS, ints: value.map((one) => BigInt(one)) });
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: Type.FLOAT, f: value.float as number });
  return create(AttributeProtoSchema, { name, type: Type.TENSOR, t: value as TensorProto });
}

/** A tensor of floats: of zeros and ones, a third of them zeros, unless values are given. */
export function floats(name: string, dims: readonly number[], values?: ArrayLike<number>): TensorProto {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data = values ?? Float32Array.from({ length: count }, (_, i) => Number(i % 3 !== 0));
  return rawTensor(name, dims, TensorProto_DataType.FLOAT, new Uint8Array(Float32Array.from(data).buffer));
}

/** A tensor of whole numbers: a shape, a list of axes. */
export const integers = (name: string, values: readonly number[], dims = [values.length]): TensorProto =>
  rawTensor(
    name,
    dims,
    TensorProto_DataType.INT64,
    new Uint8Array(BigInt64Array.from(values, (one) => BigInt(one)).buffer),
  );

export const rawTensor = (
  name: string,
  dims: readonly number[],
  dataType: TensorProto_DataType,
  rawData: Uint8Array,
): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dataType,
    dims: dims.map((dim) => BigInt(dim)),
    rawData: new Uint8Array(rawData),
  });

/** A tensor whose values are in another file. */
export function external(
  name: string,
  dims: readonly number[],
  place: Readonly<Record<string, string>>,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: TensorProto_DataType.FLOAT,
    dims: dims.map((dim) => BigInt(dim)),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(place).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
}

export interface ModelSpec {
  readonly nodes: readonly NodeProto[];
  /** Sizes, or names of sizes. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  /** What the file says of shapes in between. */
  readonly between?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly initializers?: readonly TensorProto[];
  /** Default 17. */
  readonly opset?: number;
}

/** An ONNX file. */
export function onnxModel({
  nodes,
  inputs,
  outputs,
  between = {},
  initializers = [],
  opset = 17,
}: ModelSpec): Uint8Array {
  const graph = create(GraphProtoSchema, {
    name: 'graph',
    node: [...nodes],
    input: Object.entries(inputs).map(([name, dims]) => valueInfo(name, dims)),
    output: outputs.map((name) => valueInfo(name)),
    valueInfo: Object.entries(between).map(([name, dims]) => valueInfo(name, dims)),
    initializer: [...initializers],
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, producerName: 'test', opsetImport, graph }),
  );
}

function valueInfo(name: string, dims?: readonly (number | string)[]) {
  const shape =
    dims &&
    create(TensorShapeProtoSchema, {
      dim: dims.map((size) =>
        create(TensorShapeProto_DimensionSchema, {
          value:
            typeof size === 'number'
              ? { case: 'dimValue', value: BigInt(size) }
              : { case: 'dimParam', value: size },
        }),
      ),
    });
  const value = create(TypeProto_TensorSchema, {
    elemType: TensorProto_DataType.FLOAT,
    ...(shape && { shape }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }),
  });
}

/** Layers side by side as an ONNX file: each takes an input of its own, `<name>.x`. */
export function modelOf({ layers }: Network, images = 1): Uint8Array {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: Record<string, readonly number[]> = {};
  for (const layer of layers) {
    const { name } = layer;
    inputs[`${name}.x`] = [images, ...layer.input];
    const weights = weightsOf(layer);
    if (weights) initializers.push(floats(`${name}.w`, weights));
    nodes.push(...nodesOf(layer));
  }
  return onnxModel({ nodes, inputs, initializers, outputs: layers.map(({ name }) => `${name}.y`) });
}

function weightsOf(layer: Layer): readonly number[] | undefined {
  if (layer.type === 'pool') return undefined;
  const [channels, height, width] = layer.input;
  if (layer.type === 'fc') return [channels * height * width, layer.filters];
  return [layer.filters, channels / layer.groups, ...layer.kernel];
}

function nodesOf(layer: Layer): readonly NodeProto[] {
  const { name } = layer;
  const [x, w, y] = [`${name}.x`, `${name}.w`, `${name}.y`];
  if (layer.type === 'fc') {
    return [node('Flatten', [x], [`${name}.flat`]), node('Gemm', [`${name}.flat`, w], [y], {}, { name })];
  }
  const window = { kernel_shape: layer.kernel, strides: layer.stride, pads: layer.pad };
  if (layer.type === 'pool') return [node('MaxPool', [x], [y], window, { name })];
  const { dilation, groups } = layer;
  return [node('Conv', [x, w], [y], { ...window, dilations: dilation, group: groups }, { name })];
}
