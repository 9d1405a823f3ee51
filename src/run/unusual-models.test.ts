import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { external, floats, integers, node, rawTensor } from '../layer/onnx/model.testing.ts';
import { readModel } from './model.ts';
import { planRun } from './plan.ts';
import type { RunResult } from './result.ts';
import {
  drawn,
  run,
  runtime,
  type SmallModel,
  scoresOf,
  smallModel,
  smallPlan,
  weights,
  wholeModel,
  withCheckpoints,
} from './run.testing.ts';
import { runSteps } from './run.ts';

const conv = (input: string, output: string, kernel = 'k') =>
  node('Conv', [input, kernel], [output], { pads: [1, 1, 1, 1] }, { name: output });
const on = (op: string, inputs: readonly string[], output: string, attributes = {}) =>
  node(op, inputs, [output], attributes, { name: output });
const k = weights('k', [3, 3, 3, 3], 27);
/** Scores of five classes, of three planes. */
const head = (input: string) => [
  on('GlobalAveragePool', [input], 'pooled'),
  on('Flatten', ['pooled'], 'flat'),
  on('MatMul', ['flat', 'v'], 'scores'),
];
const v = weights('v', [3, 5], 3);

/** Every number of a result is one: neither infinite nor NaN. */
function expectNumbers(value: unknown): void {
  if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) expectNumbers(one);
}

/** Runs a model, its last batch not full: near the float network in each layer, and near the whole model in the end. */
async function expectNear(given: SmallModel, least = 40): Promise<RunResult> {
  const plan = smallPlan(given);
  const images = drawn(given.shape ?? [3, 6, 6], 3);
  const { outcome, kept } = await withCheckpoints(plan, images);
  const { result } = outcome;
  for (const { name, snrDb, output } of result.layers) {
    expect({ name, isNear: snrDb === null || snrDb > least }).toEqual({ name, isNear: true });
    expect(output.bitExact).toBe(true);
  }
  expectNumbers(result);
  for (const [i] of (result.classes?.images ?? []).entries()) {
    const whole = await wholeModel(smallModel(given), images, i);
    const most = Math.max(...whole.map(Math.abs));
    for (const [c, score] of scoresOf(result, i, 'float').entries()) {
      expect(Math.abs(score - whole[c]!)).toBeLessThanOrEqual(1e-5 * most);
      expect(Math.abs(scoresOf(result, i, 'chip')[c]! - whole[c]!)).toBeLessThanOrEqual(0.05 * most);
    }
  }
  for (const from of kept) expect(await run(smallPlan(given), images, { from })).toEqual(outcome);
  return result;
}

