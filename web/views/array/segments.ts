import type { Place, Placement } from '../../../src/chip/placement.ts';

/** Lines over the array: x1, y1, x2, y2 of each, in sides of a PE from its upper left corner. */
export interface Segments {
  /** Along the PEs that share a filter row. */
  readonly rows: Float32Array;
  /** From PE to PE of those that share an ifmap row. */
  readonly diagonals: Float32Array;
  /** Up the PEs in which psums add up. */
  readonly psums: Float32Array;
}

const ARROW = 0.12;

/** Lines across and up go beside what is written on the PEs. */
const ASIDE = 0.32;

/** @param stride vertical, of the layer */
export function segmentsOf({ places, bandRows }: Placement, stride: number): Segments {
  const keyOf = ({ filterSet, channelSet }: Place, i: number, j: number) =>
    [filterSet, channelSet, i, j].join();
  const at = new Map(places.map((place) => [keyOf(place, place.i, place.j), place]));
  const rows: number[] = [];
  const diagonals: number[] = [];
  const psums: number[] = [];
  for (const place of places) {
    const { row, column, i, j } = place;
    const [x, y] = [column + 0.5, row + 0.5];
    const across = at.get(keyOf(place, i, j + 1));
    if (across?.row === row && across.column === column + 1) rows.push(x, y + ASIDE, x + 1, y + ASIDE);
    const diagonal = at.get(keyOf(place, i - stride, j + 1));
    if (diagonal?.column === column + 1 && diagonal.row === row - stride)
      diagonals.push(x, y, x + 1, y - stride);
    if (row % bandRows === 0) continue;
    const right = x + ASIDE;
    psums.push(right, y, right, y - 1);
    psums.push(right, y - 0.62, right - ARROW, y - 0.42, right, y - 0.62, right + ARROW, y - 0.42);
  }
  return {
    rows: Float32Array.from(rows),
    diagonals: Float32Array.from(diagonals),
    psums: Float32Array.from(psums),
  };
}
