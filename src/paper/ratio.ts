import { listed } from '../report/format.ts';
import type { Statement } from './statement.ts';

/** A dataflow at an array and a batch size. */
interface Place {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
}

/** How many times RS another dataflow takes, at the same array and batch size. */
export interface Ratio extends Place {
  readonly ratio: number;
}

type Outcome = Pick<Statement, 'found' | 'holds'>;

/**
 * Judges the ratios of all other dataflows to RS, the smallest first. Nothing holds where RS cannot run or has no rival;
 * where a rival cannot run, what was found says so.
 */
export function againstRs<Row extends Place>(
  rows: readonly Row[],
  of: (row: Row) => number | null,
  judge: (ratios: readonly Ratio[]) => Outcome,
): Outcome {
  const rs = rows.filter(({ dataflow }) => dataflow === 'RS');
  const stopped = rs.filter((row) => of(row) === null);
  if (rs.length === 0 || stopped.length > 0) {
    return {
      found: `RS cannot run${rs.length === 0 ? '' : `: ${listed(stopped.map(placeOf))}`}`,
      holds: false,
    };
  }
  const rivals = rs.map((base) => ({
    base: of(base)!,
    others: rows.filter(
      ({ dataflow, pes, batch }) => dataflow !== 'RS' && pes === base.pes && batch === base.batch,
    ),
  }));
  const alone = rivals.some(({ others }) => others.every((row) => of(row) === null));
  if (alone) return { found: 'RS has no rival that can run somewhere', holds: false };
  const ratios = rivals.flatMap(({ base, others }) =>
    others.flatMap((row): Ratio[] => {
      const value = of(row);
      const { pes, batch, dataflow } = row;
      return value === null ? [] : [{ pes, batch, dataflow, ratio: value / base }];
    }),
  );
  const { found, holds } = judge(ratios.sort((a, b) => a.ratio - b.ratio));
  const missing = rivals.flatMap(({ others }) => others.filter((row) => of(row) === null));
  const but = missing.length > 0 ? `; cannot run: ${listed(missing.map(placeOf))}` : '';
  return { found: `${found}${but}`, holds };
}

const placeOf = ({ dataflow, pes, batch }: Place): string => `${dataflow} at ${pes} PEs, batch ${batch}`;

/** `1.404 times (OSA at 512 PEs, batch 64)`. */
export const timesText = (one: Ratio): string => `${one.ratio.toFixed(3)} times (${placeOf(one)})`;
