import { InputError } from '../input-error.ts';
import { eyerissBaseline, type Hardware } from './hardware.ts';

const MOST_PES = 1_000_000;

/**
 * The accelerator of a name: `eyeriss-256` is {@link eyerissBaseline} with 256 PEs, and so for any number.
 *
 * @throws InputError if there is none.
 */
export function hardwarePreset(name: string): Hardware {
  const pes = Number(/^eyeriss-([1-9]\d*)$/.exec(name)?.[1]);
  if (pes <= MOST_PES) return eyerissBaseline(pes);
  throw new InputError({
    code: 'not-allowed',
    path: ['hardware'],
    found: name,
    allowed: `eyeriss-J for J processing elements, from eyeriss-1 to eyeriss-${MOST_PES}`,
  });
}
