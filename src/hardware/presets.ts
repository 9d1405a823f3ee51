import { InputError } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import { EYERISS_AREA_CURVE } from './area.ts';
import { EYERISS_ENERGY } from './energy.ts';
import { eyerissBaseline, type Hardware } from './hardware.ts';

const MOST_PES = 1_000_000;

/** What hardware presets there are. */
export const PRESET_NAMES = `eyeriss-chip, or eyeriss-J for J processing elements, from eyeriss-1 to eyeriss-${MOST_PES}`;

/** An accelerator that comes with Rowhouse. */
export interface HardwarePreset {
  readonly hardware: Hardware;
  /** Where its numbers are from. */
  readonly source: string;
}

/** Where {@link eyerissBaseline} is from. */
export const BASELINE_SOURCE = 'baseline of ISCA 2016, section VI-B, doi 10.1109/ISCA.2016.40';

/**
 * As many PEs, and memories as large, as the fabricated Eyeriss chip, for every dataflow: 168 PEs with scratchpads of 260
 * words (224 of filters, 12 of ifmaps, 24 of psums) and 108 kB of GLB (JSSC 52(1), 2017). The analysis framework's view,
 * not that chip's own limits; costs are those of the ISCA paper.
 */
export const EYERISS_CHIP_SIZES: Hardware = {
  name: 'eyeriss-chip',
  pes: 168,
  wordBits: 16,
  energy: EYERISS_ENERGY,
  storage: { divide: 'fixed', rfBytes: 520, glbBytes: 110_592 },
  areaCurve: EYERISS_AREA_CURVE,
};

const baseline = (pes: number): HardwarePreset => ({
  hardware: eyerissBaseline(pes),
  source: BASELINE_SOURCE,
});

/** The baseline at the paper's numbers of PEs, which {@link findPreset} knows for any other number too, and the chip. */
export const HARDWARE_PRESETS: readonly HardwarePreset[] = [
  baseline(256),
  baseline(512),
  baseline(1024),
  {
    hardware: EYERISS_CHIP_SIZES,
    source: 'sizes of the fabricated chip, JSSC 52(1), 2017, doi 10.1109/JSSC.2016.2616357',
  },
];

/**
 * The preset of a name: `eyeriss-256` is {@link eyerissBaseline} with 256 PEs, and so for any number.
 *
 * @throws InputError if there is none.
 */
export function findPreset(name: string): HardwarePreset {
  const listed = HARDWARE_PRESETS.find(({ hardware }) => hardware.name === name);
  if (listed) return listed;
  const pes = Number(/^eyeriss-([1-9]\d*)$/.exec(name)?.[1]);
  if (pes <= MOST_PES) return baseline(pes);
  const suggestion = nearestWord(name, namesLike(name));
  throw new InputError({
    code: 'not-allowed',
    path: ['hardware'],
    found: name,
    allowed: PRESET_NAMES,
    suggestion,
  });
}

/** {@link findPreset}, its accelerator alone. */
export const hardwarePreset = (name: string): Hardware => findPreset(name).hardware;

/** The names that one may be misspelt for: those with its number, if it has one. */
function namesLike(name: string): string[] {
  const pes = /\d+$/.exec(name)?.[0];
  if (pes === undefined) return HARDWARE_PRESETS.map(({ hardware }) => hardware.name);
  return Number(pes) >= 1 && Number(pes) <= MOST_PES ? [`eyeriss-${Number(pes)}`] : [];
}
