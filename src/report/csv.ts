import { csvFormatRows } from 'd3-dsv';
import type { DataTable } from './data-table.ts';

/** A table as comma-separated values (RFC 4180): a header, then its lines, all digits kept; nothing where a value is null. */
export function tableCsv({ columns, lines }: DataTable): string {
  const fields = lines.map((line) => line.map((value) => String(value ?? '')));
  return `${csvFormatRows([columns.map(({ name }) => name), ...fields])}\n`;
}
