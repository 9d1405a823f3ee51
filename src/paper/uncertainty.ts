import { type CurvePiece, energyAt } from '../analysis/cost-curve.ts';
import { type CostSample, type CostSweep, sweepCost, varyCosts } from '../analysis/uncertainty.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { type EnergyCosts, EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { selectLayers } from '../layer/select.ts';
import type { LayeredView, View } from '../report/bar-marks.ts';
import { CHART_FRAME, panelTitle } from '../report/chart-style.ts';
import type { Value } from '../report/data-table.ts';
import { listed } from '../report/format.ts';
import { figure } from './figure.ts';

/** Every cost by itself is varied between these factors of its value. */
const SWEEP = [0.1, 10] as const;

/** All costs together are drawn between these. */
const RANGE = [0.5, 1.5] as const;
const SAMPLES = 1000;
const SEED = 1;

const COSTS = ['alu', ...LEVELS] as const;
const COST_NAMES: Readonly<Record<keyof EnergyCosts, string>> = {
  alu: 'ALU',
  dram: 'DRAM',
  glb: 'GLB',
  array: 'array',
  rf: 'RF',
};

/** The costs, as factors of those of the paper, and the energy per MAC of each dataflow, by its name. */
type Row = Readonly<Record<string, Value>> &
  EnergyCosts & {
    readonly varied: keyof EnergyCosts | 'extremes' | 'draws';
    readonly best: string;
    /** Energy of the nearest rival of RS, relative to RS: below 1 where the rival is better. */
    readonly rivalTimesRs: number;
  };

const NAMES = DATAFLOWS.map(({ name }) => name);

export const uncertainty = figure<Row>({
  id: 'uncertainty',
  title: 'How much the costs of an access matter',
  about: `Beyond the paper: the six dataflows at equal area on 256 PEs, CONV layers of AlexNet, batch 16, at other costs than the paper's, each dataflow in its best mappings for them. Each cost is varied by itself, from a tenth of its value to ten times it; then all together between ${RANGE[0]} and ${RANGE[1]} times their values: at the ends of that range, and drawn at random ${SAMPLES} times (seed ${SEED}).`,
  equations: ['area', 'inputs', 'psums', 'energy'],
  columns: {
    varied: 'the cost that is varied by itself; extremes or draws where all are',
    ...Object.fromEntries(COSTS.map((cost) => [cost, `cost of ${COST_NAMES[cost]} relative to the paper's`])),
    ...Object.fromEntries(
      NAMES.map((name) => [name, `energy per MAC of ${name}; empty where all costs are varied`]),
    ),
    best: 'the dataflow with the least energy',
    rivalTimesRs:
      'energy of the nearest rival of RS relative to RS; where all costs are varied, at least so much',
  },

  experiment: () => {
    const options = { layers: selectLayers(builtinNetwork('alexnet'), ['conv']), batch: 16 };
    const together = varyCosts({ ...options, factors: RANGE, samples: SAMPLES, seed: SEED });
    return [
      ...COSTS.flatMap((varied) => sweepRows(sweepCost(varied, SWEEP, options))),
      ...together.extremes.map((sample) => sampleRow('extremes', sample)),
      ...together.draws.map((sample) => sampleRow('draws', sample)),
    ];
  },

  chart: (rows) => ({
    ...CHART_FRAME,
    vconcat: [
      {
        title: panelTitle("(a) One cost varied (1: the paper's; grey: ±50 %)"),
        hconcat: LEVELS.map((level, i) => sweepPanel(rows, level, i === 0)),
        spacing: 12,
      },
      {
        hconcat: [drawsPanel(rows), marginPanel(rows)],
        spacing: 30,
        resolve: { legend: { color: 'independent' } },
      },
    ],
    spacing: 36,
    resolve: { scale: { color: 'independent' } },
  }),

  findings: (rows) => [
    ...COSTS.map((cost) =>
      aloneText(
        cost,
        rows.filter(({ varied }) => varied === cost),
      ),
    ),
    extremesText(rows.filter(({ varied }) => varied === 'extremes')),
    drawsText(drawn(rows)),
  ],
});

