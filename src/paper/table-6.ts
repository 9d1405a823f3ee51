import { bestChipMapping } from '../chip/best-mapping.ts';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { chipLayer, partShape } from '../chip/geometry.ts';
import { glbWords, TABLE_VI_COUNTING } from '../chip/glb-words.ts';
import { inferTogether, LATENCY_AGREEMENT } from '../chip/inference.ts';
import type { KnownPasses } from '../chip/layer-passes.ts';
import { mappingText } from '../chip/mapping.ts';
import { MEASURED_VGG_16, traitsOf } from '../chip/measured.ts';
import type { Waterfall } from '../chip/waterfall.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import type { Part } from '../report/bar-marks.ts';
import { CHART_FRAME } from '../report/chart-style.ts';
import { listed } from '../report/format.ts';
import { type GroupedBar, groupedBars } from '../report/grouped-bars.ts';
import { finish } from '../steps.ts';
import { figure } from './figure.ts';
import { dramBytes, onChip } from './on-chip.ts';
import { printsAs } from './statement.ts';
import { percent, SIMULATED_AND_MEASURED, signed } from './table-5.ts';

const { batch, layers: MEASURED, bytesPerGlbMegabyte } = MEASURED_VGG_16;

/** Pixels from the name of a layer to that of the next. */
const GROUP_WIDTH = 58;

/** Where the cycles of the PEs went, from the foot of a bar to its top. */
const SHARES = {
  macs: { name: 'MACs', color: '#009e73' },
  psumBus: { name: 'psum bus', color: '#d55e00' },
  ifmapBus: { name: 'ifmap bus', color: '#cc79a7' },
  ramp: { name: 'ramp', color: '#f0e442' },
  filterLoad: { name: 'filter load', color: '#56b4e9' },
  fragmentation: { name: 'edges', color: '#bdbdbd' },
  idlePes: { name: 'idle PEs', color: '#8c8c8c' },
} as const satisfies Record<string, Part>;
type Share = keyof typeof SHARES;
const SHARE_KEYS = Object.keys(SHARES) as Share[];

type Shares<Prefix extends string> = { readonly [S in Share as `${Prefix}${Capitalize<S>}`]: number };

interface Row extends Shares<'of'>, Shares<'bestOf'> {
  readonly layer: string;
  readonly mapping: string;
  readonly layersExplained: number;
  readonly channels: number;
  readonly latencyMs: number;
  readonly measuredLatencyMs: number;
  readonly activePes: number;
  readonly measuredActivePes: number;
  readonly glbMb: number;
  readonly simulatedGlbMb: number;
  readonly measuredGlbMb: number;
  readonly dramMb: number;
  readonly measuredDramMb: number;
  readonly measuredBusy: number;
  readonly bestMapping: string;
  readonly bestChannels: number;
  readonly bestLatencyMs: number;
}

/** `ofPsumBus`: the share of something in what the prefix stands for. */
const shareName = <P extends string>(prefix: P, key: Share): keyof Shares<P> =>
  `${prefix}${key[0]!.toUpperCase()}${key.slice(1)}` as keyof Shares<P>;

/** The shares of a waterfall in percent, under names with a prefix. */
function shares<P extends string>(prefix: P, waterfall: Waterfall): Shares<P> {
  const entries = SHARE_KEYS.map((key) => [shareName(prefix, key), (100 * waterfall[key]) / waterfall.total]);
  return Object.fromEntries(entries) as Shares<P>;
}

const shareColumns = <P extends string>(prefix: P, of: string): Record<keyof Shares<P>, string> =>
  Object.fromEntries(
    SHARE_KEYS.map((key) => [
      shareName(prefix, key),
      `${SHARES[key].name}: share of the cycles of all PEs in ${of} mapping, in %`,
    ]),
  ) as Record<keyof Shares<P>, string>;

