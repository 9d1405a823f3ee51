import type { Architecture } from './architecture.ts';
import type { LoopMapping } from './mapping.ts';
import { asTensorSees, type Loop, type NestLevel, nestOf, tileLengths } from './nest.ts';
import { type Axis, type LoopProblem, type PerTensor, TENSORS, type Tensor } from './problem.ts';
import { type Convention, distinctPositions, fetchedWords } from './walk.ts';

/** What all instances of a level do with one tensor over the whole run, in words. */
export interface Accesses {
  /** Words read, to serve the level below or the MACs; of psums, those that were there before. */
  readonly reads: number;
  /** Words that come from the level above; of psums, those that were made before. */
  readonly fills: number;
  /** psums that come from below. */
  readonly updates: number;
  /** Words of the tile that one instance keeps. */
  readonly tile: number;
  /** Instances that the mapping uses. */
  readonly instances: number;
}

/** The accesses of a mapping. */
export interface NestCounts {
  /** By level, outermost first, and tensor; a level has no entry for a tensor that it does not keep. */
  readonly levels: readonly Partial<PerTensor<Accesses>>[];
  /** Words over the network below each level, by tensor; 0 where there is no fan-out. */
  readonly network: readonly PerTensor<number>[];
}

/**
 * Counts the accesses of every level.
 *
 * A tensor goes from each level that keeps it to the next that does, or to the MACs. What the tile of one instance
 * fetches ({@link fetchedWords}) is received by all instances, and served once for all that are side by side and fetch the
 * same; overlapping tiles that differ share nothing. psums go up as often as tiles of them are fetched, and are added on
 * the way where instances side by side make the same ones; the first time that a psum is needed, it is neither read nor
 * brought, since it is zero.
 *
 * @param mapping one that `checkMapping` takes
 * @throws Error if the counts break an invariant, which is a fault of these formulas. Beyond 2^53 MACs counts are rounded,
 * and nothing is asserted.
 */
export function countNest(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  convention: Convention,
): NestCounts {
  const nest = nestOf(mapping);
  const perTensor = TENSORS.map((tensor) => {
    const kept = mapping.levels.map(({ keep }) => keep.includes(tensor));
    const counts = countTensor(problem, architecture, nest, tensor, kept, convention);
    assertInvariants(problem, nest, tensor, counts);
    return counts;
  });
  const byTensor = <T>(of: (counts: TensorCounts) => T) =>
    Object.fromEntries(TENSORS.map((tensor, i) => [tensor, of(perTensor[i]!)])) as PerTensor<T>;
  return {
    levels: nest.map((_, level) => {
      const entries = Object.entries(byTensor(({ accesses }) => accesses[level]));
      return Object.fromEntries(entries.filter(([, accesses]) => accesses !== undefined));
    }),
    network: nest.map((_, level) => byTensor(({ network }) => network[level]!)),
  };
}

interface TensorCounts {
  readonly accesses: readonly (Accesses | undefined)[];
  readonly network: readonly number[];
}

function countTensor(
  problem: LoopProblem,
  { levels }: Architecture,
  nest: readonly NestLevel[],
  tensor: Tensor,
  kept: readonly boolean[],
  convention: Convention,
): TensorCounts {
  const asSeen = (loop: Loop) => asTensorSees(problem, tensor, loop);
  /** Instances of a level; past the innermost, MACs. */
  const instances = (level: number) =>
    nest.slice(0, level).reduce((all, { spatial }) => spatial.reduce((n, { factor }) => n * factor, all), 1);
  /** Different tiles that the instances of a level below one instance of another work on at a time. */
  const distinct = (above: number, level: number) => {
    const loops = nest.slice(above, level).flatMap(({ spatial }) => spatial.map(asSeen));
    return problem.tensors[tensor].reduce(
      (all, _, axis) => all * distinctPositions(loops.filter((loop) => loop.axis === axis)),
      1,
    );
  };
  const lengths = (level: number) => tileLengths(problem, tensor, nest[level]?.sizes ?? new Map());
  const words = (level: number) => lengths(level).reduce((all, length) => all * length, 1);
  const fetched = (level: number) => {
    const outside = nest
      .slice(0, level)
      .toReversed()
      .flatMap(({ temporal }) => temporal);
    // A MAC takes its operands anew in every cycle
    if (level === nest.length) return outside.reduce((cycles, { factor }) => cycles * factor, 1);
    return fetchedWords(lengths(level), outside.map(asSeen), convention);
  };
  /** psums of a level that are needed for the first time, each by all instances that add to it. */
  const first = (level: number) =>
    tensor === 'outputs' ? words(0) * (instances(level) / distinct(0, level)) : 0;

  const accesses: (Accesses | undefined)[] = nest.map(() => undefined);
  const network = nest.map(() => 0);
  let below = nest.length;
  let [fetch, received] = [fetched(below), 0];
  for (let level = nest.length - 1; level >= 0; level--) {
    if (!kept[level]) continue;
    const served = instances(level) * distinct(level, below) * fetch;
    for (let between = level; between < below; between++) {
      if (levels[between]!.fanout === undefined) continue;
      const crossing = instances(between + 1) * distinct(between + 1, below) * fetch;
      network[between] = tensor === 'outputs' ? 2 * crossing - first(between + 1) : crossing;
    }
    fetch = level === 0 ? 0 : fetched(level);
    received = fetch * instances(level);
    const isOutput = tensor === 'outputs';
    accesses[level] = {
      reads: served - first(level),
      fills: level === 0 ? 0 : received - first(level),
      updates: isOutput ? served : 0,
      tile: words(level),
      instances: instances(level),
    };
    below = level;
  }
  return { accesses, network };
}

/** What must be, however words are counted. */
function assertInvariants(
  { name, tensors }: LoopProblem,
  nest: readonly NestLevel[],
  tensor: Tensor,
  { accesses, network }: TensorCounts,
): void {
  const hold = (condition: boolean, statement: string) => {
    if (condition) return;
    const loops = nest.map(({ temporal, spatial }) => ({ temporal, spatial }));
    throw new Error(`${tensor} of ${name}: ${statement} (${JSON.stringify({ loops, accesses, network })})`);
  };
  const { sizes } = nest[0]!;
  const macs = [...sizes.values()].reduce((all, size) => all * size, 1);
  if (macs > Number.MAX_SAFE_INTEGER) return;

  const dram = accesses[0]!;
  const keeper = accesses.findLastIndex((one) => one !== undefined);
  const served = tensor === 'outputs' ? accesses[keeper]!.updates : accesses[keeper]!.reads;
  /** MACs side by side below an instance of the innermost level that keeps the tensor. */
  const units = nest
    .slice(keeper)
    .reduce((all, { spatial }) => spatial.reduce((n, { factor }) => n * factor, all), 1);
  hold(served <= macs && macs <= served * units, 'each MAC has one word, its own or shared with others');
  if (tensor === 'outputs') {
    hold(dram.updates - dram.reads === dram.tile, 'each psum but the first of a word is read again');
  } else {
    // Sums of two dimensions have no fewer values than this
    const least = (axis: Axis) =>
      axis.reduce((positions, { dimension }) => positions + (sizes.get(dimension) ?? 1) - 1, 1);
    const used = tensors[tensor].reduce((words, axis) => words * least(axis), 1);
    hold(dram.reads >= used, 'every word that a MAC uses is read from DRAM');
  }
  const words = accesses.flatMap((one) => (one ? [one.reads, one.fills, one.updates] : []));
  hold(Math.min(...words, ...network) >= 0, 'nothing is negative');
}
