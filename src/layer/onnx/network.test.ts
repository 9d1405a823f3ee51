import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILTIN_NETWORKS, builtinNetwork } from '../builtin.ts';
import type { ConvLayer, Layer } from '../layer.ts';
import { layerFromSpec } from '../layer.ts';
import { layerShape } from '../shape.ts';
import { floats, integers, modelOf, node, onnxModel, rawTensor } from './model.testing.ts';
import { parseOnnx } from './network.ts';

const parse = (bytes: Uint8Array, shapes = {}) => parseOnnx(bytes, { file: 'models/net.onnx', shapes });
const withoutZeros = (layer: Layer): Layer => {
  const { weightZeros: _, ...rest } = layer as ConvLayer;
  return rest as Layer;
};

describe('layers', () => {
  it.each(BUILTIN_NETWORKS)('of %s are read as they are', (name) => {
    const network = builtinNetwork(name);
    // Weights would take hundreds of megabytes
    const small = network.layers.filter((layer) => layerShape(layer, 1).weights < 1e6);
    const read = parse(modelOf({ name, layers: small }));
    expect(read.layers.map(withoutZeros)).toEqual(small);
    expect(read.coverage).toMatchObject({
      macsPercent: 100,
      isUpperBound: false,
      nodes: { unsupported: [] },
    });
  });

  const size = fc.integer({ min: 1, max: 12 });
  const few = fc.integer({ min: 1, max: 3 });
  const layer = fc
    .record({
      c: few,
      m: few,
      g: few,
      r: few,
      s: few,
      u: few,
      v: few,
      d: few,
      e: few,
      h: size,
      w: size,
      pads: fc.tuple(few, few, few, few),
    })
    .map(({ c, m, g, r, s, u, v, d, e, h, w, pads }) => ({
      type: 'conv' as const,
      name: 'layer',
      input: [c * g, h + d * r, w + e * s] as const,
      filters: m * g,
      kernel: [r, s] as const,
      stride: [u, v] as const,
      pad: pads,
      dilation: [d, e] as const,
      groups: g,
    }));

  it('of any sizes are read as they are, for one image of several', () => {
    fc.assert(
      fc.property(layer, fc.integer({ min: 1, max: 3 }), (spec, images) => {
        const conv = layerFromSpec(spec);
        const { layers, coverage } = parse(modelOf({ name: 'net', layers: [conv] }, images));
        expect(layers.map(withoutZeros)).toEqual([conv]);
        expect(coverage.list[0]).toMatchObject({ became: 'mapped', macs: layerShape(conv, 1).macs });
      }),
    );
  });

  it('have names that differ', () => {
    const conv = (output: string, name = '') => node('Conv', ['x', 'w'], [output], {}, { name });
    const nodes = [conv('a', 'conv'), conv('b', 'conv'), conv('c'), conv('d', 'Conv_2')];
    const { layers } = parse(
      onnxModel({
        nodes,
        inputs: { x: [1, 2, 4, 4] },
        outputs: ['a', 'b', 'c', 'd'],
        initializers: [floats('w', [1, 2, 3, 3])],
      }),
    );
    expect(layers.map(({ name }) => name)).toEqual(['conv', 'conv_1', 'Conv_2', 'Conv_2_3']);
  });

  it('of one direction are rows', () => {
    const nodes = [
      node('Conv', ['x', 'w'], ['y'], { strides: [2], pads: [1, 2], dilations: [2] }),
      node('MaxPool', ['y'], ['z'], { kernel_shape: [3] }),
    ];
    const bytes = onnxModel({
      nodes,
      inputs: { x: [1, 4, 20] },
      outputs: ['z'],
      initializers: [floats('w', [8, 4, 3])],
    });
    expect(parse(bytes).layers).toMatchObject([
      {
        type: 'conv',
        input: [4, 1, 20],
        filters: 8,
        kernel: [1, 3],
        stride: [1, 2],
        pad: [0, 1, 0, 2],
        dilation: [1, 2],
      },
      { type: 'pool', input: [8, 1, 10], kernel: [1, 3], stride: [1, 1] },
    ]);
  });

  it('that pad so that outputs are as large as inputs', () => {
    const nodes = [node('Conv', ['x', 'w'], ['y'], { strides: [2, 2], auto_pad: 'SAME_UPPER' })];
    const bytes = onnxModel({
      nodes,
      inputs: { x: [1, 3, 224, 225] },
      outputs: ['y'],
      initializers: [floats('w', [8, 3, 3, 3])],
    });
    expect(parse(bytes).layers).toMatchObject([{ pad: [0, 1, 1, 1] }]);
  });

  it('that round up have the padding that makes them', () => {
    const nodes = [node('MaxPool', ['x'], ['y'], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 })];
    const { layers } = parse(onnxModel({ nodes, inputs: { x: [1, 8, 6, 7] }, outputs: ['y'] }));
    expect(layers).toMatchObject([{ type: 'pool', pad: [0, 0, 1, 0] }]);
  });
});

