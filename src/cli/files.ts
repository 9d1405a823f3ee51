import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  ENAMETOOLONG: 'the name is too long',
};

/**
 * The text of a file.
 *
 * @throws InputError if it cannot be read or is not UTF-8.
 */
export function readText(file: string): string {
  const bytes = orProblem(file, 'a file that can be read', () => readFileSync(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError({ code: 'unreadable', path: [], found: 'not text', allowed: 'text in UTF-8', file });
  }
}

/**
 * Writes a file whole or not at all: aside first, then renamed.
 *
 * @throws InputError if it cannot be written.
 */
export function writeWhole(file: string, content: string): void {
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    orProblem(file, 'a file that can be written', () => {
      writeFileSync(aside, content);
      renameSync(aside, file);
    });
  } finally {
    rmSync(aside, { force: true });
  }
}

function orProblem<T>(file: string, allowed: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new InputError({ code: 'unreadable', path: [], found: REASONS[code] ?? message, allowed, file });
  }
}
