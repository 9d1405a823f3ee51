import { LEVELS, type Level } from '../hardware/energy.ts';
import { ENERGY_PARTS } from '../report/bars.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { groupedBars } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { printsAs, type Statement } from './statement.ts';

interface Row extends Readonly<Record<'alu' | Level, number | null>> {
  readonly layer: string;
  readonly type: string;
  readonly macs: number;
  readonly total: number | null;
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
    total: 'their sum; these are empty where RS cannot run the layer',
  },

  experiment: (compare) => {
    const [rs] = compare({ network: 'alexnet', layers: ['conv', 'fc'], pes: 256, batch: 16 }).results;
    return rs!.layers.map((layer): Row => {
      const { name, type, macs } = layer;
      const energy = layer.feasible ? { ...layer.energy.byLevel, total: layer.energy.total } : NONE;
      return { layer: name, type, macs, ...energy };
    });
  },

  chart: (rows) => ({
    ...CHART_FRAME,
    ...groupedBars({
      title: 'Energy of RS in AlexNet: 256 PEs, batch 16',
      parts: ENERGY_PARTS.level,
      bars: rows.map((row) => ({
        group: row.layer,
        bar: '',
        values: runs(row) ? (['alu', ...LEVELS] as const).map((level) => row[level] / 1e9) : undefined,
      })),
      yTitle: 'Energy (that of a billion MACs is 1)',
      step: 72,
      height: 280,
      labels: true,
    }),
  }),

  statements: (rows) => [
    largestIn('rf', 'the RF', 'CONV', rows),
    largestIn('dram', 'DRAM', 'FC', rows),
    {
      says: 'under RS, the CONV layers take about 80 % of the energy of AlexNet',
      ...ofLayers(rows, (layers) => {
        const energy = (some: readonly Run[]) => some.reduce((sum, { total }) => sum + total, 0);
        const share = (100 * energy(layers.filter(({ type }) => type === 'conv'))) / energy(layers);
        return { found: `${share.toFixed(1)} %`, holds: printsAs(share, '80') };
      }),
    },
  ],
});

/** A layer that RS can run. */
type Run = { readonly [K in keyof Row]: NonNullable<Row[K]> };

const NONE = { alu: null, dram: null, glb: null, array: null, rf: null, total: null } as const;

const runs = (row: Row): row is Run => row.total !== null;

/** Judges layers, if there are any and RS can run them all. */
function ofLayers(rows: readonly Row[], judge: (layers: readonly Run[]) => Outcome): Outcome {
  const layers = rows.filter(runs);
  if (layers.length === rows.length && layers.length > 0) return judge(layers);
  const stopped = rows.filter((row) => !runs(row)).map(({ layer }) => layer);
  return { found: stopped.length > 0 ? `RS cannot run ${listed(stopped)}` : 'no such layer', holds: false };
}

type Outcome = Pick<Statement, 'found' | 'holds'>;

const largestIn = (level: Level, name: string, type: string, rows: readonly Row[]) => ({
  says: `under RS, ${name} takes the largest part of the energy of every ${type} layer`,
  ...ofLayers(
    rows.filter((row) => row.type === type.toLowerCase()),
    (layers) => {
      const shares = layers.map((layer) => layer[level] / layer.total);
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
      const others = (['alu', ...LEVELS] as const).filter((other) => other !== level);
      const exceptions = layers.filter((layer) => others.some((other) => layer[other] >= layer[level]));
      const range = `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`;
      const isSo = exceptions.length === 0;
      return {
        found: isSo
          ? `in all ${layers.length}: ${range}`
          : `not in ${listed(exceptions.map(({ layer }) => layer))}`,
        holds: isSo,
      };
    },
  ),
});
