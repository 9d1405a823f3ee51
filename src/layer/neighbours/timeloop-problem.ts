import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { checked } from '../../schema.ts';
import { readYaml } from '../../yaml-file.ts';
import { LARGEST_SIZE } from '../layer.ts';
import { CNN_LAYER, KNOWN_SHAPES, PROBLEM_BASE, withoutInclude } from './timeloop-known.ts';
import { type ProblemSpec, problemFileSchema, type Shape } from './timeloop-schema.ts';
import type { DataSpace, Tensors } from './timeloop-shape.ts';
import { inputsFirst } from './timeloop-signs.ts';

/** The keys at the top of Timeloop's files, in all their versions. */
const TOP_KEYS = [
  'problem',
  'architecture',
  'arch',
  'architecture_constraints',
  'constraints',
  'mapping',
  'mapper',
  'mapspace',
  'mapspace_constraints',
  'compound_components',
  'sparse_optimizations',
  'variables',
  'ERT',
  'ART',
];

/** The key that tells a file of Timeloop, `problem` if it has that. */
export function timeloopKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return TOP_KEYS.find((key) => Object.hasOwn(value, key));
}

/** A problem as its file says it, with numbers for the names of coefficients. */
export interface TimeloopProblem {
  /** Name of its shape. */
  readonly name: string | undefined;
  /** Those that the shape lists. */
  readonly dimensions: readonly string[];
  /** Of the dimensions that the shape lists, in their order, and of others that its data spaces know. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly tensors: Tensors;
  /** Where the sizes stand in the file. */
  readonly path: readonly string[];
  /** How something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * Makes something of the problem in a file of Timeloop, whatever else the file has.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text has no problem of weights, inputs and outputs, or if `make`
 * throws one whose paths begin at the root of the file.
 */
export function readProblem<R>(text: string, file: string, make: (problem: TimeloopProblem) => R): R {
  return readYaml(withoutInclude(text, file), file, z.unknown(), (value) => {
    const key = timeloopKey(value);
    if (key !== undefined && key !== 'problem') {
      const allowed = 'problem, under which Timeloop says a layer; this is another of its files';
      throw new InputError({ code: 'unknown-key', path: [], found: key, allowed });
    }
    return make(problemIn(checked(problemFileSchema, value).problem));
  });
}

function problemIn(problem: ProblemSpec): TimeloopProblem {
  const isBased = problem['<<<'] !== undefined;
  const shape = shapeIn(problem);
  const path = problem.instance === undefined ? ['problem'] : ['problem', 'instance'];
  const given = problem.instance ?? problem;
  const notes = new Set<string>();
  // The first of several that differ in case
  const keys = new Map(
    Object.keys(given)
      .map((key) => [key.toLowerCase(), key] as const)
      .toReversed(),
  );
  const standards = new Map(shape.coefficients?.map((one) => [one.name, one.default] as const).toReversed());

  const sizeOf = (dimension: string): number => {
    const size = Object.hasOwn(given, dimension) ? given[dimension] : isBased ? 1 : undefined;
    if (isSize(size)) return size;
    throw wrongSize([...path, dimension], size);
  };
  const coefficientOf = (name: string, at: Problem['path']): number => {
    const key = Object.hasOwn(given, name) ? name : keys.get(name.toLowerCase());
    if (key !== undefined && key !== name) notes.add(`${key} is taken for ${name}`);
    const value = key === undefined ? standards.get(name) : given[key];
    if (isSize(value)) return value;
    if (value !== undefined) throw wrongSize(key === undefined ? at : [...path, key], value);
    const allowed = 'a coefficient to which the shape or the instance gives a value';
    throw new InputError({ code: 'not-allowed', path: at, found: name, allowed });
  };

  const { dimensions = [] } = shape;
  refuseTooLong('dimensions', dimensions, ['problem', 'shape', 'dimensions']);
  const { tensors, notes: taken } = tensorsOf(dataSpacesOf(shape, coefficientOf));
  const { weights, inputs, outputs } = tensors;
  const terms = [weights, inputs, outputs].flatMap(({ axes }) => axes.flat());
  const all = [...dimensions, ...terms.map(({ dimension }) => dimension)];
  const sizes = new Map(all.map((dimension) => [dimension, sizeOf(dimension)]));
  if (isBased) notes.add('problem_base.yaml is not read: sizes that are left out are 1, as it has them');
  if (['densities', 'commonDensity'].some((key) => Object.hasOwn(given, key))) {
    notes.add('densities are left out: all values count');
  }
  return { name: shape.name, dimensions, sizes, tensors, path, notes: [...taken, ...notes] };
}

/** More dimensions have no problems of Timeloop, nor more axes or terms. */
const MOST_DIMENSIONS = 100;

function refuseTooLong(what: string, list: readonly unknown[], path: Problem['path']): void {
  if (list.length <= MOST_DIMENSIONS) return;
  const found = `${list.length} ${what}`;
  throw new InputError({ code: 'out-of-range', path, found, allowed: `at most ${MOST_DIMENSIONS}` });
}

const isSize = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIZE;

function wrongSize(path: Problem['path'], found: unknown): InputError {
  const code = found === undefined ? 'missing' : typeof found === 'number' ? 'out-of-range' : 'wrong-type';
  return new InputError({ code, path, found, allowed: `a whole number from 1 to ${LARGEST_SIZE}` });
}

function shapeIn({ shape, '<<<': base }: ProblemSpec): Shape {
  if (typeof shape === 'object') return shape;
  if (shape === undefined) return base === undefined ? CNN_LAYER : PROBLEM_BASE;
  const known = KNOWN_SHAPES.get(shape.replaceAll('-', '_').replace(/\.(ya?ml|cfg)$/, ''));
  if (known !== undefined) return known;
  const allowed = `a shape in the file, or ${[...KNOWN_SHAPES.keys()].join(', ')}`;
  throw new InputError({ code: 'not-allowed', path: ['problem', 'shape'], found: shape, allowed });
}

type SpaceWithKind = DataSpace & { readonly isOutput: boolean };

function dataSpacesOf(
  shape: Shape,
  coefficientOf: (name: string, at: Problem['path']) => number,
): SpaceWithKind[] {
  const key = shape.data_spaces === undefined ? 'data-spaces' : 'data_spaces';
  return (shape[key] ?? []).map((space, i) => {
    const path = ['problem', 'shape', key, i, 'projection'];
    refuseTooLong('axes', space.projection, path);
    const axes = space.projection.map((axis, a) => {
      const terms = typeof axis === 'string' ? [[axis] as const] : axis;
      refuseTooLong('terms', terms, [...path, a]);
      return terms.map(([dimension, coefficient], t) => {
        const at = [...path, a, t, 1];
        return { dimension, coefficient: coefficient === undefined ? 1 : coefficientOf(coefficient, at) };
      });
    });
    return { name: space.name, axes, path, isOutput: isYes(space.read_write ?? space['read-write']) };
  });
}

const isYes = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === 'string' && /^true$/i.test(value));

/** Which data space is what: by the signs of inputs, or else the first is the input, as in A × B. */
function tensorsOf(spaces: readonly SpaceWithKind[]): { tensors: Tensors; notes: string[] } {
  const [outputs, ...otherOutputs] = spaces.filter(({ isOutput }) => isOutput);
  const [first, second, ...others] = spaces.filter(({ isOutput }) => !isOutput);
  if (!outputs || !first || !second || otherOutputs.length + others.length > 0) {
    const found = spaces.map(({ name, isOutput }) => (isOutput ? `${name} (read_write)` : name));
    const allowed = 'data spaces for weights, inputs and, with read_write, outputs';
    throw new InputError({ code: 'not-allowed', path: ['problem', 'shape'], found, allowed });
  }
  const told = inputsFirst(first, second, outputs);
  const [inputs, weights] = told ?? [first, second];
  const note = `${inputs.name} is taken for the inputs and ${weights.name} for the weights of a product`;
  return { tensors: { weights, inputs, outputs }, notes: told ? [] : [note] };
}
