import { type Chip, EYERISS_CHIP } from '../chip/chip.ts';
import { type MappingChoice, parseMapping } from '../chip/choose-mapping.ts';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import { readText } from './files.ts';
import { underFlag } from './flags.ts';
import { hardwareNamed } from './hardware.ts';

/** How a command is told which chip runs, and how. */
export interface ChipFlags {
  readonly mapping: string;
  readonly chip?: string;
  readonly hardware?: string;
}

/** @throws InputError if `--mapping` says no mapping. */
export function mappingOf({ mapping }: Pick<ChipFlags, 'mapping'>): MappingChoice {
  if (mapping === 'best' || mapping === 'published') return mapping;
  return underFlag('--mapping', () => parseMapping(mapping));
}

/** The chip of a file, or the fabricated one. Throws InputError if the file has mistakes. */
export async function chipOf({ chip: file }: Pick<ChipFlags, 'chip'>): Promise<Chip> {
  if (file === undefined) return EYERISS_CHIP;
  const text = readText(file);
  const { parseChip } = await import('../chip/chip-file.ts');
  const { readAs } = await import('./file-kinds.ts');
  return readAs('chip', text, file, () => parseChip(text, file));
}

/** Energy costs of `--hardware`, or those of the paper. Throws InputError if there is no such hardware. */
export const costsOf = async ({ hardware: name }: Pick<ChipFlags, 'hardware'>): Promise<EnergyCosts> =>
  name === undefined ? EYERISS_ENERGY : (await hardwareNamed(name)).energy;
