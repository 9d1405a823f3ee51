import { InputError, MOST_PROBLEMS, type Problem } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';

/** The most labels among which a misspelt one is looked for. */
const MOST_SUGGESTED = 2000;

/** Lines of a text, the last of which need not end; a byte order mark is none of it. */
function linesOf(text: string): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/**
 * The names of a network's classes, which a file has one a line, in the order of its scores.
 *
 * @param file the file's name, for messages
 * @throws InputError if there are not as many as `classes`.
 */
export function readLabels(text: string, file: string, classes: number): readonly string[] {
  const labels = linesOf(text);
  checkCount(labels, classes, 'one label a line, as many as the network has classes', file);
  return labels;
}

function checkCount(lines: readonly string[], expected: number, what: string, file: string): void {
  if (lines.length === expected) return;
  const allowed = `${expected} lines: ${what}`;
  throw new InputError({ code: 'does-not-fit', path: ['lines'], found: lines.length, allowed, file });
}

/** What images there are, and what they may show. */
export interface KnownClasses {
  readonly images: number;
  readonly classes: number;
  /** Null where classes have no names. */
  readonly labels: readonly string[] | null;
}

/**
 * The true classes of images, which a file has one a line, in the order of the images: either as labels, if all lines are
 * some, or as numbers from 0.
 *
 * @param file the file's name, for messages
 * @throws InputError with the line of each problem, if there are not as many as images, or if one is no class or a label of
 * several.
 */
export function readClasses(text: string, file: string, known: KnownClasses): readonly number[] {
  const lines = linesOf(text).map((line) => line.trim());
  checkCount(lines, known.images, 'one class a line, as many as images', file);
  const { labels, classes } = known;
  const isLabels = labels !== null && (lines.every(isOneOf(labels)) || !isNumber(lines[0] ?? ''));
  const classOf = isLabels ? classOfLabel(labels) : classOfNumber(classes);
  const found: number[] = [];
  const problems: Problem[] = [];
  for (const [i, line] of lines.entries()) {
    const each = classOf(line);
    if (typeof each === 'number') found.push(each);
    else problems.push({ ...each, file, position: { line: i + 1, column: 1 } });
    if (problems.length === MOST_PROBLEMS) break; // To look for what was meant takes its time
  }
  if (problems.length > 0) throw new InputError(...problems);
  return found;
}

const isNumber = (line: string): boolean => /^\d+$/.test(line);

function isOneOf(labels: readonly string[]): (line: string) => boolean {
  const names = new Set(labels.map((label) => label.trim()));
  return (line) => names.has(line);
}

/** A class, or what is wrong with it. */
type ClassOf = (line: string) => number | Problem;

const noClass = (found: string, allowed: string, suggestion?: string): Problem => {
  return { code: 'not-allowed', path: [], found, allowed, suggestion };
};

const classOfNumber =
  (classes: number): ClassOf =>
  (line) =>
    isNumber(line) && Number(line) < classes
      ? Number(line)
      : noClass(line, `a class: a whole number from 0 to ${classes - 1}`);

function classOfLabel(labels: readonly string[]): ClassOf {
  const names = labels.map((label) => label.trim());
  const first = new Map(names.map((name, i) => [name, i] as const).toReversed());
  const last = new Map(names.map((name, i) => [name, i] as const));
  return (line) => {
    const found = first.get(line);
    if (found === undefined) {
      return noClass(line, 'one of the labels', nearestWord(line, names.slice(0, MOST_SUGGESTED)));
    }
    return found === last.get(line) ? found : noClass(line, 'a label of one class only: give numbers from 0');
  };
}
