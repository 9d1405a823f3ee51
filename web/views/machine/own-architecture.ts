import { InputError } from '../../../src/input-error.ts';
import type { Architecture } from '../../../src/loopnest/architecture.ts';
import { formatArchitecture, parseArchitecture } from '../../../src/loopnest/files/architecture-file.ts';
import { readTimeloop } from '../../../src/loopnest/timeloop/reading.ts';
import { partsOf, type TimeloopFile } from '../../../src/loopnest/timeloop/timeloop-file.ts';
import { packText, unpackText } from '../../url/packed-text.ts';

/** The most bytes of the text of an architecture; one of the most levels, with comments, has fewer. */
const MOST_BYTES = 60_000;

/** What messages call the text. */
const FILE = 'architecture.yaml';

/** An architecture of one's own, as it was read. */
export interface OwnArchitecture {
  readonly text: string;
  readonly name: string;
  /** What an address says for it. */
  readonly ref: string;
  /** What there is to know about how it was read. */
  readonly notes: readonly string[];
}

/** @throws InputError with line and column, if the text is none of an architecture. */
export const ownArchitecture = (text: string): Architecture => parseArchitecture(text, FILE);

/**
 * Reads the text of an architecture.
 *
 * @throws InputError with line and column, if it is none, or is too long for an address.
 */
export function readArchitecture(text: string): OwnArchitecture {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MOST_BYTES) {
    const allowed = `at most ${MOST_BYTES} bytes on this page; the command rowhouse takes more`;
    throw new InputError({ code: 'out-of-range', path: [], found: `${bytes} bytes`, allowed, file: FILE });
  }
  return { text, name: ownArchitecture(text).name, ref: `~${packText(text)}`, notes: [] };
}

/**
 * Reads files: one of Rowhouse, or those of Timeloop that have an architecture.
 *
 * @throws InputError with file, line and column, if they have none.
 */
export function openArchitecture(files: readonly TimeloopFile[]): OwnArchitecture {
  const [first] = files;
  if (first === undefined) throw new InputError({ code: 'missing', path: ['file'], allowed: 'a file' });
  if (files.length === 1 && !isTimeloop(first)) {
    // Its name in messages is the file's
    parseArchitecture(first.text, first.file);
    return readArchitecture(first.text);
  }
  const { architecture, notes } = readTimeloop(files);
  if (architecture !== undefined) return { ...readArchitecture(formatArchitecture(architecture)), notes };
  const found = files.map(({ file }) => file).join(', ');
  const allowed = 'a file of Timeloop with an architecture, and its ERT beside it; or one of Rowhouse';
  throw new InputError({ code: 'not-allowed', path: [], found, allowed });
}

/** By the keys at its top, or by a template, which no file of Rowhouse has. */
const isTimeloop = (file: TimeloopFile): boolean =>
  /^[ \t]*\{[{%]/m.test(file.text) ||
  keysOf(file).some((key) => ['architecture', 'arch', 'ERT', 'problem', 'mapping'].includes(key));

function keysOf(file: TimeloopFile): readonly string[] {
  try {
    return partsOf([file]).map(({ key }) => key);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/**
 * The text that an address has for an architecture.
 *
 * @throws InputError if it is damaged.
 */
export function unpackArchitecture(ref: string): string {
  try {
    return unpackText(ref.slice(1), MOST_BYTES);
  } catch {
    throw new InputError({
      code: 'syntax',
      path: ['arch'],
      found: 'the architecture in the link is damaged, or the link was cut off',
      allowed: 'the whole link, or the file again',
    });
  }
}
