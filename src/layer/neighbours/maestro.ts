import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../layer.ts';
import { type Convolution, layerOf } from './convolution.ts';
import { isGiven, lettersOf, MAESTRO_TYPES, needsOf, type Sizes, withInputs } from './maestro-layers.ts';
import { type Token, Tokens } from './maestro-tokens.ts';
import { batchNotes, type NetworkReading, networkOf, rowNotes, stemOf } from './reading.ts';

/**
 * The network that the text of a MAESTRO file describes. MAESTRO knows no padding: Y and X are rows and columns of all
 * that the filters see.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is no network of MAESTRO, or if a layer is of a type that
 * Rowhouse has not, lacks a size or cannot be.
 */
export function parseMaestro(text: string, file: string): NetworkReading {
  const { name, layers, skipped } = new Parser(text, file).file();
  const results = layers.map(layerFrom);
  const problems = results.flatMap(({ found }) => found.slice(0, MOST_PROBLEMS)).slice(0, MOST_PROBLEMS);
  if (problems.length > 0) throw new InputError(...problems.map((problem) => ({ ...problem, file })));
  const made = results.flatMap(({ made = [] }) => made);
  const placed = made.map(({ layer, convolution }) => {
    return { spec: layerOf(layer.name, convolution), position: layer.title.position };
  });
  const { network, notes } = networkOf(name ?? stemOf(file), placed, file);
  return { network, notes: [...notes, ...notesOn(made, skipped)] };
}

/** What a layer has one of. */
const ONCE: readonly string[] = ['Type', 'Stride', 'Dimensions'];

const TYPES = Object.keys(MAESTRO_TYPES);

/** A size, or the name of a constant: the token is where it stands. */
interface Entry {
  readonly letter: Token;
  readonly size: Token;
  readonly value: number;
}

/** A layer as it stands in the file. */
interface LayerText {
  readonly name: string;
  /** The first word of the name, or `Layer`. */
  readonly title: Token;
  readonly type: Token;
  readonly stride: readonly Entry[];
  readonly dimensions: readonly Entry[];
}

class Parser {
  readonly #tokens: Tokens;
  readonly #constants = new Map<string, number>();
  readonly #skipped = new Set<string>();

  constructor(text: string, file: string) {
    this.#tokens = new Tokens(text, file);
  }

  file() {
    let network: { name: string | undefined; layers: LayerText[] } | undefined;
    for (let token = this.#tokens.take(); token.text !== ''; token = this.#tokens.take()) {
      if (token.text === 'Constant') this.#constant();
      else if (token.text === 'Accelerator') this.#skip('the accelerator is left out: --hardware says one');
      else if (token.text === 'Network' && network === undefined) network = this.#network();
      else throw this.#tokens.flaw(token, [], `one Network, and Constant or Accelerator beside it`);
    }
    if (network === undefined) throw this.#tokens.flaw(this.#tokens.peek, [], 'Network');
    return { ...network, skipped: this.#skipped };
  }

  #constant(): void {
    const path = ['Constant'];
    const allowed = 'a name and a whole number';
    const name = this.#tokens.word(path, allowed);
    const value = this.#tokens.word(path, allowed);
    if (!/^\d+$/.test(value.text)) throw this.#tokens.flaw(value, path, allowed);
    this.#constants.set(name.text, Number(value.text));
  }

  #skip(note: string): void {
    this.#tokens.skipBraces();
    this.#skipped.add(note);
  }

  #network() {
    const name = nameOf(this.#tokens.words());
    const layers: LayerText[] = [];
    this.#tokens.expect('{');
    while (!this.#tokens.takes('}')) {
      const title = this.#tokens.take();
      if (title.text !== 'Layer') throw this.#tokens.flaw(title, [], 'Layer or }');
      layers.push(this.#layer(title));
    }
    return { name, layers };
  }

  #layer(layer: Token): LayerText {
    const words = this.#tokens.words();
    const name = nameOf(words) ?? 'Layer';
    let type: Token | undefined;
    let stride: Entry[] = [];
    let dimensions: Entry[] = [];
    const seen = new Set<string>();
    this.#tokens.expect('{');
    while (!this.#tokens.takes('}')) {
      const key = this.#tokens.take();
      if (ONCE.includes(key.text) && seen.has(key.text)) {
        throw this.#tokens.flaw(key, [name], `${key.text} once in a layer`);
      }
      seen.add(key.text);
      if (key.text === 'Type') type = this.#tokens.word([name, 'Type'], TYPES.join(', '));
      else if (key.text === 'Stride') stride = this.#entries([name, 'Stride']);
      else if (key.text === 'Dimensions') dimensions = this.#entries([name, 'Dimensions']);
      else if (key.text === 'Dataflow')
        this.#skip('the dataflows are left out: Rowhouse finds its own mappings');
      else throw this.#tokens.flaw(key, [name], 'Type, Stride, Dimensions, Dataflow or }');
    }
    const title = words[0] ?? layer;
    return { name, title, type: type ?? { ...title, text: '' }, stride, dimensions };
  }

  /** What stands in the braces of Stride and Dimensions. */
  #entries(path: Problem['path']): Entry[] {
    const entries: Entry[] = [];
    const letters = new Set<string>();
    this.#tokens.expect('{');
    while (!this.#tokens.takes('}')) {
      const letter = this.#tokens.word(path, 'dimensions and sizes, or }');
      const size = this.#tokens.word([...path, letter.text], 'a size');
      if (letters.has(letter.text)) throw this.#tokens.flaw(letter, path, 'each dimension once');
      letters.add(letter.text);
      const number = /^\d+$/.test(size.text) ? Number(size.text) : Number.NaN;
      entries.push({ letter, size, value: this.#constants.get(size.text) ?? number });
    }
    return entries;
  }
}

