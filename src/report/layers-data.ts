import type { CountedLayer, CountedNetwork } from '../layer/totals.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';

/** What one line is about. */
interface Line {
  readonly network: string;
  readonly layer: CountedLayer;
}

const always = columnsOf((line: Line) => line);
const ofLayer = columnsOf(({ layer }: Line) => layer);

/** Columns that are empty for fully connected layers, whose filters cover everything. */
const ofWindows = columnsOf(({ layer }: Line) => (layer.type === 'fc' ? null : layer));

/** Columns that are empty for pooling layers. */
const ofFilters = columnsOf(({ layer }: Line) => (layer.type === 'pool' ? null : layer));

/** Columns that are empty for all but convolutions. */
const ofConvolutions = columnsOf(({ layer }: Line) => (layer.type === 'conv' ? layer : null));

const SIZES = [
  ['channels', 'channels'],
  ['height', 'rows'],
  ['width', 'columns'],
] as const;
const DIRECTIONS = [
  ['vertical', 'rows'],
  ['horizontal', 'columns'],
] as const;
const SIDES = [
  ['top', 'rows'],
  ['left', 'columns'],
  ['bottom', 'rows'],
  ['right', 'columns'],
] as const;

/** The columns of a network's layers in their order; all counts are for one image. */
export const LAYER_COLUMNS: readonly ColumnOf<Line>[] = [
  always.text('network', 'name of the network', ({ network }) => network),
  ofLayer.text('layer', 'name of the layer', ({ name }) => name),
  ofLayer.text('type', 'conv, fc or pool', ({ type }) => type),
  ...SIZES.map(([size, unit], i) =>
    ofLayer.whole(`input_${size}`, unit, `${size} of the ifmap, without padding`, ({ input }) => input[i]!),
  ),
  ...SIZES.map(([size, unit], i) =>
    ofLayer.whole(`output_${size}`, unit, `${size} of the ofmap`, ({ output }) => output[i]!),
  ),
  ...DIRECTIONS.map(([direction, unit], i) =>
    ofWindows.whole(`kernel_${direction}`, unit, 'of a filter or a window', ({ kernel }) => kernel[i]!),
  ),
  ...DIRECTIONS.map(([direction, unit], i) =>
    ofWindows.whole(`stride_${direction}`, unit, 'from one window to the next', ({ stride }) => stride[i]!),
  ),
  ...SIDES.map(([side, unit], i) =>
    ofWindows.whole(`pad_${side}`, unit, 'of zeros around the ifmap', ({ pad }) => pad[i]!),
  ),
  ...DIRECTIONS.map(([direction, unit], i) =>
    ofConvolutions.whole(
      `dilation_${direction}`,
      unit,
      'from one pixel of a filter to the next',
      ({ dilation }) => dilation[i]!,
    ),
  ),
  ofConvolutions.whole('groups', 'groups', 'convolutions side by side', ({ groups }) => groups),
  ofLayer.whole('macs', 'MACs', 'MACs; comparisons in a pooling layer', ({ macs }) => macs),
  ofFilters.whole('weights', 'words', 'weights, without biases', ({ weights }) => weights),
  ofFilters.number('weight_zeros_percent', '%', 'zeros among the weights, where known', ({ weightZeros }) =>
    weightZeros === undefined ? null : 100 * weightZeros,
  ),
  ofConvolutions.boolean(
    'weights_per_image',
    'true where weights are computed, for each image its own',
    (layer) => layer.weightsPerImage === true,
  ),
];

/** The layers of a network as a table: a line for each. */
export const layersData = ({ name, layers }: CountedNetwork): DataTable =>
  dataTable(
    LAYER_COLUMNS,
    layers.map((layer) => ({ network: name, layer })),
  );
