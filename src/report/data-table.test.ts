import { expect, test } from 'vitest';
import { columnsOf, dataTable } from './data-table.ts';

interface Row {
  readonly name: string;
  readonly size: { readonly bytes: number; readonly isOdd: boolean } | null;
}
const always = columnsOf((row: Row) => row);
const sized = columnsOf(({ size }: Row) => size);

test('a table has a line per row, with nothing where a row lacks what a column is about', () => {
  const columns = [
    always.text('name', 'what it is called', ({ name }) => name),
    sized.whole('bytes', 'bytes', 'how large it is', ({ bytes }) => bytes),
    sized.number('log', 'bits', 'its logarithm', ({ bytes }) => Math.log2(bytes)),
    sized.boolean('odd', 'whether it is odd', ({ isOdd }) => isOdd),
  ];
  const rows = [
    { name: '', size: { bytes: 2, isOdd: false } },
    { name: 'b', size: null },
  ];
  expect(dataTable(columns, rows)).toEqual({
    columns: [
      { name: 'name', unit: '', meaning: 'what it is called', type: 'text' },
      { name: 'bytes', unit: 'bytes', meaning: 'how large it is', type: 'whole' },
      { name: 'log', unit: 'bits', meaning: 'its logarithm', type: 'number' },
      { name: 'odd', unit: '', meaning: 'whether it is odd', type: 'boolean' },
    ],
    lines: [
      ['', 2, 1, false],
      ['b', null, null, null],
    ],
  });
});
