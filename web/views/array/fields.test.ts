import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EYERISS_CHIP } from '../../../src/chip/chip.ts';
import { readFields, writeFields } from '../../url/field.ts';
import { ARRAY_FIELDS, type ArrayState, nearest } from './fields.ts';
import { nameOf, numbersIn, numbersOf, WORD_TYPES, wordField, wordOf } from './words.ts';

const number = fc.integer({ min: -999_999, max: 999_999 });
const word = fc
  .tuple(
    fc.constantFrom(...WORD_TYPES.map(([type]) => type)),
    fc.array(number, { minLength: 4, maxLength: 4 }),
  )
  .map(([type, values]) =>
    wordOf(type, Object.fromEntries(numbersOf(type).map((name, i) => [name, values[i]!]))),
  );

const { rows, columns } = EYERISS_CHIP.array;
const place = fc.record({ row: fc.nat(rows - 1), column: fc.nat(columns - 1) });

test('a word and a PE come out of an address as they went in', () => {
  fc.assert(
    fc.property(word, fc.option(place, { nil: undefined }), (one, pe) => {
      const { state } = readFields(ARRAY_FIELDS, new URLSearchParams());
      const address = String(writeFields(ARRAY_FIELDS, { ...state, word: one, pe } as ArrayState));
      expect(readFields(ARRAY_FIELDS, new URLSearchParams(address))).toEqual({
        state: { ...state, word: one, pe },
        problems: [],
      });
      expect(wordOf(one.type, numbersIn(one))).toEqual(one);
      for (const value of Object.values(numbersIn(one))) expect(nameOf(one)).toContain(String(value));
    }),
  );
});

test('whatever stands for a word, a PE, a pass or a cycle, there is a state, and problems say what is wrong', () => {
  const damaged = word.chain((one) => {
    const text = wordField.write(one);
    return fc
      .tuple(fc.nat(text.length), fc.string({ maxLength: 2 }))
      .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1));
  });
  const any = fc.oneof(
    damaged,
    fc.string(),
    fc.constantFrom('1.', '.1', '12.0', '0.14', '-1.0', 'w.1.2.3', '1e9'),
  );
  fc.assert(
    fc.property(fc.constantFrom('word', 'pe', 'pass', 'cycle', 'batch'), any, (key, text) => {
      const { state, problems } = readFields(ARRAY_FIELDS, new URLSearchParams({ [key]: text }));
      expect(readFields(ARRAY_FIELDS, writeFields(ARRAY_FIELDS, state)).problems).toEqual([]);
      if (state.pe) expect(state.pe.row < rows && state.pe.column < columns).toBe(true);
      for (const { path, allowed } of problems) expect([path, allowed !== '']).toEqual([[key], true]);
    }),
    { numRuns: 500 },
  );
});

test('what is beyond the last is the last, and told', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 1e6 }), (found, count) => {
      const { value, problems } = nearest('pass', found, count);
      expect(value).toBe(Math.min(found, count - 1));
      expect(problems).toHaveLength(found < count ? 0 : 1);
    }),
  );
});