const nameOf = (words: readonly Token[]): string | undefined =>
  words.length === 0 ? undefined : words.map(({ text }) => text).join(' ');

interface Made {
  readonly layer: LayerText;
  readonly convolution: Convolution;
}

function layerFrom(layer: LayerText): { readonly made?: Made; readonly found: readonly Problem[] } {
  const { name, type, title, dimensions, stride } = layer;
  if (!TYPES.includes(type.text)) {
    const problem = { path: [name, 'Type'], allowed: TYPES.join(', '), position: type.position };
    if (type.text === '') return { found: [{ ...problem, code: 'missing' }] };
    return { found: [{ ...problem, code: 'not-allowed', found: type.text }] };
  }
  const { ones = [], convolution } = MAESTRO_TYPES[type.text]!;
  const letters = lettersOf(MAESTRO_TYPES[type.text]!);
  const given = new Set(dimensions.map(({ letter }) => letter.text));
  const needs = needsOf(MAESTRO_TYPES[type.text]!, given);
  const found = [
    ...entryProblems(dimensions, letters, [name, 'Dimensions']),
    ...entryProblems(stride, ['X', 'Y'], [name, 'Stride']),
  ];
  for (const { letter } of dimensions.filter(({ letter }) => given.has(`${letter.text}'`))) {
    const allowed = `${letter.text} or ${letter.text}', not both`;
    const { text, position } = letter;
    found.push({ code: 'not-allowed', path: [name, 'Dimensions'], found: text, allowed, position });
  }
  for (const letter of needs.filter((one) => !isGiven(one, given))) {
    const allowed = `${needs.join(', ')} in a ${type.text}`;
    found.push({ code: 'missing', path: [name, 'Dimensions', letter], allowed, position: title.position });
  }
  for (const { letter, size, value } of dimensions) {
    if (!ones.includes(letter.text) || value === 1) continue;
    const allowed = `1 in a ${type.text}${letter.text === 'G' ? ': groups are for NGCONV' : ''}`;
    found.push({
      code: 'not-allowed',
      path: [name, letter.text],
      found: value,
      allowed,
      position: size.position,
    });
  }
  if (found.length > 0) return { found };
  const steps = sizesIn(stride);
  const sizes = withInputs(sizesIn(dimensions), steps);
  if (type.text === 'NGCONV' && sizes.C! % sizes.G! !== 0) {
    const { position } = dimensions.find(({ letter }) => letter.text === 'G')!.size;
    const allowed = `a divisor of the ${sizes.C} channels`;
    return { found: [{ code: 'not-allowed', path: [name, 'G'], found: sizes.G, allowed, position }] };
  }
  return { made: { layer, convolution: convolution(sizes, steps) }, found };
}

const sizesIn = (entries: readonly Entry[]): Sizes =>
  Object.fromEntries(entries.map(({ letter, value }) => [letter.text, value]));

function entryProblems(entries: readonly Entry[], letters: readonly string[], path: string[]): Problem[] {
  return entries.flatMap(({ letter, size, value }): Problem[] => {
    if (!letters.includes(letter.text)) {
      const allowed = letters.join(', ');
      return [{ code: 'unknown-key', path, found: letter.text, allowed, position: letter.position }];
    }
    if (value >= 1 && value <= LARGEST_SIZE) return [];
    const found = Number.isNaN(value) ? size.text : value;
    const allowed = `a whole number from 1 to ${LARGEST_SIZE}, or a Constant from above`;
    const at = [...path.slice(0, -1), letter.text];
    return [{ code: 'out-of-range', path: at, found, allowed, position: size.position }];
  });
}

function notesOn(made: readonly Made[], skipped: ReadonlySet<string>): string[] {
  const notes = [...skipped];
  const walks = made.some(({ convolution: { kernel, ifmap } }) =>
    kernel.some((size, i) => size > 1 && size < ifmap[i]!),
  );
  if (walks) notes.push('MAESTRO knows no padding: Y × X is taken for all that the filters see');
  if (made.some(({ layer }) => layer.type.text === 'NGCONV')) {
    notes.push('in an NGCONV, C is taken for the channels of all groups and K for the filters of each');
  }
  const sizesOf = (letter: string, areProducts: boolean) =>
    made
      .filter(({ layer }) => PRODUCTS.includes(layer.type.text) === areProducts)
      .flatMap(({ layer }) => sizesIn(layer.dimensions)[letter] ?? []);
  return [...notes, ...batchNotes(sizesOf('N', false)), ...rowNotes(sizesOf('M', true))];
}

/** Types in which N are columns, not images. */
const PRODUCTS: readonly string[] = ['GEMM', 'BMM'];
