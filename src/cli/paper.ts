import type { Command } from 'commander';
import pc from 'picocolors';
import { figureCsv } from '../paper/csv.ts';
import type { Figure, FigureResult } from '../paper/figure.ts';
import { FIGURES } from '../paper/registry.ts';
import { fileName, paperReport } from '../paper/report.ts';
import { figureSteps } from '../paper/run.ts';
import { renderSvg } from '../report/render.ts';
import { CheckFailed } from './exit.ts';
import { checkFolder, writeFolder } from './files.ts';
import { commaList, oneOf, together } from './flags.ts';
import { emit, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

interface Flags {
  readonly figure: string;
  readonly out?: string;
  readonly json?: true;
}

const IDS = FIGURES.map(({ id }) => id);

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
    .option('--out <folder>', 'write a CSV file and an SVG picture of each figure, and report.md')
    .option('--json', 'the statements as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ figure, out, json }: Flags) => {
      const { figures } = await together({
        figures: () => figuresNamed(figure),
        place: () => out !== undefined && checkFolder('--out', out, [REPORT, ...IDS.flatMap(namesOf)]),
      });
      const results = await withProgress('running experiments', figureSteps(figures));
      if (out !== undefined) {
        const files = await withProgress('drawing', filesOf(results, program.version()!));
        writeFolder('--out', out, files);
      }
      emit(json ? asJson(results) : asLines(results), {});
      if (results.some(({ statements }) => statements.some(({ holds }) => !holds))) throw new CheckFailed();
    });
}

const EXAMPLES = `
Examples:
  rowhouse paper
  rowhouse paper --figure 12,13 --out figures
  rowhouse paper --figure uncertainty`;

function figuresNamed(list: string): readonly Figure[] {
  const wanted = new Set(commaList(list).map((word) => oneOf('--figure', word, ['all', ...IDS])));
  return FIGURES.filter(({ id }) => wanted.has('all') || wanted.has(id));
}

const REPORT = 'report.md';
const namesOf = (id: string) => [`${fileName(id)}.csv`, `${fileName(id)}.svg`] as const;

/** The files of a report, by their names. */
async function* filesOf(results: readonly FigureResult[], version: string) {
  const files = new Map([[REPORT, paperReport(results, version)]]);
  let done = 0;
  for (const result of results) {
    const [csv, svg] = namesOf(result.id);
    files.set(csv, figureCsv(result));
    files.set(svg, await renderSvg(result.chart));
    yield { done: ++done, of: results.length };
  }
  return files;
}

function asJson(results: readonly FigureResult[]): string {
  const statements = results.flatMap((result) => result.statements);
  const findings = results.flatMap(({ id, findings }) => findings.map((found) => ({ figure: id, found })));
  return `${JSON.stringify({ statements, findings }, null, 2)}\n`;
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
