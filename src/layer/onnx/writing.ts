import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Bytes of a protobuf message, in their order: joined once, so that weights are copied once. */
export type Pieces = readonly Uint8Array[];

/** A field that is a whole number. */
export const integer = (field: number, value: number): Pieces => [
  new BinaryWriter().tag(field, WireType.Varint).int64(value).finish(),
];

/** A field that is a name. */
export const text = (field: number, value: string): Pieces =>
  message(field, [new TextEncoder().encode(value)]);

/** A field that is a message of its own, or bytes. */
export function message(field: number, content: Pieces): Pieces {
  const length = content.reduce((sum, { length }) => sum + length, 0);
  return [new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish(), ...content];
}

/** All pieces as one. */
export function joined(pieces: Pieces): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A TensorProto: floats or other values as they lie in memory, low byte first. */
export const tensorMessage = (
  name: string,
  type: number,
  dims: readonly number[],
  values: Uint8Array,
): Pieces => [
  ...dims.flatMap((dim) => integer(1, dim)),
  ...integer(2, type),
  ...text(8, name),
  ...message(9, [values]),
];

/**
 * A ValueInfoProto: a name, and of a tensor its element type and its sizes, as far as they are known. Names of sizes that are
 * open are texts.
 */
export function valueMessage(name: string, type?: number, dims?: readonly (number | string)[]): Pieces {
  const sizes = dims?.flatMap((size) =>
    message(1, typeof size === 'number' ? integer(1, size) : text(2, size)),
  );
  const tensor = type === undefined ? [] : [...integer(1, type), ...(sizes ? message(2, sizes) : [])];
  return [...text(1, name), ...(type === undefined ? [] : message(2, message(1, tensor)))];
}
