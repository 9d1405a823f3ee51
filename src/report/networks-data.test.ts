import { expect, test } from 'vitest';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { networkTotals } from '../layer/totals.ts';
import { expectFilesOf, expectGoodColumns } from './data-table.testing.ts';
import { networksData } from './networks-data.ts';

const rows = BUILTIN_NETWORKS.map((name) => ({ name, ...networkTotals(builtinNetwork(name)) }));
const table = networksData(rows);

test('every file of the networks says the same', async () => {
  expectGoodColumns(table);
  await expectFilesOf(table);
});

test('the parts of a network add up', () => {
  const names = table.columns.map(({ name }) => name);
  table.lines.forEach((line, i) => {
    const of = (name: string) => Number(line[names.indexOf(name)]);
    expect(line[0]).toBe(rows[i]!.name);
    expect(of('conv_layers') + of('fc_layers') + of('pool_layers')).toBe(of('layers'));
    expect(of('conv_macs') + of('fc_macs')).toBe(of('macs'));
    expect(of('conv_weights') + of('fc_weights')).toBe(of('weights'));
    expect(of('comparisons')).toBe(rows[i]!.comparisons);
  });
});