describe('products of matrices', () => {
  const product = (
    a: readonly number[],
    b: readonly number[],
    constant: 'left' | 'right' | 'none' | 'both' = 'right',
  ) => {
    const weights = [
      ...(/left|both/.test(constant) ? [floats('a', a)] : []),
      ...(/right|both/.test(constant) ? [floats('b', b)] : []),
    ];
    const inputs = {
      ...(/left|both/.test(constant) ? {} : { a }),
      ...(/right|both/.test(constant) ? {} : { b }),
    };
    return parse(
      onnxModel({
        nodes: [node('MatMul', ['a', 'b'], ['y'])],
        inputs,
        outputs: ['y'],
        initializers: weights,
      }),
    );
  };
  const plain = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] };

  it.each([
    ['a row per image', product([5, 32], [32, 10]), { type: 'fc', input: [32, 1, 1], filters: 10 }],
    ['rows of words', product([2, 7, 32], [32, 10]), { ...plain, input: [32, 1, 7], filters: 10, groups: 1 }],
    [
      'the same filters for all heads',
      product([2, 4, 7, 32], [32, 10]),
      { ...plain, input: [32, 1, 28], filters: 10, groups: 1 },
    ],
    [
      'filters for each head',
      product([2, 4, 7, 32], [4, 32, 10]),
      { ...plain, input: [128, 1, 7], filters: 40, groups: 4 },
    ],
    [
      'weights on the left',
      product([10, 32], [1, 32, 7], 'left'),
      { ...plain, input: [32, 1, 7], filters: 10, groups: 1 },
    ],
    [
      'two activations',
      product([2, 4, 7, 32], [2, 4, 32, 7], 'none'),
      { ...plain, input: [128, 1, 7], filters: 28, groups: 4, weightsPerImage: true },
    ],
  ])('%s', (_, { layers, coverage }, expected) => {
    expect(layers).toHaveLength(1);
    expect(withoutZeros(layers[0]!)).toMatchObject(expected);
    expect(coverage.list[0]).toMatchObject({ became: 'mapped', macs: layerShape(layers[0]!, 1).macs });
  });

  it('have as many MACs as the matrices say, whichever factor is constant', () => {
    const dims = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      h: fc.integer({ min: 1, max: 4 }),
      i: fc.integer({ min: 1, max: 6 }),
      k: fc.integer({ min: 1, max: 6 }),
      j: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(
        dims,
        fc.constantFrom('left', 'right', 'none'),
        fc.boolean(),
        ({ n, h, i, k, j }, constant, isShared) => {
          const shared = isShared ? [] : [h];
          const a = constant === 'left' ? [...shared, i, k] : [n, h, i, k];
          const b = constant === 'right' ? [...shared, k, j] : [n, h, k, j];
          const { layers } = product(a, b, constant as 'left');
          const macs = layers.reduce((sum, layer) => sum + layerShape(layer, n).macs, 0);
          expect(macs).toBe(n * h * i * k * j);
        },
      ),
    );
  });

  it('with weights for each image do not share them between images', () => {
    const [layer] = product([1, 4, 7, 32], [1, 4, 32, 7], 'none').layers;
    const [one, three] = [layerShape(layer!, 1), layerShape(layer!, 3)];
    expect(three.weights).toBe(3 * one.weights);
    expect(three.macs).toBe(3 * one.macs);
  });

  it('take the feature map that was made flat', () => {
    const nodes = [
      node('Reshape', ['x', 'shape'], ['flat']),
      node('Gemm', ['flat', 'w'], ['y'], { transB: 1 }),
    ];
    const bytes = onnxModel({
      nodes,
      inputs: { x: [2, 256, 6, 6] },
      outputs: ['y'],
      initializers: [integers('shape', [0, -1]), floats('w', [10, 256 * 36])],
    });
    expect(parse(bytes).layers).toMatchObject([{ type: 'fc', input: [256, 6, 6], filters: 10 }]);
  });
});

