import { expect, test } from 'vitest';
import { readDocument } from '../../docs/markdown.testing.ts';
import { ARRAY_FIELDS } from './array/fields.ts';
import { COMPARE_FIELDS } from './compare/fields.ts';
import { MACHINE_FIELDS } from './machine/fields.ts';
import { WHY_NOT_FIELDS } from './why-not/fields.ts';

const keysIn = (view: string): readonly string[] => {
  const row = readDocument('docs/explorer.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${view} `) && line.includes('`'))!;
  return [...row.matchAll(/`(\w+)`/g)].map(([, key]) => key!);
};

test.each([
  ['Compare', COMPARE_FIELDS],
  ['The array', ARRAY_FIELDS],
  ['Any machine', MACHINE_FIELDS],
])('the document names all keys of %s', (view, fields) => {
  expect([...keysIn(view)].sort()).toEqual(Object.keys(fields).sort());
});

test('the document names what Why not? has that Compare has not', () => {
  const { open, by, ...others } = COMPARE_FIELDS;
  const own = Object.keys(WHY_NOT_FIELDS).filter((key) => !Object.hasOwn(others, key));
  expect(keysIn('Why not?').filter((key) => key !== 'open' && key !== 'by')).toEqual(own);
});