describe('a layer', () => {
  const cases: readonly (readonly [string, SmallModel])[] = [
    [
      'of a convolution with a bias',
      { nodes: [on('Conv', ['x', 'k', 'b'], 'y')], initializers: [k, weights('b', [3], 9)] },
    ],
    [
      'of groups, with a stride and padding of its own on each side',
      {
        nodes: [on('Conv', ['x', 'g'], 'y', { group: 3, strides: [2, 1], pads: [2, 0, 1, 1] })],
        initializers: [weights('g', [6, 1, 3, 2], 6)],
      },
    ],
    [
      'of a row',
      {
        shape: [3, 9],
        nodes: [on('Conv', ['x', 'r'], 'y', { strides: [2], pads: [1, 0] })],
        initializers: [weights('r', [4, 3, 3], 9)],
      },
    ],
    [
      'padded by itself, more below',
      {
        nodes: [on('Conv', ['x', 'k'], 'y', { auto_pad: 'SAME_UPPER', strides: [2, 2] })],
        initializers: [k],
      },
    ],
    [
      'padded by itself, more above',
      {
        nodes: [on('Conv', ['x', 'k'], 'y', { auto_pad: 'SAME_LOWER', strides: [2, 2] })],
        initializers: [k],
      },
    ],
    [
      'padded by a Pad and by itself',
      {
        nodes: [on('Pad', ['x', 'pads'], 'p'), conv('p', 'y')],
        initializers: [k, integers('pads', [0, 0, 1, 0, 0, 0, 2, 1])],
      },
    ],
    [
      'that two convolutions read a Pad for, one of them on the host',
      {
        nodes: [
          on('Pad', ['x', 'pads'], 'p'),
          conv('p', 'a'),
          on('Conv', ['p', 'k'], 'b', { dilations: [2, 2], pads: [2, 2, 2, 2] }),
          on('Add', ['a', 'b'], 'c'),
          conv('c', 'y'),
        ],
        initializers: [k, integers('pads', [0, 0, 1, 0, 0, 0, 2, 1])],
      },
    ],
    [
      'of a Gemm with its factors',
      {
        shape: [7],
        nodes: [on('Gemm', ['x', 'w', 'b'], 'y', { alpha: { float: -0.7 }, beta: { float: 2.5 } })],
        initializers: [weights('w', [7, 4], 7), weights('b', [1, 4], 7)],
      },
    ],
    [
      'of a Gemm with one bias for all',
      {
        shape: [7],
        nodes: [on('Gemm', ['x', 'w', 'b'], 'y', { transB: 1 })],
        initializers: [weights('w', [4, 7], 7), weights('b', [1], 7)],
      },
    ],
    [
      'of a feature map that is too large for a filter',
      {
        shape: [2, 14, 5],
        nodes: [on('Relu', ['x'], 'a'), on('Flatten', ['a'], 'b'), on('MatMul', ['b', 'w'], 'y')],
        initializers: [weights('w', [140, 4], 140)],
      },
    ],
    [
      'whose weights are inputs, too, as in old files',
      {
        nodes: [conv('x', 'a'), ...head('a')],
        initializers: [k, v],
        inputs: { x: ['n', 3, 6, 6], k: [3, 3, 3, 3], v: [3, 5] },
      },
    ],
    [
      'of rows',
      {
        shape: [2, 3, 7],
        nodes: [on('MatMul', ['x', 'w'], 'a'), on('Add', ['a', 'b'], 'c'), on('Relu', ['c'], 'y')],
        initializers: [weights('w', [7, 4], 7), weights('b', [4], 7)],
      },
    ],
    [
      'of rows of a Gemm',
      {
        shape: [3, 7],
        nodes: [on('Reshape', ['x', 's'], 'a'), on('Gemm', ['a', 'w'], 'y')],
        initializers: [weights('w', [7, 4], 7), integers('s', [-1, 7])],
      },
    ],
    [
      'whose filters are on the last axis and others on the second',
      {
        shape: [4, 5, 4],
        nodes: [on('MatMul', ['x', 'w'], 'a'), on('Add', ['a', 'b'], 'y')],
        initializers: [weights('w', [4, 4], 4), weights('b', [4, 1, 1], 4)],
      },
    ],
    [
      'of maxima, rounded up',
      { nodes: [on('MaxPool', ['x'], 'y', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 })] },
    ],
    [
      'of maxima beyond the edge',
      { nodes: [on('MaxPool', ['x'], 'y', { kernel_shape: [3, 2], pads: [1, 1, 1, 0] })] },
    ],
    [
      'of maxima along a row',
      { shape: [3, 9], nodes: [on('MaxPool', ['x'], 'y', { kernel_shape: [3], strides: [2] })] },
    ],
    ['of all maxima', { nodes: [conv('x', 'a'), on('GlobalMaxPool', ['a'], 'y')], initializers: [k] }],
    [
      'of all maxima, as a reduction',
      {
        nodes: [conv('x', 'a'), on('ReduceMax', ['a'], 'y', { axes: [2, 3], keepdims: 0 })],
        initializers: [k],
      },
    ],
    [
      'that reads the input, as the host and a pool do',
      {
        nodes: [
          on('MaxPool', ['x'], 'm', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
          conv('x', 'a'),
          on('Sub', ['x', 'a'], 'b'),
          on('Add', ['m', 'b'], 'c'),
          conv('c', 'd'),
          ...head('d'),
        ],
        initializers: [k, v],
      },
    ],
    [
      'that two layers and the host read',
      {
        nodes: [
          conv('x', 'a'),
          on('Relu', ['a'], 'r'),
          conv('r', 'b'),
          conv('r', 'c', 'large'),
          on('Concat', ['b', 'c', 'r'], 'd', { axis: 1 }),
          on('Conv', ['d', 'wide'], 'e'),
          ...head('e'),
        ],
        initializers: [k, v, weights('large', [3, 3, 3, 3], 0.01, 2), weights('wide', [3, 9, 1, 1], 9)],
      },
    ],
    [
      'that two layers read from the host',
      {
        nodes: [
          on('Sigmoid', ['x'], 'a'),
          conv('a', 'b'),
          conv('a', 'c', 'other'),
          on('Mul', ['b', 'c'], 'd'),
          ...head('d'),
        ],
        initializers: [k, v, weights('other', [3, 3, 3, 3], 27, 2)],
      },
    ],
    [
      'whose ReLU is shared',
      {
        nodes: [
          conv('x', 'a'),
          on('Relu', ['a'], 'r'),
          on('Relu', ['a'], 's'),
          conv('s', 'b'),
          on('Add', ['r', 'b'], 'c'),
          ...head('c'),
        ],
        initializers: [k, v],
      },
    ],
    [
      'that is an output and goes on',
      {
        nodes: [conv('x', 'a'), on('Relu', ['a'], 'r'), conv('r', 'b'), ...head('b')],
        initializers: [k, v],
        outputs: ['scores', 'a', 'r'],
      },
    ],
    [
      'that ends the network and is read again',
      {
        shape: [7],
        nodes: [on('MatMul', ['x', 'w'], 'y'), on('MatMul', ['y', 'u'], 'z')],
        initializers: [weights('w', [7, 4], 7), weights('u', [4, 4], 4)],
        outputs: ['y', 'z'],
      },
    ],
    [
      'behind a mask that is kept',
      {
        nodes: [
          conv('x', 'a'),
          on('Greater', ['a', 'zero'], 'mask'),
          on('ArgMax', ['a'], 'places', { axis: 1 }),
          conv('a', 'b'),
          conv('b', 'c'),
          on('Where', ['mask', 'c', 'b'], 'd'),
          on('Cast', ['places'], 'p', { to: 1 }),
          on('Add', ['d', 'p'], 'e'),
          ...head('e'),
        ],
        initializers: [k, v, floats('zero', [], [0])],
      },
    ],
    [
      'between numbers of 64 and 16 bits',
      {
        nodes: [
          on('Cast', ['x'], 'wide', { to: 11 }),
          on('Exp', ['wide'], 'grown'),
          on('Cast', ['grown'], 'back', { to: 1 }),
          conv('back', 'a'),
          on('Cast', ['a'], 'narrow', { to: 10 }),
          conv('a', 'b'),
          on('Cast', ['narrow'], 'again', { to: 1 }),
          on('Add', ['again', 'b'], 'c'),
          ...head('c'),
        ],
        initializers: [k, v],
      },
    ],
    [
      'in a batch that does not come first',
      {
        shape: [4, 6],
        nodes: [
          on('Transpose', ['x'], 'turned', { perm: [1, 0, 2] }),
          on('MatMul', ['turned', 'w'], 'a'),
          on('Relu', ['a'], 'r'),
          on('Sigmoid', ['r'], 's'),
          on('MatMul', ['s', 'u'], 'b'),
          on('Transpose', ['b'], 'c', { perm: [1, 0, 2] }),
          on('Flatten', ['c'], 'd'),
          on('MatMul', ['d', 'z'], 'y'),
        ],
        initializers: [weights('w', [6, 5], 6), weights('u', [5, 3], 5), weights('z', [12, 4], 12)],
      },
    ],
    [
      'whose mask was once made of floats',
      {
        nodes: [
          conv('x', 'a'),
          node('Dropout', ['a'], ['b', 'mask'], {}, { name: 'b' }),
          conv('b', 'c'),
          ...head('c'),
        ],
        initializers: [k, v],
        opset: 9,
      },
    ],
  ];

  it.each(cases)('%s', async (_, given) => {
    await expectNear(given);
  });

  const nodes = [conv('x', 'a', 'made'), on('Relu', ['a'], 'b'), conv('b', 'c', 'made'), ...head('c')];
  const bytes = Int8Array.from({ length: 81 }, (_, i) => ((i * 37) % 255) - 127);
  it.each([
    ['turned', [on('Transpose', ['k'], 'made', { perm: [1, 0, 3, 2] })], [k]],
    [
      'quantised',
      [on('DequantizeLinear', ['q', 'scale', 'zero'], 'made')],
      [
        rawTensor('q', [3, 3, 3, 3], TensorProto_DataType.INT8, new Uint8Array(bytes.buffer)),
        floats('scale', [], [0.003]),
        rawTensor('zero', [], TensorProto_DataType.INT8, Uint8Array.of(3)),
      ],
    ],
    [
      'of 64 bits',
      [on('Cast', ['d'], 'made', { to: 1 })],
      [
        rawTensor(
          'd',
          [3, 3, 3, 3],
          TensorProto_DataType.DOUBLE,
          new Uint8Array(Float64Array.from(bytes, (one) => one / 300).buffer),
        ),
      ],
    ],
    [
      'typed',
      [],
      [
        create(TensorProtoSchema, {
          name: 'made',
          dims: [3n, 3n, 3n, 3n],
          dataType: TensorProto_DataType.FLOAT,
          floatData: [...bytes].map((one) => one / 300),
        }),
      ],
    ],
  ])('has weights that are %s', async (_, before, initializers) => {
    const result = await expectNear({ nodes: [...before, ...nodes], initializers: [...initializers, v] });
    expect(result.layers).toHaveLength(3);
  });

  it('has weights from the file beside it', async () => {
    const values = Float32Array.from(bytes, (one) => one / 300);
    const content = new Uint8Array(values.buffer);
    const outside = smallModel({
      nodes,
      initializers: [external('made', [3, 3, 3, 3], { location: 'w.bin' }), v],
    });
    const files = {
      size: () => content.length,
      read: (_: string, from: number, length: number) => content.subarray(from, from + length),
    };
    const plan = planRun(readModel(outside, 'net.onnx', files), { shape: [3, 6, 6], batch: 2, mapping: {} });
    const inside = smallPlan({ nodes, initializers: [floats('made', [3, 3, 3, 3], values), v] });
    const images = drawn([3, 6, 6], 3);
    expect(await run(plan, images)).toEqual(await run(inside, images));
  });

  it('takes biases that are larger than its words, where sums are not', async () => {
    // Products of −1 with weights that are all alike, and a bias that makes up for them
    const ones = floats('w', [2, 8], new Float32Array(16).fill(50));
    const nodes = [on('Clip', ['x', 'low', 'high'], 'a'), on('Gemm', ['a', 'w', 'b'], 'y', { transB: 1 })];
    const given = {
      shape: [8],
      nodes,
      initializers: [
        ones,
        floats('b', [2], [395, 396]),
        floats('low', [], [-1]),
        floats('high', [], [-0.98]),
      ],
    };
    const { layers } = await expectNear(given);
    expect(layers[0]!.format.ofmapFractionBits).toBeGreaterThan(10);
    expect(layers[0]!.noise).toMatchObject({ overflowPercent: 0 });
  });
});

