import type { SimulatedLayer, SimulationResult } from '../chip/simulation.ts';
import { DATA_TYPES, type DataType, LEVELS, type Level } from '../hardware/energy.ts';
import { DATA_NAMES, ENERGY, LEVEL_NAMES } from './analysis-data.ts';
import { dramColumns, energyColumns, mappingColumns, timeColumns, waterfallColumns } from './chip-columns.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';

/** What one line is about. */
interface Line {
  readonly simulation: SimulationResult;
  readonly layer: SimulatedLayer;
}

const ofAll = columnsOf(({ simulation }: Line) => simulation);
const layerOf = ({ layer }: Line) => layer;
const { text, boolean, whole, number } = columnsOf(layerOf);
/** Columns that are empty where the mapping was given, not searched for. */
const ofSearch = columnsOf(({ layer }: Line) => layer.search);

const words = (name: string, meaning: string, of: (layer: SimulatedLayer) => number) =>
  whole(name, 'words', meaning, of);
const energy = (name: string, meaning: string, of: (layer: SimulatedLayer) => number) =>
  number(name, ENERGY, meaning, of);

/** Both counts of what was moved at a level, the simulator's or the framework's. */
const counted = ({ comparison }: SimulatedLayer, level: Level, data: DataType) =>
  comparison.find((one) => one.level === level && one.data === data)!;

/** The columns of a simulation in their order; energies are in the unit of the hardware's energy table. */
export const SIMULATION_COLUMNS: readonly ColumnOf<Line>[] = [
  ofAll.text('network', 'name of the network', ({ network }) => network),
  ofAll.whole('batch', 'images', 'images that are worked on together', ({ batch }) => batch),
  ofAll.text('chip', 'name of the chip', ({ chip }) => chip),
  ofAll.text('detail', 'pass or cycle: what was stepped', ({ detail }) => detail),
  text('layer', 'name of the layer', ({ name }) => name),
  text('type', 'conv, fc or pool', ({ type }) => type),
  ...mappingColumns(layerOf),
  whole('macs', 'MACs', 'work of the layer for the whole batch; comparisons of a pool', ({ macs }) => macs),
  whole('gated_macs', 'MACs', 'those that a zero ifmap word switches off', ({ gatedMacs }) => gatedMacs),
  whole('configurations', 'configurations', 'what the layer was split into', (layer) => layer.configurations),
  ...timeColumns(layerOf),

  words('glb_ifmap_reads', 'ifmap words from the global buffer to the array', ({ glb }) => glb.ifmapReads),
  words('glb_filter_reads', 'filter words from the global buffer to the array', ({ glb }) => glb.filterReads),
  words(
    'glb_psum_reads',
    'psums from the global buffer to the array or the DRAM',
    ({ glb }) => glb.psumReads,
  ),
  words('glb_psum_writes', 'psums from the array to the global buffer', ({ glb }) => glb.psumWrites),
  whole('glb_bytes', 'bytes', 'ifmaps and psums of these', ({ glb }) => glb.bytes),
  words(
    'fills_ifmap',
    'ifmap words from the DRAM side to the global buffer, padded',
    ({ glb }) => glb.fills.ifmap,
  ),
  words('fills_filter', 'filter words from the DRAM to the global buffer', ({ glb }) => glb.fills.filter),
  words('fills_psum', 'psums from the DRAM to the global buffer', ({ glb }) => glb.fills.psum),
  words('fills_drained', 'psums from the global buffer to the DRAM side', ({ glb }) => glb.fills.drained),

  ...dramColumns(layerOf),

  ...waterfallColumns(layerOf),

  ...LEVELS.flatMap((level) =>
    DATA_TYPES.map((data) =>
      words(
        `accesses_${level}_${data}`,
        `${DATA_NAMES[data]} read and written at ${LEVEL_NAMES[level]}`,
        (layer) => counted(layer, level, data).simulated,
      ),
    ),
  ),
  ...LEVELS.flatMap((level) =>
    DATA_TYPES.map((data) =>
      number(
        `framework_${level}_${data}`,
        'words',
        `the analysis framework's count of accesses_${level}_${data}`,
        (layer) => counted(layer, level, data).framework,
      ),
    ),
  ),

  ...energyColumns(layerOf),
  energy(
    'framework_energy_total',
    "energy of the framework's counts",
    (layer) => layer.frameworkEnergy.total,
  ),
  energy(
    'framework_energy_per_mac',
    'framework_energy_total / macs',
    (layer) => layer.frameworkEnergy.perMac,
  ),

  // Of the space, which may have more than 2^53 mappings
  ofSearch.number(
    'space_size',
    'mappings',
    "product of the parameters' ranges",
    ({ spaceSize }) => spaceSize,
  ),
  ofSearch.whole('visited', 'mappings', 'mappings whose cost was computed', ({ visited }) => visited),
  ofSearch.boolean('proven', 'true where nothing better was left out', ({ proven }) => proven),
  text('note', 'what there is to know about the mapping', ({ note }) => note),

  whole('truncation', 'places', 'by how much products were shifted', ({ truncation }) => truncation),
  words('output_words', 'words of the ofmap', ({ output }) => output.words),
  words(
    'checked_words',
    'those that were computed again from the definition',
    ({ output }) => output.checkedWords,
  ),
  boolean('bit_exact', 'true where these are the same', ({ output }) => output.bitExact),
  text('sha256', 'of the ofmap: image, filter, row, column, low byte first', ({ output }) => output.sha256),
];

/** A simulation as a table: a line per layer. */
export const simulationData = (simulation: SimulationResult): DataTable =>
  dataTable(
    SIMULATION_COLUMNS,
    simulation.layers.map((layer): Line => ({ simulation, layer })),
  );
