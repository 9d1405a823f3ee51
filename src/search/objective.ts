import type { Dataflow } from '../dataflow/dataflow.ts';
import type { EnergyCosts } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';
import { type Corner, Measure } from './measure.ts';

/** What the search for a mapping can make small. */
export const OBJECTIVES = ['energy', 'edp', 'delay', 'dram'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/**
 * The measures that an objective makes small, the most important first: each decides among mappings that are
 * equal in those before it. Of equal energies, as in the paper, and of equal energy-delay products, the mapping
 * with most active PEs is best; of equal delays or DRAM accesses, the one with least energy.
 */
export function measuresOf(
  objective: Objective,
  dataflow: Dataflow,
  shape: LayerShape,
  costs: EnergyCosts,
  worst: Corner,
): Measure[] {
  const energy = () => Measure.ofEnergy(dataflow, shape, costs, { perPe: false, worst });
  const energyPerPe = () => Measure.ofEnergy(dataflow, shape, costs, { perPe: true, worst });
  const dram = () => Measure.ofEnergy(dataflow, shape, DRAM_ACCESSES, { perPe: false, worst });
  const delay = () => Measure.ofDelay(worst);
  switch (objective) {
    case 'energy':
      return [energy(), delay()];
    case 'edp':
      return [energyPerPe(), delay()];
    case 'delay':
      return [delay(), energy()];
    case 'dram':
      return [dram(), energy(), delay()];
  }
}

const DRAM_ACCESSES: EnergyCosts = { dram: 1, glb: 0, array: 0, rf: 0, alu: 0 };
