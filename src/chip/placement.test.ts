import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCase } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { place, rowsTaken } from './placement.ts';

describe('sets on the array', () => {
  it('stand within it, no two on one PE', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        const { places } = place(chip.array, layer.shape, mapping);
        expect(places).toHaveLength(layer.shape.R * mapping.e * mapping.r * mapping.t);
        expect(new Set(places.map(({ row, column }) => `${row} ${column}`)).size).toBe(places.length);
        for (const { row, column } of places) {
          expect(row).toBeLessThan(chip.array.rows);
          expect(column).toBeLessThan(chip.array.columns);
        }
      }),
    );
  });

  it('keep the PEs of a column of psums right above each other', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        const { places } = place(chip.array, layer.shape, mapping);
        const top = new Map<string, { row: number; column: number }>();
        for (const { row, column, filterSet, channelSet, i, j } of places) {
          const key = `${filterSet} ${j}`;
          const first = top.get(key) ?? { row, column };
          top.set(key, first);
          expect({ row, column }).toEqual({
            row: first.row + channelSet * layer.shape.R + i,
            column: first.column,
          });
        }
      }),
    );
  });

  it.each([
    ['CONV1 of AlexNet, two sets side by side', 11, { e: 7, r: 1, t: 2 }, 11],
    ['CONV2, a set in two segments', 5, { e: 27, r: 1, t: 1 }, 10],
    ['CONV4, two sets on two', 3, { e: 13, r: 2, t: 2 }, 12],
    ['segments whose rests share a band', 2, { e: 21, r: 1, t: 2 }, 6],
  ])('take rows of PEs: %s', (_, R, mapping, rows) => {
    expect(rowsTaken(EYERISS_CHIP.array, R, mapping)).toBe(rows);
  });
});
