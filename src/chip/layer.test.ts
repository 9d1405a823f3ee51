import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerFromSpec } from '../layer/layer.ts';
import { finish } from '../steps.ts';
import { arbitraryCase, type Case } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { ofmapByDefinition } from './definition.testing.ts';
import { chipLayer } from './geometry.ts';
import { simulateCycles } from './layer.ts';
import { type KnownPasses, simulatePasses, timeLayer } from './layer-passes.ts';

const definition = ({ run, spec, batch }: Case) =>
  ofmapByDefinition(spec, batch, run.words.ifmap, run.words.filters, run);

describe('the chip, cycle by cycle', () => {
  it('makes the ofmap that the definition of a convolution gives', () => {
    fc.assert(
      fc.property(arbitraryCase, (drawn) => {
        expect(finish(simulateCycles(drawn.run)).ofmap).toEqual(definition(drawn));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the chip, pass by pass', () => {
  it('takes the same cycles, counts and words as cycle by cycle', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        expect(finish(simulatePasses(run))).toEqual(finish(simulateCycles(run)));
      }),
      { numRuns: 200 },
    );
  });

  it('takes the same cycles and counts whatever has run on the chip before', () => {
    const known: KnownPasses = new Map();
    const [either, some] = [fc.constantFrom(1, 2), fc.constantFrom(1, 4)];
    const one = fc.record({ R: fc.constantFrom(1, 3), S: fc.constantFrom(1, 3), Uv: either, Uh: either });
    const tile = fc.record({ e: either, f: either, n: fc.constant(2), m: some });
    let again = 0;
    fc.assert(
      fc.property(one, tile, some, fc.boolean(), ({ R, S, Uv, Uh }, { m, ...letters }, channels, isPool) => {
        const input = [channels, 2 * Uv + R, 2 * Uh + S] as const; // An ofmap of 3 × 3
        const sizes = { name: 'a', input, kernel: [R, S], stride: [Uv, Uh] } as const;
        const spec = isPool ? { type: 'pool', ...sizes } : { type: 'conv', filters: m, ...sizes };
        const layer = chipLayer(layerFromSpec(spec as Parameters<typeof layerFromSpec>[0]), 2);
        const [q, p] = isPool ? [1, 1] : [Math.sqrt(channels), Math.sqrt(m)];
        const all = { ...letters, m: p * p, q, r: q, p, t: p };
        const alone: KnownPasses = new Map();
        const { counts } = finish(timeLayer(EYERISS_CHIP, layer, all, { known: alone }));
        again += [...alone.keys()].filter((pass) => known.has(pass)).length;
        expect(finish(timeLayer(EYERISS_CHIP, layer, all, { known })).counts).toEqual(counts);
      }),
      { numRuns: 600 },
    );
    expect(again).toBeGreaterThan(100);
  });
});
