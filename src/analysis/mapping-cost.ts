import { countAccesses } from '../dataflow/counts.ts';
import type { Dataflow, Mapping } from '../dataflow/dataflow.ts';
import { reuseFactors } from '../dataflow/reuse.ts';
import type { EnergyCosts } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';
import { energyOf } from './energy.ts';
import type { FeasibleLayer } from './result.ts';

/** A mapping and what it costs. */
export type MappingCost = Pick<
  FeasibleLayer,
  'macs' | 'activePes' | 'delay' | 'mapping' | 'accesses' | 'energy' | 'edp' | 'reuse'
>;

/** What a mapping costs, whether or not it keeps its limits. */
export function mappingCost(
  dataflow: Dataflow,
  shape: LayerShape,
  mapping: Mapping,
  costs: EnergyCosts,
): MappingCost {
  const { macs } = shape;
  const accesses = countAccesses(dataflow, shape, mapping);
  const energy = energyOf(macs, accesses, costs);
  const activePes = dataflow.activePes(shape, mapping);
  const reuse = reuseFactors(shape, accesses);
  const delay = macs / activePes;
  const edp = energy.perMac / activePes;
  return { macs, activePes, delay, mapping, accesses, energy, edp, reuse };
}
