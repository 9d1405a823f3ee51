import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../../layer/layer.ts';
import { nearestWord } from '../../nearest-word.ts';
import { formatYaml, readYaml } from '../../yaml-file.ts';
import { tensorWords } from '../nest.ts';
import {
  type Axis,
  convolution,
  type LoopProblem,
  macsOf,
  matrixProduct,
  type PerTensor,
  TENSORS,
  type Tensor,
} from '../problem.ts';
import { byName, isReserved, name, size } from './parts.ts';

/** The most dimensions of a problem. */
const MOST_DIMENSIONS = 20;

/**
 * The problem that the text of a YAML or JSON file describes: a convolution, a product of matrices, or any other whose
 * tensors it gives axis by axis.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or not a problem, if it is too large to count, or
 * if the axes of a tensor are not what a loop nest can walk along: a dimension twice in a tensor, one without a size, one
 * that no tensor has, a sum in an axis of the outputs.
 */
export function parseProblem(text: string, file: string): LoopProblem {
  return readYaml(text, file, problemSchema, (spec) => {
    const problem = problemFromSpec(spec);
    if (spec.type === 'general') refuse(dimensionProblems(problem));
    refuse(sizeProblems(problem, spec.type));
    return problem;
  });
}

/** A problem as the text of a YAML file, in the shortest form that {@link parseProblem} makes the same problem of. */
export function formatProblem(problem: LoopProblem): string {
  const short = [convSpecOf(problem), matmulSpecOf(problem)].find(
    (spec) => JSON.stringify(problemFromSpec(spec)) === JSON.stringify(problem),
  );
  const { name, sizes, tensors } = problem;
  const texts = TENSORS.map((tensor) => [tensor, tensors[tensor].map(textOf)] as const);
  const spec = short ?? { name, type: 'general', sizes, tensors: Object.fromEntries(texts) };
  return formatYaml(spec, FORMS[spec.type]);
}

const defaulting = (of: string) => size.default(1).describe(of);

const pair = z.tuple([size, size]).meta({ title: '[vertical, horizontal]' });
const perDirection = (of: string) => z.union([size, pair]).default(1).describe(of);

const problemName = name.describe('What the problem is called in results.');

const conv = z.strictObject({
  name: problemName,
  type: z.literal('conv').describe('A convolution, or with P = Q = 1 a fully connected layer.'),
  N: defaulting('Images.'),
  M: defaulting('Filters of each group: channels of the ofmap.'),
  C: defaulting('Channels of the ifmap that a filter sees.'),
  R: defaulting('Filter rows.'),
  S: defaulting('Filter columns.'),
  P: defaulting('Rows of the ofmap.'),
  Q: defaulting('Columns of the ofmap.'),
  groups: defaulting('Convolutions of these sizes side by side.'),
  stride: perDirection('Rows and columns of the ifmap from one window to the next.'),
  dilation: perDirection('Rows and columns of the ifmap from one of the filter to the next.'),
});

const matmul = z.strictObject({
  name: problemName,
  type: z.literal('matmul').describe('The product of an M × K matrix and a K × N matrix.'),
  M: size.describe('Rows of the weights, the first matrix.'),
  N: size.describe('Columns of the inputs, the second matrix.'),
  K: size.describe('Columns of the weights and rows of the inputs.'),
});

const TERM = '(?:[1-9][0-9]{0,6} *[*] *)?[A-Za-z][A-Za-z0-9_]*';

const axis = z
  .string()
  .regex(new RegExp(`^${TERM}(?: *[+] *${TERM})*$`))
  .meta({ title: 'a sum of dimensions, such as 2*P + R' });
const axes = (of: string) =>
  z.array(axis).meta({ title: 'a list of axes, such as [N, C, 2*P + R]', description: of });

const general = z.strictObject({
  name: problemName,
  type: z
    .literal('general')
    .describe('Any sum of products of two tensors: a MAC for each point of a box of dimensions.'),
  sizes: byName(size, 'sizes by dimension').describe('The size of each dimension.'),
  tensors: z
    .strictObject({
      weights: axes('What is multiplied, first operand.'),
      inputs: axes('What is multiplied, second operand.'),
      outputs: axes('What is summed: axes of one dimension each.'),
    })
    .describe('The axes of each tensor: a dimension, or a sum such as 2*P + R.'),
});

const FORMS = { conv, matmul, general } as const;

/** The form of a problem file. */
export const problemSchema = z.discriminatedUnion('type', [conv, matmul, general]);

type ProblemSpec = z.output<typeof problemSchema>;
type ConvSpec = z.input<typeof conv>;
type MatmulSpec = z.output<typeof matmul>;

function problemFromSpec(spec: ProblemSpec | ConvSpec): LoopProblem {
  switch (spec.type) {
    case 'conv': {
      const { name, stride = 1, dilation = 1, ...sizes } = spec;
      const [strideP, strideQ] = typeof stride === 'number' ? [stride, stride] : stride;
      const [dilationR, dilationS] = typeof dilation === 'number' ? [dilation, dilation] : dilation;
      return convolution(name, { ...sizes, strideP, strideQ, dilationR, dilationS });
    }
    case 'matmul':
      return matrixProduct(spec.name, spec);
    case 'general': {
      const { name, sizes, tensors } = spec;
      const { weights, inputs, outputs } = tensors;
      return {
        name,
        sizes,
        tensors: {
          weights: weights.map(axisOf),
          inputs: inputs.map(axisOf),
          outputs: outputs.map(axisOf),
        },
      };
    }
  }
}

