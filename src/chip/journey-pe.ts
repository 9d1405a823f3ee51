import type { Chip } from './chip.ts';
import { configure } from './configuration.ts';
import { type ChipLayer, columnsRead } from './geometry.ts';
import { isIn, type LayerWord, type WordOf } from './journey-stops.ts';
import type { ChipMapping } from './mapping.ts';
import type { PeContents } from './pe.ts';
import type { Pass } from './schedule.ts';
import { type Span, sharesOf } from './spans.ts';

/** What a PE works on in a pass, in numbers of the layer. */
export interface PeWords {
  /** Of the array. */
  readonly row: number;
  readonly column: number;
  readonly group: number;
  /** Of all groups, interleaved in it: p. */
  readonly filters: Span;
  /** Of its group, interleaved in it: q. With none, the PE only hands psums on. */
  readonly channels: Span;
  readonly filterRow: number;
  readonly ofmapRow: number;
  /** Without padding: a row outside the ifmap is one of padding. */
  readonly ifmapRow: number;
  readonly isPadding: boolean;
  readonly images: Span;
  /** Of the ofmap: its windows in a row. */
  readonly columns: Span;
  /** Whether it hands its psums to the GLB, and not to the PE above. */
  readonly isTop: boolean;
  /** Whether psums come to it from the GLB, if from anywhere. */
  readonly isBottom: boolean;
}

/**
 * What each PE at work in a pass works on, from its first set to its last; those that only hand psums on are among them.
 *
 * @param pass of this layer and mapping
 */
export function pesOfPass(chip: Chip, layer: ChipLayer, mapping: ChipMapping, pass: Pass): PeWords[] {
  const { shape, height, padTop } = layer;
  const { group, kind, images, columns } = pass;
  const filterShares = sharesOf(pass.filters, kind.filters.length);
  const channelShares = sharesOf(pass.channels, kind.channels.length);
  const { places, bandRows } = configure(chip, layer, mapping, 0).placement;
  return places
    .filter(({ filterSet, j }) => kind.filters[filterSet]! > 0 && j < kind.rows)
    .map(({ row, column, filterSet, channelSet, i, j }) => {
      const { start, count } = filterShares[filterSet]!;
      const ofmapRow = pass.rows.start + j;
      const ifmapRow = shape.Uv * ofmapRow + i - padTop;
      return {
        row,
        column,
        group,
        filters: { start: group * shape.M + start, count },
        channels: channelShares[channelSet]!,
        filterRow: i,
        ofmapRow,
        ifmapRow,
        isPadding: ifmapRow < 0 || ifmapRow >= height,
        images,
        columns,
        isTop: row % bandRows === 0,
        isBottom: row % bandRows === bandRows - 1,
      };
    });
}

/** What the PE at a place of the array works on in a pass; undefined if it has nothing to do. */
export const wordsOfPe = (
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  pass: Pass,
  { row, column }: Pick<PeWords, 'row' | 'column'>,
): PeWords | undefined =>
  pesOfPass(chip, layer, mapping, pass).find((pe) => pe.row === row && pe.column === column);

/**
 * Whether a word comes to a PE in the pass: a weight or pixel into its scratchpads, a psum on its way through the PE, which
 * may have no channel to add.
 */
export function comesTo(layer: ChipLayer, pe: PeWords, word: LayerWord): boolean {
  const { C } = layer.shape;
  switch (word.type) {
    case 'weight':
      return isIn(pe.filters, word.filter) && isIn(pe.channels, word.channel) && pe.filterRow === word.row;
    case 'ifmap':
      return (
        isIn(pe.images, word.image) &&
        Math.floor(word.channel / C) === pe.group &&
        isIn(pe.channels, word.channel % C) &&
        pe.ifmapRow === word.row &&
        columnRead(layer, pe, word.column) >= 0
      );
    case 'psum':
      return (
        isIn(pe.images, word.image) &&
        isIn(pe.filters, word.filter) &&
        pe.ofmapRow === word.row &&
        isIn(pe.columns, word.column)
      );
  }
}

/** Which of the columns that a PE reads of a row an ifmap column is; -1 if it is none of them. */
const columnRead = ({ shape, padLeft }: ChipLayer, { columns }: PeWords, column: number): number =>
  columnsRead(shape, columns.count).indexOf(column + padLeft - shape.Uh * columns.start);

/** The weight in a slot of a PE's filter scratchpad: filter by filter, column by column, the channels interleaved. */
export function weightInSlot({ shape: { S } }: ChipLayer, pe: PeWords, slot: number): LayerWord | undefined {
  const { filters, channels, filterRow } = pe;
  if (slot < 0 || slot >= filters.count * S * channels.count) return undefined;
  const place = Math.floor(slot / channels.count);
  return {
    type: 'weight',
    filter: filters.start + Math.floor(place / S),
    channel: channels.start + (slot % channels.count),
    row: filterRow,
    column: place % S,
  };
}

