import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from './input-error.ts';

describe('describeProblem', () => {
  const problem = { code: 'out-of-range', path: ['layers', 0, 'kernel'], allowed: 'a whole number' } as const;

  it('says where, what and what is allowed', () => {
    expect(
      describeProblem({ ...problem, found: 0, file: 'net.yaml', position: { line: 4, column: 12 } }),
    ).toBe('net.yaml:4:12: layers[0].kernel: found 0; allowed: a whole number');
  });

  it('does without a file', () => {
    expect(describeProblem({ code: 'not-allowed', path: ['--pes'], found: 'x', allowed: 'a number' })).toBe(
      '--pes: found "x"; allowed: a number',
    );
  });

  it.each([
    [Number.NaN, 'NaN'],
    [null, 'null'],
    ['a\nb', '"a\\nb"'],
    [[1, [2, { a: 'x' }]], '[1, [2, {"a": "x"}]]'],
    [[[[[[1]]]]], '[[[[...]]]]'],
    [10n, '10'],
    [[{ toString: null }], '[{"toString": null}]'],
    ['x'.repeat(100), `"${'x'.repeat(56)}...`],
    [Array(1000).fill(1), `[${'1, '.repeat(18)}1,...`],
  ])('shows %o in short', (found, shown) => {
    expect(describeProblem({ ...problem, path: [], found })).toBe(`found ${shown}; allowed: a whole number`);
  });

  it('shows a value that contains itself', () => {
    const found: unknown[] = [];
    found.push(found);
    expect(describeProblem({ ...problem, path: [], found })).toContain('found [[[[...]]]];');
  });
});

describe('InputError', () => {
  it('has a line for each problem', () => {
    const missing = { code: 'missing', allowed: 'text' } as const;
    const error = new InputError({ ...missing, path: ['a'] }, { ...missing, path: ['b'] });
    expect(error.message).toBe('a: missing; allowed: text\nb: missing; allowed: text');
  });
});
