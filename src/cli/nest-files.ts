/** What `rowhouse map` and `rowhouse evaluate` are given: names of presets, of layers, and files in either form. */

import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { InputError, type Problem } from '../input-error.ts';
import { BUILTIN_NETWORKS } from '../layer/builtin.ts';
import { selectLayers } from '../layer/select.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { checkConstraints } from '../loopnest/check-constraints.ts';
import type { Constraints } from '../loopnest/constraints.ts';
import { parseArchitecture } from '../loopnest/files/architecture-file.ts';
import { parseConstraints } from '../loopnest/files/constraints-file.ts';
import { parseProblem } from '../loopnest/files/problem-file.ts';
import { problemsOf } from '../loopnest/map-network.ts';
import {
  ARCHITECTURE_PRESET_NAMES,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  constraintsPreset,
} from '../loopnest/presets.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { partIn, partsOf, type TimeloopFile } from '../loopnest/timeloop/timeloop-file.ts';
import { kindOf, readAs } from './file-kinds.ts';
import { readText } from './files.ts';
import { commaList, underFlag } from './flags.ts';
import { isHardwarePreset } from './hardware.ts';
import { ARCHITECTURE_ARGUMENT, MAPPING_ARGUMENT, PROBLEM_ARGUMENT } from './nest-arguments.ts';
import { afterFlag } from './nest-flags.ts';
import { noArchitecture } from './nest-presets.ts';
import { isOnnx, networkNamed } from './network.ts';

/** Something that a flag gives by itself, or files of Timeloop, which are read all together. */
export type Source<T> = { readonly own: T } | { readonly timeloop: readonly TimeloopFile[] };

/**
 * What `--hardware` names: a preset, a file of Rowhouse, or files of Timeloop, with commas or by giving the flag again.
 *
 * @throws InputError if there is none, a file of Rowhouse has mistakes, or none of Timeloop's has an architecture.
 */
export function hardwareSource(values: readonly string[]): Source<Architecture> {
  const names = values.flatMap((value) => (existsSync(value) ? [value] : commaList(value)));
  const [name = ''] = names;
  if (names.length === 1 && isPreset(name, ARCHITECTURE_PRESET_NAMES)) {
    if (isHardwarePreset(name)) throw noArchitecture(name, fileOrPreset(ARCHITECTURE_PRESET_NAMES));
    return { own: presetUnder('--hardware', ARCHITECTURE_PRESET_NAMES, () => architecturePreset(name)) };
  }
  const files = names.map((file) => fileNamed('--hardware', file, ARCHITECTURE_ARGUMENT));
  const [own] = files.filter((one) => !isTimeloop(one));
  if (own === undefined) return timeloop('--hardware', files, ['architecture', 'arch']);
  if (files.length === 1) {
    return { own: readAs('architecture', own.text, own.file, () => parseArchitecture(own.text, own.file)) };
  }
  const allowed = 'a file of Timeloop beside another one: one of Rowhouse stands alone';
  throw new InputError({ code: 'not-allowed', path: ['--hardware'], found: own.file, allowed });
}

/** A preset, or what has no extension and is no file, which is taken for a misspelt one. */
const isPreset = (name: string, presets: readonly string[]): boolean =>
  presets.includes(name) || (extname(name) === '' && !existsSync(name));

function presetUnder<T>(flag: string, presets: readonly string[], find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const allowed = fileOrPreset(presets);
    throw new InputError(
      ...error.problems.map((problem): Problem => ({ ...problem, path: [flag], allowed })),
    );
  }
}

const fileOrPreset = (presets: readonly string[]): string =>
  `a .yaml or .json file, or a preset: ${presets.join(', ')}`;

/** A file that a flag names. */
function fileNamed(flag: string, file: string, allowed: string): TimeloopFile {
  if (file !== '') return { file, text: readText(file) };
  throw new InputError({ code: 'not-allowed', path: [flag], found: file, allowed });
}

/** Files of Timeloop of which one has what a flag names, by its key; what else they have is taken, too. */
function timeloop(flag: string, files: readonly TimeloopFile[], keys: readonly string[]) {
  if (partIn(partsOf(files), ...keys)) return { timeloop: files };
  const found = files.map(({ file }) => file).join();
  const allowed = `a file of Timeloop with ${keys.join(' or ')}`;
  throw new InputError({ code: 'not-allowed', path: [flag], found, allowed });
}

