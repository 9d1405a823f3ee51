/** A tensor that a file holds: what it is, and where its values are. */
export interface Tensor {
  readonly name: string;
  /** The number of an {@link ELEMENT_TYPES element type}. */
  readonly type: number;
  readonly dims: readonly number[];
  /** A view of its values, low byte first. */
  readonly raw: Uint8Array | undefined;
  /** Views of its values as numbers of protobuf: variable length for whole ones, fixed for others. */
  readonly typed: readonly Uint8Array[];
  /** The file beside the model that has its values. */
  readonly external: ExternalPlace | undefined;
  /** For a sparse tensor, how many values it lists; all others are zero. */
  readonly listed?: number;
}

/** Where in another file values stand, in bytes. */
export interface ExternalPlace {
  /** Its path from the model's folder. */
  readonly location: string;
  readonly offset: number;
  /** Default: to the end of the file. */
  readonly length: number | undefined;
}

/** An element type of ONNX. */
export interface ElementType {
  readonly name: string;
  readonly bits: number;
  /** Floating point with a sign bit: two zeros. */
  readonly isFloat: boolean;
  /** How protobuf writes it where it is not raw: `float`, `double` or a whole number. */
  readonly typedAs: 'float' | 'double' | 'integer';
}

const float = (name: string, bits: number, typedAs: ElementType['typedAs'] = 'integer'): ElementType => ({
  name,
  bits,
  isFloat: true,
  typedAs,
});
const integer = (name: string, bits: number): ElementType => ({
  name,
  bits,
  isFloat: false,
  typedAs: 'integer',
});

/** By their number in a file: TensorProto.DataType of ONNX. Texts and complex numbers are no weights. */
export const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: float('float32', 32, 'float'),
  2: integer('uint8', 8),
  3: integer('int8', 8),
  4: integer('uint16', 16),
  5: integer('int16', 16),
  6: integer('int32', 32),
  7: integer('int64', 64),
  9: integer('bool', 8),
  10: float('float16', 16),
  11: float('float64', 64, 'double'),
  12: integer('uint32', 32),
  13: integer('uint64', 64),
  16: float('bfloat16', 16),
  17: float('float8e4m3fn', 8),
  // Without a negative zero: its pattern is a NaN
  18: integer('float8e4m3fnuz', 8),
  19: float('float8e5m2', 8),
  20: integer('float8e5m2fnuz', 8),
  21: integer('uint4', 4),
  22: integer('int4', 4),
  23: float('float4e2m1', 4),
};

/** Numbers of element types that shapes are made of. */
export const FLOAT32 = 1;
export const INT64 = 7;
export const BOOL = 9;

/** A tensor of more dimensions than this is none. */
export const MOST_DIMENSIONS = 64;

/** More values than this are weights, no sizes or indices. */
const MOST_SMALL = 1024;

export const elementCount = (dims: readonly number[]): number =>
  dims.reduce((product, dim) => product * dim, 1);

/** Bytes that the values of a tensor take; undefined where its type is none of numbers. */
export function bytesOf({ type, dims }: Pick<Tensor, 'type' | 'dims'>): number | undefined {
  const element = ELEMENT_TYPES[type];
  return element && Math.ceil((elementCount(dims) * element.bits) / 8);
}

/** What is wrong with a tensor: a shape that none has, or another number of values than it has. */
export function flawOfTensor({ dims, type, raw, external, listed = 0 }: Tensor): string | undefined {
  const shape = dims.slice(0, MOST_DIMENSIONS).join(' × ');
  if (dims.length > MOST_DIMENSIONS) return `${dims.length} dimensions, and ${MOST_DIMENSIONS} are the most`;
  if (dims.some((dim) => dim < 0)) return `the shape ${shape}`;
  const count = elementCount(dims);
  if (!Number.isSafeInteger(count)) return `the shape ${shape}, of more than 2^53 values`;
  if (listed < 0 || listed > count) return `${listed} values listed of ${count}`;
  const needed = bytesOf({ type, dims });
  // Some files come without their weights
  const isThere = raw !== undefined && raw.length > 0 && external === undefined;
  if (needed === undefined || !isThere || raw.length === needed) return undefined;
  return `${raw.length} bytes for the shape ${shape} of ${ELEMENT_TYPES[type]!.name}, which takes ${needed}`;
}

/** Whether all of a tensor's bytes are zero, which in every type is the number zero. */
export const areZeros = ({ raw, typed }: Tensor): boolean =>
  [...(raw ? [raw] : []), ...typed].every((view) => view.every((byte) => byte === 0));

/** The values of a tensor of few numbers, such as a shape or a list of axes; undefined for one of many, or elsewhere. */
export function smallValues(tensor: Tensor): readonly number[] | undefined {
  const { dims, type, raw, typed, external, listed } = tensor;
  const element = ELEMENT_TYPES[type];
  const count = elementCount(dims);
  if (element === undefined || count > MOST_SMALL || external || listed !== undefined) return undefined;
  const values = raw ? rawValues(raw, type) : typedValues(typed, element);
  return values !== undefined && values.length === count ? values : undefined;
}

function rawValues(raw: Uint8Array, type: number): readonly number[] | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const each = (bytes: number, read: (at: number) => number) =>
    Array.from({ length: Math.floor(raw.length / bytes) }, (_, i) => read(i * bytes));
  switch (type) {
    case 1:
      return each(4, (at) => view.getFloat32(at, true));
    case 2:
    case 9:
      return each(1, (at) => view.getUint8(at));
    case 3:
      return each(1, (at) => view.getInt8(at));
    case 4:
      return each(2, (at) => view.getUint16(at, true));
    case 5:
      return each(2, (at) => view.getInt16(at, true));
    case 6:
      return each(4, (at) => view.getInt32(at, true));
    case 7:
      return each(8, (at) => clamped(view.getBigInt64(at, true)));
    case 11:
      return each(8, (at) => view.getFloat64(at, true));
    case 12:
      return each(4, (at) => view.getUint32(at, true));
    case 13:
      return each(8, (at) => clamped(view.getBigUint64(at, true)));
    default:
      return undefined;
  }
}

/** "To the end" is said with the largest numbers that there are. */
const clamped = (value: bigint): number =>
  Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));

/** Bytes of the longest number that protobuf writes. */
const LONGEST_NUMBER = 10;

function typedValues(
  typed: readonly Uint8Array[],
  { typedAs, isFloat }: ElementType,
): readonly number[] | undefined {
  const bytes = typed.reduce((sum, view) => sum + view.length, 0);
  if ((typedAs === 'integer' && isFloat) || bytes > MOST_SMALL * LONGEST_NUMBER) return undefined;
  return typed.flatMap((view) => [...numbersIn(view, typedAs)]);
}

/** Numbers that protobuf has written one after the other. */
function* numbersIn(bytes: Uint8Array, typedAs: ElementType['typedAs']): Generator<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (typedAs === 'float') {
    for (let at = 0; at + 4 <= bytes.length; at += 4) yield view.getFloat32(at, true);
  } else if (typedAs === 'double') {
    for (let at = 0; at + 8 <= bytes.length; at += 8) yield view.getFloat64(at, true);
  } else {
    let [value, shift] = [0n, 0n];
    for (const byte of bytes) {
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte >= 0x80 && shift < 70n) continue;
      yield clamped(BigInt.asIntN(64, value));
      [value, shift] = [0n, 0n];
    }
  }
}
