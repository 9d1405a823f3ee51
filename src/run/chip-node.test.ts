import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, SparseTensorProtoSchema, TensorProto_DataType } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { floats, integers, type ModelSpec, node, onnxModel, rawTensor } from '../layer/onnx/model.testing.ts';
import { type ChipWork, chipWork, type Refusal } from './chip-node.ts';
import { modelGraph, readModel } from './model.ts';

const IMAGES = 2;

type Given = Partial<Omit<ModelSpec, 'nodes'>> & {
  readonly shape?: readonly number[];
  readonly images?: number;
};

/** What the chip does of each node that it could do something of, by its first output. */
function works(nodes: readonly NodeProto[], given: Given = {}): ReadonlyMap<string, ChipWork | Refusal> {
  const { shape = [4, 8, 8], images = IMAGES, ...spec } = given;
  const inputs = { x: ['n', ...shape.map((_, i) => `d${i}`)] };
  const last = nodes.at(-1)!.output[0]!;
  const bytes = onnxModel({ nodes, inputs, outputs: [last], ...spec });
  const graph = modelGraph(readModel(bytes, 'net.onnx'), images, shape);
  const found = graph.nodes.map((one) => [one.node.outputs[0]!, chipWork(one, graph)] as const);
  return new Map(found.flatMap(([name, work]) => (work === undefined ? [] : [[name, work]])));
}

const workOf = (nodes: readonly NodeProto[], given: Given = {}, name?: string): ChipWork => {
  const all = works(nodes, given);
  const work = name === undefined ? [...all.values()][0] : all.get(name);
  if (work === undefined || 'reason' in work) throw new Error(work?.reason ?? 'no work');
  return work;
};

const reasonOf = (nodes: readonly NodeProto[], given: Given = {}, name?: string): string => {
  const all = works(nodes, given);
  const work = name === undefined ? [...all.values()][0] : all.get(name);
  if (work === undefined || !('reason' in work)) throw new Error('no reason');
  return work.reason;
};

/** Operators that a layer takes in, and where it begins and ends. */
const outline = ({ nodes, input, sum, output, relu }: ChipWork) =>
  `${input} → ${nodes.map(({ node }) => node.opType).join(' ')} → ${sum}${relu ? ` → ${output}` : ''}`;

const w = (name: string, dims: readonly number[]) => floats(name, dims);

