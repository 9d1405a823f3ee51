import type { ExternalFiles } from './external.ts';
import { ELEMENT_TYPES, type ElementType, elementCount, type Tensor } from './tensor.ts';

/** Bytes that are looked at together: a piece of a file, copied to where numbers may begin. */
const PIECE = 1 << 16;
const EXTERNAL_PIECE = 1 << 20;

/**
 * How many values of a tensor are zero, or for a quantised one its zero point. Undefined where the values are not to be
 * had, or their type is none of numbers.
 *
 * @param zeroPoint the whole number that stands for zero
 */
export function countZeros(tensor: Tensor, zeroPoint = 0, files?: ExternalFiles): number | undefined {
  const element = ELEMENT_TYPES[tensor.type];
  const count = elementCount(tensor.dims);
  if (element === undefined) return undefined;
  if (tensor.listed !== undefined) return Math.max(0, count - tensor.listed);
  const zero = pattern(zeroPoint, element);
  if (tensor.external !== undefined) return externalZeros(tensor, element, zero, files);
  if (tensor.raw !== undefined && tensor.raw.length > 0) return zerosIn(tensor.raw, element, count, zero);
  return element.bits < 8 ? undefined : zerosOfTyped(tensor.typed, element, count, zero);
}

/** Undefined where there are more or fewer values than the shape has: some files come without their weights. */
function zerosOfTyped(
  views: readonly Uint8Array[],
  element: ElementType,
  count: number,
  zero: number,
): number | undefined {
  let [zeros, values] = [0, 0];
  for (const view of views) {
    const bits = element.typedAs === 'float' ? 32 : 64;
    const found =
      element.typedAs === 'integer'
        ? zerosOfNumbers(view, element, zero)
        : { values: (view.length * 8) / bits, zeros: zerosIn(view, { ...element, bits }, 0, 0) };
    zeros += found.zeros;
    values += found.values;
  }
  return values === count ? zeros : undefined;
}

/** The low bits of a whole number, as many as an element has, 32 at most. */
const pattern = (value: number, { bits }: ElementType): number =>
  bits < 32 ? value & (2 ** bits - 1) : value | 0;

function externalZeros(
  { dims, external }: Tensor,
  element: ElementType,
  zero: number,
  files: ExternalFiles | undefined,
): number | undefined {
  if (files === undefined) return undefined;
  const { location, offset } = external!;
  const count = elementCount(dims);
  const bytes = Math.ceil((count * element.bits) / 8);
  let zeros = 0;
  for (let at = 0; at < bytes; at += EXTERNAL_PIECE) {
    const length = Math.min(EXTERNAL_PIECE, bytes - at);
    const left = Math.min(count - (at * 8) / element.bits, (length * 8) / element.bits);
    zeros += zerosIn(files.read(location, offset + at, length), element, left, zero);
  }
  return zeros;
}

function zerosIn(bytes: Uint8Array, element: ElementType, count: number, zero: number): number {
  if (element.bits < 8) return zerosOfParts(bytes, element, count, zero);
  const piece = new Uint8Array(Math.min(PIECE, bytes.length));
  const count8 =
    element.bits === 8
      ? zerosOf8
      : element.bits === 16
        ? zerosOf16
        : element.bits === 32
          ? zerosOf32
          : zerosOf64;
  let zeros = 0;
  for (let at = 0; at < bytes.length; at += PIECE) {
    const part = bytes.subarray(at, at + PIECE);
    piece.set(part);
    zeros += count8(piece.buffer, part.length, element.isFloat, zero);
  }
  return zeros;
}

// One loop per size: this goes over every weight of a network

function zerosOf8(buffer: ArrayBuffer, bytes: number, isFloat: boolean, zero: number): number {
  const values = new Uint8Array(buffer, 0, bytes);
  const mask = isFloat ? 0x7f : 0xff;
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if ((values[i]! & mask) === zero) zeros++;
  return zeros;
}

function zerosOf16(buffer: ArrayBuffer, bytes: number, isFloat: boolean, zero: number): number {
  const values = new Uint16Array(buffer, 0, bytes >> 1);
  const mask = isFloat ? 0x7fff : 0xffff;
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if ((values[i]! & mask) === zero) zeros++;
  return zeros;
}

function zerosOf32(buffer: ArrayBuffer, bytes: number, isFloat: boolean, zero: number): number {
  const values = new Int32Array(buffer, 0, bytes >> 2);
  const mask = isFloat ? 0x7fffffff : -1;
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if ((values[i]! & mask) === zero) zeros++;
  return zeros;
}

function zerosOf64(buffer: ArrayBuffer, bytes: number, isFloat: boolean, zero: number): number {
  const halves = new Int32Array(buffer, 0, (bytes >> 3) * 2);
  const mask = isFloat ? 0x7fffffff : -1;
  const high = zero < 0 ? -1 : 0;
  let zeros = 0;
  for (let i = 0; i < halves.length; i += 2) {
    if (halves[i] === zero && (halves[i + 1]! & mask) === high) zeros++;
  }
  return zeros;
}

/** Values of less than a byte: the first in the low bits. */
function zerosOfParts(
  bytes: Uint8Array,
  { bits, isFloat }: ElementType,
  count: number,
  zero: number,
): number {
  const perByte = 8 / bits;
  const mask = isFloat ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  let zeros = 0;
  for (let i = 0; i < count; i++) {
    const byte = bytes[Math.floor(i / perByte)]!;
    if (((byte >> (bits * (i % perByte))) & mask) === zero) zeros++;
  }
  return zeros;
}

/** Whole numbers that protobuf has written in as many bytes as each needs, and zeros among them. */
function zerosOfNumbers(bytes: Uint8Array, { bits, isFloat }: ElementType, zero: number) {
  const mask = isFloat ? 2 ** (bits - 1) - 1 : bits < 32 ? 2 ** bits - 1 : -1;
  let [values, zeros, value, shift, isLarge] = [0, 0, 0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    else if ((byte & 0x7f) !== 0) isLarge = true;
    shift += 7;
    if (byte >= 0x80) continue;
    values++;
    // Negative numbers are written with 64 bits
    if ((value & mask) === zero && (!isLarge || value < 0)) zeros++;
    [value, shift, isLarge] = [0, 0, false];
  }
  return { values, zeros };
}
