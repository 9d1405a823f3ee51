import { analyze } from '../analysis/analyze.ts';
import { rowStationary } from '../dataflow/row-stationary.ts';
import { area } from '../hardware/area.ts';
import { BASELINE_RF_BYTES, eyerissBaseline, type Hardware } from '../hardware/hardware.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { selectLayers } from '../layer/select.ts';
import { CHART_FRAME, panelTitle } from '../report/chart-style.ts';
import { figure } from './figure.ts';
import type { Statement } from './statement.ts';

/** The area of a PE without its RF, in µm². */
const PE_AREA = 20_000;

/** The PEs and the RF sizes that are tried, in bytes. */
const ARRAYS = [32, 64, 96, 128, 160, 192, 224, 256, 288] as const;
const RF_SIZES = [256, 512, 768, 1024] as const;

const BATCH = 16;

interface Row {
  readonly pes: number;
  readonly rfBytes: number;
  readonly glbBytes: number;
  readonly energy: number | null;
  readonly throughput: number | null;
  /** Whether this RF size has the least energy at these PEs. */
  readonly best: boolean;
}

/** A row that can run and is the best at its number of PEs. */
interface Point extends Row {
  readonly energy: number;
  readonly throughput: number;
}

export const figure15 = figure<Row>({
  id: '15',
  title: 'Processing or storage: energy and throughput on one chip area',
  about: `A chip with the area of 256 PEs of ${PE_AREA.toLocaleString('en-US')} µm², their RFs of 512 bytes and a GLB of 128 kB. What the PEs do not use of it is storage: the fewer PEs, the more. RS, CONV layers of AlexNet, batch ${BATCH}; at each number of PEs, the RF size with the least energy. The energy axis does not begin at 0.`,
  equations: ['area', 'inputs', 'psums', 'energy', 'delay'],
  columns: {
    pes: 'PEs of the array',
    rfBytes: 'register file of each PE, in bytes',
    glbBytes: 'global buffer, in bytes; 0 where the register files leave no area',
    energy: 'energy per MAC, in MACs; empty where RS cannot run',
    throughput: 'MACs per cycle',
    best: 'true for the RF size with the least energy at these PEs',
  },

  experiment: () =>
    ARRAYS.flatMap((pes) => {
      const tried = RF_SIZES.map((rfBytes) => measured(pes, rfBytes));
      const least = Math.min(...tried.map(({ energy }) => energy ?? Number.POSITIVE_INFINITY));
      return tried.map((row) => ({ ...row, best: row.energy === least }));
    }),

  chart: (rows) => ({
    ...CHART_FRAME,
    title: panelTitle('RF per PE with the least energy, at each number of PEs'),
    data: { values: labelled(best(rows)) },
    width: 640,
    height: 320,
    encoding: {
      x: {
        field: 'throughput',
        type: 'quantitative',
        title: 'Throughput (MACs per cycle)',
        scale: { domain: [0, 300] },
      },
      y: {
        field: 'energy',
        type: 'quantitative',
        title: 'Energy per operation (energy of a MAC = 1)',
        scale: { zero: false, nice: true, padding: 24 },
      },
    },
    layer: [
      { mark: { type: 'line', color: '#0072b2' } },
      { mark: { type: 'point', filled: true, size: 50, color: '#0072b2', opacity: 1 } },
      ...Object.entries(SIDES).flatMap(([course, [above, below]]) => [
        label('rf', course, { ...above, fontWeight: 'bold' }),
        label('array', course, { ...below, color: '#595959' }),
      ]),
    ],
  }),

  statements: (rows) => {
    const points = best(rows);
    const at = (pes: number) => points.find((point) => point.pes === pes);
    const [smallest, largest] = [ARRAYS[0], ARRAYS.at(-1)!];
    const judged = (judge: (first: Point, last: Point) => Pick<Statement, 'found' | 'holds'>) => {
      const [first, last] = [at(smallest), at(largest)];
      if (first && last) return judge(first, last);
      return { found: `RS cannot run with ${first ? largest : smallest} PEs`, holds: false };
    };
    const text = ({ pes, rfBytes, energy, throughput }: Point) =>
      `${pes} PEs with ${rfBytes} B (${energy.toFixed(4)} per MAC, ${throughput.toFixed(1)} MACs/cycle)`;
    return [
      {
        says: `throughput grows more than tenfold from ${smallest} to ${largest} PEs`,
        ...judged((first, last) => {
          const faster = last.throughput / first.throughput;
          return {
            found: `${faster.toFixed(1)} times: from ${text(first)} to ${text(last)}`,
            holds: faster > 10,
          };
        }),
      },
      {
        says: `energy per operation grows by less than 15 % from ${smallest} to ${largest} PEs`,
        ...judged((first, last) => {
          const dearer = 100 * (last.energy / first.energy - 1);
          return { found: `${dearer.toFixed(1)} %`, holds: dearer < 15 };
        }),
      },
      {
        says: 'the point with the least energy is at neither end',
        ...judged((first, last) => {
          const cheapest = points.reduce((a, b) => (b.energy < a.energy ? b : a));
          return { found: text(cheapest), holds: cheapest !== first && cheapest !== last };
        }),
      },
    ];
  },
});