describe('nodes that have no layer', () => {
  it('may have bodies that read what layers make', async () => {
    const body = (nodes: readonly NodeProto[], name: string) =>
      create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.GRAPH,
        g: create(GraphProtoSchema, {
          name,
          node: [...nodes],
          output: [create(ValueInfoProtoSchema, { name: nodes.at(-1)!.output[0]! })],
        }),
      });
    const either = on('If', ['isLarge'], 'd');
    either.attribute = [
      body([on('Add', ['a', 'b'], 'inner'), on('Relu', ['inner'], 't')], 'then_branch'),
      body([on('Sub', ['b', 'minus'], 'other'), on('Neg', ['other'], 'e')], 'else_branch'),
    ];
    await expectNear({
      nodes: [
        conv('x', 'a'),
        conv('a', 'b'),
        on('Neg', ['bias'], 'minus'),
        on('ReduceMax', ['x'], 'most', { keepdims: 0 }),
        on('Greater', ['most', 'zero'], 'isLarge'),
        either,
        on('Conv', ['d', 'k'], 'c'),
        ...head('c'),
      ],
      initializers: [k, v, floats('zero', [], [1e9]), floats('bias', [3, 1, 1], [1, 2, 3])],
      between: { d: ['n', 3, 6, 6] },
    });
  });

  it('may be functions that the model defines', async () => {
    const model = fromBinary(
      ModelProtoSchema,
      smallModel({
        nodes: [
          conv('x', 'a'),
          node('Twice', ['a'], ['b'], {}, { domain: 'own', name: 'b' }),
          conv('b', 'c'),
          ...head('c'),
        ],
        initializers: [k, v],
        between: { b: ['n', 3, 6, 6] },
      }),
    );
    model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'own', version: 1n }));
    model.functions.push(
      create(FunctionProtoSchema, {
        name: 'Twice',
        domain: 'own',
        input: ['p'],
        output: ['q'],
        node: [node('Add', ['p', 'p'], ['q'])],
        opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
      }),
    );
    const plan = planRun(readModel(toBinary(ModelProtoSchema, model), 'net.onnx'), {
      shape: [3, 6, 6],
      batch: 2,
    });
    const { result } = await run(plan, drawn([3, 6, 6], 3));
    for (const { snrDb } of result.layers) expect(snrDb).toBeGreaterThan(40);
    expect(result.total.macsPercent).toBeNull();
  });
});