describe('a Conv', () => {
  it('is a convolution layer, with its window as it is', () => {
    const attributes = { strides: [2, 1], pads: [1, 0, 2, 1], group: 2 };
    const { layer, rows, parameters } = workOf([node('Conv', ['x', 'w', 'b'], ['y'], attributes)], {
      initializers: [w('w', [6, 2, 3, 2]), w('b', [6])],
    });
    expect(layer).toEqual({
      type: 'conv',
      name: 'Conv_0',
      input: [4, 8, 8],
      filters: 6,
      kernel: [3, 2],
      stride: [2, 1],
      pad: [1, 0, 2, 1],
      dilation: [1, 1],
      groups: 2,
    });
    expect(rows).toBe(1);
    expect(parameters).toMatchObject({ weights: 'w', bias: 'b', isTransposed: false, factor: 1 });
  });

  it('keeps its dilation, which a chip may refuse', () => {
    const { layer } = workOf([node('Conv', ['x', 'w'], ['y'], { dilations: [1, 2] })], {
      initializers: [w('w', [6, 4, 3, 3])],
    });
    expect(layer).toMatchObject({ dilation: [1, 2] });
  });

  it('of one direction is a row', () => {
    const { layer } = workOf([node('Conv', ['x', 'w'], ['y'], { strides: [2] })], {
      shape: [4, 9],
      initializers: [w('w', [5, 4, 3])],
    });
    expect(layer).toMatchObject({ input: [4, 1, 9], kernel: [1, 3], stride: [1, 2] });
  });

  it.each([
    ['SAME_UPPER', [0, 0, 1, 1]],
    ['SAME_LOWER', [1, 1, 0, 0]],
    ['VALID', [0, 0, 0, 0]],
  ])('has the padding of auto_pad %s', (mode, pad) => {
    const { layer } = workOf([node('Conv', ['x', 'w'], ['y'], { auto_pad: mode, strides: [2, 2] })], {
      initializers: [w('w', [5, 4, 3, 3])],
    });
    expect(layer).toMatchObject({ pad });
  });

  const padded = [node('Pad', ['x', 'pads'], ['p']), node('Conv', ['p', 'w'], ['y'], { pads: [1, 1, 1, 1] })];
  const initializers = [integers('pads', [0, 0, 1, 2, 0, 0, 3, 0]), w('w', [5, 4, 3, 3])];

  it('takes the zeros of a Pad for its own, and reads what was before it', () => {
    const { layer, input } = workOf(padded, { initializers });
    expect(input).toBe('x');
    expect(layer).toMatchObject({ input: [4, 8, 8], pad: [2, 3, 4, 1] });
  });

  it('reads what a Pad makes where others read it, too, or where it is an output', () => {
    for (const given of [
      { outputs: ['y', 'p'] },
      { nodes: [...padded, node('Relu', ['p'], ['z'])], outputs: ['y', 'z'] },
    ]) {
      const { layer, input } = workOf(given.nodes ?? padded, { initializers, outputs: given.outputs });
      expect(input).toBe('p');
      expect(layer).toMatchObject({ input: [4, 12, 10], pad: [1, 1, 1, 1] });
    }
  });

  it('reads what a Pad makes of other values than zeros, or of another Pad', () => {
    const reflecting = node('Pad', ['x', 'pads'], ['p'], { mode: 'reflect' });
    expect(workOf([reflecting, padded[1]!], { initializers }).input).toBe('p');
    const twice = [node('Pad', ['x', 'pads'], ['q']), node('Pad', ['q', 'pads'], ['p']), padded[1]!];
    const { input, layer } = workOf(twice, { initializers });
    expect(input).toBe('q');
    expect(layer).toMatchObject({ input: [4, 12, 10] });
  });

  it.each([
    [
      'weights are computed',
      [node('Relu', ['x'], ['w']), node('Conv', ['x', 'w'], ['y'])],
      [],
      'computed anew',
    ],
    [
      'biases are computed',
      [
        node('GlobalMaxPool', ['x'], ['g']),
        node('Reshape', ['g', 's'], ['b']),
        node('Conv', ['x', 'w', 'b'], ['y']),
      ],
      [w('w', [8, 4, 1, 1]), integers('s', [8])],
      'computed anew',
    ],
  ])('is none where its %s', (_, nodes, initializers, reason) => {
    expect(reasonOf(nodes, { initializers, shape: [4, 8, 8] }, 'y')).toContain(reason);
  });

  it('is none where its weights are drawn anew', () => {
    const draw = node('RandomNormalLike', ['k'], ['w']);
    const given = { initializers: [w('k', [4, 4, 1, 1])], between: { w: [4, 4, 1, 1] } };
    expect(reasonOf([draw, node('Conv', ['x', 'w'], ['y'])], given)).toContain('computed anew');
  });

  it('is none in three directions', () => {
    const nodes = [node('Conv', ['x', 'w'], ['y'])];
    expect(reasonOf(nodes, { shape: [1, 4, 4, 4], initializers: [w('w', [2, 1, 2, 2, 2])] })).toContain(
      'over 3 directions',
    );
  });

  it('is none where its weights are of another type, or sparse', () => {
    const doubles = rawTensor('w', [4, 4, 1, 1], TensorProto_DataType.DOUBLE, new Uint8Array(128));
    const nodes = [node('Conv', ['x', 'w'], ['y'])];
    expect(reasonOf(nodes, { initializers: [doubles] })).toBe('its numbers are not floats of 32 bits');
    const model = fromBinary(
      ModelProtoSchema,
      onnxModel({ nodes, inputs: { x: ['n', 4, 8, 8] }, outputs: ['y'] }),
    );
    const values = floats('w', [2], [5, 7]);
    model.graph!.sparseInitializer.push(
      create(SparseTensorProtoSchema, { dims: [4n, 4n, 1n, 1n], values, indices: integers('i', [1, 11]) }),
    );
    const graph = modelGraph(readModel(toBinary(ModelProtoSchema, model), 'net.onnx'), 1, [4, 8, 8]);
    expect(chipWork(graph.nodes[0]!, graph)).toMatchObject({ reason: expect.stringContaining('not zero') });
  });

  it('is none where it makes the same in every run', () => {
    const nodes = [node('Conv', ['c', 'w'], ['d']), node('Add', ['x', 'd'], ['y'])];
    const initializers = [w('c', [1, 4, 8, 8]), w('w', [4, 4, 1, 1])];
    expect(works(nodes, { initializers }).size).toBe(0);
  });
});

