import { InputError, type Problem } from '../input-error.ts';
import { MOST_JSON } from './json.ts';
import { type Npy, readNpy } from './npy.ts';

const FILE = 'a .npy file of NumPy, or a JSON list of numbers';

/** Bytes of JSON between commas and brackets: the parser puts blanks together one by one, and takes minutes for very many. */
const MOST_BETWEEN = 100_000;

/** What is made of a file, by its format. */
export interface TensorFormats<T> {
  readonly npy: (npy: Npy) => T;
  /** @param text of lists */
  readonly json: (text: string) => T;
}

/**
 * Makes something of a file that has a tensor in it: an array of NumPy, or JSON. Which one, its content tells.
 *
 * @param file the file's name, for messages
 * @throws InputError with the file's name, if it is of neither format, or if `make` throws one.
 */
export function readTensorFile<T>(bytes: Uint8Array, file: string, make: TensorFormats<T>): T {
  try {
    const format = formatOf(bytes);
    return format === 'npy' ? make.npy(readNpy(bytes)) : make.json(jsonOf(bytes));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((each) => ({ ...each, file })));
  }
}

function formatOf(bytes: Uint8Array): 'npy' | 'json' {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  if (start === '') throw noTensor('missing', undefined);
  if (start === '\u0093NUMPY') return 'npy';
  if (start[0] === '\u0093') throw noTensor('syntax', 'no format that is known');
  if (start.startsWith('PK')) throw noTensor('syntax', 'a ZIP archive, such as .npz');
  return 'json';
}

function jsonOf(bytes: Uint8Array): string {
  if (bytes.length > MOST_JSON) {
    throw noTensor('syntax', `${bytes.length} bytes`, `${FILE} of at most ${MOST_JSON} bytes`);
  }
  // What is not UTF-8 becomes U+FFFD, which no JSON of numbers has
  const text = new TextDecoder().decode(bytes);
  if (!text.trimStart().startsWith('[')) throw noTensor('syntax', 'no format that is known');
  if (longestBetween(bytes) > MOST_BETWEEN) {
    throw noTensor('syntax', `more than ${MOST_BETWEEN} bytes without a comma or bracket`);
  }
  return text;
}

const SEPARATORS: ReadonlySet<number | undefined> = new Set(Array.from(',[]', (mark) => mark.charCodeAt(0)));

/** Bytes of the longest stretch without a comma or bracket. */
function longestBetween(bytes: Uint8Array): number {
  let longest = 0;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && !SEPARATORS.has(bytes[at])) continue;
    longest = Math.max(longest, at - start);
    start = at + 1;
  }
  return longest;
}

const noTensor = (code: Problem['code'], found: string | undefined, allowed = FILE): InputError =>
  new InputError({ code, path: [], found, allowed });
