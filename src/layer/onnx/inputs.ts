import { InputError, type Problem } from '../../input-error.ts';
import type { Fact } from './fact.ts';
import type { OnnxModel, ValueInfo } from './onnx-file.ts';

/** Shapes that a user gives, by the name of an input of the graph. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

type Sizes = readonly (number | string)[];

/**
 * What is known of the graph's inputs: their sizes, those that the file leaves open as given. A size that the file has a
 * name for has to be given once.
 *
 * @throws InputError with every size that is missing, and every shape that is given for no input or does not fit one.
 */
export function inputFacts({ graph }: OnnxModel, shapes: Shapes, file: string): ReadonlyMap<string, Fact> {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const given = new Map(Object.entries(shapes));
  const sizes = namedSizes(inputs, (name) => given.get(name));
  const names = inputs.map(({ name }) => name);
  const allowed = `an input of ${file}: ${names.join(', ')}`;
  const strangers = [...given.keys()].filter((name) => !names.includes(name));
  const problems = [
    ...strangers.map((found): Problem => ({ code: 'not-allowed', path: ['shape'], found, allowed })),
    ...inputs.flatMap((input) => problemsOf(input, given.get(input.name), sizes)),
  ];
  if (problems.length > 0) throw new InputError(...problems);
  return new Map(
    inputs.map(({ name, type, dims }) => {
      const shape = (given.get(name) ?? (dims && known(dims, sizes))) as readonly number[] | undefined;
      return [name, { type, shape, isFmap: shape?.length === 4 }];
    }),
  );
}

/** What the sizes that a file has names for are, by the shapes that are known; the first of each counts. */
export function namedSizes(
  inputs: readonly ValueInfo[],
  shapeOf: (name: string) => readonly number[] | undefined,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, dims = [] } of inputs) {
    const shape = shapeOf(name);
    dims.forEach((size, i) => {
      const isNew = typeof size === 'string' && size !== '' && !sizes.has(size);
      if (isNew && shape?.[i] !== undefined) sizes.set(size, shape[i]);
    });
  }
  return sizes;
}

const known = (dims: Sizes, sizes: ReadonlyMap<string, number>): Sizes =>
  dims.map((size) => (typeof size === 'string' ? (sizes.get(size) ?? size) : size));

function problemsOf(
  { name, dims }: ValueInfo,
  given: readonly number[] | undefined,
  sizes: ReadonlyMap<string, number>,
): readonly Problem[] {
  const path = ['shape', name];
  if (given !== undefined) {
    if (dims === undefined || fits(given, known(dims, sizes))) return [];
    const allowed = fits(given, dims)
      ? `${text(known(dims, sizes))}, as the sizes of other inputs say`
      : `${text(dims)}, as the file says`;
    return [{ code: 'does-not-fit', path, found: given.join('x'), allowed }];
  }
  const left = dims && known(dims, sizes);
  const open = left?.flatMap((size, i) => (typeof size === 'string' ? [size || `number ${i + 1}`] : []));
  if (open?.length === 0) return [];
  const missing =
    open === undefined ? 'its shape' : `${open.length === 1 ? 'dimension' : 'dimensions'} ${open.join(', ')}`;
  const allowed = `sizes for ${missing}: --shape ${name}=${example(left ?? ['', 3, '', ''])}`;
  return [{ code: 'missing', path, allowed }];
}

/** Whether a shape has the sizes that are known. */
const fits = (shape: readonly number[], dims: Sizes): boolean =>
  dims.length === shape.length && dims.every((size, i) => typeof size === 'string' || size === shape[i]);

/** `1x3x224x224`: a shape as one might give it. */
const example = (dims: Sizes): string =>
  dims
    .map((size, i) => (typeof size === 'number' ? size : i === 0 ? 1 : dims.length === 4 ? 224 : 100))
    .join('x');

const text = (dims: Sizes): string => dims.map((size) => (size === '' ? '?' : size)).join('x');
