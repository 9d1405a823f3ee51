/** Small random networks, as data and as ONNX files. */

import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { floats, integers, node, onnxModel } from '../layer/onnx/model.testing.ts';

export interface TestNode {
  readonly op: string;
  /** That of the node and of the tensor that it makes. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface TestConstant {
  readonly dims: readonly number[];
  readonly values: Float32Array | readonly number[];
}

export interface TestNetwork {
  readonly nodes: readonly TestNode[];
  /** Floats, or whole numbers where values are no array of floats. */
  readonly constants: ReadonlyMap<string, TestConstant>;
  /** Of each tensor, for one image and without the dimension of images. The input is `x`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The first one has scores. */
  readonly outputs: readonly string[];
}

export function modelBytes(
  { nodes, constants, shapes, outputs }: TestNetwork,
  images: number | string = 'n',
) {
  return onnxModel({
    nodes: nodes.map(({ op, name, inputs, attributes }) => node(op, inputs, [name], attributes, { name })),
    inputs: { x: [images, ...shapes.get('x')!] },
    outputs,
    initializers: [...constants].map(([name, { dims, values }]) =>
      values instanceof Float32Array ? floats(name, dims, values) : integers(name, values, [...dims]),
    ),
  });
}

/** What becomes of a network next, and numbers that say how. */
export interface Draw {
  readonly op: (typeof OPERATIONS)[number];
  readonly tail: (typeof TAILS)[number];
  /** Which tensor is read; and another one. */
  readonly at: number;
  readonly other: number;
  readonly sizes: readonly number[];
  /** Whether others may read what is between a product and its tail. */
  readonly exposes: boolean;
}

const OPERATIONS = [
  'conv',
  'conv',
  'conv',
  'pointwise',
  'pool',
  'globalPool',
  'average',
  'add',
  'concat',
  'view',
  'product',
  'rows',
] as const;

const TAILS = ['', 'Relu', 'BN', 'BN Relu', 'Add', 'Add Relu', 'BN Add BN Relu', 'Relu Relu'] as const;

const draw: fc.Arbitrary<Draw> = fc.record({
  op: fc.constantFrom(...OPERATIONS),
  tail: fc.constantFrom(...TAILS),
  at: fc.nat(1000),
  other: fc.nat(1000),
  sizes: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
  exposes: fc.boolean(),
});

export const arbitraryNetwork: fc.Arbitrary<TestNetwork> = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 3, max: 9 }),
    ),
    draws: fc.array(draw, { minLength: 1, maxLength: 7 }),
    classes: fc.integer({ min: 2, max: 5 }),
    also: fc.nat(1000),
    seed: fc.nat(1000),
  })
  .map(({ shape, draws, classes, also, seed }) => {
    const made = new Builder(shape, seed);
    for (const one of draws) made.apply(one);
    return made.finished(classes, also);
  });

/** Makes a network out of draws; those that do not fit are left out. */
class Builder {
  readonly #nodes: TestNode[] = [];
  readonly #constants = new Map<string, TestConstant>();
  readonly #shapes = new Map<string, readonly number[]>();
  /** Tensors that may be read. */
  readonly #open = ['x'];
  readonly #generator;

  constructor(shape: readonly number[], seed: number) {
    this.#shapes.set('x', shape);
    this.#generator = xoroshiro128plus(seed);
  }

