import { InputError, type Problem } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import { type Architecture, ownCapacity } from './architecture.ts';
import { type LevelMapping, type Loop, type LoopMapping, product, spatialLoops } from './mapping.ts';
import { type LoopProblem, TENSORS } from './problem.ts';

/** Whether the factors of a dimension multiply to its size, or may come to more. */
export const FACTORS = ['perfect', 'imperfect'] as const;
export type Factors = (typeof FACTORS)[number];

/**
 * Checks that a mapping is one of a problem onto an architecture. Paths begin at the mapping's root.
 *
 * @throws InputError if its levels are not those of the architecture in order, a loop runs over no dimension of the
 * problem or has a factor that is no whole number, the factors of a dimension do not multiply to its size (or, where they
 * may come to more, one of them could be smaller), a level keeps what it cannot hold, DRAM does not keep everything, or a
 * level without a fan-out has loops in space.
 */
export function checkMapping(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  factors: Factors,
): void {
  const { levels } = architecture;
  const names = levels.map(({ name }) => name);
  const found = mapping.levels.map(({ name }) => name);
  if (names.join('\n') !== found.join('\n')) {
    const allowed = `the levels of ${architecture.name}, outermost first: ${names.join(', ')}`;
    throw new InputError({ code: 'not-allowed', path: ['levels'], found, allowed });
  }
  const problems = mapping.levels.flatMap((level, i) =>
    levelProblems(problem, architecture, level, i).map(
      (one): Problem => ({ ...one, path: ['levels', i, ...one.path] }),
    ),
  );
  if (problems.length === 0) problems.push(...factorProblems(problem, mapping, factors));
  if (problems.length > 0) throw new InputError(...problems);
}

const LOOPS = ['temporal', 'spatialX', 'spatialY'] as const;

function levelProblems(
  { sizes }: LoopProblem,
  { levels }: Architecture,
  mapping: LevelMapping,
  i: number,
): Problem[] {
  const level = levels[i]!;
  const dimensions = Object.keys(sizes);
  const problems: Problem[] = LOOPS.flatMap((kind) =>
    (mapping[kind] ?? []).flatMap((loop, j) => loopProblems(loop, dimensions, [kind, j])),
  );
  if (level.fanout === undefined && spatialLoops(mapping).some(([, factor]) => factor > 1)) {
    const path = product(mapping.spatialX ?? []) > 1 ? ['spatialX'] : ['spatialY'];
    const allowed = `no loops in space, as ${level.name} has no fan-out`;
    problems.push({ code: 'not-allowed', path, found: mapping[path[0] as 'spatialX'], allowed });
  }
  mapping.keep.forEach((tensor, k) => {
    if (level.holds.includes(tensor) && ownCapacity(level, tensor) !== 0) return;
    const allowed = `what ${level.name} can hold: ${level.holds.join(', ')}`;
    problems.push({ code: 'not-allowed', path: ['keep', k], found: tensor, allowed });
  });
  if (i === 0 && TENSORS.some((tensor) => !mapping.keep.includes(tensor))) {
    const allowed = `all tensors at the outermost level: ${TENSORS.join(', ')}`;
    problems.push({ code: 'missing', path: ['keep'], found: mapping.keep, allowed });
  }
  return problems;
}

function loopProblems(
  [dimension, factor]: Loop,
  dimensions: readonly string[],
  path: Problem['path'],
): Problem[] {
  const problems: Problem[] = [];
  if (!dimensions.includes(dimension)) {
    const suggestion = nearestWord(dimension, dimensions);
    const allowed = `a dimension of the problem: ${dimensions.join(', ')}`;
    problems.push({ code: 'not-allowed', path: [...path, 0], found: dimension, allowed, suggestion });
  }
  if (!Number.isInteger(factor) || factor < 1) {
    const allowed = 'a whole number from 1';
    problems.push({ code: 'out-of-range', path: [...path, 1], found: factor, allowed });
  }
  return problems;
}

function factorProblems({ sizes }: LoopProblem, { levels }: LoopMapping, factors: Factors): Problem[] {
  const loops = levels.flatMap((level) => [...level.temporal, ...spatialLoops(level)]);
  return Object.entries(sizes).flatMap(([dimension, size]): Problem[] => {
    const found = product(loops, dimension);
    const isMinimal = loops.every(
      ([over, factor]) => over !== dimension || factor === 1 || (found / factor) * (factor - 1) < size,
    );
    if (found === size || (factors === 'imperfect' && found > size && isMinimal)) return [];
    const allowed =
      factors === 'perfect'
        ? `factors of ${dimension} that multiply to ${size}`
        : `factors of ${dimension} that multiply to ${size}, or to more if none can be smaller`;
    return [{ code: 'not-allowed', path: ['levels'], found: `${dimension} = ${found}`, allowed }];
  });
}
