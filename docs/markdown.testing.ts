/** What tests read in a document: its fenced blocks, its tables, its links. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every document that has something to check, by its path from the root. */
export const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/model.md',
  'docs/search.md',
  'docs/networks.md',
  'docs/onnx.md',
  'docs/from-pytorch.md',
  'docs/timeloop.md',
  'docs/scalesim.md',
  'docs/maestro.md',
  'docs/hardware.md',
  'docs/loopnest.md',
  'docs/closed-forms.md',
  'docs/chip.md',
  'docs/run.md',
  'docs/explorer.md',
  'docs/results.md',
  'docs/library.md',
  'docs/uncertainty.md',
  'docs/paper/report.md',
  'examples/lenet-5/README.md',
] as const;

export const readDocument = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Text between two fences. */
export interface Block {
  /** What stands after the opening fence: `sh`, `ts`, `yaml`, `json`, `text`. */
  readonly language: string;
  /** What stands after that: the name of the file that it is. */
  readonly file?: string | undefined;
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  /** The headings above it, outermost first: two blocks of one section have the same. */
  readonly section: string;
}

export function blocksOf(document: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: (Omit<Block, 'text' | 'section'> & { lines: string[] }) | undefined;
  document.split('\n').forEach((text, i) => {
    const fence = /^```(\w*)(?: (\S+))?$/.exec(text);
    if (open && fence) {
      const { lines, ...block } = open;
      blocks.push({ ...block, text: `${lines.join('\n')}\n`, section });
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (fence) open = { language: fence[1]!, file: fence[2], line: i + 1, lines: [] };
    else if (/^#+ /.test(text)) section = text;
  });
  return blocks;
}

/** A table: its header and its rows, as the text of their cells. */
export interface Table {
  readonly section: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tablesOf(document: string): readonly Table[] {
  const tables: { section: string; header: string[]; rows: string[][] }[] = [];
  let section = '';
  let inTable = false;
  for (const line of document.replaceAll(/^```.*?^```$/gms, '').split('\n')) {
    if (/^#+ /.test(line)) section = line.replace(/^#+ /, '');
    const cells = /^\| (.*) \|$/
      .exec(line)?.[1]
      ?.split(' | ')
      .map((cell) => cell.trim());
    if (cells && !inTable) tables.push({ section, header: cells, rows: [] });
    else if (cells && !/^[-: |]+$/.test(line)) tables.at(-1)!.rows.push(cells);
    inTable = cells !== undefined;
  }
  return tables;
}

/** The table of a section whose first column has this name. */
export function tableIn(document: string, section: string, firstColumn: string): Table {
  const table = tablesOf(document).find((one) => one.section === section && one.header[0] === firstColumn);
  if (table === undefined) throw new Error(`no table "${firstColumn}" in section "${section}"`);
  return table;
}

/** A cell without the marks of code: `` `name` `` is `name`. */
export const plain = (cell: string): string => cell.replaceAll('`', '');

/** Where relative links and pictures lead. */
export const linksOf = (document: string): readonly string[] =>
  [...document.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target!);

/** The anchors that the headings of a document make. */
export const anchorsOf = (document: string): readonly string[] =>
  [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
