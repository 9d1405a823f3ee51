import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';
import type { NetworkRow } from './networks-sheet.ts';

const { text, whole } = columnsOf((row: NetworkRow) => row);

/** The columns of the networks in their order; all counts are for one image. */
export const NETWORK_COLUMNS: readonly ColumnOf<NetworkRow>[] = [
  text('network', 'name of the network', ({ name }) => name),
  whole('layers', 'layers', 'layers of all types', ({ layers }) => layers),
  whole('macs', 'MACs', 'MACs of all layers', ({ macs }) => macs),
  whole('weights', 'words', 'weights of all layers, without biases', ({ weights }) => weights),
  whole('comparisons', 'comparisons', 'values that pooling layers take in', ({ comparisons }) => comparisons),
  ...(['conv', 'fc'] as const).flatMap((type) => [
    whole(`${type}_layers`, 'layers', `${type} layers`, ({ byType }) => byType[type].layers),
    whole(`${type}_macs`, 'MACs', `MACs of ${type} layers`, ({ byType }) => byType[type].macs),
    whole(`${type}_weights`, 'words', `weights of ${type} layers`, ({ byType }) => byType[type].weights),
  ]),
  whole('pool_layers', 'layers', 'pool layers', ({ byType }) => byType.pool.layers),
];

/** Networks as a table: a line for each. */
export const networksData = (rows: readonly NetworkRow[]): DataTable => dataTable(NETWORK_COLUMNS, rows);
