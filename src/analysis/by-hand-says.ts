import type { LimitName } from '../dataflow/dataflow.ts';
import { LEVELS, type Level } from '../hardware/energy.ts';
import type { Objective } from '../search/objective.ts';
import type { LimitUse, MappingByHand } from './by-hand.ts';
import type { MappingCost } from './mapping-cost.ts';
import { counted, threeDigits, whole } from './wording.ts';

/** What is to be said of a mapping chosen by hand, in short sentences. */
export function saysOf(result: Omit<MappingByHand, 'says'>): readonly string[] {
  const { limits, optimum, dataflow, layer } = result;
  const broken = limits.filter(({ over }) => over > 0).map(shortage);
  if (!optimum.feasible)
    return [...broken, `No mapping of ${dataflow} can run ${layer}: ${optimum.reason.message}`];
  return [...broken, ...againstOptimum(result, optimum.cost)];
}

/** What there is of each limit, as far as the number. */
const SUPPLIES: Readonly<Record<LimitName, string>> = {
  glb: 'The GLB holds',
  rf: 'An RF holds',
  pes: 'The array has',
  channels: 'The layer has',
  filters: 'The GLB is shared by',
  'filter scratchpad': 'A filter scratchpad holds',
  'ifmap scratchpad': 'An ifmap scratchpad holds',
  'psum scratchpad': 'A psum scratchpad holds',
  array: 'The array has',
  ids: 'There are',
};

const shortage = ({ name, unit, needed, available, over }: LimitUse): string =>
  `${SUPPLIES[name]} ${counted(available, unit)}; this mapping needs ${whole(needed)}, ${whole(over)} too many.`;

const MADE_SMALL: Readonly<Record<Objective, string>> = {
  energy: 'energy',
  edp: 'energy-delay product',
  delay: 'cycles',
  dram: 'DRAM accesses',
};

function againstOptimum(
  { feasible, objective, cost, timesOptimum }: Omit<MappingByHand, 'says'>,
  best: MappingCost,
): readonly string[] {
  const what = MADE_SMALL[objective];
  const needs = feasible ? 'It needs' : 'If it could run, it would need';
  if (timesOptimum === null) return [`${needs} some ${what}, the optimum none.`];
  if (timesOptimum !== 1) {
    const told = `${needs} ${times(timesOptimum)} times the ${what} of the optimum.`;
    return feasible ? [told, ...reasons(objective, cost, best)] : [told];
  }
  const names = Object.keys(best.mapping);
  const isSame = names.every((name) => cost.mapping[name] === best.mapping[name]);
  return [isSame ? 'This is the optimum.' : `${needs} as much ${what} as the optimum.`];
}

/** 1.23, and as many digits as tell a ratio near 1 from 1. */
function times(ratio: number): string {
  const digits = Math.max(2, Math.ceil(-Math.log10(Math.abs(ratio - 1))));
  return ratio.toFixed(ratio < 100 ? digits : 0);
}

/** Where the energy goes, or which PEs are idle, that make a mapping worse than the best. */
function reasons(objective: Objective, cost: MappingCost, best: MappingCost): readonly string[] {
  const isDearer = cost.energy.total > best.energy.total && (objective === 'energy' || objective === 'edp');
  const isSlower = cost.activePes < best.activePes && (objective === 'delay' || objective === 'edp');
  return [
    ...(isDearer ? [extraEnergy(cost, best)] : []),
    ...(isSlower
      ? [`It keeps ${counted(cost.activePes, 'PEs')} busy, the optimum ${whole(best.activePes)}.`]
      : []),
  ];
}

const PLACES = { dram: 'DRAM', glb: 'the GLB', array: 'the array', rf: 'the RFs' } as const;

function extraEnergy({ energy, macs }: MappingCost, best: MappingCost): string {
  const extra = (level: Level) => energy.byLevel[level] - best.energy.byLevel[level];
  const level = LEVELS.reduce((most, other) => (extra(other) > extra(most) ? other : most));
  const perMac = threeDigits(extra(level) / macs);
  return `The largest part of the extra energy goes to ${PLACES[level]}: ${perMac} more per MAC.`;
}
