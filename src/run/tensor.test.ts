import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from '../input-error.ts';
import { npyOf } from '../tensor-file/npy.ts';
import { readFloats } from './tensor.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Written by NumPy 2.4: `np.array([[1, -2.5], [1e-3, 3e38]], '>f8', order='F')`. */
const BY_NUMPY = Uint8Array.from(
  Buffer.from(
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/8AAAAAAAAD9QYk3S8an8wAQAAAAAAABH7DY8vyHyig==',
    'base64',
  ),
);

function failureOf(file: Uint8Array): string | undefined {
  try {
    const { shape, values } = readFloats(file, 'x');
    expect(values).toHaveLength(shape.reduce((a, b) => a * b, 1));
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems).toHaveLength(1);
    return describeProblem(error.problems[0]!);
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

const tensor = shape.chain((sizes) => {
  const length = sizes.reduce((a, b) => a * b, 1);
  const value = fc.float({ noNaN: true, noDefaultInfinity: true });
  return fc
    .array(value, { minLength: length, maxLength: length })
    .map((values) => ({ shape: sizes, values: Float32Array.from(values) }));
});

const nested = (values: readonly number[], [size, ...rest]: readonly number[]): unknown => {
  if (rest.length === 0) return values;
  const each = values.length / size!;
  return Array.from({ length: size! }, (_, i) => nested(values.slice(i * each, (i + 1) * each), rest));
};

describe('a tensor of floats', () => {
  it('is read as NumPy writes it', () => {
    expect(readFloats(BY_NUMPY, 'x')).toEqual({
      shape: [2, 2],
      values: Float32Array.of(1, -2.5, 1e-3, 3e38),
    });
  });

  it('comes back from a NumPy file', () => {
    fc.assert(
      fc.property(tensor, (one) => {
        expect(readFloats(npyOf(one.values, one.shape), 'x')).toEqual(one);
      }),
    );
  });

  it('comes back from JSON, but for the sign of zero', () => {
    fc.assert(
      fc.property(tensor, fc.constantFrom(undefined, 1), (one, indent) => {
        const values = one.values.map((value) => value + 0);
        const json = JSON.stringify(nested([...values], one.shape), null, indent);
        expect(readFloats(text(json), 'x')).toEqual({ shape: one.shape, values });
      }),
    );
  });

  it('may have no values, or no dimensions', () => {
    const none = new Float32Array();
    expect(readFloats(text('[]'), 'x')).toEqual({ shape: [0], values: none });
    expect(readFloats(text('[[],[]]'), 'x')).toEqual({ shape: [2, 0], values: none });
    expect(readFloats(npyOf(none, [3, 0, 2]), 'x')).toEqual({ shape: [3, 0, 2], values: none });
    expect(readFloats(npyOf(Float32Array.of(7), []), 'x')).toEqual({ shape: [], values: Float32Array.of(7) });
  });

  it('may be of words', () => {
    const file = npyOf(Int16Array.of(1, -2, 32767, -32768), [2, 2]);
    expect(readFloats(file, 'x').values).toEqual(Float32Array.of(1, -2, 32767, -32768));
  });
});

const float = 'a finite number, at most 3.4e38 as 32-bit floating point';

describe('a file without a tensor of floats', () => {
  it.each([
    [new Uint8Array(), 'x: empty; allowed: a .npy file of NumPy, or a JSON list of numbers'],
    [
      text('PK\u0003\u0004'),
      'x: a ZIP archive, such as .npz; allowed: a .npy file of NumPy, or a JSON list of numbers',
    ],
    [text('{}'), 'x: no format that is known; allowed: a .npy file of NumPy, or a JSON list of numbers'],
    [text('[[1, 2],\n [3, NaN]]'), `x:2:6: [1][1]: found NaN; allowed: ${float}`],
    [text('[[[-Infinity]]]'), `x:1:4: [0][0][0]: found -Infinity; allowed: ${float}`],
    [text('[1, 1e39]'), `x:1:5: [1]: found 1e+39; allowed: ${float}`],
    [text('[1, "2"]'), `x:1:5: [1]: found "2"; allowed: ${float}`],
    [text('[1, [2]]'), 'x:1:5: [1]: a list beside numbers'],
    [
      text(`[1,${' '.repeat(3e7)}2]`),
      'x: more than 100000 bytes without a comma or bracket; allowed: a .npy file of NumPy, or a JSON list of numbers',
    ],
    [text('[1, 2'), 'x:1:6: the file ends within a list; allowed: , or ]'],
    [
      npyOf(Float32Array.of(1, 2, 3, Number.NaN, 5, 6), [3, 1, 2]),
      `x: [1][0][1]: found NaN; allowed: ${float}`,
    ],
    [npyOf(Float32Array.of(1, Number.NEGATIVE_INFINITY), [2]), `x: [1]: found -Infinity; allowed: ${float}`],
    [npyOf(Float32Array.of(1, 2), [2]).subarray(0, -1), 'x: data: 7 bytes; allowed: 8 bytes, 2 values of 4'],
    [
      npyOf(Float32Array.of(1), [1e15, 1e3]),
      'x: data: 4 bytes; allowed: 4000000000000000000 bytes, 1000000000000000000 values of 4',
    ],
  ])('is told', (file, message) => {
    expect(failureOf(file)).toBe(message);
  });

  const change = fc.record({
    at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.2, noNaN: true })),
    cut: fc.constantFrom(0, 1, 1, 2, 5, 1000),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom('9'.repeat(400), 'NaN', '[', ']', ',', '()', "'", '1e39', '0, ').map(text),
    ),
  });

  it('is told as one problem, whatever was done to it', () => {
    const seeds = [BY_NUMPY, npyOf(Float32Array.of(1, 2, 3, 4), [4, 1]), text('[[1.5, -2], [3e7,\n 0]]')];
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (seed, changes) => {
          const file = changes.reduce((bytes, { at, cut, put }) => {
            const start = Math.floor(at * bytes.length);
            return Uint8Array.from([...bytes.slice(0, start), ...put, ...bytes.slice(start + cut)]);
          }, seed);
          const failure = failureOf(file);
          if (failure === undefined) taken++;
          else expect(failure).toMatch(/^x[^\n]+$/);
        },
      ),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});
