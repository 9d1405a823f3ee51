import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeRuntime, runOnnx, webRuntime } from '../../run/host.testing.ts';
import type { HostRuntime, Tensors } from '../../run/host.ts';
import { external, floats, integers, node, onnxModel } from './model.testing.ts';
import { type OnnxNode, readOnnxFile } from './onnx-file.ts';
import { type Part, submodel } from './submodel.ts';

let runtime: HostRuntime;
beforeAll(async () => {
  runtime = nodeRuntime() ?? (await webRuntime());
});

const [FLOAT, BOOL] = [1, 9];

/** Tensors of a model when it runs, each of its nodes' outputs among them. */
async function everything(bytes: Uint8Array, inputs: Tensors): Promise<Tensors> {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const made = graph.node.flatMap(({ output }) => output);
  graph.output = made.map((name) => create(ValueInfoProtoSchema, { name }));
  return new Map([...(await runOnnx(runtime, toBinary(ModelProtoSchema, model), inputs)), ...inputs]);
}

/** The nodes that make some tensors out of others. */
function nodesBetween(nodes: readonly OnnxNode[], begins: readonly string[], ends: readonly string[]) {
  const wanted = new Set(ends);
  const part = nodes.toReversed().filter(({ inputs, outputs, captured }) => {
    const isIn = outputs.some((name) => wanted.has(name) && !begins.includes(name));
    if (isIn) for (const name of [...inputs, ...captured]) wanted.add(name);
    return isIn;
  });
  return part.toReversed();
}

/** Runs a part of a model on what the whole one makes at its beginning: what it makes at its end. */
async function runPart(
  bytes: Uint8Array,
  whole: Tensors,
  part: Omit<Part, 'nodes'>,
  files?: Parameters<typeof submodel>[2],
): Promise<Tensors> {
  const model = readOnnxFile(bytes, 'net.onnx');
  const nodes = nodesBetween(model.graph.nodes, [...part.inputs.keys()], part.outputs);
  const cut = submodel(model, { ...part, nodes }, files);
  const again = readOnnxFile(cut, 'part.onnx');
  expect(again.graph.nodes).toEqual(nodes);
  expect(again.graph.inputs.map(({ name }) => name)).toEqual([...part.inputs.keys()]);
  expect(again.graph.outputs.map(({ name }) => name)).toEqual(part.outputs);
  expect(again.opset).toBe(model.opset);
  const feeds = new Map([...part.inputs.keys()].map((name) => [name, whole.get(name)!] as const));
  return runOnnx(runtime, cut, feeds);
}

function expectSame(made: Tensors, whole: Tensors): void {
  for (const [name, { type, dims, data }] of made) {
    const wanted = whole.get(name)!;
    expect({ name, type, dims: [...dims], data }).toEqual({
      name,
      type: wanted.type,
      dims: [...wanted.dims],
      data: wanted.data,
    });
  }
}

const input = (dims: readonly number[]) =>
  new runtime.Tensor(
    'float32',
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
    dims,
  );

/** Operators that onnxruntime computes value by value, so that no order of sums matters. */
const draws = fc.array(
  fc.record({
    op: fc.constantFrom('Relu', 'Neg', 'Add', 'Mul', 'Max', 'Transpose', 'Split', 'Clip'),
    first: fc.nat(),
    second: fc.nat(),
    isConstant: fc.boolean(),
  }),
  { minLength: 3, maxLength: 12 },
);

/** A graph of square matrices. */
function randomGraph(drawn: typeof draws extends fc.Arbitrary<infer T> ? T : never) {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const names = ['x'];
  for (const [i, { op, first, second, isConstant }] of drawn.entries()) {
    const a = names[first % names.length]!;
    if (isConstant)
      initializers.push(
        floats(
          `c${i}`,
          [4, 4],
          Array.from({ length: 16 }, (_, k) => Math.cos(k + i)),
        ),
      );
    const b = isConstant ? `c${i}` : names[second % names.length]!;
    if (op === 'Split') {
      nodes.push(node('Split', [a, 'halves'], [`h${i}`, `l${i}`], { axis: 1 }));
      nodes.push(node('Concat', [`l${i}`, `h${i}`], [`t${i}`], { axis: 1 }));
    } else if (op === 'Clip') nodes.push(node('Clip', [a, '', 'one'], [`t${i}`]));
    else nodes.push(node(op, ['Add', 'Mul', 'Max'].includes(op) ? [a, b] : [a], [`t${i}`]));
    names.push(`t${i}`);
  }
  initializers.push(integers('halves', [2, 2]), floats('one', [], [0.25]));
  return onnxModel({ nodes, inputs: { x: ['n', 4] }, outputs: [names.at(-1)!], initializers });
}

