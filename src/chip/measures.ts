import { energyOf } from '../analysis/energy.ts';
import type { Energy } from '../analysis/result.ts';
import type { EnergyCosts, PerLevelAndData } from '../hardware/energy.ts';
import { pesOf } from './chip.ts';
import { addCounts } from './counts.ts';
import { simulatedAccesses } from './framework.ts';
import type { LayerRun, LayerSimulation } from './layer.ts';
import type { DramTraffic } from './traffic.ts';
import { type Waterfall, waterfall } from './waterfall.ts';

/** 16-bit words between DRAM and chip, and bytes. */
export interface DramWords {
  readonly ifmap: number;
  /** Of filters and biases. */
  readonly weight: number;
  readonly ofmap: number;
  /** psums between the configurations of a layer whose channels are split. */
  readonly psum: number;
  readonly bytes: number;
}

/** What a layer took on the chip: numbers that add up over its batches, and over layers. */
export interface LayerMeasures {
  /** MACs, or comparisons of a pooling layer; the gated ones among them. */
  readonly macs: number;
  readonly gatedMacs: number;
  readonly passes: number;
  /** Of the core clock, without waiting for the DRAM. */
  readonly cycles: number;
  /** As they went, run-length coded. */
  readonly dram: DramWords;
  readonly uncompressed: DramWords;
  readonly waterfall: Waterfall;
  /** Words that were moved. */
  readonly accesses: PerLevelAndData;
}

/**
 * What one batch of a layer took.
 *
 * @param simulation of this run
 */
export function layerMeasures({ chip }: Pick<LayerRun, 'chip'>, simulation: LayerSimulation): LayerMeasures {
  const { counts, dram, passes, activePes } = simulation;
  const { macs, gatedMacs, cycles } = counts;
  return {
    macs,
    gatedMacs,
    passes,
    cycles,
    dram: dramWords(dram, 'codedWords'),
    uncompressed: dramWords(dram, 'words'),
    waterfall: waterfall(counts, pesOf(chip), activePes),
    accesses: simulatedAccesses(simulation),
  };
}

/** What two batches took together, or two layers. */
export const addMeasures = (a: LayerMeasures, b: LayerMeasures): LayerMeasures => addCounts(a, b);

/** The energy of what the chip did: gated MACs cost nothing. */
export function energyOfChip(
  { macs, gatedMacs, accesses }: Pick<LayerMeasures, 'macs' | 'gatedMacs' | 'accesses'>,
  costs: EnergyCosts,
): Energy {
  const energy = energyOf(macs - gatedMacs, accesses, costs);
  return { ...energy, perMac: energy.total / macs };
}

function dramWords({ ifmap, filter, ofmap, psum }: DramTraffic, which: 'words' | 'codedWords'): DramWords {
  const words = { ifmap: ifmap[which], weight: filter[which], ofmap: ofmap[which], psum: psum[which] };
  return { ...words, bytes: 2 * (words.ifmap + words.weight + words.ofmap + words.psum) };
}
