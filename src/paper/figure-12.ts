import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { ENERGY_PARTS } from '../report/bars.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { topOf } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { CONV_ARRAYS, convGrid, ENERGY_COLUMNS, type EnergyParts, energyParts } from './grid.ts';
import { barsOf, inRows, panelOf } from './panels.ts';
import { againstRs, timesText } from './ratio.ts';
import { printsAs } from './statement.ts';

interface Row extends EnergyParts {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
  readonly energy: number | null;
}

export const figure12 = figure<Row>({
  id: '12',
  title: 'Energy in the CONV layers of AlexNet',
  about:
    'The same grid as in figure 11: energy per operation by level, and for 1024 PEs also by type of data. The bars are relative to RS at 256 PEs and batch 1, the ratios that the paper states to RS at the same array and batch size.',
  equations: ['area', 'inputs', 'psums', 'energy'],
  columns: {
    pes: 'PEs of the array',
    batch: 'images in a batch',
    dataflow: 'short name of the dataflow',
    energy: 'energy per MAC; empty where the dataflow cannot run',
    ...ENERGY_COLUMNS,
  },

  experiment: (compare) =>
    convGrid(compare).map(({ pes, batch, result }) => ({
      pes,
      batch,
      dataflow: result.dataflow,
      energy: result.total?.energyPerMac ?? null,
      ...energyParts(result.total),
    })),

  chart: (rows) => {
    const unit = rows.find(({ pes, batch, dataflow }) => pes === 256 && batch === 1 && dataflow === 'RS')!
      .energy!;
    const top = topOf(barsOf(rows, ['energy'], unit));
    const panel = (name: string, pes: number, by: 'level' | 'data') =>
      panelOf({
        title: `(${name}) ${pes} PEs, by ${by === 'level' ? 'level' : 'type of data'}`,
        parts: ENERGY_PARTS[by],
        bars: barsOf(
          rows.filter((row) => row.pes === pes),
          ['alu', ...(by === 'level' ? LEVELS : DATA_TYPES)],
          unit,
        ),
        yTitle: ['Energy per operation', '(1: RS, 256 PEs, N = 1)'],
        top,
      });
    const byLevel = CONV_ARRAYS.map((pes, i) => panel('abc'[i]!, pes, 'level'));
    return { ...CHART_FRAME, ...inRows([...byLevel, panel('d', 1024, 'data')]) };
  },

  statements: (rows) => [
    {
      says: 'in the CONV layers, the other dataflows need 1.4 to 2.5 times the energy of RS',
      ...againstRs(
        rows,
        ({ energy }) => energy,
        (ratios) => {
          const [least, most] = [ratios[0]!, ratios.at(-1)!];
          return {
            found: `${timesText(least)} to ${timesText(most)}`,
            holds: printsAs(least.ratio, '1.4') && printsAs(most.ratio, '2.5'),
          };
        },
      ),
    },
  ],
});
