import { InputError, type Problem } from '../input-error.ts';
import { printable } from '../report/format.ts';

/** The longest time that a flag gives, in seconds: longer ones are no limits. */
const MOST_SECONDS = 1_000_000;

/**
 * Seconds that a flag gives; parts of one are allowed.
 *
 * @throws InputError if it is no number above 0, or a larger one than anyone waits.
 */
export function secondsOf(flag: string, text: string): number {
  const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= MOST_SECONDS) return value;
  const allowed = `seconds: a number above 0, up to ${MOST_SECONDS}`;
  throw new InputError({ code: 'out-of-range', path: [flag], found: text, allowed });
}

/** Does what may find fault with something that a flag names, and tells where in it: `--constraints mine levels.GLB`. */
export function afterFlag<R>(flag: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem) => ({ ...problem, path: after(flag, problem.path) })),
    );
  }
}

const after = (flag: string, [first, ...rest]: Problem['path']): Problem['path'] =>
  first === undefined ? [flag] : [`${flag} ${first}`, ...rest];

/** Says on standard error what there is to know. */
export function tellNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`rowhouse: ${printable(note)}\n`);
}