  finished(classes: number, also: number): TestNetwork {
    const last = this.#flat(this.#open.at(-1)!);
    const scores = this.#product('Gemm', last, classes, { transB: 1 });
    // Tensors that leave the network, too, are seen by others
    const second = this.#open[also % (4 * this.#open.length)];
    const outputs = [scores, ...(second === undefined || second === 'x' ? [] : [second])];
    return { nodes: this.#nodes, constants: this.#constants, shapes: this.#shapes, outputs };
  }

  apply({ op, tail, at, other, sizes, exposes }: Draw): void {
    const input = this.#open[at % this.#open.length]!;
    const shape = this.#shapes.get(input)!;
    const alike = (isAlike: (one: readonly number[]) => boolean) => {
      const found = this.#open.filter((name) => isAlike(this.#shapes.get(name)!));
      return found[other % found.length]!;
    };
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = sizes;
    const isFmap = shape.length === 3;
    switch (op) {
      case 'conv':
        if (isFmap) this.#tail(this.#conv(input, [a, b, c, d, e, f]), tail, exposes);
        break;
      case 'product':
        if (isFmap || shape.length === 1) {
          const kind = (['Gemm', 'MatMul'] as const)[a % 2]!;
          const attributes = kind === 'Gemm' ? GEMMS[b % GEMMS.length]! : {};
          this.#tail(this.#product(kind, this.#flat(input), 1 + (c % 6), attributes), tail, exposes);
        }
        break;
      case 'rows':
        if (isFmap) {
          const [channels, height, width] = shape as [number, number, number];
          const rows = this.#add(
            'Reshape',
            [input, this.#integers([0, channels, -1])],
            [channels, height * width],
          );
          const made = this.#product('MatMul', rows, 1 + (a % 5), {});
          this.#tail(made, tail.replaceAll('BN ', '').replace('BN', ''), exposes);
        }
        break;
      case 'pool':
        if (isFmap) this.#pool(input, [a, b, c, d]);
        break;
      case 'globalPool':
        if (isFmap) this.#push(this.#add('GlobalMaxPool', [input], [shape[0]!, 1, 1]));
        break;
      case 'average':
        if (isFmap && shape[1]! > 1 && shape[2]! > 1) {
          const halves = [shape[0]!, Math.floor(shape[1]! / 2), Math.floor(shape[2]! / 2)];
          this.#push(this.#add('AveragePool', [input], halves, { kernel_shape: [2, 2], strides: [2, 2] }));
        }
        break;
      case 'add':
        this.#push(this.#add('Add', [input, alike((one) => String(one) === String(shape))], shape));
        break;
      case 'concat':
        if (isFmap) {
          const second = alike((one) => one.length === 3 && one[1] === shape[1] && one[2] === shape[2]);
          const channels = shape[0]! + this.#shapes.get(second)![0]!;
          this.#push(this.#add('Concat', [input, second], [channels, shape[1]!, shape[2]!], { axis: 1 }));
        }
        break;
      case 'pointwise': {
        const kind = (['Relu', 'Neg', 'Abs', 'Clip'] as const)[a % 4]!;
        const more = kind === 'Clip' ? [this.#floats([], 0.3), this.#floats([], 0.3)] : [];
        this.#push(this.#add(kind === 'Clip' ? 'Max' : kind, [input, ...more], shape));
        break;
      }
      case 'view': {
        const kind = (['Identity', 'Dropout'] as const)[a % 2]!;
        this.#push(this.#add(kind, [input], shape));
      }
    }
  }

  #push(name: string): void {
    this.#open.push(name);
  }

  #add(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: TestNode['attributes'] = {},
  ): string {
    const name = `${op.toLowerCase()}${this.#nodes.length}`;
    this.#nodes.push({ op, name, inputs, attributes });
    this.#shapes.set(name, shape);
    return name;
  }