describe('what becomes of nodes', () => {
  const chain = (...ops: readonly [string, readonly string[], Record<string, number[]>?][]) =>
    ops.map(([op, inputs, attributes], i) =>
      node(op, inputs, [`t${i}`], attributes ?? {}, { name: `${op}.${i}` }),
    );
  const weights = [
    floats('w', [8, 4, 3, 3]),
    floats('bias', [8, 1, 1]),
    floats('plane', [8, 8, 8]),
    ...['scale', 'shift', 'mean', 'variance'].map((name) => floats(name, [8])),
  ];
  const reports = (nodes: ReturnType<typeof chain>, outputs: readonly string[]) => {
    const bytes = onnxModel({ nodes, inputs: { x: [1, 4, 10, 10] }, outputs, initializers: weights });
    return parse(bytes).coverage.list.map(({ became, into }) => (into ? `${became} into ${into}` : became));
  };

  it('folds what is done to each word on its way out', () => {
    const nodes = chain(
      ['Conv', ['x', 'w']],
      ['BatchNormalization', ['t0', 'scale', 'shift', 'mean', 'variance']],
      ['Add', ['t1', 'bias']],
      ['HardSigmoid', ['t2']],
      ['Mul', ['t2', 't3']],
      ['Relu', ['t4']],
    );
    expect(reports(nodes, ['t5'])).toEqual(['mapped', ...Array(5).fill('folded into Conv.0')]);
  });

  it('counts what needs another tensor, or a constant as large as a feature map', () => {
    const nodes = chain(
      ['Conv', ['x', 'w']],
      ['Conv', ['x', 'w']],
      ['Add', ['t0', 't1']],
      ['Relu', ['t2']],
      ['Mul', ['t0', 'plane']],
    );
    expect(reports(nodes, ['t3', 't4'])).toEqual([
      'mapped',
      'mapped',
      'elementwise',
      'elementwise',
      'elementwise',
    ]);
  });

  it('does not fold into a layer whose output others read as it is', () => {
    const nodes = chain(
      ['Conv', ['x', 'w']],
      ['Relu', ['t0']],
      ['Sigmoid', ['t1']],
      ['Add', ['t1', 'x2']],
      ['Tanh', ['t2']],
    );
    nodes[3] = node('Concat', ['t1', 't1'], ['t3'], { axis: 1 }, { name: 'Concat.3' });
    expect(reports(nodes, ['t4', 't3'])).toEqual([
      'mapped',
      'folded into Conv.0',
      'elementwise',
      'elementwise',
      'elementwise',
    ]);
  });

  it('folds zeros into the padding of the convolutions that alone read them', () => {
    const pads = integers('pads', [0, 0, 1, 2, 0, 0, 3, 4]);
    const model = (readers: ReturnType<typeof chain>, outputs: string[]) =>
      parse(
        onnxModel({
          nodes: [node('Pad', ['x', 'pads'], ['padded'], {}, { name: 'pad' }), ...readers],
          inputs: { x: [1, 4, 10, 10] },
          outputs,
          initializers: [pads, ...weights],
        }),
      );
    const conv = node('Conv', ['padded', 'w'], ['y'], { pads: [1, 1, 1, 1] }, { name: 'conv' });
    const folded = model([conv], ['y']);
    expect(folded.layers).toMatchObject([{ input: [4, 10, 10], pad: [2, 3, 4, 5] }]);
    expect(folded.coverage.list[0]).toMatchObject({ became: 'folded', into: 'conv' });
    const read = model([conv, node('Relu', ['padded'], ['z'])], ['y', 'z']);
    expect(read.layers).toMatchObject([{ input: [4, 14, 16], pad: [1, 1, 1, 1] }]);
    expect(read.coverage.list[0]).toMatchObject({ became: 'elementwise' });
    expect(read.coverage.list[1]!.macs).toBe(folded.coverage.list[1]!.macs);
  });

  it('follows the sizes that a network computes of its shapes', () => {
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('Gather', ['shape', 'zero'], ['images']),
      node('Concat', ['images', 'rest'], ['wanted'], { axis: 0 }),
      node('Reshape', ['x', 'wanted'], ['flat']),
      node('MatMul', ['flat', 'w'], ['y']),
    ];
    const initializers = [integers('zero', [0]), integers('rest', [-1]), floats('w', [400, 10])];
    const { layers, coverage } = parse(
      onnxModel({ nodes, inputs: { x: [1, 4, 10, 10] }, outputs: ['y'], initializers }),
    );
    expect(layers).toMatchObject([{ type: 'fc', input: [4, 10, 10], filters: 10 }]);
    expect(coverage.nodes).toEqual({ mapped: 1, folded: 4, elementwise: 0, unsupported: [] });
  });

  it('believes what the file says of the shapes that a node makes which is not known', () => {
    const nodes = [
      node('Attend', ['x'], ['a'], {}, { domain: 'com.example' }),
      node('Conv', ['a', 'w'], ['y']),
    ];
    const model = (dims: readonly (number | string)[]) =>
      onnxModel({
        nodes,
        inputs: { x: ['N', 3, 'height', 'width'] },
        between: { a: dims },
        outputs: ['y'],
        initializers: [floats('w', [8, 4, 3, 3])],
      });
    const shapes = { x: [1, 3, 20, 30] };
    expect(parse(model(['N', 4, 'width', 'height']), shapes).layers).toMatchObject([{ input: [4, 30, 20] }]);
    expect(() => parse(model(['N', 4, 'w', 'h']), shapes)).toThrow('the shape of its input a is not known');
  });

  it('says what is not mapped, and how much work that is', () => {
    const nodes = [
      node('Conv', ['x', 'w'], ['a'], {}, { name: 'flat' }),
      node('Conv', ['x3', 'w3'], ['b'], {}, { name: 'deep' }),
      node('Attend', ['a'], ['c'], {}, { name: 'strange', domain: 'com.example' }),
      node('Relu', ['c'], ['d'], {}, { name: 'after' }),
    ];
    const bytes = onnxModel({
      nodes,
      inputs: { x: [1, 4, 10, 10], x3: [1, 2, 5, 5, 5] },
      outputs: ['b', 'd'],
      initializers: [floats('w', [8, 4, 3, 3]), floats('w3', [4, 2, 3, 3, 3])],
    });
    const { coverage } = parse(bytes);
    const [flat, deep] = [8 * 8 * 8 * 4 * 9, 4 * 27 * 2 * 27];
    expect(coverage.macsPercent).toBeCloseTo((100 * flat) / (flat + deep), 12);
    expect(coverage.isUpperBound).toBe(true);
    expect(coverage.nodes.unsupported).toEqual([
      {
        name: 'deep',
        op: 'Conv',
        macs: deep,
        reason: 'a convolution over 3 directions, and layers have two',
      },
      {
        name: 'strange',
        op: 'Attend',
        macs: null,
        reason: 'the operator Attend of com.example is not known',
      },
      { name: 'after', op: 'Relu', macs: 0, reason: 'the shape of its input c is not known' },
    ]);
  });
});

