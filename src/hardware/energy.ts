import { InputError } from '../input-error.ts';

/** The levels of the storage hierarchy, from the dearest access to the cheapest. */
export const LEVELS = ['dram', 'glb', 'array', 'rf'] as const;
export type Level = (typeof LEVELS)[number];

/** What is moved. */
export const DATA_TYPES = ['ifmap', 'weight', 'psum'] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** One number per level and data type. */
export type PerLevelAndData = Readonly<Record<Level, Readonly<Record<DataType, number>>>>;

/**
 * Energy of one access to each level and of one MAC in the ALU, for one word; 0 or more. Any unit will do; every energy that
 * comes out is in that unit.
 */
export type EnergyCosts = Readonly<Record<Level | 'alu', number>>;

/** Relative to one 16-bit MAC, commercial 65 nm: Eyeriss, ISCA 2016, Table IV. */
export const EYERISS_ENERGY: EnergyCosts = { dram: 200, glb: 6, array: 2, rf: 1, alu: 1 };

/**
 * Refuses costs that no search can work with.
 *
 * @throws InputError if one is negative, infinite or not a number.
 */
export function checkCosts(costs: EnergyCosts): void {
  for (const level of ['alu', ...LEVELS] as const) {
    const found = costs[level];
    if (Number.isFinite(found) && found >= 0) continue;
    throw new InputError({
      code: 'out-of-range',
      path: ['energy', level],
      found,
      allowed: 'a number from 0',
    });
  }
}
