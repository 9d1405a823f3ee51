import type { SimulatedLayer } from '../chip/simulation.ts';
import { LEVELS } from '../hardware/energy.ts';
import { ENERGY, LEVEL_NAMES } from './analysis-data.ts';
import { type ColumnOf, columnsOf } from './data-table.ts';
import { mappingText } from './format.ts';

/** A part of what is known of a layer on the chip, in a row. */
type PartOf<Row, Key extends keyof SimulatedLayer> = (row: Row) => Pick<SimulatedLayer, Key>;

/** The letters of a mapping: unit and meaning. */
const LETTERS = {
  m: ['filters', 'filters whose psums are in the global buffer'],
  n: ['images', 'images in a pass'],
  e: ['rows', 'ofmap rows in a strip'],
  p: ['filters', 'filters interleaved in a PE'],
  q: ['channels', 'channels interleaved in a PE'],
  r: ['sets', 'sets of PEs on different channels'],
  t: ['sets', 'sets of PEs on different filters'],
  f: ['columns', 'ofmap columns in a tile, where rows are cut'],
} as const;

/** A mapping on the chip, in one column and in one for each letter. */
export function mappingColumns<Row>(layerOf: PartOf<Row, 'mapping'>): readonly ColumnOf<Row>[] {
  const { text, whole } = columnsOf(layerOf);
  return [
    text('mapping', 'letters of the mapping', ({ mapping }) => mappingText(mapping)),
    ...Object.entries(LETTERS).map(([letter, [unit, meaning]]) =>
      whole(`mapping_${letter}`, unit, meaning, ({ mapping }) => mapping[letter] ?? null),
    ),
  ];
}

/** What a layer took on the chip in time, on how many PEs, with how many zeros coming in. */
export function timeColumns<Row>(
  layerOf: PartOf<Row, 'passes' | 'cycles' | 'processingLatencyMs' | 'dram' | 'activePes' | 'zerosPercent'>,
): readonly ColumnOf<Row>[] {
  const { number, whole } = columnsOf(layerOf);
  return [
    whole('passes', 'passes', 'passes over the array', ({ passes }) => passes),
    whole('cycles', 'cycles', 'cycles of the core clock', ({ cycles }) => cycles),
    number(
      'processing_latency_ms',
      'ms',
      'the cycles in time, without waiting for the DRAM',
      (layer) => layer.processingLatencyMs,
    ),
    number('link_ms', 'ms', 'how long the link to the DRAM is busy', ({ dram }) => dram.linkMs),
    whole(
      'active_pes',
      'PEs',
      'PEs that compute in a pass that is not at an edge',
      ({ activePes }) => activePes,
    ),
    number('zeros_percent', '%', "zeros among the ifmap's words", ({ zerosPercent }) => zerosPercent),
  ];
}

/** Words between the DRAM and the chip, as they went and before compression. */
export function dramColumns<Row>(layerOf: PartOf<Row, 'dram'>): readonly ColumnOf<Row>[] {
  const { whole } = columnsOf((row: Row) => layerOf(row).dram);
  const { whole: uncompressed } = columnsOf((row: Row) => layerOf(row).dram.uncompressed);
  return [
    whole('dram_ifmap', 'words', 'ifmaps from the DRAM, compressed', ({ ifmap }) => ifmap),
    whole('dram_weight', 'words', 'weights from the DRAM', ({ weight }) => weight),
    whole('dram_ofmap', 'words', 'ofmaps to the DRAM, compressed', ({ ofmap }) => ofmap),
    whole('dram_psum', 'words', 'psums to the DRAM and back, between configurations', ({ psum }) => psum),
    whole('dram_bytes', 'bytes', 'all of these', ({ bytes }) => bytes),
    uncompressed('uncompressed_ifmap', 'words', 'dram_ifmap without compression', ({ ifmap }) => ifmap),
    uncompressed('uncompressed_weight', 'words', 'dram_weight without compression', ({ weight }) => weight),
    uncompressed('uncompressed_ofmap', 'words', 'dram_ofmap without compression', ({ ofmap }) => ofmap),
    uncompressed('uncompressed_psum', 'words', 'dram_psum without compression', ({ psum }) => psum),
    uncompressed('uncompressed_bytes', 'bytes', 'all of these', ({ bytes }) => bytes),
  ];
}

/** Where the PE cycles of a layer went. */
export function waterfallColumns<Row>(layerOf: PartOf<Row, 'waterfall'>): readonly ColumnOf<Row>[] {
  const { whole } = columnsOf((row: Row) => layerOf(row).waterfall);
  const peCycles = (name: string, meaning: string, of: (waterfall: SimulatedLayer['waterfall']) => number) =>
    whole(`pe_cycles_${name}`, 'PE cycles', meaning, of);
  return [
    peCycles('total', 'PEs of the chip × cycles', ({ total }) => total),
    peCycles('idle_pes', 'of PEs that the mapping leaves idle', ({ idlePes }) => idlePes),
    peCycles('fragmentation', 'of PEs that passes at edges leave idle', ({ fragmentation }) => fragmentation),
    peCycles('filter_load', 'while filters are loaded', ({ filterLoad }) => filterLoad),
    peCycles('ramp', 'while first windows arrive and last psums leave', ({ ramp }) => ramp),
    peCycles('ifmap_bus', 'of waiting for ifmap words', ({ ifmapBus }) => ifmapBus),
    peCycles('psum_bus', 'of waiting for psums', ({ psumBus }) => psumBus),
  ];
}

/** Energy of a layer, and the parts that add up to it. */
export function energyColumns<Row>(layerOf: PartOf<Row, 'energy'>): readonly ColumnOf<Row>[] {
  const { number } = columnsOf((row: Row) => layerOf(row).energy);
  return [
    number('energy_total', ENERGY, 'energy of the layer', ({ total }) => total),
    number('energy_per_mac', ENERGY, 'energy_total / macs', ({ perMac }) => perMac),
    number('energy_alu', ENERGY, 'energy of the MACs that are not gated', ({ byLevel }) => byLevel.alu),
    ...LEVELS.map((level) =>
      number(
        `energy_${level}`,
        ENERGY,
        `energy of the accesses to ${LEVEL_NAMES[level]}`,
        ({ byLevel }) => byLevel[level],
      ),
    ),
  ];
}
