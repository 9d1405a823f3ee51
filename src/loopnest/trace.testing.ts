/**
 * A machine that does what a mapping says, access by access, written only to check the counts against: it shares no code
 * with them. Tiles are sets of elements, and what is moved is counted where it moves.
 */

import type { Architecture } from './architecture.ts';
import type { Accesses, NestCounts } from './counts.ts';
import type { LoopMapping } from './mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';
import type { Convention } from './walk.ts';

/** How the machine runs, and what it does where a tile moves. */
export interface TraceRules {
  /** Iterations of each loop in time: `all`, or the first `two`, of which the second stands for all after it. */
  readonly walk: 'all' | 'two';
  /**
   * Words of its last tile that an instance keeps: `all` that the new tile has too, or those only where the new tile lies
   * where the last did, or `one-step` of the innermost loop that moves it further.
   */
  readonly keeps: 'all' | 'one-step';
}

export const TRACE_RULES: Readonly<Record<Convention, TraceRules>> = {
  true: { walk: 'all', keeps: 'all' },
  timeloop: { walk: 'two', keeps: 'one-step' },
};

/** Runs a mapping and counts every access. */
export function traceNest(
  problem: LoopProblem,
  { levels }: Architecture,
  mapping: LoopMapping,
  rules: TraceRules,
): NestCounts {
  const machine: Machine = { problem, loops: placeLoops(problem, mapping), innermost: levels.length };
  const accesses = levels.map((): Partial<Record<Tensor, Accesses>> => ({}));
  const network = levels.map(() => ({ weights: 0, inputs: 0, outputs: 0 }));
  for (const tensor of TENSORS) {
    const array = tensorOf(machine, tensor);
    const origin = array.lengths.map(() => 0);
    const keepers = levels.flatMap((_, i) => (mapping.levels[i]!.keep.includes(tensor) ? [i] : []));
    let fills = 0;
    keepers.forEach((level, k) => {
      const below = keepers[k + 1] ?? levels.length;
      const crossings = run(machine, tensor, level, below, rules);
      accesses[level]![tensor] = {
        reads: crossings[0]!.down,
        fills,
        updates: crossings[0]!.up,
        tile: tiles(array, points(machine, loopsFrom(machine, level)))(origin).elements.size,
        instances: points(machine, spaceAbove(machine, level)).length,
      };
      fills = crossings.at(-1)!.down;
      for (let between = level; between < below; between++) {
        const { down, up } = crossings[between + 1 - level]!;
        if (levels[between]!.fanout) network[between]![tensor] += down + up;
      }
    });
  }
  return { levels: accesses, network };
}

interface PlacedLoop {
  readonly level: number;
  readonly inSpace: boolean;
  /** Position of the loop's dimension in the problem's list. */
  readonly dimension: number;
  readonly factor: number;
  /** Iterations of the dimension that one step of the loop goes forward. */
  readonly stride: number;
}

interface Machine {
  readonly problem: LoopProblem;
  /** Outermost first. */
  readonly loops: readonly PlacedLoop[];
  /** The number that MACs have as a level. */
  readonly innermost: number;
}

/** Words that pass into instances of a level (or the MACs), and out of them. */
interface Crossing {
  readonly down: number;
  readonly up: number;
}

function placeLoops({ sizes }: LoopProblem, { levels }: LoopMapping): readonly PlacedLoop[] {
  const dimensions = Object.keys(sizes);
  const covered = dimensions.map(() => 1);
  return levels
    .flatMap(({ temporal, spatialX = [], spatialY = [] }, level) => [
      ...temporal.map((loop) => ({ loop, level, inSpace: false })),
      ...[...spatialX, ...spatialY].map((loop) => ({ loop, level, inSpace: true })),
    ])
    .reverse()
    .map(({ loop: [letter, factor], level, inSpace }) => {
      const dimension = dimensions.indexOf(letter);
      const stride = covered[dimension]!;
      covered[dimension]! *= factor;
      return { level, inSpace, dimension, factor, stride };
    })
    .reverse();
}

const spaceAbove = ({ loops }: Machine, level: number) =>
  loops.filter((loop) => loop.inSpace && loop.level < level);

