/** Texts to break a reader of files with, and what must hold for each. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { describeProblem, InputError, type Problem } from './input-error.ts';

export type Reader = (text: string, file: string) => unknown;

/** The problems that a reader finds in a text, one line each; none if it takes the text. */
export function problemLines(read: Reader, text: string, file = 'file.yaml'): string[] {
  return problemsIn(read, text, file).map(describeProblem);
}

/** Checks that a reader takes a text or throws what it should, and nothing else. */
export function expectResultOrProblems(read: Reader, text: string) {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const problem of problemsIn(read, text, 'file.yaml')) {
    const { code, path, allowed, file, position } = problem;
    expect(code).toMatch(/^[a-z-]+$/);
    expect(path).toBeInstanceOf(Array);
    expect(allowed).toBeTypeOf('string');
    expect(file).toBe('file.yaml');
    const line = lines[position!.line - 1];
    expect(line).toBeDefined();
    expect(position!.column).toBeGreaterThanOrEqual(1);
    expect(position!.column).toBeLessThanOrEqual(line!.length + 1);
    expect(describeProblem(problem)).not.toContain('\n');
  }
}

function problemsIn(read: Reader, text: string, file: string): readonly Problem[] {
  try {
    read(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems).not.toHaveLength(0);
    return error.problems;
  }
}

/** Any text, texts of characters that mean something in YAML, JSON values, and valid texts with a few flaws. */
export function anyText(...valid: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc
      .tuple(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'))
      .map(([value, indent]) => JSON.stringify(value, null, indent)),
    { arbitrary: flawed(fc.constantFrom(...valid)), weight: 5 },
  );
}

const PIECES = [
  ...'{}[],:-?&*!|>\'"%@`#~\\/ \n\t\r01.eax\0\uFEFF\u2028',
  '\n  ',
  ': ',
  '- ',
  '---\n',
  '...\n',
  '&a ',
  '*a',
  '<<: ',
  '!!set ',
  '!!binary ',
  '!x ',
  '.nan',
  '.inf',
  '1e400',
  '0x10',
  'null',
  '__proto__',
  'constructor',
  'name',
  'layers',
  'type',
  '%YAML 1.1\n',
  '"\\ud800"',
  "''",
  '[[[[',
  '}}',
];

/** A text with some stretches of it cut out, doubled, or replaced. */
function flawed(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const flaw = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 12 }),
    put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }), fc.constant(undefined)),
  });
  return fc.tuple(text, fc.array(flaw, { minLength: 1, maxLength: 3 })).map(([whole, flaws]) =>
    flaws.reduce((rest, { at, length, put }) => {
      const start = Math.floor(at * rest.length);
      const cut = rest.slice(start, start + length);
      return rest.slice(0, start) + (put ?? cut + cut) + rest.slice(start + length);
    }, whole),
  );
}
