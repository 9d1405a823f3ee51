import { Command, CommanderError } from 'commander';
import { describeProblem, InputError } from '../input-error.ts';
import { printable } from '../report/format.ts';
import { addAnalyze } from './analyze.ts';
import { addEvaluate } from './evaluate.ts';
import { CheckFailed, EXIT } from './exit.ts';
import { addExport } from './export.ts';
import { addHardware } from './hardware.ts';
import { addMap } from './map.ts';
import { addNetworks } from './networks.ts';
import { addPaper } from './paper.ts';
import { addRun } from './run.ts';
import { addSimulate } from './simulate.ts';
import { tellWrongWords } from './usage.ts';

/**
 * Runs the `rowhouse` command.
 *
 * @param words what follows `rowhouse` on the command line
 * @returns the exit code; what is wrong with the input has been told on standard error, in one line per problem
 */
export async function run(words: readonly string[], version: string): Promise<number> {
  try {
    await program(version).parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    if (error instanceof CheckFailed) return EXIT.checkFailed;
    if (!(error instanceof InputError)) throw error;
    const lines = error.problems.map((problem) => `rowhouse: ${printable(describeProblem(problem))}\n`);
    process.stderr.write(lines.join(''));
    return EXIT.wrongInput;
  }
}

function program(version: string): Command {
  const command = new Command('rowhouse')
    .description('Map, simulate and compare CNN accelerator dataflows.')
    .version(version)
    .configureOutput({ writeErr: () => {} });
  addAnalyze(command);
  addEvaluate(command);
  addExport(command);
  addHardware(command);
  addMap(command);
  addNetworks(command);
  addPaper(command);
  addRun(command);
  addSimulate(command);
  tellWrongWords(command);
  return command;
}
