import type { ColumnType, DataTable, Value } from './data-table.ts';

/** What Parquet calls the values of a column. */
export const PARQUET_TYPES = {
  text: 'STRING',
  whole: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
} as const satisfies Readonly<Record<ColumnType, string>>;

/** The metadata of a file that says what its columns mean: a JSON list of name, unit and meaning. */
export const PARQUET_COLUMNS_KEY = 'rowhouse.columns';

/** A table as an Apache Parquet file: typed columns, null where there is nothing to say, the same bytes every time. */
export async function tableParquet({ columns, lines }: DataTable): Promise<Uint8Array> {
  // Not above: few need it
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const about = columns.map(({ name, unit, meaning }) => ({ name, unit, meaning }));
  const file = parquetWriteBuffer({
    columnData: columns.map(({ name, type }, c) => ({
      name,
      type: PARQUET_TYPES[type],
      data: lines.map((line) => stored(line[c]!, type)),
    })),
    kvMetadata: [{ key: PARQUET_COLUMNS_KEY, value: JSON.stringify(about) }],
    createdBy: 'rowhouse',
  });
  return new Uint8Array(file);
}

/** A value as the file's writer takes it. */
const stored = (value: Value, type: ColumnType): Value | bigint =>
  type === 'whole' && value !== null ? BigInt(value) : value;
