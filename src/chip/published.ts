import type { ChipMapping } from './mapping.ts';

/** A mapping of a layer that the chip's papers give, and what has been changed about it. */
export interface PublishedMapping {
  readonly mapping: Omit<ChipMapping, 'f'>;
  /** Why it is not as printed. */
  readonly note?: string;
}

/**
 * The mappings of AlexNet, 4 images: JSSC 2017 (docs/chip.md). CONV3 is printed with q = 4, r = 1, t = 4, but only q = 3,
 * r = 2, t = 2 explains the measured GLB traffic of 50.2 MB to the digit, and the latency.
 */
export const PUBLISHED_ALEXNET: Readonly<Record<string, PublishedMapping>> = {
  CONV1: { mapping: { m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2 } },
  CONV2: { mapping: { m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1 } },
  CONV3: {
    mapping: { m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2 },
    note: 'printed with q = 4, r = 1, t = 4, which does not explain the measured GLB traffic',
  },
  CONV4: { mapping: { m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2 } },
  CONV5: { mapping: { m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2 } },
};