describe('zeros among weights', () => {
  it('are counted for each layer', () => {
    const values = Float32Array.from({ length: 72 }, (_, i) => (i < 18 ? 0 : i < 36 ? -0 : i));
    const nodes = [node('Conv', ['x', 'w'], ['y'])];
    const bytes = onnxModel({
      nodes,
      inputs: { x: [1, 4, 10, 10] },
      outputs: ['y'],
      initializers: [floats('w', [2, 4, 3, 3], values)],
    });
    expect(parse(bytes).layers).toMatchObject([{ weightZeros: 0.5 }]);
  });

  it('are the zero point where weights are quantised', () => {
    const INT8 = 3;
    const codes = Int8Array.from({ length: 72 }, (_, i) => (i < 18 ? 5 : 0));
    const weights = rawTensor('w', [2, 4, 3, 3], INT8, new Uint8Array(codes.buffer));
    const zeroPoint = rawTensor('zero', [], INT8, new Uint8Array([5]));
    const initializers = [weights, zeroPoint, floats('scale', [], [0.1])];
    const dequantised = [
      node('DequantizeLinear', ['w', 'scale', 'zero'], ['v']),
      node('Conv', ['x', 'v'], ['y']),
    ];
    const whole = [node('ConvInteger', ['x', 'w', '', 'zero'], ['y'])];
    for (const nodes of [dequantised, whole]) {
      const bytes = onnxModel({ nodes, inputs: { x: [1, 4, 10, 10] }, outputs: ['y'], initializers });
      expect(parse(bytes).layers).toMatchObject([{ weightZeros: 0.25 }]);
    }
  });

  it('are unknown where weights are computed', () => {
    const nodes = [node('Mul', ['w', 'mask'], ['v']), node('Conv', ['x', 'v'], ['y'])];
    const initializers = [floats('w', [2, 4, 3, 3]), floats('mask', [2, 4, 3, 3])];
    const bytes = onnxModel({ nodes, inputs: { x: [1, 4, 10, 10] }, outputs: ['y'], initializers });
    expect(parse(bytes).layers[0]).not.toHaveProperty('weightZeros');
  });
});

