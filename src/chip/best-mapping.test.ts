import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { energyOf } from '../analysis/energy.ts';
import { countAccesses } from '../dataflow/counts.ts';
import type { Dataflow } from '../dataflow/dataflow.ts';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import type { LayerShape } from '../layer/shape.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { bestChipMapping } from './best-mapping.ts';
import { type Chip, EYERISS_CHIP } from './chip.ts';
import { chipRowStationary } from './dataflow.ts';
import { chipLayer, partShape } from './geometry.ts';
import { brokenChipLimits } from './limits.ts';
import type { ChipMapping } from './mapping.ts';
import { PUBLISHED_ALEXNET } from './published.ts';

const energy = (chip: Chip, shape: LayerShape, mapping: ChipMapping): number =>
  energyOf(shape.macs, countAccesses(chipRowStationary(chip) as Dataflow, shape, mapping), EYERISS_ENERGY)
    .total;

/** Least energy of all mappings that fit, one by one. */
function leastEnergy(chip: Chip, shape: LayerShape): number {
  const { M, N, C, E, F } = shape;
  let least = Number.POSITIVE_INFINITY;
  const upTo = (most: number) => Array.from({ length: most }, (_, i) => i + 1);
  for (const m of upTo(M))
    for (const n of upTo(N))
      for (const e of upTo(E))
        for (const p of upTo(m))
          for (const q of upTo(C))
            for (const r of upTo(Math.floor(C / q)))
              for (const t of upTo(Math.floor(m / p)))
                for (const f of upTo(F)) {
                  const mapping = { m, n, e, p, q, r, t, f };
                  if (brokenChipLimits(chip, shape, mapping).length > 0) continue;
                  least = Math.min(least, energy(chip, shape, mapping));
                }
  return least;
}

describe('the best mapping on a chip', () => {
  it('needs as little energy as the best of all mappings, tried one by one', () => {
    const small = arbitraryCase.filter(({ run: { layer } }) => {
      const { M, N, C, E, F } = layer.shape;
      return M * N * C * E * F <= 2000 && M <= 4 && C <= 4;
    });
    fc.assert(
      fc.property(small, ({ run: { chip, layer } }) => {
        const shape = partShape(layer, chip.nativeShapes);
        const found = bestChipMapping(chip, shape);
        if (!found.feasible) throw new Error('a mapping is known that fits');
        expect(brokenChipLimits(chip, shape, found.mapping)).toEqual([]);
        expect(found.search.proven).toBe(true);
        const least = leastEnergy(chip, shape);
        expect(energy(chip, shape, found.mapping)).toBeCloseTo(least, 6);
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.entries(PUBLISHED_ALEXNET))(
    'needs no more energy than the published one: %s',
    (name, { mapping }) => {
      const layer = chipLayer(builtinNetwork('alexnet').layers.find((one) => one.name === name)!, 4);
      const found = bestChipMapping(EYERISS_CHIP, layer.shape);
      const published = { ...mapping, f: layer.shape.F };
      expect(brokenChipLimits(EYERISS_CHIP, layer.shape, published)).toEqual([]);
      expect(found.feasible && energy(EYERISS_CHIP, layer.shape, found.mapping)).toBeLessThanOrEqual(
        energy(EYERISS_CHIP, layer.shape, published),
      );
    },
  );

  it('cuts rows into tiles only where that saves energy', () => {
    const pool = chipLayer(builtinNetwork('vgg-16').layers.find((one) => one.name === 'POOL1')!, 1);
    const found = bestChipMapping(EYERISS_CHIP, pool.shape);
    expect(found.feasible && found.mapping.f).toBe(112);
  });
});
