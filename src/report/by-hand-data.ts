import type { LimitUse, MappingByHand } from '../analysis/by-hand.ts';
import { columnsOf, type DataTable, dataTable } from './data-table.ts';
import { mappingText } from './format.ts';

interface Line {
  readonly byHand: MappingByHand;
  readonly limit: LimitUse;
}

const always = columnsOf((line: Line) => line);

/** A line per limit of a mapping chosen by hand, with what all of it costs. */
const COLUMNS = [
  always.text('layer', 'name of the layer', ({ byHand }) => byHand.layer),
  always.text('dataflow', 'short name of the dataflow', ({ byHand }) => byHand.dataflow),
  always.whole('batch', 'images', 'images that are worked on together', ({ byHand }) => byHand.batch),
  always.text('mapping', "the dataflow's parameters", ({ byHand }) => mappingText(byHand.cost.mapping)),
  always.boolean('feasible', 'true where all limits are kept', ({ byHand }) => byHand.feasible),
  always.number(
    'energy_per_mac',
    "hardware's energy unit",
    'energy / MACs',
    ({ byHand }) => byHand.cost.energy.perMac,
  ),
  always.number(
    'times_optimum',
    '1',
    'what the objective makes small / that of the best',
    ({ byHand }) => byHand.timesOptimum,
  ),
  always.text('limit', 'name of the limit', ({ limit }) => limit.name),
  always.text('unit', 'what the limit counts', ({ limit }) => limit.unit),
  always.number('needed', "the limit's unit", 'what the mapping needs', ({ limit }) => limit.needed),
  always.number('available', "the limit's unit", 'what there is', ({ limit }) => limit.available),
  always.number('over', "the limit's unit", 'what is needed beyond what there is', ({ limit }) => limit.over),
];

/** A mapping chosen by hand as a table. */
export const byHandData = (byHand: MappingByHand): DataTable =>
  dataTable(
    COLUMNS,
    byHand.limits.map((limit): Line => ({ byHand, limit })),
  );