describe('a Gemm', () => {
  const gemm = (attributes: Parameters<typeof node>[3], inputs = ['x', 'w', 'b']) => [
    node('Gemm', inputs, ['y'], attributes),
  ];

  it('is a fully connected layer, with its factors', () => {
    const attributes = { transB: 1, alpha: { float: 0.5 }, beta: { float: 3 } };
    const { layer, parameters, rows } = workOf(gemm(attributes), {
      shape: [5],
      initializers: [w('w', [7, 5]), w('b', [7])],
    });
    expect(layer).toEqual({ type: 'fc', name: 'Gemm_0', input: [5, 1, 1], filters: 7 });
    expect({ rows, ...parameters }).toMatchObject({
      rows: 1,
      isTransposed: false,
      factor: 0.5,
      biasFactor: 3,
      bias: 'b',
    });
  });

  it('has weights of channels × filters unless it says otherwise', () => {
    const { layer, parameters } = workOf(gemm({}), {
      shape: [5],
      initializers: [w('w', [5, 7]), w('b', [1, 7])],
    });
    expect(layer).toMatchObject({ filters: 7 });
    expect(parameters).toMatchObject({ isTransposed: true, factor: 1, biasFactor: 1 });
  });

  it('is of a feature map where that was made flat', () => {
    const nodes = [node('Flatten', ['x'], ['f']), node('Gemm', ['f', 'w'], ['y'])];
    const { layer, input } = workOf(nodes, { shape: [4, 3, 2], initializers: [w('w', [24, 7])] });
    expect(layer).toMatchObject({ input: [4, 3, 2] });
    expect(input).toBe('f');
  });

  it.each([[[]], [[1]], [[7]], [[1, 1]], [[1, 7]]])('takes a bias of shape %j', (dims) => {
    const given = { shape: [5], initializers: [w('w', [5, 7]), w('b', dims)] };
    expect(workOf(gemm({}), given).parameters!.bias).toBe('b');
  });

  it.each([[[2, 7]], [[2, 1]]])('takes no bias of shape %j', (dims) => {
    const given = { shape: [5], initializers: [w('w', [5, 7]), w('b', dims)] };
    expect(reasonOf(gemm({}), given)).toBe('its bias is not one number per filter');
  });

  it('has a row for each image, or several', () => {
    const nodes = [node('Reshape', ['x', 's'], ['r']), node('Gemm', ['r', 'w'], ['y'])];
    const initializers = [integers('s', [-1, 5]), w('w', [5, 7])];
    const { layer, rows } = workOf(nodes, { shape: [3, 5], initializers });
    expect({ rows, input: layer.input }).toEqual({ rows: 3, input: [5, 1, 1] });
  });

  it('is none of columns, of computed weights or of rows that mix images', () => {
    const initializers = [w('w', [2, 7])];
    expect(reasonOf(gemm({ transA: 1 }, ['x', 'w']), { shape: [5], initializers })).toContain('columns');
    const computed = [node('Relu', ['x'], ['w']), node('Gemm', ['x', 'w'], ['y'], { transB: 1 })];
    expect(reasonOf(computed, { shape: [5] })).toContain('computed anew');
    const mixing = [node('Reshape', ['x', 's'], ['r']), node('Gemm', ['r', 'w'], ['y'])];
    const shapes = [integers('s', [1, -1]), w('w', [10, 7])];
    expect(reasonOf(mixing, { shape: [5], initializers: shapes })).toContain('rows');
  });
});

describe('a MatMul', () => {
  const product = [node('MatMul', ['x', 'w'], ['y'])];

  it.each([
    [[5], 1],
    [[3, 5], 3],
    [[2, 3, 5], 6],
  ])('of images of %j has %i rows for each', (shape, rows) => {
    const work = workOf(product, { shape, initializers: [w('w', [5, 7])] });
    expect(work).toMatchObject({ rows, layer: { type: 'fc', input: [5, 1, 1], filters: 7 } });
    expect(work.parameters).toMatchObject({ isTransposed: true, factor: 1, bias: undefined });
  });

  it('is none of two activations, of many matrices, or with its weights on the left', () => {
    expect(reasonOf([node('MatMul', ['x', 'x'], ['y'])], { shape: [5, 5] })).toContain('computed anew');
    expect(reasonOf(product, { shape: [2, 3, 5], initializers: [w('w', [2, 5, 7])] })).toContain('no matrix');
    const left = [node('MatMul', ['w', 'x'], ['y'])];
    expect(reasonOf(left, { shape: [5, 3], initializers: [w('w', [7, 5])] })).toContain('left factor');
  });
});

