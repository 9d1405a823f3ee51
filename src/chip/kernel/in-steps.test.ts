import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finish } from '../../steps.ts';
import { anyConvolution } from './convolve.testing.ts';
import { convolve } from './convolve.ts';
import { convolveInSteps } from './in-steps.ts';

test('steps of any size make the same ofmap, and the last is the end', () => {
  const any = anyConvolution({ channels: 3, filters: 20, image: 7, kernel: 3, ofmap: 5 });
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 50_000 }), ({ conv, ifmap, filters }, macsOfStep) => {
      const done = Array.from(convolveInSteps(conv, ifmap, filters, macsOfStep), (step) => step.done);
      const ofmap = convolve(conv, ifmap, filters);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.at(-1)).toBe(ofmap.length);
      expect(finish(convolveInSteps(conv, ifmap, filters, macsOfStep))).toEqual(ofmap);
    }),
  );
});
