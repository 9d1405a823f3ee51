import type { EnergyCosts, Level } from '../hardware/energy.ts';
import { type ChipLayer, stripSize } from './geometry.ts';
import type { ChipMapping } from './mapping.ts';
import type { Pass } from './schedule.ts';
import type { Span } from './spans.ts';

/** One word of a layer. */
export type LayerWord =
  | {
      readonly type: 'weight';
      /** Of all groups. */
      readonly filter: number;
      /** Of its group. */
      readonly channel: number;
      readonly row: number;
      readonly column: number;
    }
  | {
      readonly type: 'ifmap';
      readonly image: number;
      /** Of all groups. */
      readonly channel: number;
      /** Without padding: a row or column outside the ifmap is a word of padding. */
      readonly row: number;
      readonly column: number;
    }
  | {
      /** A sum that becomes a word of the ofmap. */
      readonly type: 'psum';
      readonly image: number;
      /** Of all groups. */
      readonly filter: number;
      readonly row: number;
      readonly column: number;
    };

/** One word of a type. */
export type WordOf<T extends LayerWord['type']> = Extract<LayerWord, { readonly type: T }>;

/**
 * What can happen to a word. In brackets the counts of the layer that it is a part of.
 *
 * - `dram-read`, `dram-write`: between DRAM and chip, as it is, not run-length coded (`DramTraffic`: `words`)
 * - `glb-fill`: written to the GLB from the DRAM side; padding too, which is made on the way (`GlbFills`)
 * - `glb-read`, `glb-write`: by the array (`GlbCounts`)
 * - `bus`: over a network from the GLB, once however many PEs take it (`ifmapWords`, `filterWords`, `psumWords`)
 * - `delivery`: taken from it by a PE (`ifmapDeliveries`, `filterDeliveries`)
 * - `rf-write`, `rf-read`: in a scratchpad; those of a psum are of its MACs (`ScratchpadCounts`)
 * - `mac`: a MAC, or a comparison of a pooling layer (`macs`)
 * - `rf-leave`: a psum's read as it leaves a PE (the rest of `psumReads`)
 * - `hop`: from a PE to the one above (`localWords`)
 * - `output`: over the network to the GLB (`outputWords`)
 * - `glb-drain`: read from the GLB on the way to the DRAM (`drained`)
 */
export type StopName =
  | 'dram-read'
  | 'glb-fill'
  | 'glb-read'
  | 'bus'
  | 'delivery'
  | 'rf-write'
  | 'rf-read'
  | 'mac'
  | 'rf-leave'
  | 'hop'
  | 'output'
  | 'glb-write'
  | 'glb-drain'
  | 'dram-write';

const ON_THE_WAY_IN = [
  'dram-read',
  'glb-fill',
  'glb-read',
  'bus',
  'delivery',
  'rf-write',
  'rf-read',
  'mac',
] as const;

/** Where a word can stop, in the order in which it goes there. */
export const STOPS: Readonly<Record<LayerWord['type'], readonly StopName[]>> = {
  weight: ON_THE_WAY_IN,
  ifmap: ON_THE_WAY_IN,
  psum: [
    ...['dram-read', 'glb-fill', 'glb-read', 'bus', 'rf-read', 'mac', 'rf-write', 'rf-leave'],
    ...['hop', 'output', 'glb-write', 'glb-drain', 'dram-write'],
  ] as readonly StopName[],
};

/** Where in the chip a stop is. */
export const LEVEL_OF: Readonly<Record<StopName, Level | 'alu'>> = {
  'dram-read': 'dram',
  'glb-fill': 'glb',
  'glb-read': 'glb',
  bus: 'array',
  delivery: 'array',
  'rf-write': 'rf',
  'rf-read': 'rf',
  mac: 'alu',
  'rf-leave': 'rf',
  hop: 'array',
  output: 'array',
  'glb-write': 'glb',
  'glb-drain': 'glb',
  'dram-write': 'dram',
};

const COMES_WITH_ANOTHER: readonly StopName[] = ['glb-fill', 'bus', 'output', 'glb-drain'];

/**
 * The energy of one stop, as the framework counts it (ISCA 2016, Eq. (3) and (4)): what fills a level comes with the read
 * of the level above it, a network is paid for by delivery or hop. A MAC takes three words; its energy is counted with the
 * psum, so that the journeys of all words add up to the energy of the layer.
 */
export function energyOfStop(type: LayerWord['type'], stop: StopName, costs: EnergyCosts): number {
  if (COMES_WITH_ANOTHER.includes(stop)) return 0;
  if (type !== 'psum' && (stop === 'rf-write' || stop === 'mac')) return 0;
  return costs[LEVEL_OF[stop]];
}

