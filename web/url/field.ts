import { InputError, type Problem } from '../../src/input-error.ts';
import { nearestWord } from '../../src/nearest-word.ts';

/** A part of what an address says: how it is read and written, and what it is where the address is silent. */
export interface Field<T> {
  readonly fallback: T;
  /** @throws InputError if the text is no value of the field; its paths begin below the field. */
  read(text: string): T;
  write(value: T): string;
}

/** The fields of a view, by their keys in the address. */
export type Fields<S> = { readonly [K in keyof S & string]: Field<S[K]> };

/** What a view's fields say: `FieldsOf<typeof COMPARE_FIELDS>`. */
export type StateOf<F> = F extends Fields<infer S> ? { readonly [K in keyof S]: S[K] } : never;

const refuse = (found: string, allowed: string, suggestion?: string): InputError =>
  new InputError({ code: 'not-allowed', path: [], found, allowed, suggestion });

/** A whole number in a range. */
export const whole = (fallback: number, from: number, to: number): Field<number> => ({
  fallback,
  read(text) {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= from && value <= to) return value;
    throw refuse(text, `a whole number from ${from} to ${to}`);
  },
  write: String,
});

/** A number from 0. */
export const amount = (fallback: number): Field<number> => ({
  fallback,
  read(text) {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value <= 1e12) return value;
    throw refuse(text, 'a number from 0 to 1e12');
  },
  write: String,
});

/** A value, or none: an empty text. */
export const optional = <T>(field: Field<T>): Field<T | undefined> => ({
  fallback: undefined,
  read: (text) => (text === '' ? undefined : field.read(text)),
  write: (value) => (value === undefined ? '' : field.write(value)),
});

/** One of some words. */
export const choice = <W extends string>(words: readonly W[], fallback: NoInfer<W>): Field<W> => ({
  fallback,
  read(text) {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw refuse(text, words.join(', '), nearestWord(text, words));
  },
  write: (value) => value,
});

/** Yes or no. */
export const flag = (fallback: boolean): Field<boolean> => ({
  fallback,
  read(text) {
    if (text === '1' || text === '0') return text === '1';
    throw refuse(text, '0, 1');
  },
  write: (value) => (value ? '1' : '0'),
});

/** Text that something else makes sense of. */
export const text = (fallback: string, most = 200): Field<string> => ({
  fallback,
  read(found) {
    if (found.length <= most) return found;
    throw refuse(`${found.length} characters`, `at most ${most} characters`);
  },
  write: (value) => value,
});

/** What an address says to a view, and what is wrong with it: fields that cannot be read have their fallback. */
export interface Reading<S> {
  readonly state: S;
  readonly problems: readonly Problem[];
}

/** Reads a query. Never throws. */
export function readFields<S>(fields: Fields<S>, query: URLSearchParams): Reading<S> {
  const problems: Problem[] = [];
  const state = Object.entries<Field<unknown>>(fields).map(([key, field]) => {
    const found = query.get(key);
    if (found === null) return [key, field.fallback];
    try {
      return [key, field.read(found)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, path: [key, ...problem.path] })));
      return [key, field.fallback];
    }
  });
  for (const key of new Set(query.keys())) {
    if (Object.hasOwn(fields, key)) continue;
    const suggestion = nearestWord(key, Object.keys(fields));
    const allowed = Object.keys(fields).join(', ');
    problems.push({ code: 'unknown-key', path: [], found: key.slice(0, 60), allowed, suggestion });
  }
  return { state: Object.fromEntries(state) as S, problems };
}

/** The query of a state: what is as it would be without it is left out. */
export function writeFields<S>(fields: Fields<S>, state: S): URLSearchParams {
  const query = new URLSearchParams();
  for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
    const written = field.write(state[key as keyof S]);
    if (written !== field.write(field.fallback)) query.set(key, written);
  }
  return query;
}
