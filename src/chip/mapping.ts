import type { LayerShape } from '../layer/shape.ts';

/**
 * How a layer is laid out on the array, in the letters of the paper, where the strips are of ofmap rows; whole numbers
 * from 1.
 */
export type ChipMapping = {
  /** Filters whose psums are in the GLB. */
  readonly m: number;
  /** Images in a pass, one after the other. */
  readonly n: number;
  /** ofmap rows in a strip, which is the width of a PE set. */
  readonly e: number;
  /** Filters interleaved in a PE. */
  readonly p: number;
  /** Channels interleaved in a PE. */
  readonly q: number;
  /** Sets on different channels, stacked so that their psums add up on the way. */
  readonly r: number;
  /** Sets on different filters. */
  readonly t: number;
  /** ofmap columns in a tile: F where rows are not cut, which the published mappings never say they are. */
  readonly f: number;
};

/** The letters in the order in which a mapping is written. */
export const LETTERS = ['m', 'n', 'e', 'p', 'q', 'r', 't', 'f'] as const;

/** The dimension that each letter tiles. */
export const TILED = { m: 'M', n: 'N', e: 'E', p: 'M', q: 'C', r: 'C', t: 'M', f: 'F' } as const;

/** `m=96 n=1 e=7 p=16 q=1 r=1 t=2`; f is left out where it is the whole row. */
export const mappingText = (mapping: ChipMapping, { F }: LayerShape): string =>
  LETTERS.filter((letter) => letter !== 'f' || mapping.f < F)
    .map((letter) => `${letter}=${mapping[letter]}`)
    .join(' ');
