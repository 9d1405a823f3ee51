import type { Command } from 'commander';
import { FACTORS } from '../loopnest/check-mapping.ts';
import { NEST_OBJECTIVES } from '../loopnest/map-result.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { collected } from './flags.ts';
import { ARCHITECTURE_ARGUMENT, PROBLEM_ARGUMENT } from './nest-arguments.ts';
import { NETWORK_ARGUMENT, SHAPE_FLAG } from './network.ts';
import { FORMATS, type FormatFlags } from './output.ts';

export const MAP_FORMATS = [...FORMATS, 'svg'] as const;

/** Whether a dimension takes one axis of a grid or may take both. */
export const AXES = ['one', 'both'] as const;

/** Whose form the files of `--export` have. */
export const EXPORT_FORMS = ['timeloop', 'rowhouse'] as const;

export interface MapFlags extends FormatFlags {
  readonly problem?: string;
  readonly hardware?: readonly string[];
  readonly constraints?: string;
  readonly bypass?: true;
  readonly axes?: string;
  readonly batch?: string;
  readonly layers?: string;
  readonly shape?: readonly string[];
  readonly objective: string;
  readonly factors: string;
  readonly convention: string;
  readonly time?: string;
  readonly nests?: true;
  readonly export?: string;
  readonly exportAs?: string;
}

/** Adds `rowhouse map` to the program. */
export function addMap(program: Command): void {
  program
    .command('map')
    .summary('the best loop nest of every layer on any accelerator, with proof')
    .description(
      'Finds, for every layer, the best way to split its loops over the memories and the array of an accelerator, with ' +
        'proof, and says what each level reads and writes. The space is all splits, orders and places that the ' +
        'constraints allow; without any, every buffer keeps what it can hold.',
    )
    .argument('[network]', NETWORK_ARGUMENT)
    .option('--problem <file>', `instead of a network: ${PROBLEM_ARGUMENT}`)
    .option('--hardware <file>', ARCHITECTURE_ARGUMENT, collected)
    .option('--constraints <file>', 'a .yaml file, or a preset: see rowhouse hardware (default: none)')
    .option('--bypass', 'tensors may go round buffers of which the constraints say nothing')
    .option('--axes <word>', `axes of a grid for one dimension: ${AXES.join(', ')} (default: one)`)
    .option('--batch <number>', 'images in a batch (default: 1)')
    .option('--layers <list>', 'conv, fc or names, with commas (default: conv,fc)')
    .option(...SHAPE_FLAG, collected)
    .option(
      '--objective <word>',
      `what the best mapping makes small: ${NEST_OBJECTIVES.join(', ')}`,
      'energy',
    )
    .option('--factors <word>', `${FACTORS.join(', ')}: factors that divide, or that come to more`, 'perfect')
    .option('--convention <word>', `${CONVENTIONS.join(', ')}: how words are counted`, 'true')
    .option('--time <seconds>', 'for all layers; what is found until then is told (default: until proven)')
    .option('--nests', "every layer's loop nest in the table (default: of a single layer)")
    .option('--export <folder>', 'write architecture, problems and mappings as files')
    .option('--export-as <word>', `whose files: ${EXPORT_FORMS.join(', ')} (default: timeloop)`)
    .option('--format <word>', `${MAP_FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    // What it needs takes long to load
    .action(async (name: string | undefined, flags: MapFlags) => {
      const { mapCommand } = await import('./nest-map.ts');
      await mapCommand(name, flags, program.version() ?? '');
    });
}

const EXAMPLES = `
Examples:
  rowhouse map alexnet --layers conv
  rowhouse map --problem attention.yaml
  rowhouse map alexnet --layers CONV3 --bypass --format svg --out conv3.svg
  rowhouse map resnet-50 --hardware mine.yaml --constraints rules.yaml --objective edp --time 60`;
