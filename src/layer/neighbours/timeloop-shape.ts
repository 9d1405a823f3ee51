import { InputError, type Problem } from '../../input-error.ts';
import { type Pair, span } from '../layer.ts';
import type { Convolution } from './convolution.ts';

/** A dimension of a problem, times a coefficient. */
export interface Term {
  readonly dimension: string;
  readonly coefficient: number;
}

/** A tensor of a problem: which element of it an iteration takes. */
export interface DataSpace {
  readonly name: string;
  /** Sums of terms, one for each axis of the tensor. */
  readonly axes: readonly (readonly Term[])[];
  /** Where the axes stand in the file. */
  readonly path: Problem['path'];
}

/** The tensors of a problem by what they are in a convolution. */
export interface Tensors {
  readonly weights: DataSpace;
  readonly inputs: DataSpace;
  readonly outputs: DataSpace;
}

/** A problem as a convolution. */
export interface ProblemConvolution extends Convolution {
  /** The batch: what inputs and outputs know and is called N. */
  readonly images?: number;
  /** Rows of a matrix product. */
  readonly rows?: number;
}

/**
 * The convolution that a problem is: what each dimension does is told by the tensors that know it, and what the vertical
 * and the horizontal are by the sums of the inputs.
 *
 * Weights, inputs and outputs share groups; weights and inputs channels, and in sums the rows and columns of the filter;
 * weights and outputs filters; inputs and outputs images, and in sums the rows and columns of the ofmap. Where the weights
 * know the images too, each has its own.
 *
 * @param sizeOf the size of a dimension
 * @throws InputError with the path of the axis that no convolution has.
 */
export function convolutionOf(tensors: Tensors, sizeOf: (dimension: string) => number): ProblemConvolution {
  const { weights, inputs, outputs } = tensors;
  const known = {
    weights: dimensionsOf(weights),
    inputs: dimensionsOf(inputs),
    outputs: dimensionsOf(outputs),
  };
  const knowers = (dimension: string): string =>
    TENSORS.filter((tensor) => known[tensor].has(dimension)).join(' ');
  for (const tensor of TENSORS) refuseOdd(tensors[tensor], knowers, sizeOf, tensor === 'inputs');

  const all = new Set(TENSORS.flatMap((tensor) => [...known[tensor]]));
  const windows = windowsOf(inputs, knowers, sizeOf);
  const slid = new Set(windows.flatMap(({ tap, pixel }) => [tap, pixel]));
  const isBatched = /inputs outputs$/.test(knowers(BATCH)) && !slid.has(BATCH);
  const total = (shared: string) =>
    [...all]
      .filter((one) => !(isBatched && one === BATCH) && !slid.has(one) && knowers(one) === shared)
      .reduce((product, dimension) => product * sizeOf(dimension), 1);
  const [vertical, horizontal] = inDirections(windows, inputs);
  const both = (of: (window: Window) => number): Pair => [of(vertical), of(horizontal)];
  return {
    groups: total('weights inputs outputs'),
    channels: total('weights inputs'),
    filters: total('weights outputs'),
    weightsPerImage: isBatched && known.weights.has(BATCH),
    ifmap: both(({ pixels, stride, taps, dilation }) => (pixels - 1) * stride + span(taps, dilation)),
    kernel: both(({ taps }) => taps),
    stride: both(({ stride }) => stride),
    dilation: both(({ dilation }) => dilation),
    ...(isBatched ? { images: sizeOf(BATCH) } : {}),
    ...rowsOf(windows),
  };
}

const TENSORS = ['weights', 'inputs', 'outputs'] as const;

/** What Timeloop's shapes call the batch, and the rows and columns of filter and ofmap. */
export const BATCH = 'N';
const ROWS = ['R', 'P'];
const COLUMNS = ['S', 'Q'];

const dimensionsOf = ({ axes }: DataSpace): Set<string> =>
  new Set(axes.flatMap((axis) => axis.map(({ dimension }) => dimension)));

