import type { LayerShape } from '../layer/shape.ts';
import type { ArrayConfig } from './chip.ts';
import type { ChipMapping } from './mapping.ts';

/** Where on the array the sets of a mapping stand. */
export interface Placement {
  /** The PE of each place in the sets. */
  readonly places: readonly Place[];
  /** Rows of PEs in which psums add up: r·R. */
  readonly bandRows: number;
}

/** A PE at work, and what it works on. */
export interface Place {
  /** Physical row, 0 at the top, and column. */
  readonly row: number;
  readonly column: number;
  /** Which set, of those on different filters: 0 to t − 1. */
  readonly filterSet: number;
  /** Which set, of those on different channels: 0 to r − 1. */
  readonly channelSet: number;
  /** Filter row: 0 to R − 1. */
  readonly i: number;
  /** ofmap row in the strip: 0 to e − 1. */
  readonly j: number;
}

/**
 * Rows of the array that a mapping's sets take. Sets of the r dimension stand on top of each other, in bands of r·R rows.
 * A set that is wider than the array is cut into segments of its full width, and a rest.
 */
export function rowsTaken(
  { columns }: ArrayConfig,
  R: number,
  { e, r, t }: Pick<ChipMapping, 'e' | 'r' | 't'>,
): number {
  const fullSegments = Math.floor(e / columns);
  const rest = e % columns;
  const restBands = rest > 0 ? Math.ceil(t / Math.floor(columns / rest)) : 0;
  return (t * fullSegments + restBands) * r * R;
}

/** Puts the sets of a mapping that fits on the array: full segments first, rests side by side below them. */
export function place({ columns }: ArrayConfig, { R }: LayerShape, { e, r, t }: ChipMapping): Placement {
  const bandRows = r * R;
  const fullSegments = Math.floor(e / columns);
  const rest = e % columns;
  const restsPerBand = rest > 0 ? Math.floor(columns / rest) : 0;
  const places: Place[] = [];
  for (let filterSet = 0; filterSet < t; filterSet++) {
    for (let j = 0; j < e; j++) {
      const segment = Math.floor(j / columns);
      const isFull = segment < fullSegments;
      const band = isFull
        ? filterSet * fullSegments + segment
        : t * fullSegments + Math.floor(filterSet / restsPerBand);
      const left = isFull ? 0 : (filterSet % restsPerBand) * rest;
      for (let channelSet = 0; channelSet < r; channelSet++) {
        for (let i = 0; i < R; i++) {
          const row = band * bandRows + channelSet * R + i;
          places.push({ row, column: left + (j % columns), filterSet, channelSet, i, j });
        }
      }
    }
  }
  return { places, bandRows };
}
