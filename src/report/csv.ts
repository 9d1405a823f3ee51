import { csvFormatRows } from 'd3-dsv';
import type { AnalysisResult, DataflowResult, FeasibleLayer, LayerResult } from '../analysis/result.ts';
import { DATA_TYPES, type DataType, LEVELS, type Level } from '../hardware/energy.ts';
import { mappingText } from './format.ts';

/** A column of the file that {@link analysisCsv} makes. */
export interface CsvColumn {
  readonly name: string;
  /** Empty where the values are words or have none. */
  readonly unit: string;
  readonly meaning: string;
  /** What stands in it; nothing where undefined. */
  readonly of: (line: CsvLine) => string | number | boolean | undefined;
}

/** What one line is about: a layer under a dataflow. */
interface CsvLine {
  readonly analysis: AnalysisResult;
  readonly dataflow: DataflowResult;
  readonly layer: LayerResult;
}

const column = (name: string, unit: string, meaning: string, of: CsvColumn['of']): CsvColumn => ({
  name,
  unit,
  meaning,
  of,
});

/** A column that is empty where the dataflow cannot run the layer. */
const ifItRuns = (
  name: string,
  unit: string,
  meaning: string,
  of: (layer: FeasibleLayer) => string | number | boolean,
): CsvColumn => column(name, unit, meaning, ({ layer }) => (layer.feasible ? of(layer) : undefined));

const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  dram: 'DRAM',
  glb: 'the global buffer',
  array: 'the array, between PEs',
  rf: 'the register files',
};
const DATA_NAMES: Readonly<Record<DataType, string>> = { ifmap: 'ifmaps', weight: 'weights', psum: 'psums' };

const ENERGY = "hardware's energy unit";

/** The columns in their order; energies are in the unit of the hardware's energy table. */
export const ANALYSIS_COLUMNS: readonly CsvColumn[] = [
  column('network', '', 'name of the network', ({ analysis }) => analysis.network),
  column('batch', 'images', 'images that are worked on together', ({ analysis }) => analysis.batch),
  column('objective', '', 'what the mapping makes small', ({ analysis }) => analysis.objective),
  column('hardware', '', 'name of the hardware', ({ analysis }) => analysis.hardware),
  column('dataflow', '', 'short name of the dataflow', ({ dataflow }) => dataflow.dataflow),
  column('pes', 'PEs', 'PEs of the array', ({ dataflow }) => dataflow.hardware.pes),
  column('rf_bytes', 'bytes', 'register file of each PE', ({ dataflow }) => dataflow.hardware.rfBytes),
  column('glb_bytes', 'bytes', 'global buffer', ({ dataflow }) => dataflow.hardware.glbBytes),
  column('layer', '', 'name of the layer', ({ layer }) => layer.name),
  column('type', '', 'conv, fc or pool', ({ layer }) => layer.type),
  column('macs', 'MACs', 'work of the layer for the whole batch', ({ layer }) => layer.macs),
  column('feasible', '', 'true where the dataflow can run the layer', ({ layer }) => layer.feasible),
  ifItRuns('mapping', '', "the dataflow's parameters", ({ mapping }) => mappingText(mapping)),
  ifItRuns('active_pes', 'PEs', 'PEs that work', ({ activePes }) => activePes),
  ifItRuns('delay', 'cycles', 'macs / active_pes', ({ delay }) => delay),
  ...LEVELS.flatMap((level) =>
    DATA_TYPES.map((type) =>
      ifItRuns(
        `accesses_${level}_${type}`,
        'words',
        `${DATA_NAMES[type]} read and written at ${LEVEL_NAMES[level]}`,
        ({ accesses }) => accesses[level][type],
      ),
    ),
  ),
  ifItRuns('energy_total', ENERGY, 'energy of the layer', ({ energy }) => energy.total),
  ifItRuns('energy_per_mac', ENERGY, 'energy_total / macs', ({ energy }) => energy.perMac),
  ifItRuns('energy_alu', ENERGY, 'energy of the MACs themselves', ({ energy }) => energy.byLevel.alu),
  ...LEVELS.map((level) =>
    ifItRuns(
      `energy_${level}`,
      ENERGY,
      `energy of the accesses to ${LEVEL_NAMES[level]}`,
      ({ energy }) => energy.byLevel[level],
    ),
  ),
  ...DATA_TYPES.map((type) =>
    ifItRuns(
      `energy_${type}`,
      ENERGY,
      `energy of moving ${DATA_NAMES[type]}`,
      ({ energy }) => energy.byData[type],
    ),
  ),
  ifItRuns('edp', `${ENERGY} × cycles`, 'energy per MAC × delay per MAC', ({ edp }) => edp),
  ifItRuns('space_size', 'mappings', "product of the parameters' ranges", ({ search }) => search.spaceSize),
  ifItRuns('visited', 'mappings', 'mappings whose cost was computed', ({ search }) => search.visited),
  ifItRuns('pruned', 'mappings', 'the rest of the space', ({ search }) => search.pruned),
  ifItRuns('proven', '', 'true where nothing better was left out', ({ search }) => search.proven),
  column('reason', '', 'why the dataflow cannot run the layer', ({ layer }) =>
    layer.feasible ? undefined : layer.reason.message,
  ),
];

/** A result as comma-separated values (RFC 4180): a header, then a line per dataflow and layer, all digits kept. */
export function analysisCsv(analysis: AnalysisResult): string {
  const lines = analysis.results.flatMap((dataflow) =>
    dataflow.layers.map((layer) =>
      ANALYSIS_COLUMNS.map(({ of }) => String(of({ analysis, dataflow, layer }) ?? '')),
    ),
  );
  return `${csvFormatRows([ANALYSIS_COLUMNS.map(({ name }) => name), ...lines])}\n`;
}
