import type { LayerWord, StopName } from '../../../src/chip/journey-stops.ts';
import { InputError } from '../../../src/input-error.ts';
import type { Field } from '../../url/field.ts';

/** The letters and the numbers of each type of word, in the order of an address: `w.3.0.1.2`. */
const NUMBERS = {
  weight: ['filter', 'channel', 'row', 'column'],
  ifmap: ['image', 'channel', 'row', 'column'],
  psum: ['image', 'filter', 'row', 'column'],
} as const satisfies Record<LayerWord['type'], readonly string[]>;

export type WordType = keyof typeof NUMBERS;

const LETTERS = { w: 'weight', i: 'ifmap', p: 'psum' } as const satisfies Record<string, WordType>;

/** The numbers by which words of a type are told apart. */
export const numbersOf = (type: WordType): readonly string[] => NUMBERS[type];

/** A word of a type. */
export const wordOf = (type: WordType, numbers: Readonly<Record<string, number>>): LayerWord =>
  ({ type, ...Object.fromEntries(NUMBERS[type].map((name) => [name, numbers[name] ?? 0])) }) as LayerWord;

/** The numbers of a word by their names. */
export const numbersIn = (word: LayerWord): Readonly<Record<string, number>> => {
  const { type: _, ...numbers } = word;
  return numbers;
};

/** `w.3.0.1.2`: the weight of filter 3, channel 0, row 1, column 2. Rows and columns of padding are below 0. */
export const wordField: Field<LayerWord> = {
  fallback: { type: 'weight', filter: 0, channel: 0, row: 0, column: 0 },
  read(text) {
    const [, letter, numbers] = /^([wip])((?:\.-?\d{1,7}){4})$/.exec(text) ?? [];
    if (letter === undefined || numbers === undefined) {
      const allowed =
        'w, i or p, and four numbers with dots: w.filter.channel.row.column, i.image.channel.row.column, p.image.filter.row.column';
      throw new InputError({ code: 'not-allowed', path: [], found: text.slice(0, 60), allowed });
    }
    const type = LETTERS[letter as keyof typeof LETTERS];
    const values = numbers.slice(1).split('.').map(Number);
    return wordOf(type, Object.fromEntries(NUMBERS[type].map((name, i) => [name, values[i]!])));
  },
  write: (word) => {
    const letter = Object.entries(LETTERS).find(([, type]) => type === word.type)![0];
    const numbers = numbersIn(word);
    return [letter, ...NUMBERS[word.type].map((name) => numbers[name])].join('.');
  },
};

export const WORD_TYPES: readonly (readonly [WordType, string])[] = [
  ['weight', 'weight'],
  ['ifmap', 'pixel of the ifmap'],
  ['psum', 'psum, which becomes a pixel of the ofmap'],
];

/** `weight of filter 3, channel 0, row 1, column 2`. */
export function nameOf(word: LayerWord): string {
  const what = { weight: 'weight', ifmap: 'ifmap word', psum: 'psum' }[word.type];
  const numbers = numbersIn(word);
  return `${what} of ${NUMBERS[word.type].map((name) => `${name} ${numbers[name]}`).join(', ')}`;
}

/** What happens to a word at each stop. */
export const STOP_NAMES: Readonly<Record<StopName, string>> = {
  'dram-read': 'read from the DRAM',
  'glb-fill': 'written to the GLB',
  'glb-read': 'read from the GLB',
  bus: 'sent over the network',
  delivery: 'taken by a PE',
  'rf-write': 'written to a scratchpad',
  'rf-read': 'read from a scratchpad',
  mac: 'in a MAC',
  'rf-leave': 'read to leave the PE',
  hop: 'handed to the PE above',
  output: 'sent to the GLB',
  'glb-write': 'written to the GLB by the array',
  'glb-drain': 'read from the GLB for the DRAM',
  'dram-write': 'written to the DRAM',
};
