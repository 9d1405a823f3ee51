import { tableCsv } from '../report/csv.ts';
import type { ColumnType, DataTable } from '../report/data-table.ts';
import type { FigureResult } from './figure.ts';

/** The data of a figure as a table: a line per row. Units stand in the meanings. */
export function figureData({ columns, rows }: FigureResult): DataTable {
  return {
    columns: columns.map(([name, meaning]) => {
      const type = typeOf(name, rows);
      return { name: columnName(name), unit: '', meaning, type };
    }),
    lines: rows.map((row) => columns.map(([name]) => row[name] ?? null)),
  };
}

/** The data of a figure as comma-separated values: a header, then a line per row; empty where null. */
export const figureCsv = (result: FigureResult): string => tableCsv(figureData(result));

/** `dramReads` as `dram_reads`, as in all tables of Rowhouse; names of dataflows as they are. */
export const columnName = (name: string): string =>
  name.replaceAll(/[a-z][A-Z]/g, ([before, after]) => `${before}_${after!.toLowerCase()}`);

/** Columns that count something, in every figure that has them. */
const COUNTS: ReadonlySet<string> = new Set([
  'pes',
  'batch',
  'rfBytes',
  'rfBytesPerPe',
  'glbBytes',
  'macs',
  'activePes',
  'measuredActivePes',
  'layersExplained',
  'channels',
  'bestChannels',
]);

function typeOf(name: string, rows: FigureResult['rows']): ColumnType {
  if (COUNTS.has(name)) return 'whole';
  const value = rows.map((row) => row[name]).find((one) => one !== null && one !== undefined);
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

/** What figures say, without their data: what `rowhouse paper --json` writes. */
export function paperDocument(results: readonly FigureResult[]) {
  const statements = results.flatMap((result) => result.statements);
  const findings = results.flatMap(({ id, findings: all }) => all.map((found) => ({ figure: id, found })));
  return { statements, findings };
}
