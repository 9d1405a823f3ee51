import { InputError, type Problem } from '../../input-error.ts';
import { quoted } from '../../layer/neighbours/timeloop-export.ts';
import { type LoopProblem, TENSORS, type Tensor, type Term } from '../problem.ts';
import { readTimeloopProblem } from './problem-reading.ts';
import { DATA_SPACES, refuse } from './timeloop-file.ts';

/**
 * A problem as the text of a YAML file in Timeloop's layout of 0.3, which `readTimeloopProblem` makes the same of. Data
 * spaces are called Weights, Inputs and Outputs; strides and dilations of a convolution as in Timeloop's own files.
 *
 * @throws InputError if Timeloop's mappings could not say its loops, since a dimension is not called by one letter, or if
 * `readTimeloopProblem` would not take it; paths are then those of the file.
 */
export function timeloopProblem(problem: LoopProblem): string {
  const { name, sizes, tensors } = problem;
  refuse(letterProblems(problem));
  const coefficients = new Map<string, number>();
  const termText = (tensor: Tensor, { dimension, coefficient }: Term, isSum: boolean): string => {
    const usual = tensor === 'inputs' && isSum ? USUAL_COEFFICIENTS.get(dimension) : undefined;
    if (usual === undefined && coefficient === 1) return `[${dimension}]`;
    const given = usual ?? `${DATA_SPACES[tensor]}_${dimension}`;
    coefficients.set(given, coefficient);
    return `[${dimension}, ${given}]`;
  };
  const spaces = TENSORS.map((tensor) => {
    const axes = tensors[tensor].map((axis) => {
      return `[${axis.map((term) => termText(tensor, term, axis.length > 1)).join(', ')}]`;
    });
    const isOutput = tensor === 'outputs' ? '\n        read_write: true' : '';
    return `      - name: ${DATA_SPACES[tensor]}\n        projection: [${axes.join(', ')}]${isOutput}\n`;
  });
  const standards = [...coefficients.keys()].map((one) => `      - { name: ${one}, default: 1 }\n`);
  const instance = [...Object.entries(sizes), ...coefficients].map(([key, value]) => `${key}: ${value}`);
  const text = `problem:
  version: 0.3
  shape:
    name: ${quoted(name)}
    dimensions: [${Object.keys(sizes).join(', ')}]
${standards.length > 0 ? `    coefficients:\n${standards.join('')}` : ''}    data_spaces:
${spaces.join('')}  instance: { ${instance.join(', ')} }
`;
  try {
    readTimeloopProblem(text, name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map(({ file, position, ...problem }) => problem));
  }
  return text;
}

/** What Timeloop's own files call the coefficients of a convolution, in all of which rows go with W and columns with H. */
const USUAL_COEFFICIENTS: ReadonlyMap<string, string> = new Map([
  ['P', 'Wstride'],
  ['Q', 'Hstride'],
  ['R', 'Wdilation'],
  ['S', 'Hdilation'],
]);

/** Timeloop's permutations have one letter for each dimension. */
export function letterProblems({ sizes, tensors }: LoopProblem): Problem[] {
  const terms = TENSORS.flatMap((tensor) => tensors[tensor].flat());
  const dimensions = new Set([...Object.keys(sizes), ...terms.map(({ dimension }) => dimension)]);
  return [...dimensions].flatMap((found): Problem[] => {
    if (/^[A-Za-z]$/.test(found)) return [];
    const allowed = 'dimensions of one letter, as in the permutations of Timeloop';
    return [{ code: 'not-allowed', path: ['sizes'], found, allowed }];
  });
}