export const table6 = figure<Row>({
  id: 'table6',
  title: 'VGG-16 on the Eyeriss chip',
  about: `The CONV layers of VGG-16, ${batch} images, beside what was measured on the fabricated chip (JSSC 2017, Table VI). The chip's mappings have not been published. These are inferred: of all mappings that the chip can run (of tile widths that make equally many tiles, the least), those with the measured active PEs, the measured traffic and a latency within ${100 * LATENCY_AGREEMENT} %; of several, the one that explains most layers, then the one that moves fewest words into the GLB. They are no facts: some layers leave others. The best mapping is the one with least energy by the framework's counts. Fmaps are drawn as for Table V.`,
  equations: ['pass', 'glbTraffic'],
  columns: {
    layer: 'name of the layer',
    mapping: 'letters of the inferred mapping; f is the whole row where it is not there',
    layersExplained: 'layers that this mapping explains; 0 if it does not explain its own',
    channels: 'channels of which a pass adds up the psums, q·r',
    latencyMs: 'simulated processing latency, in ms',
    measuredLatencyMs: 'measured processing latency, in ms',
    activePes: 'PEs at work',
    measuredActivePes: 'PEs at work, as published',
    glbMb:
      'traffic between GLB and array as the table seems to count it, in MB of 2^20 bytes: filters too, and strips at an edge with a share of a full halo',
    simulatedGlbMb: 'the same as simulated, with strips at an edge as they are',
    measuredGlbMb: 'measured traffic of the GLB, in MB of 2^20 bytes',
    dramMb: 'simulated traffic of the DRAM, compressed, in MB of 10^6 bytes',
    measuredDramMb: 'measured traffic of the DRAM, in MB',
    measuredBusy: 'MACs, in % of those that the PEs at work could have done in the measured time',
    ...shareColumns('of', 'the inferred'),
    bestMapping: 'letters of the best mapping',
    bestChannels: 'channels of which a pass adds up the psums in the best mapping',
    bestLatencyMs: 'simulated processing latency of the best mapping, in ms',
    ...shareColumns('bestOf', 'the best'),
  },

  experiment: () => {
    const network = builtinNetwork('vgg-16');
    const layers = network.layers.filter(({ name }) => MEASURED[name]);
    const known: KnownPasses = new Map();
    const runs = layers.map((layer) => chipLayer(layer, batch));
    const measuredRuns = runs.map((layer) => ({ layer, measured: traitsOf(MEASURED_VGG_16, layer.name) }));
    const inferred = finish(inferTogether(EYERISS_CHIP, measuredRuns, { known }));
    return layers.map((layer, i): Row => {
      const run = runs[i]!;
      const explanation = inferred[i];
      if (explanation === undefined) throw new Error(`no mapping of ${layer.name} has its active PEs`);
      const { mapping, layers: layersExplained } = explanation;
      const { shape } = run;
      const best = bestChipMapping(EYERISS_CHIP, partShape(run, EYERISS_CHIP.nativeShapes));
      if (!best.feasible) throw new Error(`the chip cannot run ${layer.name}`);
      const asInferred = onChip(run, mapping, known);
      const asBest = onChip(run, best.mapping, known);
      const measured = MEASURED[layer.name]!;
      const glbBytes = 2 * glbWords(run, mapping, TABLE_VI_COUNTING, EYERISS_CHIP.nativeShapes);
      const cycles = measured.processingLatencyMs * EYERISS_CHIP.megahertz * 1e3;
      return {
        layer: layer.name,
        mapping: mappingText(mapping, shape),
        layersExplained,
        channels: mapping.q * mapping.r,
        latencyMs: asInferred.latencyMs,
        measuredLatencyMs: measured.processingLatencyMs,
        activePes: asInferred.activePes,
        measuredActivePes: measured.activePes,
        glbMb: glbBytes / bytesPerGlbMegabyte,
        simulatedGlbMb: (asInferred.glbBytes + asInferred.filterBytes) / bytesPerGlbMegabyte,
        measuredGlbMb: measured.glbMegabytes,
        dramMb: dramBytes(network, layer, MEASURED_VGG_16, asInferred.passes) / 1e6,
        measuredDramMb: measured.dramMegabytes,
        measuredBusy: (100 * shape.macs) / (measured.activePes * cycles),
        ...shares('of', asInferred.waterfall),
        bestMapping: mappingText(best.mapping, shape),
        bestChannels: best.mapping.q * best.mapping.r,
        bestLatencyMs: asBest.latencyMs,
        ...shares('bestOf', asBest.waterfall),
      };
    });
  },

  chart: (rows) => {
    const panel = (title: string, yTitle: string, parts: readonly Part[], bars: readonly GroupedBar[]) =>
      groupedBars({
        title,
        parts,
        bars,
        yTitle,
        step: GROUP_WIDTH / (bars.length / rows.length + 1),
        height: 180,
        upright: true,
      });
    const sideBySide = (title: string, yTitle: string, simulated: keyof Row, measured: keyof Row) =>
      panel(
        title,
        yTitle,
        SIMULATED_AND_MEASURED,
        rows.flatMap((row) => [
          { group: row.layer, bar: 'sim', values: [Number(row[simulated]), 0] },
          { group: row.layer, bar: 'chip', values: [0, Number(row[measured])] },
        ]),
      );
    const latency = panel(
      '(a) Processing latency',
      'Latency (ms)',
      [...SIMULATED_AND_MEASURED, { name: 'best mapping', color: '#009e73' }],
      rows.flatMap((row) => [
        { group: row.layer, bar: 'sim', values: [row.latencyMs, 0, 0] },
        { group: row.layer, bar: 'chip', values: [0, row.measuredLatencyMs, 0] },
        { group: row.layer, bar: 'best', values: [0, 0, row.bestLatencyMs] },
      ]),
    );
    const shareOf = (row: Row, prefix: 'of' | 'bestOf') =>
      SHARE_KEYS.map((key) => Number(row[shareName(prefix, key)]));
    const peak = panel(
      '(b) Where the peak throughput went, as inferred and in the best mapping',
      'Cycles of all PEs (%)',
      Object.values(SHARES),
      rows.flatMap((row) => [
        { group: row.layer, bar: 'sim', values: shareOf(row, 'of') },
        { group: row.layer, bar: 'best', values: shareOf(row, 'bestOf') },
      ]),
    );
    const vconcat = [
      latency,
      peak,
      sideBySide('(c) GLB', 'Traffic (MB of 2^20 bytes)', 'simulatedGlbMb', 'measuredGlbMb'),
      sideBySide('(d) DRAM', 'Traffic (MB)', 'dramMb', 'measuredDramMb'),
    ];
    return { ...CHART_FRAME, vconcat, spacing: 30, resolve: { scale: { color: 'independent' } } };
  },

  statements: (rows) => {
    const names = Object.keys(MEASURED);
    const all = names.flatMap((name) => rows.find(({ layer }) => layer === name) ?? []);
    const isComplete = all.length === names.length;
    const measured = Object.values(MEASURED);
    const errors = all.map((row) => percent(row.latencyMs, row.measuredLatencyMs));
    const runs = [...new Set(all.map(({ mapping }) => mapping))].map((mapping) => {
      const of = all.filter((row) => row.mapping === mapping).map(({ layer }) => layer);
      return `${of.length > 2 ? `${of[0]} to ${of.at(-1)}` : listed(of)} ${mapping}`;
    });
    return [
      {
        says: `${listed([...new Set(measured.map(({ activePes }) => activePes))].map(String))} PEs move ${listed(
          measured.map(({ glbMegabytes }) => glbMegabytes.toFixed(1)),
        )} MB between GLB and array in CONV1-1 to CONV5-3 (here: some mapping of each layer does, counted as the table seems to be)`,
        found: runs.join('; '),
        holds:
          isComplete &&
          all.every(
            (row) =>
              row.activePes === row.measuredActivePes && printsAs(row.glbMb, row.measuredGlbMb.toFixed(1)),
          ),
      },
      {
        says: `processing takes ${listed(
          measured.map((one) => one.processingLatencyMs.toFixed(1)),
        )} ms (here in these mappings, within ${100 * LATENCY_AGREEMENT} %)`,
        found: `${listed(all.map(({ latencyMs }) => latencyMs.toFixed(1)))} ms: ${listed(errors.map(signed))}`,
        holds: isComplete && errors.every((one) => Math.abs(one) <= 100 * LATENCY_AGREEMENT),
      },
    ];
  },

  findings: (rows) => {
    const seconds = (of: (row: Row) => number) =>
      `${(rows.reduce((total, row) => total + of(row), 0) / 1e3).toFixed(2)} s`;
    const whole = (value: number) => value.toFixed(0);
    const slow = rows.find(({ layer }) => layer === 'CONV1-2');
    return [
      `These mappings are an inference from PEs, traffic and latency, not a fact; ${rows.filter(({ layersExplained }) => layersExplained > 0).length} of ${rows.length} layers are explained.`,
      `With the best mappings, processing takes ${seconds(({ bestLatencyMs }) => bestLatencyMs)}, with the inferred ones ${seconds(({ latencyMs }) => latencyMs)}, and on the chip it took ${seconds(({ measuredLatencyMs }) => measuredLatencyMs)}.`,
      ...(slow
        ? [
            `CONV1-2 reaches ${whole(slow.measuredBusy)} % of the peak of its ${slow.measuredActivePes} PEs because a pass adds up ${channels(slow.channels)} only: every psum leaves for the GLB and comes back for the next, over buses of ${EYERISS_CHIP.psumNetwork.wordsPerCycle} words, for which PEs wait in ${whole(slow.ofPsumBus)} % of all cycles. The best mapping adds up ${channels(slow.bestChannels)} in a pass, waits in ${whole(slow.bestOfPsumBus)} %, and takes ${whole(slow.bestLatencyMs)} ms instead of ${whole(slow.latencyMs)} ms.`,
          ]
        : []),
    ];
  },
});

const channels = (count: number): string => `${count} ${count === 1 ? 'channel' : 'channels'}`;
