import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { InputError } from '../input-error.ts';
import {
  type ConvLayer,
  type FcLayer,
  type Layer,
  type Network,
  ofmapSize,
  type PoolLayer,
} from '../layer/layer.ts';
import { FLOAT32 } from '../layer/onnx/tensor.ts';
import {
  integer,
  joined,
  message,
  type Pieces,
  tensorMessage,
  text,
  valueMessage,
} from '../layer/onnx/writing.ts';

/**
 * A network whose trained weights cannot be had, as an ONNX model with weights that are drawn: uniform, with the variance
 * 2/(products of a sum) that keeps signals as large as they are through layers with ReLUs (He, Zhang, Ren and Sun,
 * "Delving Deep into Rectifiers", ICCV 2015, Eq. (10)), and biases of 0. A ReLU follows each layer but pools and the last
 * fully connected one, which a Softmax follows. The batch is open. The same for the same seed.
 *
 * @throws InputError if a layer does not take what the one before it makes.
 */
export function syntheticModel({ name, layers }: Network, seed: number): Uint8Array {
  checkChain(name, layers);
  const [first] = layers as readonly [Layer];
  const nodes: Pieces[] = [];
  const initializers: Pieces[] = [];
  let tensor = 'images';
  const add = (opType: string, label: string, inputs: readonly string[], attributes: Attributes = {}) => {
    nodes.push(nodeMessage(opType, label, [tensor, ...inputs], label, attributes));
    tensor = label;
  };
  for (const [i, layer] of layers.entries()) {
    if (layer.type === 'pool') {
      add('MaxPool', layer.name, [], windowAttributes(layer));
      continue;
    }
    const { weights, dims } = drawnWeights(layer, seed + i);
    const names = [`${layer.name}.weight`, `${layer.name}.bias`] as const;
    initializers.push(tensorMessage(names[0], FLOAT32, dims, bytesOf(weights)));
    initializers.push(
      tensorMessage(names[1], FLOAT32, [layer.filters], bytesOf(new Float32Array(layer.filters))),
    );
    if (layer.type === 'conv') {
      const { dilation, groups } = layer;
      add('Conv', layer.name, names, { ...windowAttributes(layer), dilations: dilation, group: groups });
    } else {
      add('Flatten', `${layer.name}.flat`, []);
      add('Gemm', layer.name, names, { transB: 1 });
    }
    if (layer.type === 'conv' || i < layers.length - 1) add('Relu', `${layer.name}.relu`, []);
    else add('Softmax', `${layer.name}.softmax`, []);
  }
  const graph = [
    ...nodes.flatMap((node) => message(1, node)),
    ...text(2, name),
    ...initializers.flatMap((one) => message(5, one)),
    ...message(11, valueMessage('images', FLOAT32, ['N', ...first.input])),
    ...message(12, valueMessage(tensor, FLOAT32)),
  ];
  return joined([
    ...integer(1, IR_VERSION),
    ...text(2, 'rowhouse'),
    ...message(7, graph),
    ...message(8, [...text(1, ''), ...integer(2, OPSET)]),
  ]);
}

const [IR_VERSION, OPSET] = [8, 17];

function checkChain(network: string, layers: readonly Layer[]): void {
  const refuse = (found: string) =>
    new InputError({
      code: 'syntax',
      path: ['network'],
      found,
      allowed: 'layers of which each takes what the one before it makes, or an .onnx file',
    });
  if (layers.length === 0) throw refuse(`${network} has no layers`);
  for (const [i, layer] of layers.entries()) {
    if (layer.type === 'conv' && layer.weightsPerImage) {
      throw refuse(`${network}: the weights of ${layer.name} are computed`);
    }
    const before = layers[i - 1];
    if (before === undefined) continue;
    const [rows, columns] = ofmapSize(before);
    const made = [before.type === 'pool' ? before.input[0] : before.filters, rows, columns];
    const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
    const fits =
      layer.type === 'fc'
        ? product(layer.input) === product(made)
        : layer.input.every((size, d) => size === made[d]);
    if (fits) continue;
    const [given, taken] = [made.join(' × '), layer.input.join(' × ')];
    throw refuse(`${network}: ${before.name} makes ${given} and ${layer.name} takes ${taken}`);
  }
}

function drawnWeights(layer: ConvLayer | FcLayer, seed: number) {
  const [channels, height, width] = layer.input;
  const dims =
    layer.type === 'conv'
      ? [layer.filters, channels / layer.groups, ...layer.kernel]
      : [layer.filters, channels * height * width];
  const products = dims.slice(1).reduce((all, size) => all * size, 1);
  // Uniform up to this has the variance 2/products
  const most = Math.sqrt(6 / products);
  const generator = xoroshiro128plus(seed);
  const weights = new Float32Array(layer.filters * products);
  for (let i = 0; i < weights.length; i++) weights[i] = (generator.next() / 2 ** 31) * most;
  return { weights, dims };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

type Attributes = Readonly<Record<string, number | readonly number[]>>;

const windowAttributes = ({ kernel, stride, pad }: ConvLayer | PoolLayer): Attributes => ({
  kernel_shape: kernel,
  strides: stride,
  pads: pad,
});

/** A NodeProto with one output. */
const nodeMessage = (
  opType: string,
  name: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes,
): Pieces => [
  ...inputs.flatMap((input) => text(1, input)),
  ...text(2, output),
  ...text(3, name),
  ...text(4, opType),
  ...Object.entries(attributes).flatMap(([key, value]) => message(5, attributeMessage(key, value))),
];

/** AttributeProto.AttributeType of ONNX. */
const [INT, INTS] = [2, 7];

const attributeMessage = (name: string, value: number | readonly number[]): Pieces =>
  typeof value === 'number'
    ? [...text(1, name), ...integer(3, value), ...integer(20, INT)]
    : [...text(1, name), ...value.flatMap((one) => integer(8, one)), ...integer(20, INTS)];

/** Images to run such a network on: pixels from −1 to 1, drawn. The same for the same seed. */
export function syntheticImage(size: number, seed: number): Float32Array {
  const generator = xoroshiro128plus(seed);
  return Float32Array.from({ length: size }, () => generator.next() / 2 ** 31);
}
