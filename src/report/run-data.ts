import type { RanLayer, RunResult } from '../run/result.ts';
import { dramColumns, energyColumns, mappingColumns, timeColumns, waterfallColumns } from './chip-columns.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';

/** What one line is about. */
interface Line {
  readonly run: RunResult;
  readonly layer: RanLayer;
}

const layerOf = ({ layer }: Line) => layer;
const ofAll = columnsOf(({ run }: Line) => run);
const { text, boolean, whole, number } = columnsOf(layerOf);
/** Columns that are empty for pooling layers, which add no noise. */
const ofNoise = columnsOf(({ layer }: Line) => layer.noise);

const decibels = (
  name: string,
  meaning: string,
  of: (noise: NonNullable<RanLayer['noise']>) => number | null,
) => ofNoise.number(name, 'dB', `${meaning}; empty where nothing differs`, of);

/** The columns of a run in their order; energies are in the unit of the energy table. */
export const RUN_COLUMNS: readonly ColumnOf<Line>[] = [
  ofAll.text('network', 'name of the network', ({ network }) => network),
  ofAll.whole('images', 'images', 'images in all', ({ images }) => images),
  ofAll.whole('batch', 'images', 'images that are worked on together', ({ batch }) => batch),
  ofAll.text('chip', 'name of the chip', ({ chip }) => chip),
  ofAll.text('runtime', 'what ran the rest on the host', ({ runtime }) => runtime),
  text('layer', 'name of the layer', ({ name }) => name),
  text('type', 'conv, fc or pool', ({ type }) => type),
  text('operators', 'what the chip did in one go', ({ operators }) => operators.join(' ')),
  ...mappingColumns(layerOf),
  whole('macs', 'MACs', 'work of the layer for all images; comparisons of a pool', ({ macs }) => macs),
  whole('gated_macs', 'MACs', 'those that a zero ifmap word switches off', ({ gatedMacs }) => gatedMacs),
  ...timeColumns(layerOf),
  number('ofmap_zeros_percent', '%', "zeros among the ofmap's words", (layer) => layer.ofmapZerosPercent),
  number('rlc_ifmap', '×', "how many times shorter the ifmap's code is", ({ rlc }) => rlc.ifmap),
  number('rlc_ofmap', '×', "how many times shorter the ofmap's code is", ({ rlc }) => rlc.ofmap),

  ...dramColumns(layerOf),
  ...waterfallColumns(layerOf),
  ...energyColumns(layerOf),
  number('power_chip', 'mW', 'power of the chip while the layer runs', ({ power }) => power.chip),
  number('power_dram', 'mW', 'power of the DRAM while the layer runs', ({ power }) => power.dram),

  whole(
    'ifmap_fraction_bits',
    'bits',
    'an ifmap word is its number times 2 to the power of these',
    ({ format }) => format.ifmapFractionBits,
  ),
  whole('filter_fraction_bits', 'bits', 'the same of a weight', ({ format }) => format.filterFractionBits),
  whole('ofmap_fraction_bits', 'bits', 'the same of an ofmap word', ({ format }) => format.ofmapFractionBits),
  whole('truncation', 'places', 'by how much products were shifted', ({ format }) => format.truncation),

  number(
    'snr_db',
    'dB',
    'signal to noise against the float network; empty where nothing differs',
    ({ snrDb }) => snrDb,
  ),
  decibels('noise_own_db', 'the same of this layer alone, on the words that it got', ({ ownDb }) => ownDb),
  decibels('noise_weights_db', 'with weights of 16 bits and all else exact', ({ weightsDb }) => weightsDb),
  decibels(
    'noise_uncorrected_db',
    'without the correction of biases for what cutting takes, if there is one',
    ({ uncorrectedDb }) => uncorrectedDb,
  ),
  decibels('noise_rounded_db', 'with products rounded, not cut', ({ roundedDb }) => roundedDb),
  decibels(
    'noise_lower_window_db',
    'with the window of each product one place lower',
    ({ lowerWindowDb }) => lowerWindowDb,
  ),
  ofNoise.number(
    'lower_window_overflow_percent',
    '%',
    'words that would leave their range then',
    ({ lowerWindowOverflowPercent }) => lowerWindowOverflowPercent,
  ),
  ofNoise.number(
    'overflow_percent',
    '%',
    'words that left their range',
    ({ overflowPercent }) => overflowPercent,
  ),
  ofNoise.text(
    'noise_limit',
    'ifmap, weights, cutting or overflow: what is largest; empty for a pool, which adds none',
    ({ limit }) => limit,
  ),
  ofNoise.whole('noise_words', 'words', 'ofmap words that this was found by', ({ words }) => words),

  whole('output_words', 'words', 'words of the ofmap', ({ output }) => output.words),
  whole(
    'checked_words',
    'words',
    'those that were computed again from the definition',
    ({ output }) => output.checkedWords,
  ),
  boolean('bit_exact', 'true where these are the same', ({ output }) => output.bitExact),
  text('note', 'what there is to know about the mapping', ({ note }) => note),
];

/** A run as a table: a line per layer. */
export const runData = (run: RunResult): DataTable =>
  dataTable(
    RUN_COLUMNS,
    run.layers.map((layer): Line => ({ run, layer })),
  );
