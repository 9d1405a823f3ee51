import type { TopLevelSpec } from 'vega-lite';
import type { Value } from '../report/data-table.ts';
import type { Compare } from './compare.ts';
import type { EquationName } from './equations.ts';
import type { Statement } from './statement.ts';

/** What a figure is made of, as its file says it. */
interface Definition<Row> {
  /** As on the command line: `12`, `networks`. */
  readonly id: string;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  /** The equations that its numbers come from. */
  readonly equations: readonly EquationName[];
  /** What stands in each column of the data, with its unit. */
  readonly columns: Readonly<Record<keyof Row & string, string>>;
  /** Does the experiment. */
  experiment(compare: Compare): readonly Row[];
  chart(rows: readonly Row[]): TopLevelSpec;
  /** What the paper says of it, without the figure's name; nothing where the view is not the paper's. */
  statements?(rows: readonly Row[]): readonly Omit<Statement, 'figure'>[];
  /** What else is worth saying, as sentences. */
  findings?(rows: readonly Row[]): readonly string[];
}

/** A figure of the paper, or a view beyond it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Does the experiment, draws it and holds it against the paper. */
  run(compare: Compare): FigureResult;
  /** What the paper says, held against these rows: those of a result, or of another experiment of the same form. */
  statements(rows: FigureResult['rows']): readonly Statement[];
}

/** A figure as plain data. */
export interface FigureResult {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly equations: readonly EquationName[];
  /** The columns of the data in their order: name and meaning. */
  readonly columns: readonly (readonly [name: string, meaning: string])[];
  readonly rows: readonly Readonly<Record<string, Value>>[];
  /** A Vega-Lite chart. */
  readonly chart: TopLevelSpec;
  readonly statements: readonly Statement[];
  readonly findings: readonly string[];
}

/** A figure from its parts. */
export function figure<Row extends Readonly<Record<keyof Row, Value>>>(definition: Definition<Row>): Figure {
  const { id, title, about, equations, columns } = definition;
  const statements = (rows: readonly Row[]): readonly Statement[] =>
    (definition.statements?.(rows) ?? []).map((statement) => ({ figure: id, ...statement }));
  return {
    id,
    title,
    run(compare) {
      const rows = definition.experiment(compare);
      return {
        id,
        title,
        about,
        equations,
        columns: Object.entries<string>(columns),
        rows,
        chart: definition.chart(rows),
        statements: statements(rows),
        findings: definition.findings?.(rows) ?? [],
      };
    },
    statements: (rows) => statements(rows as readonly unknown[] as readonly Row[]),
  };
}
