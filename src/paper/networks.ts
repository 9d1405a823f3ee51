import { totalOf } from '../analysis/total.ts';
import { LEVELS } from '../hardware/energy.ts';
import { BUILTIN_NETWORKS } from '../layer/builtin.ts';
import { ENERGY_PARTS } from '../report/bars.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { type GroupedBar, groupedBars } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { ENERGY_COLUMNS, type EnergyParts, energyParts, reasonOf } from './grid.ts';

const PES = 256;
const BATCH = 16;

interface Row extends EnergyParts {
  readonly network: string;
  readonly layers: 'conv' | 'conv and fc';
  readonly dataflow: string;
  readonly energy: number | null;
  readonly timesRs: number | null;
  readonly cannotRun: string | null;
}

export const networks = figure<Row>({
  id: 'networks',
  title: 'The same comparison for other networks',
  about: `Beyond the paper: the six dataflows at equal area on ${PES} PEs with a batch of ${BATCH}, as in figure 12, for every built-in network; its CONV layers, and all its layers that do MACs. Bars are relative to RS on the same layers.`,
  equations: ['area', 'inputs', 'psums', 'energy'],
  columns: {
    network: 'name of the network',
    layers: 'conv, or conv and fc',
    dataflow: 'short name of the dataflow',
    energy: 'energy per MAC; empty where the dataflow cannot run',
    timesRs: 'the same relative to RS',
    ...ENERGY_COLUMNS,
    cannotRun: 'why the dataflow cannot run, where it cannot',
  },

  experiment: (compare) =>
    (['conv', 'conv and fc'] as const).flatMap((layers) =>
      BUILTIN_NETWORKS.flatMap((network) => {
        const { results } = compare({ network, layers: ['conv', 'fc'], pes: PES, batch: BATCH });
        const some = results.map((result) => ({
          dataflow: result.dataflow,
          layers: result.layers.filter(({ type }) => type === 'conv' || layers === 'conv and fc'),
        }));
        const rs = totalOf(some.find(({ dataflow }) => dataflow === 'RS')!.layers);
        return some.map(({ dataflow, layers: mapped }): Row => {
          const total = totalOf(mapped);
          const energy = total?.energyPerMac ?? null;
          const timesRs = energy && rs && energy / rs.energyPerMac;
          return {
            network,
            layers,
            dataflow,
            energy,
            timesRs,
            ...energyParts(total),
            cannotRun: reasonOf(mapped),
          };
        });
      }),
    ),

  chart: (rows) => {
    const panel = (title: string, layers: Row['layers']) =>
      groupedBars({
        title,
        parts: ENERGY_PARTS.level,
        bars: rows.filter((row) => row.layers === layers).map(barOf),
        yTitle: ['Energy per operation', '(1: RS)'],
        upright: true,
        step: 16,
        height: 170,
      });
    const vconcat = [panel('(a) CONV layers', 'conv'), panel('(b) CONV and FC layers', 'conv and fc')];
    return { ...CHART_FRAME, vconcat, spacing: 30, resolve: { scale: { color: 'independent' } } };
  },

  findings: (rows) => [
    `In the CONV layers, ${summary(rows.filter(({ layers }) => layers === 'conv'))}`,
    `With the FC layers, ${summary(rows.filter(({ layers }) => layers === 'conv and fc'))}`,
  ],
});

function barOf(row: Row): GroupedBar {
  const { network, dataflow, energy, timesRs } = row;
  const unit = energy && timesRs && energy / timesRs;
  const values = unit ? (['alu', ...LEVELS] as const).map((level) => row[level]! / unit) : undefined;
  return { group: network, bar: dataflow, values };
}

/** Where RS is the best and by how much, where another is, and what cannot run. */
function summary(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ network }) => network))];
  const nearest = names.map((network) => {
    const running = rows.filter(
      (row) => row.network === network && row.timesRs !== null && row.dataflow !== 'RS',
    );
    const { dataflow, timesRs } = running.reduce((a, b) => (b.timesRs! < a.timesRs! ? b : a));
    return { network, dataflow, timesRs: timesRs! };
  });
  const won = nearest.filter(({ timesRs }) => timesRs > 1);
  const lost = nearest.filter(({ timesRs }) => timesRs <= 1);
  const text = (one: (typeof nearest)[number]) =>
    `${one.network} (${one.dataflow}, ${one.timesRs.toFixed(2)})`;
  const stopped = rows.filter(({ cannotRun }) => cannotRun !== null);
  return [
    `RS needs least energy in ${won.length} of ${names.length} networks; the nearest other takes, relative to RS: ${listed(won.map(text))}.`,
    ...(lost.length > 0 ? [`Another dataflow needs less in ${listed(lost.map(text))}.`] : []),
    ...(stopped.length > 0
      ? [`What cannot run: ${listed(stopped.map(({ dataflow, network }) => `${dataflow} in ${network}`))}.`]
      : []),
  ].join(' ');
}
