import type { NetworkTotals } from '../layer/totals.ts';
import { inMillions } from './format.ts';
import { type Column, cells, type Sheet } from './sheet.ts';

/** A network's name and what it adds up to. */
export interface NetworkRow extends NetworkTotals {
  readonly name: string;
}

/** A row per network. */
export function networksSheet(rows: readonly NetworkRow[]): Sheet {
  const numbers: readonly [name: string, unit: string, of: (row: NetworkRow) => number][] = [
    ['CONV', 'layers', ({ byType: { conv } }) => conv.layers],
    ['FC', 'layers', ({ byType: { fc } }) => fc.layers],
    ['POOL', 'layers', ({ byType: { pool } }) => pool.layers],
    ['CONV', 'MACs', ({ byType: { conv } }) => conv.macs],
    ['FC', 'MACs', ({ byType: { fc } }) => fc.macs],
    ['all', 'MACs', ({ macs }) => macs],
    ['POOL', 'comparisons', ({ comparisons }) => comparisons],
    ['CONV', 'weights', ({ byType: { conv } }) => conv.weights],
    ['FC', 'weights', ({ byType: { fc } }) => fc.weights],
    ['all', 'weights', ({ weights }) => weights],
  ];
  return {
    title: 'Networks',
    note: 'for one image',
    columns: [
      { name: 'Network', align: 'left' },
      ...numbers.map(([name, unit]): Column => ({ name, unit, align: 'right' })),
    ],
    rows: rows.map((row) => cells(row.name, ...numbers.map(([, , of]) => inMillions(of(row))))),
  };
}
