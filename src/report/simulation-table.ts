import type { SimulatedLayer, SimulationResult } from '../chip/simulation.ts';
import { exactness, linkNotes, mappingNotes } from './chip-notes.ts';
import { paper, sheetText, wrapped } from './columns.ts';
import { alike, mappingText, printable } from './format.ts';
import { type Column, cells, type Row, type Sheet } from './sheet.ts';
import type { TableOptions } from './table.ts';

/** A simulation for a terminal: the layers, where the throughput went, and what the energy is. */
export function simulationTable(result: SimulationResult, { color, width = 120 }: TableOptions): string {
  const on = paper(color, width);
  const { network, batch, chip, layers } = result;
  const [only] = layers.length === 1 ? layers : [];
  const sheets = [
    layerSheet(result),
    waterfallSheet(result),
    energySheet(result),
    ...(only ? [comparison(only)] : []),
  ];
  const blocks = [
    `${on.bold(printable(network))} · batch ${batch} · ${printable(chip)}`,
    ...sheets.map((sheet) => sheetText(sheet, on)),
    notes(result)
      .map((note) => wrapped(printable(note), width))
      .join('\n'),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function layerSheet({ layers, total }: SimulationResult): Sheet {
  const milliseconds = alike(layers.map(({ processingLatencyMs }) => processingLatencyMs));
  const onLink = alike(layers.map(({ dram }) => dram.linkMs));
  return {
    title: 'Layers',
    note: 'latency without waiting for the DRAM, whose link is busy beside it; MB of 10^6 bytes, DRAM compressed',
    columns: [
      left('Layer', true),
      left('Mapping'),
      right('Passes'),
      right('PEs', 'active'),
      right('Cycles'),
      right('Latency', 'ms'),
      right('GLB', 'MB'),
      right('DRAM', 'MB'),
      right('Link', 'ms'),
      right('Zeros', '%'),
    ],
    rows: layers.map((layer) =>
      cells(
        layer.name,
        mappingText(layer.mapping),
        String(layer.passes),
        String(layer.activePes),
        String(layer.cycles),
        milliseconds(layer.processingLatencyMs),
        megabytes(layer.glb.bytes),
        megabytes(layer.dram.bytes),
        onLink(layer.dram.linkMs),
        layer.zerosPercent.toFixed(1),
      ),
    ),
    foot: cells(
      'all layers',
      `≤ ${total.framesPerSecond.toFixed(1)} frames/s`,
      String(sum(layers.map(({ passes }) => passes))),
      '',
      String(total.cycles),
      milliseconds(total.processingLatencyMs),
      megabytes(total.glbBytes),
      megabytes(total.dramBytes),
      onLink(total.linkMs),
      '',
    ),
  };
}

/** What each step of the waterfall is called, from the peak down. */
const LOSSES = [
  ['idlePes', 'idle', 'PEs'],
  ['fragmentation', 'edges', undefined],
  ['filterLoad', 'filter', 'load'],
  ['ramp', 'ramp', undefined],
  ['ifmapBus', 'ifmap', 'bus'],
  ['psumBus', 'psum', 'bus'],
] as const;

/** Characters of the bar of a layer. */
const BAR = 20;

function waterfallSheet({ layers }: SimulationResult): Sheet {
  const share = (part: number, total: number) => ((100 * part) / total).toFixed(1);
  const row = (name: string, parts: readonly SimulatedLayer[]): Row => {
    const all = sum(parts.map(({ waterfall }) => waterfall.total));
    const of = (key: keyof SimulatedLayer['waterfall']) => sum(parts.map(({ waterfall }) => waterfall[key]));
    const macs = of('macs');
    const bar = '█'.repeat(Math.round((BAR * macs) / all));
    return cells(
      name,
      '100',
      ...LOSSES.map(([key]) => (of(key) === 0 ? '·' : `−${share(of(key), all)}`)),
      share(macs, all),
      share(sum(parts.map(({ gatedMacs }) => gatedMacs)), all),
      bar + '·'.repeat(BAR - bar.length),
    );
  };
  return {
    title: 'Where the peak throughput went',
    note: '% of all PEs in all cycles',
    columns: [
      left('Layer', true),
      right('Peak'),
      ...LOSSES.map(([, name, unit]) => right(name, unit)),
      right('MACs'),
      right('gated', 'of them'),
      left('reached'),
    ],
    rows: layers.map((layer) => row(layer.name, [layer])),
    ...(layers.length > 1 && { foot: row('all layers', layers) }),
  };
}

function energySheet({ layers }: SimulationResult): Sheet {
  const perMac = alike(
    layers.flatMap(({ energy, frameworkEnergy }) => [energy.perMac, frameworkEnergy.perMac]),
  );
  const ratio = ({ byLevel }: SimulatedLayer['energy']) => byLevel.rf / (byLevel.glb + byLevel.array);
  return {
    title: 'Energy',
    note: 'per MAC, in the units of the cost table; the framework counts no gating, compression or filter banks',
    columns: [
      left('Layer', true),
      ...['ALU', 'DRAM', 'GLB', 'array', 'RF', 'total'].map((name) => right(name)),
      right('framework', 'total'),
      right('RF ÷ (GLB + array)', 'simulated'),
      right('', 'framework'),
    ],
    rows: layers.map(({ name, macs, energy, frameworkEnergy }) => {
      const { alu, dram, glb, array, rf } = energy.byLevel;
      return cells(
        name,
        ...[alu, dram, glb, array, rf].map((part) => perMac(part / macs)),
        perMac(energy.perMac),
        perMac(frameworkEnergy.perMac),
        ratio(energy).toFixed(1),
        ratio(frameworkEnergy).toFixed(1),
      );
    }),
  };
}

/** What the framework counts beside what the simulator does, for one layer. */
function comparison({ comparison }: SimulatedLayer): Sheet {
  const words = (count: number) => Math.round(count).toLocaleString('en');
  const signed = (count: number) => (count < 0 ? `−${words(-count)}` : `+${words(count)}`);
  return {
    title: 'Words moved',
    note: 'the framework’s counts for this mapping, and why the chip’s differ',
    columns: [left('Level'), left('Data'), right('framework'), right('simulated'), left('because of')],
    rows: comparison
      .filter(({ framework, simulated }) => framework !== 0 || simulated !== 0)
      .map(({ level, data, framework, simulated, causes }) =>
        cells(
          level,
          data,
          words(framework),
          words(simulated),
          causes
            .filter(({ words }) => Math.abs(words) >= 0.5)
            .map(({ cause, words }) => `${cause} ${signed(words)}`)
            .join(', '),
        ),
      ),
  };
}

function notes({ layers }: SimulationResult): string[] {
  const split = layers.filter(({ configurations }) => configurations > 1);
  return [
    ...mappingNotes(layers),
    ...split.map(
      ({ name, configurations }) =>
        `${name} is split into ${configurations} configurations: it has more channels or filters than one describes.`,
    ),
    ...linkNotes(layers),
    exactness(layers),
  ];
}
