import { csvFormatRows } from 'd3-dsv';
import type { FigureResult } from './figure.ts';

/** The data of a figure as comma-separated values (RFC 4180): a header, then a line per row; empty where null. */
export function figureCsv({ columns, rows }: FigureResult): string {
  const lines = rows.map((row) => columns.map(([name]) => String(row[name] ?? '')));
  return `${csvFormatRows([columns.map(([name]) => columnName(name)), ...lines])}\n`;
}

/** `dramReads` as `dram_reads`, as in all CSV files of Rowhouse; names of dataflows as they are. */
export const columnName = (name: string): string =>
  name.replaceAll(/[a-z][A-Z]/g, ([before, after]) => `${before}_${after!.toLowerCase()}`);
