import { type DramConfig, EYERISS_DRAM } from './dram.ts';
import { EYERISS_GLB, type GlbConfig } from './glb.ts';
import { EYERISS_LOCAL_NETWORK, type LocalNetworkConfig } from './local-network.ts';
import {
  EYERISS_FILTER_NETWORK,
  EYERISS_IFMAP_NETWORK,
  EYERISS_PSUM_NETWORK,
  type MulticastConfig,
} from './multicast.ts';
import { EYERISS_NATIVE_SHAPES, type NativeShapes } from './native.ts';
import { EYERISS_OUTPUT_NETWORK, type OutputNetworkConfig } from './output-network.ts';
import { EYERISS_PE, type PeConfig } from './pe.ts';
import { type ChipPower, EYERISS_POWER } from './power.ts';
import { EYERISS_RLC, type RlcConfig } from './rlc.ts';
import { EYERISS_SCRATCHPADS, type ScratchpadConfig } from './scratchpads.ts';

/** The PE array. */
export interface ArrayConfig {
  readonly rows: number;
  readonly columns: number;
}

/** A chip of the kind of Eyeriss: row stationary, with words of 16 bits. */
export interface Chip {
  readonly name: string;
  /** Clock of everything but the DRAM link. */
  readonly megahertz: number;
  readonly array: ArrayConfig;
  readonly scratchpads: ScratchpadConfig;
  readonly pe: PeConfig;
  readonly ifmapNetwork: MulticastConfig;
  readonly filterNetwork: MulticastConfig;
  readonly psumNetwork: MulticastConfig;
  readonly localNetwork: LocalNetworkConfig;
  readonly outputNetwork: OutputNetworkConfig;
  readonly glb: GlbConfig;
  readonly dram: DramConfig;
  readonly rlc: RlcConfig;
  readonly nativeShapes: NativeShapes;
  readonly power: ChipPower;
}

/**
 * The fabricated chip: 12 × 14 PEs at 200 MHz and 1 V, 33.6 GMAC/s at its peak. Chen, Krishna, Emer and Sze, "Eyeriss: An
 * Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural Networks", JSSC 52(1), 2017.
 */
export const EYERISS_CHIP: Chip = {
  name: 'eyeriss',
  megahertz: 200,
  array: { rows: 12, columns: 14 },
  scratchpads: EYERISS_SCRATCHPADS,
  pe: EYERISS_PE,
  ifmapNetwork: EYERISS_IFMAP_NETWORK,
  filterNetwork: EYERISS_FILTER_NETWORK,
  psumNetwork: EYERISS_PSUM_NETWORK,
  localNetwork: EYERISS_LOCAL_NETWORK,
  outputNetwork: EYERISS_OUTPUT_NETWORK,
  glb: EYERISS_GLB,
  dram: EYERISS_DRAM,
  rlc: EYERISS_RLC,
  nativeShapes: EYERISS_NATIVE_SHAPES,
  power: EYERISS_POWER,
};

/** PEs of a chip. */
export const pesOf = ({ array }: Chip): number => array.rows * array.columns;
