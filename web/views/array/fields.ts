import { EYERISS_CHIP } from '../../../src/chip/chip.ts';
import { InputError, type Problem } from '../../../src/input-error.ts';
import { choice, type Field, flag, optional, type StateOf, text, whole } from '../../url/field.ts';
import { wordField } from './words.ts';

/** A PE by its place on the array; both count from 0. */
export interface PePlace {
  readonly row: number;
  readonly column: number;
}

/** A PE as `3.5`: row 3, column 5. */
const pePlace: Field<PePlace> = {
  fallback: { row: 0, column: 0 },
  read(found) {
    const { rows, columns } = EYERISS_CHIP.array;
    const [row = rows, column = columns] = /^\d{1,3}\.\d{1,3}$/.test(found)
      ? found.split('.').map(Number)
      : [];
    if (row < rows && column < columns) return { row, column };
    throw new InputError({
      code: 'not-allowed',
      path: [],
      found: found.slice(0, 60),
      allowed: `a row from 0 to ${rows - 1}, a dot, and a column from 0 to ${columns - 1}: 3.5`,
    });
  },
  write: ({ row, column }) => `${row}.${column}`,
};

/** How the PEs are coloured. */
export const COLOURINGS = [
  ['states', 'what each PE does'],
  ['sets', 'which set it belongs to'],
] as const;
export type Colouring = (typeof COLOURINGS)[number][0];

/** The longest name of a network in an address: one with all its layers is long. */
const LONGEST_REF = 1_000_000;

/** More cycles and passes than any layer has; what there is of them is known when the layer is on the array. */
const MANY = 1e12;

/** What the view's address says. */
export const ARRAY_FIELDS = {
  net: text('alexnet', LONGEST_REF),
  /** Empty: CONV3 where there is one, or else the first that the chip can run. */
  layer: text(''),
  batch: whole(1, 1, 64),
  /** `published`, `best` or letters; empty: the published one where there is one, or else the best. */
  mapping: text('', 100),
  seed: whole(1, 0, 2 ** 31),
  pass: whole(0, 0, MANY),
  /** Of the pass. */
  cycle: whole(0, 0, MANY),
  pe: optional(pePlace),
  word: optional(wordField),
  colours: choice(['states', 'sets'], 'states'),
  /** What is drawn over the array. */
  rows: flag(false),
  diagonals: flag(true),
  psums: flag(false),
} as const;

export type ArrayState = StateOf<typeof ARRAY_FIELDS>;

/** The number that there is nearest to one in an address, and what is wrong with that. */
export function nearest(
  name: string,
  found: number,
  count: number,
): { value: number; problems: readonly Problem[] } {
  if (found < count) return { value: found, problems: [] };
  const allowed = `a whole number from 0 to ${count - 1}; the last is shown`;
  return { value: count - 1, problems: [{ code: 'out-of-range', path: [name], found, allowed }] };
}
