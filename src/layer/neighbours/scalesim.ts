import { csvParseRows } from 'd3-dsv';
import { InputError, MOST_PROBLEMS, type Position, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../layer.ts';
import { type Convolution, layerOf, product } from './convolution.ts';
import { linesOf, type NetworkReading, networkOf, rowNotes, START, stemOf } from './reading.ts';
import { withGroupsMerged } from './scalesim-groups.ts';

/** The first line of a topology of convolutions, as SCALE-Sim's own files have it. */
export const CONV_HEADER: readonly string[] = [
  'Layer name',
  'IFMAP Height',
  'IFMAP Width',
  'Filter Height',
  'Filter Width',
  'Channels',
  'Num Filter',
  'Strides',
];

/** The first line of a topology of matrix products: M × K times K × N. */
export const GEMM_HEADER: readonly string[] = ['Layer', 'M', 'N', 'K'];

/** What SCALE-Sim looks for in a name: the row is then a depthwise convolution, of one channel after the other. */
export const DEPTHWISE_MARK = 'DP';

/**
 * The network that the text of a SCALE-Sim topology describes: CSV with a header, a layer in each row, either
 * convolutions or matrix products.
 *
 * As SCALE-Sim does it, an ofmap is rounded up: filters that reach over the ifmap's end find zeros there.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if there is no header, a size is missing or none, or a layer cannot be.
 */
export function parseTopology(text: string, file: string): NetworkReading {
  const [header, ...lines] = rowsOf(text);
  const parse = parserFor(header, file);
  const problems: Problem[] = [];
  const rows = lines.flatMap((line) => {
    const { row, found } = parse(line);
    problems.push(...found);
    return row === undefined ? [] : [row];
  });
  if (problems.length > 0) throw inFile(problems, file);
  const layers = withGroupsMerged(rows, file);
  const placed = layers.map(({ name, convolution, position }) => {
    return { spec: layerOf(name, convolution), position };
  });
  const { network, notes } = networkOf(stemOf(file), placed, file);
  return { network, notes: [...notes, ...notesOn(layers)] };
}

interface Row {
  readonly name: string;
  readonly convolution: Convolution;
  readonly position: Position;
  readonly hasDepthwiseMark?: boolean;
  readonly hasSparsity: boolean;
  readonly hasMore: boolean;
  /** Rows of a matrix product. */
  readonly rows?: number;
}

interface Cell {
  readonly text: string;
  readonly position: Position;
}

type Line = readonly Cell[];

/** The lines with something in them. */
function rowsOf(text: string): Line[] {
  return linesOf(text).flatMap((line, i) => {
    const columns = columnsOf(line);
    const cells = (csvParseRows(line.replaceAll('\r', ' '))[0] ?? []).map((cell, c): Cell => {
      const column = (columns[c] ?? 1) + cell.length - cell.trimStart().length;
      return { text: cell.trim(), position: { line: i + 1, column: Math.min(column, line.length + 1) } };
    });
    return cells.some((cell) => cell.text !== '') ? [cells] : [];
  });
}

/** Where the cells of a line begin. */
function columnsOf(line: string): number[] {
  const columns = [1];
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') isQuoted = !isQuoted;
    else if (line[i] === ',' && !isQuoted) columns.push(i + 2);
  }
  return columns;
}

type Parse = (line: Line) => { readonly row?: Row; readonly found: readonly Problem[] };

function parserFor(header: Line | undefined, file: string): Parse {
  const texts = header?.map(({ text }) => text) ?? [];
  const titles = texts.map((text) => text.toUpperCase());
  if (GEMM_HEADER.slice(1).every((title, i) => titles[i + 1] === title)) return gemmRow;
  const sizes = titles.slice(1, CONV_HEADER.length);
  if (header && sizes.length === CONV_HEADER.length - 1 && sizes.every((title) => /^[^\d]+$/.test(title))) {
    refuseOtherOrder(header, file);
    return convRow;
  }
  const allowed = `a first line as SCALE-Sim has it: ${CONV_HEADER.join(', ')}; or ${GEMM_HEADER.join(', ')}`;
  const position = header?.[0]?.position ?? START;
  const found = texts.join(', ');
  const problem = header ? ({ code: 'not-allowed', found } as const) : ({ code: 'missing' } as const);
  throw inFile([{ ...problem, path: [], allowed, position }], file);
}

/** SCALE-Sim goes by the places of columns; titles that say another order would mean other layers there. */
function refuseOtherOrder(header: Line, file: string): void {
  const titles = header.map(({ text }) => text.toUpperCase().replaceAll(/[\s_]+/g, ' '));
  // Where one column has the strides, it is for both directions
  const hasSecondStride = /STRIDE/.test(titles[CONV_HEADER.length] ?? '');
  const expected = hasSecondStride
    ? [...CONV_HEADER.slice(0, -1), 'Stride Height', SECOND_STRIDE]
    : CONV_HEADER;
  const problems = expected.flatMap((title, i): Problem[] => {
    const found = titles[i]!;
    const isOther = saysOtherDirection(found, title) || isOtherColumn(found, title, expected);
    if (!isOther) return [];
    const allowed = `${title}: SCALE-Sim goes by the order of the columns, ${expected.join(', ')}`;
    const { text, position } = header[i]!;
    return [{ code: 'not-allowed', path: [], found: text, allowed, position }];
  });
  if (problems.length > 0) throw inFile(problems, file);
}

const saysOtherDirection = (found: string, title: string): boolean =>
  (/Height$/.test(title) && WIDTH.test(found) && !HEIGHT.test(found)) ||
  (/Width$/.test(title) && HEIGHT.test(found) && !WIDTH.test(found));