const loopsFrom = ({ loops }: Machine, level: number) => loops.filter((loop) => loop.level >= level);

/** A point of the problem where loops stand, for how many points it stands, and the iteration of each loop. */
interface Point {
  readonly at: readonly number[];
  readonly weight: number;
  readonly iterations: readonly number[];
}

/** Where loops go, in order. */
function points(machine: Machine, loops: readonly PlacedLoop[], walk: TraceRules['walk'] = 'all'): Point[] {
  let all: Point[] = [{ at: Object.keys(machine.problem.sizes).map(() => 0), weight: 1, iterations: [] }];
  for (const { dimension, factor, stride } of loops) {
    const walked = walk === 'all' ? factor : Math.min(factor, 2);
    all = all.flatMap(({ at, weight, iterations }) =>
      Array.from({ length: walked }, (_, i) => ({
        at: at.map((index, d) => (d === dimension ? index + i * stride : index)),
        weight: walk === 'two' && i === 1 ? weight * (factor - 1) : weight,
        iterations: [...iterations, i],
      })),
    );
  }
  return all;
}

/** A tensor as an array: what each dimension adds to the position on each axis, and the number of positions. */
interface TensorArray {
  readonly coefficients: readonly (readonly number[])[];
  readonly lengths: readonly number[];
}

function tensorOf({ problem }: Machine, tensor: Tensor): TensorArray {
  const dimensions = Object.keys(problem.sizes);
  const coefficients = problem.tensors[tensor].map((axis) =>
    dimensions.map((letter) => axis.find(({ dimension }) => dimension === letter)?.coefficient ?? 0),
  );
  const last = (row: readonly number[]) =>
    row.reduce((sum, coefficient, d) => sum + coefficient * (problem.sizes[dimensions[d]!]! - 1), 0);
  return { coefficients, lengths: coefficients.map((row) => last(row) + 1) };
}

/** Where on each axis of a tensor a point of the problem has its element. */
const positionsAt = ({ coefficients }: TensorArray, at: readonly number[]): number[] =>
  coefficients.map((row) => row.reduce((sum, coefficient, d) => sum + coefficient * at[d]!, 0));

/** Elements that lie together in an instance, by their numbers in the whole tensor. */
interface Tile {
  /** The first one's position on each axis. */
  readonly from: readonly number[];
  /** The first one's number, from 1. */
  readonly name: number;
  readonly elements: ReadonlySet<number>;
}

/** All elements of the smallest box that has those that loops touch, by the position at which the loops begin. */
function tiles(array: TensorArray, inside: readonly Point[]): (from: readonly number[]) => Tile {
  const touched = inside.map(({ at }) => positionsAt(array, at));
  const most = array.lengths.map((_, axis) =>
    touched.reduce((all, positions) => Math.max(all, positions[axis]!), 0),
  );
  const made = new Map<number, Tile>();
  return (from) => {
    const name = from.reduce((number, position, axis) => number * array.lengths[axis]! + position, 0) + 1;
    const tile = made.get(name) ?? { from, name, elements: new Set(elements(from)) };
    made.set(name, tile);
    return tile;
  };

  function elements(from: readonly number[]): number[] {
    return array.lengths.reduce<number[]>(
      (all, length, axis) => {
        const along = Array.from({ length: most[axis]! + 1 }, (_, i) => from[axis]! + i);
        return all.flatMap((element) => along.map((position) => element * length + position));
      },
      [0],
    );
  }
}

/**
 * Moves a tensor between a level that keeps it and the next that does, or the MACs, over the whole run. The result counts
 * the words at the instances of each level from `above` to `below`: first those that the keeper above gives and takes,
 * last those that the one below does.
 */
function run(machine: Machine, tensor: Tensor, above: number, below: number, rules: TraceRules): Crossing[] {
  const cuts = pass(machine, tensor, above, below, rules);
  if (tensor !== 'outputs') return cuts.map(({ come }) => ({ down: come, up: 0 }));
  // Which psums are still zero shows only where all of them are walked
  const complete =
    rules.walk === 'all' ? cuts : pass(machine, tensor, above, below, { ...rules, walk: 'all' });
  return cuts.map(({ come, gone }, i) => ({ down: come - complete[i]!.zeros, up: gone }));
}

