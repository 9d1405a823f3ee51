import { z } from 'zod';
import { InputError } from '../../input-error.ts';
import { checked } from '../../schema.ts';
import { formatYaml, readYaml } from '../../yaml-file.ts';
import type { LevelMapping, LoopMapping } from '../mapping.ts';
import { TENSORS } from '../problem.ts';
import { MOST_LEVELS, name, repeated, size, tensors } from './parts.ts';

/**
 * The mapping that the text of a YAML or JSON file describes: a value of the field `mapping` that `rowhouse map --json`
 * prints.
 *
 * @param file the file's name, for messages
 * @param check throws an InputError, with paths from the mapping's root, if the mapping is not one of the problem at hand
 * onto the architecture at hand: see `checkMapping`
 * @throws InputError with file, line and column, if the text is not YAML or not a mapping, or as `check` does.
 */
export function parseMapping(
  text: string,
  file: string,
  check?: (mapping: LoopMapping) => void,
): LoopMapping {
  return readYaml(text, file, mappingSchema, (mapping) => checkedMapping(mapping, check));
}

/**
 * A mapping in the JSON document that `rowhouse map` or `rowhouse evaluate` prints: of the layer by that name, or of the
 * only one that has a mapping.
 *
 * @param layer name of the problem at hand
 * @throws InputError as {@link parseMapping} does, or if there is no such layer.
 */
export function parseResultMapping(
  text: string,
  file: string,
  layer: string,
  check?: (mapping: LoopMapping) => void,
): LoopMapping {
  return readYaml(text, file, resultSchema, (result) => {
    const { path, value } = mappingIn(result, layer);
    try {
      return checkedMapping(checked(mappingSchema, value), check);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(
        ...error.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })),
      );
    }
  });
}

function checkedMapping(mapping: LoopMapping, check?: (mapping: LoopMapping) => void): LoopMapping {
  const problems = mapping.levels.flatMap(({ keep }, i) => repeated(keep, ['levels', i, 'keep']));
  if (problems.length > 0) throw new InputError(...problems);
  check?.(mapping);
  return mapping;
}

/** The mapping of a layer in a result, and where it stands. */
function mappingIn({ layers, mapping }: z.output<typeof resultSchema>, layer: string) {
  if (layers === undefined) return { path: ['mapping'], value: mapping };
  const mapped = layers.filter((one) => one.mapping !== undefined);
  const found = layers.find(({ name }) => name === layer) ?? (mapped.length === 1 ? mapped[0] : undefined);
  if (found) return { path: ['layers', layers.indexOf(found), 'mapping'], value: found.mapping };
  const names = mapped.map(({ name }) => name);
  const allowed = `the mapping of a single layer, or one of ${layer}`;
  throw new InputError({ code: 'not-allowed', path: ['layers'], found: names, allowed });
}

/** A mapping as the text of a YAML file, a level to a line, which {@link parseMapping} makes the same mapping of. */
export function formatMapping({ levels }: LoopMapping): string {
  return formatYaml({ levels: levels.map(specOf) }, mappingSchema);
}

const unlessEmpty = <T>(list: readonly T[] = []) => (list.length > 0 ? list : undefined);

const specOf = ({ name, keep, temporal, spatialX, spatialY }: LevelMapping) => {
  return { name, keep, temporal, spatialX: unlessEmpty(spatialX), spatialY: unlessEmpty(spatialY) };
};

const loops = (of: string) =>
  z
    .array(z.tuple([name, size]).meta({ title: '[dimension, factor]' }))
    .default([])
    .describe(of);

/** The form of a mapping file. */
export const mappingSchema = z.strictObject({
  levels: z
    .array(
      z.strictObject({
        name: name.describe("The level's name in the architecture."),
        keep: tensors
          .default([...TENSORS])
          .describe('The tensors of which the level keeps a tile; others go round it.'),
        temporal: loops('Loops in time, each a dimension and its number of steps, outermost first.'),
        spatialX: loops('Loops in space along the X axis of the grid below the level.'),
        spatialY: loops('Loops in space along the Y axis.'),
      }),
    )
    .min(1)
    .max(MOST_LEVELS)
    .meta({
      title: `a list of 1 to ${MOST_LEVELS} levels`,
      description: 'The loops of each level, outermost level first, as in the architecture.',
    }),
}) satisfies z.ZodType<LoopMapping>;

/** Results of whole networks and of one layer, as far as mappings go. */
const resultSchema = z.looseObject({
  layers: z
    .array(z.looseObject({ name: z.unknown().optional(), mapping: z.unknown().optional() }))
    .optional(),
  mapping: z.unknown().optional(),
});
