/**
 * How the words of a buffer are counted where its tile moves. `true` is what the loops do: at each step, the words of
 * the new tile that the last one did not have. `timeloop` is what Timeloop 3 reports (Parashar et al., ISPASS 2019): it
 * walks the first two iterations of every loop and extrapolates, so that
 *
 * - where an outer loop steps, each loop inside has gone back by one step, not by all that it went;
 * - a tile that then lies where it lay costs nothing, one that lies a step further its new part, any other all its words,
 *   whatever it shares with the last.
 */
export const CONVENTIONS = ['true', 'timeloop'] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** A loop in time outside a buffer, as the buffer's tile of one tensor sees it. */
export interface TileLoop {
  /** Steps, at least 2. */
  readonly factor: number;
  /** The axis of the tensor along which a step moves the tile; -1 where the tensor does not know the loop. */
  readonly axis: number;
  /** Elements by which a step moves the tile along its axis. */
  readonly step: number;
}

/**
 * Words that one buffer fetches of a tensor over the whole run.
 *
 * The innermost loops that the tensor does not know cost nothing: it is stationary there. When loop j outside them steps,
 * all loops inside it start over, and the tile jumps by `v_j − Σ (f_i − 1)·v_i`.
 *
 * @param lengths of the tile along each axis of the tensor, in elements; its words are their product
 * @param loops outside the buffer, innermost first
 * @param convention says how far a loop that starts over goes back
 * @param sharing says which words of a tile are new, after such a jump; the same if nothing else is asked
 */
export function fetchedWords(
  lengths: readonly number[],
  loops: readonly TileLoop[],
  convention: Convention,
  sharing: Convention = convention,
): number {
  const tile = lengths.reduce((product, length) => product * length, 1);
  const innermost = loops.find(({ axis }) => axis >= 0);
  /** How far the loops so far have moved the tile, along each axis. */
  const moved = lengths.map(() => 0);
  let times = loops.reduce((product, { factor }) => product * factor, 1);
  let words = tile;
  for (const { factor, axis, step } of loops) {
    times /= factor;
    const jump = moved.map((distance, a) => (a === axis ? step : 0) - distance);
    words += (factor - 1) * times * newWords(jump);
    if (axis >= 0) moved[axis]! += step * (convention === 'true' ? factor - 1 : 1);
  }
  return words;

  function newWords(jump: readonly number[]): number {
    if (sharing === 'timeloop' && !isNear(jump)) return tile;
    return tile - jump.reduce((shared, way, a) => shared * Math.max(0, lengths[a]! - Math.abs(way)), 1);
  }

  /** Whether a tile lies where it lay, or one step of the innermost loop further. */
  function isNear(jump: readonly number[]): boolean {
    const step = (a: number) => (a === innermost?.axis ? innermost.step : 0);
    return jump.every((way) => way === 0) || jump.every((way, a) => way === step(a));
  }
}

/**
 * How many different positions the tiles of instances side by side have, where loops in space move them along one axis.
 *
 * @param loops factor and step of each, as a loop in time would move the tile
 */
export function distinctPositions(loops: readonly Pick<TileLoop, 'factor' | 'step'>[]): number {
  const [first, ...others] = loops;
  if (first === undefined) return 1;
  if (others.length === 0) return first.factor;
  let positions = new Set([0]);
  for (const { factor, step } of loops) {
    const next = new Set<number>();
    for (const position of positions) for (let i = 0; i < factor; i++) next.add(position + i * step);
    positions = next;
  }
  return positions.size;
}
