import type { Command } from 'commander';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { networkTotals } from '../layer/totals.ts';
import { networksTable } from '../report/table.ts';
import { emit, terminalOptions } from './output.ts';

/** Adds `rowhouse networks` to the program. */
export function addNetworks(program: Command): void {
  program
    .command('networks')
    .summary('the built-in networks')
    .description('Lists the built-in networks with their layers, MACs and weights for one image.')
    .option('--json', 'one JSON document')
    .action(({ json }: { readonly json?: true }) => {
      const networks = BUILTIN_NETWORKS.map((name) => ({ name, ...networkTotals(builtinNetwork(name)) }));
      emit(
        json ? `${JSON.stringify({ networks }, null, 2)}\n` : networksTable(networks, terminalOptions({})),
        {},
      );
    });
}
