import { useEffect, useState } from 'preact/hooks';
import { inItsFrame } from './frames.ts';

/** So many rows are put in at once; more, and the page would stand still. */
const ROWS = 12;

/** How many rows of a long table to show now: some at first, and some more with every frame, anew for another table. */
export function useGrowing(table: unknown, rows: number): number {
  const [grown, setGrown] = useState({ table, rows: ROWS });
  const shown = grown.table === table ? grown.rows : ROWS;
  useEffect(() => {
    return shown < rows ? inItsFrame(() => setGrown({ table, rows: shown + ROWS })) : undefined;
  }, [table, rows, shown]);
  return Math.min(shown, rows);
}