describe('sizes', () => {
  const conv = node('Conv', ['big', 'w'], ['y']);
  const weights = floats('w', [8, 3, 3, 3]);

  it('are rounded as single precision rounds them', () => {
    // 10 · 0.7 is 7 in single precision, and a little less in double
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('Cast', ['shape'], ['real'], { to: 1 }),
      node('Mul', ['real', 'scales'], ['scaled']),
      node('Floor', ['scaled'], ['floor']),
      node('Cast', ['floor'], ['sizes'], { to: 7 }),
      node('Resize', ['x', '', '', 'sizes'], ['big'], { mode: 'nearest' }),
      conv,
    ];
    const initializers = [floats('scales', [4], [1, 1, 0.7, 0.7]), weights];
    const bytes = onnxModel({ nodes, inputs: { x: [1, 3, 10, 10] }, outputs: ['y'], initializers });
    expect(parse(bytes).layers).toMatchObject([{ input: [3, 7, 7] }]);
  });

  it('are padded to a multiple', () => {
    const nodes = [
      node('Shape', ['x'], ['shape']),
      node('Slice', ['shape', 'two', 'four'], ['size']),
      node('Mod', ['size', 'eight'], ['rest']),
      node('Sub', ['eight', 'rest'], ['more']),
      node('Concat', ['zeros', 'more'], ['pads'], { axis: 0 }),
      node('Pad', ['x', 'pads'], ['big'], { mode: 'reflect' }),
      conv,
    ];
    const initializers = [
      ...[integers('two', [2]), integers('four', [4]), integers('eight', [8, 8])],
      ...[integers('zeros', [0, 0, 0, 0, 0, 0]), weights],
    ];
    const bytes = onnxModel({ nodes, inputs: { x: [1, 3, 13, 18] }, outputs: ['y'], initializers });
    expect(parse(bytes).layers).toMatchObject([{ input: [3, 16, 24] }]);
  });

  it('that are open may be said as −1, or be the same for two inputs', () => {
    const nodes = [node('Conv', ['x', 'w'], ['y']), node('Conv', ['z', 'w'], ['u'])];
    const inputs = { x: [-1, 3, 'size', 'size2'], z: [-1, 3, 'size', 'size2'] };
    const bytes = onnxModel({ nodes, inputs, outputs: ['y', 'u'], initializers: [weights] });
    expect(() => parse(bytes)).toThrow('sizes for dimensions number 1, size, size2: --shape x=1x3x224x224');
    expect(() => parse(bytes, { x: [1, 3, 8, 9] })).toThrow(
      'shape.z: missing; allowed: sizes for dimension number 1: --shape z=1x3x8x9',
    );
    expect(() => parse(bytes, { x: [1, 3, 8, 9], z: [1, 3, 8, 8] })).toThrow(
      'shape.z: found "1x3x8x8"; allowed: ?x3x8x9, as the sizes of other inputs say',
    );
    expect(parse(bytes, { x: [1, 3, 8, 9], z: [1, 3, 8, 9] }).layers).toHaveLength(2);
  });

  it('of images are those of any input', () => {
    const nodes = [node('MatMul', ['m', 'v'], ['a']), node('Conv', ['x', 'w'], ['y'])];
    const initializers = [weights, floats('v', [4, 5])];
    const bytes = onnxModel({
      nodes,
      inputs: { m: [4, 4], x: [2, 3, 8, 8] },
      outputs: ['a', 'y'],
      initializers,
    });
    expect(parse(bytes).coverage).toMatchObject({ macsPercent: 100, nodes: { mapped: 2 } });
  });
});

