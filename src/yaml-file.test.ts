import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InputError } from './input-error.ts';
import { anyText, expectResultOrProblems, problemLines } from './reader.testing.ts';
import { formatYaml, readYaml } from './yaml-file.ts';

const anything = (text: string, file: string) => readYaml(text, file, z.unknown(), (value) => value);

describe('YAML', () => {
  it.each([
    ['', undefined],
    ['# nothing but a comment\n', undefined],
    ['a: 0x10', { a: 16 }],
    ['a: 3.0', { a: 3 }],
    ["a: '3'", { a: '3' }],
    ['a: .inf', { a: Number.POSITIVE_INFINITY }],
    ['1: one', { 1: 'one' }],
    ['a: &x [1]\nb: *x', { a: [1], b: [1] }],
    ['a: &x [1]\nb: [*x, &x 2, *x]', { a: [1], b: [[1], 2, 2] }],
    ['<<: {a: 1}', { '<<': { a: 1 } }],
    ['\uFEFFa: 1\r\n...\n', { a: 1 }],
  ])('reads %j', (text, value) => {
    expect(anything(text, 'file.yaml')).toEqual(value);
  });

  it('keeps __proto__ a key like any other', () => {
    const value = anything('__proto__: {polluted: 1}', 'file.yaml');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    ['a: [1,\n', '2:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['\uFEFFa: 1\na: 2', '2:1: a key that this mapping has already'],
    ['a: 1\n---\nb: 2', '2:1: more than one YAML document'],
    ['|- ...\n{---\n---\n', '3:1: more than one YAML document'],
    ['"\\ure:\n  b"', '1:2: Invalid escape sequence \\ure:'],
    ['a:\n\tb: 1', '2:1: Tabs are not allowed as indentation'],
    ['? [1]\n: 2', '1:3: a key that is not text'],
    ['a: !x 1', '1:4: Unresolved tag: !x'],
    ['a: !!set {b}', '1:4: Unresolved tag: tag:yaml.org,2002:set'],
    ['%YAML 1.1\n---\na: yes', '1:1: YAML 1.1, not 1.2'],
    ['a: *b', '1:4: no anchor &b above'],
    ['&a [*a]', '1:5: *a inside of what it stands for'],
    ['a: &a [*a]', '1:8: *a inside of what it stands for'],
    ['a: &b\n  c: [{ d: *b }]', '2:12: *b inside of what it stands for'],
    ['&a [&b [*a], *b]', '1:9: *a inside of what it stands for'],
    ['['.repeat(1e5), '1:100: more than 100 levels of nesting'],
    ['- '.repeat(1e5), '1:199: more than 100 levels of nesting'],
    [`a: &a 1\nb: [${'*a,'.repeat(1e4)}]`, '2:305: more than 100 aliases'],
    [bomb(9), '1:1: aliases of aliases that stand for too much'],
  ])('finds the flaw in %j', (text, line) => {
    expect(problemLines(anything, text)).toEqual([`file.yaml:${line}`]);
  });

  it('reads all JSON, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 4, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(anything(text, 'file.json') ?? null).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('problems with a value', () => {
  const word = z.enum(['open', 'closed']);
  const size = z.int().min(1).max(64);
  const pair = z.tuple([size, size]).meta({ title: '[width, height]' });
  const schema = z.strictObject({
    size: z.union([size, pair]).optional(),
    door: word.optional(),
    share: z.number().min(0).optional(),
    rooms: z.array(z.strictObject({ name: z.string().min(1) })),
  });
  const lines = (text: string) =>
    problemLines((...file) => readYaml(...file, schema, (value) => value), text);

  it.each([
    ['', '1:1: empty; allowed: a mapping with rooms'],
    ['[]', '1:1: found []; allowed: a mapping with rooms'],
    ['rooms: [a]', '1:9: rooms[0]: found "a"; allowed: a mapping with name'],
    ['rooms:', '1:7: rooms: found null; allowed: a list'],
    ['size: 1', '1:1: rooms: missing; allowed: a list'],
    [
      'rooms: []\ndor: open',
      '2:1: unknown key "dor" (did you mean door?); allowed: size, door, share, rooms',
    ],
    ['room: []', '1:1: unknown key "room" (did you mean rooms?); allowed: size, door, share, rooms'],
    ['rooms: []\n__proto__: {}', '2:1: unknown key "__proto__"; allowed: size, door, share, rooms'],
    ['rooms: []\ndoor: opne', '2:7: door: found "opne" (did you mean open?); allowed: open or closed'],
    ['rooms: []\ndoor: 3', '2:7: door: found 3; allowed: open or closed'],
    ['rooms: []\nshare: -1', '2:8: share: found -1; allowed: a number from 0'],
    ['rooms: []\nshare: .nan', '2:8: share: found NaN; allowed: a number from 0'],
    ['rooms: []\nshare: 1e400', '2:8: share: found Infinity; allowed: a number from 0'],
    ['rooms: []\nshare: "1"', '2:8: share: found "1"; allowed: a number from 0'],
    [
      'rooms: [{ name: "" }]',
      '1:17: rooms[0].name: found ""; allowed: text that is not empty (a number in quotes)',
    ],
    [
      'rooms: [{ name: 3 }]',
      '1:17: rooms[0].name: found 3; allowed: text that is not empty (a number in quotes)',
    ],
    ['rooms: [{}]', '1:9: rooms[0].name: missing; allowed: text that is not empty (a number in quotes)'],
    ['rooms: []\nsize: 0', '2:7: size: found 0; allowed: a whole number from 1 to 64'],
    ['rooms: []\nsize: x', '2:7: size: found "x"; allowed: a whole number from 1 to 64, or [width, height]'],
    [
      'rooms: []\nsize: [1, 2, x]',
      '2:7: size: found [1, 2, "x"]; allowed: a whole number from 1 to 64, or [width, height]',
    ],
    ['rooms: []\nsize: [1, 2.5]', '2:11: size[1]: found 2.5; allowed: a whole number from 1 to 64'],
    ['rooms: []\nsize: 1e20', '2:7: size: found 100000000000000000000; allowed: a whole number from 1 to 64'],
    [
      'size: &zero 0\nrooms: *zero',
      '1:13: size: found 0; allowed: a whole number from 1 to 64',
      '2:8: rooms: found 0; allowed: a list',
    ],
    [
      'a: &room { nam: x }\nrooms: [*room]',
      '1:1: unknown key "a"; allowed: size, door, share, rooms',
      '1:12: rooms[0]: unknown key "nam" (did you mean name?); allowed: name',
    ],
  ])('are told for %j', (text, ...expected) => {
    expect(lines(text)).toEqual(expected.map((line) => `file.yaml:${line}`));
  });

  it('are told in the order of the file', () => {
    expect(lines('share: x\nrooms: x\nsize: x').map((line) => line.split(':')[1])).toEqual(['1', '2', '3']);
  });

  it('are told up to a hundred', () => {
    const strangers = Array.from({ length: 10_000 }, (_, i) => `key${i}: 1`).join('\n');
    expect(lines(strangers)).toHaveLength(100);
    expect(lines(`rooms: [${'1, '.repeat(10_000)}]`)).toHaveLength(100);
  });

  it('that are found later have positions too', () => {
    const refuse = () => {
      throw new InputError({ code: 'not-allowed', path: ['rooms', 0, 'name'], found: 'x', allowed: 'y' });
    };
    const text = 'rooms:\n  - name: x\n';
    expect(problemLines((...file) => readYaml(...file, schema, refuse), text)).toEqual([
      'file.yaml:2:11: rooms[0].name: found "x"; allowed: y',
    ]);
  });

  it('are InputErrors with a position, whatever the text', () => {
    fc.assert(
      fc.property(anyText('size: 3\ndoor: open\nrooms:\n  - name: a\n  - { name: b }\n'), (text) => {
        expectResultOrProblems((...file) => readYaml(...file, schema, (value) => value), text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a value as YAML', () => {
  const schema = z.strictObject({
    width: z.int().describe('In metres.'),
    rooms: z.record(z.string(), z.unknown()).describe('By name.'),
  });

  it('explains the keys of the schema, and puts parts of what stands under others on a line each', () => {
    const rooms = {
      hall: { doors: ['front', 'back'], size: { x: 3, y: [4] } },
      bath: { size: { x: 1 } },
      attic: [1, 2],
      'a: b': {},
      empty: { size: {} },
      none: 0,
    };
    const text = formatYaml({ width: 3, rooms }, schema);
    expect(text).toBe(`width: 3 # In metres.
rooms:
  # By name.
  hall:
    doors: ["front", "back"]
    size: {x: 3, y: [4]}
  bath:
    size: {x: 1}
  attic: [1, 2]
  "a: b": {}
  empty:
    size: {}
  none: 0
`);
    expect(anything(text, 'file.yaml')).toEqual({ width: 3, rooms });
  });
});

/** Ten to the power of `levels`, in a few lines. */
function bomb(levels: number): string {
  const level = (i: number) =>
    `a${i}: &a${i} [${Array(10)
      .fill(i === 0 ? '1' : `*a${i - 1}`)
      .join(', ')}]\n`;
  return Array.from({ length: levels }, (_, i) => level(i)).join('');
}
