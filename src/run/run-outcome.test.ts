import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { floats, node } from '../layer/onnx/model.testing.ts';
import { readModel } from './model.ts';
import { planRun } from './plan.ts';
import { drawn, run, runtime, smallModel, smallPlan, weights } from './run.testing.ts';
import { runSteps } from './run.ts';
import { conv, expectNear, expectNumbers, head, k, on, v } from './small-models.testing.ts';

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
