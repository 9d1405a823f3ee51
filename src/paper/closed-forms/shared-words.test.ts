import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedWords, visitsOf, type Walk } from './shared-words.ts';

const AXES = ['rows', 'columns', 'channels', 'filters'] as const;

/** Every tile that the loops bring, in order, with the loop that stepped to bring it. */
function* tiles(loops: readonly Walk[]): Generator<{ at: Record<string, number>; stepped: number }> {
  for (let i = 0; i < visitsOf(loops); i++) {
    const at: Record<string, number> = { rows: 0, columns: 0, channels: 0, filters: 0 };
    let rest = i;
    let stepped = -1;
    loops.forEach(([along, steps, by], j) => {
      const index = rest % steps;
      rest = Math.floor(rest / steps);
      at[along]! += index * by;
      if (stepped < 0 && index > 0) stepped = j;
    });
    yield { at, stepped };
  }
}

test('words shared by one tile and the next, counted one by one', () => {
  const length = fc.integer({ min: 1, max: 6 });
  const loop = fc.tuple(
    fc.constantFrom(...AXES),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 7 }),
  );
  fc.assert(
    fc.property(
      fc.record({ rows: length, columns: length, channels: length }),
      fc.array(loop, { maxLength: 5 }),
      (tile, loops) => {
        const counted = loops.map(() => 0);
        let last: Record<string, number> | undefined;
        for (const { at, stepped } of tiles(loops)) {
          if (last) {
            const before = last;
            counted[stepped]! += Object.entries(tile).reduce((words, [axis, size]) => {
              let common = 0;
              for (let i = 0; i < size; i++) {
                const place = at[axis]! + i - before[axis]!;
                if (place >= 0 && place < size) common++;
              }
              return words * common;
            }, 1);
          }
          last = at;
        }
        expect(sharedWords(tile, loops)).toEqual(counted);
      },
    ),
    { numRuns: 200 },
  );
});
