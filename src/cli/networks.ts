import type { Command } from 'commander';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { networkTotals } from '../layer/totals.ts';
import { networksData } from '../report/networks-data.ts';
import { networksTable } from '../report/table.ts';
import { checkPlace } from './files.ts';
import { together } from './flags.ts';
import { emit, FORMATS, type FormatFlags, formatNamed, formatted, terminalOptions } from './output.ts';

/** Adds `rowhouse networks` to the program. */
export function addNetworks(program: Command): void {
  program
    .command('networks')
    .summary('the built-in networks')
    .description('Lists the built-in networks with their layers, MACs and weights for one image.')
    .option('--format <word>', `${FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .action(async (flags: FormatFlags) => {
      const destination = { file: flags.out };
      const { format } = await together({
        format: () => formatNamed(flags, FORMATS),
        place: () => flags.out !== undefined && checkPlace('--out', flags.out),
      });
      const networks = BUILTIN_NETWORKS.map((name) => ({ name, ...networkTotals(builtinNetwork(name)) }));
      const content = await formatted(format, {
        table: () => networksTable(networks, terminalOptions(destination)),
        json: { networks },
        data: () => networksData(networks),
      });
      emit(content, destination);
    });
}
