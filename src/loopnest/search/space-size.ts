import type { Options } from './options.ts';

/**
 * How many mappings there are for one choice of what levels keep, whether they fit or not: the splits of every dimension
 * over loops in time, along X and along Y, and all orders of the loops of each level but the innermost, in which the order
 * never matters.
 *
 * Splits are those that rules allow, with no more along an axis than the grid has; that several dimensions go there
 * together, and what rules say of the order, is not looked at. With imperfect factors the number is an upper bound: some
 * splits are counted in which a factor could be smaller.
 */
export function spaceSize({ stages, steps }: Options): number {
  const levels = stages.length - 1;
  const dimensions = stages[0]!.length;
  /** By numbers of loops that the levels have so far: the ways to split the dimensions. */
  let ways = new Map<string, number>([
    [
      Array(levels - 1)
        .fill(0)
        .join(),
      1,
    ],
  ]);
  for (let k = 0; k < dimensions; k++) {
    const next = new Map<string, number>();
    for (const [loops, count] of splitsOf(k)) {
      for (const [before, many] of ways) {
        const key = added(before, loops);
        next.set(key, (next.get(key) ?? 0) + many * count);
      }
    }
    ways = next;
  }
  let size = 0;
  for (const [loops, count] of ways) size += numbers(loops).reduce((all, n) => all * factorial(n), count);
  return size;

  /** The splits of one dimension, by the levels at which it has a loop in time. */
  function splitsOf(k: number): Map<string, number> {
    let reached: Map<string, number>[] = stages[0]![k]!.map(() => new Map([['', 1]]));
    for (let stage = 1; stage <= levels; stage++) {
      const options = stages[stage]![k]!;
      const next = options.map(() => new Map<string, number>());
      reached.forEach((ways, above) => {
        options.forEach(({ alongX }, below) => {
          const count = steps[stage]![k]![above]![below]!;
          if (count === 0) return;
          const isOrdered = stage < levels;
          for (const [loops, many] of ways) {
            const loop = count > 1 ? 1 : 0;
            const key = isOrdered ? (loops === '' ? `${loop}` : `${loops},${loop}`) : loops;
            next[below]!.set(key, (next[below]!.get(key) ?? 0) + many * alongX.length);
          }
        });
      });
      reached = next;
    }
    const all = new Map<string, number>();
    for (const ways of reached) {
      for (const [loops, many] of ways) all.set(loops, (all.get(loops) ?? 0) + many);
    }
    return all;
  }
}

const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));

const added = (a: string, b: string): string => {
  const other = numbers(b);
  return numbers(a)
    .map((n, i) => n + other[i]!)
    .join();
};

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
