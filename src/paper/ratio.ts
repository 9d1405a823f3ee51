/** A dataflow at an array and a batch size. */
interface Place {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
}

/** How many times RS another dataflow takes. */
export interface Ratio {
  readonly ratio: number;
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
  /** `1.404 times (OSA at 512 PEs, batch 64)`. */
  readonly text: string;
}

/** The ratios of all other dataflows to RS at the same array and batch size, where both can run. */
export function ratiosToRs<Row extends Place>(rows: readonly Row[], of: (row: Row) => number | null) {
  const ratios = rows.flatMap((row): Ratio[] => {
    const { pes, batch, dataflow } = row;
    const rs = rows.find((other) => other.dataflow === 'RS' && other.pes === pes && other.batch === batch)!;
    const [value, base] = [of(row), of(rs)];
    if (dataflow === 'RS' || value === null || base === null) return [];
    const ratio = value / base;
    const text = `${ratio.toFixed(3)} times (${dataflow} at ${pes} PEs, batch ${batch})`;
    return [{ ratio, pes, batch, dataflow, text }];
  });
  const sorted = ratios.toSorted((a, b) => a.ratio - b.ratio);
  return { least: sorted[0]!, most: sorted.at(-1)!, ratios };
}
