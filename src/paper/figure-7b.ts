import { DATAFLOWS } from '../dataflow/registry.ts';
import { eyerissBaseline, storageFor } from '../hardware/hardware.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { groupedBars } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { printsAs } from './statement.ts';

const PES = 256;

interface Row {
  readonly dataflow: string;
  readonly rfBytesPerPe: number;
  readonly rfKb: number;
  readonly glbKb: number;
  readonly totalKb: number;
}

export const figure7b = figure<Row>({
  id: '7b',
  title: 'On-chip storage of the six dataflows at equal area',
  about: `The storage area of ${PES} PEs, divided between RFs and GLB as each dataflow needs it. A large memory takes less area per byte than a small one, so dataflows with small RFs have more storage in all.`,
  equations: ['area'],
  columns: {
    dataflow: 'short name of the dataflow',
    rfBytesPerPe: 'register file of each PE, in bytes',
    rfKb: 'register files of all PEs, in kB of 1024 bytes',
    glbKb: 'global buffer, in kB',
    totalKb: 'both together, in kB',
  },

  experiment: () =>
    DATAFLOWS.map(({ name, rfWords }) => {
      const { rfBytes, glbBytes } = storageFor(eyerissBaseline(PES), rfWords)!;
      const [rfKb, glbKb] = [(PES * rfBytes) / 1024, glbBytes / 1024];
      return { dataflow: name, rfBytesPerPe: rfBytes, rfKb, glbKb, totalKb: rfKb + glbKb };
    }),

  chart: (rows) => ({
    ...CHART_FRAME,
    ...groupedBars({
      title: `Storage at equal area, ${PES} PEs`,
      parts: [
        { name: 'GLB', color: '#56b4e9' },
        { name: 'RFs', color: '#e69f00' },
      ],
      bars: rows.map(({ dataflow, rfKb, glbKb }) => ({ group: dataflow, bar: '', values: [glbKb, rfKb] })),
      yTitle: 'On-chip storage (kB)',
      step: 80,
      height: 260,
      labels: true,
    }),
  }),

  statements: (rows) => {
    const glb = (name: string) => rows.find(({ dataflow }) => dataflow === name)!.glbKb;
    const ratio = glb('WS') / glb('RS');
    const bySize = rows.toSorted((a, b) => a.totalKb - b.totalKb);
    const [least, most] = [bySize[0]!, bySize.at(-1)!];
    const spread = most.totalKb - least.totalKb;
    const kb = (size: number) => `${size.toFixed(1)} kB`;
    return [
      {
        says: `at ${PES} PEs, the GLB of WS is 2.6 times as large as that of RS`,
        found: `${ratio.toFixed(3)} times: ${kb(glb('WS'))} and ${kb(glb('RS'))}`,
        holds: printsAs(ratio, '2.6'),
      },
      {
        says: `at ${PES} PEs, the total on-chip storage differs by up to 80 kB`,
        found: `${kb(spread)}: from ${kb(least.totalKb)} (${least.dataflow}) to ${kb(most.totalKb)} (${most.dataflow})`,
        holds: printsAs(spread, '80'),
      },
    ];
  },
});
