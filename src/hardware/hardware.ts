import { InputError } from '../input-error.ts';
import { type AreaCurve, area, EYERISS_AREA_CURVE, equalAreaBytes } from './area.ts';
import { checkCosts, type EnergyCosts, EYERISS_ENERGY } from './energy.ts';

/**
 * How storage is divided between the register files (RF) of the PEs and the global buffer (GLB).
 *
 * - `fixed`: these sizes for every dataflow.
 * - `area`: every dataflow gets the same `area` (µm²), takes its own RF per PE from it (or `rfBytes`) and the
 *   GLB gets what is left.
 * - `baseline`: an area of `pes` RFs of `rfBytesPerPe` bytes and a GLB of the same total: `J·area(b) +
 *   area(J·b)`.
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

/** RF per PE in the baseline of the paper's comparisons: Eyeriss, ISCA 2016, section VI-B. */
export const BASELINE_RF_BYTES = 512;

/**
 * The baseline of the paper's comparisons: 512 B of RF per PE and as much GLB, as an area that each dataflow
 * divides in its own way (ISCA 2016, section VI-B).
 */
export const eyerissBaseline = (pes: number): Hardware => ({
  name: `eyeriss-${pes}`,
  pes,
  wordBits: 16,
  energy: EYERISS_ENERGY,
  storage: { divide: 'baseline', rfBytesPerPe: BASELINE_RF_BYTES },
  areaCurve: EYERISS_AREA_CURVE,
});

/**
 * Refuses an accelerator that cannot be.
 *
 * @throws InputError if PEs or bits of a word are not whole numbers from 1, if a cost is not a number from 0, or if the GLB
 * would have more bytes than can be counted.
 */
export function checkHardware(hardware: Hardware): void {
  const { pes, wordBits, energy } = hardware;
  for (const [name, found] of Object.entries({ pes, wordBits })) {
    if (Number.isSafeInteger(found) && found >= 1) continue;
    throw new InputError({ code: 'out-of-range', path: [name], found, allowed: 'a whole number from 1' });
  }
  checkCosts(energy);
  const { glbBytes = 0 } = storageFor(hardware, 0) ?? {};
  if (glbBytes <= Number.MAX_SAFE_INTEGER) return;
  const found = `a GLB of ${glbBytes.toPrecision(3)} bytes`;
  throw new InputError({ code: 'out-of-range', path: ['storage'], found, allowed: 'less than 2^53 bytes' });
}

/**
 * The storage that a dataflow with RFs of its own `rfWords` has on this hardware, or undefined where its RFs leave
 * less than a word of the area to the GLB.
 */
export function storageFor(hardware: Hardware, rfWords: number): StorageSizes | undefined {
  const { pes, wordBits, storage, areaCurve } = hardware;
  const rf = rfBytesFor(hardware, rfWords);
  if (storage.divide === 'fixed') return inWords(pes, rf, storage.glbBytes, wordBits);
  const sizes = inWords(pes, rf, equalAreaBytes(areaCurve, pes, rf, storage) ?? 0, wordBits);
  return sizes.glbWords > 0 ? sizes : undefined;
}

/** The storage area that RFs of these words and a GLB of one word take, and the one that there is, in µm². */
export function areaShortage(hardware: Hardware, rfWords: number) {
  const { pes, wordBits, areaCurve } = hardware;
  const rfBytes = rfBytesFor(hardware, rfWords);
  const needed = pes * area(areaCurve, rfBytes) + area(areaCurve, Math.ceil(wordBits / 8));
  return { rfBytes, needed, available: storageArea(hardware) };
}

function storageArea({ pes, storage, areaCurve }: Hardware): number {
  const together = (rfBytes: number, glbBytes: number) =>
    pes * area(areaCurve, rfBytes) + area(areaCurve, glbBytes);
  switch (storage.divide) {
    case 'fixed':
      return together(storage.rfBytes, storage.glbBytes);
    case 'area':
      return storage.area;
    case 'baseline':
      return together(storage.rfBytesPerPe, pes * storage.rfBytesPerPe);
  }
}

/** RF per PE of a dataflow that takes so many words of its own where the hardware leaves it the choice. */
export const rfBytesFor = ({ storage, wordBits }: Hardware, rfWords: number): number =>
  storage.rfBytes ?? Math.ceil((rfWords * wordBits) / 8);

function inWords(pes: number, rfBytes: number, glbBytes: number, wordBits: number): StorageSizes {
  const words = (bytes: number) => Math.floor((bytes * 8) / wordBits);
  return { pes, rfBytes, glbBytes, rfWords: words(rfBytes), glbWords: words(glbBytes) };
}
