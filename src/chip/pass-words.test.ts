import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { configure } from './configuration.ts';
import { Glb } from './glb.ts';
import { type LayerRun, simulateCycles } from './layer.ts';
import { PeArray } from './pass.ts';
import { drainPsums, eachPsum, passData, psumsAfterLast, psumsBefore, writeStrips } from './pass-words.ts';
import { passesOf } from './schedule.ts';

/** Runs every pass by itself, on words from the kernels, and shows the psums that are then in the GLB. */
function eachPass(run: LayerRun, look: (before: Int16Array, after: Int16Array, index: number) => void) {
  const { chip, layer, mapping, truncation } = run;
  const configuration = configure(chip, layer, mapping, truncation);
  const array = new PeArray(configuration);
  for (const [index, pass] of [...passesOf(layer, mapping, chip.nativeShapes)].entries()) {
    const glb = new Glb(chip.glb, configuration.banks);
    writeStrips(run, pass, glb.ifmaps);
    const before = psumsBefore(run, pass);
    glb.psums.set(before);
    array.run(pass.kind, pass.key, passData(run, pass, glb));
    look(before, glb.psums.slice(0, before.length), index);
  }
}

describe('the words of a pass that is run by itself', () => {
  it('are those that the passes before it have left, and the last leave the ofmap', () => {
    let goneOn = 0;
    let configurations = 0;
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const { chip, layer, mapping } = run;
        const passes = [...passesOf(layer, mapping, chip.nativeShapes)];
        const ofmap = new Int16Array(layer.shape.ofmaps);
        let left: Int16Array | undefined;
        eachPass(run, (before, after, index) => {
          const pass = passes[index]!;
          if (pass.beginsPsums && !pass.loadsPsums) {
            expect(before.every((psum) => psum === 0)).toBe(true);
          } else if (pass.loadsPsums) {
            configurations++;
            eachPsum(layer, pass, (inMemory, inGlb) => {
              expect(before[inGlb]).toBe(ofmap[inMemory]);
            });
          } else {
            goneOn++;
            expect(before).toEqual(left);
          }
          left = after;
          if (pass.drains === 'no') return;
          expect(psumsAfterLast(run, pass)).toEqual(after);
          drainPsums(run, pass, after, ofmap);
        });
        expect(ofmap).toEqual(finish(simulateCycles(run)).ofmap);
      }),
      { numRuns: 150 },
    );
    expect(goneOn).toBeGreaterThan(100);
    expect(configurations).toBeGreaterThan(0);
  });
});
