import { InputError, type Problem } from '../input-error.ts';
import { type Architecture, ownCapacity } from './architecture.ts';
import { checkMapping } from './check-mapping.ts';
import { type LevelMapping, type Loop, type LoopMapping, product } from './mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';

/** Where loops stand at a level: in time, or in space along an axis of the grid below it. */
export const LOOP_KINDS = ['temporal', 'spatialX', 'spatialY'] as const;
export type LoopKind = (typeof LOOP_KINDS)[number];

/** Where one loop stands in the {@link normalForm} of a mapping. */
export interface LoopAddress {
  /** Index of its level, outermost first. */
  readonly level: number;
  readonly kind: LoopKind;
  /** Index among the loops of that kind at the level, outermost first. */
  readonly at: number;
}

/** A level in normal form: both lists of loops in space are there. */
export interface NormalLevel extends LevelMapping {
  readonly spatialX: readonly Loop[];
  readonly spatialY: readonly Loop[];
}

/** A mapping in normal form. */
export interface NormalMapping extends LoopMapping {
  readonly levels: readonly NormalLevel[];
}

/**
 * A mapping as edits see it: without loops of one step, tensors in their order, lists of loops in space also where they are
 * empty. It costs what the mapping costs.
 */
export const normalForm = ({ levels }: LoopMapping): NormalMapping => ({
  levels: levels.map(({ name, keep, temporal, spatialX, spatialY }) => ({
    name,
    keep: TENSORS.filter((tensor) => keep.includes(tensor)),
    temporal: looped(temporal),
    spatialX: looped(spatialX),
    spatialY: looped(spatialY),
  })),
});

const looped = (loops: readonly Loop[] = []): readonly Loop[] => loops.filter(([, factor]) => factor > 1);

/** The parts of a loop that {@link splitLoop} can move: the divisors of its factor from 2, the factor itself last. */
export function partsOf(factor: number): readonly number[] {
  const [small, large]: [number[], number[]] = [[], [factor]];
  for (let part = 2; part * part <= factor; part++) {
    if (factor % part > 0) continue;
    small.push(part);
    if (part * part < factor) large.push(factor / part);
  }
  return [...small, ...large.toReversed()];
}

/**
 * Moves a loop: to another place in the order of its level, to another level, into space or out of it. `to` is where it then
 * stands. If the list there has a loop over the same dimension, the two become one, which stands where that loop stood,
 * whatever `to.at` says, and has the product of their factors; or less, where the factors came to more than the size of the
 * dimension, and no longer have to.
 *
 * The factors of each dimension remain what `checkMapping` takes. Limits may break: `evaluateNest` says so.
 *
 * @param from in the normal form of the mapping, which is what is returned, changed
 * @throws InputError if the mapping is not one of the problem onto the architecture, if there is no loop at `from` and no
 * such place as `to`, or if it is in space where there is no grid.
 */
export const moveLoop = (
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  from: LoopAddress,
  to: LoopAddress,
): NormalMapping => moved(problem, architecture, mapping, from, undefined, to);

/**
 * Moves a part of a loop to another list of loops as {@link moveLoop} does, where the rest stays: 4 of 12 steps leave 3. The
 * whole factor moves the loop. Within one list, a dimension needs no second loop, so that a part cannot move there.
 *
 * @throws InputError as {@link moveLoop} does, or if `factor` is not one of {@link partsOf} the loop's.
 */
export const splitLoop = (
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  from: LoopAddress,
  factor: number,
  to: LoopAddress,
): NormalMapping => moved(problem, architecture, mapping, from, factor, to);

