import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { comparedToFramework } from './framework.ts';
import { simulateCycles } from './layer.ts';

describe('the framework beside the simulator', () => {
  it('differs by what is named, and nothing else', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const simulation = finish(simulateCycles(run));
        for (const { level, data, framework, simulated, causes } of comparedToFramework(run, simulation)) {
          const named = causes.reduce((sum, { words }) => sum + words, 0);
          const where = `${level} ${data} ${JSON.stringify(causes)}`;
          expect(Math.abs(framework + named - simulated), where).toBeLessThan(1e-6 * (1 + framework));
        }
      }),
      { numRuns: 300 },
    );
  });
});
