/**
 * A smallest set of things that cannot be had together, of so many that are numbered from 0; `undefined` if all can. What
 * can be had together, still can with fewer.
 *
 * Such a set has one of the things at least that each largest possible set lacks. So a smallest one that does is tried; if
 * it is possible, it grows as far as it can, and what it lacks then is one more to be hit (Ignatiev et al., Smallest MUS
 * Extraction with Minimal Hitting Set Dualization, CP 2015).
 */
export function smallestConflict(
  count: number,
  isPossible: (things: ReadonlySet<number>) => boolean,
): readonly number[] | undefined {
  const lacking: (readonly number[])[] = [];
  if (!isPossible(new Set())) return [];
  // Mostly it is one alone, which is found faster than a largest possible set
  for (let thing = 0; thing < count; thing++) if (!isPossible(new Set([thing]))) return [thing];
  for (;;) {
    const things = smallestHitting(lacking);
    if (!isPossible(things)) return [...things].sort((a, b) => a - b);
    const rest: number[] = [];
    for (let thing = 0; thing < count; thing++) {
      if (things.has(thing)) continue;
      things.add(thing);
      if (isPossible(things)) continue;
      things.delete(thing);
      rest.push(thing);
    }
    if (rest.length === 0) return undefined;
    lacking.push(rest);
  }
}

/** A smallest set with at least one member of each of some lists. */
function smallestHitting(lists: readonly (readonly number[])[]): Set<number> {
  const chosen = new Set<number>();
  const hits = (most: number): boolean => {
    const open = lists.find((list) => !list.some((thing) => chosen.has(thing)));
    if (open === undefined) return true;
    if (most === 0) return false;
    return open.some((thing) => {
      chosen.add(thing);
      if (hits(most - 1)) return true;
      chosen.delete(thing);
      return false;
    });
  };
  let most = 0;
  while (!hits(most)) most++;
  return chosen;
}
