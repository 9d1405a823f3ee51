import {
  DATA_TYPES,
  type EnergyCosts,
  LEVELS,
  type Level,
  type PerLevelAndData,
} from '../hardware/energy.ts';
import type { Energy } from './result.ts';

/**
 * Energy of a layer from its counts: one ALU operation per MAC, and every access at the cost of its level (ISCA
 * 2016, Eq. (3) and (4)).
 *
 * @throws Error if the sums by level and by data type disagree, which is a fault of the model.
 */
export function energyOf(macs: number, accesses: PerLevelAndData, costs: EnergyCosts): Energy {
  const cost = (level: Level, data: (typeof DATA_TYPES)[number]) => accesses[level][data] * costs[level];
  const alu = macs * costs.alu;
  const byLevel = { alu, ...tally(LEVELS, (level) => sum(DATA_TYPES.map((data) => cost(level, data)))) };
  const byData = tally(DATA_TYPES, (data) => sum(LEVELS.map((level) => cost(level, data))));
  return assembled(macs, byLevel, byData);
}

/** Energy of several layers together. */
export function totalEnergy(macs: number, parts: readonly Energy[]): Energy {
  const byLevel = tally(['alu', ...LEVELS], (level) => sum(parts.map((part) => part.byLevel[level])));
  const byData = tally(DATA_TYPES, (data) => sum(parts.map((part) => part.byData[data])));
  return assembled(macs, byLevel, byData);
}

function assembled(macs: number, byLevel: Energy['byLevel'], byData: Energy['byData']): Energy {
  const total = sum(Object.values(byLevel));
  const totalByData = byLevel.alu + sum(Object.values(byData));
  if (Math.abs(total - totalByData) > 1e-9 * Math.abs(total)) {
    throw new Error(`energy by level is ${total}, by data type ${totalByData}`);
  }
  return { total, perMac: total / macs, byLevel, byData };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tally = <K extends string>(keys: readonly K[], count: (key: K) => number): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>;
