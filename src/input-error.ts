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

/** Thrown by everything that takes a user's input: the problems it has, at least one. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly Problem[];

  constructor(...problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** One line for one problem: `net.yaml:4:12: layers[0].kernel: found 0; allowed: a whole number from 1 to 1000000`. */
export function describeProblem(problem: Problem): string {
  const { code, file, position, path, found, allowed, suggestion } = problem;
  const place = [file, position?.line, position?.column].filter((part) => part !== undefined).join(':');
  const where = path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i > 0 ? `.${key}` : key))
    .join('');
  const what =
    code === 'missing'
      ? 'missing'
      : code === 'unreadable' || code === 'syntax'
        ? String(found)
        : code === 'unknown-key'
          ? `unknown key ${show(found)}`
          : `found ${show(found)}`;
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
  return `${[place, where, what].filter((part) => part !== '').join(': ')}${hint}${allowed && `; allowed: ${allowed}`}`;
}

function show(value: unknown): string {
  const text = typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