/** Where the curve is not in the way of texts: above and below a point at which it falls, turns or rises. */
const SIDES: Readonly<Record<string, readonly [above: Side, below: Side]>> = {
  falls: [
    { align: 'left', dx: 7, dy: -9 },
    { align: 'right', dx: -7, dy: 11 },
  ],
  turns: [
    { align: 'left', dx: -4, dy: -19 },
    { align: 'center', dx: 0, dy: 16 },
  ],
  rises: [
    { align: 'right', dx: -7, dy: -9 },
    { align: 'left', dx: 7, dy: 11 },
  ],
};

const labelled = (points: readonly Point[]) =>
  points.map((point, i) => ({
    ...point,
    rf: `${point.rfBytes} B`,
    array: `${point.pes} PEs`,
    course: courseAt(points, i),
  }));

function courseAt(points: readonly Point[], i: number): keyof typeof SIDES {
  const rises = (from: Point | undefined, to: Point | undefined) => from && to && to.energy > from.energy;
  const [before, after] = [rises(points[i - 1], points[i]), rises(points[i], points[i + 1])];
  if (before === false && after === true) return 'turns';
  return (after ?? before) ? 'rises' : 'falls';
}

const label = (
  field: 'rf' | 'array',
  course: string,
  look: Side & { fontWeight?: 'bold'; color?: string },
) => ({
  transform: [{ filter: `datum.course === '${course}'` }],
  mark: { type: 'text' as const, fontSize: 11, ...look },
  encoding: { text: { field } },
});

interface Side {
  readonly align: 'left' | 'center' | 'right';
  readonly dx: number;
  readonly dy: number;
}

function measured(pes: number, rfBytes: number): Omit<Row, 'best'> {
  const alexnet = builtinNetwork('alexnet');
  const [result] = analyze(alexnet, {
    dataflows: [rowStationary],
    layers: selectLayers(alexnet, ['conv']),
    hardware: onOneChip(pes, rfBytes),
    batch: BATCH,
  }).results;
  const { total, hardware } = result!;
  return {
    pes,
    rfBytes,
    glbBytes: hardware.glbBytes,
    energy: total?.energyPerMac ?? null,
    throughput: total && 1 / total.delayPerMac,
  };
}

/** The baseline's chip with another number of PEs: the area that its PEs do not take is storage. */
function onOneChip(pes: number, rfBytes: number): Hardware {
  const baseline = eyerissBaseline(256);
  const { areaCurve } = baseline;
  const storage =
    baseline.pes * area(areaCurve, BASELINE_RF_BYTES) + area(areaCurve, baseline.pes * BASELINE_RF_BYTES);
  const left = inHundredths(storage + (baseline.pes - pes) * PE_AREA);
  return { ...baseline, name: `${pes} PEs`, pes, storage: { divide: 'area', area: left, rfBytes } };
}

/** These areas are whole hundredths of a µm²; a sum of doubles that falls short of one would cost a byte of GLB. */
const inHundredths = (area: number): number => Math.round(100 * area) / 100;

const best = (rows: readonly Row[]): readonly Point[] =>
  rows.filter((row): row is Point => row.best && row.energy !== null && row.throughput !== null);
