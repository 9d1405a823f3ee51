import type { AnalysisResult, DataflowResult, LayerResult } from '../analysis/result.ts';
import { DATA_TYPES, type DataType, LEVELS, type Level } from '../hardware/energy.ts';
import { tableCsv } from './csv.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';
import { mappingText } from './format.ts';

/** What one line is about: a layer under a dataflow. */
interface Line {
  readonly analysis: AnalysisResult;
  readonly dataflow: DataflowResult;
  readonly layer: LayerResult;
}

const always = columnsOf((line: Line) => line);

/** Columns that are empty where the dataflow cannot run the layer. */
const ifItRuns = columnsOf(({ layer }: Line) => (layer.feasible ? layer : null));

export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  dram: 'DRAM',
  glb: 'the global buffer',
  array: 'the array, between PEs',
  rf: 'the register files',
};
export const DATA_NAMES: Readonly<Record<DataType, string>> = {
  ifmap: 'ifmaps',
  weight: 'weights',
  psum: 'psums',
};

export const ENERGY = "hardware's energy unit";

/** The columns of an analysis in their order; energies are in the unit of the hardware's energy table. */
export const ANALYSIS_COLUMNS: readonly ColumnOf<Line>[] = [
  always.text('network', 'name of the network', ({ analysis }) => analysis.network),
  always.whole('batch', 'images', 'images that are worked on together', ({ analysis }) => analysis.batch),
  always.text('objective', 'what the mapping makes small', ({ analysis }) => analysis.objective),
  always.text('hardware', 'name of the hardware', ({ analysis }) => analysis.hardware),
  always.text('dataflow', 'short name of the dataflow', ({ dataflow }) => dataflow.dataflow),
  always.whole('pes', 'PEs', 'PEs of the array', ({ dataflow }) => dataflow.hardware.pes),
  always.whole('rf_bytes', 'bytes', 'register file of each PE', ({ dataflow }) => dataflow.hardware.rfBytes),
  always.whole('glb_bytes', 'bytes', 'global buffer', ({ dataflow }) => dataflow.hardware.glbBytes),
  always.text('layer', 'name of the layer', ({ layer }) => layer.name),
  always.text('type', 'conv, fc or pool', ({ layer }) => layer.type),
  always.whole('macs', 'MACs', 'work of the layer for the whole batch', ({ layer }) => layer.macs),
  always.number(
    'weight_zeros_percent',
    '%',
    'zeros among the weights, where known',
    ({ layer }) => layer.weightZerosPercent ?? null,
  ),
  always.boolean('feasible', 'true where the dataflow can run the layer', ({ layer }) => layer.feasible),
  ifItRuns.text('mapping', "the dataflow's parameters", ({ mapping }) => mappingText(mapping)),
  ifItRuns.whole('active_pes', 'PEs', 'PEs that work', ({ activePes }) => activePes),
  ifItRuns.number('delay', 'cycles', 'macs / active_pes', ({ delay }) => delay),
  ...LEVELS.flatMap((level) =>
    DATA_TYPES.map((type) =>
      ifItRuns.number(
        `accesses_${level}_${type}`,
        'words',
        `${DATA_NAMES[type]} read and written at ${LEVEL_NAMES[level]}`,
        ({ accesses }) => accesses[level][type],
      ),
    ),
  ),
  ifItRuns.number('energy_total', ENERGY, 'energy of the layer', ({ energy }) => energy.total),
  ifItRuns.number('energy_per_mac', ENERGY, 'energy_total / macs', ({ energy }) => energy.perMac),
  ifItRuns.number('energy_alu', ENERGY, 'energy of the MACs themselves', ({ energy }) => energy.byLevel.alu),
  ...LEVELS.map((level) =>
    ifItRuns.number(
      `energy_${level}`,
      ENERGY,
      `energy of the accesses to ${LEVEL_NAMES[level]}`,
      ({ energy }) => energy.byLevel[level],
    ),
  ),
  ...DATA_TYPES.map((type) =>
    ifItRuns.number(
      `energy_${type}`,
      ENERGY,
      `energy of moving ${DATA_NAMES[type]}`,
      ({ energy }) => energy.byData[type],
    ),
  ),
  ifItRuns.number('edp', `${ENERGY} × cycles`, 'energy per MAC × delay per MAC', ({ edp }) => edp),
  // Of the space, which may have more than 2^53 mappings
  ifItRuns.number(
    'space_size',
    'mappings',
    "product of the parameters' ranges",
    ({ search }) => search.spaceSize,
  ),
  ifItRuns.whole('visited', 'mappings', 'mappings whose cost was computed', ({ search }) => search.visited),
  ifItRuns.number('pruned', 'mappings', 'the rest of the space', ({ search }) => search.pruned),
  ifItRuns.boolean('proven', 'true where nothing better was left out', ({ search }) => search.proven),
  always.text('reason', 'why the dataflow cannot run the layer', ({ layer }) =>
    layer.feasible ? null : layer.reason.message,
  ),
];

/** A result as a table: a line per dataflow and layer. */
export function analysisData(analysis: AnalysisResult): DataTable {
  const lines = analysis.results.flatMap((dataflow) =>
    dataflow.layers.map((layer): Line => ({ analysis, dataflow, layer })),
  );
  return dataTable(ANALYSIS_COLUMNS, lines);
}

/** A result as comma-separated values: a line per dataflow and layer, with the columns of {@link ANALYSIS_COLUMNS}. */
export const analysisCsv = (analysis: AnalysisResult): string => tableCsv(analysisData(analysis));
