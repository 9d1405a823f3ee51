import { Command, CommanderError } from 'commander';
import { InputError } from '../input-error.ts';
import { addAnalyze } from './analyze.ts';
import { addNetworks } from './networks.ts';

/** What the command's exit tells a script. */
export const EXIT = { done: 0, checkFailed: 1, wrongInput: 2, interrupted: 130 } as const;

/**
 * Runs the `rowhouse` command.
 *
 * @param words what follows `rowhouse` on the command line
 * @returns the exit code; what is wrong with the input has been told on standard error, in one line per problem
 */
export async function run(words: readonly string[], version: string): Promise<number> {
  try {
    await program(version).parseAsync(words, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      complain(error.message.replace(/^error: /, '').replaceAll('\n', ' '));
      return EXIT.wrongInput;
    }
    if (error instanceof InputError) {
      complain(error.message);
      return EXIT.wrongInput;
    }
    throw error;
  }
}

const complain = (message: string): void => {
  process.stderr.write(`rowhouse: ${message.replaceAll('\n', '\nrowhouse: ')}\n`);
};

function program(version: string): Command {
  const command = new Command('rowhouse')
    .description('Map, simulate and compare CNN accelerator dataflows.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => command.help());
  addAnalyze(command);
  addNetworks(command);
  return command;
}
