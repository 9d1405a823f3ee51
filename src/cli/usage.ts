import type { Command, CommanderError, Option } from 'commander';
import { InputError, type Problem } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';

/**
 * Makes a command and those below it tell wrong words on the command line as all else that is wrong is told: by an
 * {@link InputError}.
 */
export function tellWrongWords(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : new InputError(problemOf(command, error));
  });
  for (const option of command.options.filter(({ required }) => required)) {
    const parse = option.parseArg;
    // Commander would take `--out --json` for a file of that name
    option.argParser((value, before) => {
      if (value.startsWith('--')) throw new InputError(noValue(option, `no value before ${value}`));
      return parse ? parse(value, before) : value;
    });
  }
  for (const inner of command.commands) tellWrongWords(inner);
}

const noValue = ({ long, flags }: Option, found: string): Problem => {
  return { code: 'unreadable', path: [long ?? flags], found, allowed: flags };
};

function problemOf(command: Command, error: CommanderError): Problem {
  const quoted = /'(.*)'/s.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlag(command, quoted);
    case 'commander.optionMissingArgument':
      return noValue(command.options.find(({ flags }) => flags === quoted)!, 'no value');
    case 'commander.missingArgument': {
      const [argument] = command.registeredArguments.filter((one) => one.name() === quoted);
      return { code: 'missing', path: [quoted], allowed: argument?.description ?? '' };
    }
    case 'commander.excessArguments': {
      if (command.commands.length > 0) return unknownCommand(command, command.args[0]);
      const known = command.registeredArguments.map((argument) => `<${argument.name()}>`);
      const allowed = known.length > 0 ? `${known.join(' ')} alone` : 'flags only';
      return { code: 'not-allowed', path: ['argument'], found: command.args[known.length], allowed };
    }
    case 'commander.unknownCommand':
      return unknownCommand(command, command.args[0]);
    case 'commander.help': // rowhouse help WORD
      return unknownCommand(command, command.args[1]);
    default:
      throw error;
  }
}

function unknownFlag(command: Command, found: string): Problem {
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? []);
  const allowed = flags.join(', ') + (command.commands.length > 0 ? ', and others after the command' : '');
  const suggestion = nearestWord(found.replace(/=.*/s, ''), flags);
  return { code: 'not-allowed', path: ['flag'], found, allowed, suggestion };
}

function unknownCommand({ commands }: Command, found: string | undefined): Problem {
  const names = commands.map((command) => command.name());
  const allowed = names.join(', ');
  if (found === undefined) return { code: 'missing', path: ['command'], allowed };
  return { code: 'not-allowed', path: ['command'], found, allowed, suggestion: nearestWord(found, names) };
}
