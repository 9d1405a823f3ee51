import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../input-error.ts';

/** What the operating system says, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'this is a folder, not a file',
  ENOTDIR: 'a part of this path is not a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'the links lead in a circle',
};

/** Why a file could not be read or written. */
export const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string => REASONS[code] ?? message;

const WRITABLE = 'a file that can be written';
const FOLDER = 'a folder that can be written to';

/** Larger files are no descriptions that someone wrote, and would take the parser minutes. */
const LARGEST_TEXT = 8 * 1024 * 1024;

/** Larger files are no feature maps that a layer could take. */
const LARGEST_BYTES = 2 ** 31;

/**
 * The bytes of a file that a flag names.
 *
 * @throws InputError if it cannot be read or has over 2 GiB.
 */
export function readBytes(flag: string, file: string): Uint8Array {
  const unreadable = (found: string, allowed: string) =>
    new InputError({ code: 'unreadable', path: [flag], found: `${file}: ${found}`, allowed });
  try {
    const { size } = statSync(file);
    if (size > LARGEST_BYTES) throw unreadable(`${size} bytes`, `at most ${LARGEST_BYTES} bytes`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(reasonOf(error as Error), 'a file that can be read');
  }
}

/**
 * The text of a file.
 *
 * @throws InputError if it cannot be read, is not UTF-8 or has over 8 MiB.
 */
export function readText(file: string): string {
  const unreadable = (found: string, allowed: string) =>
    new InputError({ code: 'unreadable', path: [], found, allowed, file });
  let bytes: Uint8Array;
  try {
    const { size } = statSync(file);
    if (size > LARGEST_TEXT) throw unreadable(`${size} bytes`, `at most ${LARGEST_TEXT} bytes`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(reasonOf(error as Error), 'a file that can be read');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('not text', 'text in UTF-8');
  }
}

/**
 * Checks before long work that its result has a place to go to, as far as one can tell without writing.
 *
 * @throws InputError under the flag's name, if it has not.
 */
export function checkPlace(flag: string, file: string): void {
  if (file === '')
    throw new InputError({ code: 'not-allowed', path: [flag], found: file, allowed: WRITABLE });
  orUnwritable(flag, file, WRITABLE, () => {
    const folder = dirname(file);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Error(`there is no folder ${folder}`);
    }
    if (file.endsWith('/') || statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Error(REASONS.EISDIR);
    }
    const place = placeOf(file);
    accessSync(place === undefined ? file : dirname(place), constants.W_OK);
  });
}

/**
 * Writes a file whole or not at all: aside first, then renamed. What is there and no file, such as a device or a pipe, is
 * written to as it is.
 *
 * @throws InputError under the flag's name, if it cannot be written.
 */
export function writeWhole(flag: string, file: string, content: string | Uint8Array): void {
  orUnwritable(flag, file, WRITABLE, () => {
    const place = placeOf(file);
    if (place === undefined) return writeFileSync(file, content);
    const aside = join(dirname(place), `.rowhouse-${process.pid}.part`);
    try {
      writeFileSync(aside, content);
      renameSync(aside, place);
    } finally {
      rmSync(aside, { force: true });
    }
  });
}

/**
 * Checks before long work that its files, by their names, have a folder to go to: one that is there, or that can be made
 * in one that is.
 *
 * @throws InputError under the flag's name, if they have not.
 */
export function checkFolder(flag: string, folder: string, names: readonly string[]): void {
  if (folder === '') {
    throw new InputError({ code: 'not-allowed', path: [flag], found: folder, allowed: FOLDER });
  }
  orUnwritable(flag, folder, FOLDER, () => {
    const there = statSync(folder, { throwIfNoEntry: false });
    if (there && !there.isDirectory()) throw new Error('this is no folder');
    if (!there && lstatSync(folder, { throwIfNoEntry: false })) throw new Error('this link leads nowhere');
    const parent = dirname(folder);
    if (!there && !statSync(parent, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Error(`there is no folder ${parent}`);
    }
    accessSync(there ? folder : parent, constants.W_OK);
    for (const name of names) placeIn(folder, name);
  });
}

/**
 * Writes files into a folder, which is made where there is none: all of them aside first, then renamed.
 *
 * @throws InputError under the flag's name, if they cannot be written.
 */
export function writeFolder(
  flag: string,
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): void {
  orUnwritable(flag, folder, FOLDER, () => {
    if (!existsSync(folder)) return writeNewFolder(folder, files);
    const moves = [...files].map(([name, content], i) => {
      const place = placeIn(folder, name);
      return { place, aside: join(dirname(place), `.rowhouse-${process.pid}-${i}.part`), content };
    });
    try {
      for (const { aside, content } of moves) writeFileSync(aside, content);
      for (const { aside, place } of moves) renameSync(aside, place);
    } finally {
      for (const { aside } of moves) rmSync(aside, { force: true });
    }
  });
}

function placeIn(folder: string, name: string): string {
  const place = placeOf(join(folder, name));
  if (place === undefined) throw new Error(`${name} is there and no file`);
  return place;
}

function writeNewFolder(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const aside = join(dirname(folder), `.rowhouse-${process.pid}.part`);
  try {
    mkdirSync(aside);
    for (const [name, content] of files) writeFileSync(join(aside, name), content);
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Where a file is or will be, behind links; undefined where something is that is no file and must stay. */
function placeOf(file: string): string | undefined {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there === undefined) return file;
  return there.isFile() ? realpathSync(file) : undefined;
}

function orUnwritable(flag: string, place: string, allowed: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    const found = `${place}: ${reasonOf(error as Error)}`;
    throw new InputError({ code: 'unreadable', path: [flag], found, allowed });
  }
}
