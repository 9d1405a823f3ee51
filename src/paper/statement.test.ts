import { expect, test } from 'vitest';
import { printsAs } from './statement.ts';

test.each([
  [1.404, '1.4', true],
  [1.45, '1.4', false],
  [1.35, '1.4', true],
  [1.349, '1.4', false],
  [2.538, '2.5', true],
  [2.56, '2.5', false],
  [82.3, '80', true],
  [84.9, '80', true],
  [85, '80', false],
  [74.9, '80', false],
  [79.2, '80', true],
  [81, '81', true],
  [82.3, '81', false],
  [1049, '1000', true],
  [0.0042, '0.004', true],
])('%d printed as %s: %s', (value, printed, is) => {
  expect(printsAs(value, printed)).toBe(is);
});