/** Refuses a tensor that no convolution has; what has size 1 does no harm. */
function refuseOdd(
  { name, axes, path }: DataSpace,
  knowers: (dimension: string) => string,
  sizeOf: (dimension: string) => number,
  mayHaveSums: boolean,
): void {
  const seen = new Set<string>();
  axes.forEach((axis, i) => {
    const refuse = (allowed: string) => {
      const found = axis.map(({ dimension }) => dimension);
      throw new InputError({
        code: 'not-allowed',
        path: [...path, i],
        found,
        allowed: `in ${name}, ${allowed}`,
      });
    };
    const terms = axis.filter(({ dimension }) => sizeOf(dimension) > 1);
    for (const { dimension } of terms) {
      if (!knowers(dimension).includes(' ')) refuse(`no ${dimension}, which no other data space knows`);
      if (seen.has(dimension)) refuse(`${dimension} in one axis only`);
      seen.add(dimension);
    }
    if (!mayHaveSums && (terms.length > 1 || terms.some(({ coefficient }) => coefficient !== 1))) {
      refuse('one dimension to an axis, without a coefficient: sums are for the inputs of a convolution');
    }
    if (terms.length === 1 && !maySlide(terms[0]!, knowers)) refuse('no coefficient');
    const kinds = terms.map(({ dimension }) => knowers(dimension)).sort();
    if (terms.length > 1 && kinds.join() !== 'inputs outputs,weights inputs') {
      refuse('a sum of two: a dimension of the outputs and one of the weights');
    }
  });
}

/** Whether a term by itself is without a coefficient, or one by which a filter or an ofmap may leave pixels out. */
const maySlide = ({ dimension, coefficient }: Term, knowers: (dimension: string) => string): boolean =>
  coefficient === 1 || (dimension !== BATCH && knowers(dimension) !== 'weights inputs outputs');

/** One axis along which filters slide over the ifmap. */
interface Window {
  readonly tap?: string | undefined;
  readonly pixel?: string | undefined;
  /** Filter rows or columns. */
  readonly taps: number;
  /** ofmap rows or columns. */
  readonly pixels: number;
  readonly dilation: number;
  readonly stride: number;
}

const STANDING: Window = { taps: 1, pixels: 1, dilation: 1, stride: 1 };

function windowsOf(
  { axes }: DataSpace,
  knowers: (dimension: string) => string,
  sizeOf: (dimension: string) => number,
): Window[] {
  return axes.flatMap((axis): Window[] => {
    const largest = axis.toSorted((a, b) => sizeOf(b.dimension) - sizeOf(a.dimension));
    const tap = largest.find(({ dimension }) => knowers(dimension) === 'weights inputs');
    const pixel = largest.find(({ dimension }) => knowers(dimension) === 'inputs outputs');
    const isSum = tap !== undefined && pixel !== undefined;
    const isChannel =
      tap && !isSum && tap.coefficient === 1 && ![...ROWS, ...COLUMNS].includes(tap.dimension);
    const isBatch = pixel && !isSum && pixel.dimension === BATCH;
    if (isChannel || isBatch || (!tap && !pixel)) return [];
    return [
      {
        tap: tap?.dimension,
        pixel: pixel?.dimension,
        taps: tap ? sizeOf(tap.dimension) : 1,
        pixels: pixel ? sizeOf(pixel.dimension) : 1,
        dilation: tap?.coefficient ?? 1,
        stride: pixel?.coefficient ?? 1,
      },
    ];
  });
}

/** The vertical and the horizontal: R and P are vertical, S and Q horizontal, and of others the first is vertical. */
function inDirections(windows: readonly Window[], { name, path }: DataSpace): readonly [Window, Window] {
  const moving = windows.filter(({ taps, pixels }) => taps > 1 || pixels > 1);
  const wanted = windows.length <= 2 ? windows : moving;
  if (wanted.length > 2) {
    const found = wanted.map(({ tap, pixel }) => [tap, pixel].filter((dimension) => dimension !== undefined));
    const allowed = `in ${name}, at most two axes for filters to slide along`;
    throw new InputError({ code: 'not-allowed', path, found, allowed });
  }
  const isCalled = ({ tap, pixel }: Window, names: readonly string[]) =>
    names.includes(tap ?? '') || (tap === undefined && names.includes(pixel ?? ''));
  const [first, second] = wanted;
  if (first === undefined) return [STANDING, STANDING];
  if (second === undefined) {
    // A matrix product has its rows side by side
    const isVertical = isCalled(first, ROWS) || (first.tap !== undefined && !isCalled(first, COLUMNS));
    return isVertical ? [first, STANDING] : [STANDING, first];
  }
  const isColumns = isCalled(first, COLUMNS) && !isCalled(second, COLUMNS);
  const isBeforeRows = isCalled(second, ROWS) && !isCalled(first, ROWS);
  return isColumns || isBeforeRows ? [second, first] : [first, second];
}

/** The pixels of a product without a filter, where they are no rows or columns of an ofmap by their names. */
function rowsOf(windows: readonly Window[]): { rows?: number } {
  const [only, ...others] = windows;
  const isProduct = only?.pixel !== undefined && only.tap === undefined && others.length === 0;
  return isProduct && ![...ROWS, ...COLUMNS].includes(only.pixel!) ? { rows: only.pixels } : {};
}