/** What passes at the instances of one level, and what they have had. */
interface Cut {
  /** For each instance of the level below that keeps the tensor, the instance of this level that it hangs from. */
  readonly parents: readonly number[];
  /** Which instances have had which elements, ever. */
  readonly had: Set<number>;
  /** Words that came from above. */
  come: number;
  /** Of these, those that the instance has never had: psums that are still zero. */
  zeros: number;
  /** Words that left. */
  gone: number;
}

function pass(
  machine: Machine,
  tensor: Tensor,
  above: number,
  below: number,
  { walk, keeps }: TraceRules,
): Cut[] {
  const array = tensorOf(machine, tensor);
  const words = array.lengths.reduce((product, length) => product * length, 1) + 1;
  const tileAt = tiles(array, points(machine, loopsFrom(machine, below)));
  const time = machine.loops.filter((loop) => !loop.inSpace && loop.level < below);
  const space = spaceAbove(machine, below);
  const instances = points(machine, space);
  const offsets = instances.map(({ at }) => positionsAt(array, at));
  const cuts = Array.from({ length: below - above + 1 }, (_, i): Cut => {
    const parents = instances.map(({ iterations }) =>
      space.reduce((id, { level, factor }, l) => (level < above + i ? id * factor + iterations[l]! : id), 0),
    );
    return { parents, had: new Set(), come: 0, zeros: 0, gone: 0 };
  });
  const held: (Tile | undefined)[] = instances.map(() => undefined);
  const oneStep = innermostStep(array, time);
  const areMacs = below === machine.innermost;

  for (const step of points(machine, time, walk)) {
    const base = positionsAt(array, step.at);
    const wanted = offsets.map((offset) => tileAt(offset.map((position, axis) => base[axis]! + position)));
    exchange(wanted, step.weight);
    if (areMacs) exchange([], step.weight);
  }
  if (!areMacs) exchange([], 1);
  return cuts;

  /** All instances at once let go of their tiles and take those that they want, or none. */
  function exchange(wanted: readonly Tile[], weight: number): void {
    const requests = cuts.map(() => new Set<number>());
    for (const i of instances.keys()) {
      const [last, tile] = [held[i], wanted[i]];
      held[i] = tile;
      const stays = last !== undefined && tile !== undefined && canKeep(last, tile);
      const come = without(tile?.elements, stays ? last.elements : undefined);
      const gone = without(last?.elements, stays ? tile.elements : undefined);
      if (come.length + gone.length === 0) continue;
      cuts.forEach((cut, c) => {
        const parent = cut.parents[i]!;
        // Instances that want the same are served by one read, and those that give the same are added on the way
        const request = (parent * words + (last?.name ?? 0)) * words + (tile?.name ?? 0);
        if (requests[c]!.has(request)) return;
        requests[c]!.add(request);
        cut.come += come.length * weight;
        cut.gone += gone.length * weight;
        for (const element of come) {
          const psum = parent * words + element;
          if (!cut.had.has(psum)) cut.zeros++;
          cut.had.add(psum);
        }
      });
    }
  }

  function canKeep(last: Tile, next: Tile): boolean {
    const way = next.from.map((from, axis) => from - last.from[axis]!);
    return (
      keeps === 'all' ||
      way.every((distance) => distance === 0) ||
      way.every((distance, axis) => distance === oneStep[axis])
    );
  }
}

/** How far the innermost loop that moves a tensor's tile moves it along each axis. */
function innermostStep({ coefficients }: TensorArray, time: readonly PlacedLoop[]): readonly number[] {
  const steps = time.map(({ dimension, stride }) => coefficients.map((row) => row[dimension]! * stride));
  return steps.findLast((step, l) => time[l]!.factor > 1 && step.some((distance) => distance !== 0)) ?? [];
}

const without = (some?: ReadonlySet<number>, others?: ReadonlySet<number>): readonly number[] =>
  [...(some ?? [])].filter((element) => !others?.has(element));