describe('what comes out', () => {
  const given = { nodes: [conv('x', 'a'), ...head('a')], initializers: [k, v] };

  it('may be no list of scores', async () => {
    for (const nodes of [[conv('x', 'a')], [...given.nodes, on('ArgMax', ['scores'], 'y', { axis: 1 })]]) {
      const { result } = await run(smallPlan({ ...given, nodes }), drawn([3, 6, 6], 3));
      expect(result.classes).toBeNull();
      expectNumbers(result);
    }
  });

  it('is of each image, also where the mapping is given for more', async () => {
    const images = drawn([3, 6, 6], 5);
    const { result } = await run(smallPlan({ ...given, batch: 4, mapping: { n: 4 } }), images);
    expect(result.classes!.images).toHaveLength(5);
    expect(result.layers[0]!.mapping).toMatchObject({ n: 4 });
  });

  it('is of dark images zeros, and no noise', async () => {
    const { result, fmaps } = await run(
      smallPlan(given),
      drawn([3, 6, 6], 3, () => true),
    );
    expect(result.layers.map(({ snrDb }) => snrDb)).toEqual([null, null]);
    expect(result.layers.map(({ zerosPercent }) => zerosPercent)).toEqual([100, 100]);
    expect(fmaps[0]!.words.every((word) => word === 0)).toBe(true);
    expectNumbers(result);
  });

  it('is biases alone where weights are zero, with all their bits', async () => {
    const dead = [floats('k', [3, 3, 3, 3], new Float32Array(81)), floats('b', [3], [0.123456, -0.5, 3])];
    const nodes = [
      on('Conv', ['x', 'k', 'b'], 'a'),
      on('Relu', ['a'], 'r'),
      on('Conv', ['r', 'k', 'b'], 'c'),
      ...head('c'),
    ];
    const { result, fmaps } = await run(
      smallPlan({ nodes, initializers: [...dead, v] }),
      drawn([3, 6, 6], 3),
    );
    const { ofmapFractionBits } = result.layers[0]!.format;
    expect(ofmapFractionBits).toBe(13);
    expect([...new Set(fmaps[0]!.words)]).toEqual([Math.round(0.123456 * 2 ** 13), 0, 3 * 2 ** 13]);
    expectNumbers(result);
  });

  it('is nothing where a layer is dead, and those behind it run on zeros', async () => {
    const negative = floats('k', [3, 3, 3, 3], new Float32Array(81).fill(-0.1));
    const nodes = [
      on('Abs', ['x'], 'p'),
      conv('p', 'a'),
      on('Relu', ['a'], 'r'),
      conv('r', 'c'),
      on('Relu', ['c'], 'd'),
      ...head('d'),
    ];
    const { result } = await run(smallPlan({ nodes, initializers: [negative, v] }), drawn([3, 6, 6], 3));
    expect(result.layers.map(({ ofmapZerosPercent }) => ofmapZerosPercent)).toEqual([100, 100, 100]);
    expectNumbers(result);
  });

  it('ends with a node', async () => {
    const nodes = [conv('x', 'a'), on('Relu', ['a'], 'b'), conv('b', 'c'), ...head('c')];
    const { result, fmaps } = await run(smallPlan({ ...given, nodes, until: 'b' }), drawn([3, 6, 6], 3));
    expect(fmaps.map(({ name }) => name)).toEqual(['a']);
    expect(result.layers.map(({ operators }) => operators)).toEqual([['Conv', 'Relu']]);
    expect(result.host).toEqual([]);
  });

  it('is a picture of each layer, whatever its form', async () => {
    const nodes = [
      on('Conv', ['x', 'r'], 'a'),
      on('MaxPool', ['a'], 'b', { kernel_shape: [2] }),
      on('Flatten', ['b'], 'c'),
      on('MatMul', ['c', 'w'], 'd'),
    ];
    const plan = smallPlan({
      shape: [2, 9],
      nodes,
      initializers: [weights('r', [4, 2, 3], 6), weights('w', [24, 3], 24)],
    });
    const { fmaps, input } = await run(plan, drawn([2, 9], 2));
    expect(input).toBeUndefined();
    for (const { words, channels, height, width } of fmaps)
      expect(words).toHaveLength(channels * height * width);
    expect(fmaps.map(({ channels, height, width }) => [channels, height, width])).toEqual([
      [4, 1, 7],
      [4, 1, 6],
      [3, 1, 1],
    ]);
  });

  it('is the first image as it went in, where it is one', async () => {
    const { input } = await run(smallPlan(given), drawn([3, 6, 6], 2));
    expect(input).toMatchObject({ name: 'image 0', channels: 3, height: 6, width: 6 });
    expect(Math.max(...input!.words.map(Math.abs))).toBeGreaterThan(16_383);
  });
});

