import { FACTORS } from '../../../src/loopnest/check-mapping.ts';
import { NEST_OBJECTIVES } from '../../../src/loopnest/map-result.ts';
import { LONGEST_CODE } from '../../../src/loopnest/mapping-code.ts';
import { SETUP_FIELDS } from '../../setup/setup.ts';
import { choice, flag, type StateOf, text, whole } from '../../url/field.ts';

/** The most characters that an address has for an architecture. */
const LONGEST_ARCHITECTURE = 100_000;

/** What the view's address says: a layer, a machine, what is searched for, and a mapping that someone has changed. */
export const MACHINE_FIELDS = {
  net: SETUP_FIELDS.net,
  /** Empty: CONV3 of AlexNet, the first that multiplies of others. */
  layer: text(''),
  batch: whole(1, 1, 1_000_000),
  /** A preset, or `~` and the text of an architecture file, compressed. */
  arch: text('eyeriss-like-256', LONGEST_ARCHITECTURE),
  constraints: text('none'),
  objective: choice(NEST_OBJECTIVES, 'energy'),
  /** Whether the search may let tensors go round any buffer. */
  bypass: flag(false),
  axes: choice(['one', 'both'], 'one'),
  factors: choice(FACTORS, 'perfect'),
  /** Seconds that the search may take. */
  time: whole(10, 1, 3600),
  /** A mapping as `mappingCode` has it; empty for the best one. */
  mapping: text('', LONGEST_CODE),
} as const;

export type MachineState = StateOf<typeof MACHINE_FIELDS>;
