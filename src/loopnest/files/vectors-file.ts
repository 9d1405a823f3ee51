import { z } from 'zod';
import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { readYaml } from '../../yaml-file.ts';
import type { Architecture } from '../architecture.ts';
import { checkMapping } from '../check-mapping.ts';
import type { Accesses } from '../counts.ts';
import { evaluateNest } from '../evaluate.ts';
import type { LoopMapping } from '../mapping.ts';
import { convolution, type LoopProblem, type PerTensor, TENSORS } from '../problem.ts';
import type { Convention } from '../walk.ts';
import { name, repeated, size, tensors } from './parts.ts';

/** A mapping, and what a reference says that it does. */
export interface Vector {
  /** Where it stands in its file, from 1. */
  readonly line: number;
  readonly problem: LoopProblem;
  /** DRAM, GLB and RFs with costs 200, 6, 1 and 1 of a MAC. */
  readonly architecture: Architecture;
  readonly mapping: LoopMapping;
  readonly expected: {
    /** By level and tensor that it keeps. */
    readonly counts: Readonly<Record<string, Partial<PerTensor<Accesses | undefined>>>>;
    readonly macs: number;
    readonly cycles: number;
    readonly energy: number;
  };
}

/** A value that is not the expected one; `undefined` where there is none. */
export interface VectorDifference {
  /** Where it stands: `['RF', 'weights', 'fills']`, or `['energy']`. */
  readonly path: readonly string[];
  readonly expected: number | undefined;
  readonly found: number | undefined;
}

/**
 * The vectors of a file of JSON Lines: an object per line with `seed`, `architecture`, `problem`, `mapping` (loops outermost
 * first) and the `counts`, `macs`, `cycles` and `energy` of a reference, such as Timeloop.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if a line is no vector, or its mapping is not one of its problem; if there
 * is no line.
 */
export function parseVectors(text: string, file: string): readonly Vector[] {
  const problems: Problem[] = [];
  const vectors = text.split(/\r?\n/).flatMap((one, i): Vector[] => {
    if (one.trim() === '' || problems.length >= MOST_PROBLEMS) return [];
    try {
      return [readYaml(one, file, vectorSchema, (spec) => vectorFromSpec(spec, i + 1))];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => onLine(problem, i + 1)));
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  if (vectors.length > 0) return vectors;
  const position = { line: 1, column: 1 };
  throw new InputError({ code: 'missing', path: [], allowed: 'a vector on each line', file, position });
}

const onLine = (problem: Problem, line: number): Problem => {
  return { ...problem, position: { line, column: problem.position?.column ?? 1 } };
};

/** What an evaluation of a vector has that the reference has not, or otherwise; nothing where they are equal. */
export function compareVector(vector: Vector, convention: Convention): VectorDifference[] {
  const { problem, architecture, mapping, expected } = vector;
  const found = evaluateNest(problem, architecture, mapping, { convention });
  const difference = (path: readonly string[], expected?: number, found?: number): VectorDifference[] =>
    expected === found ? [] : [{ path, expected, found }];
  return [
    ...architecture.levels.flatMap(({ name: level }) =>
      TENSORS.flatMap((tensor) =>
        ACCESSES.flatMap((key) =>
          difference(
            [level, tensor, key],
            expected.counts[level]?.[tensor]?.[key],
            found.counts[level]?.[tensor]?.[key],
          ),
        ),
      ),
    ),
    ...difference(['macs'], expected.macs, found.macs),
    ...difference(['cycles'], expected.cycles, found.cycles),
    ...difference(['energy'], expected.energy, found.energy.total),
  ];
}

const ACCESSES = ['reads', 'fills', 'updates', 'tile', 'instances'] as const satisfies (keyof Accesses)[];

const count = z.int().min(0);
const loops = z.array(z.tuple([name, size]).meta({ title: '[dimension, factor]' }));
const accesses = z.strictObject({
  reads: count,
  fills: count,
  updates: count,
  tile: count,
  instances: count,
});
const levelCounts = z.strictObject({
  weights: accesses.optional(),
  inputs: accesses.optional(),
  outputs: accesses.optional(),
});

/** The form of a line of a file of vectors. */
const vectorSchema = z.strictObject({
  seed: z.int(),
  architecture: z.strictObject({
    name,
    glbWords: z.int().min(1),
    rfWords: z.int().min(1),
    fanoutX: size,
    fanoutY: size,
  }),
  problem: z.strictObject({
    N: size,
    M: size,
    C: size,
    R: size,
    S: size,
    P: size,
    Q: size,
    strideP: size,
    strideQ: size,
    dilationR: size,
    dilationS: size,
  }),
  mapping: z.strictObject({
    keep: z.strictObject({ GLB: tensors, RF: tensors }),
    dram: loops,
    glb: loops,
    spatialX: loops,
    spatialY: loops,
    rf: loops,
  }),
  counts: z.strictObject({ RF: levelCounts.default({}), GLB: levelCounts.default({}), DRAM: levelCounts }),
  macs: count,
  cycles: count,
  energy: z.number().min(0),
});

type VectorSpec = z.output<typeof vectorSchema>;

function vectorFromSpec(spec: VectorSpec, line: number): Vector {
  const { seed, counts, macs, cycles, energy } = spec;
  const { keep, dram, glb, spatialX, spatialY, rf } = spec.mapping;
  const problem = convolution(`vector ${seed}`, spec.problem);
  const architecture = architectureOf(spec.architecture);
  const mapping: LoopMapping = {
    levels: [
      { name: 'DRAM', keep: TENSORS, temporal: dram },
      { name: 'GLB', keep: keep.GLB, temporal: glb, spatialX, spatialY },
      { name: 'RF', keep: keep.RF, temporal: rf },
    ],
  };
  const problems = (['GLB', 'RF'] as const).flatMap((level) =>
    repeated(keep[level], ['mapping', 'keep', level]),
  );
  if (problems.length > 0) throw new InputError(...problems);
  try {
    checkMapping(problem, architecture, mapping, 'perfect');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((one) => ({ ...one, path: pathInVector(one.path) })));
  }
  return { line, problem, architecture, mapping, expected: { counts, macs, cycles, energy } };
}

function architectureOf({ name, glbWords, rfWords, fanoutX, fanoutY }: VectorSpec['architecture']) {
  const level = (name: string, cost: number) => {
    return { name, holds: TENSORS, doubleBuffered: false, energy: { read: cost, fill: cost, update: cost } };
  };
  const fanout = { x: fanoutX, y: fanoutY, energy: 0 };
  return {
    name,
    wordBits: 16,
    levels: [
      level('DRAM', 200),
      { ...level('GLB', 6), capacity: glbWords, fanout },
      { ...level('RF', 1), capacity: rfWords },
    ],
    macEnergy: 1,
  };
}

/** Where a line has what a path in its mapping leads to. */
function pathInVector([, level, list, ...rest]: Problem['path']): Problem['path'] {
  if (level === undefined) return ['mapping'];
  const key = list === 'temporal' ? ['dram', 'glb', 'rf'][Number(level)]! : String(list);
  return ['mapping', key, ...rest];
}
