import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount, choice, type Field, flag, optional, readFields, text, whole, writeFields } from './field.ts';

const FIELDS = {
  batch: whole(16, 1, 1000),
  cost: amount(200),
  rf: optional(whole(512, 0, 4096)),
  objective: choice(['energy', 'delay'], 'energy'),
  zoomed: flag(false),
  net: text('alexnet'),
};

const state = fc.record({
  batch: fc.integer({ min: 1, max: 1000 }),
  cost: fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0),
  rf: fc.option(fc.integer({ min: 0, max: 4096 }), { nil: undefined }),
  objective: fc.constantFrom('energy' as const, 'delay' as const),
  zoomed: fc.boolean(),
  net: fc.string({ maxLength: 200, unit: 'grapheme' }).filter((value) => value.length <= 200),
});

test('what is written is read again, through the text of an address', () => {
  fc.assert(
    fc.property(state, (before) => {
      const address = String(writeFields(FIELDS, before));
      expect(readFields(FIELDS, new URLSearchParams(address))).toEqual({ state: before, problems: [] });
    }),
  );
});

test('a state of fallbacks has no address', () => {
  const { state: fallbacks } = readFields(FIELDS, new URLSearchParams());
  expect(String(writeFields(FIELDS, fallbacks))).toBe('');
});

test('whatever an address says, there is a state, and problems name what is wrong', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (address) => {
      const { state: read, problems } = readFields(FIELDS, new URLSearchParams(address));
      expect(readFields(FIELDS, writeFields(FIELDS, read)).problems).toEqual([]);
      for (const problem of problems) expect(problem.allowed).not.toBe('');
    }),
  );
});

test.each<[Field<unknown>, string, string]>([
  [FIELDS.batch, '0', 'a whole number from 1 to 1000'],
  [FIELDS.batch, '1e2', 'a whole number from 1 to 1000'],
  [FIELDS.cost, '-1', 'a number from 0 to 1e12'],
  [FIELDS.cost, '', 'a number from 0 to 1e12'],
  [FIELDS.objective, 'delai', 'energy, delay'],
  [FIELDS.zoomed, 'yes', '0, 1'],
])('refuses what is no value (%#)', (field, found, allowed) => {
  expect(() => field.read(found)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ found, allowed })] }),
  );
});

test('a misspelt key and a bad value are told, the rest is read', () => {
  const { state: read, problems } = readFields(FIELDS, new URLSearchParams('bach=4&cost=dear&batch=8'));
  expect(read).toMatchObject({ batch: 8, cost: 200 });
  expect(problems).toMatchObject([
    { code: 'not-allowed', path: ['cost'], found: 'dear' },
    { code: 'unknown-key', found: 'bach', suggestion: 'batch' },
  ]);
});
