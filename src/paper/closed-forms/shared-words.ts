/** Lengths of a tile along what its tensor has: images, channels, rows, … */
export type Tile = Readonly<Record<string, number>>;

/** A loop outside a buffer: what it runs over, its steps, and by how much each moves the tile if the tile knows it. */
export type Walk = readonly [along: string, steps: number, by: number];

/** Words of a tile. */
export const wordsOf = (tile: Tile): number =>
  Object.values(tile).reduce((words, length) => words * length, 1);

/** How often loops bring a tile to a buffer. */
export const visitsOf = (loops: readonly Walk[]): number =>
  loops.reduce((visits, [, steps]) => visits * steps, 1);

/**
 * Words that a buffer has of the next tile already, each time a loop steps and those inside it start over: all where none of
 * them moves the tile, what overlaps where they move it by less than its length.
 *
 * @param loops outside the buffer, innermost first
 * @returns words over the whole run, for each loop
 */
export function sharedWords(tile: Tile, loops: readonly Walk[]): number[] {
  const moved: Record<string, number> = Object.fromEntries(Object.keys(tile).map((along) => [along, 0]));
  let visits = visitsOf(loops);
  return loops.map(([along, steps, by]) => {
    visits /= steps;
    const shared = Object.entries(tile).reduce((words, [axis, length]) => {
      const way = (axis === along ? by : 0) - moved[axis]!;
      return words * Math.max(0, length - Math.abs(way));
    }, 1);
    if (along in tile) moved[along]! += (steps - 1) * by;
    return (steps - 1) * visits * shared;
  });
}