  #floats(dims: readonly number[], size: number, offset = 0): string {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const draw = () => offset + size * (2 * uniformFloat64(this.#generator) - 1);
    return this.#constant(dims, Float32Array.from({ length: count }, draw));
  }

  #integers(values: readonly number[]): string {
    return this.#constant([values.length], values);
  }

  #constant(dims: readonly number[], values: TestConstant['values']): string {
    const name = `c${this.#constants.size}`;
    this.#constants.set(name, { dims, values });
    return name;
  }

  #conv(
    input: string,
    [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
  ): string {
    const [channels, height, width] = this.#shapes.get(input)! as [number, number, number];
    const pads = [a % 2, (a >> 1) % 2, (a >> 2) % 2, (a >> 3) % 2] as const;
    const [rows, columns] = [height + pads[0] + pads[2], width + pads[1] + pads[3]];
    const kernel = [1 + (b % Math.min(3, rows)), 1 + (c % Math.min(3, columns))] as const;
    const strides = [1 + (d % 2), 1 + ((d >> 1) % 3)] as const;
    const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter((one) => channels % one === 0);
    const group = divisors[e % divisors.length]!;
    const filters = group * (1 + (f % 3));
    const weights = [filters, channels / group, ...kernel];
    const products = (channels / group) * kernel[0] * kernel[1];
    const bias = f % 2 === 0 ? [this.#floats([filters], 0.2)] : [];
    const size = [
      filters,
      ...[rows, columns].map((all, i) => Math.floor((all - kernel[i]!) / strides[i]!) + 1),
    ];
    const inputs = [input, this.#floats(weights, Math.sqrt(6 / products)), ...bias];
    return this.#add('Conv', inputs, size, { pads, strides, group, kernel_shape: kernel });
  }

  #pool(input: string, [a, b, c, d]: readonly [number, number, number, number]): void {
    const [channels, height, width] = this.#shapes.get(input)! as [number, number, number];
    const pads = [a % 2, (a >> 1) % 2, (a >> 2) % 2, (a >> 3) % 2] as const;
    const [rows, columns] = [height + pads[0] + pads[2], width + pads[1] + pads[3]];
    if (rows < 2 || columns < 2) return;
    const kernel = [2 + (b % Math.min(2, rows - 1)), 2 + (c % Math.min(2, columns - 1))] as const;
    const strides = [1 + (d % 2), 1 + ((d >> 1) % 2)] as const;
    const windows = (round: (rest: number) => number) =>
      [rows, columns].map((all, i) => round((all - kernel[i]!) / strides[i]!) + 1);
    const ceil = windows(Math.ceil);
    // onnxruntime is of two minds about windows that begin in the padding
    const isInside = ceil.every((count, i) => {
      const [size, begin] = i === 0 ? [height, pads[0]] : [width, pads[1]];
      return (count - 1) * strides[i]! < size + begin;
    });
    const up = isInside ? (d >> 2) % 2 : 0;
    const size = up === 1 ? ceil : windows(Math.floor);
    const attributes = { kernel_shape: kernel, strides, pads, ceil_mode: up };
    this.#push(this.#add('MaxPool', [input], [channels, ...size], attributes));
  }

  #flat(input: string): string {
    const shape = this.#shapes.get(input)!;
    return shape.length === 1 ? input : this.#add('Flatten', [input], [shape.reduce((a, b) => a * b, 1)]);
  }

  /** A product of what the last dimension has with weights; a Gemm has a bias, too. */
  #product(
    op: 'Gemm' | 'MatMul',
    input: string,
    filters: number,
    attributes: TestNode['attributes'],
  ): string {
    const shape = this.#shapes.get(input)!;
    const inner = shape.at(-1)!;
    const isTransposed = attributes.transB === 1;
    const dims = isTransposed ? [filters, inner] : [inner, filters];
    const weights = this.#floats(dims, Math.sqrt(6 / inner));
    const bias = op === 'Gemm' ? [this.#floats([filters], 0.2)] : [];
    return this.#add(op, [input, weights, ...bias], [...shape.slice(0, -1), filters], attributes);
  }

  /** What comes behind a product. */
  #tail(input: string, tail: string, exposes: boolean): void {
    let name = input;
    const shape = this.#shapes.get(input)!;
    const isFmap = shape.length === 3;
    const filters = isFmap ? shape[0]! : shape.at(-1)!;
    for (const part of tail.split(' ').filter(Boolean)) {
      if (exposes) this.#push(name);
      const inputs =
        part === 'Relu'
          ? [name]
          : part === 'Add'
            ? [name, this.#floats(isFmap ? [filters, 1, 1] : [filters], 0.2)]
            : [
                name,
                this.#floats([filters], 0.5, 1),
                ...[0.2, 0.2].map((size) => this.#floats([filters], size)),
                this.#floats([filters], 0.5, 1),
              ];
      name = this.#add(part === 'BN' ? 'BatchNormalization' : part, inputs, shape);
    }
    this.#push(name);
  }
}

const GEMMS: readonly TestNode['attributes'][] = [
  {},
  { transB: 1 },
  { alpha: { float: 0.5 }, beta: { float: 2 } },
  { transB: 1, alpha: { float: -1 } },
];
