import { InputError } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Architecture } from './architecture.ts';
import type { Constraints } from './constraints.ts';
import { parseArchitecture } from './files/architecture-file.ts';
import { parseConstraints } from './files/constraints-file.ts';
import { DIANNAO_LIKE, DIANNAO_LIKE_RULES } from './presets/diannao-like.ts';
import { EYERISS, EYERISS_RULES } from './presets/eyeriss.ts';
import { EYERISS_LIKE_256, EYERISS_LIKE_256_ARRAY } from './presets/eyeriss-like-256.ts';
import { NVDLA_LIKE, NVDLA_LIKE_RULES } from './presets/nvdla-like.ts';
import { OUTPUT_STATIONARY } from './presets/output-stationary.ts';
import type { NestPreset } from './presets/preset.ts';
import { ROW_STATIONARY } from './presets/row-stationary.ts';
import { SHIDIANNAO_LIKE, SHIDIANNAO_LIKE_RULES } from './presets/shidiannao-like.ts';
import { TPU_LIKE, TPU_LIKE_RULES } from './presets/tpu-like.ts';
import { WEIGHT_STATIONARY } from './presets/weight-stationary.ts';

/** The architectures that come with Rowhouse; the first is the one that is mapped to if none is named. */
export const ARCHITECTURE_PRESETS: readonly NestPreset[] = [
  EYERISS_LIKE_256,
  EYERISS_LIKE_256_ARRAY,
  EYERISS,
  NVDLA_LIKE,
  TPU_LIKE,
  SHIDIANNAO_LIKE,
  DIANNAO_LIKE,
];

/**
 * The dataflows that come with Rowhouse. Those that are named after an architecture are for it, the others for any with
 * the levels DRAM, GLB and RF, such as eyeriss-like-256.
 */
export const CONSTRAINTS_PRESETS: readonly NestPreset[] = [
  ROW_STATIONARY,
  WEIGHT_STATIONARY,
  ...OUTPUT_STATIONARY,
  EYERISS_RULES,
  NVDLA_LIKE_RULES,
  TPU_LIKE_RULES,
  SHIDIANNAO_LIKE_RULES,
  DIANNAO_LIKE_RULES,
];

const namesOf = (presets: readonly NestPreset[]): readonly string[] => presets.map(({ name }) => name);

export const ARCHITECTURE_PRESET_NAMES = namesOf(ARCHITECTURE_PRESETS);

export const CONSTRAINTS_PRESET_NAMES = namesOf(CONSTRAINTS_PRESETS);

/**
 * The built-in architecture of a name.
 *
 * @throws InputError if there is none.
 */
export const architecturePreset = (name: string): Architecture =>
  parseArchitecture(find(ARCHITECTURE_PRESETS, name, 'hardware').yaml, name);

/**
 * The built-in constraints of a name.
 *
 * @throws InputError if there are none.
 */
export const constraintsPreset = (name: string): Constraints =>
  parseConstraints(find(CONSTRAINTS_PRESETS, name, 'constraints').yaml, name);

function find(presets: readonly NestPreset[], name: string, what: string): NestPreset {
  const preset = presets.find((one) => one.name === name);
  if (preset) return preset;
  const names = namesOf(presets);
  const suggestion = nearestWord(name, names);
  throw new InputError({
    code: 'not-allowed',
    path: [what],
    found: name,
    allowed: names.join(', '),
    suggestion,
  });
}
