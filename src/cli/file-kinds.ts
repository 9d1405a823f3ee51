/** What kind of file someone gave, told by what stands in it: for messages where it is not the kind that is wanted. */

import { z } from 'zod';
import { InputError } from '../input-error.ts';
import { timeloopKey } from '../layer/neighbours/timeloop-problem.ts';
import { readYaml } from '../yaml-file.ts';
import type { FileKind } from './schemas.ts';

type Value = Readonly<Record<string, unknown>>;

interface Kind {
  /** What messages call it. */
  readonly name: string;
  readonly isPlural?: true;
  /** What takes it. */
  readonly place: string;
  /** Whether a file is of the kind, by the keys that no other kind has. */
  readonly fits: (value: Value) => boolean;
}

const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasAny = (value: unknown, keys: readonly string[]): boolean =>
  isObject(value) && keys.some((key) => Object.hasOwn(value, key));

const hasLevelWith = ({ levels }: Value, keys: readonly string[]): boolean =>
  Array.isArray(levels) && levels.some((level) => hasAny(level, keys));

/** A kind of file that is told by its keys. */
export type KnownKind = Exclude<FileKind, 'processing'> | 'result' | 'timeloop';

/** In the order in which they are tried. */
const KINDS: Readonly<Record<KnownKind, Kind>> = {
  result: {
    name: 'a result of rowhouse map or evaluate',
    place: '--mapping of rowhouse evaluate',
    fits: ({ layers, objective, mapping }) =>
      (Array.isArray(layers) && objective !== undefined) || hasAny(mapping, ['levels']),
  },
  timeloop: {
    name: 'a file of Timeloop',
    place: '--hardware, --problem and --mapping of rowhouse map and evaluate',
    fits: (value) => timeloopKey(value) !== undefined,
  },
  network: {
    name: 'a network',
    place: 'the argument NETWORK',
    fits: ({ layers, objective }) => layers !== undefined && objective === undefined,
  },
  architecture: {
    name: 'an architecture',
    place: '--hardware of rowhouse map and evaluate',
    fits: (value) =>
      hasAny(value, ['mac']) ||
      hasLevelWith(value, ['energy', 'capacity', 'holds', 'doubleBuffered', 'bandwidth', 'fanout']),
  },
  mapping: {
    name: 'a mapping',
    place: '--mapping of rowhouse evaluate',
    fits: (value) => hasLevelWith(value, ['keep', 'temporal', 'spatialX', 'spatialY']),
  },
  constraints: {
    name: 'constraints',
    isPlural: true,
    place: '--constraints of rowhouse map',
    fits: (value) =>
      value.layers === undefined && (isObject(value.levels) || hasAny(value, ['buffers', 'axes'])),
  },
  problem: {
    name: 'a problem',
    place: '--problem of rowhouse map and evaluate',
    fits: ({ type, sizes, tensors }) =>
      typeof type === 'string' || (sizes !== undefined && tensors !== undefined),
  },
  chip: {
    name: 'a chip',
    place: '--chip of rowhouse simulate and run',
    fits: (value) => hasAny(value, ['megahertz', 'array', 'scratchpads', 'pe', 'glb', 'power']),
  },
  hardware: {
    name: 'hardware of the six dataflows',
    place: '--hardware of rowhouse analyze and simulate',
    fits: (value) =>
      hasAny(value, ['pes', 'rfBytes', 'glbBytes', 'storageArea', 'rfBytesPerPe', 'areaCurve', 'energy']),
  },
};

/**
 * What kind of file a text is, as far as its keys tell; undefined where they do not, or the text is not YAML.
 *
 * @param likeliest what it is taken for where it may be that
 */
export function kindOf(text: string, file: string, likeliest?: KnownKind): KnownKind | undefined {
  const value = parsed(text, file);
  if (!isObject(value)) return undefined;
  const kinds = Object.keys(KINDS) as KnownKind[];
  return [...(likeliest ? [likeliest] : []), ...kinds].find((kind) => KINDS[kind].fits(value));
}

function parsed(text: string, file: string): unknown {
  try {
    return readYaml(text, file, z.unknown(), (one) => one);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/**
 * What is made of a file. Where it cannot be read as what it should be, but is another kind of file, that is told in one
 * line, with what takes it, instead of all keys that are not known.
 *
 * @param others that can be read, too
 * @throws InputError if `read` does.
 */
export function readAs<R>(
  wanted: KnownKind,
  text: string,
  file: string,
  read: () => R,
  others: readonly KnownKind[] = [],
): R {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError) || error.problems.some(({ code }) => code === 'syntax')) throw error;
    const kind = kindOf(text, file, wanted);
    if (kind === undefined || kind === wanted || others.includes(kind)) throw error;
    const { name, isPlural, place } = KINDS[kind];
    const found = `${isPlural ? 'these are' : 'this is'} ${name}, for ${place}`;
    throw new InputError({ code: 'unreadable', path: [], found, allowed: KINDS[wanted].name, file });
  }
}
