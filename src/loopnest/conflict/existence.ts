import type { Architecture } from '../architecture.ts';
import type { Factors } from '../check-mapping.ts';
import type { Constraints } from '../constraints.ts';
import type { LoopProblem } from '../problem.ts';
import { type Dimension, dimensionsOf } from './dimension.ts';
import { type Need, needsOf, storedWords } from './needs.ts';
import { leastSplits, type Split } from './splits.ts';

/**
 * Tells whether a problem has any mapping at all onto architectures under constraints that go with them (see
 * `checkConstraints`): one that obeys them and breaks no limit.
 *
 * Each dimension is split by itself: of its splits only those count that take least of what can run short. Then one split
 * of each dimension is sought, such that all go together. What a level need not keep, it does not.
 */
export class Existence {
  private readonly problem: LoopProblem;
  private readonly factors: Factors;
  /** The least splits of dimensions that were asked for before. */
  private readonly known = new Map<string, readonly Split[]>();

  constructor(problem: LoopProblem, factors: Factors) {
    this.problem = problem;
    this.factors = factors;
  }

  hasMapping(architecture: Architecture, constraints: Constraints): boolean {
    const needs = needsOf(architecture, constraints);
    const choices: Choice[] = [];
    for (const dimension of dimensionsOf(this.problem, architecture, constraints)) {
      const splits = this.splitsOf(dimension, needs, constraints);
      if (splits.length === 0) return false;
      const least = needs.map((_, n) => splits.reduce((min, split) => Math.min(min, split[n]!), Infinity));
      choices.push({ letter: dimension.letter, splits, least });
    }
    choices.sort((a, b) => a.splits.length - b.splits.length);
    return doGoTogether(this.problem, needs, choices);
  }

  /** The dimensions that no factors do for, whatever those of others are. */
  lettersWithoutSplit(architecture: Architecture, constraints: Constraints): readonly string[] {
    const needs = needsOf(architecture, constraints);
    return dimensionsOf(this.problem, architecture, constraints)
      .filter((dimension) => this.splitsOf(dimension, needs, constraints).length === 0)
      .map(({ letter }) => letter);
  }

  private splitsOf(dimension: Dimension, needs: readonly Need[], { axes }: Constraints): readonly Split[] {
    const { problem, factors, known } = this;
    const key = JSON.stringify([dimension, needs, axes]);
    const splits = known.get(key) ?? leastSplits({ problem, needs, factors, axes }, dimension);
    known.set(key, splits);
    return splits;
  }
}

/** The splits of a dimension, and the least that any takes of each need. */
interface Choice {
  readonly letter: string;
  readonly splits: readonly Split[];
  readonly least: Split;
}

/** Whether there is a split of each dimension such that together they take no more than there is. */
function doGoTogether(problem: LoopProblem, needs: readonly Need[], choices: readonly Choice[]): boolean {
  /** By dimension, the split that is chosen, or the least where none is yet. */
  const taken = choices.map(({ least }) => least);
  const isEnough = (need: Need, n: number): boolean => {
    switch (need.kind) {
      case 'grid':
        return taken.reduce((product, split) => product * split[n]!, 1) <= need.most;
      case 'store': {
        const sizes = new Map(choices.map(({ letter }, k) => [letter, taken[k]![n]!]));
        return storedWords(problem, need.tensors, sizes) <= need.most;
      }
      case 'order':
        return taken.reduce((loops, split) => loops + split[n]!, 0) < 2;
    }
  };
  const choose = (k: number): boolean => {
    if (!needs.every(isEnough)) return false;
    const choice = choices[k];
    if (choice === undefined) return true;
    for (const split of choice.splits) {
      taken[k] = split;
      if (choose(k + 1)) return true;
    }
    taken[k] = choice.least;
    return false;
  };
  return choose(0);
}