/** The problem that a run has. */
async function problemOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (error instanceof InputError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing is wrong');
}

describe('a run that cannot be', () => {
  const given = { nodes: [conv('x', 'a'), ...head('a')], initializers: [k, v] };
  const images = drawn([3, 6, 6], 3);

  it('has no images', async () => {
    expect(await problemOf(run(smallPlan(given), { ...images, names: [] }))).toMatchObject({
      code: 'missing',
      path: ['input'],
    });
  });

  it('has images of another size than they say', async () => {
    const short = { ...images, image: (i: number) => new Float32Array(i === 2 ? 107 : 108) };
    expect(await problemOf(run(smallPlan(given), short))).toMatchObject({
      path: ['input', 'image 2'],
      found: '107 values',
    });
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
  ])('has %s in an image', async (_, value) => {
    const image = (i: number) => new Float32Array(108).fill(i === 2 ? value : 0.5);
    expect(await problemOf(run(smallPlan(given), { ...images, image }))).toMatchObject({
      code: 'out-of-range',
      path: ['input', 'image 2', expect.any(String)],
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'has weights of %d',
    async (value) => {
      const bad = floats('k', [3, 3, 3, 3], new Float32Array(81).fill(0.1).fill(value, 7, 8));
      const nodes = [conv('x', 'a'), on('Relu', ['a'], 'b'), ...head('b')];
      expect(await problemOf(run(smallPlan({ nodes, initializers: [bad, v] }), images))).toMatchObject({
        code: 'out-of-range',
        found: expect.stringContaining('infinity or NaN'),
      });
    },
  );

  it.each([
    [
      'an operator that nobody knows',
      node('Strange', ['a'], ['b'], {}, { name: 'odd' }),
      'node odd (Strange)',
    ],
    [
      'an operator of another domain',
      node('Strange', ['a'], ['b'], {}, { name: 'odd', domain: 'own' }),
      'node odd (Strange)',
    ],
    [
      'an operator with a name that is a pattern',
      node('Str(ange', ['a'], ['b'], {}, { name: 'odd' }),
      'node odd (Str(ange)',
    ],
    [
      'a node that cannot run on what it gets',
      node('Reshape', ['a', 's'], ['b'], {}, { name: 'odd' }),
      'node odd (Reshape)',
    ],
  ])('has %s', async (_, odd, path) => {
    const nodes = [
      conv('x', 'a'),
      on('Relu', ['a'], 'r'),
      on('ReduceSum', ['r'], 't'),
      on('Cast', ['t'], 's', { to: 7 }),
      odd,
      on('Softmax', ['b'], 'y'),
    ];
    expect(await problemOf(run(smallPlan({ nodes, initializers: [k] }), images))).toMatchObject({
      code: 'syntax',
      path: [path],
      file: 'net.onnx',
    });
  });

  it('has a batch that its images do not fill, of a model that is made for full ones', async () => {
    const nodes = [conv('x', 'a'), on('Reshape', ['a', 's'], 'b'), on('MatMul', ['b', 'w'], 'c')];
    const initializers = [k, integers('s', [2, 108]), weights('w', [108, 3], 108)];
    const fixed = { nodes, initializers, inputs: { x: [2, 3, 6, 6] } };
    let made = 0;
    const counted = { ...images, image: (i: number) => images.image(i + 0 * ++made) };
    expect(await problemOf(run(smallPlan(fixed), counted))).toMatchObject({
      code: 'does-not-fit',
      path: ['batch'],
    });
    expect(made).toBe(0);
    const { result } = await run(smallPlan(fixed), { ...images, names: images.names.slice(0, 2) });
    expect(result.images).toBe(2);
  });

  it('has a shape in the file that is another when it runs', async () => {
    const nodes = [
      on('NonZero', ['x'], 'places'),
      on('Cast', ['places'], 'p', { to: 1 }),
      on('Reshape', ['p', 's'], 'r'),
      conv('r', 'y'),
    ];
    const odd = {
      nodes,
      initializers: [k, integers('s', [-1, 3, 6, 6])],
      between: { r: ['n', 3, 6, 6], p: [4, 'm'] },
    };
    const two = { ...images, names: ['one', 'two'] };
    expect(await problemOf(run(smallPlan(odd), two))).toMatchObject({
      code: 'does-not-fit',
      path: ['node y'],
      found: '864 values in p',
      allowed: expect.stringContaining('216'),
    });
  });
});

describe('progress', () => {
  it('grows to its end', async () => {
    const plan = smallPlan({ nodes: [conv('x', 'a'), ...head('a')], initializers: [k, v] });
    let before = 0;
    for await (const { done, of } of runSteps(plan, drawn([3, 6, 6], 5), { runtime })) {
      expect(done).toBeGreaterThanOrEqual(before);
      expect(done).toBeLessThanOrEqual(of);
      before = done;
    }
    expect(before).toBe(3000);
  });
});