const HEIGHT = /HEIGHT|\bROWS?\b|\bH$/;
const WIDTH = /WIDTH|\bCOL(UMN)?S?\b|\bW$/;

const isOtherColumn = (found: string, title: string, titles: readonly string[]): boolean =>
  titles.some((other) => other !== title && other.toUpperCase() === found);

const SECOND_STRIDE = 'Stride Width';

/** A whole number, or a sparsity ratio, or anything else. */
const isNumber = (text: string): boolean => /^\d+$/.test(text);
const isSparsity = (text: string): boolean => /^\d+\s*:\s*\d+$/.test(text);

function convRow(cells: Line): ReturnType<Parse> {
  const more = cells.slice(CONV_HEADER.length);
  const hasSecondStride = more[0] !== undefined && isNumber(more[0].text);
  const titles = hasSecondStride ? [...CONV_HEADER, SECOND_STRIDE] : CONV_HEADER;
  const { name, sizes, found } = sizesIn(cells, titles);
  if (found.length > 0) return { found };
  const [height, width, rows, columns, channels, filters, vertical, horizontal = vertical] = sizes;
  const convolution: Convolution = {
    groups: 1,
    channels: channels!,
    filters: filters!,
    ifmap: [height!, width!],
    kernel: [rows!, columns!],
    stride: [vertical!, horizontal!],
    ...endPadding([height!, width!], [rows!, columns!], [vertical!, horizontal!]),
  };
  const hasDepthwiseMark = name.includes(DEPTHWISE_MARK);
  const depthwise = { groups: channels!, channels: 1 };
  const row: Row = {
    name,
    convolution: hasDepthwiseMark ? { ...convolution, ...depthwise } : convolution,
    position: cells[0]!.position,
    hasDepthwiseMark,
    ...furtherOf(more.slice(hasSecondStride ? 1 : 0)),
  };
  return { row, found };
}

/** What makes the last filter position whole where strides do not divide the way. */
function endPadding(
  ifmap: readonly number[],
  kernel: readonly number[],
  stride: readonly number[],
): Pick<Convolution, 'pad'> {
  const [bottom, right] = ifmap.map((size, i) => {
    const way = size - kernel[i]!;
    return way > 0 ? Math.ceil(way / stride[i]!) * stride[i]! - way : 0;
  });
  return bottom === 0 && right === 0 ? {} : { pad: [0, 0, bottom!, right!] };
}

function gemmRow(cells: Line): ReturnType<Parse> {
  const more = cells.slice(GEMM_HEADER.length);
  // The newest versions take a number of products of this size, beside or instead of the sparsity
  const batch = more.slice(0, 2).find(({ text }) => isNumber(text));
  const [titles, titled] = batch ? [[...GEMM_HEADER, 'Batch'], [batch]] : [GEMM_HEADER, []];
  const { name, sizes, found } = sizesIn([...cells.slice(0, GEMM_HEADER.length), ...titled], titles);
  if (found.length > 0) return { found };
  const [rows, columns, inner, pairs] = sizes;
  const convolution = product(rows!, inner!, columns!, pairs);
  const further = furtherOf(more.filter((cell) => cell !== batch));
  return { row: { name, convolution, position: cells[0]!.position, ...further, rows: rows! }, found };
}

function furtherOf(cells: Line) {
  return {
    hasSparsity: cells.some(({ text }) => isSparsity(text)),
    hasMore: cells.some(({ text }) => text !== '' && !isSparsity(text)),
  };
}

interface SizedLine {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly found: readonly Problem[];
}

/** The name and the sizes of a layer, or what is wrong with them; of cells that are missing, the first. */
function sizesIn([first, ...cells]: Line, [, ...titles]: readonly string[]): SizedLine {
  const { text: name, position } = first!;
  if (name === '') {
    return { name, sizes: [], found: [{ code: 'missing', path: ['name'], allowed: 'a name', position }] };
  }
  const found: Problem[] = [];
  const sizes = titles.map((title, i) => {
    const { text = '', position: at = position } = cells[i] ?? {};
    const size = isNumber(text) ? Number(text) : Number.NaN;
    if (size >= 1 && size <= LARGEST_SIZE) return size;
    const problem = {
      path: [name, title],
      allowed: `a whole number from 1 to ${LARGEST_SIZE}`,
      position: at,
    };
    const value = Number.isNaN(Number(text)) ? text : Number(text);
    if (text !== '') found.push({ ...problem, code: 'out-of-range', found: value });
    else if (!found.some(({ code }) => code === 'missing')) found.push({ ...problem, code: 'missing' });
    return size;
  });
  return { name, sizes, found };
}

const inFile = (problems: readonly Problem[], file: string): InputError =>
  new InputError(...problems.slice(0, MOST_PROBLEMS).map((problem) => ({ ...problem, file })));

function notesOn(layers: readonly Row[]): string[] {
  const notes: string[] = [];
  const note = (text: string, isMeant: (row: Row) => boolean | undefined) => {
    const count = layers.filter(isMeant).length;
    if (count > 0) notes.push(text.replace('#', count === 1 ? 'a layer' : `${count} layers`));
  };
  note(`DP in the name makes # depthwise, as in SCALE-Sim`, ({ hasDepthwiseMark }) => hasDepthwiseMark);
  note(
    'the ofmap of # is rounded up, as in SCALE-Sim: zeros are added at the bottom and the right',
    ({ convolution }) => convolution.pad !== undefined,
  );
  note('the sparsity of # is left out: all weights count', ({ hasSparsity }) => hasSparsity);
  note('further columns of # are left out', ({ hasMore }) => hasMore);
  return [...notes, ...rowNotes(layers.flatMap(({ rows = [] }) => rows))];
}
