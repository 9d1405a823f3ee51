import { EYERISS_CHIP, pesOf } from '../chip/chip.ts';
import { type ChipLayer, chipLayer } from '../chip/geometry.ts';
import { activePesOf } from '../chip/layer.ts';
import { fillsOf, type KnownPasses, timeLayer, trafficOf } from '../chip/layer-passes.ts';
import type { ChipMapping } from '../chip/mapping.ts';
import type { MeasuredNetwork } from '../chip/measured.ts';
import type { Pass } from '../chip/schedule.ts';
import { syntheticPixels } from '../chip/synthetic.ts';
import { type Waterfall, waterfall } from '../chip/waterfall.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { finish } from '../steps.ts';

/** What the chip takes for a layer. */
export interface OnChip {
  readonly passes: readonly Pass[];
  readonly activePes: number;
  readonly latencyMs: number;
  /** Of ifmaps and psums between GLB and array. */
  readonly glbBytes: number;
  /** Of filters between GLB and array. */
  readonly filterBytes: number;
  /** Where the peak throughput went. */
  readonly waterfall: Waterfall;
}

/** Runs the passes of a layer on Eyeriss, without its words. */
export function onChip(layer: ChipLayer, mapping: ChipMapping, known?: KnownPasses): OnChip {
  const { passes, counts } = finish(timeLayer(EYERISS_CHIP, layer, mapping, known && { known }));
  const { ifmapReads, filterReads, psumReads, psumWrites } = counts.glb;
  const { drained } = fillsOf(layer, passes);
  const activePes = activePesOf(layer, mapping);
  return {
    passes,
    activePes,
    latencyMs: counts.cycles / (EYERISS_CHIP.megahertz * 1e3),
    glbBytes: 2 * (ifmapReads + psumReads + psumWrites + drained),
    filterBytes: 2 * filterReads,
    waterfall: waterfall(counts, pesOf(EYERISS_CHIP), activePes),
  };
}

/**
 * Bytes between the DRAM and Eyeriss in such passes, with fmaps as sparse as was measured: an ofmap as the ifmap of the next
 * layer that was, the last as its own. Pooling in between takes zeros away, so that some ofmaps have too few.
 */
export function dramBytes(
  network: Network,
  layer: Layer,
  { batch, layers: measured }: MeasuredNetwork,
  passes: readonly Pass[],
): number {
  const run = chipLayer(layer, batch);
  const next = network.layers.slice(network.layers.indexOf(layer) + 1).find(({ name }) => measured[name]);
  const zeroShare = ({ name }: Layer) => measured[name]!.zerosPercent / 100;
  const { N, G, C, ofmaps } = run.shape;
  const ifmap = syntheticPixels(N * G * C * run.height * run.width, zeroShare(layer), 1);
  const ofmap = syntheticPixels(ofmaps, zeroShare(next ?? layer), 2);
  const words = { ifmap, filters: new Int16Array(0) };
  const codesIfmap = layer !== network.layers[0];
  const traffic = trafficOf({ chip: EYERISS_CHIP, layer: run, words, codesIfmap }, passes, ofmap);
  return 2 * Object.values(traffic).reduce((sum, { codedWords }) => sum + codedWords, 0);
}
