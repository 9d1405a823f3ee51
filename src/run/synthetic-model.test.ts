import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { type LayerSpec, layerFromSpec, type Network, networkFromSpec, outputSize } from '../layer/layer.ts';
import { parseOnnx } from '../layer/onnx/network.ts';
import { readOnnxFile } from '../layer/onnx/onnx-file.ts';
import { readModel } from './model.ts';
import { planRun } from './plan.ts';
import { drawn, run, wholeModel } from './run.testing.ts';
import { syntheticImage, syntheticModel } from './synthetic-model.ts';

const upTo = (most: number) => fc.integer({ min: 1, max: most });

/** Layers of which each takes what the one before makes. */
const chain: fc.Arbitrary<Network> = fc
  .record({
    input: fc.tuple(upTo(4), fc.integer({ min: 6, max: 12 }), fc.integer({ min: 6, max: 12 })),
    draws: fc.array(
      fc.record({
        type: fc.constantFrom('conv', 'conv', 'pool', 'fc'),
        filters: upTo(5),
        kernel: fc.tuple(upTo(3), upTo(3)),
        stride: fc.tuple(upTo(2), upTo(2)),
        pad: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
        isGrouped: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ input, draws }) => {
    const layers: LayerSpec[] = [];
    let size: readonly [number, number, number] = input;
    let isFlat = false;
    for (const [i, { type, filters, kernel, stride, pad, isGrouped }] of draws.entries()) {
      const name = `l${i}`;
      const [channels, height, width] = size;
      const fits = kernel[0] <= height && kernel[1] <= width;
      const groups = isGrouped ? channels : 1;
      // What a pool pads is less than its window
      const inside = [0, 1, 2, 3].map((side) => Math.min(pad[side]!, kernel[side % 2]! - 1));
      const window = { name, input: size, kernel, stride };
      if (type === 'fc' || isFlat) layers.push({ name, type: 'fc', input: size, filters });
      else if (!fits) continue;
      else if (type === 'conv') layers.push({ ...window, type, filters: filters * groups, groups, pad });
      else layers.push({ ...window, type: 'pool', pad: inside as [number, number, number, number] });
      isFlat ||= type === 'fc';
      size = outputSize(layerFromSpec(layers.at(-1)!));
    }
    if (layers.length === 0) layers.push({ name: 'last', type: 'fc', input, filters: 3 });
    return networkFromSpec({ name: 'drawn', layers });
  });

const refusal = (layers: readonly LayerSpec[]) => {
  try {
    syntheticModel({ name: 'net', layers: layers.map(layerFromSpec) }, 1);
  } catch (error) {
    if (error instanceof InputError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing is wrong');
};

/** Weights of a layer, as they are in the file. */
function weightsIn(model: Uint8Array, layer: string): Float32Array {
  const { raw } = readOnnxFile(model, 'net.onnx').graph.initializers.get(`${layer}.weight`)!;
  return new Float32Array(raw!.slice().buffer);
}

describe('a network with drawn weights', () => {
  it('is read as the layers that it is made of', () => {
    fc.assert(
      fc.property(chain, upTo(100), (network, seed) => {
        const bytes = syntheticModel(network, seed);
        const shapes = { images: [1, ...network.layers[0]!.input] };
        const { layers, name } = parseOnnx(bytes, { file: 'drawn.onnx', shapes });
        const plain = layers.map((layer) => ({ ...layer, weightZeros: undefined }));
        expect(plain).toEqual(network.layers.map((layer) => ({ ...layer, weightZeros: undefined })));
        expect(name).toBe('drawn');
        expect(syntheticModel(network, seed)).toEqual(bytes);
      }),
    );
  });

  it('runs, each layer with its ReLU', async () => {
    await fc.assert(
      fc.asyncProperty(chain, async (network) => {
        const shape = [...network.layers[0]!.input];
        const bytes = syntheticModel(network, 3);
        const plan = planRun(readModel(bytes, 'drawn.onnx'), { shape, batch: 2, mapping: {} });
        const { result } = await run(plan, drawn(shape, 2));
        for (const [i, layer] of network.layers.entries()) {
          const { name, operators, output } = result.layers[i]!;
          const isLast = i === network.layers.length - 1;
          const wanted = {
            conv: ['Conv', 'Relu'],
            pool: ['MaxPool'],
            fc: isLast ? ['Gemm'] : ['Gemm', 'Relu'],
          };
          expect({ name, operators }).toEqual({ name: layer.name, operators: wanted[layer.type] });
          expect(output.bitExact).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  const alexnet = builtinNetwork('alexnet');
  const network = { ...alexnet, layers: alexnet.layers.filter(({ type }) => type !== 'fc') };

  it('differs by its seed', () => {
    const [one, other] = [1, 2].map((seed) => weightsIn(syntheticModel(network, seed), 'CONV2'));
    expect(one!.filter((weight, i) => weight === other![i]).length).toBeLessThan(one!.length / 1000);
  });

  it('has weights of no mean and the variance of He, all biases 0', () => {
    const model = syntheticModel(network, 1);
    for (const layer of network.layers) {
      if (layer.type === 'pool') continue;
      const weights = weightsIn(model, layer.name);
      const products = weights.length / layer.filters;
      const mean = weights.reduce((sum, one) => sum + one, 0) / weights.length;
      const variance = weights.reduce((sum, one) => sum + one ** 2, 0) / weights.length;
      expect(Math.abs(mean)).toBeLessThan(0.01 * Math.sqrt(variance));
      expect(variance * products).toBeCloseTo(2, 1);
    }
    const { initializers } = readOnnxFile(model, 'net.onnx').graph;
    for (const [name, { raw }] of initializers) {
      if (name.endsWith('.bias')) expect(raw!.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('ends in probabilities where its last layer is fully connected', async () => {
    const layers: LayerSpec[] = [
      { name: 'a', type: 'conv', input: [3, 6, 6], filters: 4, kernel: 3 },
      { name: 'b', type: 'fc', input: [4, 4, 4], filters: 5 },
    ];
    const bytes = syntheticModel({ name: 'net', layers: layers.map(layerFromSpec) }, 1);
    const scores = await wholeModel(bytes, drawn([3, 6, 6], 1), 0);
    expect(scores.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
  });
});

describe('a network that is no chain', () => {
  const conv: LayerSpec = { name: 'a', type: 'conv', input: [3, 6, 6], filters: 4, kernel: 3 };

  it('is refused, with the place', () => {
    expect(refusal([])).toMatchObject({ path: ['network'], found: 'net has no layers' });
    const second: LayerSpec = { ...conv, name: 'b', input: [4, 4, 5] };
    expect(refusal([conv, second]).found).toBe('net: a makes 4 × 4 × 4 and b takes 4 × 4 × 5');
    expect(refusal([conv, { name: 'b', type: 'fc', input: [65], filters: 2 }]).found).toContain(
      'b takes 65 × 1 × 1',
    );
  });

  it('is one where weights are computed, be it in the first layer', () => {
    const computed: LayerSpec = { ...conv, weightsPerImage: true };
    expect(refusal([computed]).found).toBe('net: the weights of a are computed');
    expect(refusal([conv, { ...computed, name: 'b', input: [4, 4, 4] }]).found).toContain(
      'of b are computed',
    );
  });
});

describe('a drawn image', () => {
  it('has pixels from −1 to 1 of no mean, the same for the same seed', () => {
    const image = syntheticImage(10_000, 4);
    expect(Math.max(...image)).toBeLessThanOrEqual(1);
    expect(Math.min(...image)).toBeGreaterThanOrEqual(-1);
    expect(image.reduce((sum, one) => sum + one, 0) / image.length).toBeCloseTo(0, 1);
    expect(syntheticImage(10_000, 4)).toEqual(image);
    expect(syntheticImage(100, 5)).not.toEqual(image.slice(0, 100));
  });
});