function moved(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  from: LoopAddress,
  part: number | undefined,
  to: LoopAddress,
): NormalMapping {
  const normal = editable(problem, architecture, mapping);
  const [dimension, whole] = loopAt(normal, from);
  const factor = part ?? whole;
  if (!Number.isInteger(factor) || factor < 2 || whole % factor > 0) {
    const allowed = `a factor from 2 that divides the ${whole} steps of the loop over ${dimension}`;
    throw new InputError({ code: 'not-allowed', path: ['factor'], found: part, allowed });
  }
  const isWithin = from.level === to.level && from.kind === to.kind;
  if (isWithin && factor < whole) {
    const allowed = `another level, or another of ${LOOP_KINDS.join(', ')}: one loop has all steps over ${dimension} here`;
    throw new InputError({ code: 'not-allowed', path: ['to'], found: to, allowed });
  }
  const left: readonly Loop[] = factor < whole ? [[dimension, whole / factor]] : [];
  const without = withLoops(normal, from, (loops) => loops.toSpliced(from.at, 1, ...left));
  const there = listAt(architecture, without, to);
  const same = there.findIndex(([over]) => over === dimension);
  if (same < 0 && !(Number.isInteger(to.at) && to.at >= 0 && to.at <= there.length)) {
    throw new InputError({
      code: 'out-of-range',
      path: ['to', 'at'],
      found: to.at,
      allowed: `0 to ${there.length}`,
    });
  }
  return withLoops(without, to, (loops) =>
    same < 0
      ? loops.toSpliced(to.at, 0, [dimension, factor])
      : loops.with(same, [dimension, joined(problem, without, dimension, loops[same]![1], factor)]),
  );
}

/** The factor of a loop that another joins which stands nowhere else: no larger than the size of the dimension needs. */
function joined(
  { sizes }: LoopProblem,
  { levels }: NormalMapping,
  dimension: string,
  there: number,
  factor: number,
): number {
  const lists = levels.flatMap(({ temporal, spatialX, spatialY }) => [temporal, spatialX, spatialY]);
  const all = product(lists.flat(), dimension);
  return Math.min(there * factor, Math.ceil(sizes[dimension]! / (all / there)));
}

/**
 * Lets a level keep a tile of a tensor, or lets the tensor go round it.
 *
 * @throws InputError if the mapping is not one of the problem onto the architecture, if there is no such level or tensor,
 * for the outermost level, which keeps all, and for a tensor that the level cannot hold.
 */
export function setKeep(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  level: number,
  tensor: Tensor,
  kept: boolean,
): NormalMapping {
  const normal = editable(problem, architecture, mapping);
  checkLevel(normal, level, ['level']);
  const { name, keep } = normal.levels[level]!;
  if (!TENSORS.includes(tensor)) {
    const allowed = TENSORS.join(', ');
    throw new InputError({ code: 'not-allowed', path: ['tensor'], found: tensor, allowed });
  }
  const could = keepable(architecture, level);
  if (kept && !could.includes(tensor)) {
    const allowed = `what ${name} can hold: ${could.join(', ') || 'nothing'}`;
    throw new InputError({ code: 'not-allowed', path: ['tensor'], found: tensor, allowed });
  }
  if (!kept && level === 0) {
    const allowed = `a level below ${name}: the outermost keeps all tensors`;
    throw new InputError({ code: 'not-allowed', path: ['level'], found: level, allowed });
  }
  const others = keep.filter((one) => one !== tensor);
  return withLevel(normal, level, {
    keep: kept ? TENSORS.filter((one) => one === tensor || others.includes(one)) : others,
  });
}

/** The tensors of which a level can keep a tile. */
export function keepable({ levels }: Architecture, level: number): readonly Tensor[] {
  const memory = levels[level]!;
  return TENSORS.filter((tensor) => memory.holds.includes(tensor) && ownCapacity(memory, tensor) !== 0);
}

/** A place to which a loop may move. */
export interface LoopPlace {
  /** Where the loop then stands. */
  readonly to: LoopAddress;
  /** Name of the level. */
  readonly level: string;
  /** Where at the level, for a menu: `in time, inside the loop over C`. */
  readonly label: string;
  /** Steps of a loop over the same dimension that it joins there. */
  readonly joins: number | undefined;
  /** False where only the loop as a whole may move, since it stands in the same list already. */
  readonly splits: boolean;
}

/**
 * The places to which {@link moveLoop} may move a loop, outermost first: every place in the order of loops in time, one along
 * each axis of a grid, where order does not matter, and one where a loop over the same dimension stands. Its own is none.
 *
 * @throws InputError as {@link moveLoop} does for `from`.
 */
