/** What a run makes of one image, from the definitions alone: it shares nothing with the run but the formats of the words. */

import { ofmapByDefinition } from '../chip/definition.testing.ts';
import { type Layer, layerFromSpec } from '../layer/layer.ts';
import { floats, integers, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { runOnnx } from './host.testing.ts';
import type { HostRuntime } from './host.ts';
import type { TestNetwork, TestNode } from './network.testing.ts';
import type { RanLayer } from './result.ts';

type Told = Pick<RanLayer, 'name' | 'operators' | 'format'>;

/** A tensor of one image: words of the chip, or numbers of the host. */
type Value =
  | { readonly words: Int16Array; readonly fractionBits: number }
  | { readonly numbers: Float32Array };

const numbersOf = (value: Value): Float32Array =>
  'numbers' in value
    ? value.numbers
    : Float32Array.from(value.words, (word) => word * 2 ** -value.fractionBits);

const VIEWS = ['Identity', 'Dropout', 'Flatten', 'Reshape'];

/**
 * All tensors that there are when a network runs on an image.
 *
 * @param told the layers that ran on the chip
 * @param biasesOf the biases that a layer ran with, where they were corrected
 */
export async function reference(
  network: TestNetwork,
  image: Float32Array,
  told: readonly Told[],
  runtime: HostRuntime,
  biasesOf: (layer: string) => Int16Array | undefined = () => undefined,
): Promise<ReadonlyMap<string, Value>> {
  const values = new Map<string, Value>([['x', { numbers: image }]]);
  const layers = new Map(told.map((layer) => [layer.name, layer]));
  const done = new Set<string>();
  for (const one of network.nodes) {
    const layer = layers.get(one.name);
    if (layer !== undefined) {
      const chain = chainOf(network, one, layer.operators);
      for (const { name } of chain) done.add(name);
      values.set(
        chain.at(-1)!.name,
        onChip(network, chain, layer, values.get(one.inputs[0]!)!, biasesOf(one.name)),
      );
    } else if (!done.has(one.name)) {
      const [first] = one.inputs;
      // A tensor within a layer is nobody else's
      if (VIEWS.includes(one.op)) values.set(one.name, values.get(first!)!);
      else values.set(one.name, { numbers: await onHost(network, one, values, runtime) });
    }
  }
  return values;
}

/** The nodes of a layer: each is the one that reads what the one before makes. */
function chainOf({ nodes }: TestNetwork, first: TestNode, operators: readonly string[]): readonly TestNode[] {
  const chain = [first];
  if (first.op !== operators[0]) throw new Error(`${first.name} is no ${operators[0]}`);
  for (const op of operators.slice(1)) {
    const readers = nodes.filter(({ inputs }) => inputs.includes(chain.at(-1)!.name));
    if (readers.length !== 1 || readers[0]!.op !== op) throw new Error(`${first.name} cannot take in ${op}`);
    chain.push(readers[0]!);
  }
  return chain;
}

function onChip(
  network: TestNetwork,
  chain: readonly TestNode[],
  { format, operators }: Told,
  input: Value,
  corrected: Int16Array | undefined,
): Value {
  const { ifmapFractionBits, filterFractionBits, ofmapFractionBits, truncation } = format;
  if ('words' in input && input.fractionBits !== ifmapFractionBits) {
    throw new Error(`${chain[0]!.name} reads words as others than they are`);
  }
  const word = (value: number, bits: number) =>
    Math.max(-32768, Math.min(32767, Math.round(value * 2 ** bits))) || 0;
  const ifmap =
    'words' in input
      ? input.words
      : Int16Array.from(input.numbers, (value) => word(value, ifmapFractionBits));
  const { layer, rows } = layerOf(network, chain[0]!);
  const relu = operators.at(-1) === 'Relu';
  if (layer.type === 'pool') {
    const words = ofmapByDefinition(layer, 1, { ifmap, filters: new Int16Array() }, { truncation: 0, relu });
    return { words, fractionBits: ofmapFractionBits };
  }
  const { weights, biases } = folded(network, chain, layer.filters);
  const words = {
    ifmap,
    filters: Int16Array.from(weights, (value) => word(value, filterFractionBits)),
    biases:
      corrected ??
      Int16Array.from(biases, (value) =>
        Number(BigInt.asIntN(16, BigInt(Math.round(value * 2 ** ofmapFractionBits)))),
      ),
  };
  return {
    words: ofmapByDefinition(layer, rows, words, { truncation, relu }),
    fractionBits: ofmapFractionBits,
  };
}

/** A layer for an image of the network, or for each row of it. */
function layerOf({ shapes, constants }: TestNetwork, one: TestNode): { layer: Layer; rows: number } {
  const { name, op, inputs, attributes } = one;
  const before = shapes.get(inputs[0]!)!;
  const after = shapes.get(name)!;
  if (op === 'Gemm' || op === 'MatMul') {
    const inner = before.at(-1)!;
    const rows = before.slice(0, -1).reduce((a, b) => a * b, 1);
    return { layer: layerFromSpec({ name, type: 'fc', input: [inner], filters: after.at(-1)! }), rows };
  }
  const [, height, width] = before as [number, number, number];
  const pair = (key: string) => attributes[key] as [number, number];
  const [top, left, bottom, right] = (attributes.pads as number[] | undefined) ?? [0, 0, 0, 0];
  const input = before as [number, number, number];
  if (op === 'Conv') {
    const [filters] = constants.get(inputs[1]!)!.dims;
    const window = { kernel: pair('kernel_shape'), stride: pair('strides') };
    const pad = [top!, left!, bottom!, right!] as const;
    const groups = attributes.group as number;
    return {
      layer: layerFromSpec({ name, type: 'conv', input, filters: filters!, ...window, pad, groups }),
      rows: 1,
    };
  }
  const kernel = op === 'GlobalMaxPool' ? ([height, width] as const) : pair('kernel_shape');
  const stride = op === 'GlobalMaxPool' ? ([1, 1] as const) : pair('strides');
  // As many windows as there are maxima, some of which may reach beyond the padding
  const beyond = (axis: 0 | 1, size: number, begin: number) =>
    Math.max(0, (after[axis + 1]! - 1) * stride[axis] + kernel[axis] - size - begin);
  const pad = [top!, left!, beyond(0, height, top!), beyond(1, width, left!)] as const;
  return { layer: layerFromSpec({ name, type: 'pool', input, kernel, stride, pad }), rows: 1 };
}

/** Weights and biases with everything that comes behind in them: filters first. */
function folded({ constants, nodes, shapes }: TestNetwork, chain: readonly TestNode[], filters: number) {
  const [head, ...behind] = chain as readonly [TestNode, ...TestNode[]];
  const numbers = (name: string) => constants.get(name)!.values as Float32Array;
  const stored = numbers(head.inputs[1]!);
  const taps = stored.length / filters;
  const isTransposed = head.op === 'MatMul' || (head.op === 'Gemm' && head.attributes.transB !== 1);
  const float = (key: string) => (head.attributes[key] as { float: number } | undefined)?.float ?? 1;
  const known = new Set([...nodes.map(({ name }) => name), ...shapes.keys()]);
  const weights = new Float32Array(stored.length);
  const biases = new Float32Array(filters);
  for (let m = 0; m < filters; m++) {
    let [scale, bias] = [float('alpha'), 0];
    if (head.inputs[2] !== undefined) bias += float('beta') * numbers(head.inputs[2])[m]!;
    for (const { op, inputs } of behind) {
      if (op === 'Add') bias += numbers(inputs.find((name) => !known.has(name))!)[m]!;
      if (op !== 'BatchNormalization') continue;
      const [gamma, beta, mean, variance] = inputs.slice(1).map((name) => numbers(name)[m]!) as [
        number,
        number,
        number,
        number,
      ];
      const times = gamma / Math.sqrt(variance + 1e-5);
      scale *= times;
      bias = (bias - mean) * times + beta;
    }
    biases[m] = bias;
    for (let k = 0; k < taps; k++) {
      weights[m * taps + k] = stored[isTransposed ? k * filters + m : m * taps + k]! * scale;
    }
  }
  return { weights, biases };
}

/** What one node makes, as a network of its own. */
async function onHost(
  { constants, shapes }: TestNetwork,
  one: TestNode,
  values: ReadonlyMap<string, Value>,
  runtime: HostRuntime,
): Promise<Float32Array> {
  const names = [...new Set(one.inputs)];
  const read = names.filter((name) => !constants.has(name));
  const bytes = onnxModel({
    nodes: [node(one.op, one.inputs, [one.name], one.attributes)],
    inputs: Object.fromEntries(read.map((name) => [name, [1, ...shapes.get(name)!]])),
    outputs: [one.name],
    initializers: names.flatMap((name) => {
      const constant = constants.get(name);
      if (constant === undefined) return [];
      const { dims, values } = constant;
      return [
        values instanceof Float32Array ? floats(name, dims, values) : integers(name, values, [...dims]),
      ];
    }),
  });
  const feeds = new Map(
    read.map((name) => {
      const numbers = numbersOf(values.get(name)!);
      return [name, new runtime.Tensor('float32', numbers, [1, ...shapes.get(name)!])] as const;
    }),
  );
  const made = await runOnnx(runtime, bytes, feeds);
  return made.get(one.name)!.data as Float32Array;
}
