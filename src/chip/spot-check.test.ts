import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { ofmapByKernel } from './layer-passes.ts';
import { spotCheck } from './spot-check.ts';

describe('a spot check', () => {
  it('finds every word right, and one that is not', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), fc.integer({ min: 1, max: 65_535 }), ({ run }, place, flaw) => {
        const ofmap = finish(ofmapByKernel(run));
        expect(spotCheck(run, ofmap, ofmap.length)).toEqual({ words: ofmap.length, bitExact: true });
        const at = place % ofmap.length;
        ofmap[at]! += flaw;
        expect(spotCheck(run, ofmap, ofmap.length)).toEqual({ words: at + 1, bitExact: false });
      }),
      { numRuns: 200 },
    );
  });

  it('looks at no more words than it may', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(50), ({ run }, most) => {
        const ofmap = finish(ofmapByKernel(run));
        const words = Math.min(most, ofmap.length);
        expect(spotCheck(run, ofmap, most)).toEqual({ words, bitExact: true });
      }),
    );
  });
});
