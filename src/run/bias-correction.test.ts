import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCase, type Case } from '../chip/arbitrary.testing.ts';
import { ofmapByKernel } from '../chip/layer-passes.ts';
import { finish } from '../steps.ts';
import { meanLoss } from './bias-correction.ts';

const convolutions = arbitraryCase.filter(({ spec }) => spec.type !== 'pool');

/** Words from −200 to 200, so that no product and no sum leaves its range. */
const small = (words: Int16Array): Int16Array => words.map((word) => word % 201);

/** What cutting takes from the sums of each filter, added up over all of its sums, from the definition. */
function totalLosses({ run, spec, batch }: Case, ifmap: Int16Array, filters: Int16Array): readonly bigint[] {
  const { truncation, layer } = run;
  const { G, M, C, E, F, R, S } = layer.shape;
  const [channels, height, width] = spec.input;
  const [strideV, strideH] = spec.type === 'fc' ? [1, 1] : spec.stride;
  const [top, left] = spec.type === 'fc' ? [0, 0] : spec.pad;
  return Array.from({ length: G * M }, (_, filter) => {
    let total = 0n;
    for (let image = 0; image < batch; image++) {
      for (let e = 0; e < E; e++) {
        for (let f = 0; f < F; f++) {
          for (let k = 0; k < C * R * S; k++) {
            const channel = Math.floor(filter / M) * C + Math.floor(k / (R * S));
            const y = e * strideV + (Math.floor(k / S) % R) - top;
            const x = f * strideH + (k % S) - left;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            const pixel = ifmap[((image * channels + channel) * height + y) * width + x]!;
            const product = BigInt(pixel * filters[filter * C * R * S + k]!);
            total += product - ((product >> BigInt(truncation)) << BigInt(truncation));
          }
        }
      }
    }
    return total;
  });
}

describe('what cutting takes on average', () => {
  it('is what it takes from each product, over all images and places', () => {
    fc.assert(
      fc.property(convolutions, (drawn) => {
        const { run } = drawn;
        const { shape } = run.layer;
        const words = {
          ifmap: small(run.words.ifmap),
          filters: small(run.words.filters),
          biases: run.words.biases ? small(run.words.biases) : new Int16Array(shape.G * shape.M),
        };
        // Sums that stay in range are what an average can be made of
        fc.pre((shape.C * shape.R * shape.S * 40_000) / 2 ** run.truncation < 32_000);
        const sums = finish(ofmapByKernel({ ...run, words, relu: false }));
        const losses = meanLoss(run.layer, words.ifmap, words, sums, run.truncation);
        const wanted = totalLosses(drawn, words.ifmap, words.filters);
        const units = shape.N * shape.E * shape.F * 2 ** run.truncation;
        expect(losses).toHaveLength(wanted.length);
        for (const [filter, total] of wanted.entries()) {
          expect(losses[filter]).toBeCloseTo(Number(total) / units, 6);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is nothing where nothing is cut', () => {
    fc.assert(
      fc.property(convolutions, ({ run }) => {
        const words = {
          ifmap: run.words.ifmap.map((word) => word % 8),
          filters: run.words.filters.map((word) => word % 8),
          biases: new Int16Array(run.layer.shape.G * run.layer.shape.M),
        };
        const sums = finish(ofmapByKernel({ ...run, words, truncation: 0, relu: false }));
        for (const loss of meanLoss(run.layer, words.ifmap, words, sums, 0)) expect(loss).toBeCloseTo(0, 9);
      }),
      { numRuns: 50 },
    );
  });
});
