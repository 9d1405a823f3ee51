import type { Factors } from '../loopnest/check-mapping.ts';
import type { DataColumn, DataTable, Value } from './data-table.ts';
import { NEST_COLUMNS, nestData } from './nest-data.ts';
import type { ShownNest } from './nest-view.ts';

/** Columns that say what was searched for, and what came of it. */
const OF_A_SEARCH = [
  ...['network', 'batch', 'constraints', 'objective', 'feasible', 'reason'],
  ...['space_size', 'visited', 'pruned', 'proven', 'lower_bound'],
];

const VALID: DataColumn = {
  name: 'valid',
  unit: '',
  meaning: 'true where the mapping breaks no limit of the hardware',
  type: 'boolean',
};

/** The columns of one mapping in their order: those of a mapped network without what only a search has. */
export const EVALUATION_COLUMNS: readonly DataColumn[] = [
  ...NEST_COLUMNS.map(({ of: _, ...column }) => column).filter(({ name }) => !OF_A_SEARCH.includes(name)),
  VALID,
];

/** One mapping as a table: a line per level and tensor. */
export function evaluationData(
  { problem, architecture, mapping, evaluation }: ShownNest,
  factors: Factors,
): DataTable {
  const { convention, macs, energy, broken } = evaluation;
  const search = {
    ...{ spaceSize: 1, visited: 1, pruned: 0, prunedBy: {} },
    ...{ proven: true, lowerBound: energy.total },
  };
  const { columns, lines } = nestData({
    ...{ network: '', batch: 1, constraints: '', objective: 'energy' },
    hardware: architecture.name,
    factors,
    convention,
    layers: [{ name: problem.name, macs, feasible: true, mapping, evaluation, search }],
  });
  const own = (_: DataColumn | Value, c: number) => !OF_A_SEARCH.includes(columns[c]!.name);
  return {
    columns: [...columns.filter(own), VALID],
    lines: lines.map((line) => [...line.filter(own), broken.length === 0]),
  };
}
