import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { BASELINE_RF_BYTES, type Hardware } from '../hardware/hardware.ts';
import {
  BASELINE_SOURCE,
  findPreset,
  HARDWARE_PRESETS,
  type HardwarePreset,
  PRESET_NAMES,
} from '../hardware/presets.ts';
import { InputError } from '../input-error.ts';
import { jsonText } from '../report/json.ts';
import { type ArchitectureRow, type ConstraintsRow, nestPresetsTable } from '../report/nest-presets-table.ts';
import { type PresetRow, presetsTable } from '../report/table.ts';
import { checkPlace, readText } from './files.ts';
import { oneOf, together, underFlag } from './flags.ts';
import { emit, terminalOptions } from './output.ts';

/** What `--hardware` takes. */
export const HARDWARE_ARGUMENT = 'a .yaml file, or a preset, such as eyeriss-256: see rowhouse hardware';

/** The kinds of files that have a schema, without loading them. */
const SCHEMA_ARGUMENT = 'hardware, network, chip, processing, architecture, problem, mapping or constraints';

interface Flags {
  readonly out?: string;
  readonly constraints?: true;
}

/** Adds `rowhouse hardware` to the program. */
export function addHardware(program: Command): void {
  const hardware = program
    .command('hardware')
    .summary('the accelerators that come with Rowhouse, and files for others')
    .description(
      'Lists the presets that --hardware takes by their name, as well as a file: accelerators for the six dataflows, and ' +
        'architectures for loop nests, with the constraints that make a dataflow of them.',
    )
    .helpCommand(true)
    .option('--json', 'one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const { architectureRows, constraintsRows } = await import('./nest-presets.ts');
      const nests = { architectures: architectureRows(), constraints: constraintsRows() };
      emit(json ? jsonText({ presets: ROWS, ...nests }) : tables(nests), {});
    });
  hardware
    .command('show')
    .summary('a preset as a file to change')
    .description('Prints a preset as a hardware file, with a comment to each key.')
    .argument('<name>', `${PRESET_NAMES}; or an architecture or constraints`)
    .option('--constraints', 'the constraints of that name, where an architecture has it, too')
    .option('--out <file>', 'write to a file instead of standard output')
    .action(async (name: string, flags: Flags, command: Command) => {
      refuseJson(command);
      const { out } = flags;
      const { text } = await together({
        text: () => textNamed(name, flags, program.version()!),
        place: () => out !== undefined && checkPlace('--out', out),
      });
      emit(text, { file: out });
    });
  hardware
    .command('schema')
    .summary('the JSON Schema of hardware files, or of others, for editors')
    .description(
      'Prints the JSON Schema of a kind of file, with which editors complete and check such files.',
    )
    .argument('[kind]', SCHEMA_ARGUMENT, 'hardware')
    .option('--out <file>', 'write to a file instead of standard output')
    .action(async (word: string, { out }: Flags, command: Command) => {
      refuseJson(command);
      const { FILE_KINDS, jsonSchemaOf } = await import('./schemas.ts');
      const { kind } = await together({
        kind: () => oneOf('kind', word, FILE_KINDS),
        place: () => out !== undefined && checkPlace('--out', out),
      });
      emit(jsonText(jsonSchemaOf(kind, program.version()!)), { file: out });
    });
}

/** The list is JSON with `--json`; a file is YAML, and a schema JSON anyway. */
function refuseJson(command: Command): void {
  if (command.parent?.opts().json === undefined) return;
  const allowed = 'without show and schema: rowhouse hardware --json';
  throw new InputError({ code: 'not-allowed', path: ['--json'], found: command.name(), allowed });
}

const EXAMPLES = `
Examples:
  rowhouse hardware
  rowhouse hardware show eyeriss-256 > mine.yaml
  rowhouse hardware show row-stationary > rules.yaml
  rowhouse hardware schema architecture > architecture.schema.json
  rowhouse analyze alexnet --hardware mine.yaml`;

const baselineRow = (name: string, pes: number | null): PresetRow => ({
  name,
  pes,
  rfBytes: BASELINE_RF_BYTES,
  glbBytes: pes && pes * BASELINE_RF_BYTES,
  storage: 'baseline',
  source: BASELINE_SOURCE,
});

const rowOf = ({ hardware: { name, pes, storage }, source }: HardwarePreset): PresetRow =>
  storage.divide === 'fixed'
    ? { name, pes, rfBytes: storage.rfBytes, glbBytes: storage.glbBytes, storage: 'fixed', source }
    : baselineRow(name, pes);

const ROWS: readonly PresetRow[] = [...HARDWARE_PRESETS.map(rowOf), baselineRow('eyeriss-J', null)];

function tables(nests: {
  readonly architectures: readonly ArchitectureRow[];
  readonly constraints: readonly ConstraintsRow[];
}): string {
  const options = terminalOptions({});
  const { architectures, constraints } = nests;
  return `${presetsTable(ROWS, options)}\n${nestPresetsTable(architectures, constraints, options)}`;
}

/** The file of a preset, of whichever kind. */
async function textNamed(name: string, { constraints }: Flags, version: string): Promise<string> {
  const { nestFile, orNestPreset } = await import('./nest-presets.ts');
  const nest = nestFile(name, version, constraints && 'constraints');
  if (nest !== undefined) return nest;
  try {
    return await fileOf(underName(name), version);
  } catch (error) {
    throw error instanceof InputError ? orNestPreset(error) : error;
  }
}

const underName = (name: string): HardwarePreset => underFlag('name', () => findPreset(name));

/** A preset as a hardware file that editors find the schema of. */
async function fileOf({ hardware, source }: HardwarePreset, version: string): Promise<string> {
  const { schemaUrl } = await import('./schemas.ts');
  const { formatHardware } = await import('../hardware/hardware-file.ts');
  const comments = [
    `yaml-language-server: $schema=${schemaUrl('hardware', version)}`,
    `${hardware.name}: ${source}`,
  ];
  return comments.map((comment) => `# ${comment}\n`).join('') + formatHardware(hardware);
}

/**
 * The accelerator that `--hardware` names: a preset, or a YAML or JSON file. What has no extension and is no file is taken
 * for a misspelt name of a preset.
 *
 * @throws InputError if there is none, or the file has mistakes.
 */
export async function hardwareNamed(name: string): Promise<Hardware> {
  if (isHardwarePreset(name) || (extname(name) === '' && !existsSync(name))) return presetNamed(name);
  const text = readText(name);
  // Not above: the parser and the schema take longer to load than a preset
  const { parseHardware } = await import('../hardware/hardware-file.ts');
  const { readAs } = await import('./file-kinds.ts');
  return readAs('hardware', text, name, () => parseHardware(text, name));
}

/** Whether there is an accelerator for the six dataflows by that name. */
export function isHardwarePreset(name: string): boolean {
  try {
    return findPreset(name) !== undefined;
  } catch {
    return false;
  }
}

async function presetNamed(name: string): Promise<Hardware> {
  try {
    return findPreset(name).hardware;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const allowed = `a .yaml or .json file, or a preset: ${PRESET_NAMES}`;
    const { noHardware } = await import('./nest-presets.ts');
    const problems = error.problems.map((problem) => ({ ...problem, path: ['--hardware'], allowed }));
    throw noHardware(name, allowed) ?? new InputError(...problems);
  }
}