describe('a pool', () => {
  it('is a pooling layer where it is of maxima, also beyond the edge', () => {
    const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] };
    const work = workOf([node('MaxPool', ['x'], ['y'], attributes)]);
    expect(work.layer).toMatchObject({ type: 'pool', kernel: [3, 3], stride: [2, 2], pad: [0, 0, 1, 1] });
    expect(work.parameters).toBeUndefined();
    const up = node('MaxPool', ['x'], ['y'], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 });
    expect(workOf([up]).layer).toMatchObject({ pad: [0, 0, 1, 1] });
    const whole = { type: 'pool', kernel: [8, 8] };
    expect(workOf([node('GlobalMaxPool', ['x'], ['y'])]).layer).toMatchObject(whole);
    const planes = node('ReduceMax', ['x'], ['y'], { axes: [2, 3], keepdims: 0 });
    expect(workOf([planes]).layer).toMatchObject(whole);
  });

  it('takes nothing in that comes behind it', () => {
    const nodes = [node('MaxPool', ['x'], ['p'], { kernel_shape: [2, 2] }), node('Relu', ['p'], ['y'])];
    expect(outline(workOf(nodes))).toBe('x → MaxPool → p');
  });

  it.each([
    [
      'places are told, too',
      node('MaxPool', ['x'], ['y', 'at'], { kernel_shape: [2, 2] }),
      'where its maxima are',
    ],
    ['pixels are apart', node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], dilations: [2, 2] }), 'apart'],
    ['it is of means', node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2] }), 'by maximum alone'],
    ['it is of all means', node('GlobalAveragePool', ['x'], ['y']), 'by maximum alone'],
  ])('is none where %s', (_, one, reason) => {
    expect(reasonOf([one])).toContain(reason);
  });

  it('is one where no place is asked for', () => {
    expect(outline(workOf([node('MaxPool', ['x'], ['y', ''], { kernel_shape: [2, 2] })]))).toBe(
      'x → MaxPool → y',
    );
  });
});

describe('other nodes', () => {
  it('that make one value of many are none, or a pool of other kinds', () => {
    const found = works([
      node('ReduceMax', ['x'], ['a'], { axes: [1] }),
      node('ReduceMean', ['a'], ['y'], { axes: [2, 3] }),
    ]);
    expect([...found]).toEqual([['y', { reason: 'the chip pools by maximum alone' }]]);
  });

  it('are no work for the chip, with a reason where they multiply', () => {
    const nodes = [
      node('ConvTranspose', ['x', 'w'], ['t']),
      node('Strange', ['t'], ['s'], {}, { domain: 'own' }),
      node('Softmax', ['s'], ['y']),
    ];
    const found = works(nodes, { initializers: [w('w', [4, 4, 2, 2])] });
    expect([...found.keys()]).toEqual(['t']);
    expect(found.get('t')).toMatchObject({ reason: expect.stringContaining('several layers') });
  });

  it('of unknown shapes are told so', () => {
    const nodes = [node('Strange', ['x'], ['s'], {}, { domain: 'own' }), node('Conv', ['s', 'w'], ['y'])];
    expect(reasonOf(nodes, { initializers: [w('w', [4, 4, 1, 1])] })).toContain('shape of its input s');
  });

  it('of sizes that no layer has are told so', () => {
    const nodes = [node('MatMul', ['x', 'w'], ['y'])];
    const given = { shape: [1_000_001], initializers: [w('w', [1_000_001, 1])], images: 1 };
    expect(reasonOf(nodes, given)).toContain('1000000');
  });
});

const norm = (
  input: string,
  output: string,
  attributes: Parameters<typeof node>[3] = {},
  more: string[] = [],
) => node('BatchNormalization', [input, 's', 'b', 'm', 'v'], [output, ...more], attributes);
const channels = (count: number) => ['s', 'b', 'm', 'v'].map((name) => w(name, [count]));

