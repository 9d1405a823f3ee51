import { InputError, type Problem } from '../../input-error.ts';
import { stemOf } from '../../layer/neighbours/reading.ts';
import { readProblem, type TimeloopProblem } from '../../layer/neighbours/timeloop-problem.ts';
import type { DataSpace } from '../../layer/neighbours/timeloop-shape.ts';
import { isReserved } from '../files/parts.ts';
import { tensorWords } from '../nest.ts';
import { type LoopProblem, macsOf, TENSORS } from '../problem.ts';
import { type DataSpaceNames, refuse } from './timeloop-file.ts';

/** What a file of Timeloop says of a problem. */
export interface ProblemReading {
  readonly problem: LoopProblem;
  /** Which tensor each data space is: a mapping says by these names what levels keep. */
  readonly names: DataSpaceNames;
  /** How something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * The problem in a file of Timeloop, with the dimensions that it has there: one of its own shape, or of one that comes with
 * Timeloop. Called what its shape is called, or else what its file is called.
 *
 * Outputs are the data space with `read_write`; weights and inputs are told by their names, by sums, or else the first is
 * the inputs, which a note says.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text has no such problem, if it is too large to count, or if a loop
 * nest cannot walk along its data spaces: a dimension twice in one, one that none knows, a sum in an axis of the outputs.
 */
export function readTimeloopProblem(text: string, file: string): ProblemReading {
  return readProblem(text, file, (reading) => {
    const { name = stemOf(file), sizes, tensors, notes } = reading;
    refuse(nameProblems(reading));
    refuse([
      ...dimensionProblems(reading),
      ...TENSORS.flatMap((tensor) => axesProblems(tensors[tensor], sizes, tensor === 'outputs')),
    ]);
    const { weights, inputs, outputs } = tensors;
    const problem: LoopProblem = {
      name,
      sizes: Object.fromEntries(sizes),
      tensors: { weights: weights.axes, inputs: inputs.axes, outputs: outputs.axes },
    };
    refuseUncountable(problem, reading.path);
    return { problem, names: new Map(TENSORS.map((tensor) => [tensors[tensor].name, tensor])), notes };
  });
}

/** The most dimensions of a loop nest. */
const MOST_DIMENSIONS = 20;

function dimensionProblems({ dimensions, sizes, tensors, path }: TimeloopProblem): Problem[] {
  if (sizes.size < 1 || sizes.size > MOST_DIMENSIONS) {
    const found = `${sizes.size} dimensions`;
    return [{ code: 'out-of-range', path, found, allowed: `1 to ${MOST_DIMENSIONS}` }];
  }
  const known = new Set(TENSORS.flatMap((tensor) => tensors[tensor].axes.flat()).map((one) => one.dimension));
  return [...sizes].flatMap(([found, size]): Problem[] => {
    const problem = (allowed: string): Problem[] => {
      const i = dimensions.indexOf(found);
      const at = i < 0 ? [...path, found] : ['problem', 'shape', 'dimensions', i];
      return [{ code: 'not-allowed', path: at, found, allowed }];
    };
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(found) || isReserved(found)) {
      return problem('another name of letters, digits and underlines that begins with a letter');
    }
    return known.has(found) || size === 1 ? [] : problem('a dimension that a data space knows, or of size 1');
  });
}

function axesProblems(
  { name, axes, path }: DataSpace,
  sizes: ReadonlyMap<string, number>,
  isOutput: boolean,
): Problem[] {
  const seen = new Set<string>();
  return axes.flatMap((axis, i): Problem[] => {
    const terms = axis.filter(({ dimension }) => sizes.get(dimension)! > 1);
    const found = axis.map(({ dimension }) => dimension);
    const problem = (allowed: string): Problem[] => [
      { code: 'not-allowed', path: [...path, i], found, allowed: `in ${name}, ${allowed}` },
    ];
    const again = terms.find(({ dimension }) => {
      const isRepeated = seen.has(dimension);
      seen.add(dimension);
      return isRepeated;
    });
    if (again) return problem(`${again.dimension} once`);
    if (!isOutput || (axis.length === 1 && axis[0]!.coefficient === 1)) return [];
    return problem('one dimension to an axis, without a coefficient, as outputs have');
  });
}

function nameProblems({ tensors }: TimeloopProblem): Problem[] {
  const names = TENSORS.map((tensor) => tensors[tensor].name);
  return TENSORS.flatMap((tensor, i): Problem[] => {
    const { name: found, path } = tensors[tensor];
    const isPrintable = /^\P{Cc}+$/u.test(found);
    if (isPrintable && names.indexOf(found) === i) return [];
    const allowed = isPrintable ? 'a name that no other data space has' : 'a name of printable characters';
    return [{ code: 'not-allowed', path: [...path.slice(0, -1), 'name'], found, allowed }];
  });
}

/** Counts are exact up to 2^53 only. */
function refuseUncountable(problem: LoopProblem, path: Problem['path']): void {
  const counts = [
    [macsOf(problem), 'MACs'] as const,
    ...[...tensorWords(problem)].map(([tensor, words]) => [words, `words of ${tensor}`] as const),
  ];
  const large = counts.find(([count]) => count > Number.MAX_SAFE_INTEGER);
  if (large === undefined) return;
  const found = `${large[0].toExponential(2)} ${large[1]}`;
  throw new InputError({ code: 'out-of-range', path, found, allowed: 'less than 2^53' });
}
