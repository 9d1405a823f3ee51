import { InputError, type Position } from '../input-error.ts';
import { readLists } from '../tensor-file/json.ts';
import { type Npy, valuesIn } from '../tensor-file/npy.ts';
import { readTensorFile } from '../tensor-file/tensor-file.ts';

const FLOAT = 'a finite number, at most 3.4e38 as 32-bit floating point';

/** A tensor of floating point. */
export interface Floats {
  /** The sizes, outermost first. */
  readonly shape: readonly number[];
  /** The last index runs fastest. */
  readonly values: Float32Array;
}

/**
 * The tensor that a file has, such as the input of a network. The file is a NumPy array (`.npy`: versions 1 to 3, whole
 * numbers or floating point of any size, either byte order, C or Fortran order) or JSON (lists within lists, one per
 * dimension); which one, its content tells. Values are rounded to 32-bit floating point.
 *
 * @param file the file's name, for messages
 * @throws InputError with one problem, if the file is no such file, or if a value is not a finite number: the path is then
 * the index of the first one.
 */
export function readFloats(bytes: Uint8Array, file: string): Floats {
  return readTensorFile(bytes, file, { npy: floatsOfNpy, json: floatsOfJson });
}

function noFloat(found: unknown, index: readonly number[], position?: Position): InputError {
  const code = typeof found === 'number' ? 'out-of-range' : 'wrong-type';
  return new InputError({ code, path: index, found, allowed: FLOAT, position });
}

const isFloat = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(Math.fround(value));

function floatsOfNpy(npy: Npy): Floats {
  const { shape } = npy;
  const values = npy.read(
    (length) => new Float32Array(length),
    (value, place) => {
      const number = Number(value);
      if (!isFloat(number)) throw noFloat(number, indexAt(place, shape));
      return number;
    },
  );
  return { shape, values };
}

const indexAt = (place: number, shape: readonly number[]): number[] =>
  shape.map((size, axis) => Math.floor(place / valuesIn(shape.slice(axis + 1))) % size);

function floatsOfJson(text: string): Floats {
  // A value takes two characters at least
  const values = new Float32Array(text.length >> 1);
  const shape = readLists(text, {
    take(value, place, at) {
      if (!isFloat(value)) throw noFloat(value, at().index, at().position);
      values[place] = value;
    },
    refuse: (value, _place, at) => noFloat(value, at().index, at().position),
  });
  return { shape, values: values.slice(0, valuesIn(shape)) };
}
