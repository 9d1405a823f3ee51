import type { Dataflow } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { InputError, type Problem } from '../input-error.ts';
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
  throw new InputError(unknownWord(flag, text, words));
}

function unknownWord(flag: string, found: string, words: readonly string[]): Problem {
  const suggestion = nearestWord(found, words);
  return { code: 'not-allowed', path: [flag], found, allowed: words.join(', '), suggestion };
}

/**
 * What every part gives. Tells the problems of all parts at once: one mistake does not hide the next.
 *
 * @throws InputError if a part does.
 */
export async function together<P extends Readonly<Record<string, () => unknown>>>(
  parts: P,
): Promise<{ [K in keyof P]: Awaited<ReturnType<P[K]>> }> {
  const problems: Problem[] = [];
  const given: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(parts)) {
    try {
      given[name] = await part();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(...problems);
  return given as { [K in keyof P]: Awaited<ReturnType<P[K]>> };
}

/** Does what may find fault with a flag's value, and tells it under the name of the flag. */
export function underFlag<R>(flag: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((problem) => ({ ...problem, path: [flag] })));
  }
}

/** Collects the values of a flag that may be given again. */
export const collected = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** The words of a list with commas. */
export const commaList = (text: string): string[] => text.split(',').map((word) => word.trim());

/**
 * The dataflows that a list names, `all` for all of them, in the paper's order.
 *
 * @throws InputError if a name is not one.
 */
export function dataflowsNamed(flag: string, text: string): readonly Dataflow[] {
  const ids = ['all', ...DATAFLOWS.map(({ id }) => id)];
  const wanted = new Set(commaList(text.toLowerCase()));
  const unknown = [...wanted].filter((word) => !ids.includes(word));
  if (unknown.length > 0) throw new InputError(...unknown.map((word) => unknownWord(flag, word, ids)));
  return DATAFLOWS.filter(({ id }) => wanted.has(id) || wanted.has('all'));
}
