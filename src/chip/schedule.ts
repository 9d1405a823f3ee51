import { type ChipLayer, channelParts, filterParts, type Part, partsOf } from './geometry.ts';
import type { ChipMapping } from './mapping.ts';
import type { NativeShapes } from './native.ts';
import { type Span, shareOut, spansOf } from './spans.ts';

/** What a pass is for the array: passes of one kind take the same cycles, whatever their data. */
export interface PassKind {
  /** n */
  readonly images: number;
  /** e: ofmap rows. */
  readonly rows: number;
  /** f: ofmap columns. */
  readonly columns: number;
  /** q of each of r sets on different channels; 0 where the channels do not suffice. */
  readonly channels: readonly number[];
  /** p of each of t sets on different filters. */
  readonly filters: readonly number[];
  /** Whether psums come from the GLB: not in the first pass over an ofmap. */
  readonly addsIncoming: boolean;
}

/** One pass: n images × q·r channels × p·t filters × one strip. */
export interface Pass {
  readonly kind: PassKind;
  /** Identifies the kind. */
  readonly key: string;
  /** Of the layer. */
  readonly group: number;
  readonly images: Span;
  readonly rows: Span;
  readonly columns: Span;
  /** Of the group. */
  readonly channels: Span;
  readonly filters: Span;
  /** Filters, of the group, whose psums are in the GLB during this pass. */
  readonly filtersInGlb: Span;
  /** True where the ifmap strips are new in the GLB. */
  readonly loadsIfmaps: boolean;
  /** True where the psums in the GLB begin anew: with zero, or with those of the part before. */
  readonly beginsPsums: boolean;
  /** Whether psums of the part before are brought from the DRAM. */
  readonly loadsPsums: boolean;
  /** True after which the psums in the GLB go to the DRAM: for good, or for the next part. */
  readonly drains: 'no' | 'ofmap' | 'psums';
}

/** How many passes a layer takes. */
export function countPasses(layer: ChipLayer, mapping: ChipMapping, native: NativeShapes): number {
  const { G, N, E, F } = layer.shape;
  const { n, e, f } = mapping;
  const strips = Math.ceil(E / e) * Math.ceil(F / f) * Math.ceil(N / n);
  return G * strips * filterGroups(layer, mapping, native) * channelGroups(layer, mapping, native);
}

/** Groups of filters, p·t of the m whose psums are in the GLB: how often each ifmap word is read. */
export function filterGroups(
  layer: ChipLayer,
  { m, p, t }: Pick<ChipMapping, 'm' | 'p' | 't'>,
  native: NativeShapes,
): number {
  const groups = (count: number) => Math.ceil(count / (p * t));
  return sum(
    filterParts(layer, native).map(({ count }) => Math.floor(count / m) * groups(m) + groups(count % m)),
  );
}

/** Groups of channels, q·r whose psums are added up in the array: how often each psum is written to the GLB. */
export const channelGroups = (
  layer: ChipLayer,
  { q, r }: Pick<ChipMapping, 'q' | 'r'>,
  native: NativeShapes,
): number => sum(channelParts(layer, native).map(({ count }) => Math.ceil(count / (q * r))));

/**
 * The passes of a layer in their order (JSSC 2017): strips and images outside, then filters whose psums are in the GLB,
 * then groups of channels, then the filters of one ifmap load. Those at the edges are smaller.
 */
export function* passesOf(layer: ChipLayer, mapping: ChipMapping, native: NativeShapes): Generator<Pass> {
  const { G } = layer.shape;
  const parts = partsOf(layer, native);
  for (let group = 0; group < G; group++) {
    for (const part of parts) yield* passesOfPart(layer, mapping, group, part);
  }
}

function* passesOfPart(
  { shape }: ChipLayer,
  { m, n, e, p, q, r, t, f }: ChipMapping,
  group: number,
  part: Part,
): Generator<Pass> {
  const all = (count: number) => ({ start: 0, count });
  const loadsPsums = part.channels.start > 0;
  const isLastPart = part.channels.start + part.channels.count === shape.C;
  const channelSpans = sharedOut(spansOf(part.channels, q * r), r);
  for (const rows of spansOf(all(shape.E), e)) {
    for (const columns of spansOf(all(shape.F), f)) {
      for (const images of spansOf(all(shape.N), n)) {
        for (const filtersInGlb of spansOf(part.filters, m)) {
          const filterSpans = sharedOut(spansOf(filtersInGlb, p * t), t);
          for (const [channels, channelShares] of channelSpans) {
            const isFirst = channels === channelSpans[0]![0];
            const isLast = channels === channelSpans.at(-1)![0];
            for (const [filters, filterShares] of filterSpans) {
              const kind: PassKind = {
                images: images.count,
                rows: rows.count,
                columns: columns.count,
                channels: channelShares,
                filters: filterShares,
                addsIncoming: loadsPsums || !isFirst,
              };
              const isLastOfAll = isLast && filters === filterSpans.at(-1)![0];
              yield {
                kind,
                key: keyOf(kind),
                group,
                images,
                rows,
                columns,
                channels,
                filters,
                filtersInGlb,
                loadsIfmaps: filters === filterSpans[0]![0],
                beginsPsums: isFirst && filters === filterSpans[0]![0],
                loadsPsums: loadsPsums && isFirst && filters === filterSpans[0]![0],
                drains: !isLastOfAll ? 'no' : isLastPart ? 'ofmap' : 'psums',
              };
            }
          }
        }
      }
    }
  }
}

const sharedOut = (spans: readonly Span[], sets: number) =>
  spans.map((span) => [span, shareOut(span.count, sets)] as const);

const keyOf = ({ images, rows, columns, channels, filters, addsIncoming }: PassKind): string =>
  [images, rows, columns, channels.join('+'), filters.join('+'), addsIncoming ? 'adds' : 'begins'].join('/');

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
