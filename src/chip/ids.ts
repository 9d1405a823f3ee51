import type { LayerShape } from '../layer/shape.ts';
import type { ArrayConfig } from './chip.ts';
import type { ChipMapping } from './mapping.ts';
import type { NetworkIds, Tag } from './multicast.ts';
import type { Place, Placement } from './placement.ts';

/** How the words of each type of data are labelled, and the IDs that make them find their PEs. */

/**
 * The ifmap row `y` of a strip goes along a diagonal, to the PEs with `U·j + i = y` in every set on its channel. X-buses
 * have an ID for the set and for `i mod U`, PEs for the rest of the row: `y / U`.
 */
export function ifmapTag({ Uv, R }: LayerShape, channelSet: number, y: number): Tag {
  return { row: channelSet * Math.min(Uv, R) + (y % Uv), column: Math.floor(y / Uv) };
}

/** A filter row goes across its set: to the row of PEs, or rows where the set is cut into segments. */
export function filterTag({ columns }: ArrayConfig, place: Place, { e }: ChipMapping, bandRows: number): Tag {
  if (e > columns) return { row: place.row % bandRows, column: place.filterSet };
  return { row: place.row, column: place.filterSet % Math.floor(columns / e) };
}

/** A psum goes to the one PE at the bottom of its column. */
export const psumTag = ({ row, column }: Place): Tag => ({ row, column });

/** The IDs of the three networks in a layer's configuration. */
export interface Ids {
  readonly ifmap: NetworkIds;
  readonly filter: NetworkIds;
  readonly psum: NetworkIds;
}

/** The IDs under which exactly the right PEs take each word. */
export function idsOf(
  array: ArrayConfig,
  shape: LayerShape,
  mapping: ChipMapping,
  { places, bandRows }: Placement,
): Ids {
  const isBottom = ({ row }: Place) => row % bandRows === bandRows - 1;
  return {
    ifmap: labelled(array, places, (place) =>
      ifmapTag(shape, place.channelSet, shape.Uv * place.j + place.i),
    ),
    filter: labelled(array, places, (place) => filterTag(array, place, mapping, bandRows)),
    psum: labelled(array, places.filter(isBottom), psumTag),
  };
}

function labelled(
  { rows, columns }: ArrayConfig,
  places: readonly Place[],
  tagOf: (place: Place) => Tag,
): NetworkIds {
  const rowIds: (number | null)[] = Array.from({ length: rows }, () => null);
  const columnIds: (number | null)[] = Array.from({ length: rows * columns }, () => null);
  for (const place of places) {
    const tag = tagOf(place);
    rowIds[place.row] = tag.row;
    columnIds[place.row * columns + place.column] = tag.column;
  }
  return { rows: rowIds, columns: columnIds };
}

/** How many different IDs each network may need, for X-buses and for the PEs on one. */
export function idsNeeded(
  { rows, columns }: ArrayConfig,
  { R, Uv }: LayerShape,
  { e, r, t }: Pick<ChipMapping, 'e' | 'r' | 't'>,
) {
  return {
    ifmap: { rows: r * Math.min(Uv, R), columns: e + Math.floor((R - 1) / Uv) },
    filter: { rows, columns: Math.min(t, Math.max(rows, columns)) },
    psum: { rows, columns },
  };
}
