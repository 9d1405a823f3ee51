import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, InputError } from '../input-error.ts';
import { parseTensor } from './tensor-file.ts';

const SHAPE = [1, 2, 2, 2];
const WORDS = [0, -1, 2, -3, 4, 5, 127, -128];

/** Written by NumPy 2.4: WORDS as int16. */
const BY_NUMPY = Buffer.from(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAP//AgD9/wQABQB/AID/',
  'base64',
);

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const headerOf = (descr: string, shape: readonly number[], fortran = false): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.map((size) => `${size},`).join(' ')}), }`;

function npy(header: string, data: Uint8Array | number[] = [], version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const line = `${header.padEnd(128 - 9 - lengthBytes)}\n`;
  const length = [line.length & 255, line.length >> 8, 0, 0].slice(0, lengthBytes);
  return Uint8Array.from([0x93, ...text('NUMPY'), version, 0, ...length, ...text(line), ...data]);
}

function dataOf(bytes: number, put: (view: DataView, at: number, value: number) => void, values = WORDS) {
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, i) => {
    put(view, i * bytes, value);
  });
  return new Uint8Array(view.buffer);
}

function failureOf(bytes: Uint8Array, expected: readonly number[] = SHAPE): string | undefined {
  try {
    parseTensor(bytes, 'ifmap', expected);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems).toHaveLength(1);
    return describeProblem(error.problems[0]!);
  }
}

describe('a NumPy file', () => {
  it('is read as NumPy writes it', () => {
    expect(parseTensor(BY_NUMPY, 'ifmap.npy', SHAPE)).toEqual(Int16Array.from(WORDS));
  });

  const types: [string, number, (view: DataView, at: number, value: number, little: boolean) => void][] = [
    ['i1', 1, (view, at, value) => view.setInt8(at, value)],
    ['i2', 2, (view, at, value, little) => view.setInt16(at, value, little)],
    ['i4', 4, (view, at, value, little) => view.setInt32(at, value, little)],
    ['i8', 8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
    ['u1', 1, (view, at, value) => view.setUint8(at, Math.abs(value))],
    ['u2', 2, (view, at, value, little) => view.setUint16(at, Math.abs(value), little)],
    ['u4', 4, (view, at, value, little) => view.setUint32(at, Math.abs(value), little)],
    ['u8', 8, (view, at, value, little) => view.setBigUint64(at, BigInt(Math.abs(value)), little)],
    ['f4', 4, (view, at, value, little) => view.setFloat32(at, value, little)],
    ['f8', 8, (view, at, value, little) => view.setFloat64(at, value, little)],
  ];
  const cases = types.flatMap(([type, bytes, put]) =>
    ['<', '>'].flatMap((order) => [1, 2, 3].map((version) => ({ type, bytes, put, order, version }))),
  );

  it.each(cases)('may be of $order$type, version $version', ({ type, bytes, put, order, version }) => {
    const data = dataOf(bytes, (view, at, value) => put(view, at, value, order === '<'));
    const words = type.startsWith('u') ? WORDS.map(Math.abs) : WORDS;
    const file = npy(headerOf(order + type, SHAPE), data, version);
    expect([...parseTensor(file, 'ifmap.npy', SHAPE)]).toEqual(words);
  });

  it.each([
    [0x0000, 0],
    [0x8000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x6bff, 4094],
    [0x77ff, 32752],
    [0xf800, -32768],
  ])('may be of 16-bit floating point: %d is %d', (bits, value) => {
    const file = npy(headerOf('>f2', [1]), [bits >> 8, bits & 255]);
    expect([...parseTensor(file, 'ifmap.npy', [1])]).toEqual([value]);
  });

  it.each([
    [0x0001, '5.960464477539063e-8'],
    [0x3555, '0.333251953125'],
    [0x7800, '32768'],
    [0x7c00, 'Infinity'],
    [0xfc00, '-Infinity'],
    [0x7e00, 'NaN'],
  ])('is told where 16-bit floating point is no word: %d', (bits, found) => {
    const file = npy(headerOf('>f2', [1]), [bits >> 8, bits & 255]);
    expect(failureOf(file, [1])).toBe(
      `ifmap: [0]: found ${found}; allowed: a whole number from -32768 to 32767`,
    );
  });

  it('may be in Fortran order', () => {
    const sizes = [2, 3, 4, 5];
    const index = (n: number, c: number, y: number, x: number) => 1000 * n + 100 * c + 10 * y + x;
    const values: number[] = [];
    const rows: number[] = [];
    for (let x = 0; x < 5; x++)
      for (let y = 0; y < 4; y++)
        for (let c = 0; c < 3; c++) for (let n = 0; n < 2; n++) values.push(index(n, c, y, x));
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 4; y++) for (let x = 0; x < 5; x++) rows.push(index(n, c, y, x));
    const data = dataOf(2, (view, at, value) => view.setInt16(at, value, true), values);
    expect([...parseTensor(npy(headerOf('<i2', sizes, true), data), 'ifmap.npy', sizes)]).toEqual(rows);
  });

  it.each([[[1, 2, 2, 2]], [[2, 2, 2]], [[8]]])('may have the shape %j', (shape) => {
    const file = npy(
      headerOf('|i1', shape),
      WORDS.map((value) => value & 255),
    );
    expect([...parseTensor(file, 'ifmap.npy', SHAPE)]).toEqual(WORDS);
  });

  it.each([
    ['{"shape": (8,), "fortran_order": False, "descr": "|i1"}'],
    ["{ 'descr' : '|i1' ,'fortran_order':False,\t'shape':( 8 , ) , }  "],
  ])('may have the header %s', (header) => {
    expect([...parseTensor(npy(header, [1, 2, 3, 4, 5, 6, 7, 8]), 'ifmap.npy', [8])]).toHaveLength(8);
  });

  const header = headerOf('<i2', SHAPE);
  const data = dataOf(2, (view, at, value) => view.setInt16(at, value, true));
  const of = (from: string, to: string) => npy(header.replace(from, to), data);
  const unknownHeader =
    /^ifmap: header: "\{.*"; allowed: \{'descr': '…', 'fortran_order': …, 'shape': \(…\)\}/;

  it.each([
    ['no version', npy(header, data, 0), 'ifmap: version: found 0; allowed: 1, 2 or 3'],
    ['a new version', npy(header, data, 4), 'ifmap: version: found 4; allowed: 1, 2 or 3'],
    [
      'an end in the magic string',
      BY_NUMPY.subarray(0, 5),
      /^ifmap: no format that is known; allowed: a \.npy/,
    ],
    ['an end before the header', BY_NUMPY.subarray(0, 9), 'ifmap: header: the file ends before it'],
    ['an end in the header', BY_NUMPY.subarray(0, 50), 'ifmap: header: the file ends within it'],
    [
      'an end in the data',
      BY_NUMPY.subarray(0, -1),
      'ifmap: data: 15 bytes; allowed: 16 bytes, 8 values of 2',
    ],
    ['data behind', npy(header, [...data, 0]), 'ifmap: data: 17 bytes; allowed: 16 bytes, 8 values of 2'],
    ['no header', npy('', data), /^ifmap: header: " *"; allowed/],
    ['fields', of("'<i2'", "[('a', '<i2')]"), unknownHeader],
    ['no order', of("'fortran_order': False, ", ''), unknownHeader],
    ['a key more', of(', }', ", 'more': 'x'}"), unknownHeader],
    ['a key twice', of("'fortran_order': False", "'descr': '<i2'"), unknownHeader],
    ['a text as shape', of('(1, 2, 2, 2,)', "'1'"), unknownHeader],
    [
      'an unknown type',
      of('<i2', '<c8'),
      /^ifmap: descr: found "<c8"; allowed: < or > and one of i1, u1, i2/,
    ],
    ['the writer\u2019s order', of('<i2', '=i2'), /^ifmap: descr: found "=i2"/],
    ['no order of bytes', of('<i2', '|i2'), /^ifmap: descr: found "\|i2"/],
    ['Python objects', of('<i2', '|O'), /^ifmap: descr: found "\|O"/],
    ['a size below 0', of('(1,', '(-1,'), /^ifmap: shape: found "\(-1, 2, 2, 2,\)"; allowed: whole numbers/],
    ['a size that is no number', of('(1,', '(1.5,'), /^ifmap: shape: found/],
    ['no tuple', of('(1, 2, 2, 2,)', '(8)'), /^ifmap: shape: found "\(8\)"/],
    ['no dimensions', of('(1, 2, 2, 2,)', '()'), /^ifmap: shape: found \[\]; allowed: \[1, 2, 2, 2\]/],
    ['a size of 0', of('(1,', '(0,'), /^ifmap: shape: found \[0, 2, 2, 2\]; allowed/],
    ['a huge size', of('(1,', `(${'9'.repeat(400)},`), /^ifmap: shape: found \[Infinity, 2, 2, 2\]; allowed/],
    [
      'another shape',
      of('(1, 2, 2, 2,)', '(99999999999, 1)'),
      'ifmap: shape: found [99999999999, 1]; allowed: [1, 2, 2, 2] or [2, 2, 2] or [8]',
    ],
    [
      'a long header',
      Uint8Array.from([0x93, ...text('NUMPY'), 2, 0, 255, 255, 255, 255, ...text(header)]),
      'ifmap: header: 4294967295 bytes; allowed: at most 10000 bytes',
    ],
  ])('is told: %s', (_, file, message) => {
    const failure = failureOf(file);
    if (typeof message === 'string') expect(failure).toBe(message);
    else expect(failure).toMatch(message);
  });

  it.each([
    ['C', false, '[0][1][0][1]'],
    ['Fortran', true, '[0][0][1][1]'],
  ])('is told where the first value is that is no word, in %s order', (_, fortran, index) => {
    const values = [0, 1, 2, 3, 4, 40000, 0.5, 7];
    const file = (shape: number[]) =>
      npy(
        headerOf('<f8', shape, fortran),
        dataOf(8, (view, at, value) => view.setFloat64(at, value, true), values),
      );
    const found = fortran ? 0.5 : 40000;
    const message = `ifmap: ${index}: found ${found}; allowed: a whole number from -32768 to 32767`;
    expect(failureOf(file(SHAPE))).toBe(message);
    expect(failureOf(file([2, 2, 2]))).toBe(message);
  });

  it('is told of a value exactly, however large', () => {
    const file = npy(
      headerOf('<u8', [1]),
      dataOf(8, (view, at) => view.setBigUint64(at, 18446744073709551615n, true), [0]),
    );
    expect(failureOf(file, [1])).toMatch(/^ifmap: \[0\]: found 18446744073709551615;/);
  });
});

describe('a JSON file', () => {
  it.each([
    ['[[[[0, -1], [2, -3]], [[4, 5], [127, -128]]]]'],
    ['[[[0, -1], [2, -3]], [[4, 5], [127, -128]]]'],
    ['[0,-1,2,-3,4,5,127,-128]'],
    ['\uFEFF \r\n[0.0,\t-1e0,20E-1,-3.00,4,5,1.27e+2,-128\n]\n'],
  ])('is read: %s', (content) => {
    expect([...parseTensor(text(content), 'ifmap.json', SHAPE)]).toEqual(WORDS);
  });

  it('may have the least and the largest word, and a zero below 0', () => {
    expect(parseTensor(text('[-32768, 32767, -0]'), 'ifmap.json', [3])).toEqual(
      Int16Array.of(-32768, 32767, 0),
    );
  });

  const word = 'allowed: a whole number from -32768 to 32767';
  const items = 'allowed: numbers and lists of them';

  it.each([
    ['', /^ifmap: empty; allowed: a \.npy file of NumPy, or a JSON list of numbers$/],
    ['{"values": [1]}', /^ifmap: no format that is known; allowed/],
    ['PK\u0003\u0004', /^ifmap: a ZIP archive, such as \.npz; allowed/],
    ['[0,1', 'ifmap:1:5: the file ends within a list; allowed: , or ]'],
    ['[0,1,]', 'ifmap:1:6: found "]"; allowed: a number or a list'],
    ['[,]', 'ifmap:1:2: found ","; allowed: a number or a list'],
    ['[1 2]', 'ifmap:1:4: found "2"; allowed: , or ]'],
    ['[1] [2]', 'ifmap:1:5: found "["; allowed: nothing more'],
    ['[0,', 'ifmap:1:4: the file ends within a list; allowed: a number or a list'],
    ['[[1,2],[3', 'ifmap:1:10: the file ends within a list; allowed: , or ]'],
    ['[', 'ifmap:1:2: the file ends within a list; allowed: , or ]'],
    ['[1,\r\n {"a":2}]', 'ifmap:2:2: found "{"; allowed: a number or a list'],
    ['[1}', 'ifmap:1:3: found "}"; allowed: , or ]'],
    ['[é]', `ifmap:1:2: found "é"; ${items}`],
    ['[1,\u00a02]', `ifmap:1:4: found "\u00a02"; ${items}`],
    ['[1] // one', `ifmap:1:5: found "// one"; ${items}`],
    ['[1, /* two */ 2]', `ifmap:1:5: found "/* two */"; ${items}`],
    ['["1', `ifmap:1:2: found "\\"1"; ${items}`],
    [`[${'x'.repeat(1e5)}]`, `ifmap:1:2: found "${'x'.repeat(50)}"; ${items}`],
    ['[01]', 'ifmap:1:3: found "1"; allowed: , or ]'],
    ['[1.]', 'ifmap:1:2: found "1."; allowed: a digit'],
    ['[1e+]', 'ifmap:1:2: found "1e+"; allowed: a digit'],
    ['[0x10]', `ifmap:1:3: found "x10"; ${items}`],
    ['[+1]', `ifmap:1:2: found "+1"; ${items}`],
    ['['.repeat(100000), 'ifmap:1:65: more than 64 lists within each other'],
    ['[[1,2],[3]]', 'ifmap:1:10: [1]: a list of 1 beside one of 2'],
    ['[[[1],[2]],[[3],[]]]', 'ifmap:1:18: [1][1]: a list of 0 beside one of 1'],
    ['[[1],2]', 'ifmap:1:6: [1]: a number beside lists'],
    ['[[],2]', 'ifmap:1:5: [1]: a number beside lists'],
    ['[1,[2]]', 'ifmap:1:4: [1]: a list beside numbers'],
    ['[[1],[[2]]]', 'ifmap:1:7: [1][0]: a list beside numbers'],
    ['[]', 'ifmap: shape: found [0]; allowed: [1, 2, 2, 2] or [2, 2, 2] or [8]'],
    ['[[1,2,3],[4,5,0.5]]', 'ifmap: shape: found [2, 3]; allowed: [1, 2, 2, 2] or [2, 2, 2] or [8]'],
    ['[0,1,2,3,4,5,6,7,8]', 'ifmap: shape: found [9]; allowed: [1, 2, 2, 2] or [2, 2, 2] or [8]'],
    ['[0,1,2,\n3,4,32768,-32769,7]', `ifmap:2:5: [0][1][0][1]: found 32768; ${word}`],
    ['[0,1,2,3,4,5,6,1.5]', `ifmap:1:16: [0][1][1][1]: found 1.5; ${word}`],
    ['[NaN,1,2,3,4,5,6,7]', `ifmap:1:2: [0][0][0][0]: found NaN; ${word}`],
    ['[0,-Infinity,2,3,4,5,6,7]', `ifmap:1:4: [0][0][0][1]: found -Infinity; ${word}`],
    ['[0,1e400,2,3,4,5,6,7]', `ifmap:1:4: [0][0][0][1]: found Infinity; ${word}`],
    ['[0,1,null,3,4,5,6,7]', `ifmap:1:6: [0][0][1][0]: found null; ${word}`],
    ['[0,1,2,true,4,5,6,7]', `ifmap:1:8: [0][0][1][1]: found true; ${word}`],
    ['[0,1,2,3,\n "é",5,6,7]', `ifmap:2:2: [0][1][0][0]: found "é"; ${word}`],
    [`[0,1,2,3,4,5,6,${'9'.repeat(1000)}]`, `ifmap:1:16: [0][1][1][1]: found Infinity; ${word}`],
    ['[0,0.5,2,NaN,4,5,6,7]', `ifmap:1:4: [0][0][0][1]: found 0.5; ${word}`],
    ['[0,1,2,3,4,5,6,7,NaN]', `ifmap:1:18: found "NaN"; ${items}`],
    ['[NaNs]', `ifmap:1:2: found "NaNs"; ${items}`],
  ])('is told: %.40j', (content, message) => {
    const failure = failureOf(text(content));
    if (typeof message === 'string') expect(failure).toBe(message);
    else expect(failure).toMatch(message);
  });

  it('is told where it is not UTF-8', () => {
    expect(failureOf(Uint8Array.of(...text('[1,\n'), 0xff, ...text(']')))).toBe(
      `ifmap:2:1: found "\uFFFD"; ${items}`,
    );
  });

  it('is told if it is too long for a string', () => {
    expect(failureOf(new Uint8Array(500_000_001))).toMatch(
      /^ifmap: 500000001 bytes; allowed: .* of at most 500000000 bytes$/,
    );
  });

  it('of another shape takes no memory for the expected one', () => {
    expect(failureOf(text('[1]'), [1e6, 1e6, 1e6])).toBe(
      'ifmap: shape: found [1]; allowed: [1000000, 1000000, 1000000] or [1000000000000000000]',
    );
  });
});

