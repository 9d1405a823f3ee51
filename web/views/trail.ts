import type { View } from './registry.ts';

/*
 * What goes along from one view to another: a view that was left is found again as it was, but for what has been chosen since
 * and means the same in both, such as the network.
 */

/** The query of each view that has been open, by its id. */
export type Trail = ReadonlyMap<string, string>;

/** The query with which to open a view from another, whose query is the last of the trail. */
export function queryFor(view: View, from: View | undefined, trail: Trail): string {
  const query = new URLSearchParams(trail.get(view.id) ?? '');
  if (from === undefined || from === view) return String(query);
  const here = new URLSearchParams(trail.get(from.id) ?? '');
  const before = query.get('net');
  for (const key of view.shares.filter((one) => from.shares.includes(one))) {
    const value = here.get(key);
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  // What belongs to a network is nothing to another one
  if (query.get('net') !== before) for (const key of NETWORK_KEYS) query.delete(key);
  return String(query);
}

/** Keys whose meaning hangs on the network. */
export const NETWORK_KEYS: readonly string[] = [
  'layer',
  'layers',
  'open',
  'mapping',
  'pass',
  'cycle',
  'pe',
  'word',
];
