import { type JSONVisitor, printParseErrorCode, visit } from 'jsonc-parser';
import { InputError, type Position, type Problem } from '../input-error.ts';
import { LARGEST_WORD, LEAST_WORD } from './arithmetic.ts';

const WORD = `a whole number from ${LEAST_WORD} to ${LARGEST_WORD}`;
const FILE = 'a .npy file of NumPy, or a JSON list of numbers';

/** NumPy itself reads no longer header of a file that it has no reason to trust. */
const LONGEST_HEADER = 10_000;

/** As many dimensions as NumPy has. */
const MOST_NESTED = 64;

/** Bytes of JSON: the text of not many more is too long for a string in V8. */
const MOST_JSON = 500_000_000;

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
  try {
    if (bytes.length === 0) throw problem('missing', [], undefined, FILE);
    if (bytes[0] === 0x93) return parseNpy(bytes, expected);
    if (asciiOf(bytes, 0, 2) === 'PK') throw problem('syntax', [], 'a ZIP archive, such as .npz', FILE);
    return parseJson(bytes, expected);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((each) => ({ ...each, file })));
  }
}

const problem = (
  code: Problem['code'],
  path: Problem['path'],
  found: unknown,
  allowed: string,
  position?: Position,
): InputError => new InputError({ code, path, found, allowed, position });

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const asciiOf = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

function checkShape(found: readonly number[], expected: readonly number[]): void {
  const [batch, ...image] = expected;
  const shapes = [expected, ...(batch === 1 && image.length > 1 ? [image] : []), [product(expected)]];
  if (shapes.some((shape) => shape.length === found.length && shape.every((size, i) => size === found[i]))) {
    return;
  }
  const allowed = shapes.map((shape) => `[${shape.join(', ')}]`).join(' or ');
  throw problem('does-not-fit', ['shape'], found, allowed);
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
  return problem(isNumber ? 'out-of-range' : 'wrong-type', index.reverse(), found, WORD, position);
}

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
 * Reads the format of numpy.lib.format (NEP 1). It is so simple that strictness is most of the work, which npyjs 1.2 does not
 * do: a file that is cut off is a smaller array to it, a size may be below 0, and high bytes may not come first.
 */
function parseNpy(bytes: Uint8Array, expected: readonly number[]): Int16Array {
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
  checkShape(shape, expected);
  const length = product(shape);
  const found = bytes.length - dataStart;
  if (found !== length * valueBytes) {
    const allowed = `${length * valueBytes} bytes, ${length} values of ${valueBytes}`;
    throw problem('syntax', ['data'], `${found} bytes`, allowed);
  }

  const strides = shape.map((_, i) => product(fortranOrder ? shape.slice(0, i) : shape.slice(i + 1)));
  const index = shape.map(() => 0);
  const words = new Int16Array(length);
  let from = 0;
  for (let i = 0; i < length; i++) {
    const value = read(view, dataStart + from * valueBytes, order !== '>');
    if (!isWord(Number(value))) throw noWord(value, i, expected);
    words[i] = Number(value);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return words;
}

function npyHeader(view: DataView, bytes: Uint8Array): { text: string; dataStart: number } {
  if (asciiOf(bytes, 1, 6) !== 'NUMPY') throw problem('syntax', [], 'no format that is known', FILE);
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
  if (sizes.length > MOST_NESTED || !sizes.every((size) => /^\d+$/.test(size))) {
    throw problem('not-allowed', ['shape'], `(${tuple})`, 'whole numbers, as in (1, 3, 227, 227)');
  }
  return sizes.map(Number);
}

/** What may stand where the parser of JSON found an error, by the error. */
const MAY_STAND: Readonly<Record<string, string>> = {
  ValueExpected: 'a number or a list',
  CommaExpected: ', or ]',
  CloseBracketExpected: ', or ]',
  EndOfFileExpected: 'nothing more',
  UnexpectedEndOfNumber: 'a digit',
};

/** What Python and others write for numbers, too. */
const NO_NUMBER = /^-?(?:NaN|Infinity)\b/;

/** Goes by the parser's events: JSON.parse would take many times the memory of a file of small numbers or empty lists. */
function parseJson(bytes: Uint8Array, expected: readonly number[]): Int16Array {
  if (bytes.length > MOST_JSON) {
    throw problem('syntax', [], `${bytes.length} bytes`, `${FILE} of at most ${MOST_JSON} bytes`);
  }
  // What is not UTF-8 becomes U+FFFD, which no JSON of numbers has
  const text = new TextDecoder().decode(bytes);
  if (!text.trimStart().startsWith('[')) throw problem('syntax', [], 'no format that is known', FILE);

  const size = product(expected);
  // A value takes two bytes at least: no memory for values that cannot be there
  const words = new Int16Array(2 * size <= bytes.length ? size : 0);
  const shape: number[] = [];
  /** Items so far of each list that is open: where we are. */
  const path: number[] = [];
  let values = 0;
  let deepest = 0;
  let bad: InputError | undefined;

  const flaw = (found: string, line: number, character: number, where: Problem['path'] = [], allowed = '') =>
    problem('syntax', where, found, allowed, positionOf(line, character));

  const visitor: JSONVisitor = {
    onArrayBegin(_offset, _length, line, character) {
      if (path.length === MOST_NESTED) {
        throw flaw(`more than ${MOST_NESTED} lists within each other`, line, character);
      }
      if (path.length === deepest && values > 0) throw flaw('a list beside numbers', line, character, path);
      path.push(0);
      deepest = Math.max(deepest, path.length);
    },
    onArrayEnd(_offset, length, line, character) {
      if (length === 0) return; // The file ends here: told as the error that follows
      const items = path.pop()!;
      shape[path.length] ??= items;
      const usual = shape[path.length];
      if (items !== usual) throw flaw(`a list of ${items} beside one of ${usual}`, line, character, path);
      if (path.length > 0) path[path.length - 1]!++;
    },
    onLiteralValue(value, _offset, _length, line, character) {
      if (path.length < deepest) throw flaw('a number beside lists', line, character, path);
      if (isWord(value)) words[values] = value;
      else bad ??= noWord(value, values, expected, positionOf(line, character));
      values++;
      path[path.length - 1]!++;
    },
    onObjectBegin(_offset, _length, line, character) {
      throw flaw('found "{"', line, character, [], MAY_STAND.ValueExpected);
    },
    onError(error, offset, length, line, character) {
      const token = text.slice(offset, offset + Math.min(length, 50));
      const name = NO_NUMBER.exec(text.slice(offset, offset + 10))?.[0];
      if (name !== undefined && values < size) {
        throw bad ?? noWord(Number(name), values, expected, positionOf(line, character));
      }
      const found = length === 0 ? 'the file ends within a list' : `found ${JSON.stringify(token)}`;
      const allowed = MAY_STAND[printParseErrorCode(error)] ?? 'numbers and lists of them';
      throw flaw(found, line, character, [], allowed);
    },
  };
  visit(text, visitor, { disallowComments: true });
  checkShape(shape, expected);
  if (bad) throw bad;
  return words;
}

/** The parser counts from 0. */
const positionOf = (line: number, character: number): Position => ({ line: line + 1, column: character + 1 });
