import { InputError } from '../input-error.ts';
import { tableCsv } from '../report/csv.ts';
import type { DataTable } from '../report/data-table.ts';
import { jsonText } from '../report/json.ts';
import { tableParquet } from '../report/parquet.ts';
import { writeWhole } from './files.ts';
import { oneOf } from './flags.ts';

/** Where a command's result goes: to the file that `--out` names, or else to standard output. */
export interface Destination {
  readonly file?: string | undefined;
}

/** Text, or the bytes of a file that is none. */
export type Content = string | Uint8Array;

/** Writes a command's result. */
export function emit(content: Content, { file }: Destination): void {
  if (file === undefined) process.stdout.write(content);
  else writeWhole('--out', file, content);
}

/** What a person reads, what a program does, and files for data frames: each command with a table gives all of them. */
export const FORMATS = ['table', 'json', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** How a command is told the form of its result. */
export interface FormatFlags {
  readonly format?: string;
  readonly json?: true;
  readonly out?: string;
}

/**
 * The format that the flags ask for, `table` by default.
 *
 * @throws InputError if it is none, if `--json` says something else, or if it is bytes and would go to a terminal.
 */
export function formatNamed<F extends string>(
  { format, json, out }: FormatFlags,
  formats: readonly (F | Format)[],
): F | Format {
  const refuse = (allowed: string) =>
    new InputError({ code: 'not-allowed', path: ['--format'], found: format, allowed });
  if (json && format !== undefined && format !== 'json') {
    throw refuse('one of --json and --format, or both alike');
  }
  const wanted = json ? 'json' : oneOf('--format', format ?? 'table', formats);
  if (wanted === 'parquet' && isTerminal({ file: out })) {
    throw refuse('parquet with --out or into a pipe: a terminal shows text');
  }
  return wanted;
}

/** What a result looks like in each of {@link FORMATS}. */
interface Forms {
  readonly table: () => string;
  /** What the JSON document says. */
  readonly json: unknown;
  readonly data: () => DataTable;
}

/** A result in a format. */
export function formatted(format: Format, { table, json, data }: Forms): Content | Promise<Content> {
  switch (format) {
    case 'table':
      return table();
    case 'json':
      return jsonText(json);
    case 'csv':
      return tableCsv(data());
    case 'parquet':
      return tableParquet(data());
  }
}

/** How text looks best where it goes: colour on a terminal that wants it, lines as wide as the terminal. */
export function terminalOptions(destination: Destination): { color: boolean; width?: number | undefined } {
  return isTerminal(destination)
    ? { color: process.stdout.hasColors(), width: process.stdout.columns }
    : { color: false };
}

// Node leaves isTTY undefined for a pipe
const isTerminal = ({ file }: Destination): boolean => file === undefined && process.stdout.isTTY === true;
