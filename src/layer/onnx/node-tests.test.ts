import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import type { Fact } from './fact.ts';
import { inferShapes } from './inference.ts';
import { parseOnnx } from './network.ts';
import { type OnnxModel, readOnnxFile } from './onnx-file.ts';
import { OPERATORS } from './operators/registry.ts';
import { smallValues } from './tensor.ts';

/*
 * The tests that ONNX has for each operator: a model of it, inputs, and the outputs that are right. Debian has them in the
 * package libonnx-testdata; where it is not installed, these tests are skipped, except where everything is tested.
 */
const ROOT = '/usr/share/libonnx-testdata/data';
const isThere = existsSync(ROOT);

/** What depends on the values of inputs and not on their sizes alone, or is no tensor. */
const NOT_BY_SHAPE = /optional|sequence|identity_opt/;

interface Case {
  readonly name: string;
  readonly folder: string;
}

const cases = !isThere
  ? []
  : ['node', 'simple', 'pytorch-converted', 'pytorch-operator'].flatMap((kind) =>
      readdirSync(`${ROOT}/${kind}`)
        .map((name): Case => ({ name, folder: `${ROOT}/${kind}/${name}` }))
        .filter(
          ({ name, folder }) =>
            !NOT_BY_SHAPE.test(name) && existsSync(`${folder}/test_data_set_0/output_0.pb`),
        ),
    );

function tensorIn(file: string) {
  if (!existsSync(file)) return undefined;
  const { dataType, dims, rawData } = fromBinary(TensorProtoSchema, readFileSync(file));
  return { name: '', type: dataType, dims: dims.map(Number), raw: rawData, typed: [], external: undefined };
}

/** A model without what it says of the shapes of its tensors. */
function modelIn(folder: string, name: string): OnnxModel {
  const model = readOnnxFile(readFileSync(`${folder}/model.onnx`), name);
  const outputs = model.graph.outputs.map((output) => ({ ...output, dims: undefined }));
  return { ...model, graph: { ...model.graph, outputs, between: [] } };
}

const supported = cases
  .map((one) => ({ ...one, model: modelIn(one.folder, one.name) }))
  .filter(({ model }) =>
    model.graph.nodes.every(({ opType, domain }) => domain === '' && OPERATORS.has(opType)),
  );

/** Equations with an ellipsis are no letters alone. */
const UNKNOWN_SHAPES: readonly string[] = ['test_einsum_batch_diagonal'];

it.skipIf(!isThere && !process.env.CI)('ONNX has tests for what networks are made of', () => {
  const operators = new Set(supported.flatMap(({ model }) => model.graph.nodes.map(({ opType }) => opType)));
  const needed =
    'Conv ConvTranspose Gemm MatMul MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization Relu Add Mul Concat Split Slice Reshape Transpose Flatten Resize Pad ReduceMean Squeeze Unsqueeze Shape Gather Constant Identity Dropout LRN Softmax QLinearConv QLinearMatMul QuantizeLinear DequantizeLinear';
  for (const operator of needed.split(' ')) expect(operators).toContain(operator);
  expect(supported.length).toBeGreaterThan(800);
});

describe.skipIf(!isThere)('shapes of the outputs', () => {
  it.each(supported)('$name', ({ name, folder, model }) => {
    const inputs = new Map<string, Fact>();
    model.graph.inputs.forEach((input, i) => {
      const tensor = tensorIn(`${folder}/test_data_set_0/input_${i}.pb`);
      if (tensor === undefined) return;
      // Patterns of bfloat16 are stored as whole numbers
      const values = tensor.type === input.type ? smallValues(tensor) : undefined;
      inputs.set(input.name, { type: input.type, shape: tensor.dims, values });
    });
    const { facts } = inferShapes(model, inputs, name);
    model.graph.outputs.forEach((output, i) => {
      const expected = tensorIn(`${folder}/test_data_set_0/output_${i}.pb`);
      const found = facts.get(output.name);
      if (expected === undefined || (UNKNOWN_SHAPES.includes(name) && found?.shape === undefined)) return;
      expect(found?.shape).toEqual(expected.dims);
      const values = smallValues(expected);
      if (values === undefined || found?.values === undefined) return;
      // What is followed is computed in double precision
      values.forEach((value, v) => {
        const error = Math.abs(value - found.values![v]!);
        expect(
          Number.isNaN(value) || error <= 1e-6 * (1 + Math.abs(value)) || value === found.values![v],
        ).toBe(true);
      });
    });
  });
});

const LAYERS =
  /^(Conv|ConvTranspose|ConvInteger|QLinearConv|Gemm|MatMul|MatMulInteger|QLinearMatMul|.*Pool)$/;

/** Convolutions and pools over three directions, and pools of pixels that are apart. */
const NO_LAYER = /(conv|pool).*3d|pool.*dilation/i;

describe.skipIf(!isThere)('what becomes of convolutions, products and pools', () => {
  const few = supported.filter(({ model }) => model.graph.nodes.some(({ opType }) => LAYERS.test(opType)));

  it.each(few)('$name', ({ name, folder, model }) => {
    const shapes: Record<string, readonly number[]> = {};
    model.graph.inputs.forEach((input, i) => {
      const tensor = tensorIn(`${folder}/test_data_set_0/input_${i}.pb`);
      if (tensor && !model.graph.initializers.has(input.name)) shapes[input.name] = tensor.dims;
    });
    const imported = () => parseOnnx(readFileSync(`${folder}/model.onnx`), { file: name, shapes });
    // Where there is no such layer, the node says so, and a network of nothing else is refused
    if (NO_LAYER.test(name)) {
      expect(imported).toThrow(
        /becomes a layer: .*: (a convolution over 3|a pool over 3|a pool of pixels that are apart)/,
      );
      return;
    }
    const { coverage, layers } = imported();
    expect(layers.length).toBeGreaterThan(0);
    expect(coverage).toMatchObject({ macsPercent: 100, nodes: { unsupported: [] } });
    expect(coverage.list.filter(({ op }) => LAYERS.test(op)).map(({ became }) => became)).not.toContain(
      'elementwise',
    );
  });
});
