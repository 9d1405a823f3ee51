/** What a cell of a table holds; null where there is nothing to say. */
export type Value = string | number | boolean | null;

/** What the values of a column are. `whole` numbers are exact: none is above 2^53. Any other `number` is a double. */
export type ColumnType = 'text' | 'whole' | 'number' | 'boolean';

/** A column of a table, by what there is to know of it. */
export interface DataColumn {
  readonly name: string;
  /** Empty where the values are words or have none. */
  readonly unit: string;
  readonly meaning: string;
  readonly type: ColumnType;
}

/** A column of a table whose lines are made of rows. */
export interface ColumnOf<Row> extends DataColumn {
  /** What stands in it. */
  readonly of: (row: Row) => Value;
}

/** Results without layout and in full precision, for spreadsheets and data frames: csv.ts and parquet.ts make files of it. */
export interface DataTable {
  readonly columns: readonly DataColumn[];
  /** A value per column in each. */
  readonly lines: readonly (readonly Value[])[];
}

/** A line per row. */
export const dataTable = <Row>(columns: readonly ColumnOf<Row>[], rows: readonly Row[]): DataTable => ({
  columns: columns.map(({ name, unit, meaning, type }) => ({ name, unit, meaning, type })),
  lines: rows.map((row) => columns.map(({ of }) => of(row))),
});

/** Makers of columns, by type. Their values come from a part of a row, and are null where a row lacks it. */
export function columnsOf<Row, Part>(partOf: (row: Row) => Part | null) {
  const column = ({ name, unit, meaning, type }: DataColumn, of: (part: Part) => Value): ColumnOf<Row> => {
    const ofRow = (row: Row) => {
      const part = partOf(row);
      return part === null ? null : of(part);
    };
    return { name, unit, meaning, type, of: ofRow };
  };
  const words =
    <V extends Value>(type: ColumnType) =>
    (name: string, meaning: string, of: (part: Part) => V | null) =>
      column({ name, unit: '', meaning, type }, of);
  const numbers =
    (type: ColumnType) => (name: string, unit: string, meaning: string, of: (part: Part) => number | null) =>
      column({ name, unit, meaning, type }, of);
  return {
    text: words<string>('text'),
    boolean: words<boolean>('boolean'),
    whole: numbers('whole'),
    number: numbers('number'),
  };
}
