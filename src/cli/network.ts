import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { isComplete } from '../layer/coverage.ts';
import type { Network } from '../layer/layer.ts';
import type { Shapes } from '../layer/onnx/inputs.ts';
import { shapesIn } from '../layer/onnx/shapes-text.ts';
import { nearestWord } from '../nearest-word.ts';
import { coverageWarning } from '../report/coverage.ts';
import { printable } from '../report/format.ts';
import { externalFiles } from './external-files.ts';
import { readBytes, readText, reasonOf } from './files.ts';

/** What a command takes for a network. */
export const NETWORK_ARGUMENT = `an .onnx, .yaml or .json file, a file of Timeloop, SCALE-Sim or MAESTRO, or a built-in network: ${BUILTIN_NETWORKS.join(', ')}`;

/** What a command's flag `--shape` is. */
export const SHAPE_FLAG = [
  '--shape <input=sizes>',
  'sizes of an input of an ONNX file, where it leaves them open: x=1x3x224x224',
] as const;

/**
 * The network that a command names: a built-in one, or a file in any of the forms that are read, told apart by what
 * stands in it. Tells on standard error what there is to know about how it was read.
 *
 * @param shape what `--shape` says
 * @throws InputError if there is none, or the file has mistakes.
 */
export async function networkNamed(name: string, shape?: readonly string[]): Promise<Network> {
  const { network, notes } = await read(
    name,
    underShape(() => shapesIn(shape)),
  );
  for (const note of notes) process.stderr.write(`rowhouse: ${printable(note)}\n`);
  return network;
}

interface Reading {
  readonly network: Network;
  readonly notes: readonly string[];
}

async function read(name: string, shapes: Shapes): Promise<Reading> {
  const builtin = BUILTIN_NETWORKS.find((one) => one === name);
  if (builtin === undefined && isOnnx(name)) return readOnnx(name, shapes);
  refuseShapes(shapes);
  if (builtin !== undefined) return { network: builtinNetwork(builtin), notes: [] };
  if (isFolder(name)) return readFolder(name);
  if (/\.\w+$/.test(name) || existsSync(name)) {
    const text = readText(name);
    // Not above: the parsers and the schemas take longer to load than a built-in network to map
    const { networkFromText } = await import('../layer/neighbours/network-text.ts');
    const { readAs } = await import('./file-kinds.ts');
    return readAs('network', text, name, () => networkFromText(text, name), ['timeloop']);
  }
  const suggestion = nearestWord(name, BUILTIN_NETWORKS);
  const allowed = NETWORK_ARGUMENT;
  throw new InputError({ code: 'not-allowed', path: ['network'], found: name, allowed, suggestion });
}

const isFolder = (name: string): boolean => kindOf(name)?.isDirectory() === true;

/** What stands under a name; undefined where that cannot be told, which reading it will explain. */
function kindOf(name: string) {
  try {
    return statSync(name, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether a name is that of an ONNX file. */
export const isOnnx = (name: string): boolean => /\.onnx$/i.test(name) && !isFolder(name);

async function readOnnx(file: string, shapes: Shapes): Promise<Reading> {
  const bytes = readBytes('network', file);
  const { parseOnnx } = await import('../layer/onnx/network.ts');
  const network = underShape(() => parseOnnx(bytes, { file, shapes, files: externalFiles(file) }));
  const { coverage } = network;
  return { network, notes: isComplete(coverage) ? [] : [coverageWarning(file, coverage)] };
}

/** The problem files of a folder as one network. */
async function readFolder(folder: string): Promise<Reading> {
  const names = namesIn(folder);
  if (names.length === 0) throw unreadable(folder, 'a folder without .yaml files');
  const files = names.map((name) => ({ file: join(folder, name), text: readText(join(folder, name)) }));
  const { networkFromProblems } = await import('../layer/neighbours/timeloop.ts');
  return networkFromProblems(files, basename(resolve(folder)));
}

function namesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/i.test(name));
    return names.filter((name) => kindOf(join(folder, name))?.isFile());
  } catch (error) {
    throw unreadable(folder, reasonOf(error as Error));
  }
}

const unreadable = (name: string, found: string): InputError =>
  new InputError({
    code: 'unreadable',
    path: ['network'],
    found: `${name}: ${found}`,
    allowed: NETWORK_ARGUMENT,
  });

function refuseShapes(shapes: Shapes): void {
  const [first] = Object.entries(shapes);
  if (first === undefined) return;
  const found = `${first[0]}=${first[1].join('x')}`;
  const allowed = 'nothing: only ONNX files have dynamic dimensions';
  throw new InputError({ code: 'not-allowed', path: ['--shape'], found, allowed });
}

/** Problems of an input's shape, in terms of the flag that gives it. */
function underShape<R>(action: () => R): R {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem) =>
        problem.path[0] === 'shape'
          ? { ...problem, path: [['--shape', ...problem.path.slice(1)].join(' ')] }
          : problem,
      ),
    );
  }
}
