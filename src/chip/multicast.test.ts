import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCase } from './arbitrary.testing.ts';
import { configure } from './configuration.ts';
import { filterTag, ifmapTag, psumTag } from './ids.ts';
import { destinations } from './multicast.ts';

const configured = arbitraryCase.map(({ run }) =>
  configure(run.chip, run.layer, run.mapping, run.truncation),
);

describe('the multicast networks', () => {
  it('bring an ifmap row to exactly the PEs with U·j + i = row, each once', () => {
    fc.assert(
      fc.property(configured, ({ chip, shape, mapping, placement, ids }) => {
        for (let channelSet = 0; channelSet < mapping.r; channelSet++) {
          for (let y = 0; y <= shape.Uv * (mapping.e - 1) + shape.R - 1; y++) {
            if (y % shape.Uv >= shape.R) continue; // no filter covers it, and it is not sent
            const wanted = placement.places
              .filter((place) => place.channelSet === channelSet && shape.Uv * place.j + place.i === y)
              .map(({ row, column }) => row * chip.array.columns + column);
            const taking = destinations(ids.ifmap, ifmapTag(shape, channelSet, y));
            expect(taking).toEqual(wanted.sort((a, b) => a - b));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('bring a filter row to all PEs of its row of its set, and a psum to one PE', () => {
    fc.assert(
      fc.property(configured, ({ chip, mapping, placement, ids }) => {
        const numberOf = ({ row, column }: { row: number; column: number }) =>
          row * chip.array.columns + column;
        for (const place of placement.places) {
          const wanted = placement.places.filter(
            ({ filterSet, channelSet, i }) =>
              filterSet === place.filterSet && channelSet === place.channelSet && i === place.i,
          );
          const tag = filterTag(chip.array, place, mapping, placement.bandRows);
          expect(destinations(ids.filter, tag)).toEqual(wanted.map(numberOf).sort((a, b) => a - b));
          const isBottom = place.row % placement.bandRows === placement.bandRows - 1;
          expect(destinations(ids.psum, psumTag(place))).toEqual(isBottom ? [numberOf(place)] : []);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('have IDs enough for every mapping that keeps the limits', () => {
    fc.assert(
      fc.property(configured, ({ chip, ids }) => {
        const networks = [
          [ids.ifmap, chip.ifmapNetwork],
          [ids.filter, chip.filterNetwork],
          [ids.psum, chip.psumNetwork],
        ] as const;
        for (const [{ rows, columns }, { rowIdBits, columnIdBits }] of networks) {
          expect(Math.max(...rows.map((id) => id ?? 0))).toBeLessThan(2 ** rowIdBits);
          expect(Math.max(...columns.map((id) => id ?? 0))).toBeLessThan(2 ** columnIdBits);
        }
      }),
    );
  });
});
