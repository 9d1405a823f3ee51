import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../input-error.ts';
import type { Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { printable } from '../report/format.ts';
import { jsonText } from '../report/json.ts';
import { checkFolder, writeFolder } from './files.ts';
import { collected, commaList, oneOf, together, underFlag } from './flags.ts';
import { NETWORK_ARGUMENT, networkNamed, SHAPE_FLAG } from './network.ts';
import { emit } from './output.ts';

interface Flags {
  readonly out?: string;
  readonly layers?: string;
  readonly shape?: readonly string[];
  readonly json?: true;
}

const FORMATS = ['timeloop-problem', 'scalesim', 'network'] as const;
type Format = (typeof FORMATS)[number];

/** Adds `rowhouse export` to the program. */
export function addExport(program: Command): void {
  program
    .command('export')
    .summary('a network as files of Timeloop or SCALE-Sim, or as one to edit')
    .description(
      'Writes a network in the form of another tool: timeloop-problem (a file per layer), scalesim (a topology), or ' +
        "network, which is Rowhouse's own YAML.",
    )
    .argument('<format>', FORMATS.join(', '))
    .argument('<network>', NETWORK_ARGUMENT)
    .option('--out <folder>', 'the folder for the files; made where there is none')
    .option('--layers <list>', 'conv, fc, pool or names, with commas (default: all that the format can say)')
    .option(...SHAPE_FLAG, collected)
    .option('--json', 'the names of the files as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (word: string, name: string, flags: Flags) => {
      const { format, network, out } = await together({
        format: () => oneOf('format', word, FORMATS),
        network: () => chosenFrom(name, flags),
        out: () => folderIn(flags),
      });
      const { files, notes: told } = await filesOf(format, network, program.version()!);
      const names = [...files.keys()];
      checkFolder('--out', out, names);
      const notes = format === 'timeloop-problem' ? [...told, ...othersIn(out, names)] : told;
      writeFolder('--out', out, files);
      for (const note of notes) process.stderr.write(`rowhouse: ${printable(note)}\n`);
      const paths = names.map((file) => join(out, file));
      emit(flags.json ? jsonText({ format, files: paths, notes }) : `${paths.join('\n')}\n`, {});
    });
}

const EXAMPLES = `
Examples:
  rowhouse export timeloop-problem alexnet --out problems
  rowhouse export scalesim mobilenet-v1 --out topologies --layers conv
  rowhouse export network model.onnx --out mine`;

async function chosenFrom(name: string, { layers: list, shape }: Flags): Promise<Network> {
  const network = await networkNamed(name, shape);
  if (list === undefined) return network;
  return { ...network, layers: underFlag('--layers', () => selectLayers(network, commaList(list))) };
}

function folderIn({ out }: Flags): string {
  if (out !== undefined) return out;
  throw new InputError({ code: 'missing', path: ['--out'], allowed: 'a folder for the files' });
}

/** A note on what else a folder has that is read with these files. */
function othersIn(folder: string, names: readonly string[]): string[] {
  if (!existsSync(folder)) return [];
  const written = new Set(names);
  const count = readdirSync(folder).filter((name) => isProblemFile(name) && !written.has(name)).length;
  if (count === 0) return [];
  const others = count === 1 ? 'another .yaml or .json file' : `${count} other .yaml or .json files`;
  return [`${folder} has ${others}: a folder is read as a whole, as one network`];
}

/** Whether a file is read where a folder is. */
const isProblemFile = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

interface Files {
  readonly files: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

// What the writers need takes long to load
async function filesOf(format: Format, network: Network, version: string): Promise<Files> {
  const { fileNameOf } = await import('../layer/neighbours/export.ts');
  const name = fileNameOf(network.name, 'network');
  switch (format) {
    case 'timeloop-problem': {
      const { timeloopProblems } = await import('../layer/neighbours/timeloop-export.ts');
      return timeloopProblems(network);
    }
    case 'scalesim': {
      const { scalesimTopology } = await import('../layer/neighbours/scalesim-export.ts');
      const { text, notes } = scalesimTopology(network);
      return { files: new Map([[`${name}.csv`, text]]), notes };
    }
    case 'network': {
      const { formatNetwork } = await import('../layer/network-file.ts');
      const { schemaUrl } = await import('./schemas.ts');
      const schema = `# yaml-language-server: $schema=${schemaUrl('network', version)}\n`;
      return { files: new Map([[`${name}.yaml`, schema + formatNetwork(network)]]), notes: [] };
    }
  }
}