/** Where {@link weightInSlot} finds a weight that comes to this PE. */
export const slotOfWeight = (
  { shape }: ChipLayer,
  { filters, channels }: PeWords,
  { filter, channel, column }: WordOf<'weight'>,
): number => ((filter - filters.start) * shape.S + column) * channels.count + channel - channels.start;

/**
 * The ifmap word, or word of padding, that comes `n`th into a PE's ifmap scratchpad in the pass, from 0: image by image,
 * column by column, the channels interleaved.
 */
export function nthPixel(layer: ChipLayer, pe: PeWords, n: number): LayerWord | undefined {
  const { shape, padLeft } = layer;
  const { channels, images, columns } = pe;
  const read = columnsRead(shape, columns.count);
  if (n < 0 || n >= images.count * read.length * channels.count) return undefined;
  const at = Math.floor(n / channels.count);
  return {
    type: 'ifmap',
    image: images.start + Math.floor(at / read.length),
    channel: pe.group * shape.C + channels.start + (n % channels.count),
    row: pe.ifmapRow,
    column: shape.Uh * columns.start + read[at % read.length]! - padLeft,
  };
}

/** The number, as {@link nthPixel} counts, of a word that comes to this PE. */
export const numberOfPixel = (
  layer: ChipLayer,
  pe: PeWords,
  { image, channel, column }: WordOf<'ifmap'>,
): number => {
  const { images, columns, channels } = pe;
  const perImage = columnsRead(layer.shape, columns.count).length;
  const at = (image - images.start) * perImage + columnRead(layer, pe, column);
  return at * channels.count + (channel % layer.shape.C) - channels.start;
};

/** The psum that leaves a PE `n`th in the pass, from 0: image by image, column by column, filter by filter. */
export function nthPsum({ filters, images, columns, ofmapRow }: PeWords, n: number): LayerWord | undefined {
  const window = Math.floor(n / filters.count);
  if (n < 0 || window >= images.count * columns.count) return undefined;
  return {
    type: 'psum',
    image: images.start + Math.floor(window / columns.count),
    filter: filters.start + (n % filters.count),
    row: ofmapRow,
    column: columns.start + (window % columns.count),
  };
}

/** The number, as {@link nthPsum} counts, of a psum that comes to this PE. */
export const numberOfPsum = (
  { filters, images, columns }: PeWords,
  { image, filter, column }: WordOf<'psum'>,
): number =>
  ((image - images.start) * columns.count + column - columns.start) * filters.count + filter - filters.start;

/** What is in a PE in some cycle of a pass, and how many words have come and gone since the pass began. */
export interface PeFilling {
  readonly contents: PeContents;
  /** Words written to its ifmap scratchpad. */
  readonly ifmapWrites: number;
  /** psums that have left its psum scratchpad. */
  readonly psumsOut: number;
}

/**
 * The names of the words in a PE, place by place in the order of its contents; undefined for a place of the psum scratchpad
 * that is not used again in the pass.
 */
export interface PeNames {
  readonly filter: readonly (LayerWord | undefined)[];
  readonly ifmap: readonly (LayerWord | undefined)[];
  readonly psum: readonly (LayerWord | undefined)[];
  readonly fifos: Readonly<Record<'ifmapIn' | 'psumIn' | 'psumOut', readonly (LayerWord | undefined)[]>>;
}

/** Tells which word of the layer each word in a PE is. */
export function namesInPe(layer: ChipLayer, pe: PeWords, filling: PeFilling): PeNames {
  const { contents, ifmapWrites, psumsOut } = filling;
  const { filter, ifmap, psum, fifos } = contents;
  const named = <T>({ length }: ArrayLike<number>, name: (place: number) => T) =>
    Array.from({ length }, (_, place) => name(place));
  const oldest = ifmapWrites - ifmap.length;
  const left = psumsOut - fifos.psumOut.length;
  // A slot is that of the next psum of its filter to leave
  const psumIn = (slot: number) => slot + Math.ceil((psumsOut - slot) / pe.filters.count) * pe.filters.count;
  return {
    filter: named(filter, (slot) => weightInSlot(layer, pe, slot)),
    ifmap: named(ifmap, (place) => nthPixel(layer, pe, oldest + place)),
    psum: named(psum, (slot) => nthPsum(pe, psumIn(slot))),
    fifos: {
      ifmapIn: named(fifos.ifmapIn, (place) => nthPixel(layer, pe, ifmapWrites + place)),
      psumIn: named(fifos.psumIn, (place) => nthPsum(pe, psumsOut + place)),
      psumOut: named(fifos.psumOut, (place) => nthPsum(pe, left + place)),
    },
  };
}

/** Whether two words are the same one of a layer. */
export function isSameWord(a: LayerWord, b: LayerWord): boolean {
  const [one, other] = [a, b] as readonly Readonly<Record<string, unknown>>[];
  return Object.keys(one!).every((key) => one![key] === other![key]);
}
