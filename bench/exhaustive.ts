import { availableIn, haloOf, type Mapping } from '../src/dataflow/dataflow.ts';
import { EYERISS_ENERGY } from '../src/hardware/energy.ts';
import type { Task } from './grid.ts';

export interface ExhaustiveResult {
  readonly energy: number;
  readonly fitting: number;
}

/**
 * The least energy by a plain look at every mapping that fits: nested loops over the parameters, each left at
 * the first value that breaks a limit.
 */
export function exhaustive({ dataflow, shape, storage }: Task): ExhaustiveResult {
  const costs = EYERISS_ENERGY;
  const limits = dataflow.limits(shape, storage);
  const names = dataflow.parameters.map(({ name }) => name);
  const ends = dataflow.parameters.map(({ tiles }) => shape[tiles]);
  const mapping: Record<string, number> = Object.fromEntries(names.map((name) => [name, 1]));
  let energy = Number.POSITIVE_INFINITY;
  let fitting = 0;
  const loop = (depth: number) => {
    if (depth === names.length) {
      fitting++;
      energy = Math.min(energy, energyOfMapping(mapping));
      return;
    }
    const name = names[depth]!;
    for (let value = 1; value <= ends[depth]!; value++) {
      mapping[name] = value;
      if (limits.some((limit) => limit.needed(mapping) > availableIn(limit, mapping))) break;
      loop(depth + 1);
    }
    mapping[name] = 1;
  };
  const energyOfMapping = (at: Mapping) => {
    const { numerator, denominator } = haloOf(dataflow, shape, at);
    const { dram, glb, array, rf } = dataflow.accesses(
      shape,
      dataflow.trips(shape, at),
      numerator / denominator,
    );
    return (
      shape.macs * costs.alu +
      (dram.ifmap + dram.weight + dram.psum) * costs.dram +
      (glb.ifmap + glb.weight + glb.psum) * costs.glb +
      (array.ifmap + array.weight + array.psum) * costs.array +
      (rf.ifmap + rf.weight + rf.psum) * costs.rf
    );
  };
  loop(0);
  return { energy, fitting };
}
