import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectFilesOf, readParquet } from './data-table.testing.ts';
import type { ColumnType, DataTable, Value } from './data-table.ts';
import { tableParquet } from './parquet.ts';

const MOST = Number.MAX_SAFE_INTEGER;

/** What a column may hold. Not −0, which CSV has no sign for. */
const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<Value>>> = {
  text: fc.oneof(
    fc.constantFrom('', 'null', '0', 'a,b', '"', '\r\n', '\0', 'µm² × 2', '🙂'),
    // The reader takes a byte order mark at the beginning away
    fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('\uFEFF')),
    fc.string({ minLength: 1000, maxLength: 2000 }),
  ),
  whole: fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 53 - 1, -MOST), fc.maxSafeInteger()).map(positive),
  number: fc
    .oneof(
      fc.constantFrom(0, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, 1e21),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    .map(positive),
  boolean: fc.boolean(),
};

function positive(value: number): number {
  return value + 0;
}

const cell = (type: ColumnType) => fc.option(VALUES[type], { freq: 4 });

/** Columns of every type, several of each, over some lines or none. */
const table = (): fc.Arbitrary<DataTable> =>
  fc
    .array(fc.constantFrom<ColumnType>('text', 'whole', 'number', 'boolean'), { minLength: 1, maxLength: 6 })
    .chain((types) => {
      const columns = types.map((type, c) => ({ name: `c${c}`, unit: '"µ"', meaning: 'é, \n', type }));
      return fc
        .array(fc.tuple(...types.map(cell)), { maxLength: 40 })
        .map((lines): DataTable => ({ columns, lines }));
    });

describe('files of a table', () => {
  it('give back every cell, whatever it holds', async () => {
    await fc.assert(fc.asyncProperty(table(), expectFilesOf), { numRuns: 300 });
  });

  it('have thousands of lines', async () => {
    const columns = [
      { name: 'n', unit: 'ones', meaning: 'a count', type: 'whole' },
      { name: 'text', unit: '', meaning: 'some have none', type: 'text' },
    ] as const;
    const lines = Array.from({ length: 5000 }, (_, i) => [i, i % 3 === 0 ? null : `layer ${i % 7}`]);
    await expectFilesOf({ columns, lines });
  });

  it('tell nothing from empty text', async () => {
    const columns = [{ name: 'text', unit: '', meaning: 'a text', type: 'text' }] as const;
    const { lines } = await readParquet(await tableParquet({ columns, lines: [[''], [null]] }));
    expect(lines).toEqual([{ text: '' }, { text: null }]);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])('cannot have %d for a whole number', async (value) => {
    const columns = [{ name: 'n', unit: 'ones', meaning: 'a count', type: 'whole' }] as const;
    await expect(tableParquet({ columns, lines: [[value]] })).rejects.toThrow(RangeError);
  });
});
