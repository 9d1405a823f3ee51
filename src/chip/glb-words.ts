import { type ChipLayer, channelParts, columnsRead, rowsRead } from './geometry.ts';
import type { ChipMapping } from './mapping.ts';
import type { NativeShapes } from './native.ts';
import { channelGroups, filterGroups } from './schedule.ts';

/** What a table of measurements counts as traffic between GLB and array. */
export interface GlbCounting {
  /** Whether filters count. */
  readonly filters: boolean;
  /** Whether ifmap strips (and tiles) at an edge count with the halo that they have, or with a share of a full one's. */
  readonly halo: 'as-it-is' | 'in-proportion';
}

/** JSSC 2017, Table V: ifmap words that the array reads, and psums. So all layers of AlexNet are met to the digit. */
export const TABLE_V_COUNTING: GlbCounting = { filters: false, halo: 'as-it-is' };

/**
 * JSSC 2017, Table VI: with filters. This is inferred too: of the ways to count that were tried, this is the only one in
 * which mappings explain all layers of VGG-16 to the digit, with the active PEs and the latency.
 */
export const TABLE_VI_COUNTING: GlbCounting = { filters: true, halo: 'in-proportion' };

/** Words between GLB and array in a layer, as a table counts them. Each psum counts twice for each group of channels. */
export function glbWords(
  layer: ChipLayer,
  mapping: ChipMapping,
  counting: GlbCounting,
  native: NativeShapes,
): number {
  const { psums, filters, ifmaps } = trafficTerms(layer, mapping, counting, native);
  return psums + (counting.filters ? filters : 0) + ifmaps * filterGroups(layer, mapping, native);
}

/** Words of psums, of filters, and of ifmaps for each group of filters that are in the array together. */
export function trafficTerms(
  layer: ChipLayer,
  { n, e, q, r, f }: Pick<ChipMapping, 'n' | 'e' | 'q' | 'r' | 'f'>,
  { halo }: GlbCounting,
  native: NativeShapes,
) {
  const { shape, operation } = layer;
  const { G, N, C, E, F, ofmaps, weights } = shape;
  const covered = (all: number, tile: number, read: (windows: number) => number[]) => {
    const full = read(tile).length;
    if (halo === 'in-proportion') return (all / tile) * full;
    return Math.floor(all / tile) * full + (all % tile > 0 ? read(all % tile).length : 0);
  };
  const rows = covered(E, e, (windows) => rowsRead(shape, windows));
  const columns = covered(F, f, (windows) => columnsRead(shape, windows));
  const loads = Math.ceil(E / e) * Math.ceil(F / f) * Math.ceil(N / n);
  return {
    // Between the parts of a layer, psums are drained once more
    psums: ofmaps * (2 * channelGroups(layer, { q, r }, native) + channelParts(layer, native).length - 1),
    filters: operation === 'max' ? 0 : weights * loads,
    ifmaps: G * N * C * rows * columns,
  };
}