/** The sizes of a problem as those of a convolution, which it may not be. */
function convSpecOf({ name, sizes, tensors }: LoopProblem): ConvSpec {
  const { G: groups, ...others } = sizes;
  const coefficient = (of: string) =>
    tensors.inputs.flat().find(({ dimension }) => dimension === of)?.coefficient ?? 1;
  return {
    name,
    type: 'conv',
    ...others,
    groups,
    stride: unlessOne(coefficient('P'), coefficient('Q')),
    dilation: unlessOne(coefficient('R'), coefficient('S')),
  };
}

function unlessOne(vertical: number, horizontal: number): number | [number, number] | undefined {
  if (vertical !== horizontal) return [vertical, horizontal];
  return vertical === 1 ? undefined : vertical;
}

/** The sizes of a problem as those of a product of matrices, which it may not be. */
const matmulSpecOf = ({ name, sizes: { M = 1, N = 1, K = 1 } }: LoopProblem): MatmulSpec => {
  return { name, type: 'matmul', M, N, K };
};

/** The axis that a text such as `2*P + R` says. */
const axisOf = (text: string): Axis =>
  text.split('+').map((term) => {
    const [dimension = '', coefficient = '1'] = term.split('*').reverse();
    return { dimension: dimension.trim(), coefficient: Number(coefficient) };
  });

const textOf = (axis: Axis): string =>
  axis
    .map(({ dimension, coefficient }) => (coefficient === 1 ? dimension : `${coefficient}*${dimension}`))
    .join(' + ');

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(...problems);
}

function dimensionProblems({ sizes, tensors }: LoopProblem): Problem[] {
  const dimensions = Object.keys(sizes);
  if (dimensions.length < 1 || dimensions.length > MOST_DIMENSIONS) {
    const found = `${dimensions.length} dimensions`;
    return [{ code: 'out-of-range', path: ['sizes'], found, allowed: `1 to ${MOST_DIMENSIONS}` }];
  }
  const known = new Set(TENSORS.flatMap((tensor) => dimensionsOf(tensors[tensor])));
  const unknown = dimensions.filter((one) => !known.has(one) || isReserved(one));
  return [
    ...unknown.map((found): Problem => {
      const allowed = isReserved(found)
        ? 'another name, as results cannot be kept by this one'
        : `a dimension that a tensor has: ${[...known].join(', ')}`;
      return { code: 'unknown-key', path: ['sizes'], found, allowed };
    }),
    ...TENSORS.flatMap((tensor) => axesProblems(tensor, tensors, dimensions)),
  ];
}

const dimensionsOf = (axes: readonly Axis[]): string[] => axes.flat().map(({ dimension }) => dimension);

function axesProblems(
  tensor: Tensor,
  tensors: PerTensor<readonly Axis[]>,
  dimensions: readonly string[],
): Problem[] {
  const seen = new Set<string>();
  return tensors[tensor].flatMap((axis, i): Problem[] => {
    const path = ['tensors', tensor, i];
    const problems = axis.flatMap(({ dimension, coefficient }): Problem[] => {
      const isRepeated = seen.has(dimension);
      seen.add(dimension);
      if (!dimensions.includes(dimension)) {
        const suggestion = nearestWord(dimension, dimensions);
        const allowed = `a dimension of sizes: ${dimensions.join(', ')}`;
        return [{ code: 'not-allowed', path, found: dimension, allowed, suggestion }];
      }
      if (isRepeated) {
        return [{ code: 'not-allowed', path, found: dimension, allowed: `each dimension once in ${tensor}` }];
      }
      if (coefficient <= LARGEST_SIZE) return [];
      return [
        { code: 'out-of-range', path, found: coefficient, allowed: `coefficients from 1 to ${LARGEST_SIZE}` },
      ];
    });
    if (tensor === 'outputs' && (axis.length > 1 || axis[0]?.coefficient !== 1)) {
      const allowed = 'a single dimension, as an axis of the outputs';
      problems.push({ code: 'not-allowed', path, found: textOf(axis), allowed });
    }
    return problems;
  });
}

/** Counts are exact up to 2^53 only. */
function sizeProblems(problem: LoopProblem, type: ProblemSpec['type']): Problem[] {
  const isGeneral = type === 'general';
  const macs = macsOf(problem);
  if (macs > Number.MAX_SAFE_INTEGER) {
    const path = isGeneral ? ['sizes'] : [];
    return [
      { code: 'out-of-range', path, found: `${macs.toExponential(2)} MACs`, allowed: 'less than 2^53' },
    ];
  }
  return [...tensorWords(problem)].flatMap(([tensor, words]): Problem[] => {
    if (words <= Number.MAX_SAFE_INTEGER) return [];
    const path = isGeneral ? ['tensors', tensor] : [];
    const found = `${words.toExponential(2)} words of ${tensor}`;
    return [{ code: 'out-of-range', path, found, allowed: 'less than 2^53' }];
  });
}
