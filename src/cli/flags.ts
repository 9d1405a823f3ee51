import type { Dataflow } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { InputError } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';

/**
 * A whole number that a flag gives.
 *
 * @throws InputError if it is none in this range.
 */
export function wholeNumber(flag: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  const allowed = `a whole number from 1 to ${most}`;
  throw new InputError({ code: 'out-of-range', path: [flag], found: text, allowed });
}

/**
 * One of the words that a flag knows.
 *
 * @throws InputError if it is another.
 */
export function oneOf<W extends string>(flag: string, text: string, words: readonly W[]): W {
  const word = words.find((word) => word === text);
  if (word !== undefined) return word;
  const allowed = words.join(', ');
  const suggestion = nearestWord(text, words);
  throw new InputError({ code: 'not-allowed', path: [flag], found: text, allowed, suggestion });
}

/** The words of a list with commas. */
export const commaList = (text: string): string[] => text.split(',').map((word) => word.trim());

/**
 * The dataflows that a list names, `all` for all of them, in the paper's order.
 *
 * @throws InputError if a name is not one.
 */
export function dataflowsNamed(flag: string, text: string): readonly Dataflow[] {
  const ids = ['all', ...DATAFLOWS.map(({ id }) => id)];
  const wanted = commaList(text.toLowerCase()).map((word) => oneOf(flag, word, ids));
  return DATAFLOWS.filter(({ id }) => wanted.includes(id) || wanted.includes('all'));
}
