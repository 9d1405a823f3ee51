import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../input-error.ts';
import { floats, integers, node, onnxModel } from './model.testing.ts';
import { readOnnxFile } from './onnx-file.ts';
import { smallValues } from './tensor.ts';

const read = (bytes: Uint8Array) => readOnnxFile(bytes, 'net.onnx');

function mistake(bytes: Uint8Array): string | undefined {
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('a model', () => {
  const name = fc.string({ maxLength: 12 });
  const number = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n });
  const attribute = fc.record({
    name,
    i: number,
    f: fc.float({ noNaN: true }),
    s: name.map((text) => new TextEncoder().encode(text)),
    ints: fc.array(number, { maxLength: 5 }),
    floats: fc.array(fc.float({ noNaN: true }), { maxLength: 5 }),
    docString: name,
  });
  const nodes = fc.array(
    fc.record({
      name,
      opType: name,
      domain: fc.constantFrom('', 'ai.onnx', 'com.example'),
      input: fc.array(name, { maxLength: 4 }),
      output: fc.array(name, { maxLength: 3 }),
      attribute: fc.uniqueArray(attribute, { maxLength: 4, selector: (one) => one.name }),
    }),
    { maxLength: 5 },
  );

  it('is read as another library writes it', () => {
    fc.assert(
      fc.property(nodes, name, fc.integer({ min: 1, max: 30 }), (list, producerName, version) => {
        const written = create(ModelProtoSchema, {
          irVersion: 8n,
          producerName,
          producerVersion: '2',
          opsetImport: [
            create(OperatorSetIdProtoSchema, { domain: 'com.example', version: 99n }),
            create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(version) }),
          ],
          graph: create(GraphProtoSchema, {
            name: 'g',
            node: list.map((one) =>
              create(NodeProtoSchema, {
                ...one,
                attribute: one.attribute.map((a) =>
                  create(AttributeProtoSchema, { ...a, type: AttributeProto_AttributeType.INT }),
                ),
              }),
            ),
          }),
        });
        const { producer, opset, graph } = read(toBinary(ModelProtoSchema, written));
        expect({ producer, opset, name: graph.name }).toEqual({
          producer: `${producerName} 2`.trim(),
          opset: version,
          name: 'g',
        });
        expect(
          graph.nodes.map(({ name, opType, domain, inputs, outputs, attributes }) => ({
            name,
            opType,
            domain,
            inputs,
            outputs,
            attributes: [...attributes].map(([key, { integer, float, text, integers, floats }]) => ({
              key,
              integer,
              float,
              text,
              integers,
              floats,
            })),
          })),
        ).toEqual(
          list.map((one) => ({
            name: one.name,
            opType: one.opType,
            domain: one.domain === 'ai.onnx' ? '' : one.domain,
            inputs: one.input,
            outputs: one.output,
            attributes: one.attribute.map(({ name, i, f, s, ints, floats }) => ({
              key: name,
              integer: Number(i),
              float: f,
              text: s,
              integers: ints.map(Number),
              floats,
            })),
          })),
        );
      }),
    );
  });

  it('has its shapes, and names of sizes that are open', () => {
    const { graph } = read(onnxModel({ nodes: [], inputs: { x: ['N', 3, '', 224], y: [] }, outputs: ['z'] }));
    expect(graph.inputs).toEqual([
      { name: 'x', type: 1, dims: ['N', 3, '', 224] },
      { name: 'y', type: 1, dims: [] },
    ]);
    expect(graph.outputs).toEqual([{ name: 'z', type: 1, dims: undefined }]);
  });

  it('keeps its weights where they are in the file', () => {
    const bytes = onnxModel({ nodes: [], inputs: {}, outputs: [], initializers: [floats('w', [1 << 22])] });
    const before = process.memoryUsage().arrayBuffers;
    const { graph } = read(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    expect(graph.initializers.get('w')!.raw!.buffer).toBe(bytes.buffer);
  });

  it('has small values whichever way they are written', () => {
    const numbers = [3n, -1n, 0n, 2n ** 40n];
    const typed = create(TensorProtoSchema, { name: 'typed', dataType: 7, dims: [4n], int64Data: numbers });
    const single = create(TensorProtoSchema, {
      name: 'single',
      dataType: 1,
      dims: [2n],
      floatData: [0.5, -2],
    });
    const double = create(TensorProtoSchema, {
      name: 'double',
      dataType: 11,
      dims: [2n],
      doubleData: [0.1, -2],
    });
    const initializers = [
      integers('raw', numbers.map(Number)),
      typed,
      single,
      double,
      floats('large', [2000]),
    ];
    const { graph } = read(onnxModel({ nodes: [], inputs: {}, outputs: [], initializers }));
    const values = Object.fromEntries(
      [...graph.initializers].map(([name, tensor]) => [name, smallValues(tensor)]),
    );
    const whole = numbers.map(Number);
    expect(values).toEqual({
      raw: whole,
      typed: whole,
      single: [0.5, -2],
      double: [0.1, -2],
      large: undefined,
    });
  });

  it('may have sparse weights, whose zeros are those that it does not list', () => {
    const values = floats('w', [3]);
    const graph = create(GraphProtoSchema, {
      sparseInitializer: [create(SparseTensorProtoSchema, { values, dims: [4n, 5n] })],
    });
    const { initializers } = read(toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph }))).graph;
    expect(initializers.get('w')).toMatchObject({ dims: [4, 5], listed: 3 });
  });
});