describe('a part of a model', () => {
  it('makes what the whole model makes there, and is the same nodes when it is read again', async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.nat(), fc.nat(), fc.nat(), async (drawn, from, to, also) => {
        const bytes = randomGraph(drawn);
        const whole = await everything(bytes, new Map([['x', input([4, 4])]]));
        const { nodes } = readOnnxFile(bytes, 'net.onnx').graph;
        const made = nodes.flatMap(({ outputs }) => outputs);
        // A part begins with all that a node makes
        const begins = ['x', ...(nodes[from % (nodes.length + 1)]?.outputs ?? [])];
        const later = made.filter((name) => !begins.includes(name));
        fc.pre(later.length > 0);
        const outputs = [...new Set([later[to % later.length]!, later[also % later.length]!])];
        const inputs = new Map(begins.map((name) => [name, FLOAT]));
        expectSame(await runPart(bytes, whole, { inputs, outputs }), whole);
      }),
      { numRuns: 60 },
    );
  });

  it('has only the initializers that it uses', () => {
    const bytes = randomGraph([
      { op: 'Add', first: 0, second: 0, isConstant: true },
      { op: 'Mul', first: 1, second: 0, isConstant: true },
    ]);
    const model = readOnnxFile(bytes, 'net.onnx');
    const [, second] = model.graph.nodes;
    const part = { nodes: [second!], inputs: new Map([['t0', FLOAT]]), outputs: ['t1'] };
    const again = readOnnxFile(submodel(model, part, undefined), 'part.onnx');
    expect([...again.graph.initializers.keys()]).toEqual(['c1']);
    // An initializer that comes in is none
    const all = { ...part, inputs: new Map(['t0', 'c1'].map((name) => [name, FLOAT])) };
    expect(readOnnxFile(submodel(model, all, undefined), 'part.onnx').graph.initializers.size).toBe(0);
  });

  it('takes weights from the files where they are', async () => {
    const weights = Float32Array.from({ length: 20 }, (_, i) => i / 7);
    const file = new Uint8Array(weights.buffer);
    const inline = onnxModel({
      nodes: [node('MatMul', ['x', 'w'], ['t']), node('Relu', ['t'], ['y'])],
      inputs: { x: ['n', 4] },
      outputs: ['y'],
      initializers: [floats('w', [4, 4], weights.subarray(4))],
    });
    const outside = onnxModel({
      nodes: [node('MatMul', ['x', 'w'], ['t']), node('Relu', ['t'], ['y'])],
      inputs: { x: ['n', 4] },
      outputs: ['y'],
      initializers: [external('w', [4, 4], { location: 'weights.bin', offset: '16', length: '64' })],
    });
    const whole = await everything(inline, new Map([['x', input([3, 4])]]));
    const files = {
      size: () => file.length,
      read: (location: string, offset: number, length: number) => {
        expect(location).toBe('weights.bin');
        return file.subarray(offset, offset + length);
      },
    };
    const part = { inputs: new Map([['x', FLOAT]]), outputs: ['t', 'y'] };
    expectSame(await runPart(outside, whole, part, files), whole);
  });

  it.each([
    ['floats, one field for all', TensorProto_DataType.FLOAT, { floatData: [0.5, -1, 2, 3] }],
    ['doubles', TensorProto_DataType.DOUBLE, { doubleData: [0.5, -1, 2, 3] }],
    ['whole numbers', TensorProto_DataType.INT64, { int64Data: [5n, -1n, 2n, 3n] }],
    ['whole numbers of 8 bits', TensorProto_DataType.INT8, { int32Data: [5, -1, 2, 3] }],
  ])('keeps initializers that are %s', async (_, dataType, values) => {
    const w = create(TensorProtoSchema, { name: 'w', dims: [4n], dataType, ...values });
    const bytes = onnxModel({
      nodes: [node('Cast', ['w'], ['c'], { to: 1 }), node('Add', ['x', 'c'], ['y'])],
      inputs: { x: ['n', 4] },
      outputs: ['y'],
      initializers: [w],
    });
    const whole = await everything(bytes, new Map([['x', input([2, 4])]]));
    expectSame(await runPart(bytes, whole, { inputs: new Map([['x', FLOAT]]), outputs: ['y', 'c'] }), whole);
  });

  it('keeps sparse initializers', async () => {
    const model = fromBinary(
      ModelProtoSchema,
      onnxModel({ nodes: [node('MatMul', ['x', 'w'], ['y'])], inputs: { x: ['n', 4] }, outputs: ['y'] }),
    );
    model.graph!.sparseInitializer.push(
      create(SparseTensorProtoSchema, {
        dims: [4n, 3n],
        values: floats('w', [2], [5, 7]),
        indices: integers('places', [1, 11]),
      }),
    );
    const bytes = toBinary(ModelProtoSchema, model);
    const whole = await everything(bytes, new Map([['x', input([2, 4])]]));
    expectSame(await runPart(bytes, whole, { inputs: new Map([['x', FLOAT]]), outputs: ['y'] }), whole);
  });

  it('keeps functions that the model defines', async () => {
    const model = fromBinary(
      ModelProtoSchema,
      onnxModel({
        nodes: [
          node('Neg', ['x'], ['t']),
          node('Twice', ['t'], ['u'], {}, { domain: 'own' }),
          node('Relu', ['u'], ['y']),
        ],
        inputs: { x: ['n', 4] },
        outputs: ['y'],
      }),
    );
    const versions = [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })];
    model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'own', version: 1n }));
    model.functions.push(
      create(FunctionProtoSchema, {
        name: 'Twice',
        domain: 'own',
        input: ['a'],
        output: ['b'],
        node: [node('Add', ['a', 'a'], ['b'])],
        opsetImport: versions,
      }),
    );
    const bytes = toBinary(ModelProtoSchema, model);
    const whole = await everything(bytes, new Map([['x', input([2, 4])]]));
    expectSame(await runPart(bytes, whole, { inputs: new Map([['t', FLOAT]]), outputs: ['y'] }), whole);
  });
});

