import { type Fact, type NodeFacts, type Operator, product, shaped } from '../fact.ts';
import { areZeros, BOOL, ELEMENT_TYPES, FLOAT32, INT64 } from '../tensor.ts';
import { MOST_FOLLOWED } from './move.ts';

/**
 * The shape that shapes have together: dimensions count from the last, and those of 1 repeat themselves.
 *
 * @throws InputError if two sizes differ and none is 1.
 */
export function broadcast(node: NodeFacts, shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = shapes.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[i - rank + shape.length] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.every((one) => one === 1 || one === size)) return size;
    throw node.flaw(
      shapes.map((shape) => shape.join(' × ')).join(' and '),
      'shapes that are alike or repeat',
    );
  });
}

type Compute = (...values: number[]) => number;

/** An operator on values in the same place of each input. */
const onEach = (compute?: Compute, outputType?: number): Operator => onEachBy(() => compute, outputType);

function onEachBy(computeOf: (node: NodeFacts) => Compute | undefined, outputType?: number): Operator {
  return { kind: 'pointwise', infer: (node) => inferEach(node, computeOf(node), outputType) };
}

function inferEach(
  node: NodeFacts,
  compute: Compute | undefined,
  outputType: number | undefined,
): readonly Fact[] {
  const facts = node.inputs.filter((fact) => fact !== undefined);
  const shapes = facts.map((_, i) => node.shape(i));
  // Before version 7, the second input was laid over the first by attributes
  const shape = node.opset < 7 && shapes.length > 0 ? shapes[0]! : broadcast(node, shapes);
  const type = outputType ?? node.fact(0).type;
  const isFmap = facts.some((fact) => fact.isFmap && sameShape(fact.shape!, shape));
  return [{ type, shape, isFmap, values: compute && valuesOf(facts, shape, type, compute) }];
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** A computed value as a tensor of this type holds it: sizes that are scaled in single precision are rounded in it. */
function asType(value: number, type: number): number {
  if (type === FLOAT32) return Math.fround(value);
  return ELEMENT_TYPES[type]?.isFloat === false ? Math.trunc(value) : value;
}

function valuesOf(facts: readonly Fact[], shape: readonly number[], type: number, compute: Compute) {
  const count = product(shape);
  if (count > MOST_FOLLOWED || facts.some(({ values }) => values === undefined)) return undefined;
  return Array.from({ length: count }, (_, i) => {
    const operands = facts.map((fact) => fact.values![placeIn(fact.shape!, shape, i)]!);
    return asType(compute(...operands), type);
  });
}

/** Where in an input the value is that belongs to place i of the output. */
function placeIn(shape: readonly number[], output: readonly number[], i: number): number {
  let [place, step, rest] = [0, 1, i];
  for (let d = output.length - 1; d >= 0; d--) {
    const at = rest % output[d]!;
    rest = Math.floor(rest / output[d]!);
    const size = shape[d - output.length + shape.length];
    if (size === undefined || size === 1) continue;
    place += at * step;
    step *= size;
  }
  return place;
}

/** Functions of one value, whose parameters, where they have any, are constants. */
export const ofOne = (compute?: Compute, outputType?: number): Operator => ({
  kind: 'pointwise',
  infer: (node) => {
    const { type: before, values, isFmap } = node.fact(0);
    const type = outputType ?? before;
    const computed = compute && values?.map((value) => asType(compute(value), type));
    return [{ type, shape: node.shape(0), isFmap, values: computed }];
  },
});

const bool = (holds: (...values: number[]) => boolean): Operator =>
  onEach((...values) => Number(holds(...values)), BOOL);

const EXACT_TYPES: readonly number[] = [FLOAT32, 3, 5, 6, INT64, BOOL, 11];

const cast = (typeOf: (node: NodeFacts) => number): Operator => ({
  kind: 'pointwise',
  infer: (node) => {
    const { type: before, values, stored, isFmap } = node.fact(0);
    const type = typeOf(node);
    const convert = (value: number) => (type === BOOL ? Number(value !== 0) : asType(value, type));
    // What is rounded to few bits is no size
    const isExact = EXACT_TYPES.includes(type);
    // Fractions become zeros as whole numbers
    const keepsZeros = ELEMENT_TYPES[type]?.isFloat === true || ELEMENT_TYPES[before]?.isFloat === false;
    return [
      {
        type,
        shape: node.shape(0),
        isFmap,
        values: isExact ? values?.map(convert) : undefined,
        stored: keepsZeros ? stored : undefined,
      },
    ];
  },
});

/** The whole number that stands for zero, where it is one for all values: 0 where none is given. */
export function zeroPointOf(node: NodeFacts, i: number): number | undefined {
  if (!node.has(i)) return 0;
  const { values, stored } = node.fact(i);
  if (values !== undefined) return values.every((value) => value === values[0]) ? values[0] : undefined;
  return stored && areZeros(stored.tensor) ? 0 : undefined;
}

/** An operator with outputs beyond the first, all of them scalars. */
const withScalars = (outputType: (node: NodeFacts) => number): Operator => ({
  kind: 'other',
  infer: (node) => {
    const first = shaped(outputType(node), node.shape(0));
    return [first, ...Array.from({ length: node.outputs - 1 }, () => shaped(FLOAT32, []))];
  },
});

const UINT8 = 2;
const activation = ofOne();
/** The remainder with the sign of the divisor. */
const floorMod: Compute = (a, b) => a! - b! * Math.floor(a! / b!);
const min = (...values: number[]) => Math.min(...values);
const max = (...values: number[]) => Math.max(...values);
const add = (...values: number[]) => values.reduce((sum, value) => sum + value, 0);

/** To the nearest whole number, a half to the even one. */
function round(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Operators on values in the same place, by their name. */
export const POINTWISE: Readonly<Record<string, Operator>> = {
  // Activations, and other functions of one value
  ...Object.fromEntries(
    [
      ...['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Celu', 'Gelu', 'Mish', 'Swish', 'Sigmoid', 'HardSigmoid'],
      ...['HardSwish', 'Tanh', 'Softplus', 'Softsign', 'ThresholdedRelu', 'Shrink', 'Clip', 'PRelu', 'Erf'],
      ...['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh'],
      'BitwiseNot',
    ].map((name) => [name, activation]),
  ),
  Abs: ofOne(Math.abs),
  Neg: ofOne((value) => -value),
  Exp: ofOne(Math.exp),
  Log: ofOne(Math.log),
  Sqrt: ofOne(Math.sqrt),
  Reciprocal: ofOne((value) => 1 / value),
  Floor: ofOne(Math.floor),
  Ceil: ofOne(Math.ceil),
  Round: ofOne(round),
  Sign: ofOne(Math.sign),
  Not: ofOne((value) => Number(!value), BOOL),
  IsNaN: ofOne((value) => Number(Number.isNaN(value)), BOOL),
  IsInf: ofOne(undefined, BOOL),
  // Of two or more
  Add: onEach(add),
  Sub: onEach((a, b) => a! - b!),
  Mul: onEach((a, b) => a! * b!),
  Div: onEach((a, b) => a! / b!),
  Pow: onEach((a, b) => a! ** b!),
  Mod: onEachBy((node) => (node.integer('fmod', 0) === 1 ? (a, b) => a! % b! : floorMod)),
  Min: onEach(min),
  Max: onEach(max),
  Sum: onEach(add),
  Mean: onEach((...values) => add(...values) / values.length),
  And: bool((a, b) => a !== 0 && b !== 0),
  Or: bool((a, b) => a !== 0 || b !== 0),
  Xor: bool((a, b) => (a !== 0) !== (b !== 0)),
  Equal: bool((a, b) => a === b),
  Greater: bool((a, b) => a! > b!),
  Less: bool((a, b) => a! < b!),
  GreaterOrEqual: bool((a, b) => a! >= b!),
  LessOrEqual: bool((a, b) => a! <= b!),
  BitShift: onEach(),
  BitwiseAnd: onEach(),
  BitwiseOr: onEach(),
  BitwiseXor: onEach(),
  Where: {
    kind: 'pointwise',
    infer: (node) => {
      const facts = [node.fact(0), node.fact(1), node.fact(2)];
      const shape = broadcast(node, [node.shape(0), node.shape(1), node.shape(2)]);
      const { type } = facts[1]!;
      return [{ type, shape, values: valuesOf(facts, shape, type, (which, a, b) => (which ? a! : b!)) }];
    },
  },
  // Changes of type
  Cast: cast((node) => node.integer('to', FLOAT32)),
  CastLike: cast((node) => node.fact(1).type),
  QuantizeLinear: {
    kind: 'pointwise',
    infer: (node) => {
      const type = node.has(2) ? node.fact(2).type : node.integer('output_dtype', UINT8) || UINT8;
      return [shaped(type, node.shape(0))];
    },
  },
  DequantizeLinear: {
    kind: 'pointwise',
    infer: (node) => {
      const { stored } = node.fact(0);
      const zeroPoint = zeroPointOf(node, 2);
      return [{ type: node.fact(1).type, shape: node.shape(0), stored: stored && { ...stored, zeroPoint } }];
    },
  },
  DynamicQuantizeLinear: withScalars(() => UINT8),
  // Parameters of each channel, constants in a trained network
  BatchNormalization: {
    kind: 'pointwise',
    infer: (node) => {
      const { type, isFmap } = node.fact(0);
      const rest = Array.from({ length: Math.max(0, node.outputs - 1) }, (_, i) =>
        shaped(type, node.shape(3 + (i % 2))),
      );
      return [{ type, shape: node.shape(0), isFmap }, ...rest];
    },
  },
};
