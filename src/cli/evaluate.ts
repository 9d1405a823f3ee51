import type { Command } from 'commander';
import { FACTORS } from '../loopnest/check-mapping.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { collected } from './flags.ts';
import { ARCHITECTURE_ARGUMENT, MAPPING_ARGUMENT, PROBLEM_ARGUMENT } from './nest-arguments.ts';
import { SHAPE_FLAG } from './network.ts';
import { FORMATS, type FormatFlags } from './output.ts';

export const EVALUATE_FORMATS = [...FORMATS, 'svg'] as const;

export interface EvaluateFlags extends FormatFlags {
  readonly hardware?: readonly string[];
  readonly problem?: string;
  readonly mapping?: string;
  readonly batch?: string;
  readonly shape?: readonly string[];
  readonly vectors?: string;
  readonly convention?: string;
  readonly factors?: string;
}

/** Adds `rowhouse evaluate` to the program. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .summary('what one loop nest reads, writes and costs on an accelerator')
    .description(
      'Says what a mapping does: words read and written at every level, energy, cycles, and the limits that it breaks. ' +
        'Or compares a file of mappings with the counts that another tool has for them. Files may be those of Timeloop.',
    )
    .option('--hardware <file>', ARCHITECTURE_ARGUMENT, collected)
    .option('--problem <file>', PROBLEM_ARGUMENT)
    .option('--mapping <file>', MAPPING_ARGUMENT)
    .option('--batch <number>', 'images in a batch, for a layer of a network (default: 1)')
    .option(...SHAPE_FLAG, collected)
    .option('--vectors <file>', 'instead: a .jsonl file of mappings with counts to compare with')
    .option(
      '--convention <word>',
      `${CONVENTIONS.join(', ')}: how words are counted (default: true; timeloop with --vectors)`,
    )
    .option(
      '--factors <word>',
      `${FACTORS.join(', ')}: factors that divide, or that come to more (default: perfect)`,
    )
    .option('--format <word>', `${EVALUATE_FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    // What it needs takes long to load
    .action(async (flags: EvaluateFlags) => {
      const { evaluateCommand } = await import('./nest-evaluate.ts');
      await evaluateCommand(flags);
    });
}

const EXAMPLES = `
Examples:
  rowhouse evaluate --problem alexnet:CONV3 --mapping mine.yaml
  rowhouse evaluate --hardware arch.yaml,ert.yaml --problem prob.yaml --mapping map.yaml --convention timeloop
  rowhouse evaluate --vectors vectors.jsonl`;
