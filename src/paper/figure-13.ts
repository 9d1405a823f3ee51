import { CHART_FRAME } from '../report/chart-style.ts';
import { figure } from './figure.ts';
import { CONV_ARRAYS, convGrid } from './grid.ts';
import { barsOf, inRows, panelOf } from './panels.ts';
import { againstRs, type Ratio, timesText } from './ratio.ts';

interface Row {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
  readonly energy: number | null;
  readonly delay: number | null;
  readonly edp: number | null;
}

export const EDP_PART = { name: 'EDP', color: '#0072b2' } as const;

export const figure13 = figure<Row>({
  id: '13',
  title: 'Energy-delay product in the CONV layers of AlexNet',
  about:
    'The same grid as in figure 11, in the mappings of figure 12, which are those with the least energy. The bars are relative to RS at 256 PEs and batch 1.',
  equations: ['area', 'energy', 'delay', 'edp'],
  columns: {
    pes: 'PEs of the array',
    batch: 'images in a batch',
    dataflow: 'short name of the dataflow',
    energy: 'energy per MAC; empty where the dataflow cannot run',
    delay: 'cycles per MAC',
    edp: 'energy per MAC × cycles per MAC',
  },

  experiment: (compare) =>
    convGrid(compare).map(({ pes, batch, result: { dataflow, total } }) => ({
      pes,
      batch,
      dataflow,
      energy: total?.energyPerMac ?? null,
      delay: total?.delayPerMac ?? null,
      edp: total?.edp ?? null,
    })),

  chart: (rows) => {
    const unit = rows.find(({ pes, batch, dataflow }) => pes === 256 && batch === 1 && dataflow === 'RS')!
      .edp!;
    const panels = CONV_ARRAYS.map((pes, i) =>
      panelOf({
        title: `(${'abc'[i]}) ${pes} PEs`,
        parts: [EDP_PART],
        bars: barsOf(
          rows.filter((row) => row.pes === pes),
          ['edp'],
          unit,
        ),
        yTitle: ['Energy-delay product', '(1: RS, 256 PEs, N = 1)'],
      }),
    );
    return { ...CHART_FRAME, ...inRows(panels) };
  },

  statements: (rows) => [
    {
      says: 'in the CONV layers, RS has the lowest EDP at every array and batch size',
      ...againstRs(
        rows,
        ({ edp }) => edp,
        (ratios) => {
          const cases = (some: readonly Ratio[]) =>
            new Set(some.map(({ pes, batch }) => `${pes}/${batch}`)).size;
          const [all, lost] = [cases(ratios), cases(ratios.filter(({ ratio }) => ratio <= 1))];
          return {
            found: `in ${all - lost} of ${all} cases; the nearest other has ${timesText(ratios[0]!)}`,
            holds: lost === 0,
          };
        },
      ),
    },
  ],
});
