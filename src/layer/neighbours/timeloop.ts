import { z } from 'zod';
import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { checked } from '../../schema.ts';
import { readYaml } from '../../yaml-file.ts';
import { LARGEST_SIZE } from '../layer.ts';
import { countableNetwork } from '../network-file.ts';
import { layerOf } from './convolution.ts';
import { batchNotes, type NetworkReading, networkOf, rowNotes, START, stemOf } from './reading.ts';
import { CNN_LAYER, KNOWN_SHAPES, PROBLEM_BASE, withoutInclude } from './timeloop-known.ts';
import { type ProblemSpec, problemFileSchema, type Shape } from './timeloop-schema.ts';
import { convolutionOf, type DataSpace, type ProblemConvolution, type Tensors } from './timeloop-shape.ts';
import { inputsFirst } from './timeloop-signs.ts';

/** A file with a problem of Timeloop, which is a layer. */
export interface ProblemFile {
  /** Its name, for messages. */
  readonly file: string;
  readonly text: string;
}

/**
 * The network of these problems of Timeloop, a layer each, in the natural order of the files' names: 2 before 10. A layer
 * is called what its shape is called, or where that does not tell it from the others, what its file is called.
 *
 * @throws InputError with file, line and column, if a text is not a problem, or one that is neither a convolution nor a
 * matrix product.
 */
export function networkFromProblems(files: readonly ProblemFile[], name: string): NetworkReading {
  const problems: Problem[] = [];
  const layers = files.toSorted(byName).flatMap(({ file, text }) => {
    try {
      return [{ file, ...readProblem(text, file) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  const counts = new Map<string | undefined, number>();
  for (const layer of layers) counts.set(layer.name, (counts.get(layer.name) ?? 0) + 1);
  const placed = layers.map(({ file, name: shape, convolution }) => {
    return {
      spec: layerOf(shape && counts.get(shape) === 1 ? shape : stemOf(file), convolution),
      position: START,
    };
  });
  const { network, notes } = networkOf(name, placed, name);
  const convolutions = layers.map(({ convolution }) => convolution);
  return {
    network,
    notes: [
      ...notes,
      ...batchNotes(convolutions.flatMap(({ images = [] }) => images)),
      ...rowNotes(convolutions.flatMap(({ rows = [] }) => rows)),
      ...new Set(layers.flatMap((layer) => layer.notes)),
    ],
  };
}

const byName = (a: ProblemFile, b: ProblemFile): number =>
  a.file.localeCompare(b.file, 'en', { numeric: true });

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

interface LayerProblem {
  readonly name: string | undefined;
  readonly convolution: ProblemConvolution;
  readonly notes: readonly string[];
}

function readProblem(text: string, file: string): LayerProblem {
  return readYaml(withoutInclude(text, file), file, z.unknown(), (value) => {
    const key = timeloopKey(value);
    if (key !== undefined && key !== 'problem') {
      const allowed = 'problem, under which Timeloop says a layer; this is another of its files';
      throw new InputError({ code: 'unknown-key', path: [], found: key, allowed });
    }
    const { problem } = checked(problemFileSchema, value);
    const layer = layerIn(problem);
    refuseTooLarge(layer.convolution, pathOfSizes(problem));
    return layer;
  });
}

function layerIn(problem: ProblemSpec): LayerProblem {
  const isBased = problem['<<<'] !== undefined;
  const shape = shapeIn(problem);
  const path = pathOfSizes(problem);
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

  refuseTooLong('dimensions', shape.dimensions, ['problem', 'shape', 'dimensions']);
  const { tensors, notes: taken } = tensorsOf(dataSpacesOf(shape, coefficientOf));
  const convolution = convolutionOf(tensors, sizeOf);
  refuseUnknown(shape, tensors, sizeOf);
  if (isBased) notes.add('problem_base.yaml is not read: sizes that are left out are 1, as it has them');
  if (['densities', 'commonDensity'].some((key) => Object.hasOwn(given, key))) {
    notes.add('densities are left out: all values count');
  }
  return { name: shape.name, convolution, notes: [...taken, ...notes] };
}

/** More dimensions have no problems of Timeloop, nor more axes or terms. */
const MOST_DIMENSIONS = 100;

function refuseTooLong(what: string, list: readonly unknown[] = [], path: Problem['path']): void {
  if (list.length <= MOST_DIMENSIONS) return;
  const found = `${list.length} ${what}`;
  throw new InputError({ code: 'out-of-range', path, found, allowed: `at most ${MOST_DIMENSIONS}` });
}

const pathOfSizes = ({ instance }: ProblemSpec): string[] =>
  instance === undefined ? ['problem'] : ['problem', 'instance'];

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

/** Refuses a dimension that only repeats the work. */
function refuseUnknown(
  { dimensions = [] }: Shape,
  { weights, inputs, outputs }: Tensors,
  sizeOf: (dimension: string) => number,
): void {
  const known = new Set(
    [weights, inputs, outputs].flatMap(({ axes }) => axes.flat()).map((t) => t.dimension),
  );
  const i = dimensions.findIndex((dimension) => !known.has(dimension) && sizeOf(dimension) > 1);
  if (i < 0) return;
  const path = ['problem', 'shape', 'dimensions', i];
  const allowed = 'a dimension that a data space knows, or of size 1';
  throw new InputError({ code: 'not-allowed', path, found: dimensions[i], allowed });
}

/** What is counted under a path in a layer. */
const COUNTED: Readonly<Record<string, string>> = {
  'input.0': 'channels',
  'input.1': 'ifmap rows',
  'input.2': 'ifmap columns',
  filters: 'filters',
};

function refuseTooLarge(convolution: ProblemConvolution, path: readonly string[]): void {
  try {
    countableNetwork({ name: '', layers: [layerOf('', convolution)] });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problems = error.problems.map((problem): Problem => {
      const counted = COUNTED[problem.path.slice(2).join('.')];
      return { ...problem, path, found: counted ? `${problem.found} ${counted}` : problem.found };
    });
    throw new InputError(...problems);
  }
}
