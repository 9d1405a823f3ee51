import { InputError, type Position, type Problem } from '../../input-error.ts';
import type { LayerSpec, Network } from '../layer.ts';
import { countableNetwork } from '../network-file.ts';

/** What another tool's file gives. */
export interface NetworkReading {
  readonly network: Network;
  /** What the file says and the network does not, or how something was taken; a line each. */
  readonly notes: readonly string[];
}

/** A layer, and where it stands in its file. */
export interface PlacedLayer {
  readonly spec: LayerSpec;
  readonly position: Position;
}

/** The beginning of a file. */
export const START: Position = { line: 1, column: 1 };

/** The lines of a text, which \r ends only where nothing else does, as on old Macs. */
export function linesOf(text: string): string[] {
  const plain = text.replace(/^\uFEFF/, '');
  return plain.split(plain.includes('\n') ? '\n' : '\r');
}

/** More names than these are not listed in a note. */
const MOST_LISTED = 5;

/**
 * The network of these layers; those of one name get names of their own.
 *
 * @throws InputError where a layer stands that cannot be (see {@link countableNetwork}), or at the file's beginning if
 * there are too many layers or none.
 */
export function networkOf(name: string, layers: readonly PlacedLayer[], file: string): NetworkReading {
  const { names, notes } = uniqueNames(layers.map(({ spec }) => spec.name));
  const specs = layers.map(({ spec }, i) => ({ ...spec, name: names[i]! }));
  try {
    return { network: countableNetwork({ name, layers: specs }), notes };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const placed = error.problems.map((problem): Problem => {
      const [, i, ...rest] = problem.path;
      if (typeof i !== 'number') return { ...problem, path: [], file, position: START };
      return { ...problem, path: [names[i]!, ...rest], file, position: layers[i]!.position };
    });
    throw new InputError(...placed);
  }
}

/** Each name once: the second of a name gets `_2` after it. A note says which were changed. */
export function uniqueNames(names: readonly string[]): { names: string[]; notes: string[] } {
  const taken = new Set(names);
  const given = new Map<string, string[]>();
  const unique = names.map((name) => {
    const later = given.get(name);
    if (later === undefined) {
      given.set(name, []);
      return name;
    }
    const last = later.at(-1)?.slice(name.length + 1) ?? '1';
    let next = Number(last) + 1;
    while (taken.has(`${name}_${next}`)) next++;
    taken.add(`${name}_${next}`);
    later.push(`${name}_${next}`);
    return later.at(-1)!;
  });
  const notes = [...given].flatMap(([name, later]) =>
    later.length === 0
      ? []
      : [`${later.length + 1} layers are called ${name}: from the second on, they are ${listed(later)} here`],
  );
  return { names: unique, notes };
}

/** Some words of many, with commas. */
export const listed = (words: readonly (string | number)[]): string =>
  words.slice(0, MOST_LISTED).join(', ') + (words.length > MOST_LISTED ? ', …' : '');

/** A note on the batch that a file gives its layers, as far as it does: `N = 4 in the file; --batch says images`. */
export function batchNotes(images: readonly number[]): string[] {
  const found = [...new Set(images)];
  return found.length === 0 ? [] : [`N = ${listed(found)} in the file; --batch says how many images`];
}

/** A note on the rows of matrix products, as far as there are any: Rowhouse's batch multiplies them. */
export function rowNotes(rows: readonly number[]): string[] {
  const found = [...new Set(rows)].filter((count) => count > 1);
  if (found.length === 0) return [];
  return [
    `the rows of a matrix product (${listed(found)}) are those of one image; --batch says how many images`,
  ];
}

/** The name of a file without its folder and extension. */
export function stemOf(file: string): string {
  const name = file.replace(/^.*[\\/]/s, '');
  return name.replace(/(?<=.)\.[^.]*$/s, '') || 'network';
}
