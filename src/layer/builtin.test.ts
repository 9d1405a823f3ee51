import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, type BuiltinNetwork, builtinNetwork } from './builtin.ts';
import { type FmapSize, type Layer, type Network, outputSize } from './layer.ts';
import { layerShape } from './shape.ts';
import { networkTotals } from './totals.ts';

describe('builtinNetwork', () => {
  it.each(BUILTIN_NETWORKS)('finds %s, once made always the same', (name) => {
    expect(builtinNetwork(name).name).toBe(name);
    expect(builtinNetwork(name)).toBe(builtinNetwork(name));
  });

  it.each([
    ['AlexNet', 'alexnet'],
    ['alexent', 'alexnet'],
    ['vgg', 'vgg-16'],
    ['resnet50', 'resnet-50'],
    ['mobilenet', 'mobilenet-v1'],
    ['overfeat', 'overfeat-fast'],
    ['lenet', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('says what there is instead of %j', (found, suggestion) => {
    const allowed = 'alexnet, vgg-16, googlenet, resnet-50, squeezenet, mobilenet-v1, overfeat-fast';
    const problem = { code: 'not-allowed', path: ['network'], found, allowed, suggestion };
    const thrown = expect(() => builtinNetwork(found));
    thrown.toThrow(InputError);
    thrown.toThrow(expect.objectContaining({ problems: [problem] }));
  });
});

describe('published counts', () => {
  // Sze, Chen, Yang and Emer, "Efficient Processing of Deep Neural Networks: A Tutorial and Survey", Proceedings of the IEEE
  // 105(12), 2017, Table II. GoogLeNet's 1.43 G MACs are explained below.
  it.each<[BuiltinNetwork, Published]>([
    ['alexnet', { conv: [5, '666 M', '2.3 M'], fc: [3, '58.6 M', '58.6 M'], all: ['724 M', '61 M'] }],
    ['overfeat-fast', { conv: [5, '2.67 G', '16 M'], fc: [3, '130 M', '130 M'], all: ['2.8 G', '146 M'] }],
    ['vgg-16', { conv: [13, '15.3 G', '14.7 M'], fc: [3, '124 M', '124 M'], all: ['15.5 G', '138 M'] }],
    ['resnet-50', { conv: [53, '3.86 G', '23.5 M'], fc: [1, '2 M', '2 M'], all: ['3.9 G', '25.5 M'] }],
  ])('of %s: the survey of Sze et al.', (name, published) => {
    expectCounts(builtinNetwork(name), published);
  });

  // K. Abdelouahab, "CNN Workload Benchmark", github.com/KamelAbdelouahab/CNN-Workload, counted from Caffe's models.
  it.each<[BuiltinNetwork, Published]>([
    ['alexnet', { conv: [5, '666 M', '2.33 M'], fc: [3, '58.6 M', '58.6 M'], all: ['724 M', '61 M'] }],
    ['vgg-16', { conv: [13, '15.3 G', '14.7 M'], fc: [3, '124 M', '124 M'], all: ['15.5 G', '138 M'] }],
    ['googlenet', { conv: [57, '1.58 G', '5.97 M'], fc: [1, '1.02 M', '1.02 M'], all: ['1.58 G', '6.99 M'] }],
    ['resnet-50', { conv: [53, '3.86 G', '23.5 M'], fc: [1, '2.05 M', '2.05 M'], all: ['3.86 G', '25.5 M'] }],
  ])('of %s: the CNN Workload Benchmark', (name, published) => {
    expectCounts(builtinNetwork(name), published);
  });

  it('of AlexNet, exactly', () => {
    const { conv, fc } = networkTotals(builtinNetwork('alexnet')).byType;
    expect([conv.macs, conv.weights]).toEqual([665_784_864, 2_332_704]);
    expect([fc.macs, fc.weights]).toEqual([58_621_952, 58_621_952]);
  });

  it('of VGG-16: 138 M parameters in its Table 2, biases included', () => {
    const parameters = withBiases(builtinNetwork('vgg-16').layers);
    expect(parameters).toBe(138_357_544);
    expect(inDigitsOf('138 M', parameters)).toBe('138 M');
  });

  describe('of GoogLeNet', () => {
    // Szegedy et al., Table 1, "ops". The three modules that differ have tests of their own.
    const ops = {
      conv2: '360 M',
      inception_3a: '128 M',
      inception_3b: '304 M',
      inception_4b: '88 M',
      inception_4c: '100 M',
      inception_4d: '119 M',
      inception_4e: '170 M',
      inception_5b: '71 M',
      loss3: '1 M',
    };
    const { layers } = builtinNetwork('googlenet');
    const module = (name: string) => count(layers.filter((layer) => layer.name.startsWith(`${name}/`)));

    it.each(Object.entries(ops))('%s has the %s of Table 1', (name, published) => {
      expect(inDigitsOf(published, module(name).macs)).toBe(published);
    });

    it('4a has 73.6 M, which Table 1 cuts off', () => {
      expect(inDigitsOf('73 M', module('inception_4a').macs, Math.floor)).toBe('73 M');
    });

    it('5a has 51 M by the filters in its row of Table 1, which says 54 M', () => {
      const weights = 832 * (256 + 160 + 32 + 128) + 9 * 160 * 320 + 25 * 32 * 128;
      expect(module('inception_5a')).toMatchObject({ weights, macs: 7 * 7 * weights });
    });

    it('conv1 is a full 7×7 convolution: 118 M, not the 34 M of a depthwise one with 8 filters per channel', () => {
      // The 2.7 K and 34 M of Table 1 are 7·7·3·8 + 24·64 weights at 112×112 positions.
      const separable = 7 * 7 * 3 * 8 + 24 * 64;
      expect(inDigitsOf('2.7 k', separable)).toBe('2.7 k');
      expect(inDigitsOf('34 M', separable * 112 * 112)).toBe('34 M');
      expect(module('conv1')).toMatchObject({ weights: 7 * 7 * 3 * 64, macs: 7 * 7 * 3 * 64 * 112 * 112 });
    });

    it('has 6.0 M weights; and the 1.43 G MACs of Sze et al. if pools round down', () => {
      const { conv, fc } = networkTotals(builtinNetwork('googlenet')).byType;
      expect(inDigitsOf('6.0 M', conv.weights)).toBe('6.0 M');
      expect(inDigitsOf('1 M', fc.weights)).toBe('1 M');
      // 112 then becomes 55, 27, 13 and 6 instead of 56, 28, 14 and 7.
      const [conv1, ...others] = layers.filter((layer) => layer.type === 'conv');
      const smaller = others.map(({ input: [channels, height, width], ...layer }): Layer => {
        return { ...layer, input: [channels, height - 1, width - 1] };
      });
      expect(inDigitsOf('1.43 G', count([conv1!, ...smaller]).macs)).toBe('1.43 G');
    });
  });

  it('of ResNet-50: 3.8 · 10⁹ in its Table 1, cut off', () => {
    expect(inDigitsOf('3.8 G', networkTotals(builtinNetwork('resnet-50')).macs, Math.floor)).toBe('3.8 G');
  });

  describe('of SqueezeNet', () => {
    const { layers } = builtinNetwork('squeezenet');

    // Iandola et al., Table 1, "#parameter before pruning".
    it.each([
      ['conv1', 14_208],
      ['fire2', 11_920],
      ['fire3', 12_432],
      ['fire4', 45_344],
      ['fire5', 49_440],
      ['fire6', 104_880],
      ['fire7', 111_024],
      ['fire8', 188_992],
      ['fire9', 197_184],
      ['conv10', 513_000],
    ])('%s has the parameters of Table 1: %d', (name, parameters) => {
      expect(withBiases(layers.filter((layer) => layer.name.split('/')[0] === name))).toBe(parameters);
    });

    it('has 1,248,424 parameters in total', () => {
      expect(withBiases(layers)).toBe(1_248_424);
    });

    it('has the 1.72 GFLOPs of the SqueezeNet_v1.1 README once conv10 is padded as in the model', () => {
      const { macs } = networkTotals(builtinNetwork('squeezenet'));
      const padded = (15 * 15 - 13 * 13) * 512 * 1000;
      expect(inDigitsOf('1.72 G', 2 * (macs + padded))).toBe('1.72 G');
    });
  });

  describe('of MobileNet', () => {
    const network = builtinNetwork('mobilenet-v1');
    const all = networkTotals(network);

    it('are 569 M mult-adds and 4.2 M parameters in its Table 4', () => {
      expect([inDigitsOf('569 M', all.macs), inDigitsOf('4.2 M', all.weights)]).toEqual(['569 M', '4.2 M']);
    });

    // Howard et al., Table 2. There, Conv 3×3 has 1.19 % of the mult-adds, but the other rows leave 1.90 %.
    it.each<[string, (layer: Layer) => boolean, string, string]>([
      ['Conv 1×1', (layer) => layer.type === 'conv' && layer.kernel[0] === 1, '94.86', '74.59'],
      ['Conv DW 3×3', (layer) => layer.type === 'conv' && layer.groups > 1, '3.06', '1.06'],
      ['Conv 3×3', ({ name }) => name === 'conv1', '1.91', '0.02'],
      ['Fully Connected', (layer) => layer.type === 'fc', '0.18', '24.33'],
    ])('%s has its share of Table 2', (_, belongs, macs, weights) => {
      const part = count(network.layers.filter(belongs));
      const percent = [(100 * part.macs) / all.macs, (100 * part.weights) / all.weights];
      expect(percent.map((share) => share.toFixed(2))).toEqual([macs, weights]);
    });
  });
});

describe('layers', () => {
  it.each(BUILTIN_NETWORKS)('of %s take in what those before put out', (name) => {
    const { layers } = builtinNetwork(name);
    const { pattern, sources, outputs } = MODULES[name] ?? SEQUENCE;
    let flowing: FmapSize = layers[0]!.input;
    let module = { name: '', input: flowing, parts: new Map<string, FmapSize>() };
    for (const layer of layers) {
      const [, moduleName, part] = pattern.exec(layer.name) ?? [];
      if (moduleName === undefined || part === undefined) {
        expect(layer.input, layer.name).toEqual(flowing);
        flowing = outputSize(layer);
        continue;
      }
      if (module.name !== moduleName) module = { name: moduleName, input: flowing, parts: new Map() };
      const source = sources[part];
      expect(layer.input, layer.name).toEqual(source ? module.parts.get(source) : module.input);
      module.parts.set(part, outputSize(layer));
      const put = outputs.map((output) => module.parts.get(output)).filter((fmap) => fmap !== undefined);
      flowing = sideBySide(put) ?? flowing;
    }
    expect(flowing).toEqual([1000, 1, 1]);
  });

  it('of ResNet-50 put out what the shortcut adds to', () => {
    const { layers } = builtinNetwork('resnet-50');
    const named = (name: string) => layers.find((layer) => layer.name === name);
    const blocks = layers
      .filter(({ name }) => name.endsWith('_branch2c'))
      .map(({ name }) => name.slice(0, 5));
    expect(blocks).toHaveLength(16);
    for (const block of blocks) {
      const projection = named(`${block}_branch1`);
      const shortcut = projection ? outputSize(projection) : named(`${block}_branch2a`)!.input;
      expect(outputSize(named(`${block}_branch2c`)!), block).toEqual(shortcut);
      expect(projection !== undefined, block).toBe(block.endsWith('a'));
    }
  });
});

/** Layers, MACs and weights by type, and MACs and weights of all, in the digits of a publication. */
interface Published {
  readonly conv: readonly [layers: number, macs: string, weights: string];
  readonly fc: readonly [layers: number, macs: string, weights: string];
  readonly all: readonly [macs: string, weights: string];
}

function expectCounts(network: Network, published: Published) {
  const { macs, weights, byType } = networkTotals(network);
  const ofType = (type: 'conv' | 'fc') => [
    byType[type].layers,
    inDigitsOf(published[type][1], byType[type].macs),
    inDigitsOf(published[type][2], byType[type].weights),
  ];
  const all = [inDigitsOf(published.all[0], macs), inDigitsOf(published.all[1], weights)];
  expect({ conv: ofType('conv'), fc: ofType('fc'), all }).toEqual(published);
}

/** A count in the digits and the unit of a published one: 15346630656 is '15.3 G' in those of '15.2 G'. */
function inDigitsOf(published: string, exact: number, round = Math.round): string {
  const [digits = '', unit = ''] = published.split(' ');
  const decimals = digits.split('.')[1]?.length ?? 0;
  const units = exact / { k: 1e3, M: 1e6, G: 1e9 }[unit]!;
  return `${(round(units * 10 ** decimals) / 10 ** decimals).toFixed(decimals)} ${unit}`;
}

const count = (layers: readonly Layer[]) => networkTotals({ name: 'some', layers });

const withBiases = (layers: readonly Layer[]): number =>
  layers.reduce(
    (sum, layer) => sum + layerShape(layer, 1).weights + (layer.type === 'pool' ? 0 : layer.filters),
    0,
  );

/** A module of a network: which of its layers is another's source, if not the module's input, and which put out. */
interface Module {
  readonly pattern: RegExp;
  readonly sources: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
}

const SEQUENCE: Module = { pattern: /^$/, sources: {}, outputs: [] };

const MODULES: Partial<Record<BuiltinNetwork, Module>> = {
  googlenet: {
    pattern: /^(inception_..)\/(.+)$/,
    sources: { '3x3': '3x3_reduce', '5x5': '5x5_reduce', pool_proj: 'pool' },
    outputs: ['1x1', '3x3', '5x5', 'pool_proj'],
  },
  'resnet-50': {
    pattern: /^(res..)_(.+)$/,
    sources: { branch2b: 'branch2a', branch2c: 'branch2b' },
    outputs: ['branch2c'],
  },
  squeezenet: {
    pattern: /^(fire.)\/(.+)$/,
    sources: { expand1x1: 'squeeze1x1', expand3x3: 'squeeze1x1' },
    outputs: ['expand1x1', 'expand3x3'],
  },
};

/** Feature maps of one height and width as one. */
function sideBySide(fmaps: readonly FmapSize[]): FmapSize | undefined {
  const [first] = fmaps;
  if (first === undefined) return undefined;
  const [, height, width] = first;
  for (const fmap of fmaps) expect(fmap.slice(1)).toEqual([height, width]);
  return [fmaps.reduce((sum, [channels]) => sum + channels, 0), height, width];
}
