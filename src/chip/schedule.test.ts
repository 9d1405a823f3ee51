import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCase } from './arbitrary.testing.ts';
import { countPasses, passesOf } from './schedule.ts';
import type { Span } from './spans.ts';

const each = ({ start, count }: Span): number[] => Array.from({ length: count }, (_, i) => start + i);

describe('the passes of a layer', () => {
  it('do every MAC of it once', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        const { R, S, macs } = layer.shape;
        const done = new Map<string, number>();
        let sum = 0;
        for (const pass of passesOf(layer, mapping, chip.nativeShapes)) {
          const { group, images, rows, columns, channels, filters } = pass;
          sum += images.count * rows.count * columns.count * channels.count * filters.count * R * S;
          const pixel = `${group} ${images.start} ${rows.start} ${columns.start}`;
          for (const c of each(channels)) {
            for (const f of each(filters)) {
              const key = `${pixel} ${c} ${f}`;
              done.set(key, (done.get(key) ?? 0) + 1);
            }
          }
        }
        expect(sum).toBe(macs);
        expect([...done.values()].every((times) => times === 1)).toBe(true);
      }),
    );
  });

  it('begin psums once, add to them from the GLB, and drain them once', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        let drained = 0;
        let isOpen = false;
        for (const pass of passesOf(layer, mapping, chip.nativeShapes)) {
          if (pass.beginsPsums) {
            expect(isOpen).toBe(false);
            isOpen = true;
          }
          expect(isOpen).toBe(true);
          if (pass.drains === 'no') continue;
          isOpen = false;
          const { images, filtersInGlb, rows, columns } = pass;
          const psums = images.count * filtersInGlb.count * rows.count * columns.count;
          if (pass.drains === 'ofmap') drained += psums;
        }
        expect(isOpen).toBe(false);
        expect(drained).toBe(layer.shape.ofmaps);
      }),
    );
  });

  it('are as many as counted', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        expect(countPasses(layer, mapping, chip.nativeShapes)).toBe(
          [...passesOf(layer, mapping, chip.nativeShapes)].length,
        );
      }),
    );
  });

  it('keep to the limits of what a set holds', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        for (const { kind } of passesOf(layer, mapping, chip.nativeShapes)) {
          expect(Math.max(...kind.channels)).toBeLessThanOrEqual(mapping.q);
          expect(Math.max(...kind.filters)).toBeLessThanOrEqual(mapping.p);
        }
      }),
    );
  });
});