/** A sweep's rows: all places where a curve or the best dataflow changes, so that lines between them are exact, and more. */
function sweepRows({ varied, low, high, curves, leaders }: CostSweep): readonly Row[] {
  const nominal = EYERISS_ENERGY[varied];
  const places = [
    ...Object.values(curves).flatMap((curve: readonly CurvePiece[]) => curve.map(({ from }) => from)),
    ...leaders.map(({ from }) => from),
    ...DRAWN.map((factor) => factor * nominal),
    high,
  ];
  const inRange = places.filter((cost) => cost >= low && cost <= high).sort((a, b) => a - b);
  // Of places that doubles tell apart by rounding alone, the last: it is beyond a change of the best dataflow
  return [...new Map(inRange.map((cost) => [rounded(cost / nominal), cost])).values()].map((cost) => {
    const energies = Object.entries(curves).map(([name, curve]) => [name, energyAt(curve, cost)] as const);
    const best = leaders.findLast(({ from }) => from <= cost)!.dataflow;
    const rs = energies.find(([name]) => name === 'RS')![1];
    const rival = Math.min(...energies.flatMap(([name, energy]) => (name === 'RS' ? [] : energy)));
    return {
      varied,
      ...{ alu: 1, dram: 1, glb: 1, array: 1, rf: 1, [varied]: rounded(cost / nominal) },
      ...Object.fromEntries(energies.map(([name, energy]) => [name, rounded(energy)])),
      best,
      rivalTimesRs: rounded(rival / rs),
    } as Row;
  });
}

/** Factors between which a curve on a logarithmic axis is drawn straight: 20 to a factor of 10; and those of the range. */
const DRAWN = [...Array.from({ length: 41 }, (_, i) => 10 ** (i / 20 - 1)), RANGE[0], RANGE[1]];

function sampleRow(varied: Row['varied'], { costs, best, energy }: CostSample): Row {
  const factors = COSTS.map((cost) => [cost, rounded(costs[cost] / EYERISS_ENERGY[cost])]);
  const energies = NAMES.map((name) => [name, null]);
  const rivals = Object.entries(energy).flatMap(([name, { atLeast }]) => (name === 'RS' ? [] : atLeast));
  return {
    varied,
    ...Object.fromEntries([...factors, ...energies]),
    best,
    rivalTimesRs: rounded(Math.min(...rivals) / energy.RS!.atMost),
  } as Row;
}

/** Without the digits that doubles make up. */
const rounded = (value: number): number => Number(value.toPrecision(10));

/** Six colours of Okabe and Ito, RS in black. */
const COLORS = ['#000000', '#e69f00', '#56b4e9', '#009e73', '#d55e00', '#cc79a7'] as const;

function sweepPanel(rows: readonly Row[], level: (typeof LEVELS)[number], isFirst: boolean): LayeredView {
  const values = rows
    .filter(({ varied }) => varied === level)
    .flatMap((row) =>
      NAMES.map((dataflow) => ({
        factor: row[level],
        dataflow,
        relative: Number(row[dataflow]) / Number(row.RS),
      })),
    );
  return {
    width: 150,
    height: 190,
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rect', color: '#ececec' },
        encoding: { x: { datum: RANGE[0] }, x2: { datum: RANGE[1] } },
      },
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 2, clip: true },
        encoding: {
          x: {
            field: 'factor',
            type: 'quantitative',
            scale: { type: 'log', domain: [...SWEEP] },
            axis: { values: [0.1, 0.3, 1, 3, 10], grid: false },
            title: `Cost of ${COST_NAMES[level]}`,
          },
          y: {
            field: 'relative',
            type: 'quantitative',
            scale: { domain: [0, 4] },
            title: isFirst ? 'Energy per operation (1: RS)' : null,
          },
          color: {
            field: 'dataflow',
            type: 'nominal',
            scale: { domain: NAMES, range: [...COLORS] },
            legend: { title: null, symbolType: 'stroke', symbolStrokeWidth: 2 },
          },
        },
      },
    ],
  };
}

