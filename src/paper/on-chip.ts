import { type Chip, EYERISS_CHIP } from '../chip/chip.ts';
import { chipLayer } from '../chip/geometry.ts';
import { activePesOf } from '../chip/layer.ts';
import { fillsOf, timeLayer, trafficOf } from '../chip/layer-passes.ts';
import type { ChipMapping } from '../chip/mapping.ts';
import type { MeasuredNetwork } from '../chip/measured.ts';
import { syntheticPixels } from '../chip/synthetic.ts';
import type { Layer, Network } from '../layer/layer.ts';

/** What the chip takes for a layer. */
export interface OnChip {
  readonly activePes: number;
  readonly latencyMs: number;
  readonly glbBytes: number;
  readonly dramBytes: number;
  /** MACs, of what all PEs of the chip could have done, in percent. */
  readonly ofPeakPercent: number;
}

/** Runs the passes of a layer on the chip, without its words. */
export function onChip(
  network: Network,
  layer: Layer,
  { batch, layers: measured }: MeasuredNetwork,
  mapping: ChipMapping,
  chip: Chip = EYERISS_CHIP,
): OnChip {
  const run = chipLayer(layer, batch);
  const steps = timeLayer(chip, run, mapping);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { passes, counts } = step.value;
  const { ifmapReads, psumReads, psumWrites } = counts.glb;
  const { drained } = fillsOf(run, passes);

  // fmaps as sparse as was measured; of an ofmap, as the ifmap of the next layer
  const next = network.layers.slice(network.layers.indexOf(layer) + 1).find(({ name }) => measured[name]);
  const zeroShare = ({ name }: Layer) => measured[name]!.zerosPercent / 100;
  const { N, G, C, ofmaps } = run.shape;
  const ifmap = syntheticPixels(N * G * C * run.height * run.width, zeroShare(layer), 1);
  const ofmap = syntheticPixels(ofmaps, zeroShare(next ?? layer), 2);
  const words = { ifmap, filters: new Int16Array(0) };
  const codesIfmap = layer !== network.layers[0];
  const dram = trafficOf({ chip, layer: run, words, codesIfmap }, passes, ofmap);
  const dramWords = Object.values(dram).reduce((sum, { codedWords }) => sum + codedWords, 0);

  const pes = chip.array.rows * chip.array.columns;
  return {
    activePes: activePesOf(run, mapping),
    latencyMs: counts.cycles / (chip.megahertz * 1e3),
    glbBytes: 2 * (ifmapReads + psumReads + psumWrites + drained),
    dramBytes: 2 * dramWords,
    ofPeakPercent: (100 * counts.macs) / (pes * counts.cycles),
  };
}