/** Whether a file is one of Timeloop's, by the keys at its top, or by a template, which no file of Rowhouse has. */
const isTimeloop = ({ file, text }: TimeloopFile): boolean =>
  /^[ \t]*\{[{%]/m.test(text) || kindOf(text, file) === 'timeloop';

/** How a layer of a network becomes a problem. */
export interface LayerOptions {
  /** Images; undefined where nothing is said. */
  readonly batch: number | undefined;
  /** What `--shape` says. */
  readonly shape: readonly string[] | undefined;
}

/**
 * What `--problem` names: a file of Rowhouse or of Timeloop, or a layer of a network.
 *
 * @throws InputError if there is none, a file of Rowhouse has mistakes, or what only layers have is said of a file.
 */
export async function problemSource(name: string, options: LayerOptions): Promise<Source<LoopProblem>> {
  const named = layerIn(name);
  if (named) return { own: await problemOfLayer(named, options) };
  if ((extname(name) === '' && !existsSync(name)) || isOnnx(name)) throw noProblem(name);
  const file = fileNamed('--problem', name, PROBLEM_ARGUMENT);
  for (const [flag, found] of Object.entries({
    '--batch': options.batch?.toString(),
    '--shape': options.shape?.join(),
  })) {
    if (found === undefined) continue;
    const allowed = 'with a layer of a network: a problem has its sizes';
    throw new InputError({ code: 'not-allowed', path: [flag], found, allowed });
  }
  if (isTimeloop(file)) return timeloop('--problem', [file], ['problem']);
  if (kindOf(file.text, name) === 'network') throw noProblem(name);
  return { own: readAs('problem', file.text, name, () => parseProblem(file.text, name)) };
}

const noProblem = (found: string): InputError =>
  new InputError({ code: 'not-allowed', path: ['--problem'], found, allowed: PROBLEM_ARGUMENT });

interface NamedLayer {
  readonly network: string;
  readonly layer: string;
}

/** The network and the layer that a text names: names of both may have colons, too. */
function layerIn(text: string): NamedLayer | undefined {
  if (existsSync(text)) return undefined;
  const splits = [...text.matchAll(/:/g)].map(({ index }) => {
    return { network: text.slice(0, index), layer: text.slice(index + 1) };
  });
  const isThere = ({ network }: NamedLayer) =>
    BUILTIN_NETWORKS.some((one) => one === network) || existsSync(network);
  return splits.find(isThere) ?? splits[0];
}

async function problemOfLayer(
  { network: name, layer }: NamedLayer,
  { batch = 1, shape }: LayerOptions,
): Promise<LoopProblem> {
  const network = await networkUnderProblem(name, shape);
  const layers = underFlag('--problem', () => selectLayers(network, [layer]));
  const [only, ...others] = layers;
  if (others.length > 0) {
    const allowed = `one layer: ${layers.map((one) => `${name}:${one.name}`).join(', ')}`;
    throw new InputError({ code: 'not-allowed', path: ['--problem'], found: `${name}:${layer}`, allowed });
  }
  underFlag('--problem', () => problemsOf(network, { layers }));
  const [problem] = underFlag('--batch', () => problemsOf(network, { layers: [only!], batch }));
  return problem!;
}

async function networkUnderProblem(name: string, shape: readonly string[] | undefined) {
  try {
    return await networkNamed(name, shape);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problems = error.problems.map((problem): Problem => {
      return problem.path[0] === 'network' ? { ...problem, path: ['--problem'] } : problem;
    });
    throw new InputError(...problems);
  }
}

/** What `--mapping` names: a file of Rowhouse, still to be read as a mapping of a problem at hand, or of Timeloop. */
export function mappingSource(name: string): Source<TimeloopFile> {
  const file = fileNamed('--mapping', name, MAPPING_ARGUMENT);
  return isTimeloop(file) ? timeloop('--mapping', [file], ['mapping']) : { own: file };
}

/**
 * What `--constraints` names: a preset or a file.
 *
 * @param dimensions of the problems that are mapped
 * @throws InputError if there is none, the file has mistakes, or they do not go with the architecture.
 */
export function constraintsNamed(
  name: string,
  architecture: Architecture,
  dimensions: readonly string[],
): Constraints {
  const check = (constraints: Constraints) => checkConstraints(constraints, architecture, dimensions);
  if (!isPreset(name, CONSTRAINTS_PRESET_NAMES)) {
    const text = readText(name);
    return readAs('constraints', text, name, () => parseConstraints(text, name, check));
  }
  const constraints = presetUnder('--constraints', CONSTRAINTS_PRESET_NAMES, () => constraintsPreset(name));
  afterFlag(`--constraints ${name}`, () => check(constraints));
  return constraints;
}

/** A note on constraints by the name of an architecture, where that is a preset. */
export const sameNameNotes = ([name = '']: readonly string[]): readonly string[] =>
  CONSTRAINTS_PRESET_NAMES.some((one) => one === name)
    ? [`there are constraints ${name}, too, which are not used: --constraints ${name}`]
    : [];
