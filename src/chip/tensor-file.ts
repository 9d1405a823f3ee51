import { InputError, type Position } from '../input-error.ts';
import { readLists } from '../tensor-file/json.ts';
import { type Npy, valuesIn } from '../tensor-file/npy.ts';
import { readTensorFile } from '../tensor-file/tensor-file.ts';
import { LARGEST_WORD, LEAST_WORD } from './arithmetic.ts';

const WORD = `a whole number from ${LEAST_WORD} to ${LARGEST_WORD}`;

/**
 * The words that a file gives for a tensor, such as the ifmap of a layer, the last index running fastest. The file is a
 * NumPy array (`.npy`: versions 1 to 3, whole numbers or floating point of any size, either byte order, C or Fortran
 * order) or JSON (lists within lists, one per dimension); which one, its content tells. A batch of 1 may be left out, and
 * so may all dimensions: then it is one flat list.
 *
 * Takes about twice the file's memory at most. JSON may take more: some 30 bytes for each of many spaces in a row, or of
 * many escapes in a string, and up to three times the file's if its text is not ASCII.
 *
 * @param file the file's name, for messages
 * @param expected the sizes, outermost first: `[N, C, H, W]` of an ifmap
 * @throws InputError with one problem, if the file is no such file, if its shape is another, or if a value is not a whole
 * number of 16 bits: the path is then the index of the first one in the expected shape.
 */
export function parseTensor(bytes: Uint8Array, file: string, expected: readonly number[]): Int16Array {
  return readTensorFile(bytes, file, {
    npy: (npy) => wordsOfNpy(npy, expected),
    json: (text) => wordsOfJson(text, expected),
  });
}

function checkShape(found: readonly number[], expected: readonly number[]): void {
  const [batch, ...image] = expected;
  const shapes = [expected, ...(batch === 1 && image.length > 1 ? [image] : []), [valuesIn(expected)]];
  if (shapes.some((shape) => shape.length === found.length && shape.every((size, i) => size === found[i]))) {
    return;
  }
  const allowed = shapes.map((shape) => `[${shape.join(', ')}]`).join(' or ');
  throw new InputError({ code: 'does-not-fit', path: ['shape'], found, allowed });
}

const isWord = (value: unknown): boolean =>
  Number.isInteger(value) && LEAST_WORD <= Number(value) && Number(value) <= LARGEST_WORD;

/** What is told of the value that stands at a place, counted in the order of the expected shape. */
function noWord(found: unknown, place: number, expected: readonly number[], position?: Position): InputError {
  let rest = place;
  const index = expected.toReversed().map((size) => {
    const at = rest % size;
    rest = (rest - at) / size;
    return at;
  });
  const isNumber = typeof found === 'number' || typeof found === 'bigint';
  const code = isNumber ? 'out-of-range' : 'wrong-type';
  return new InputError({ code, path: index.reverse(), found, allowed: WORD, position });
}

function wordsOfNpy(npy: Npy, expected: readonly number[]): Int16Array {
  checkShape(npy.shape, expected);
  return npy.read(
    (values) => new Int16Array(values),
    (value, place) => {
      if (!isWord(Number(value))) throw noWord(value, place, expected);
      return Number(value);
    },
  );
}

function wordsOfJson(text: string, expected: readonly number[]): Int16Array {
  const size = valuesIn(expected);
  // A value takes two characters at least: no memory for values that cannot be there
  const words = new Int16Array(2 * size <= text.length ? size : 0);
  let bad: InputError | undefined;
  const shape = readLists(text, {
    take(value, place, at) {
      if (isWord(value)) words[place] = Number(value);
      else bad ??= noWord(value, place, expected, at().position);
    },
    refuse(value, place, at) {
      return place < size ? (bad ?? noWord(value, place, expected, at().position)) : undefined;
    },
  });
  checkShape(shape, expected);
  if (bad) throw bad;
  return words;
}
