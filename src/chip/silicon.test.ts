import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import type { ConvLayer } from '../layer/layer.ts';
import { finish } from '../steps.ts';
import { EYERISS_CHIP } from './chip.ts';
import { chipLayer } from './geometry.ts';
import type { LayerSimulation } from './layer.ts';
import { simulatePasses } from './layer-passes.ts';
import { MEASURED_ALEXNET } from './measured.ts';
import { PUBLISHED_ALEXNET } from './published.ts';
import { syntheticWords, truncationFor } from './synthetic.ts';

/** AlexNet with the published mappings, against JSSC 2017, Table V. */

const { batch, layers: measured } = MEASURED_ALEXNET;
const layers = builtinNetwork('alexnet').layers.filter((layer) => layer.type === 'conv');

function simulated(spec: ConvLayer) {
  const layer = chipLayer(spec, batch);
  const mapping = { ...PUBLISHED_ALEXNET[spec.name]!.mapping, f: layer.shape.F };
  const words = syntheticWords(layer, measured[spec.name]!.zerosPercent / 100, 1);
  const truncation = truncationFor(layer);
  const codesIfmap = spec.name !== 'CONV1';
  const run = { chip: EYERISS_CHIP, layer, mapping, words, truncation, relu: true, codesIfmap };
  return { run, spec, result: finish(simulatePasses(run)) };
}

const runs = layers.map(simulated);
const latencyMs = ({ counts }: LayerSimulation) => counts.cycles / (EYERISS_CHIP.megahertz * 1e3);

describe('AlexNet on the chip', () => {
  it.each(runs)('moves as much between GLB and array as was measured: $spec.name', ({ spec, result }) => {
    const { ifmapReads, psumReads, psumWrites } = result.counts.glb;
    const words = ifmapReads + psumReads + psumWrites + result.glbFills.drained;
    expect(((words * 2) / 1e6).toFixed(1)).toBe(measured[spec.name]!.glbMegabytes.toFixed(1));
  });

  it.each(runs)('uses as many PEs: $spec.name', ({ spec, result }) => {
    expect(result.activePes).toBe(measured[spec.name]!.activePes);
  });

  it.each(runs)('takes as long, within 6 %: $spec.name', ({ spec, result }) => {
    expect(Math.abs(latencyMs(result) / measured[spec.name]!.processingLatencyMs - 1)).toBeLessThan(0.06);
  });

  it('takes as long in all, within 3 %', () => {
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number);
    const took = sum(runs.map(({ result }) => latencyMs(result)));
    const measuredMs = sum(layers.map(({ name }) => measured[name]!.processingLatencyMs));
    expect(Math.abs(took / measuredMs - 1)).toBeLessThan(0.03);
  });

  it('runs CONV1 in 288 passes', () => {
    expect(runs[0]!.result.passes).toBe(288);
  });

  it.each(runs)('computes what the definition says, bit for bit: $spec.name', ({ run, spec, result }) => {
    const defined = convolutionByDefinition(spec, run.words.ifmap, run.words.filters, run.truncation);
    expect(result.ofmap.findIndex((word, i) => word !== defined[i])).toBe(-1);
    expect(result.ofmap).toHaveLength(defined.length);
  });
});

/** The definition of a convolution (ISCA 2016, section II) as plain loops, for layers that are too large for BigInt. */
function convolutionByDefinition(
  { input, filters: outputs, kernel, stride, pad, groups }: ConvLayer,
  ifmap: Int16Array,
  filters: Int16Array,
  truncation: number,
): Int16Array {
  const [channels, height, width] = input;
  const [R, S] = kernel;
  const E = Math.floor((height + pad[0] + pad[2] - R) / stride[0]) + 1;
  const F = Math.floor((width + pad[1] + pad[3] - S) / stride[1]) + 1;
  const perGroup = channels / groups;
  const ofmap = new Int16Array(batch * outputs * E * F);
  const row = new Int16Array(F);
  for (let z = 0; z < batch; z++) {
    for (let u = 0; u < outputs; u++) {
      const firstChannel = Math.floor(u / (outputs / groups)) * perGroup;
      for (let x = 0; x < E; x++) {
        row.fill(0);
        for (let k = 0; k < perGroup; k++) {
          for (let i = 0; i < R; i++) {
            const iy = x * stride[0] + i - pad[0];
            if (iy < 0 || iy >= height) continue;
            const source = ((z * channels + firstChannel + k) * height + iy) * width;
            for (let j = 0; j < S; j++) {
              const weight = filters[((u * perGroup + k) * R + i) * S + j]!;
              for (let y = 0; y < F; y++) {
                const ix = y * stride[1] + j - pad[1];
                if (ix >= 0 && ix < width) row[y] = row[y]! + ((ifmap[source + ix]! * weight) >> truncation);
              }
            }
          }
        }
        for (let y = 0; y < F; y++) ofmap[((z * outputs + u) * E + x) * F + y] = Math.max(row[y]!, 0);
      }
    }
  }
  return ofmap;
}
