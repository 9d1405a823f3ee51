import { describe, expect, it } from 'vitest';
import { EYERISS_CHIP, pesOf } from '../chip/chip.ts';
import { InputError } from '../input-error.ts';
import { eyerissBaseline, storageFor } from './hardware.ts';
import { EYERISS_CHIP_SIZES, findPreset, HARDWARE_PRESETS, hardwarePreset } from './presets.ts';

describe('hardwarePreset', () => {
  it.each([1, 168, 256, 1_000_000])('knows eyeriss-%d', (pes) => {
    expect(hardwarePreset(`eyeriss-${pes}`)).toEqual(eyerissBaseline(pes));
  });

  it('knows the chip', () => {
    expect(hardwarePreset('eyeriss-chip')).toBe(EYERISS_CHIP_SIZES);
  });

  it.each([
    'eyeriss',
    'eyeriss-0',
    'eyeriss-007',
    'eyeriss-1000001',
    'eyeriss-1e3',
    'eyeriss-9\n',
    'tpu-9',
    '',
    '__proto__',
  ])('does not know %j', (name) => {
    expect(() => hardwarePreset(name)).toThrow(InputError);
  });

  it.each([
    ['tpu', ''],
    ['eyeriss-chp', ' (did you mean eyeriss-chip?)'],
    ['eyerris-300', ' (did you mean eyeriss-300?)'],
  ])('says what there is instead of %s', (name, hint) => {
    expect(() => hardwarePreset(name)).toThrow(
      `hardware: found "${name}"${hint}; allowed: eyeriss-chip, or eyeriss-J for J processing elements, from eyeriss-1 to eyeriss-1000000`,
    );
  });
});

describe('the presets', () => {
  it('are found by their names, and say where they are from', () => {
    for (const preset of HARDWARE_PRESETS) {
      expect(findPreset(preset.hardware.name)).toBe(preset);
      expect(preset.source).toMatch(/doi 10\./);
    }
  });

  it('have the sizes of the simulated chip', () => {
    const { scratchpads, glb } = EYERISS_CHIP;
    const { pes, rfWords, glbWords } = storageFor(EYERISS_CHIP_SIZES, 0)!;
    expect(pes).toBe(pesOf(EYERISS_CHIP));
    expect(rfWords).toBe(scratchpads.filterWords + scratchpads.ifmapWords + scratchpads.psumWords);
    expect(glbWords).toBe((glb.banks + glb.filterBanks) * glb.bankWords);
  });
});
