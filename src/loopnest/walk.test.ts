import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONVENTIONS, distinctPositions, fetchedWords, type TileLoop } from './walk.ts';

const loop = (axes: number): fc.Arbitrary<TileLoop> =>
  fc
    .record({
      factor: fc.integer({ min: 2, max: 4 }),
      axis: fc.integer({ min: -1, max: axes - 1 }),
      step: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ factor, axis, step }) => ({ factor, axis, step: axis < 0 ? 0 : step }));

/** A tile of one to three axes, with loops that move it in any way: more ways than those of a loop nest. */
const walk = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }).chain((lengths) =>
  fc.record({
    lengths: fc.constant(lengths),
    loops: fc.array(loop(lengths.length), { maxLength: 5 }),
  }),
);

/** The elements of a tile, each by its position. */
function elements(lengths: readonly number[], corner: readonly number[]): Set<string> {
  let all: number[][] = [[]];
  lengths.forEach((length, axis) => {
    all = all.flatMap((at) => Array.from({ length }, (_, i) => [...at, corner[axis]! + i]));
  });
  return new Set(all.map((at) => at.join()));
}

const moved = (corner: readonly number[], { axis, step }: TileLoop) =>
  corner.map((position, a) => (a === axis ? position + step : position));

/** Where the tile's corner goes, in order. */
function corners(lengths: readonly number[], loops: readonly TileLoop[]): number[][] {
  const from = (corner: number[], [outermost, ...inside]: readonly TileLoop[]): number[][] => {
    if (outermost === undefined) return [corner];
    let at = corner;
    return Array.from({ length: outermost.factor }).flatMap(() => {
      const walked = from(at, inside);
      at = moved(at, outermost);
      return walked;
    });
  };
  return from(
    lengths.map(() => 0),
    loops.toReversed(),
  );
}

test('in the true convention, the words that each tile has and the last had not', () => {
  fc.assert(
    fc.property(walk, ({ lengths, loops }) => {
      let last = new Set<string>();
      let words = 0;
      for (const corner of corners(lengths, loops)) {
        const tile = elements(lengths, corner);
        words += [...tile].filter((element) => !last.has(element)).length;
        last = tile;
      }
      expect(fetchedWords(lengths, loops, 'true')).toBe(words);
    }),
    { numRuns: 1000 },
  );
});

test('in the convention of Timeloop, the first two iterations of each loop, the second for all that follow', () => {
  fc.assert(
    fc.property(walk, ({ lengths, loops }) => {
      const origin = lengths.map(() => 0);
      const innermost = loops.find(({ axis }) => axis >= 0);
      const near = [origin, innermost ? moved(origin, innermost) : origin].map((way) => way.join());
      let last: number[] | undefined;
      const run = (corner: number[], [outermost, ...inside]: readonly TileLoop[]): number => {
        if (outermost) {
          const first = run(corner, inside);
          return first + (outermost.factor - 1) * run(moved(corner, outermost), inside);
        }
        const tile = elements(lengths, corner);
        const way = last && corner.map((position, a) => position - last![a]!).join();
        const kept = last && near.includes(way!) ? elements(lengths, last) : new Set();
        last = corner;
        return [...tile].filter((element) => !kept.has(element)).length;
      };
      expect(fetchedWords(lengths, loops, 'timeloop')).toBe(run(origin, loops.toReversed()));
    }),
    { numRuns: 1000 },
  );
});

describe('by hand', () => {
  const along = (factor: number, step: number): TileLoop => ({ factor, axis: 0, step });
  const unknown: TileLoop = { factor: 3, axis: -1, step: 0 };

  test('a window of three words steps four times by one: seven words', () => {
    expect(CONVENTIONS.map((one) => fetchedWords([3], [along(5, 1)], one))).toEqual([7, 7]);
  });

  test('steps longer than the tile leave words out', () => {
    expect(CONVENTIONS.map((one) => fetchedWords([3], [along(5, 4)], one))).toEqual([15, 15]);
  });

  test('stationary inside, all again outside', () => {
    for (const one of CONVENTIONS) {
      expect(fetchedWords([3], [], one)).toBe(3);
      expect(fetchedWords([3], [unknown], one)).toBe(3);
      expect(fetchedWords([3], [unknown, along(5, 3)], one)).toBe(15);
      expect(fetchedWords([3], [along(5, 3), unknown], one)).toBe(45);
    }
  });

  test('of the tile that it starts over with, what is still there is not fetched, though Timeloop does', () => {
    // Words 0-2, 1-3, and so again twice: word 0
    expect(fetchedWords([3], [along(2, 1), unknown], 'true')).toBe(3 + 1 + 2 * (1 + 1));
    expect(fetchedWords([3], [along(2, 1), unknown], 'timeloop')).toBe(3 + 1 + 2 * (3 + 1));
  });
});

describe('what must be', () => {
  test('a loop that the tensor does not know costs nothing innermost', () => {
    fc.assert(
      fc.property(walk, fc.constantFrom(...CONVENTIONS), ({ lengths, loops }, convention) => {
        const unknown = { factor: 3, axis: -1, step: 0 };
        const words = fetchedWords(lengths, loops, convention);
        expect(fetchedWords(lengths, [unknown, ...loops], convention)).toBe(words);
      }),
    );
  });

  test('all words of all tiles are fetched, none more often than tiles have it', () => {
    fc.assert(
      fc.property(walk, ({ lengths, loops }) => {
        const places = corners(lengths, loops);
        const all = new Set(places.flatMap((corner) => [...elements(lengths, corner)]));
        const words = fetchedWords(lengths, loops, 'true');
        expect(words).toBeGreaterThanOrEqual(all.size);
        expect(words).toBeLessThanOrEqual(places.length * elements(lengths, places[0]!).size);
      }),
      { numRuns: 200 },
    );
  });

  test('where no loop has more than two steps, Timeloop walks them all and fetches no less', () => {
    fc.assert(
      fc.property(walk, ({ lengths, loops }) => {
        const short = loops.map((one) => ({ ...one, factor: 2 }));
        const [words, timeloop] = CONVENTIONS.map((one) => fetchedWords(lengths, short, one));
        expect(timeloop).toBeGreaterThanOrEqual(words!);
      }),
    );
  });
});

test('different positions are counted once', () => {
  fc.assert(
    fc.property(fc.array(loop(1), { maxLength: 5 }), (loops) => {
      const along = loops.map(({ factor, step }) => ({ factor, step: Math.max(1, step) }));
      let positions = [0];
      for (const { factor, step } of along) {
        positions = positions.flatMap((position) =>
          Array.from({ length: factor }, (_, i) => position + i * step),
        );
      }
      expect(distinctPositions(along)).toBe(new Set(positions).size);
    }),
  );
  expect(distinctPositions([])).toBe(1);
});
