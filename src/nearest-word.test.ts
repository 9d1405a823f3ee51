import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest-word.ts';

describe('nearestWord', () => {
  const keys = ['alexnet', 'name', 'type', 'input', 'filters', 'kernel', 'stride', 'pad', 'groups'];

  it.each([
    ['kernl', 'kernel'],
    ['tpye', 'type'],
    ['Groups', 'groups'],
    ['filter', 'filters'],
    ['kernel_size', 'kernel'],
    ['padding', 'pad'],
    ['inp', 'input'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearestWord(word, keys)).toBe(meant);
  });

  it.each(['bias', 'lenet', 'x', '', '__proto__', 'kernel'.repeat(20)])('takes %j for nothing', (word) => {
    expect(nearestWord(word, keys)).toBeUndefined();
  });

  it('has nothing to choose from in an empty list', () => {
    expect(nearestWord('name', [])).toBeUndefined();
  });
});
