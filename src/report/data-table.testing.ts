/** Readers of the files that are made of tables, and what must come back. */

import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect } from 'vitest';
import { tableCsv } from './csv.ts';
import type { DataTable, Value } from './data-table.ts';
import { PARQUET_COLUMNS_KEY, PARQUET_TYPES, tableParquet } from './parquet.ts';

/** Fields of each line, read character by character as RFC 4180 has it. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  let [field, quoted] = ['', false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (c === '"') {
      quoted = true;
    } else if (c === ',' || c === '\n') {
      lines.at(-1)!.push(field);
      field = '';
      if (c === '\n') lines.push([]);
    } else {
      field += c;
    }
  }
  expect(quoted, 'a quote is open at the end').toBe(false);
  return lines.slice(0, -1);
}

type Cell = Value | bigint;

/** Metadata and lines of a Parquet file. */
export async function readParquet(
  bytes: Uint8Array,
): Promise<{ metadata: FileMetaData; lines: readonly Readonly<Record<string, Cell>>[] }> {
  const file = new Uint8Array(bytes).buffer;
  return { metadata: parquetMetadata(file), lines: await parquetReadObjects({ file }) };
}

/** Checks that a table has what its columns say, and that its files give back every cell. */
export async function expectFilesOf(table: DataTable): Promise<void> {
  const { columns, lines } = table;
  for (const line of lines) {
    expect(line).toHaveLength(columns.length);
    line.forEach((value, c) => {
      expect(isOfType(value, columns[c]!.type), `${columns[c]!.name}: ${value}`).toBe(true);
    });
  }
  const names = columns.map(({ name }) => name);
  const texts = lines.map((line) => line.map((value) => (value === null ? '' : String(value))));
  expect(readCsv(tableCsv(table))).toEqual([names, ...texts]);

  const bytes = await tableParquet(table);
  const { metadata, lines: read } = await readParquet(bytes);
  expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(names);
  expect(metadata.schema.slice(1).map(typeOf)).toEqual(columns.map(({ type }) => PARQUET_TYPES[type]));
  expect(Number(metadata.num_rows)).toBe(lines.length);
  expect(read.map((line) => names.map((name) => line[name]))).toEqual(
    lines.map((line) => line.map((value, c) => (columns[c]!.type === 'whole' ? asBigInt(value) : value))),
  );
  const [about] = metadata.key_value_metadata!.filter(({ key }) => key === PARQUET_COLUMNS_KEY);
  expect(JSON.parse(about!.value!)).toEqual(
    columns.map(({ name, unit, meaning }) => ({ name, unit, meaning })),
  );
  expect(await tableParquet(table)).toEqual(bytes);
}

const asBigInt = (value: Value): Cell => (value === null ? null : BigInt(value));

const typeOf = ({ type, converted_type }: FileMetaData['schema'][number]) =>
  converted_type === 'UTF8' ? 'STRING' : type;

function isOfType(value: Value, type: DataTable['columns'][number]['type']): boolean {
  if (value === null) return true;
  if (type === 'whole') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return typeof value === (type === 'text' ? 'string' : 'boolean');
}

/** Checks that columns can be told apart and understood. */
export function expectGoodColumns({ columns }: DataTable): void {
  const names = columns.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, unit, meaning, type } of columns) {
    expect(name).toMatch(/^[a-z_][a-z0-9_]*$/);
    expect(meaning).toMatch(/^\S.{3,}/);
    if (type === 'text' || type === 'boolean') expect(unit).toBe('');
    else expect(unit, name).not.toBe('');
  }
}
