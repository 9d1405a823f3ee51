import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { LayerRun } from '../src/chip/layer.ts';
import { onnxruntime, QUIET } from '../src/onnxruntime.testing.ts';

/**
 * Milliseconds that onnxruntime takes for the convolutions of these layers together, in float on one thread: the median of
 * several runs. Undefined where it is not installed.
 */
export async function onnxruntimeMs(runs: readonly LayerRun[]): Promise<number | undefined> {
  const runtime = onnxruntime();
  if (runtime === undefined) return undefined;
  const sessions = await Promise.all(
    runs.map(async (run) => {
      const { shape, height, width } = run.layer;
      const ifmap = Float32Array.from(run.words.ifmap);
      const x = new runtime.Tensor('float32', ifmap, [shape.N, shape.G * shape.C, height, width]);
      return { session: await runtime.InferenceSession.create(convModel(run), QUIET), feeds: { x } };
    }),
  );
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const start = performance.now();
    for (const { session, feeds } of sessions) await session.run(feeds);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** An ONNX model of one convolution, its weights within. */
function convModel({ layer, words }: LayerRun): Uint8Array {
  const { G, C, M, R, S, E, F, Uv, Uh } = layer.shape;
  const bottom = (E - 1) * Uv + R - layer.height - layer.padTop;
  const right = (F - 1) * Uh + S - layer.width - layer.padLeft;
  const integers = (name: string, values: readonly number[]) =>
    create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.INTS,
      ints: values.map((value) => BigInt(value)),
    });
  const weights = create(TensorProtoSchema, {
    name: 'w',
    dataType: TensorProto_DataType.FLOAT,
    dims: [G * M, C, R, S].map((size) => BigInt(size)),
    rawData: new Uint8Array(Float32Array.from(words.filters).buffer),
  });
  const conv = create(NodeProtoSchema, {
    opType: 'Conv',
    input: ['x', 'w'],
    output: ['y'],
    attribute: [
      integers('strides', [Uv, Uh]),
      integers('pads', [layer.padTop, layer.padLeft, bottom, right]),
      create(AttributeProtoSchema, { name: 'group', type: AttributeProto_AttributeType.INT, i: BigInt(G) }),
    ],
  });
  const value = (name: string) =>
    create(ValueInfoProtoSchema, {
      name,
      type: { value: { case: 'tensorType', value: { elemType: TensorProto_DataType.FLOAT } } },
    });
  const graph = create(GraphProtoSchema, {
    name: 'g',
    node: [conv],
    input: [value('x')],
    output: [value('y')],
    initializer: [weights],
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: 13n })];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 7n, opsetImport, graph }));
}
