import type { DataflowResult, LayerResult, NetworkTotal } from '../analysis/result.ts';
import { DATA_TYPES, type DataType, LEVELS, type Level } from '../hardware/energy.ts';
import type { Compare, Setup } from './compare.ts';

/** A dataflow at a place of a grid of array and batch sizes. */
export interface Cell {
  readonly pes: number;
  readonly batch: number;
  readonly result: DataflowResult;
}

/** The array and batch sizes of figures 11 to 13, all of AlexNet's CONV layers. */
export const CONV_ARRAYS = [256, 512, 1024] as const;
export const CONV_BATCHES = [1, 16, 64] as const;

export const convGrid = (compare: Compare): readonly Cell[] =>
  CONV_ARRAYS.flatMap((pes) =>
    CONV_BATCHES.flatMap((batch) => cells(compare, { network: 'alexnet', layers: ['conv'], pes, batch })),
  );

/** The array and the batch sizes of figure 14, all of AlexNet's FC layers. */
export const FC_ARRAY = 1024;
export const FC_BATCHES = [16, 64, 256] as const;

export const fcGrid = (compare: Compare): readonly Cell[] =>
  FC_BATCHES.flatMap((batch) => cells(compare, { network: 'alexnet', layers: ['fc'], pes: FC_ARRAY, batch }));

const cells = (compare: Compare, setup: Setup): readonly Cell[] =>
  compare(setup).results.map((result) => ({ pes: setup.pes, batch: setup.batch, result }));

/** Why a dataflow cannot run, with the layer that it fails at. */
export function reasonOf(layers: readonly LayerResult[]): string | null {
  const stopped = layers.find((layer) => !layer.feasible);
  return stopped ? `${stopped.name}: ${stopped.reason.message}` : null;
}

/** Energy per MAC by its parts. */
export type EnergyParts = Readonly<Record<'alu' | Level | DataType, number | null>>;

export function energyParts(total: NetworkTotal | null): EnergyParts {
  const parts = total && { ...total.energy.byLevel, ...total.energy.byData };
  const keys = ['alu', ...LEVELS, ...DATA_TYPES] as const;
  return Object.fromEntries(keys.map((key) => [key, parts && parts[key] / total.macs])) as EnergyParts;
}

/** The columns of {@link energyParts}. */
export const ENERGY_COLUMNS: Readonly<Record<keyof EnergyParts, string>> = {
  alu: 'energy per MAC of the MAC itself, which is the unit of all energies',
  dram: 'energy per MAC of DRAM accesses',
  glb: 'energy per MAC of accesses to the global buffer',
  array: 'energy per MAC of moves between PEs',
  rf: 'energy per MAC of accesses to register files',
  ifmap: 'energy per MAC of moving ifmap pixels, at all levels',
  weight: 'energy per MAC of moving weights, at all levels',
  psum: 'energy per MAC of moving psums, at all levels',
};

/** Words read from and written to DRAM per MAC. */
export function dramTraffic({ layers, total }: DataflowResult) {
  if (total === null) return { dramReads: null, dramWrites: null };
  const words = (of: (dram: Readonly<Record<DataType, number>>) => number) =>
    layers.reduce((sum, layer) => sum + (layer.feasible ? of(layer.accesses.dram) : 0), 0) / total.macs;
  return { dramReads: words(({ ifmap, weight }) => ifmap + weight), dramWrites: words(({ psum }) => psum) };
}

/** The columns of {@link dramTraffic}. In these dataflows, psums reach DRAM once each, as finished ofmap pixels. */
export const DRAM_COLUMNS = {
  dramReads: 'words of ifmap and weights read from DRAM, per MAC',
  dramWrites: 'words of ofmap written to DRAM, per MAC',
} as const;
