import type { Command } from 'commander';
import pc from 'picocolors';
import { InputError } from '../input-error.ts';
import { figureData, paperDocument } from '../paper/data.ts';
import type { Figure, FigureResult } from '../paper/figure.ts';
import { FIGURES } from '../paper/registry.ts';
import { fileName, paperReport } from '../paper/report.ts';
import { figureSteps } from '../paper/run.ts';
import { tableCsv } from '../report/csv.ts';
import { jsonText } from '../report/json.ts';
import { tableParquet } from '../report/parquet.ts';
import { renderSvg } from '../report/render.ts';
import { CheckFailed } from './exit.ts';
import { checkFolder, writeFolder } from './files.ts';
import { commaList, oneOf, together } from './flags.ts';
import { type Content, emit, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

interface Flags {
  readonly figure: string;
  readonly out?: string;
  readonly tables?: string;
  readonly json?: true;
}

const IDS = FIGURES.map(({ id }) => id);

/** How the data of a figure can be written. */
const TABLES = { csv: tableCsv, parquet: tableParquet } as const;
type Table = keyof typeof TABLES;

/** Adds `rowhouse paper` to the program. */
export function addPaper(program: Command): void {
  program
    .command('paper')
    .summary('the experiments of the Eyeriss paper, and whether what it says holds')
    .description(
      'Runs the experiments of the Eyeriss paper (ISCA 2016) and says of each of its statements whether it holds; and ' +
        'beyond the paper, compares the dataflows in other networks and at other costs. Exit 1 if a statement does not hold.',
    )
    .option('--figure <list>', `${IDS.join(', ')} with commas, or all`, 'all')
    .option('--out <folder>', 'write the data and an SVG picture of each figure, and report.md')
    .option('--tables <list>', 'files of the data in that folder: csv, parquet with a comma (default: csv)')
    .option('--json', 'the statements as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const { out, json } = flags;
      const { figures, tables } = await together({
        figures: () => figuresNamed(flags.figure),
        tables: () => tablesNamed(flags),
        place: () => out !== undefined && checkFolder('--out', out, [REPORT, ...IDS.flatMap(namesOf)]),
      });
      const results = await withProgress('running experiments', figureSteps(figures));
      if (out !== undefined) {
        const files = await withProgress('drawing', filesOf(results, program.version()!, tables));
        writeFolder('--out', out, files);
      }
      emit(json ? jsonText(paperDocument(results)) : asLines(results), {});
      if (results.some(({ statements }) => statements.some(({ holds }) => !holds))) throw new CheckFailed();
    });
}

const EXAMPLES = `
Examples:
  rowhouse paper
  rowhouse paper --figure 12,13 --out figures
  rowhouse paper --out figures --tables csv,parquet
  rowhouse paper --figure uncertainty`;

function figuresNamed(list: string): readonly Figure[] {
  const wanted = new Set(commaList(list).map((word) => oneOf('--figure', word, ['all', ...IDS])));
  return FIGURES.filter(({ id }) => wanted.has('all') || wanted.has(id));
}

function tablesNamed({ tables: list, out }: Flags): readonly Table[] {
  if (list === undefined) return ['csv'];
  const known = Object.keys(TABLES) as Table[];
  const wanted = new Set(commaList(list).map((word) => oneOf('--tables', word, known)));
  if (out !== undefined) return known.filter((table) => wanted.has(table));
  const allowed = 'only with --out, whose folder they are written to';
  throw new InputError({ code: 'not-allowed', path: ['--tables'], found: list, allowed });
}

const REPORT = 'report.md';
const namesOf = (id: string) => [...Object.keys(TABLES), 'svg'].map((end) => `${fileName(id)}.${end}`);

/** The files of a report, by their names. */
async function* filesOf(results: readonly FigureResult[], version: string, tables: readonly Table[]) {
  const files = new Map<string, Content>([[REPORT, paperReport(results, version, tables)]]);
  let done = 0;
  for (const result of results) {
    const name = fileName(result.id);
    for (const table of tables) files.set(`${name}.${table}`, await TABLES[table](figureData(result)));
    files.set(`${name}.svg`, await renderSvg(result.chart));
    yield { done: ++done, of: results.length };
  }
  return files;
}

/** A line per statement: whether it holds, where it stands, what it says and what came out. */
function asLines(results: readonly FigureResult[]): string {
  const { green, red, bold } = pc.createColors(terminalOptions({}).color);
  const width = Math.max(...results.map(({ id }) => id.length));
  const lines = results.flatMap(({ id, statements, findings }) => [
    ...statements.map(({ says, found, holds }) => {
      const verdict = holds ? green('holds') : bold(red('FAILS'));
      return `${verdict}  ${id.padEnd(width)}  ${says}. Found: ${found}`;
    }),
    ...findings.map((found) => `found  ${id.padEnd(width)}  ${found}`),
  ]);
  return `${lines.join('\n')}\n`;
}
