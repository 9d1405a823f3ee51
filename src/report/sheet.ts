/** A table before it has a form: table.ts writes it as text, html.ts as markup. */
export interface Sheet {
  readonly title: string;
  /** What one needs to know to read it. */
  readonly note: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Sums, below a rule. */
  readonly foot?: Row | undefined;
}

export interface Column {
  readonly name: string;
  readonly unit?: string | undefined;
  /** Names left, numbers right. */
  readonly align: 'left' | 'right';
  /** Whether its texts may be shortened where the page is too narrow. */
  readonly shrinks?: boolean | undefined;
}

export type Row = readonly Cell[];

export interface Cell {
  readonly text: string;
  /** `best` of its row or column; `none` where there is no number. */
  readonly look?: 'best' | 'none' | undefined;
}

export const NONE: Cell = { text: '—', look: 'none' };

export const cells = (...texts: readonly string[]): Row => texts.map((text) => ({ text }));

/** Numbers as cells, the best marked, or all that tie for it; {@link NONE} where there is no number. */
export function marked(
  values: readonly (number | undefined)[],
  write: (value: number) => string,
  better: 'low' | 'high' = 'low',
): Row {
  const known = values.filter((value) => value !== undefined);
  const best = better === 'low' ? Math.min(...known) : Math.max(...known);
  return values.map((value) => {
    if (value === undefined) return NONE;
    const ties = Math.abs(value - best) <= 1e-9 * Math.abs(best);
    return { text: write(value), look: ties && known.length > 1 ? 'best' : undefined };
  });
}
