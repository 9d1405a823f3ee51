/** Times the chip: AlexNet's CONV layers at N = 4, and steps of single passes. */
import { EYERISS_CHIP } from '../src/chip/chip.ts';
import { chipLayer } from '../src/chip/geometry.ts';
import { type LayerRun, simulateCycles } from '../src/chip/layer.ts';
import { simulatePasses } from '../src/chip/layer-passes.ts';
import { MEASURED_ALEXNET } from '../src/chip/measured.ts';
import { PUBLISHED_ALEXNET } from '../src/chip/published.ts';
import { syntheticWords, truncationFor } from '../src/chip/synthetic.ts';
import { builtinNetwork } from '../src/layer/builtin.ts';
import { finish } from '../src/steps.ts';

/** The CONV layers of AlexNet in the published mappings, with words as sparse as was measured. */
export function alexnetRuns(batch: number): LayerRun[] {
  return builtinNetwork('alexnet')
    .layers.filter(({ type }) => type === 'conv')
    .map((spec) => {
      const layer = chipLayer(spec, batch);
      const { mapping } = PUBLISHED_ALEXNET[spec.name]!;
      return {
        chip: EYERISS_CHIP,
        layer,
        mapping: { ...mapping, n: Math.min(mapping.n, batch), f: layer.shape.F },
        words: syntheticWords(layer, MEASURED_ALEXNET.layers[spec.name]!.zerosPercent / 100, 1),
        truncation: truncationFor(layer),
        relu: true,
        codesIfmap: spec.name !== 'CONV1',
      };
    });
}

/** Simulates them in passes, with words and counts; cycles that the chip takes. */
export const inPasses = (runs: readonly LayerRun[]): number =>
  runs.reduce((cycles, run) => cycles + finish(simulatePasses(run)).counts.cycles, 0);

/** Simulates CONV5 of one image cycle by cycle, with words. */
export function inCycles(): number {
  return finish(simulateCycles(alexnetRuns(1)[4]!)).counts.cycles;
}
