/** What the readers of Timeloop's files have in common. */

import { z } from 'zod';
import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { withoutInclude } from '../../layer/neighbours/timeloop-known.ts';
import { checked } from '../../schema.ts';
import { readYaml } from '../../yaml-file.ts';
import { isReserved } from '../files/parts.ts';
import { TENSORS, type Tensor } from '../problem.ts';

/** A file of Timeloop. */
export interface TimeloopFile {
  /** Its name, for messages. */
  readonly file: string;
  readonly text: string;
}

/**
 * Makes something of the value that a file has.
 *
 * @throws InputError with file, line and column, if the text is not YAML or not of this form, or if `make` throws one whose
 * paths begin at the root of the file.
 */
export const readPart = <T, R>(
  { file, text }: TimeloopFile,
  schema: z.ZodType<T>,
  make: (value: T) => R,
): R => readYaml(withoutInclude(text, file), file, schema, make);

/** A key at the top of a file. */
export interface Part {
  readonly file: TimeloopFile;
  readonly key: string;
}

/**
 * The keys at the top of files.
 *
 * @throws InputError with file, line and column, if one is not a mapping.
 */
export const partsOf = (files: readonly TimeloopFile[]): Part[] =>
  ofEach(files, (file) =>
    readPart(file, z.unknown(), (value) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return Object.keys(value).map((key) => ({ file, key }));
      }
      const allowed = 'a mapping with architecture, ERT, problem or mapping, as a file of Timeloop';
      throw new InputError({ code: 'wrong-type', path: [], found: value, allowed });
    }),
  ).flat();

/**
 * The one part that has one of these keys.
 *
 * @throws InputError with file, line and column, if a second one has.
 */
export function partIn(parts: readonly Part[], ...keys: readonly string[]): Part | undefined {
  const [first, second] = parts.filter(({ key }) => keys.includes(key));
  if (first === undefined || second === undefined) return first;
  const allowed = `one ${keys.join(' or ')}, which ${first.file.file} has already`;
  return failAt(second.file, { code: 'not-allowed', path: [second.key], found: second.key, allowed });
}

/** Throws a problem whose path begins at the root of a file, with its place. */
export const failAt = (file: TimeloopFile, problem: Problem): never =>
  readPart(file, z.unknown(), () => {
    throw new InputError(problem);
  });

/** The tensors of a problem by what Timeloop's file calls its data spaces. */
export type DataSpaceNames = ReadonlyMap<string, Tensor>;

/** What data spaces are called in Timeloop's own files, and in those that Rowhouse writes. */
export const DATA_SPACES: Readonly<Record<Tensor, string>> = {
  weights: 'Weights',
  inputs: 'Inputs',
  outputs: 'Outputs',
};

/** The tensors by the names of {@link DATA_SPACES}. */
export const USUAL_NAMES: DataSpaceNames = new Map(TENSORS.map((tensor) => [DATA_SPACES[tensor], tensor]));

/** The name of a component without its range, `PE` for `PE[0..255]`, and how many instances of it there are. */
export interface ComponentName {
  readonly name: string;
  readonly count: number;
}

/**
 * The parts of a name such as `PE[0..255]`.
 *
 * @throws InputError at `path` if brackets hold no range.
 */
export function componentName(text: string, path: Problem['path']): ComponentName {
  const [, name = '', range] = /^([^[\]]*)(\[.*)?$/s.exec(text) ?? [];
  const [, first, last] = /^\[([0-9]{1,9})\.\.([0-9]{1,9})\]$/.exec(range ?? '[0..0]') ?? [];
  const count = Number(last) - Number(first) + 1;
  if (/^\P{Cc}+$/u.test(name) && count >= 1) return { name, count };
  const allowed = 'a name of printable characters, or one with a range of instances, such as PE[0..255]';
  throw new InputError({ code: 'not-allowed', path, found: text, allowed });
}

/** Whether results have something else by the name of a level. */
export const isTaken = (name: string): boolean =>
  isReserved(name) || name === 'MAC' || name.endsWith(' network');

/** The most instances below one of the level above, along one axis. */
export const WIDEST_FANOUT = 1e6;

/** More words are not listed in a message. */
const MOST_LISTED = 20;

/** Words of a file, for a message. */
export const listed = (words: Iterable<string>): string => {
  const [...all] = words;
  const some = all.slice(0, MOST_LISTED).map((word) => (/\p{Cc}/u.test(word) ? JSON.stringify(word) : word));
  return [...some, ...(all.length > MOST_LISTED ? ['…'] : [])].join(', ') || 'none';
};

/**
 * What is made of each item.
 *
 * @throws InputError with the problems of all items.
 */
export function ofEach<T, R>(items: readonly T[], make: (item: T, i: number) => R): R[] {
  const problems: Problem[] = [];
  const made = items.flatMap((item, i) => {
    try {
      return [make(item, i)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  return made;
}

/**
 * What a schema makes of a part of a file.
 *
 * @param path where the part stands
 * @throws InputError with one problem per mistake; paths begin at the root of the file.
 */
export function checkedAt<T>(schema: z.ZodType<T>, value: unknown, path: Problem['path']): T {
  try {
    return checked(schema, value);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem): Problem => ({ ...problem, path: [...path, ...problem.path] })),
    );
  }
}

/** Throws the problems, if there are any. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
}
