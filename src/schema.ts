import { z } from 'zod';
import { InputError, MOST_PROBLEMS, type Problem } from './input-error.ts';
import { nearestWord } from './nearest-word.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;
type Path = Problem['path'];

/**
 * What a schema makes of a value from outside, defaults filled in.
 *
 * @throws InputError with one problem per mistake; paths begin at `value`.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { error: allowedAt });
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MOST_PROBLEMS);
  const problems = issues.flatMap((issue) => problemsOf(issue, [], value)).slice(0, MOST_PROBLEMS);
  throw new InputError(...withoutEchoes(problems));
}

/** What Zod is to keep as an issue's message: what is allowed where the issue arose. */
function allowedAt(issue: RawIssue): string {
  const words = wordsFor(issue);
  if (words.length > 0) return list(words, 'or');
  const { schema } = issue;
  if (issue.code === 'unrecognized_keys' && schema instanceof z.ZodObject) return keysOf(schema).join(', ');
  return schema === undefined ? '' : allowedBy(schema);
}

/** The words that an issue says one of is needed, if it says that. */
function wordsFor(issue: Issue | RawIssue): readonly unknown[] {
  if (issue.code === 'invalid_value') return issue.values;
  return issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)
    ? issue.options
    : [];
}

/**
 * What a schema allows, in words: `a whole number from 1 to 64`. A `title` in its metadata goes first:
 * `[vertical, horizontal]` for a pair.
 */
function allowedBy(schema: z.core.$ZodType): string {
  const title = z.globalRegistry.get(schema)?.title;
  if (title !== undefined) return title;
  if (schema instanceof z.ZodNumber) return numberAllowedBy(schema);
  if (schema instanceof z.ZodString) return 'text that is not empty (a number in quotes)';
  if (schema instanceof z.ZodDiscriminatedUnion) return `a mapping with ${schema.def.discriminator}`;
  if (schema instanceof z.ZodUnion) return schema.options.map(allowedBy).join(', or ');
  if (schema instanceof z.ZodObject) return objectAllowedBy(schema);
  if (schema instanceof z.ZodArray) {
    const element = z.globalRegistry.get(schema.element)?.title;
    return element === undefined ? 'a list' : `a list of ${element}`;
  }
  return `a ${schema._zod.def.type}`;
}

function objectAllowedBy(schema: z.ZodObject): string {
  const keys = keysOf(schema);
  const required = keys.filter((key) => !z.safeParse(schema.shape[key]!, undefined).success);
  return `a mapping with ${required.length > 0 ? list(required, 'and') : list(keys, 'or')}`;
}

function numberAllowedBy({ format, minValue, maxValue }: z.ZodNumber): string {
  const bound = (word: string, value: number | null) => (Number.isFinite(value) ? ` ${word} ${value}` : '');
  const kind = format === 'safeint' ? 'a whole number' : 'a number';
  return kind + bound('from', minValue) + bound('to', maxValue);
}

const keysOf = (schema: z.ZodObject): string[] => Object.keys(schema.shape);

function list(values: readonly unknown[], conjunction: 'and' | 'or'): string {
  const words = values.map(String);
  const last = words.pop() ?? '';
  return words.length > 0 ? `${words.join(', ')} ${conjunction} ${last}` : last;
}

function problemsOf(issue: Issue, base: Path, value: unknown): Problem[] {
  const path = [...base, ...(issue.path as Path)];
  const found = valueAt(value, path);
  const allowed = issue.message;
  if (issue.code === 'unrecognized_keys') {
    const vacant = allowed.split(', ').filter((key) => !Object.hasOwn(found as object, key));
    return issue.keys.map((key) => {
      return { code: 'unknown-key', path, found: key, allowed, suggestion: nearestWord(key, vacant) };
    });
  }
  const branch = issue.code === 'invalid_union' ? likeliest(issue.errors) : undefined;
  if (branch) return branch.flatMap((one) => problemsOf(one, path, value));
  const words = wordsFor(issue).map(String);
  const suggestion = typeof found === 'string' ? nearestWord(found, words) : undefined;
  return [{ code: codeOf(issue, found), path, found, allowed, suggestion }];
}

/** The branch of a union that a value was meant for: the one that has nothing against it but against its parts. */
function likeliest(branches: readonly Issue[][]): Issue[] | undefined {
  return branches.find((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0));
}

function codeOf(issue: Issue, found: unknown): Problem['code'] {
  if (found === undefined) return 'missing';
  switch (issue.code) {
    case 'invalid_type':
      return typeof found === 'number' && /^(int|number)$/.test(issue.expected)
        ? 'out-of-range'
        : 'wrong-type';
    case 'too_small':
    case 'too_big':
      return Array.isArray(found) ? 'wrong-type' : 'out-of-range';
    case 'invalid_union': {
      const codes = issue.errors.flat().map((one) => codeOf(one, found));
      return codes.find((code) => code === 'out-of-range') ?? codes[0] ?? 'not-allowed';
    }
    default:
      return 'not-allowed';
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}

/**
 * One problem per mistake: a value that is wrong is not so a second time or in its parts, and a key that is missing
 * because it is misspelt is not missing.
 */
function withoutEchoes(problems: readonly Problem[]): Problem[] {
  const told: Problem[] = [];
  for (const problem of problems.toSorted((a, b) => a.path.length - b.path.length)) {
    const isEcho = told.some(({ code, path, suggestion }) =>
      code === 'unknown-key'
        ? problem.code === 'missing' && isWithin([...path, suggestion], problem.path)
        : problem.code !== 'unknown-key' && isWithin(path, problem.path),
    );
    if (!isEcho) told.push(problem);
  }
  return told;
}

const isWithin = (outer: readonly unknown[], path: Path): boolean => outer.every((key, i) => key === path[i]);
