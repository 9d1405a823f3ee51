import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { ENERGY_PARTS } from '../report/bars.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { figure } from './figure.ts';
import { DRAM_PARTS } from './figure-11.ts';
import { EDP_PART } from './figure-13.ts';
import {
  DRAM_COLUMNS,
  dramTraffic,
  ENERGY_COLUMNS,
  type EnergyParts,
  energyParts,
  FC_ARRAY,
  FC_BATCHES,
  fcGrid,
} from './grid.ts';
import { barsOf, inRows, panelOf } from './panels.ts';
import { againstRs, timesText } from './ratio.ts';

/** Where the EDP's axis ends: OSA, which keeps few PEs busy in FC layers, is beyond it. */
const EDP_TOP = 3;

interface Row extends EnergyParts {
  readonly pes: number;
  readonly batch: number;
  readonly dataflow: string;
  readonly dramReads: number | null;
  readonly dramWrites: number | null;
  readonly energy: number | null;
  readonly delay: number | null;
  readonly edp: number | null;
}

export const figure14 = figure<Row>({
  id: '14',
  title: 'The FC layers of AlexNet',
  about: `The six dataflows at equal area on ${FC_ARRAY} PEs, with batches of 16, 64 and 256: DRAM accesses, energy by level and by type of data, and EDP. Energy and EDP are relative to RS at batch 16.`,
  equations: ['area', 'inputs', 'psums', 'energy', 'delay', 'edp'],
  columns: {
    pes: 'PEs of the array',
    batch: 'images in a batch',
    dataflow: 'short name of the dataflow',
    ...DRAM_COLUMNS,
    energy: 'energy per MAC',
    ...ENERGY_COLUMNS,
    delay: 'cycles per MAC',
    edp: 'energy per MAC × cycles per MAC',
  },

  experiment: (compare) =>
    fcGrid(compare).map(({ pes, batch, result }) => ({
      pes,
      batch,
      dataflow: result.dataflow,
      ...dramTraffic(result),
      energy: result.total?.energyPerMac ?? null,
      ...energyParts(result.total),
      delay: result.total?.delayPerMac ?? null,
      edp: result.total?.edp ?? null,
    })),

  chart: (rows) => {
    const rs = rows.find(({ dataflow, batch }) => dataflow === 'RS' && batch === 16)!;
    const panels = [
      panelOf({
        title: '(a) DRAM accesses',
        parts: DRAM_PARTS,
        bars: barsOf(rows, ['dramReads', 'dramWrites']),
        yTitle: ['DRAM accesses', 'per operation (words)'],
      }),
      panelOf({
        title: '(b) Energy by level',
        parts: ENERGY_PARTS.level,
        bars: barsOf(rows, ['alu', ...LEVELS], rs.energy!),
        yTitle: ['Energy per operation', '(1: RS, N = 16)'],
      }),
      panelOf({
        title: '(c) Energy by type of data',
        parts: ENERGY_PARTS.data,
        bars: barsOf(rows, ['alu', ...DATA_TYPES], rs.energy!),
        yTitle: ['Energy per operation', '(1: RS, N = 16)'],
      }),
      panelOf({
        title: '(d) Energy-delay product',
        parts: [EDP_PART],
        bars: barsOf(rows, ['edp'], rs.edp!),
        yTitle: ['Energy-delay product', '(1: RS, N = 16)'],
        top: EDP_TOP,
      }),
    ];
    return { ...CHART_FRAME, ...inRows(panels) };
  },

  statements: (rows) => [
    {
      says: 'in the FC layers, for batches larger than 16, the other dataflows need at least 1.3 times the energy of RS',
      ...againstRs(
        rows,
        ({ energy }) => energy,
        (ratios) => {
          const least = FC_BATCHES.map((size) => ratios.find(({ batch }) => batch === size)!);
          return {
            found: `at least ${listed(least.map(timesText))}`,
            holds: least.every(({ batch, ratio }) => batch <= 16 || ratio >= 1.3),
          };
        },
      ),
    },
  ],
});
