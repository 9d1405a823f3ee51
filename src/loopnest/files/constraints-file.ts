import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { stemOf } from '../../layer/neighbours/reading.ts';
import { formatYaml, readYaml } from '../../yaml-file.ts';
import type { Constraints, LevelRules, LoopRules, TemporalRules } from '../constraints.ts';
import type { Tensor } from '../problem.ts';
import { byName, name, repeated, size, tensors } from './parts.ts';

/**
 * The constraints that the text of a YAML or JSON file describes.
 *
 * @param file the file's name, for messages; without folder and ending, that of constraints without a name
 * @param check throws an InputError, with paths from the root of the constraints, if they do not go with the architecture
 * and the problem at hand: see `checkConstraints`
 * @throws InputError with file, line and column, if the text is not YAML or not constraints, if a tensor stands in two
 * lists of a level or a dimension twice in one, if no factor is as large as the least and as small as the most, or as
 * `check` does.
 */
export function parseConstraints(
  text: string,
  file: string,
  check?: (constraints: Constraints) => void,
): Constraints {
  return readYaml(text, file, constraintsSchema, (spec) => {
    const constraints = { ...spec, name: spec.name ?? stemOf(file) };
    const problems = Object.entries(constraints.levels).flatMap(([level, rules]) =>
      levelProblems(rules).map((one): Problem => ({ ...one, path: ['levels', level, ...one.path] })),
    );
    if (problems.length > 0) throw new InputError(...problems);
    check?.(constraints);
    return constraints;
  });
}

/** Constraints as the text of a YAML file, a level to a line, which {@link parseConstraints} makes the same of. */
export function formatConstraints({ name, source, buffers, axes, levels }: Constraints): string {
  return formatYaml({ name, source, buffers, axes, levels }, constraintsSchema);
}

const dimensions = (of: string) =>
  z.array(name).meta({ title: 'a list of dimensions' }).optional().describe(of);

const factorRule = z
  .union([
    size,
    z.literal('all'),
    z.strictObject({
      least: size.optional().describe('The smallest factor. Default: 1.'),
      most: size.optional().describe('The largest factor. Default: all.'),
    }),
  ])
  .meta({ title: 'a whole number from 1 to 1000000, all, or { least, most }' });

const loopRules = {
  only: dimensions('The dimensions that may have a loop here. Default: all.'),
  factors: byName(factorRule, 'factors by dimension')
    .optional()
    .describe(
      'The factor that a dimension has here: a number (1: no loop), all of its size, or { least, most }. Default: any.',
    ),
};

const levelRules = z.strictObject({
  keep: tensors.optional().describe('Tensors that the level must keep.'),
  bypass: tensors.optional().describe('Tensors that must go round the level.'),
  free: tensors.optional().describe('Tensors that the search may keep or not.'),
  temporal: z
    .strictObject({
      ...loopRules,
      innermost: dimensions(
        'Loops that run inside all others of the level, among themselves in any order. Default: none.',
      ),
      order: dimensions('The order of these loops among each other, outermost first. Default: any.'),
    })
    .optional()
    .describe('Loops in time.'),
  spatialX: z
    .strictObject(loopRules)
    .optional()
    .describe('Loops in space along the X axis of the grid below the level.'),
  spatialY: z.strictObject(loopRules).optional().describe('Loops in space along the Y axis.'),
});

/** The form of a constraints file. */
export const constraintsSchema = z.strictObject({
  name: name.optional().describe("What the constraints are called in results. Default: the file's name."),
  source: name.optional().describe('Where the rules are from.'),
  buffers: z
    .enum(['kept', 'free'] satisfies Constraints['buffers'][])
    .default('kept')
    .describe(
      'Tensors of which levels says nothing: kept by every level that can hold them, or free for the search to decide.',
    ),
  axes: z
    .enum(['one', 'both'] satisfies Constraints['axes'][])
    .default('one')
    .describe('Whether a dimension may be unrolled along one axis of a grid only, or along both.'),
  levels: byName(levelRules, 'rules by level')
    .default({})
    .describe("Rules by a level's name. Default: none."),
}) satisfies z.ZodType<Omit<Constraints, 'name'>>;

function levelProblems({ keep = [], bypass = [], free = [], ...rules }: LevelRules): Problem[] {
  return [
    ...Object.entries({ keep, bypass, free }).flatMap(([key, list]) => repeated(list, [key])),
    ...twiceRuled('bypass', bypass, { keep }),
    ...twiceRuled('free', free, { keep, bypass }),
    ...(['temporal', 'spatialX', 'spatialY'] as const).flatMap((place) =>
      loopProblems(rules[place] ?? {}).map((one): Problem => ({ ...one, path: [place, ...one.path] })),
    ),
  ];
}

/** A problem for each tensor of a list that stands in another. */
function twiceRuled(
  key: string,
  list: readonly Tensor[],
  others: Readonly<Record<string, readonly Tensor[]>>,
): Problem[] {
  return list.flatMap((found, i): Problem[] => {
    const other = Object.keys(others).find((one) => others[one]!.includes(found));
    if (other === undefined) return [];
    return [{ code: 'not-allowed', path: [key, i], found, allowed: `what is not in ${other} already` }];
  });
}

function loopProblems({ only, factors = {}, innermost, order }: LoopRules & TemporalRules): Problem[] {
  return [
    ...Object.entries({ only, innermost, order }).flatMap(([key, list]) => repeated(list, [key])),
    ...Object.entries(factors).flatMap(([dimension, rule]): Problem[] => {
      if (typeof rule !== 'object') return [];
      const { least = 1, most = Infinity } = rule;
      if (least <= most) return [];
      const allowed = `at least the ${least} of least`;
      return [{ code: 'not-allowed', path: ['factors', dimension, 'most'], found: most, allowed }];
    }),
  ];
}
