import type { Command } from 'commander';
import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import type { Network } from '../layer/layer.ts';
import { counted, networkTotals } from '../layer/totals.ts';
import { layersData } from '../report/layers-data.ts';
import { networksData } from '../report/networks-data.ts';
import { nodesData } from '../report/nodes-data.ts';
import { layersTable, networksTable } from '../report/table.ts';
import { checkPlace } from './files.ts';
import { collected, together } from './flags.ts';
import { NETWORK_ARGUMENT, networkNamed, SHAPE_FLAG } from './network.ts';
import {
  emit,
  FORMATS,
  type Format,
  type FormatFlags,
  formatNamed,
  formatted,
  terminalOptions,
} from './output.ts';

interface Flags extends FormatFlags {
  readonly shape?: readonly string[];
  readonly nodes?: true;
}

/** Adds `rowhouse networks` to the program. */
export function addNetworks(program: Command): void {
  program
    .command('networks')
    .summary('the built-in networks, or the layers of any one')
    .description(
      'Lists the built-in networks with their layers, MACs and weights for one image; or the layers of the network that is ' +
        'named and, if it is an ONNX file, what became of each of its nodes.',
    )
    .argument('[network]', NETWORK_ARGUMENT)
    .option(...SHAPE_FLAG, collected)
    .option('--nodes', 'in csv and parquet: the nodes of an ONNX file instead of its layers')
    .option('--format <word>', `${FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, flags: Flags) => {
      const { format, network } = await together({
        format: () => formatNamed(flags, FORMATS),
        place: () => flags.out !== undefined && checkPlace('--out', flags.out),
        network: () => (name === undefined ? undefined : networkNamed(name, flags.shape)),
      });
      if (flags.nodes) refuseNodes(network, format);
      const content = await (network ? oneNetwork(network, format, flags) : allNetworks(format, flags));
      emit(content, { file: flags.out });
    });
}

function refuseNodes(network: Network | undefined, format: Format): void {
  const refuse = (found: string, allowed: string) =>
    new InputError({ code: 'not-allowed', path: ['--nodes'], found, allowed });
  if (network?.coverage === undefined) {
    throw refuse(network?.name ?? 'all networks', 'with an ONNX file, whose nodes they are');
  }
  if (format === 'table' || format === 'json')
    throw refuse(format, 'with csv or parquet: json has them anyway');
}

const EXAMPLES = `
Examples:
  rowhouse networks
  rowhouse networks alexnet
  rowhouse networks model.onnx --shape x=1x3x224x224`;

function allNetworks(format: Format, { out }: Flags) {
  const networks = BUILTIN_NETWORKS.map((name) => ({ name, ...networkTotals(builtinNetwork(name)) }));
  return formatted(format, {
    table: () => networksTable(networks, terminalOptions({ file: out })),
    json: { networks },
    data: () => networksData(networks),
  });
}

function oneNetwork(network: Network, format: Format, { out, nodes }: Flags) {
  const all = counted(network);
  const { name, layers, coverage } = all;
  return formatted(format, {
    table: () => layersTable(all, terminalOptions({ file: out })),
    json: { network: name, ...(coverage && { coverage }), layers },
    data: () => (nodes ? nodesData(all) : layersData(all)),
  });
}
