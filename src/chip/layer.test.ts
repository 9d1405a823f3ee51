import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase, type Case } from './arbitrary.testing.ts';
import { ofmapByDefinition } from './definition.testing.ts';
import { simulateCycles } from './layer.ts';
import { simulatePasses } from './layer-passes.ts';

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
});