describe('layers that are told apart', () => {
  it('have names of their own where a node becomes several', () => {
    const nodes = [
      node('ConvTranspose', ['x', 'v'], ['a'], { strides: [2, 2] }, { name: 'up' }),
      node('Conv', ['a', 'w'], ['y'], {}, { name: 'up.1' }),
    ];
    const initializers = [floats('v', [4, 3, 3, 3]), floats('w', [8, 3, 3, 3])];
    const { layers } = parse(onnxModel({ nodes, inputs: { x: [1, 4, 8, 8] }, outputs: ['y'], initializers }));
    expect(layers.map(({ name }) => name)).toEqual(['up.1_', 'up.2', 'up.3', 'up.4', 'up.1']);
    // The share of all weights is none of a phase's
    expect(layers.slice(0, 4).every((layer) => !('weightZeros' in layer))).toBe(true);
  });

  it('share an ifmap, or filters, where the matrices do', () => {
    const product = (a: readonly number[], b: readonly number[], isConstant: boolean) => {
      const inputs = isConstant ? { a } : { a, b };
      const initializers = isConstant ? [floats('b', b)] : [];
      return parse(
        onnxModel({ nodes: [node('MatMul', ['a', 'b'], ['y'])], inputs, outputs: ['y'], initializers }),
      ).layers;
    };
    expect(product([1, 7, 32], [4, 32, 10], true)).toMatchObject([
      { input: [32, 1, 7], filters: 40, groups: 1 },
    ]);
    expect(product([1, 8, 7, 32], [1, 1, 32, 7], false)).toMatchObject([
      { input: [32, 1, 56], filters: 7, groups: 1, weightsPerImage: true },
    ]);
  });

  it('of a map that was turned are not those of a feature map', () => {
    const nodes = [
      node('Conv', ['x', 'w'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: [0, 2, 3, 1] }),
      node('Flatten', ['b'], ['c']),
      node('Gemm', ['c', 'v'], ['y']),
    ];
    const initializers = [floats('w', [8, 3, 3, 3]), floats('v', [8 * 30, 10])];
    const { layers } = parse(onnxModel({ nodes, inputs: { x: [1, 3, 7, 8] }, outputs: ['y'], initializers }));
    expect(layers[1]).toMatchObject({ type: 'fc', input: [240, 1, 1] });
  });

  it('have weights for each image where filters are computed', () => {
    const bytes = onnxModel({
      nodes: [node('Conv', ['x', 'k'], ['y'])],
      inputs: { x: [1, 3, 8, 8], k: [4, 3, 3, 3] },
      outputs: ['y'],
    });
    expect(parse(bytes).layers).toMatchObject([{ weightsPerImage: true }]);
  });

  it('of quantised networks as onnxruntime writes them', () => {
    const scales = ['s', 'z'];
    const nodes = [
      node('QLinearConv', ['x', ...scales, 'w', ...scales, ...scales], ['a']),
      node('QLinearAdd', ['a', ...scales, 'a', ...scales, ...scales], ['b'], {}, { domain: 'com.microsoft' }),
      node('QLinearConv', ['b', ...scales, 'w2', ...scales, ...scales], ['c']),
      node('QLinearGlobalAveragePool', ['c', ...scales, ...scales], ['y'], {}, { domain: 'com.microsoft' }),
    ];
    const initializers = [
      ...[floats('s', [], [1]), rawTensor('z', [], 3, new Uint8Array([0]))],
      ...[
        rawTensor('w', [4, 3, 3, 3], 3, new Uint8Array(108)),
        rawTensor('w2', [8, 4, 1, 1], 3, new Uint8Array(32).fill(1)),
      ],
    ];
    const { layers, coverage } = parse(
      onnxModel({ nodes, inputs: { x: [1, 3, 8, 8] }, outputs: ['y'], initializers }),
    );
    expect(layers).toMatchObject([{ weightZeros: 1 }, { weightZeros: 0 }, { type: 'pool', kernel: [6, 6] }]);
    expect(coverage.nodes.unsupported).toEqual([]);
  });
});

describe('folding', () => {
  const reports = (nodes: ReturnType<typeof node>[], outputs: readonly string[]) => {
    const initializers = [floats('w', [8, 3, 3, 3]), floats('row', [6]), floats('most', [], [6])];
    return parse(onnxModel({ nodes, inputs: { x: [1, 3, 8, 8] }, outputs, initializers })).coverage.list.map(
      ({ op, became, into }) => `${op} ${into ? 'folded' : became}`,
    );
  };

  it('is not stopped by who reads sizes alone, or by inputs and outputs that are left out', () => {
    const nodes = [
      node('Conv', ['x', 'w'], ['c']),
      node('Shape', ['c'], ['shape']),
      node('Dropout', ['c'], ['d', '']),
      node('Clip', ['d', '', 'most'], ['y']),
    ];
    expect(reports(nodes, ['y'])).toEqual(['Conv mapped', 'Shape folded', 'Dropout folded', 'Clip folded']);
  });

  it('is not of a constant for each column', () => {
    const nodes = [node('Conv', ['x', 'w'], ['c']), node('Mul', ['c', 'row'], ['y'])];
    expect(reports(nodes, ['y'])).toEqual(['Conv mapped', 'Mul elementwise']);
  });
});
