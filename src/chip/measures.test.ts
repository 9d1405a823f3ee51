import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { finish } from '../steps.ts';
import { arbitraryCase, type Case } from './arbitrary.testing.ts';
import { chipLayer } from './geometry.ts';
import { simulatePasses } from './layer-passes.ts';
import { addMeasures, energyOfChip, type LayerMeasures, layerMeasures } from './measures.ts';

/** Of a layer with so many images, whose words are those that were drawn, over and over. */
function measuresOf({ run, spec }: Case, images: number, firstImage = 0): LayerMeasures {
  const layer = chipLayer(spec, images);
  const { G, C } = layer.shape;
  const perImage = G * C * layer.height * layer.width;
  const ifmap = Int16Array.from(
    { length: images * perImage },
    (_, i) => run.words.ifmap[(firstImage * perImage + i) % run.words.ifmap.length]!,
  );
  const same = { ...run, layer, words: { ...run.words, ifmap } };
  return layerMeasures(same, finish(simulatePasses(same)));
}

describe('measures', () => {
  it('of two batches add up to those of one with all their images, in passes of as many', () => {
    fc.assert(
      fc.property(
        arbitraryCase.filter(({ spec }) => spec.type !== 'pool'),
        (drawn) => {
          const { n } = drawn.run.mapping;
          const [one, other] = [measuresOf(drawn, n), measuresOf(drawn, 2 * n, n)];
          const together = addMeasures(one, other);
          expect(together).toEqual(measuresOf(drawn, 3 * n));
          const energy = energyOfChip(together, EYERISS_ENERGY);
          const parts = [one, other].map((part) => energyOfChip(part, EYERISS_ENERGY).total);
          expect(energy.total).toBeCloseTo(parts[0]! + parts[1]!);
          expect(energy.perMac * together.macs).toBeCloseTo(energy.total);
        },
      ),
      { numRuns: 100 },
    );
  });
});
