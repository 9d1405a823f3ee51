import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { countableNetwork } from '../network-file.ts';
import { layerOf } from './convolution.ts';
import { batchNotes, type NetworkReading, networkOf, rowNotes, START, stemOf } from './reading.ts';
import { readProblem, type TimeloopProblem } from './timeloop-problem.ts';
import { convolutionOf, type ProblemConvolution, type Tensors } from './timeloop-shape.ts';

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
      return [{ file, ...readProblem(text, file, layerIn) }];
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

interface LayerProblem {
  readonly name: string | undefined;
  readonly convolution: ProblemConvolution;
  readonly notes: readonly string[];
}

function layerIn({ name, dimensions, sizes, tensors, path, notes }: TimeloopProblem): LayerProblem {
  const sizeOf = (dimension: string) => sizes.get(dimension)!;
  const convolution = convolutionOf(tensors, sizeOf);
  refuseUnknown(dimensions, tensors, sizeOf);
  refuseTooLarge(convolution, path);
  return { name, convolution, notes };
}

/** Refuses a dimension that only repeats the work. */
function refuseUnknown(
  dimensions: readonly string[],
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
