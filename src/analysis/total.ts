import { totalEnergy } from './energy.ts';
import type { FeasibleLayer, LayerResult, NetworkTotal } from './result.ts';

/**
 * Layers together, one after the other: their energies and delays add up, and each quotient is one of sums. null
 * where a layer cannot run.
 */
export function totalOf(layers: readonly LayerResult[]): NetworkTotal | null {
  const running = layers.filter((layer) => layer.feasible);
  if (running.length < layers.length) return null;
  const sum = (of: (layer: FeasibleLayer) => number) =>
    running.reduce((total, layer) => total + of(layer), 0);
  const macs = sum((layer) => layer.macs);
  const energy = totalEnergy(
    macs,
    running.map((layer) => layer.energy),
  );
  const dram = sum(({ accesses: { dram } }) => dram.ifmap + dram.weight + dram.psum);
  const delayPerMac = sum((layer) => layer.delay) / macs;
  const edp = energy.perMac * delayPerMac;
  return { macs, energyPerMac: energy.perMac, dramPerMac: dram / macs, delayPerMac, edp, energy };
}
