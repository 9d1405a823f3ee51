import { expect, test } from 'vitest';
import {
  alike,
  howMany,
  inMillions,
  kilobytes,
  listed,
  printable,
  shareText,
  threeDigits,
  upToThreeDigits,
} from './format.ts';

test('numbers in a column have the same decimals: three digits of the smallest, five of the largest', () => {
  expect([6.75, 18.82, 0].map(alike([6.75, 18.82, 0]))).toEqual(['6.75', '18.82', '0']);
  expect([0.0123, 250, 1].map(alike([0.0123, 250, 1]))).toEqual(['0.01', '250.00', '1.00']);
  expect([120, 9000].map(alike([120, 9000]))).toEqual(['120', '9000']);
  expect([0.00123].map(alike([0.00123]))).toEqual(['0.0012']);
  expect([0.001, 123].map(alike([0.001, 123]))).toEqual(['<0.01', '123.00']);
  expect([0, 0].map(alike([0, 0]))).toEqual(['0', '0']);
  expect([].map(alike([]))).toEqual([]);
});

test('a number by itself', () => {
  expect([0, 0.0123, 4.2, 12.345, 123.4, 12345].map(threeDigits)).toEqual([
    '0',
    '0.0123',
    '4.20',
    '12.3',
    '123',
    '12345',
  ]);
});

test('a factor without zeros that say nothing', () => {
  expect([0, 1, 0.01234, 4.2, 12.345, 128].map(upToThreeDigits)).toEqual([
    '0',
    '1',
    '0.0123',
    '4.2',
    '12.3',
    '128',
  ]);
});

test('large numbers', () => {
  expect([0, 950, 105_415_200, 3.86e9, 2e12, 4e18].map(inMillions)).toEqual([
    '0',
    '950',
    '105M',
    '3.86G',
    '2T',
    '4.0e18',
  ]);
  expect([212, 99_999, 4.123e12].map(howMany)).toEqual(['212', '99999', '4.1e12']);
  expect([0, 512, 1536, 131_072, 170_500].map(kilobytes)).toEqual(['0', '0.5', '1.5', '128', '167']);
});

test('a share of the whole is all of it only where nothing is missing', () => {
  expect([0, 12.38, 99.94, 99.999, 100].map(shareText)).toEqual(['0.0', '12.3', '99.9', '99.9', '100']);
});

test('lists', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

test('what could steer a terminal or break XML is replaced', () => {
  expect(printable('a\u001b[31m\u0000\u202e\ud800\ufffe – ü 漢 👍')).toBe('a�[31m���� – ü 漢 👍');
});
