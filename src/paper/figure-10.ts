import type { FeasibleLayer } from '../analysis/result.ts';
import { LEVELS, type Level } from '../hardware/energy.ts';
import { ENERGY_PARTS } from '../report/bars.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { groupedBars } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { printsAs } from './statement.ts';

interface Row extends Readonly<Record<'alu' | Level, number>> {
  readonly layer: string;
  readonly type: string;
  readonly macs: number;
  readonly total: number;
}

export const figure10 = figure<Row>({
  id: '10',
  title: 'Energy of row stationary in AlexNet, by level',
  about:
    'RS on 256 PEs with RFs of 512 bytes and a GLB of 128 kB, batch 16: the energy of each layer of AlexNet.',
  equations: ['inputs', 'psums', 'energy'],
  columns: {
    layer: 'name of the layer',
    type: 'conv or fc',
    macs: 'MACs of the batch',
    alu: 'energy of the MACs themselves; the unit of energy is one MAC',
    dram: 'energy of DRAM accesses',
    glb: 'energy of accesses to the global buffer',
    array: 'energy of moves between PEs',
    rf: 'energy of accesses to register files',
    total: 'their sum',
  },

  experiment: (compare) => {
    const [rs] = compare({ network: 'alexnet', layers: ['conv', 'fc'], pes: 256, batch: 16 }).results;
    return rs!.layers
      .filter((layer): layer is FeasibleLayer => layer.feasible)
      .map(({ name, type, macs, energy }) => ({
        layer: name,
        type,
        macs,
        ...energy.byLevel,
        total: energy.total,
      }));
  },

  chart: (rows) => ({
    ...CHART_FRAME,
    ...groupedBars({
      title: 'Energy of RS in AlexNet: 256 PEs, batch 16',
      parts: ENERGY_PARTS.level,
      bars: rows.map((row) => ({
        group: row.layer,
        bar: '',
        values: (['alu', ...LEVELS] as const).map((level) => row[level] / 1e9),
      })),
      yTitle: 'Energy (that of a billion MACs is 1)',
      step: 72,
      height: 280,
      labels: true,
    }),
  }),

  statements: (rows) => {
    const ofType = (type: string) => rows.filter((row) => row.type === type);
    const energy = (some: readonly Row[]) => some.reduce((sum, { total }) => sum + total, 0);
    const share = (100 * energy(ofType('conv'))) / energy(rows);
    return [
      largestIn('rf', 'the RF', 'CONV', ofType('conv')),
      largestIn('dram', 'DRAM', 'FC', ofType('fc')),
      {
        says: 'under RS, the CONV layers take about 80 % of the energy of AlexNet',
        found: `${share.toFixed(1)} %`,
        holds: printsAs(share, '80'),
      },
    ];
  },
});

function largestIn(level: Level, name: string, type: string, rows: readonly Row[]) {
  const shares = rows.map((row) => row[level] / row.total);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const exceptions = rows.filter(
    (row) => LEVELS.some((other) => row[other] > row[level]) || row.alu > row[level],
  );
  const range = `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`;
  return {
    says: `under RS, ${name} takes the largest part of the energy of every ${type} layer`,
    found:
      exceptions.length === 0
        ? `in all ${rows.length}: ${range}`
        : `not in ${listed(exceptions.map(({ layer }) => layer))}`,
    holds: exceptions.length === 0,
  };
}
