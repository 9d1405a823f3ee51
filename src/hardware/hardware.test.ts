import { describe, expect, it } from 'vitest';
import { area, EYERISS_AREA_CURVE } from './area.ts';
import { eyerissBaseline, type Hardware, type Storage, storageFor } from './hardware.ts';

const withStorage = (storage: Storage): Hardware => ({ ...eyerissBaseline(256), storage });

describe('storageFor', () => {
  it('divides the baseline anew for each dataflow', () => {
    expect(storageFor(eyerissBaseline(256), 256)).toEqual({
      pes: 256,
      rfBytes: 512,
      glbBytes: 131_072,
      rfWords: 256,
      glbWords: 65_536,
    });
    expect(storageFor(eyerissBaseline(256), 1)).toMatchObject({ rfBytes: 2, rfWords: 1, glbWords: 171_146 });
  });

  it('divides an area', () => {
    const total = 256 * area(EYERISS_AREA_CURVE, 512) + area(EYERISS_AREA_CURVE, 131_072);
    expect(storageFor(withStorage({ divide: 'area', area: total }), 256)).toMatchObject({
      glbBytes: 131_072,
    });
  });

  it('gives every dataflow the RF that the hardware says', () => {
    const storage = withStorage({ divide: 'baseline', rfBytesPerPe: 512, rfBytes: 256 });
    expect(storageFor(storage, 1)).toEqual(storageFor(eyerissBaseline(256), 128));
    const fixed = withStorage({ divide: 'fixed', rfBytes: 10, glbBytes: 1001 });
    expect(storageFor(fixed, 256)).toMatchObject({ rfBytes: 10, glbBytes: 1001, rfWords: 5, glbWords: 500 });
  });

  it('is nothing where no word of GLB is left', () => {
    const room = (left: number) => withStorage({ divide: 'area', area: 256 * 10_685.44 + left });
    expect(storageFor(room(206.94), 256)).toMatchObject({ glbBytes: 2, glbWords: 1 });
    expect(storageFor(room(206.93), 256)).toBeUndefined();
    expect(storageFor(room(-1), 256)).toBeUndefined();
  });

  it('counts words of any width', () => {
    const bytes = { ...withStorage({ divide: 'fixed', rfBytes: 3, glbBytes: 9 }), wordBits: 12 };
    expect(storageFor(bytes, 0)).toMatchObject({ rfWords: 2, glbWords: 6 });
  });
});
