import { InputError, type Problem } from '../input-error.ts';

/** NumPy itself reads no longer header of a file that it has no reason to trust. */
const LONGEST_HEADER = 10_000;

/** As many dimensions as NumPy has. */
export const MOST_DIMENSIONS = 64;

/** The data of a file begin at a multiple of as many bytes. */
const ALIGNMENT = 64;

/** An array in the format of NumPy (`.npy`), before its values are read. */
export interface Npy {
  readonly shape: readonly number[];
  /**
   * Reads the values, the last index running fastest, whatever their order in the file.
   *
   * @param make makes the array for so many.
   * @param numberOf makes a number of the value at each place; a value of 64 bits is a bigint.
   * @throws InputError if the data are not as long as shape and type say, before anything is made.
   */
  read<T extends { [place: number]: number }>(
    make: (values: number) => T,
    numberOf: (value: number | bigint, place: number) => number,
  ): T;
}

/** The number of values of a shape. */
export const valuesIn = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

type Read = (view: DataView, at: number, littleEndian: boolean) => number | bigint;

/** How a value of each type is read; its digit is its bytes. */
const TYPES: Readonly<Record<string, Read>> = {
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => view.getBigInt64(at, little),
  u8: (view, at, little) => view.getBigUint64(at, little),
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** The number that the 16 bits of an IEEE 754 half stand for. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/**
 * Reads the format of numpy.lib.format (NEP 1), versions 1 to 3: whole numbers or floating point of any size, either
 * byte order, C or Fortran order. It is so simple that strictness is most of the work, which npyjs 1.2 does not do: a file
 * that is cut off is a smaller array to it, a size may be below 0, and high bytes may not come first.
 *
 * @param bytes begin with `93 NUMPY`.
 * @throws InputError with one problem, if the header is not one of these.
 */
export function readNpy(bytes: Uint8Array): Npy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { text, dataStart } = npyHeader(view, bytes);
  const { descr, fortranOrder, shape } = npyEntries(text);
  const [, order, type] = /^([<>|])([iuf]\d)$/.exec(descr) ?? [];
  const read = TYPES[type ?? ''];
  const valueBytes = Number(type?.[1]);
  if (read === undefined || (order === '|' && valueBytes > 1)) {
    const allowed = `< or > and one of ${Object.keys(TYPES).join(', ')}`;
    throw problem('not-allowed', ['descr'], descr, allowed);
  }

  const readValues: Npy['read'] = (make, numberOf) => {
    const length = shape.includes(0) ? 0 : valuesIn(shape);
    const found = bytes.length - dataStart;
    if (found !== length * valueBytes) {
      const allowed = `${length * valueBytes} bytes, ${length} values of ${valueBytes}`;
      throw problem('syntax', ['data'], `${found} bytes`, allowed);
    }
    const strides = shape.map((_, i) => valuesIn(fortranOrder ? shape.slice(0, i) : shape.slice(i + 1)));
    const values = make(length);
    const index = shape.map(() => 0);
    let from = 0;
    for (let i = 0; i < length; i++) {
      values[i] = numberOf(read(view, dataStart + from * valueBytes, order !== '>'), i);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis]!;
        index[axis]!++;
        if (index[axis]! < shape[axis]!) break;
        from -= strides[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
    return values;
  };
  return { shape, read: readValues };
}

const problem = (code: Problem['code'], path: Problem['path'], found: unknown, allowed: string): InputError =>
  new InputError({ code, path, found, allowed });

const asciiOf = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

function npyHeader(view: DataView, bytes: Uint8Array): { text: string; dataStart: number } {
  if (bytes.length < 12) throw problem('syntax', ['header'], 'the file ends before it', '');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw problem('not-allowed', ['version'], version, '1, 2 or 3');
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) {
    throw problem('syntax', ['header'], `${length} bytes`, `at most ${LONGEST_HEADER} bytes`);
  }
  const dataStart = start + length;
  if (bytes.length < dataStart) throw problem('syntax', ['header'], 'the file ends within it', '');
  return { text: asciiOf(bytes, start, dataStart), dataStart };
}

/** `'descr': '<i2', ` and the like: key, then text, truth or numbers. */
const ENTRY = /\s*(['"])(\w+)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([^()]*)\))\s*(?:,\s*|$)/gy;

function npyEntries(header: string): { descr: string; fortranOrder: boolean; shape: readonly number[] } {
  const body = /^\{([^{}]*)\}\s*$/.exec(header)?.[1]?.trimEnd() ?? '';
  const entries = [...body.matchAll(ENTRY)];
  const texts = new Map<string, string | undefined>();
  for (const [, , key, , text, truth, numbers] of entries) {
    texts.set(key!, key === 'descr' ? text : key === 'fortran_order' ? truth : numbers);
  }
  const descr = texts.get('descr');
  const order = texts.get('fortran_order');
  const shape = texts.get('shape');
  const isWhole = entries.reduce((length, [entry]) => length + entry.length, 0) === body.length;
  if (!isWhole || entries.length > 3 || descr === undefined || order === undefined || shape === undefined) {
    const allowed = "{'descr': '…', 'fortran_order': …, 'shape': (…)}, of one type without fields";
    throw problem('syntax', ['header'], JSON.stringify(header.trim().slice(0, 100)), allowed);
  }
  return { descr, fortranOrder: order === 'True', shape: npyShape(shape) };
}

/** A tuple in Python: one of a single number has a comma behind it. */
function npyShape(tuple: string): readonly number[] {
  const sizes = tuple.split(',').map((size) => size.trim());
  if (sizes.at(-1) === '') sizes.pop();
  else if (sizes.length === 1) sizes.push('');
  if (sizes.length > MOST_DIMENSIONS || !sizes.every((size) => /^\d+$/.test(size))) {
    throw problem('not-allowed', ['shape'], `(${tuple})`, 'whole numbers, as in (1, 3, 227, 227)');
  }
  return sizes.map(Number);
}

/**
 * An array as a file of NumPy (`.npy`, version 1, C order): floats of 32 bits or words of 16, the low byte first.
 *
 * @param values as many as `shape` has, the last index running fastest.
 */
export function npyOf(values: Float32Array | Int16Array, shape: readonly number[]): Uint8Array {
  const descr = values instanceof Float32Array ? '<f4' : '<i2';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const entries = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = 10;
  const dataStart = Math.ceil((start + entries.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = `${entries.padEnd(dataStart - start - 1)}\n`;

  const bytes = new Uint8Array(dataStart + values.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), start);
  for (const [i, value] of values.entries()) {
    const at = dataStart + i * values.BYTES_PER_ELEMENT;
    if (values instanceof Float32Array) view.setFloat32(at, value, true);
    else view.setInt16(at, value, true);
  }
  return bytes;
}
