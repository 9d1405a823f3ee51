/** Where in a file something stands: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * What is wrong with an input, as data. `path` leads to the value (`['layers', 0, 'kernel']`, or a flag such as
 * `['--pes']`), `found` is what stands there and `allowed` says what may. Text is made of it by
 * {@link describeProblem} and nowhere else.
 */
export interface Problem {
  readonly code:
    | 'missing'
    | 'unknown-key'
    | 'wrong-type'
    | 'out-of-range'
    | 'not-allowed'
    | 'does-not-fit'
    | 'syntax'
    | 'unreadable';
  readonly path: readonly (string | number)[];
  readonly found?: unknown;
  readonly allowed: string;
  /** The nearest allowed word, where `found` looks misspelt. */
  readonly suggestion?: string | undefined;
  readonly file?: string | undefined;
  readonly position?: Position | undefined;
}

/** Problems beyond these are not told: an input with so many has one cause. */
export const MOST_PROBLEMS = 100;

/** Thrown by everything that takes a user's input: the problems it has, at least one. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly Problem[];

  constructor(...problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/**
 * One line for one problem: `net.yaml:4:12: layers[0].kernel: found 0; allowed: a whole number from 1 to
 * 1000000`.
 */
export function describeProblem(problem: Problem): string {
  const { file, position, path, allowed, suggestion } = problem;
  const place = [file, position?.line, position?.column].filter((part) => part !== undefined).join(':');
  const where = path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i > 0 ? `.${key}` : key))
    .join('');
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
  const statement = [place, where, whatIsWrong(problem)].filter((part) => part !== '').join(': ');
  return `${statement}${hint}${allowed && `; allowed: ${allowed}`}`;
}

function whatIsWrong({ code, path, found }: Problem): string {
  switch (code) {
    case 'missing':
      return path.length === 0 ? 'empty' : 'missing';
    case 'unknown-key':
      return `unknown key ${show(found)}`;
    case 'syntax':
    case 'unreadable':
      return String(found);
    default:
      return `found ${show(found)}`;
  }
}

/** A value in at most 60 characters, however large it is: `[3, {"a": "x"}]`. */
function show(value: unknown, levels = 3): string {
  const isCollection = typeof value === 'object' && value !== null;
  const text = isCollection ? showCollection(value, levels) : showPlain(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const showPlain = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value);

function showCollection(value: object, levels: number): string {
  const isList = Array.isArray(value);
  const parts = Object.entries(value)
    .slice(0, 30)
    .map(
      ([key, part]) =>
        (isList ? '' : `${JSON.stringify(key)}: `) + (levels > 0 ? show(part, levels - 1) : '...'),
    );
  return isList ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
}
