import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerFromSpec } from '../layer/layer.ts';
import { finish } from '../steps.ts';
import { arbitraryCase, type Case } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { ofmapByDefinition } from './definition.testing.ts';
import { chipLayer } from './geometry.ts';
import { type LayerRun, simulateCycles } from './layer.ts';
import { type KnownPasses, simulatePasses, timeLayer } from './layer-passes.ts';

const definition = ({ run, spec, batch }: Case) => ofmapByDefinition(spec, batch, run.words, run);

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

describe('biases', () => {
  const withBiases = arbitraryCase.filter(({ run }) => run.words.biases !== undefined);
  const without = ({ words: { biases, ...words }, ...run }: LayerRun): LayerRun => ({ ...run, words });

  it('are added once to each ofmap, before the ReLU, and take no time', () => {
    let configurations = 0;
    fc.assert(
      fc.property(withBiases, ({ run: { relu, ...rest } }) => {
        const run = { ...rest, relu: false };
        const { G, M, E, F } = run.layer.shape;
        const biases = run.layer.operation === 'max' ? new Int16Array(G * M) : run.words.biases!;
        const [biased, bare] = [finish(simulateCycles(run)), finish(simulateCycles(without(run)))];
        const bias = (at: number) => biases[Math.floor(at / (E * F)) % (G * M)]!;
        expect(biased.ofmap).toEqual(bare.ofmap.map((word, at) => word + bias(at)));
        expect(finish(simulateCycles({ ...run, relu: true })).ofmap).toEqual(
          biased.ofmap.map((word) => Math.max(word, 0)),
        );
        expect(biased.counts).toEqual(bare.counts);
        if (bare.dram.psum.words > 0) configurations++;
      }),
      { numRuns: 400 },
    );
    expect(configurations).toBeGreaterThan(0);
  });

  it('come from the DRAM once for each strip of ofmaps, with the filters', () => {
    fc.assert(
      fc.property(withBiases, ({ run }) => {
        const { layer, mapping } = run;
        const { G, M, N, E, F } = layer.shape;
        const strips = Math.ceil(N / mapping.n) * Math.ceil(E / mapping.e) * Math.ceil(F / mapping.f);
        const words = layer.operation === 'max' ? 0 : G * M * strips;
        const [biased, bare] = [run, without(run)].map((one) => finish(simulatePasses(one)));
        const filter = bare!.dram.filter.words + words;
        expect(biased!.dram).toEqual({
          ...bare!.dram,
          filter: { words: filter, codedWords: filter },
          ofmap: { words: bare!.dram.ofmap.words, codedWords: biased!.dram.ofmap.codedWords },
        });
        expect(biased!.glbFills).toEqual({ ...bare!.glbFills, filter: bare!.glbFills.filter + words });
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

  it('takes the same for another batch, and does not run its passes again', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const known: KnownPasses = new Map();
        const first = finish(simulatePasses(run, { known }));
        const ifmap = run.words.ifmap.map((word) => word ^ 1);
        const other = { ...run, words: { ...run.words, ifmap } };
        expect(finish(simulatePasses(other, { known }))).toEqual(finish(simulatePasses(other)));
        for (const [key, counts] of known) known.set(key, { ...counts, cycles: counts.cycles + 1 });
        const { counts } = finish(simulatePasses(run, { known }));
        expect(counts).toEqual({ ...first.counts, cycles: first.counts.cycles + first.passes });
      }),
      { numRuns: 100 },
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
