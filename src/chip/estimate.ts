import type { Chip } from './chip.ts';
import { type ChipLayer, columnsRead, partsOf, rowsRead } from './geometry.ts';
import type { ChipMapping } from './mapping.ts';
import type { PassKind } from './schedule.ts';
import { type Span, shareOut, spansOf } from './spans.ts';

/** Passes of one kind. */
export interface KindCount {
  readonly kind: PassKind;
  readonly times: number;
}

/** How many passes of each kind a layer takes: those that {@link passesOf} gives, without going through them. */
export function countKinds(
  layer: ChipLayer,
  { m, n, e, p, q, r, t, f }: ChipMapping,
  { nativeShapes }: Chip,
): KindCount[] {
  const { G, N, E, F } = layer.shape;
  const all = (count: number) => ({ start: 0, count });
  const strips = tally(spansOf(all(E), e));
  const tiles = tally(spansOf(all(F), f));
  const imageGroups = tally(spansOf(all(N), n));
  const kinds: KindCount[] = [];
  for (const part of partsOf(layer, nativeShapes)) {
    const filterGroups = tally(spansOf(part.filters, m).flatMap((inGlb) => spansOf(inGlb, p * t)));
    const [first, ...later] = spansOf(part.channels, q * r);
    const loadsPsums = part.channels.start > 0;
    const channelGroups = [
      { count: first!.count, times: 1, addsIncoming: loadsPsums },
      ...tally(later).map((group) => ({ ...group, addsIncoming: true })),
    ];
    for (const rows of strips)
      for (const columns of tiles)
        for (const images of imageGroups)
          for (const filters of filterGroups)
            for (const channels of channelGroups) {
              const kind = {
                images: images.count,
                rows: rows.count,
                columns: columns.count,
                channels: shareOut(channels.count, r),
                filters: shareOut(filters.count, t),
                addsIncoming: channels.addsIncoming,
              };
              const times = G * rows.times * columns.times * images.times * filters.times * channels.times;
              kinds.push({ kind, times });
            }
  }
  return kinds;
}

function tally(spans: readonly Span[]): { readonly count: number; readonly times: number }[] {
  const times = new Map<number, number>();
  for (const { count } of spans) times.set(count, (times.get(count) ?? 0) + 1);
  return [...times].map(([count, times]) => ({ count, times }));
}

/**
 * Cycles of a pass without running it. At least its filters are loaded, and then the slowest of compute, ifmap delivery,
 * psums in and psums out takes its time. Before that, as a rule, the first windows arrive, and the first psum is made and
 * climbs the PEs of its column; what else keeps parts waiting is left out.
 */
export function estimateCycles(
  chip: Chip,
  { shape, operation }: ChipLayer,
  { images, rows, columns, channels, filters, addsIncoming }: PassKind,
): { readonly least: number; readonly expected: number } {
  const { R, S } = shape;
  const [mostChannels, mostFilters] = [Math.max(...channels), Math.max(...filters)];
  const words = (operation === 'max' ? [] : filters).flatMap((p) => channels.map((q) => p * q * S));
  const load = R * sum(words.map((row) => Math.ceil(row / chip.filterNetwork.wordsPerCycle)));
  const psumWidth = Math.min(chip.psumNetwork.wordsPerCycle, chip.pe.fifoWords);
  const pixels = images * rows * columns;
  const compute = images * columns * mostFilters * mostChannels * S;
  const ifmapWords = sum(channels) * rowsRead(shape, rows).length;
  const ifmap = (images * ifmapWords * columnsRead(shape, columns).length) / chip.ifmapNetwork.wordsPerCycle;
  const incoming = addsIncoming ? pixels * sum(filters.map((p) => Math.ceil(p / psumWidth))) : 0;
  const outgoing = (pixels * sum(filters)) / chip.outputNetwork.wordsPerCycle;
  const least = load + Math.max(compute, ifmap, incoming, outgoing);
  const firstWindows = (ifmapWords * S) / chip.ifmapNetwork.wordsPerCycle;
  return { least, expected: least + firstWindows + mostChannels * S + 3 * R * channels.length };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