/** Whether a word is none of the ifmap, but made on the chip to stand around it. */
export const isPadding = ({ height, width }: ChipLayer, { type, row, column }: LayerWord): boolean =>
  type === 'ifmap' && (row < 0 || row >= height || column < 0 || column >= width);

/** How often each thing happens to a word in one pass; what is left out does not. */
export function stopsInPass(
  layer: ChipLayer,
  mapping: Pick<ChipMapping, 'r'>,
  pass: Pass,
  word: LayerWord,
): Readonly<Partial<Record<StopName, number>>> {
  if (groupOf(layer, word) !== pass.group) return {};
  switch (word.type) {
    case 'weight':
      return stopsOfWeight(layer, pass, word);
    case 'ifmap':
      return stopsOfPixel(layer, pass, word);
    case 'psum':
      return stopsOfPsum(layer, mapping, pass, word);
  }
}

function groupOf({ shape: { M, C } }: ChipLayer, word: LayerWord): number {
  return word.type === 'ifmap' ? Math.floor(word.channel / C) : Math.floor(word.filter / M);
}

function stopsOfWeight(
  { shape: { M } }: ChipLayer,
  { filters, channels, rows, columns, images }: Pass,
  { filter, channel }: WordOf<'weight'>,
) {
  if (!isIn(filters, filter % M) || !isIn(channels, channel)) return {};
  // The PEs of its row in one set: one for each ofmap row
  const pes = rows.count;
  const macs = pes * columns.count * images.count;
  const once = { 'dram-read': 1, 'glb-fill': 1, 'glb-read': 1, bus: 1 };
  return { ...once, delivery: pes, 'rf-write': pes, 'rf-read': macs, mac: macs };
}

function stopsOfPixel(layer: ChipLayer, pass: Pass, word: WordOf<'ifmap'>) {
  const { shape } = layer;
  const { R, S, C, Uv, Uh } = shape;
  const { images, channels, rows, columns, filters, kind, loadsIfmaps } = pass;
  if (!isIn(images, word.image) || !isIn(channels, word.channel % C)) return {};
  const row = word.row + layer.padTop - rows.start * Uv;
  const column = word.column + layer.padLeft - columns.start * Uh;
  const strip = stripSize(shape, rows.count, columns.count);
  if (row < 0 || row >= strip.rows || column < 0 || column >= strip.columns) return {};
  const loads = loadsIfmaps ? 1 : 0;
  const loaded = { 'dram-read': isPadding(layer, word) ? 0 : loads, 'glb-fill': loads };
  const onDiagonal = windowsAt(row, rows.count, Uv, R);
  const windows = windowsAt(column, columns.count, Uh, S);
  if (onDiagonal === 0 || windows === 0) return loaded;
  const pes = onDiagonal * kind.filters.filter((count) => count > 0).length;
  const macs = onDiagonal * windows * filters.count;
  return {
    ...loaded,
    'glb-read': 1,
    bus: 1,
    delivery: pes,
    'rf-write': pes,
    'rf-read': macs,
    mac: macs,
  };
}

function stopsOfPsum(
  { shape: { M, R, S } }: ChipLayer,
  { r }: Pick<ChipMapping, 'r'>,
  { images, rows, columns, filters, filtersInGlb, channels, kind, loadsPsums, drains }: Pass,
  { image, filter, row, column }: WordOf<'psum'>,
) {
  const isHere = isIn(images, image) && isIn(rows, row) && isIn(columns, column);
  if (!isHere || !isIn(filtersInGlb, filter % M)) return {};
  const loads = loadsPsums ? 1 : 0;
  const isDrained = drains === 'no' ? 0 : 1;
  const moved = { 'dram-read': loads, 'glb-fill': loads, 'glb-drain': isDrained, 'dram-write': isDrained };
  if (!isIn(filters, filter % M)) return moved;
  const macs = channels.count * R * S;
  const comesIn = kind.addsIncoming ? 1 : 0;
  return {
    ...moved,
    'glb-read': comesIn,
    bus: comesIn,
    'rf-read': macs,
    mac: macs,
    'rf-write': macs,
    'rf-leave': r * R,
    hop: r * R - 1,
    output: 1,
    'glb-write': 1,
  };
}

/** Whether a span has an item. */
export const isIn = ({ start, count }: Span, item: number): boolean => item >= start && item < start + count;

/** How many of so many windows, a stride apart, cover a row (or column). */
function windowsAt(at: number, windows: number, stride: number, size: number): number {
  const first = Math.max(Math.ceil((at - size + 1) / stride), 0);
  const last = Math.min(Math.floor(at / stride), windows - 1);
  return Math.max(last - first + 1, 0);
}