describe('a file that is none', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  it.each([
    ['nothing', new Uint8Array(), 'an empty file'],
    ['text', text('layers:\n  - { name: a }\n'), 'a text file'],
    ['a page', text('<!doctype html><html><body>404: not found</body></html>'), 'a text file'],
    [
      'a pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n'),
      "a pointer of Git LFS instead of the file: 'git lfs pull' fetches it",
    ],
    ['an archive', text('PK\x03\x04\x00\x00'), 'a zip archive, as PyTorch saves: export it to ONNX'],
    [
      'a Keras model',
      Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10),
      'an HDF5 file, as Keras saves: export it to ONNX',
    ],
    [
      'a TensorFlow Lite model',
      text('\x1c\x00\x00\x00TFL3\x00'),
      'a TensorFlow Lite model: convert it to ONNX',
    ],
    [
      'a model without a graph',
      toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })),
      'no graph: no network is described here',
    ],
  ])('%s', (_, bytes, found) => {
    expect(mistake(bytes)).toBe(`net.onnx: ${found}; allowed: an ONNX model`);
  });

  it('a model that is cut off, with where', () => {
    const bytes = onnxModel({ nodes: [node('Relu', ['x'], ['y'])], inputs: { x: [1] }, outputs: ['y'] });
    expect(mistake(bytes.subarray(0, bytes.length - 3))).toMatch(
      /^net\.onnx: damaged at byte \d+: it ends within a field, as a file does that was cut off/,
    );
  });

  it('a damaged node, with which', () => {
    const bytes = onnxModel({
      nodes: [node('Relu', ['x'], ['y']), node('AVeryUnusualName', ['y'], ['z'])],
      inputs: { x: [1] },
      outputs: ['z'],
    });
    const at = Buffer.from(bytes).indexOf('AVeryUnusualName');
    bytes[at - 1] = 200; // How long the name is
    expect(mistake(bytes)).toMatch(
      new RegExp(`^net\\.onnx: graph\\.node\\[1\\]: damaged at byte ${at - 2}: `),
    );
  });

  it('weights that do not fit their shape', () => {
    const weights = floats('w', [2, 3]);
    weights.dims = [7n];
    expect(mistake(onnxModel({ nodes: [], inputs: {}, outputs: [], initializers: [weights] }))).toBe(
      'net.onnx: graph.initializer[0]: w: 24 bytes for the shape 7 of float32, which takes 28; allowed: an ONNX model',
    );
    weights.dims = [-1n];
    expect(mistake(onnxModel({ nodes: [], inputs: {}, outputs: [], initializers: [weights] }))).toContain(
      'w: the shape -1',
    );
    weights.dims = [2n ** 40n, 2n ** 40n];
    expect(mistake(onnxModel({ nodes: [], inputs: {}, outputs: [], initializers: [weights] }))).toContain(
      'of more than 2^53 values',
    );
  });

  it('a file of nothing but tiny nodes, before they fill the memory', () => {
    const count = 1_000_000;
    const bytes = new Uint8Array(2 * count + 6);
    // Field 7, the graph, and how long it is; then field 1, a node, of no bytes
    const length = 2 * count;
    bytes.set([
      0x3a,
      0x80 | (length & 0x7f),
      0x80 | ((length >> 7) & 0x7f),
      0x80 | ((length >> 14) & 0x7f),
      length >> 21,
    ]);
    for (let i = 0; i < count; i++) bytes[5 + 2 * i] = 0x0a;
    const file = bytes.subarray(0, 5 + length);
    expect(fromBinary(ModelProtoSchema, file.slice(0, 5 + length)).graph!.node).toHaveLength(count);
    expect(mistake(file)).toContain('more than 500000 messages, names and numbers');
  });
});
