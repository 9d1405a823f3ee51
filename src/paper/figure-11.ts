import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { topOf } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { CONV_ARRAYS, convGrid, DRAM_COLUMNS, dramTraffic, reasonOf } from './grid.ts';
import { barsOf, inRows, panelOf } from './panels.ts';

interface Row {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
  readonly dramReads: number | null;
  readonly dramWrites: number | null;
  readonly cannotRun: string | null;
}

export const DRAM_PARTS = [
  { key: 'dramReads', name: 'reads', color: '#0072b2' },
  { key: 'dramWrites', name: 'writes', color: '#e69f00' },
] as const;

export const figure11 = figure<Row>({
  id: '11',
  title: 'DRAM accesses in the CONV layers of AlexNet',
  about: 'The six dataflows at equal area on 256, 512 and 1024 PEs, with batches of 1, 16 and 64.',
  equations: ['area'],
  columns: {
    pes: 'PEs of the array',
    batch: 'images in a batch',
    dataflow: 'short name of the dataflow',
    ...DRAM_COLUMNS,
    cannotRun: 'why the dataflow cannot run, where it cannot',
  },

  experiment: (compare) =>
    convGrid(compare).map(({ pes, batch, result }) => ({
      pes,
      batch,
      dataflow: result.dataflow,
      ...dramTraffic(result),
      cannotRun: reasonOf(result.layers),
    })),

  chart: (rows) => {
    const keys = DRAM_PARTS.map(({ key }) => key);
    const top = topOf(barsOf(rows, keys));
    const panels = CONV_ARRAYS.map((pes, i) =>
      panelOf({
        title: `(${'abc'[i]}) ${pes} PEs`,
        parts: DRAM_PARTS,
        bars: barsOf(
          rows.filter((row) => row.pes === pes),
          keys,
        ),
        yTitle: ['DRAM accesses', 'per operation (words)'],
        top,
      }),
    );
    return { ...CHART_FRAME, ...inRows(panels) };
  },

  statements: (rows) => {
    const stopped = rows.filter(({ cannotRun }) => cannotRun !== null);
    const [only] = stopped;
    const where = ({ dataflow, pes, batch }: Row) => `${dataflow} at ${pes} PEs and batch ${batch}`;
    return [
      {
        says: 'WS cannot run the CONV layers with 256 PEs and a batch of 64',
        found:
          stopped.length === 1
            ? `${where(only!)}, ${only!.cannotRun} All ${rows.length - 1} others can run`
            : `what cannot run: ${listed(stopped.map(where)) || 'nothing'}`,
        holds: stopped.length === 1 && where(only!) === 'WS at 256 PEs and batch 64',
      },
    ];
  },
});
