import type { Problem } from '../../input-error.ts';
import type { Architecture } from '../architecture.ts';
import { checkMapping } from '../check-mapping.ts';
import { type Loop, type LoopMapping, spatialLoops } from '../mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from '../problem.ts';
import { nameProblems } from './architecture-export.ts';
import { letterProblems } from './problem-export.ts';
import { DATA_SPACES, refuse } from './timeloop-file.ts';

/**
 * A mapping as the text of a YAML file for Timeloop, which `readTimeloopMapping` makes the same of. Loops of factor 1 are
 * left out.
 *
 * @throws InputError if it is not a mapping of this problem onto this architecture (see {@link checkMapping}), or one that
 * Timeloop cannot say: a dimension in two loops in time of a level, or in two of those in space below it, along one axis or
 * both; dimensions and levels with names that it cannot take.
 */
export function timeloopMapping(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
): string {
  checkMapping(problem, architecture, mapping, 'perfect');
  refuse([...nameProblems(architecture.levels), ...letterProblems(problem), ...repeatedProblems(mapping)]);
  const dimensions = Object.keys(problem.sizes);
  const bypasses = mapping.levels.slice(1).map(({ name, keep }) => {
    const bypassed = TENSORS.filter((tensor) => !keep.includes(tensor));
    const kept = TENSORS.filter((tensor) => keep.includes(tensor));
    return `  - { target: ${name}, type: bypass, keep: ${listText(kept)}, bypass: ${listText(bypassed)} }\n`;
  });
  const directives = mapping.levels.map(({ name, temporal, spatialX = [], spatialY = [] }, i) => {
    const { x, y } = architecture.levels[i]!.fanout ?? { x: 1, y: 1 };
    const inTime = `  - { target: ${name}, type: temporal, ${loopsText(real(temporal), dimensions)} }\n`;
    if (x * y === 1) return inTime;
    const alongX = real(spatialX);
    const inSpace = loopsText([...real(spatialY), ...alongX], dimensions);
    return `${inTime}  - { target: ${name}, type: spatial, ${inSpace}, split: ${alongX.length} }\n`;
  });
  return `mapping:
  # What each level keeps; the outermost keeps everything
${bypasses.join('')}  # Loops; permutations are innermost first, and split is how many of their dimensions go to X
${directives.join('')}`;
}

const listText = (tensors: readonly Tensor[]): string =>
  `[${tensors.map((tensor) => DATA_SPACES[tensor]).join(', ')}]`;

const real = (loops: readonly Loop[]): Loop[] => loops.filter(([, factor]) => factor > 1);

/** Factors of all dimensions, and their order: that of the loops, given outermost first, and then those without a loop. */
function loopsText(loops: readonly Loop[], dimensions: readonly string[]): string {
  const factors = new Map(loops);
  const order = [
    ...loops.map(([dimension]) => dimension).toReversed(),
    ...dimensions.filter((dimension) => !factors.has(dimension)),
  ];
  const texts = dimensions.map((dimension) => `${dimension}${factors.get(dimension) ?? 1}`);
  return `factors: ${texts.join(' ')}, permutation: ${order.join('')}`;
}

function repeatedProblems({ levels }: LoopMapping): Problem[] {
  return levels.flatMap((level, i) => {
    const problem =
      (path: string, allowed: string) =>
      (found: string): Problem => {
        return { code: 'not-allowed', path: ['levels', i, path], found, allowed };
      };
    return [
      ...repeated(real(level.temporal)).map(
        problem('temporal', 'one loop in time for each dimension of a level, as Timeloop has no more'),
      ),
      ...repeated(real(spatialLoops(level))).map(
        problem(
          'spatialY',
          'one loop in space for each dimension, along X or along Y, as Timeloop has no more',
        ),
      ),
    ];
  });
}

function repeated(loops: readonly Loop[]): string[] {
  const dimensions = loops.map(([dimension]) => dimension);
  return dimensions.filter((dimension, i) => dimensions.indexOf(dimension) < i);
}
