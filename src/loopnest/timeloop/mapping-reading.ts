import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../../layer/layer.ts';
import { type Architecture, type MemoryLevel, ownCapacity } from '../architecture.ts';
import { checkMapping } from '../check-mapping.ts';
import { type LevelMapping, type Loop, type LoopMapping, product, spatialLoops } from '../mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from '../problem.ts';
import { factorsIn, permutationIn } from './loop-text.ts';
import { levelNamed, tensorNamed } from './targets.ts';
import { type DataSpaceNames, ofEach, readPart, refuse, USUAL_NAMES } from './timeloop-file.ts';

/** What a file of Timeloop says of a mapping. */
export interface MappingReading {
  readonly mapping: LoopMapping;
  /** How something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * The mapping in a file of Timeloop: a list of directives, at most one of each kind for each level.
 *
 * - `temporal` and `spatial` give factors, 1 where nothing is said, and a permutation, innermost first; dimensions that it
 *   leaves out run outside, in the order of the problem. The first `split` dimensions of a spatial one go to X, the rest to
 *   Y; without `split` all go to X. Spatial loops stand at the level above their fan-out.
 * - `bypass` (or `datatype`) says what a level bypasses; it keeps all else that it can hold.
 *
 * @param file the file's name, for messages
 * @param names what the file calls the tensors; default: as Timeloop's own files do
 * @throws InputError with file, line and column, if it is not a mapping of this problem onto this architecture, or if it has
 * anything that the model does not cover: factors with a remainder, skews, multicast or reuse switched off.
 */
export function readTimeloopMapping(
  text: string,
  file: string,
  problem: LoopProblem,
  architecture: Architecture,
  names: DataSpaceNames = USUAL_NAMES,
): MappingReading {
  return readPart({ file, text }, mappingFileSchema, ({ mapping: directives }) => {
    const targets = ofEach(directives, ({ target }, i) =>
      levelNamed(target, architecture.levels, ['mapping', i, 'target']),
    );
    refuse(repeatedProblems(directives, targets, architecture));
    const notes: string[] = [];
    const parts = ofEach(directives, (directive, i) => {
      const path = ['mapping', i];
      if (directive.type === 'bypass' || directive.type === 'datatype') {
        return bypassIn(directive, names, path);
      }
      const loops = loopsIn(directive, problem, path);
      if (loops.unordered.length > 1 || (loops.unordered.length > 0 && loops.all.length > 1)) {
        const { name } = architecture.levels[targets[i]!]!;
        notes.push(
          `${directive.type} loops of ${name} that its permutation leaves out are taken to run outside: ${loops.unordered.join(', ')}`,
        );
      }
      return loops;
    });
    const mapping: LoopMapping = {
      levels: architecture.levels.map((level, i) =>
        levelMapping(
          level,
          parts.filter((_, j) => targets[j] === i),
        ),
      ),
    };
    refuse(keepProblems(directives, targets, mapping, architecture, names));
    refuse(factorProblems(problem, mapping));
    underMapping(() => checkMapping(problem, architecture, mapping, 'perfect'));
    return { mapping, notes };
  });
}

const word = z.string().min(1);
const texts = z.union([z.string(), z.array(word)]);
const list = z.array(word).nullish();
/** What switches something off that the model always does. */
const none = z.array(word).max(0).meta({ title: 'none, as the model has it always' }).nullish();

const target = z.union([word, z.int().min(0)]).meta({ title: 'the name of a memory' });
const loops = {
  target,
  factors: texts.meta({ title: 'factors such as C16 M8' }).nullish(),
  permutation: texts.meta({ title: 'dimensions such as MCRS, innermost first' }).nullish(),
};
const temporal = z.strictObject({
  ...loops,
  type: z.literal('temporal'),
  no_temporal_reuse: none,
  rmw_on_first_writeback: none,
});
const spatial = z.strictObject({
  ...loops,
  type: z.literal('spatial'),
  split: z.int().min(0).max(LARGEST_SIZE).nullish(),
  /** Tensors that PEs do not pass on to each other, which they never do in the model. */
  no_link_transfer: list,
  no_multicast_no_reduction: none,
});
const bypass = { target, keep: list, bypass: list, passthrough: none };

const directive = z.discriminatedUnion('type', [
  temporal,
  spatial,
  z.strictObject({ ...bypass, type: z.literal('bypass') }),
  z.strictObject({ ...bypass, type: z.literal('datatype') }),
]);

type Directive = z.output<typeof directive>;
type LoopDirective = Extract<Directive, { type: 'temporal' | 'spatial' }>;
type BypassDirective = Exclude<Directive, LoopDirective>;

/** The form of a file with a mapping. */
const mappingFileSchema = z.looseObject({
  mapping: z.array(directive).max(1000).meta({ title: 'a list of directives, each with target and type' }),
});

function repeatedProblems(
  directives: readonly Directive[],
  targets: readonly number[],
  { levels }: Architecture,
): Problem[] {
  const seen = new Set<string>();
  return directives.flatMap(({ type }, i): Problem[] => {
    const kind = `${type} ${targets[i]}`;
    if (seen.has(kind) && (type === 'temporal' || type === 'spatial')) {
      const allowed = `one ${type} directive for ${levels[targets[i]!]!.name}`;
      return [{ code: 'not-allowed', path: ['mapping', i, 'type'], found: type, allowed }];
    }
    seen.add(kind);
    return [];
  });
}

/** The loops of a directive, each list outermost first. */
interface LoopPart {
  readonly type: 'temporal' | 'spatial';
  readonly all: readonly Loop[];
  /** Those along the X axis, where they are spatial. */
  readonly x: readonly Loop[];
  readonly y: readonly Loop[];
  /** Dimensions with a loop that the permutation leaves out. */
  readonly unordered: readonly string[];
}

function loopsIn(directive: LoopDirective, { sizes }: LoopProblem, path: Problem['path']): LoopPart {
  const { type, factors: factorText, permutation } = directive;
  const factors = factorsIn(factorText ?? '', sizes, [...path, 'factors']);
  const order = permutationIn(permutation ?? '', sizes, [...path, 'permutation']);
  const others = Object.keys(sizes).filter((dimension) => !order.includes(dimension));
  const split = (directive.type === 'spatial' ? directive.split : undefined) ?? Infinity;
  const inwards = [...order, ...others].map((dimension, place) => {
    return { loop: [dimension, factors.get(dimension) ?? 1] as const, isX: place < split };
  });
  const outwards = inwards.filter(({ loop: [, factor] }) => factor > 1).toReversed();
  const along = (isX: boolean) => outwards.filter((one) => one.isX === isX).map(({ loop }) => loop);
  const all = outwards.map(({ loop }) => loop);
  const unordered = all.flatMap(([dimension]) => (others.includes(dimension) ? [dimension] : []));
  return { type, all, x: along(true), y: along(false), unordered };
}

/** What a directive says to keep and to bypass. */
interface BypassPart {
  readonly type: 'bypass';
  readonly keep: ReadonlySet<Tensor>;
  readonly bypass: ReadonlySet<Tensor>;
}

function bypassIn(
  { keep, bypass }: BypassDirective,
  names: DataSpaceNames,
  path: Problem['path'],
): BypassPart {
  const tensorsIn = (key: 'keep' | 'bypass', list: readonly string[]) =>
    new Set(ofEach(list, (name, i) => tensorNamed(name, names, [...path, key, i])));
  return { type: 'bypass', keep: tensorsIn('keep', keep ?? []), bypass: tensorsIn('bypass', bypass ?? []) };
}

function levelMapping(level: MemoryLevel, parts: readonly (LoopPart | BypassPart)[]): LevelMapping {
  const { name, fanout } = level;
  const loopsOf = (type: LoopPart['type']) => parts.find((part): part is LoopPart => part.type === type);
  const said = (key: 'keep' | 'bypass', tensor: Tensor) =>
    parts.some((part) => part.type === 'bypass' && part[key].has(tensor));
  const keep = TENSORS.filter(
    (tensor) => said('keep', tensor) || (canHold(level, tensor) && !said('bypass', tensor)),
  );
  const spatial = loopsOf('spatial');
  const { x = [], y = [] } = spatial ?? {};
  return {
    name,
    keep,
    temporal: loopsOf('temporal')?.all ?? [],
    ...(fanout || (spatial && spatial.all.length > 0) ? { spatialX: x, spatialY: y } : {}),
  };
}

const canHold = (level: MemoryLevel, tensor: Tensor): boolean =>
  level.holds.includes(tensor) && ownCapacity(level, tensor) !== 0;

/** Problems of what directives keep and bypass, and of spatial ones without a fan-out, each where it stands. */
function keepProblems(
  directives: readonly Directive[],
  targets: readonly number[],
  mapping: LoopMapping,
  { levels }: Architecture,
  names: DataSpaceNames,
): Problem[] {
  return directives.flatMap((one, i): Problem[] => {
    const target = targets[i]!;
    const level = levels[target]!;
    const problem = (path: Problem['path'], found: unknown, allowed: string): Problem => {
      return { code: 'not-allowed', path: ['mapping', i, ...path], found, allowed };
    };
    if (one.type === 'temporal') return [];
    if (one.type === 'spatial') {
      if (level.fanout || product(spatialLoops(mapping.levels[target]!)) === 1) return [];
      return [
        problem(['factors'], one.factors, `no factors above 1, as ${level.name} has no fan-out below it`),
      ];
    }
    return [
      ...(one.keep ?? []).flatMap((name, k) => {
        if (canHold(level, names.get(name)!)) return [];
        return [
          problem(['keep', k], name, `what ${level.name} can hold: ${level.holds.join(', ') || 'nothing'}`),
        ];
      }),
      ...(one.bypass ?? []).flatMap((name, k) => {
        const tensor = names.get(name)!;
        const isKept = mapping.levels[target]!.keep.includes(tensor);
        if (target > 0 && !isKept) return [];
        const allowed =
          target > 0 ? 'what the level does not keep' : `nothing at ${level.name}, which keeps everything`;
        return [problem(['bypass', k], name, allowed)];
      }),
    ];
  });
}

function factorProblems({ sizes }: LoopProblem, { levels }: LoopMapping): Problem[] {
  const loops = levels.flatMap((level) => [...level.temporal, ...spatialLoops(level)]);
  return Object.entries(sizes).flatMap(([dimension, size]): Problem[] => {
    const found = product(loops, dimension);
    if (found === size) return [];
    const allowed = `factors of ${dimension} that multiply to ${size}`;
    return [{ code: 'not-allowed', path: ['mapping'], found: `${dimension} = ${found}`, allowed }];
  });
}

function underMapping(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((problem): Problem => ({ ...problem, path: ['mapping'] })));
  }
}