describe('any tensor', () => {
  const tensor = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const words = fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: length, maxLength: length });
    return words.map((values) => ({ shape, values }));
  });
  const nested = (values: readonly unknown[], [size, ...rest]: readonly number[]): unknown => {
    if (rest.length === 0) return values;
    const each = values.length / size!;
    return Array.from({ length: size! }, (_, i) => nested(values.slice(i * each, (i + 1) * each), rest));
  };

  it('is the same in NumPy and JSON', () => {
    fc.assert(
      fc.property(tensor, fc.constantFrom(undefined, 1), ({ shape, values }, indent) => {
        const json = text(JSON.stringify(nested(values, shape), null, indent));
        const data = dataOf(4, (view, at, value) => view.setFloat32(at, value), values);
        expect([...parseTensor(json, 'ifmap', shape)]).toEqual(values);
        expect([...parseTensor(npy(headerOf('>f4', shape), data), 'ifmap', shape)]).toEqual(values);
      }),
    );
  });

  const SEEDS = [
    BY_NUMPY,
    npy(
      headerOf('<f8', SHAPE, true),
      dataOf(8, (view, at, value) => view.setFloat64(at, value, true)),
      3,
    ),
    text('[[[[0, -1], [2, -3]],\n [[4, 5.0], [127, -1.28e2]]]]'),
    text('[0,-1,2,-3,4,5,127,-128]'),
  ];
  const PIECES = [
    "'",
    '(',
    ')',
    ',',
    '-',
    '9999999999999',
    '[',
    ']',
    '{',
    '}',
    'e9',
    '\u0093',
    '\n',
    'True',
    "'descr': '<i2', ",
  ];
  const change = fc.record({
    at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true })),
    cut: fc.constantFrom(0, 1, 1, 2, 5, 1000),
    put: fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.constantFrom(...PIECES).map(text)),
  });

  it('is the right size or told as one problem, whatever was done to its file', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...SEEDS),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (seed, changes) => {
          const file = changes.reduce((bytes, { at, cut, put }) => {
            const start = Math.floor(at * bytes.length);
            return Uint8Array.from([...bytes.slice(0, start), ...put, ...bytes.slice(start + cut)]);
          }, Uint8Array.from(seed));
          const failure = failureOf(file);
          if (failure === undefined) {
            taken++;
            expect(parseTensor(file, 'ifmap', SHAPE)).toHaveLength(8);
          } else {
            expect(failure).toMatch(/^ifmap:/);
            expect(failure).not.toContain('\n');
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
