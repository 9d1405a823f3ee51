import { chipLayer } from '../chip/geometry.ts';
import { mappingText } from '../chip/mapping.ts';
import { MEASURED_ALEXNET } from '../chip/measured.ts';
import { PUBLISHED_ALEXNET } from '../chip/published.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import type { Part } from '../report/bar-marks.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { groupedBars } from '../report/grouped-bars.ts';
import { figure } from './figure.ts';
import { dramBytes, onChip } from './on-chip.ts';
import { inRows } from './panels.ts';
import { printsAs } from './statement.ts';

const { batch, layers: MEASURED } = MEASURED_ALEXNET;

/** How far the simulated latency of a layer, and of all together, may be from the measured one, in percent. */
const OF_A_LAYER = 6;
const OF_ALL = 3;

export const SIMULATED_AND_MEASURED: readonly Part[] = [
  { name: 'simulated', color: '#56b4e9' },
  { name: 'measured', color: '#e69f00' },
];

interface Row {
  readonly layer: string;
  readonly mapping: string;
  readonly latencyMs: number;
  readonly measuredLatencyMs: number;
  readonly activePes: number;
  readonly measuredActivePes: number;
  readonly glbMb: number;
  readonly measuredGlbMb: number;
  readonly dramMb: number;
  readonly measuredDramMb: number;
}

export const table5 = figure<Row>({
  id: 'table5',
  title: 'AlexNet on the Eyeriss chip',
  about: `The CONV layers of AlexNet, ${batch} images, in the published mappings, simulated cycle by cycle, beside what was measured on the fabricated chip (JSSC 2017, Table V). CONV3 is in the mapping that explains its measured traffic: q = 3, r = 2, t = 2, not q = 4, r = 1, t = 4 as printed. Latency is that of processing, without waiting for the DRAM. Fmaps are drawn with as many zeros as were measured in ifmaps, an ofmap with those of the next CONV layer's ifmap, the last with its own: where pooling comes between, which takes zeros away, these are too few, and traffic comes out too high.`,
  equations: ['pass', 'glbTraffic'],
  columns: {
    layer: 'name of the layer',
    mapping: 'letters of the mapping',
    latencyMs: 'simulated processing latency, in ms',
    measuredLatencyMs: 'measured processing latency, in ms',
    activePes: 'PEs at work',
    measuredActivePes: 'PEs at work, as published',
    glbMb: 'simulated traffic between GLB and array, in MB of 10^6 bytes',
    measuredGlbMb: 'measured traffic of the GLB, in MB',
    dramMb: 'simulated traffic of the DRAM, compressed, in MB',
    measuredDramMb: 'measured traffic of the DRAM, in MB',
  },

  experiment: () => {
    const network = builtinNetwork('alexnet');
    return network.layers
      .filter(({ name }) => MEASURED[name])
      .map((layer) => {
        const run = chipLayer(layer, batch);
        const mapping = { ...PUBLISHED_ALEXNET[layer.name]!.mapping, f: run.shape.F };
        const { passes, latencyMs, activePes, glbBytes } = onChip(run, mapping);
        const measured = MEASURED[layer.name]!;
        return {
          layer: layer.name,
          mapping: mappingText(mapping, run.shape),
          latencyMs,
          measuredLatencyMs: measured.processingLatencyMs,
          activePes,
          measuredActivePes: measured.activePes,
          glbMb: glbBytes / 1e6,
          measuredGlbMb: measured.glbMegabytes,
          dramMb: dramBytes(network, layer, MEASURED_ALEXNET, passes) / 1e6,
          measuredDramMb: measured.dramMegabytes,
        };
      });
  },

  chart: (rows) => {
    const panel = (title: string, yTitle: string, simulated: keyof Row, measured: keyof Row) =>
      groupedBars({
        title,
        parts: SIMULATED_AND_MEASURED,
        bars: rows.flatMap((row) => [
          { group: row.layer, bar: 'sim', values: [Number(row[simulated]), 0] },
          { group: row.layer, bar: 'chip', values: [0, Number(row[measured])] },
        ]),
        yTitle,
        step: 26,
        height: 180,
        labels: true,
      });
    const panels = [
      panel('(a) Processing latency', 'Latency (ms)', 'latencyMs', 'measuredLatencyMs'),
      panel('(b) Active PEs', 'PEs', 'activePes', 'measuredActivePes'),
      panel('(c) GLB', 'Traffic (MB)', 'glbMb', 'measuredGlbMb'),
      panel('(d) DRAM', 'Traffic (MB)', 'dramMb', 'measuredDramMb'),
    ];
    return { ...CHART_FRAME, ...inRows(panels) };
  },

  statements: (rows) => {
    const names = Object.keys(MEASURED);
    const all = names.flatMap((name) => rows.find(({ layer }) => layer === name) ?? []);
    const isComplete = all.length === names.length;
    const print = (numbers: readonly (number | string)[], unit: string) =>
      `${listed(numbers.map(String))}${unit}`;
    const errors = all.map((row) => percent(row.latencyMs, row.measuredLatencyMs));
    const sum = (of: (row: Row) => number) => all.reduce((total, row) => total + of(row), 0);
    const error = percent(
      sum((row) => row.latencyMs),
      sum((row) => row.measuredLatencyMs),
    );
    const measured = Object.values(MEASURED);
    return [
      {
        says: `the GLB's traffic is ${print(
          measured.map(({ glbMegabytes }) => glbMegabytes.toFixed(1)),
          ' MB',
        )} in CONV1 to CONV5`,
        found: print(
          all.map(({ glbMb }) => glbMb.toFixed(2)),
          ' MB',
        ),
        holds: isComplete && all.every((row) => printsAs(row.glbMb, row.measuredGlbMb.toFixed(1))),
      },
      {
        says: `${print(
          measured.map(({ activePes }) => activePes),
          ' PEs',
        )} are at work`,
        found: print(
          all.map(({ activePes }) => activePes),
          '',
        ),
        holds: isComplete && all.every((row) => row.activePes === row.measuredActivePes),
      },
      {
        says: `processing takes ${print(
          measured.map((one) => one.processingLatencyMs.toFixed(1)),
          ' ms',
        )} (here within ${OF_A_LAYER} %, and within ${OF_ALL} % in all)`,
        found: `${print(
          all.map(({ latencyMs }) => latencyMs.toFixed(1)),
          ' ms',
        )}: ${listed(errors.map(signed))}; in all ${signed(error)}`,
        holds: isComplete && errors.every((one) => Math.abs(one) <= OF_A_LAYER) && Math.abs(error) <= OF_ALL,
      },
    ];
  },

  findings: (rows) => [
    `DRAM traffic is ${listed(rows.map((row) => `${row.dramMb.toFixed(1)} MB (${signed(percent(row.dramMb, row.measuredDramMb))})`))}.`,
  ],
});

/** How far a value is from a measured one, in percent. */
export const percent = (value: number, measured: number): number => 100 * (value / measured - 1);

/** `+5.3 %` */
export const signed = (percent: number): string =>
  `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
