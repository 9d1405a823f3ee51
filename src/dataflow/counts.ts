import { DATA_TYPES, LEVELS, type PerLevelAndData } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';
import { type Dataflow, haloOf, type Mapping } from './dataflow.ts';

/**
 * Words that a mapping reads and writes over a whole layer, per level and data type: what Eq. (3) and (4)
 * charge for.
 *
 * @throws Error if the counts break an invariant, which is a fault of the dataflow's formulas.
 */
export function countAccesses(dataflow: Dataflow, shape: LayerShape, mapping: Mapping): PerLevelAndData {
  const halo = haloOf(dataflow, shape, mapping);
  const accesses = dataflow.accesses(
    shape,
    dataflow.trips(shape, mapping),
    halo.numerator / halo.denominator,
  );
  assertInvariants(dataflow, shape, accesses);
  return accesses;
}

function assertInvariants({ name }: Dataflow, shape: LayerShape, accesses: PerLevelAndData): void {
  const { weights, ofmaps, macs } = shape;
  const hold = (condition: boolean, statement: string) => {
    if (!condition) throw new Error(`${name} counts: ${statement} (${JSON.stringify({ shape, accesses })})`);
  };
  for (const level of LEVELS) {
    for (const data of DATA_TYPES) hold(accesses[level][data] >= 0, `negative ${level} ${data}`);
  }
  hold(accesses.dram.weight >= weights, 'every weight is read from DRAM at least once');
  hold(accesses.dram.psum >= ofmaps, 'every ofmap pixel is written to DRAM');
  hold(innermost(accesses, 'ifmap') === macs, 'each MAC takes one ifmap pixel from the level next to it');
  hold(
    innermost(accesses, 'weight') === (weights && macs),
    'each MAC takes one weight from the level next to it',
  );
  const accumulations = accesses.glb.psum / 2 + accesses.array.psum + accesses.rf.psum / 2;
  hold(accumulations === macs - ofmaps, 'each MAC but the first of a psum accumulates at one level');
}

/** Accesses to the level closest to the ALU that holds a data type at all. */
function innermost(accesses: PerLevelAndData, data: 'ifmap' | 'weight'): number {
  return LEVELS.map((level) => accesses[level][data]).findLast((count) => count > 0) ?? 0;
}
