import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { readClasses, readLabels } from './labels.ts';

function failureOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

describe('labels', () => {
  it.each([
    ['cat\ndog', ['cat', 'dog']],
    ['cat\ndog\n', ['cat', 'dog']],
    ['\uFEFFcat\r\ndog\r\n', ['cat', 'dog']],
    ['tench, Tinca tinca\n \n\né', ['tench, Tinca tinca', ' ', '', 'é']],
    ['', []],
    ['\n', ['']],
  ])('are the lines of %j', (text, labels) => {
    expect(readLabels(text, 'x', labels.length)).toEqual(labels);
  });

  it('come back, whatever they are', () => {
    const label = fc.string().map((text) => text.replaceAll(/[\r\n\uFEFF]/g, '-'));
    fc.assert(
      fc.property(fc.array(label), fc.constantFrom('\n', '\r\n'), (labels, end) => {
        const text = labels.map((one) => one + end).join('');
        expect(readLabels(text, 'x', labels.length)).toEqual(labels);
      }),
    );
  });

  it.each([
    ['a\nb\n', 3, 2],
    ['a\nb\n\n', 2, 3],
    ['', 1, 0],
  ])('are as many as classes: %j', (text, classes, found) => {
    expect(failureOf(() => readLabels(text, 'x', classes))).toBe(
      `x: lines: found ${found}; allowed: ${classes} lines: one label a line, as many as the network has classes`,
    );
  });
});

describe('true classes', () => {
  const of = (text: string, images: number, labels: readonly string[] | null = null) =>
    readClasses(text, 'x', { images, classes: 10, labels });

  it('are numbers from 0', () => {
    expect(of('0\n9\r\n007\n', 3)).toEqual([0, 9, 7]);
  });

  const ANIMALS = ['cat', 'dog', 'crane', 'cow ', 'ox', 'crane', 'hen', 'pig', 'ant', 'bee'];

  it('are labels', () => {
    expect(of('dog\n cow\nbee', 3, ANIMALS)).toEqual([1, 3, 9]);
    expect(of('1\n3\n9', 3, ANIMALS)).toEqual([1, 3, 9]);
  });

  it('are labels if all are, though labels be numbers', () => {
    const fromOne = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];
    expect(of('1\n10\n2', 3, fromOne)).toEqual([0, 9, 1]);
    expect(of('1\n0\n2', 3, fromOne)).toEqual([1, 0, 2]);
  });

  it('come back as numbers and as labels', () => {
    const classes = fc.array(fc.nat(9), { minLength: 1 });
    const labels = ['a', 'b', '0', '1', 'c', 'd', 'e', 'f', 'g', 'h'];
    fc.assert(
      fc.property(classes, (truth) => {
        expect(of(truth.join('\n'), truth.length)).toEqual(truth);
        expect(of(truth.map((one) => labels[one]).join('\n'), truth.length, labels)).toEqual(truth);
      }),
    );
  });

  it.each([
    ['1\n2\n', 3, null, ['x: lines: found 2; allowed: 3 lines: one class a line, as many as images']],
    [
      '1\n10\n-1\n',
      3,
      null,
      [
        'x:2:1: found "10"; allowed: a class: a whole number from 0 to 9',
        'x:3:1: found "-1"; allowed: a class: a whole number from 0 to 9',
      ],
    ],
    ['cat\n', 1, null, ['x:1:1: found "cat"; allowed: a class: a whole number from 0 to 9']],
    ['cat\nDgo\n', 2, ANIMALS, ['x:2:1: found "Dgo" (did you mean dog?); allowed: one of the labels']],
    ['cat\n1\n', 2, ANIMALS, ['x:2:1: found "1"; allowed: one of the labels']],
    ['1\ncat\n', 2, ANIMALS, ['x:2:1: found "cat"; allowed: a class: a whole number from 0 to 9']],
    [
      'crane\n',
      1,
      ANIMALS,
      ['x:1:1: found "crane"; allowed: a label of one class only: give numbers from 0'],
    ],
    ['\n', 1, ANIMALS, [expect.stringMatching(/^x:1:1: found ""/)]],
  ])('are told if they are none: %j', (text, images, labels, messages) => {
    expect(failureOf(() => of(text, images, labels))?.split('\n')).toEqual(messages);
  });

  it('are told as a hundred problems at most', () => {
    const failure = failureOf(() => of('x\n'.repeat(1000), 1000));
    expect(failure?.split('\n')).toHaveLength(100);
  });

  it('are told soon, however many are none of many labels', () => {
    const labels = Array.from({ length: 1000 }, (_, i) => `label number ${i}`);
    const lines = Array.from({ length: 50_000 }, (_, i) => `lable nubmer ${i}`);
    const known = { images: lines.length, classes: labels.length, labels };
    const failure = failureOf(() => readClasses(lines.join('\n'), 'x', known));
    expect(failure?.split('\n')[7]).toContain('did you mean label number 7?');
  });
});