export function placesFor(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  from: LoopAddress,
): readonly LoopPlace[] {
  const normal = editable(problem, architecture, mapping);
  const [dimension] = loopAt(normal, from);
  const without = withLoops(normal, from, (loops) => loops.toSpliced(from.at, 1));
  return without.levels.flatMap(({ name }, level) =>
    LOOP_KINDS.flatMap((kind): LoopPlace[] => {
      const grid = architecture.levels[level]!.fanout;
      if (kind !== 'temporal' && grid === undefined) return [];
      const loops = without.levels[level]![kind];
      const splits = level !== from.level || kind !== from.kind;
      const place = (at: number, where: string, joins?: number) => {
        const to = { level, kind, at };
        return { to, level: name, label: `${kindLabel(architecture, to, loops)}${where}`, joins, splits };
      };
      const same = loops.findIndex(([over]) => over === dimension);
      if (same >= 0) {
        const [, factor] = loops[same]!;
        return [place(same, `, with the ${factor} steps over ${dimension} there`, factor)];
      }
      if (kind !== 'temporal') return splits ? [place(loops.length, '')] : [];
      const all = Array.from({ length: loops.length + 1 }, (_, at) => place(at, orderLabel(loops, at)));
      return splits ? all : all.filter(({ to }) => to.at !== from.at);
    }),
  );
}

function kindLabel({ levels }: Architecture, { level, kind }: LoopAddress, loops: readonly Loop[]): string {
  const { x = 1, y = 1 } = levels[level]!.fanout ?? {};
  if (kind === 'temporal') return 'in time';
  const [axis, width] = kind === 'spatialX' ? ['X', x] : ['Y', y];
  return `in space along ${axis}, ${product(loops)} of ${width} in use`;
}

function orderLabel(loops: readonly Loop[], at: number): string {
  if (loops.length === 0) return '';
  if (at === 0) return ', outermost';
  const inside = `inside the loop over ${loops[at - 1]![0]}`;
  return at === loops.length ? `, innermost, ${inside}` : `, ${inside}`;
}

/** The normal form of a mapping that can be changed. */
function editable(problem: LoopProblem, architecture: Architecture, mapping: LoopMapping): NormalMapping {
  checkMapping(problem, architecture, mapping, 'imperfect');
  return normalForm(mapping);
}

function checkLevel({ levels }: NormalMapping, level: number, path: Problem['path']): void {
  if (levels[level] !== undefined) return;
  throw new InputError({ code: 'out-of-range', path, found: level, allowed: `0 to ${levels.length - 1}` });
}

/** The loops among which an address lies. */
function listAt(
  { levels }: Architecture,
  mapping: NormalMapping,
  { level, kind }: LoopAddress,
): readonly Loop[] {
  checkLevel(mapping, level, ['to', 'level']);
  if (!LOOP_KINDS.includes(kind)) {
    const allowed = LOOP_KINDS.join(', ');
    throw new InputError({ code: 'not-allowed', path: ['to', 'kind'], found: kind, allowed });
  }
  const { name, fanout } = levels[level]!;
  if (kind !== 'temporal' && fanout === undefined) {
    const allowed = `temporal, as ${name} has no grid below it`;
    throw new InputError({ code: 'not-allowed', path: ['to', 'kind'], found: kind, allowed });
  }
  return mapping.levels[level]![kind];
}

function loopAt({ levels }: NormalMapping, from: LoopAddress): Loop {
  const loop = LOOP_KINDS.includes(from.kind) ? levels[from.level]?.[from.kind][from.at] : undefined;
  if (loop) return loop;
  throw new InputError({ code: 'not-allowed', path: ['from'], found: from, allowed: 'where a loop stands' });
}

const withLoops = (
  mapping: NormalMapping,
  { level, kind }: LoopAddress,
  change: (loops: readonly Loop[]) => readonly Loop[],
): NormalMapping => withLevel(mapping, level, { [kind]: change(mapping.levels[level]![kind]) });

const withLevel = (
  { levels }: NormalMapping,
  level: number,
  change: Partial<NormalLevel>,
): NormalMapping => ({
  levels: levels.with(level, { ...levels[level]!, ...change }),
});
