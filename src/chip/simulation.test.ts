import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import { type ConvLayer, layerFromSpec, type Network } from '../layer/layer.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

const network: Network = {
  name: 'small',
  layers: [
    layerFromSpec({ name: 'first', type: 'conv', input: [3, 16, 16], filters: 8, kernel: 3, pad: 1 }),
    layerFromSpec({ name: 'pool', type: 'pool', input: [8, 16, 16], kernel: 2 }),
    layerFromSpec({ name: 'wide', type: 'conv', input: [8, 8, 8], filters: 1500, kernel: 1 }),
    layerFromSpec({ name: 'deep', type: 'fc', input: [1500, 1, 1], filters: 10 }),
  ],
};

const run = (options: SimulationOptions = {}, of = network) => simulate(of, options);

describe('a network on the chip', () => {
  it('gives the same words, cycles and counts in both details, and every time', async () => {
    const byPass = await run({ detail: 'pass' });
    const byCycle = await run({ detail: 'cycle' });
    const same = ({ layers }: typeof byPass) =>
      layers.map(({ output: { sha256, bitExact }, ...layer }) => ({ ...layer, sha256, bitExact }));
    expect(same(byCycle)).toEqual(same(byPass));
    expect(await run()).toEqual(byPass);
    expect(byPass.layers.every(({ output }) => output.bitExact)).toBe(true);
  });

  it('draws other words from another seed', async () => {
    const [one, two] = [await run({ seed: 1 }), await run({ seed: 2 })];
    expect(one.layers[0]!.output.sha256).not.toBe(two.layers[0]!.output.sha256);
    expect(one.layers[0]!.cycles).toBe(two.layers[0]!.cycles);
  });

  it('takes the ifmap that is given', async () => {
    const [layer] = network.layers;
    const ifmap = new Int16Array(3 * 16 * 16);
    const { layers } = await run({ layers: [layer!], batch: 1, ifmap });
    expect(layers[0]).toMatchObject({ zerosPercent: 100, gatedMacs: layers[0]!.macs });
    expect(layers[0]!.energy.byLevel.alu).toBe(0);
  });

  it('splits channels and filters that one configuration cannot describe', async () => {
    const { layers } = await run();
    expect(layers.map(({ configurations }) => configurations)).toEqual([1, 1, 2, 2]);
    expect(layers[2]!.dram.psum).toBe(0);
    expect(layers[3]!.dram.psum).toBe(2 * 4 * 10); // 10 psums of 4 images, out and in again
  });

  it('runs weights that each image has for itself as groups of its own', async () => {
    const product = layerFromSpec({
      ...{ name: 'product', type: 'conv', input: [12, 1, 7], filters: 20, kernel: 1, groups: 2 },
      weightsPerImage: true,
    });
    const { input, filters, ...same } = { ...product, groups: 6, weightsPerImage: false } as ConvLayer;
    const side = layerFromSpec({ ...same, input: [3 * input[0], 1, 7], filters: 3 * filters });
    const [one] = (await run({ batch: 3 }, { name: 'own', layers: [product] })).layers;
    const [other] = (await run({ batch: 1 }, { name: 'side', layers: [side] })).layers;
    expect(one).toEqual(other);
    expect(one!.output.bitExact).toBe(true);
  });

  it('adds up', async () => {
    const { layers, total } = await run();
    expect(total.cycles).toBe(layers.reduce((sum, { cycles }) => sum + cycles, 0));
    const longer = layers.map(({ processingLatencyMs, dram }) => Math.max(processingLatencyMs, dram.linkMs));
    expect(total.framesPerSecond).toBeCloseTo(4000 / longer.reduce((sum, ms) => sum + ms, 0));
    expect(layers.some(({ processingLatencyMs, dram }) => dram.linkMs > processingLatencyMs)).toBe(true);
    for (const { waterfall, cycles } of layers) expect(waterfall.total).toBe(168 * cycles);
  });

  it('draws as many zeros as were measured', async () => {
    const alexnet = builtinNetwork('alexnet');
    const layers = alexnet.layers.filter(({ name }) => name === 'CONV5');
    const result = await run({ layers, batch: 1 }, alexnet);
    expect(result.layers[0]!.zerosPercent).toBeCloseTo(77.6, 0);
  });

  it('tells all layers that the chip cannot run at once', async () => {
    const odd = (name: string) =>
      layerFromSpec({ name, type: 'conv', input: [1, 64, 64], filters: 1, kernel: 13 });
    await expect(run({ layers: [odd('a'), odd('b')] })).rejects.toThrow(
      /^a\.filter height.*\nb\.filter height/,
    );
    await expect(run({ layers: [] })).rejects.toThrow('at least one layer');
  });
});
