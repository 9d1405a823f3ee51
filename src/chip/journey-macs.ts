import { type ChipLayer, columnsRead } from './geometry.ts';
import {
  comesTo,
  isSameWord,
  namesInPe,
  nthPixel,
  nthPsum,
  numberOfPixel,
  numberOfPsum,
  type PeFilling,
  type PeWords,
  slotOfWeight,
  weightInSlot,
} from './journey-pe.ts';
import type { LayerWord } from './journey-stops.ts';
import type { PeOrder } from './pe.ts';

/*
 * The MACs of a PE in a pass, by their numbers from 0: window by window, and in each window in the order of the PE's loops.
 */

/** The words that one MAC takes. */
export interface MacWords {
  /** Undefined in a pooling layer, which compares. */
  readonly weight: LayerWord | undefined;
  readonly pixel: LayerWord;
  /** That it adds to. */
  readonly psum: LayerWord;
}

/** The words of a PE's `n`th MAC in the pass, from 0; undefined if it does not do so many. */
export function nthMac(layer: ChipLayer, order: PeOrder, pe: PeWords, n: number): MacWords | undefined {
  const { filters, perWindow, windowWords, windows } = loopsOf(layer, pe);
  const window = Math.floor(n / perWindow);
  if (!(n >= 0 && window < windows)) return undefined;
  const inWindow = n % perWindow;
  const [slot, position] =
    order === 'filters-innermost'
      ? [inWindow % filters, Math.floor(inWindow / filters)]
      : [Math.floor(inWindow / windowWords), inWindow % windowWords];
  return {
    weight: layer.operation === 'max' ? undefined : weightInSlot(layer, pe, slot * windowWords + position),
    pixel: nthPixel(layer, pe, firstOfWindow(layer, pe, window) + position)!,
    psum: nthPsum(pe, window * filters + slot)!,
  };
}

/**
 * The numbers of a PE's MACs with a word, in their order.
 *
 * @param word one that comes to this PE in the pass
 */
export function macsWith(layer: ChipLayer, order: PeOrder, pe: PeWords, word: LayerWord): number[] {
  const { filters, perWindow, windowWords, windows } = loopsOf(layer, pe);
  const numberOf = (window: number, slot: number, position: number) =>
    window * perWindow +
    (order === 'filters-innermost' ? position * filters + slot : slot * windowWords + position);
  switch (word.type) {
    case 'weight': {
      const at = slotOfWeight(layer, pe, word);
      const [slot, position] = [Math.floor(at / windowWords), at % windowWords];
      return upTo(windows).map((window) => numberOf(window, slot, position));
    }
    case 'ifmap': {
      const n = numberOfPixel(layer, pe, word);
      return upTo(windows).flatMap((window) => {
        const position = n - firstOfWindow(layer, pe, window);
        if (position < 0 || position >= windowWords) return [];
        return upTo(filters).map((slot) => numberOf(window, slot, position));
      });
    }
    case 'psum': {
      const n = numberOfPsum(pe, word);
      return upTo(windowWords).map((position) => numberOf(Math.floor(n / filters), n % filters, position));
    }
  }
}

/**
 * Whether a word is in a scratchpad or a FIFO of a PE in some cycle. The place of a psum holds it from its first MAC in the
 * PE on.
 *
 * @param macs that the PE has begun since the pass did
 */
export function holdsWord(
  layer: ChipLayer,
  order: PeOrder,
  pe: PeWords,
  filling: PeFilling & { readonly macs: number },
  word: LayerWord,
): boolean {
  if (!comesTo(layer, pe, word)) return false;
  const { filter, ifmap, psum, fifos } = namesInPe(layer, pe, filling);
  const has = (names: readonly (LayerWord | undefined)[]) =>
    names.some((name) => name !== undefined && isSameWord(name, word));
  if (has(filter) || has(ifmap) || Object.values(fifos).some(has)) return true;
  return has(psum) && macsWith(layer, order, pe, word)[0]! < filling.macs;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function loopsOf({ shape }: ChipLayer, { filters, channels, images, columns }: PeWords) {
  const windowWords = channels.count * shape.S;
  return {
    filters: filters.count,
    windowWords,
    perWindow: filters.count * windowWords,
    windows: channels.count > 0 ? images.count * columns.count : 0,
  };
}

/** The number of the first ifmap word of a window. */
function firstOfWindow({ shape }: ChipLayer, { columns, channels }: PeWords, window: number): number {
  const perImage = columnsRead(shape, columns.count).length;
  const column = (window % columns.count) * Math.min(shape.Uh, shape.S);
  return (Math.floor(window / columns.count) * perImage + column) * channels.count;
}