const body = (nodes: readonly NodeProto[], output: string, initializer: TensorProto[] = []): GraphProto =>
  create(GraphProtoSchema, {
    name: output,
    node: [...nodes],
    initializer,
    output: [create(ValueInfoProtoSchema, { name: output })],
  });

const withBodies = (one: NodeProto, bodies: Readonly<Record<string, GraphProto>>): NodeProto =>
  create(NodeProtoSchema, {
    ...one,
    attribute: Object.entries(bodies).map(([name, g]) =>
      create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g }),
    ),
  });

describe('a node with bodies', () => {
  const inner = withBodies(node('If', ['also'], ['deep']), {
    then_branch: body([node('Add', ['a', 'w'], ['p'])], 'p'),
    else_branch: body([node('Sub', ['scaled', 'w'], ['q'])], 'q'),
  });
  const bytes = onnxModel({
    nodes: [
      node('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
      node('Greater', ['sum', 'limit'], ['cond']),
      node('Not', ['cond'], ['also']),
      node('Neg', ['x'], ['a']),
      node('Abs', ['x'], ['b']),
      withBodies(node('If', ['cond'], ['y']), {
        then_branch: body([node('Mul', ['b', 'half'], ['m']), node('Relu', ['m'], ['r'])], 'r', [
          floats('half', [], [0.5]),
        ]),
        else_branch: body([node('Add', ['a', 'a'], ['scaled']), inner, node('Neg', ['deep'], ['n'])], 'n'),
      }),
    ],
    inputs: { x: ['n', 4] },
    outputs: ['y'],
    initializers: [floats('limit', [], [0]), floats('w', [4], [1, 2, 3, 4]), floats('unused', [1], [1])],
  });

  it('says what it takes from around it, and nothing of its own', () => {
    const { nodes } = readOnnxFile(bytes, 'net.onnx').graph;
    expect(nodes.at(-1)!.captured.toSorted()).toEqual(['a', 'also', 'b', 'w']);
    for (const { captured } of nodes.slice(0, -1)) expect(captured).toEqual([]);
  });

  it.each([1, -1])('takes it along, for an input of sign %i', async (sign) => {
    const x = new runtime.Tensor(
      'float32',
      Float32Array.from([3, -1, 2, 0.5], (one) => sign * one),
      [1, 4],
    );
    const whole = await everything(bytes, new Map([['x', x]]));
    const inputs = new Map([
      ['cond', BOOL],
      ['also', BOOL],
      ['a', FLOAT],
      ['b', FLOAT],
    ]);
    expectSame(await runPart(bytes, whole, { inputs, outputs: ['y'] }), whole);
    expectSame(await runPart(bytes, whole, { inputs: new Map([['x', FLOAT]]), outputs: ['y'] }), whole);
  });

  it('is refused if graphs are within each other without end', () => {
    let one = node('Neg', ['x'], ['t0']);
    for (let i = 1; i < 100; i++) {
      one = withBodies(node('If', ['c'], [`t${i}`]), { then_branch: body([one], `t${i - 1}`) });
    }
    const deep = onnxModel({ nodes: [one], inputs: { x: [1] }, outputs: ['t99'] });
    expect(() => readOnnxFile(deep, 'net.onnx')).toThrow('more than 64 graphs within each other');
  });
});
