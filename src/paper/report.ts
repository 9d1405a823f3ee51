import { columnName } from './data.ts';
import { EQUATIONS, type EquationName } from './equations.ts';
import type { FigureResult } from './figure.ts';
import type { Statement } from './statement.ts';

/** The name of a figure's files, without what follows the dot: `figure-12`, `networks`. */
export const fileName = (id: string): string => (isOfPaper(id) ? `figure-${id}` : id);

const isOfPaper = (id: string): boolean => /^\d/.test(id);

/**
 * Figures as one Markdown page: their statements, their pictures, and the equations behind them.
 *
 * @param tables what the names of the files with the data end in
 */
export function paperReport(
  figures: readonly FigureResult[],
  version: string,
  tables: readonly string[] = ['csv'],
): string {
  const statements = figures.flatMap((figure) => figure.statements);
  const used = new Set(figures.flatMap(({ equations }) => equations));
  const equations = (Object.keys(EQUATIONS) as EquationName[]).filter((name) => used.has(name));
  return [
    '# The Eyeriss paper, run again',
    INTRODUCTION,
    `Made by Rowhouse ${version} with \`rowhouse paper\`. All mappings are proven optima of the model, so numbers here may differ from the printed ones in their last digit; nothing is adjusted to make a statement hold.`,
    ...(statements.length > 0 ? [verdict(statements), statementTable(statements)] : []),
    ...figures.map((figure) => section(figure, tables)),
    '## Equations',
    'The letters are those of the paper; the counts of accesses of each dataflow are in the documentation of Rowhouse.',
    ...equations.map(equationSection),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = [
  'The experiments of Y.-H. Chen, J. Emer and V. Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for',
  'Convolutional Neural Networks", ISCA 2016, [doi 10.1109/ISCA.2016.40](https://doi.org/10.1109/ISCA.2016.40). Six',
  'dataflows are compared at equal storage area and parallelism: row stationary (RS), weight stationary (WS), output',
  'stationary of three kinds (OSA, OSB, OSC) and no local reuse (NLR). N is the number of images in a batch; energies are',
  'relative to that of one multiply-accumulate operation (MAC).',
].join('\n');

function verdict(statements: readonly Statement[]): string {
  const failed = statements.filter(({ holds }) => !holds).length;
  if (failed === 0) return `**All ${statements.length} statements of the paper hold.**`;
  return `**${failed} of ${statements.length} statements of the paper ${failed === 1 ? 'does' : 'do'} not hold.**`;
}

const statementTable = (statements: readonly Statement[]): string =>
  table(
    ['figure', 'the paper says', 'found', 'holds'],
    statements.map(({ figure, says, found, holds }) => [
      `[${figure}](#${anchor(heading(figure))})`,
      says,
      found,
      holds ? 'yes' : '**no**',
    ]),
  );

function section(
  { id, title, about, equations, columns, statements, findings }: FigureResult,
  tables: readonly string[],
): string {
  const name = fileName(id);
  const data = tables.map((table) => `[${name}.${table}](${name}.${table})`);
  const links = equations.map(
    (equation) => `[${EQUATIONS[equation].title}](#${anchor(EQUATIONS[equation].title)})`,
  );
  return [
    `## ${heading(id)}`,
    `**${title}.** ${about}`,
    `![${title}](${name}.svg)`,
    [...statements.map(statementText), ...findings].map((text) => `- ${text}`).join('\n'),
    `Equations: ${links.join(', ')}. Data: ${data.join(', ')}, a table of`,
    table(
      ['column', 'meaning'],
      columns.map(([column, meaning]) => [`\`${columnName(column)}\``, meaning]),
    ),
  ].join('\n\n');
}

const statementText = ({ says, found, holds }: Statement): string =>
  `The paper says: ${says}. Found: ${found}. **${holds ? 'Holds' : 'Does not hold'}.**`;

function equationSection(name: EquationName): string {
  const { title, formula, means } = EQUATIONS[name];
  return `### ${title}\n\n\`\`\`\n${formula}\n\`\`\`\n\n${means}`;
}

/** What a figure's section is called. */
function heading(id: string): string {
  if (isOfPaper(id)) return `Figure ${id}`;
  return TABLES[id] ?? `${id[0]!.toUpperCase()}${id.slice(1)}`;
}

/** Tables of the paper on the chip. */
const TABLES: Readonly<Record<string, string>> = { table5: 'Table V', table6: 'Table VI' };

/** The anchor that a heading makes. */
const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
