import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packText, unpackText } from './packed-text.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 500 });

test('a text comes back, from characters that an address takes as they are', () => {
  fc.assert(
    fc.property(text, (before) => {
      const characters = packText(before);
      expect(characters).toMatch(/^[\w-]*$/);
      expect(String(new URLSearchParams({ a: characters }))).toBe(`a=${characters}`);
      expect(unpackText(characters, 10_000)).toBe(before);
    }),
  );
});

test('a little that unpacks to very much gets no more room than there is', () => {
  const bomb = packText('x'.repeat(5_000_000));
  expect(bomb.length).toBeLessThan(10_000);
  let length = 0;
  try {
    ({ length } = unpackText(bomb, 1000));
  } catch {}
  expect(length).toBeLessThanOrEqual(1000);
});
