import { expect, test } from 'vitest';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { energyOf, totalEnergy } from './energy.ts';

const accesses = {
  dram: { ifmap: 1, weight: 2, psum: 3 },
  glb: { ifmap: 4, weight: 0, psum: 6 },
  array: { ifmap: 7, weight: 8, psum: 9 },
  rf: { ifmap: 10, weight: 11, psum: 12 },
};

test('every access costs what its level costs, every MAC one ALU operation', () => {
  expect(energyOf(10, accesses, EYERISS_ENERGY)).toEqual({
    total: 10 + 1200 + 60 + 48 + 33,
    perMac: 135.1,
    byLevel: { alu: 10, dram: 1200, glb: 60, array: 48, rf: 33 },
    byData: { ifmap: 200 + 24 + 14 + 10, weight: 400 + 16 + 11, psum: 600 + 36 + 18 + 12 },
  });
});

test('energies by level and by data type that disagree are refused', () => {
  const one = energyOf(10, accesses, EYERISS_ENERGY);
  expect(totalEnergy(20, [one, one]).perMac).toBe(one.perMac);
  const wrong = { ...one, byData: { ...one.byData, psum: one.byData.psum + 1 } };
  expect(() => totalEnergy(20, [one, wrong])).toThrow('energy by level is 2702, by data type 2703');
});
