import { EYERISS_ENERGY } from '../../src/hardware/energy.ts';
import { eyerissBaseline, type Hardware, type Storage } from '../../src/hardware/hardware.ts';
import type { Layer, Network } from '../../src/layer/layer.ts';
import { selectLayers } from '../../src/layer/select.ts';
import { OBJECTIVES } from '../../src/search/objective.ts';
import { amount, choice, optional, type StateOf, text, whole } from '../url/field.ts';
import { SETUP_KEYS } from './setup-keys.ts';

/** The longest name of a network in an address: one with all its layers is long. */
const LONGEST_REF = 1_000_000;

const MOST = 1_000_000;

/** What is mapped onto what: the fields that Compare and Why not have in common. */
export const SETUP_FIELDS = {
  /** The network, as ../network/network-ref.ts has it. */
  net: text('alexnet', LONGEST_REF),
  batch: whole(16, 1, MOST),
  pes: whole(256, 1, MOST),
  /** Bytes of RF per PE for every dataflow; otherwise each takes what it needs. */
  rf: optional(whole(512, 0, 2 ** 30)),
  /** Bytes of GLB for every dataflow, which takes an `rf` too; otherwise what the area leaves. */
  glb: optional(whole(131_072, 0, 2 ** 40)),
  /** Storage area in µm², which all dataflows get; otherwise that of the paper's baseline with as many PEs. */
  area: optional(amount(0)),
  dram: amount(EYERISS_ENERGY.dram),
  buffer: amount(EYERISS_ENERGY.glb),
  array: amount(EYERISS_ENERGY.array),
  reg: amount(EYERISS_ENERGY.rf),
  alu: amount(EYERISS_ENERGY.alu),
  objective: choice(OBJECTIVES, 'energy'),
  /** `conv`, `fc`, `pool` or names, with commas; empty: all layers that do MACs. */
  layers: text('', 2000),
} as const satisfies Readonly<Record<(typeof SETUP_KEYS)[number], unknown>>;

export type Setup = StateOf<typeof SETUP_FIELDS>;

/**
 * The layers of a network that a setup is about; undefined for all that do MACs.
 *
 * @throws InputError if it names one that the network has not, or if there are none.
 */
export function layersOf(network: Network, { layers: list }: Setup): readonly Layer[] | undefined {
  const names = list.split(',').map((name) => name.trim());
  return list.trim() === ''
    ? undefined
    : selectLayers(
        network,
        names.filter((name) => name !== ''),
      );
}

/** The accelerator of a setup: the paper's baseline, but for what is given. */
export function hardwareOf({ pes, rf, glb, area, dram, buffer, array, reg, alu }: Setup): Hardware {
  const baseline = eyerissBaseline(pes);
  const energy = { dram, glb: buffer, array, rf: reg, alu };
  const storage = storageOf(baseline, { rf, glb, area });
  const isBaseline = rf === undefined && glb === undefined && area === undefined;
  const isPaper = Object.entries(energy).every(([level, cost]) => cost === EYERISS_ENERGY[level as 'alu']);
  const name = isBaseline && isPaper ? baseline.name : `${baseline.name}, changed`;
  return { ...baseline, name, energy, storage };
}

function storageOf({ storage }: Hardware, { rf, glb, area }: Pick<Setup, 'rf' | 'glb' | 'area'>): Storage {
  if (glb !== undefined) return { divide: 'fixed', rfBytes: rf ?? 512, glbBytes: glb };
  const rfBytes = rf === undefined ? {} : { rfBytes: rf };
  return area === undefined ? ({ ...storage, ...rfBytes } as Storage) : { divide: 'area', area, ...rfBytes };
}

/** The part of a view's state that is its setup. */
export const setupOf = <S extends Setup>(state: S): Setup =>
  Object.fromEntries(SETUP_KEYS.map((key) => [key, state[key]])) as unknown as Setup;