describe('what is behind a product', () => {
  const conv = node('Conv', ['x', 'w'], ['c']);
  const initializers = [w('w', [6, 4, 3, 3]), ...channels(6), w('plus', [6, 1, 1]), w('one', [])];

  it('is part of its layer, in any number and order up to a ReLU', () => {
    const nodes = [
      conv,
      node('Add', ['plus', 'c'], ['d']),
      norm('d', 'e'),
      node('Add', ['e', 'one'], ['f']),
      norm('f', 'g', { epsilon: { float: 0.5 } }),
      node('Relu', ['g'], ['h']),
      node('Relu', ['h'], ['y']),
    ];
    const work = workOf(nodes, { initializers });
    expect(outline(work)).toBe('x → Conv Add BatchNormalization Add BatchNormalization Relu → g → h');
    expect(work.parameters!.behind).toMatchObject([
      { type: 'addition', bias: 'plus' },
      { type: 'normalisation', scale: 's', shift: 'b', mean: 'm', variance: 'v', epsilon: 1e-5 },
      { type: 'addition', bias: 'one' },
      { type: 'normalisation', epsilon: 0.5 },
    ]);
  });

  it.each([
    ['an output of the network', [conv, node('Relu', ['c'], ['y'])], ['y', 'c'], 'x → Conv → c'],
    [
      'read by another node',
      [conv, node('Relu', ['c'], ['y']), node('Neg', ['c'], ['z'])],
      ['y', 'z'],
      'x → Conv → c',
    ],
    [
      'read by two ReLUs',
      [conv, node('Relu', ['c'], ['y']), node('Relu', ['c'], ['z'])],
      ['y', 'z'],
      'x → Conv → c',
    ],
    [
      'read for its shape',
      [conv, node('Relu', ['c'], ['y']), node('Shape', ['c'], ['z'])],
      ['y', 'z'],
      'x → Conv → c',
    ],
    ['read twice by one node', [conv, node('Add', ['c', 'c'], ['y'])], ['y'], 'x → Conv → c'],
    [
      'an output of the network, further on',
      [conv, norm('c', 'd'), node('Relu', ['d'], ['y'])],
      ['y', 'd'],
      'x → Conv BatchNormalization → d',
    ],
  ])('is none where it is %s', (_, nodes, outputs, expected) => {
    expect(outline(workOf(nodes, { initializers, outputs }))).toBe(expected);
  });

  it.each([
    ['of each column', 'Add', [6]],
    ['of each pixel', 'Add', [6, 6, 6]],
    ['of each image', 'Add', [2, 6, 1, 1]],
    ['of more dimensions', 'Add', [1, 1, 6, 1, 1]],
    ['that multiplies', 'Mul', [6, 1, 1]],
    ['that is taken away', 'Sub', [6, 1, 1]],
  ])('is not a constant %s', (_, op, dims) => {
    const given = { initializers: [...initializers, w('other', dims)] };
    expect(outline(workOf([conv, node(op, ['c', 'other'], ['y'])], given))).toBe('x → Conv → c');
  });

  it('is a constant for each image where all images have one', () => {
    const given = { initializers: [...initializers, w('other', [1, 6, 1, 1])] };
    expect(outline(workOf([conv, node('Add', ['c', 'other'], ['y'])], given))).toBe('x → Conv Add → y');
  });

  it.each([
    ['learns', norm('c', 'y', { training_mode: 1 }, ['m2', 'v2'])],
    ['tells its mean', norm('c', 'y', {}, ['m2'])],
    ['has a computed scale', node('BatchNormalization', ['c', 'r', 'b', 'm', 'v'], ['y'])],
  ])('is no BatchNormalization that %s', (_, one) => {
    const nodes = [
      node('ReduceMax', ['x'], ['k'], { axes: [0, 2, 3], keepdims: 0 }),
      node('Concat', ['k', 'two'], ['r'], { axis: 0 }),
      conv,
      one,
    ];
    const given = {
      initializers: [...initializers, w('two', [2])],
      outputs: ['y'],
    };
    expect(outline(workOf(nodes, given, 'c'))).toBe('x → Conv → c');
  });

  it('is no BatchNormalization of old that has a mean for each pixel', () => {
    const one = norm('c', 'y', { spatial: 0 });
    expect(outline(workOf([conv, one], { initializers, opset: 7 }))).toBe('x → Conv → c');
  });

  it('is on the last axis of a product of matrices', () => {
    const product = node('MatMul', ['x', 'w'], ['p']);
    const given = {
      shape: [3, 5],
      initializers: [w('w', [5, 6]), w('last', [6]), w('middle', [3, 1]), ...channels(3)],
    };
    expect(outline(workOf([product, node('Add', ['p', 'last'], ['y'])], given))).toBe('x → MatMul Add → y');
    expect(outline(workOf([product, node('Add', ['p', 'middle'], ['y'])], given))).toBe('x → MatMul → p');
    // There, a BatchNormalization is on another
    expect(outline(workOf([product, norm('p', 'y')], given))).toBe('x → MatMul → p');
    const flat = { shape: [5], initializers: [w('w', [5, 6]), ...channels(6)] };
    expect(outline(workOf([product, norm('p', 'y')], flat))).toBe('x → MatMul BatchNormalization → y');
  });
});
