import { create, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { floats, node } from '../../src/layer/onnx/model.testing.ts';
import { CLASSES, SIDE } from './digits.ts';
import type { NetworkInTraining } from './network.ts';

type Attributes = Parameters<typeof node>[3];

/** LeNet-5 with its weights as an ONNX file: digits `[N, 1, 28, 28]` in, probabilities `[N, 10]` out. */
export const lenet5Model = (network: NetworkInTraining): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'rowhouse tools/lenet',
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
      graph: {
        name: 'lenet-5',
        node: [...nodes()],
        input: [openBatch('digits', [1, SIDE, SIDE])],
        output: [openBatch('probabilities', [CLASSES])],
        initializer: network
          .flatMap(({ parameters }) => parameters)
          .map(({ name, dims, values }) => floats(name, dims, values)),
      },
    }),
  );

/** Each node is named as what it gives, but for the last. */
function nodes(): readonly NodeProto[] {
  const kernel = { kernel_shape: [5, 5] };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const plain = (opType: string, x: string, name: string, attributes = {}) =>
    node(opType, [x], [name], attributes, { name });
  const weighted = (opType: string, x: string, name: string, attributes: Attributes) =>
    node(opType, [x, `${name}.weight`, `${name}.bias`], [name], attributes, { name });
  return [
    weighted('Conv', 'digits', 'conv1', { ...kernel, pads: [2, 2, 2, 2] }),
    plain('Relu', 'conv1', 'relu1'),
    plain('MaxPool', 'relu1', 'pool1', pool),
    weighted('Conv', 'pool1', 'conv2', kernel),
    plain('Relu', 'conv2', 'relu2'),
    plain('MaxPool', 'relu2', 'pool2', pool),
    weighted('Conv', 'pool2', 'conv3', kernel),
    plain('Relu', 'conv3', 'relu3'),
    plain('Flatten', 'relu3', 'flatten'),
    weighted('Gemm', 'flatten', 'fc1', { transB: 1 }),
    plain('Relu', 'fc1', 'relu4'),
    weighted('Gemm', 'relu4', 'fc2', { transB: 1 }),
    node('Softmax', ['fc2'], ['probabilities'], { axis: 1 }, { name: 'softmax' }),
  ];
}

/** Floats for a number of images that is open. */
function openBatch(name: string, sizes: readonly number[]): ValueInfoProto {
  const dim = sizes.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const images = { value: { case: 'dimParam' as const, value: 'N' } };
  const tensor = { elemType: TensorProto_DataType.FLOAT, shape: { dim: [images, ...dim] } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensor } } });
}
