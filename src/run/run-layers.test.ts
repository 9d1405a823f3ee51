import { create } from '@bufbuild/protobuf';
import { TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { external, floats, integers, node, rawTensor } from '../layer/onnx/model.testing.ts';
import { readModel } from './model.ts';
import { planRun } from './plan.ts';
import { drawn, run, type SmallModel, smallModel, smallPlan, weights } from './run.testing.ts';
import { conv, expectNear, head, k, on, v } from './small-models.testing.ts';

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
