import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { eyerissBaseline } from './hardware.ts';
import { hardwarePreset } from './presets.ts';

describe('hardwarePreset', () => {
  it.each([1, 256, 1_000_000])('knows eyeriss-%d', (pes) => {
    expect(hardwarePreset(`eyeriss-${pes}`)).toEqual(eyerissBaseline(pes));
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
  ])('does not know %j', (name) => {
    expect(() => hardwarePreset(name)).toThrow(InputError);
  });

  it('says what there is', () => {
    expect(() => hardwarePreset('tpu')).toThrow(
      'hardware: found "tpu"; allowed: eyeriss-J for J processing elements, from eyeriss-1 to eyeriss-1000000',
    );
  });
});
