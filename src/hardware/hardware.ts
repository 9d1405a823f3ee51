import { type AreaCurve, EYERISS_AREA_CURVE, equalAreaBytes } from './area.ts';
import { type EnergyCosts, EYERISS_ENERGY } from './energy.ts';

/**
 * How storage is divided between the register files (RF) of the PEs and the global buffer (GLB).
 *
 * - `fixed`: these sizes for every dataflow.
 * - `area`: every dataflow gets the same `area` (µm²), takes its own RF per PE from it (or `rfBytes`) and the GLB gets what
 *   is left.
 * - `baseline`: an area of `pes` RFs of `rfBytesPerPe` bytes and a GLB of the same total: `J·area(b) + area(J·b)`.
 */
export type Storage =
  | { readonly divide: 'fixed'; readonly rfBytes: number; readonly glbBytes: number }
  | { readonly divide: 'area'; readonly area: number; readonly rfBytes?: number | undefined }
  | { readonly divide: 'baseline'; readonly rfBytesPerPe: number; readonly rfBytes?: number | undefined };

/** An accelerator as the analysis framework sees it: PEs, storage and what an access costs. */
export interface Hardware {
  readonly name: string;
  readonly pes: number;
  /** Bits of a word: of a pixel, a weight and a psum alike. */
  readonly wordBits: number;
  readonly energy: EnergyCosts;
  readonly storage: Storage;
  readonly areaCurve: AreaCurve;
}

/** Storage as one dataflow has it. */
export interface StorageSizes {
  readonly pes: number;
  readonly rfBytes: number;
  /** Whole bytes. */
  readonly glbBytes: number;
  readonly rfWords: number;
  readonly glbWords: number;
}

/**
 * The baseline of the paper's comparisons: 512 B of RF per PE and as much GLB, as an area that each dataflow divides
 * in its own way (ISCA 2016, section VI-B).
 */
export const eyerissBaseline = (pes: number): Hardware => ({
  name: `eyeriss-${pes}`,
  pes,
  wordBits: 16,
  energy: EYERISS_ENERGY,
  storage: { divide: 'baseline', rfBytesPerPe: 512 },
  areaCurve: EYERISS_AREA_CURVE,
});

/**
 * The storage that a dataflow with its own `rfBytes` per PE has on this hardware, or undefined where its RFs
 * alone take more than the area.
 */
export function storageFor(hardware: Hardware, rfBytes: number): StorageSizes | undefined {
  const { pes, wordBits, storage, areaCurve } = hardware;
  if (storage.divide === 'fixed') return inWords(pes, storage.rfBytes, storage.glbBytes, wordBits);
  const rf = storage.rfBytes ?? rfBytes;
  const glbBytes = equalAreaBytes(areaCurve, pes, rf, storage);
  return glbBytes === undefined ? undefined : inWords(pes, rf, glbBytes, wordBits);
}

function inWords(pes: number, rfBytes: number, glbBytes: number, wordBits: number): StorageSizes {
  const words = (bytes: number) => Math.floor((bytes * 8) / wordBits);
  return { pes, rfBytes, glbBytes, rfWords: words(rfBytes), glbWords: words(glbBytes) };
}
