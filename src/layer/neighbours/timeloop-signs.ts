import { BATCH, type DataSpace } from './timeloop-shape.ts';

/** What the inputs of a problem have and the weights have not. */
type Sign<S extends DataSpace> = (space: S, other: S, outputs: S) => boolean;

/**
 * The inputs of a problem, and then its weights, as far as something tells them apart.
 *
 * @param first one of the two, and then the other
 */
export function inputsFirst<S extends DataSpace>(
  first: S,
  second: S,
  outputs: S,
): readonly [inputs: S, weights: S] | undefined {
  for (const isInput of SIGNS) {
    const isFirst = isInput(first, second, outputs);
    if (isFirst !== isInput(second, first, outputs)) return isFirst ? [first, second] : [second, first];
  }
  return undefined;
}

/** The surest first. */
const SIGNS: readonly Sign<DataSpace>[] = [
  ({ name }) => !/weight|filter|kernel/i.test(name),
  ({ name }) => /input|ifmap|activation/i.test(name),
  ({ axes }) => axes.some((axis) => axis.length > 1),
  ({ name }) => !/^(w|wt|wgt)s?$/i.test(name),
  ({ name }) => !/^f$/i.test(name),
  ({ name }) => /^(i|ia|iact|x|in)s?$/i.test(name),
  knowsImages,
];

/** The columns of a matrix product, M × K times K × N, are called N too. */
function knowsImages(space: DataSpace, other: DataSpace, outputs: DataSpace): boolean {
  const isProduct = knows(space, INNER) && knows(other, INNER);
  return knows(space, BATCH) && knows(outputs, BATCH) && !knows(other, BATCH) && !isProduct;
}

/** What both factors of a matrix product know. */
const INNER = 'K';

const knows = ({ axes }: DataSpace, dimension: string): boolean =>
  axes.some((axis) => axis.some((term) => term.dimension === dimension));
