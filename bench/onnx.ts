import { floats, node, onnxModel } from '../src/layer/onnx/model.testing.ts';
import { parseOnnx } from '../src/layer/onnx/network.ts';

/** An ONNX file of about 100 MB with 1,000 nodes: convolutions, each with an activation. */
export function largeModel(): Uint8Array {
  const nodes = Array.from({ length: 500 }, (_, i) => [
    node(
      'Conv',
      [i === 0 ? 'x' : `r${i - 1}`, `w${i}`],
      [`c${i}`],
      { pads: [1, 1, 1, 1] },
      { name: `conv${i}` },
    ),
    node('Relu', [`c${i}`], [`r${i}`]),
  ]).flat();
  const initializers = Array.from({ length: 500 }, (_, i) => floats(`w${i}`, [75, 75, 3, 3]));
  return onnxModel({ nodes, inputs: { x: [1, 75, 56, 56] }, outputs: ['r499'], initializers });
}

/** Reads it and finds its shapes, layers and zeros. Returns the bytes of buffers that this took. */
export function readModel(bytes: Uint8Array): number {
  const before = process.memoryUsage().arrayBuffers;
  const { layers } = parseOnnx(bytes, { file: 'large.onnx' });
  if (layers.length !== 500) throw new Error(`${layers.length} layers`);
  return process.memoryUsage().arrayBuffers - before;
}
