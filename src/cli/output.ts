import { writeWhole } from './files.ts';

/** Where a command's result goes: to the file that `--out` names, or else to standard output. */
export interface Destination {
  readonly file?: string | undefined;
}

/** Writes a command's result. */
export function emit(text: string, { file }: Destination): void {
  if (file === undefined) process.stdout.write(text);
  else writeWhole('--out', file, text);
}

/** How text looks best where it goes: colour on a terminal that wants it, lines as wide as the terminal. */
export function terminalOptions({ file }: Destination): { color: boolean; width?: number | undefined } {
  const isTerminal = file === undefined && process.stdout.isTTY === true; // Node leaves it undefined for a pipe
  return {
    color: isTerminal && process.stdout.hasColors(),
    width: isTerminal ? process.stdout.columns : undefined,
  };
}
