import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { formatYaml, readYaml } from '../../yaml-file.ts';
import type { Architecture, MemoryLevel } from '../architecture.ts';
import { architectureProblems } from '../check-architecture.ts';
import { TENSORS, type Tensor } from '../problem.ts';
import { MOST_LEVELS, name, repeated, tensors } from './parts.ts';

/** The most instances of a level along one axis of a grid. */
const MOST_INSTANCES = 1_000_000;

/**
 * The architecture that the text of a YAML or JSON file describes.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or does not describe an architecture: if its
 * outermost level does not hold everything, two levels have one name, or a level has room for a tensor that it does not
 * hold.
 */
export function parseArchitecture(text: string, file: string): Architecture {
  return readYaml(text, file, architectureSchema, architectureFromSpec);
}

/** An architecture as the text of a YAML file, a level to a line, which {@link parseArchitecture} makes the same of. */
export function formatArchitecture({ name, wordBits, levels, macEnergy }: Architecture): string {
  const spec: ArchitectureSpec = { name, wordBits, levels: levels.map(specOf), mac: { energy: macEnergy } };
  return formatYaml(spec, architectureSchema);
}

const energy = z.number().min(0).max(1e12);
const words = (least: number) => z.int().min(least).max(1e12);
const wordsPerCycle = (of: string) => z.number().min(1e-6).max(1e12).optional().describe(of);
const instances = (of: string) => z.int().min(1).max(MOST_INSTANCES).default(1).describe(of);
const own = (of: string) => words(0).exactOptional().describe(of);

const level = z.strictObject({
  name: name.describe('What the level is called in mappings and results; no two have one name.'),
  energy: z
    .union([
      energy,
      z
        .strictObject({
          read: energy.describe('A word read to serve the level below, or the MACs.'),
          fill: energy.describe('A word written that comes from the level above.'),
          update: energy.describe('A psum written that comes from below.'),
        })
        .meta({ title: '{ read, fill, update }' }),
    ])
    .describe('Energy per access of one word, in any one unit: one number, or one for each kind.'),
  capacity: z
    .union([
      words(1),
      z
        .strictObject({
          weights: own('Words for weights.'),
          inputs: own('Words for inputs.'),
          outputs: own('Words for outputs.'),
        })
        .meta({ title: '{ weights, inputs, outputs }' }),
    ])
    .optional()
    .describe('Words of one instance: shared, or for each tensor its own. Default: without limit.'),
  holds: tensors
    .optional()
    .describe(
      'The tensors that it can hold. Default: all, or where capacity is for each tensor, those that it names.',
    ),
  doubleBuffered: z
    .boolean()
    .meta({ title: 'true or false' })
    .default(false)
    .describe('True where each tile needs its space twice, since the next comes while the present is used.'),
  bandwidth: z
    .strictObject({
      read: wordsPerCycle('Words per cycle that one instance can read. Default: without limit.'),
      write: wordsPerCycle('Words per cycle that one instance can write. Default: without limit.'),
    })
    .optional()
    .describe('Default: without limit.'),
  fanout: z
    .strictObject({
      x: instances('Instances along X.'),
      y: instances('Instances along Y.'),
      energy: energy
        .default(0)
        .describe('Energy of one word that the network brings to an instance below or takes from one.'),
    })
    .optional()
    .describe(
      'A grid below each instance, of instances of the next level or, below the innermost, of MACs. Default: one of them.',
    ),
});

/** The form of an architecture file. */
export const architectureSchema = z.strictObject({
  name: name.describe('What the accelerator is called in results.'),
  wordBits: z
    .int()
    .min(1)
    .max(64)
    .default(16)
    .describe('Bits of a word: of a weight, an input and a psum alike.'),
  levels: z
    .array(level)
    .min(1)
    .max(MOST_LEVELS)
    .meta({
      title: `a list of 1 to ${MOST_LEVELS} levels`,
      description: 'The memories, outermost first. The first is DRAM: one instance, which holds everything.',
    }),
  mac: z
    .strictObject({ energy: energy.describe('Energy of one multiply-accumulate (MAC).') })
    .describe('The arithmetic.'),
});

type ArchitectureSpec = z.input<typeof architectureSchema>;
type LevelSpec = z.output<typeof level>;

function architectureFromSpec({ mac, levels, ...spec }: z.output<typeof architectureSchema>): Architecture {
  const architecture = { ...spec, levels: levels.map(levelFromSpec), macEnergy: mac.energy };
  const problems = [
    ...architecture.levels.flatMap((level, i) => holdsProblems(level, ['levels', i])),
    ...architectureProblems(architecture),
  ];
  if (problems.length > 0) throw new InputError(...problems);
  return architecture;
}

function levelFromSpec({ energy, holds, ...spec }: LevelSpec): MemoryLevel {
  return {
    ...spec,
    holds: holds ?? heldBy(spec.capacity),
    energy: typeof energy === 'number' ? { read: energy, fill: energy, update: energy } : energy,
  };
}

/** The tensors that a level holds of which nothing else is said. */
const heldBy = (capacity: LevelSpec['capacity']): readonly Tensor[] =>
  typeof capacity === 'object' ? TENSORS.filter((tensor) => capacity[tensor] !== undefined) : TENSORS;

function specOf({ name, capacity, holds, doubleBuffered, bandwidth, fanout, ...level }: MemoryLevel) {
  const { read, fill, update } = level.energy;
  return {
    name,
    energy: read === fill && fill === update ? read : { read, fill, update },
    capacity,
    holds: holds.join() === heldBy(capacity).join() ? undefined : [...holds],
    doubleBuffered: doubleBuffered || undefined,
    bandwidth,
    fanout,
  };
}

function holdsProblems({ holds, capacity }: MemoryLevel, path: Problem['path']): Problem[] {
  const named = heldBy(capacity).filter((tensor) => typeof capacity === 'object' && !holds.includes(tensor));
  return [
    ...repeated(holds, [...path, 'holds']),
    ...named.map((tensor): Problem => {
      const allowed = `what the level holds: ${holds.join(', ') || 'nothing'}`;
      return { code: 'not-allowed', path: [...path, 'capacity', tensor], found: tensor, allowed };
    }),
  ];
}
