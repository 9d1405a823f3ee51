import { type Architecture, macUnits } from './architecture.ts';
import { checkArchitecture } from './check-architecture.ts';
import { checkMapping, type Factors } from './check-mapping.ts';
import { type Accesses, countNest } from './counts.ts';
import { type BrokenNestLimit, brokenNestLimits } from './limits.ts';
import { type LoopMapping, product, spatialLoops } from './mapping.ts';
import { type LoopProblem, macsOf, type PerTensor, TENSORS } from './problem.ts';
import type { Convention } from './walk.ts';

/** Energy of a mapping, in the unit of the architecture. */
export interface NestEnergy {
  readonly total: number;
  /** Per multiply-accumulate of the problem. */
  readonly perMac: number;
  /** By level's name, outermost first; `GLB network` is what lies below GLB, and `MAC` the arithmetic. */
  readonly byLevel: Readonly<Record<string, number>>;
  /** Of moving and keeping each tensor, without the arithmetic. */
  readonly byTensor: PerTensor<number>;
}

/** What one mapping of a problem onto an architecture does and costs. */
export interface NestEvaluation {
  readonly convention: Convention;
  /** Multiply-accumulates of the problem. */
  readonly macs: number;
  /** Cycles that the slowest of MACs and memories takes. */
  readonly cycles: number;
  /** What takes them: `MAC`, or the name of the level whose bandwidth does. */
  readonly slowest: string;
  /**
   * Cycles that each takes by itself: `MAC`, a step of the loops in time in each; then by level's name, outermost first,
   * what its busiest port takes, 0 where bandwidth is no limit.
   */
  readonly cyclesByLevel: Readonly<Record<string, number>>;
  /**
   * Share of the architecture's MACs times cycles that does the problem's work, from 0 to 1: also 1 where a mapping that
   * breaks a fan-out would need more MACs than there are.
   */
  readonly utilization: number;
  readonly energy: NestEnergy;
  /** By level's name, outermost first, and tensor that it keeps. */
  readonly counts: Readonly<Record<string, Partial<PerTensor<Accesses>>>>;
  /** Words over the network below each level that has one, by its name. */
  readonly network: Readonly<Record<string, PerTensor<number>>>;
  /** Limits that the mapping breaks; none if it is valid. What it costs is told anyway. */
  readonly broken: readonly BrokenNestLimit[];
  /** Sizes of dimensions to which imperfect factors come, where larger than the problem's. */
  readonly padded: Readonly<Record<string, number>>;
}

export interface EvaluateOptions {
  /** Default: `true`. */
  readonly convention?: Convention | undefined;
  /** `imperfect` lets the factors of a dimension come to more than its size: default `perfect`. */
  readonly factors?: Factors | undefined;
}

/**
 * What a mapping does and costs.
 *
 * With imperfect factors the padding is computed and moved like all else: counts are those of a problem of the padded
 * sizes, while `macs`, `perMac` and `utilization` reckon with the problem's own.
 *
 * @throws InputError if the architecture cannot be reckoned with ({@link checkArchitecture}), or if the mapping is not one of
 * this problem onto it ({@link checkMapping}). One that is too large for the architecture is evaluated, and `broken` says so.
 */
export function evaluateNest(
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  { convention = 'true', factors = 'perfect' }: EvaluateOptions = {},
): NestEvaluation {
  checkArchitecture(architecture);
  checkMapping(problem, architecture, mapping, factors);
  const whole = paddedProblem(problem, mapping);
  const { levels, macEnergy } = architecture;
  const counts = countNest(whole, architecture, mapping, convention);
  const macs = macsOf(problem);
  const busy = cyclesOf(architecture, mapping, counts.levels);
  // Of several that take as long, the first
  const [slowest, cycles] = busy.reduce((most, one) => (one[1] > most[1] ? one : most));

  const energyOf = (level: number, accesses: Accesses) => {
    const { read, fill, update } = levels[level]!.energy;
    return read * accesses.reads + fill * accesses.fills + update * accesses.updates;
  };
  const byLevel: Record<string, number> = {};
  const byTensor = { weights: 0, inputs: 0, outputs: 0 };
  levels.forEach(({ name, fanout }, i) => {
    for (const tensor of TENSORS) {
      const accesses = counts.levels[i]![tensor];
      const energy = accesses ? energyOf(i, accesses) : 0;
      byLevel[name] = (byLevel[name] ?? 0) + energy;
      byTensor[tensor] += energy;
    }
    if (fanout === undefined) return;
    for (const tensor of TENSORS) {
      const energy = fanout.energy * counts.network[i]![tensor];
      byLevel[`${name} network`] = (byLevel[`${name} network`] ?? 0) + energy;
      byTensor[tensor] += energy;
    }
  });
  byLevel.MAC = macEnergy * macsOf(whole);
  const total = Object.values(byLevel).reduce((sum, energy) => sum + energy, 0);
  return {
    convention,
    macs,
    cycles,
    slowest,
    cyclesByLevel: Object.fromEntries(busy),
    utilization: Math.min(1, macs / (cycles * macUnits(architecture))),
    energy: { total, perMac: total / macs, byLevel, byTensor },
    counts: Object.fromEntries(levels.map(({ name }, i) => [name, counts.levels[i]!])),
    network: Object.fromEntries(
      levels.flatMap(({ name, fanout }, i) => (fanout ? [[name, counts.network[i]!]] : [])),
    ),
    broken: brokenNestLimits(whole, architecture, mapping),
    padded: Object.fromEntries(
      Object.entries(whole.sizes).filter(([dimension, size]) => size > problem.sizes[dimension]!),
    ),
  };
}

/** The problem that the factors of a mapping multiply to. */
export function paddedProblem(problem: LoopProblem, { levels }: LoopMapping): LoopProblem {
  const loops = levels.flatMap((level) => [...level.temporal, ...spatialLoops(level)]);
  const sizes = Object.keys(problem.sizes).map(
    (dimension) => [dimension, product(loops, dimension)] as const,
  );
  return { ...problem, sizes: Object.fromEntries(sizes) };
}

/** A MAC takes a cycle; a level takes what its busiest port does, all instances working alike and side by side. */
function cyclesOf(
  { levels }: Architecture,
  mapping: LoopMapping,
  counts: readonly Partial<PerTensor<Accesses>>[],
): readonly (readonly [name: string, cycles: number])[] {
  const steps = mapping.levels.reduce((all, { temporal }) => all * product(temporal), 1);
  const ofLevels = levels.map(({ name, bandwidth }, i) => {
    const { read = Infinity, write = Infinity } = bandwidth ?? {};
    let [readWords, writtenWords, instances] = [0, 0, 1];
    for (const accesses of Object.values(counts[i]!)) {
      readWords += accesses.reads;
      writtenWords += accesses.fills + accesses.updates;
      instances = accesses.instances;
    }
    return [name, Math.ceil(Math.max(readWords / read, writtenWords / write) / instances)] as const;
  });
  return [['MAC', steps], ...ofLevels];
}
