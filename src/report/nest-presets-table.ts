import { paper, sheetText } from './columns.ts';
import { type Column, cells, type Sheet } from './sheet.ts';
import type { TableOptions } from './table.ts';

/** Constraints that come with Rowhouse, by what there is to say of them. */
export interface ConstraintsRow {
  readonly name: string;
  readonly title: string;
  readonly source: string;
}

/** An architecture that comes with Rowhouse. */
export interface ArchitectureRow extends ConstraintsRow {
  readonly macs: number;
}

const right = (name: string): Column => ({ name, align: 'right' });
const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });

const architecturesSheet = (rows: readonly ArchitectureRow[]): Sheet => ({
  title: 'Architectures',
  note: 'for --hardware of rowhouse map and evaluate',
  columns: [left('Name'), right('MACs'), left('What it is', true)],
  rows: rows.map(({ name, macs, title }) => cells(name, macs.toLocaleString('en'), title)),
});

const constraintsSheet = (rows: readonly ConstraintsRow[]): Sheet => ({
  title: 'Constraints',
  note: 'for --constraints of rowhouse map',
  columns: [left('Name'), left('What it is', true)],
  rows: rows.map(({ name, title }) => cells(name, title)),
});

/** The architectures and constraints that come with Rowhouse, for a terminal. */
export function nestPresetsTable(
  architectures: readonly ArchitectureRow[],
  constraints: readonly ConstraintsRow[],
  { color, width = 120 }: TableOptions,
): string {
  const on = paper(color, width);
  const sheets = [architecturesSheet(architectures), constraintsSheet(constraints)];
  return `${sheets.map((sheet) => sheetText(sheet, on)).join('\n\n')}\n`;
}