/** The draws, by the two costs that matter most. */
const drawsPanel = (rows: readonly Row[]): View => {
  const x = relativeCost('rf');
  const y = relativeCost('array');
  return {
    title: panelTitle(`(b) ${SAMPLES} draws; a cross: RS is not the best`),
    data: { values: [...drawn(rows)] },
    width: 270,
    height: 230,
    layer: [
      {
        mark: {
          type: 'point',
          filled: true,
          opacity: 1,
          size: 28,
          stroke: 'white',
          strokeWidth: 0.3,
          aria: false,
        },
        encoding: {
          x,
          y,
          color: {
            field: 'rivalTimesRs',
            type: 'quantitative',
            scale: { scheme: 'viridis', domain: [1, 2], clamp: true },
            legend: { title: ['Nearest', 'rival,', 'at least', '(1: RS)'], gradientLength: 120 },
          },
        },
      },
      {
        transform: [{ filter: "datum.best !== 'RS'" }],
        mark: { type: 'point', shape: 'cross', filled: true, opacity: 1, size: 150, color: '#d55e00' },
        encoding: { x, y },
      },
    ],
  };
};

const relativeCost = (cost: keyof EnergyCosts) => ({
  field: cost,
  type: 'quantitative' as const,
  scale: { domain: [...RANGE], padding: 6 },
  title: `Cost of ${COST_NAMES[cost]}`,
});

/** How much the nearest rival of RS needs at least; below 1 where it is better. */
const marginPanel = (rows: readonly Row[]): View => {
  const counts = new Map<number, number>();
  for (const { rivalTimesRs } of drawn(rows)) {
    const bin = Math.floor(10 * rivalTimesRs);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const values = [...counts].map(([bin, count]) => ({
    from: bin / 10,
    to: (bin + 1) / 10,
    share: (100 * count) / SAMPLES,
  }));
  return {
    title: panelTitle('(c) The nearest rival of RS'),
    data: { values },
    width: 220,
    height: 230,
    mark: { type: 'bar', color: '#0072b2', stroke: 'white' },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        bin: 'binned',
        title: 'Its energy per operation, at least (1: RS)',
      },
      x2: { field: 'to' },
      y: { field: 'share', type: 'quantitative', title: 'Share of the draws (%)' },
    },
  };
};

const drawn = (rows: readonly Row[]): readonly Row[] => rows.filter(({ varied }) => varied === 'draws');

/** Up to which cost each dataflow is the best. */
function aloneText(cost: keyof EnergyCosts, rows: readonly Row[]): string {
  const turns = rows.filter(({ best }, i) => best !== rows[i + 1]?.best);
  const parts = turns.map(({ best }, i) => {
    const next = rows[rows.indexOf(turns[i]!) + 1];
    return next === undefined ? best : `${best} up to ${next[cost].toPrecision(3)} times the paper's cost`;
  });
  const outcome =
    parts.length === 1 ? `${parts[0]} is the best at every cost` : `the best is ${parts.join(', then ')}`;
  return `Only ${COST_NAMES[cost]} varied, from ${SWEEP[0]} to ${SWEEP[1]} times: ${outcome}.`;
}

function extremesText(rows: readonly Row[]): string {
  const others = rows.filter(({ best }) => best !== 'RS');
  const common = LEVELS.filter((level) => new Set(others.map((row) => row[level])).size === 1);
  const where = common.map((level) => `${COST_NAMES[level]} at ${others[0]![level]}`);
  return [
    `Every level's cost at ${RANGE[0]} or ${RANGE[1]} times the paper's: RS is the best in ${rows.length - others.length} of ${rows.length} combinations.`,
    ...(where.length > 0 ? [`Where it is not: ${listed(where)}.`] : []),
  ].join(' ');
}

function drawsText(rows: readonly Row[]): string {
  const bests = [...new Set(rows.map(({ best }) => best))];
  const share = (name: string) =>
    `${name} in ${((100 * rows.filter(({ best }) => best === name).length) / rows.length).toFixed(1)} %`;
  const rivals = rows.map(({ rivalTimesRs }) => rivalTimesRs).sort((a, b) => a - b);
  const quantile = (part: number) => roundedDown(rivals[Math.floor(part * rivals.length)]!);
  return `All costs drawn between ${RANGE[0]} and ${RANGE[1]} times the paper's: the best is ${listed(bests.map(share))} of ${rows.length} draws. The nearest rival needs at least ${quantile(0.5)} times the energy of RS in half of them, and ${quantile(0.05)} times in 95 %.`;
}

/** What something is at least, to two digits. */
const roundedDown = (value: number): string => (Math.floor(100 * value) / 100).toFixed(2);
