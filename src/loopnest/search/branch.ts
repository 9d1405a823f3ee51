import type { NestObjective } from '../map-result.ts';
import { Bounds } from './bound.ts';
import { boundariesOf, type Keeps } from './boundaries.ts';
import { listCandidates, spreadsOf } from './candidates.ts';
import { Descent } from './descent.ts';
import type { Options } from './options.ts';
import type { Orders } from './orders.ts';
import { Outlook, Range, UNKNOWN } from './outlook.ts';
import { PairBound } from './pair-bound.ts';
import { type Group, StageList } from './stage-list.ts';
import type { Standing } from './standing.ts';
import { isFirstOfTwo, type Symmetry } from './symmetry.ts';
import type { View } from './view.ts';
import { NOTHING, type Worth } from './worth.ts';

/** After so many spreads, a survey may stop. */
const SURVEYED = 4096;
/** So many of the best candidates are tried while a list grows. */
const TRIED = 24;
/** Choices that a trial looks at, at most, for each candidate. */
const TRIAL_STEPS = 20_000;

/** With more levels, the best candidates by themselves seldom lead to good mappings. */
const DEEP = 3;
/** So many ways are followed at once there, and so many candidates entered from each. */
const WAYS = 48;
const ENTERED = 100;

/** What the search is about, but for what levels keep. */
export interface Space {
  readonly view: View;
  readonly options: Options;
  readonly orders: Orders;
  readonly symmetry: Symmetry | undefined;
  readonly objective: NestObjective;
}

/**
 * The search for the best mapping where it is chosen which tensors each level keeps.
 *
 * Each stage, from one level to the next, has a list of candidates: tiles and spreads of all dimensions, with the least
 * energy that they can cost there. A candidate is left out as soon as it, with the best of all other stages, is no better
 * than the best mapping. What remains is put together by {@link Descent}.
 */
export class Branch {
  private readonly view: View;
  private readonly options: Options;
  private readonly symmetry: Symmetry | undefined;
  private readonly keeps: Keeps;
  private readonly standing: Standing;
  private readonly bounds: Bounds;
  private readonly outlook: Outlook;
  private readonly descent: Descent;
  /** The shortest list first. */
  private readonly stages: readonly number[];
  private readonly lists: readonly StageList[];
  private readonly groups: (readonly Group[])[];
  /** Whether the energies of stage 1 are no lower bounds, but what it costs with the best order. */
  private isExact = false;

  constructor({ view, options, orders, symmetry, objective }: Space, keeps: Keeps, standing: Standing) {
    this.view = view;
    this.symmetry = symmetry;
    this.options = options;
    this.keeps = keeps;
    this.standing = standing;
    const boundaries = boundariesOf(view, keeps);
    this.bounds = new Bounds(view, boundaries, options.mostPadded, objective !== 'energy');
    this.outlook = new Outlook(view, objective);
    this.lists = boundaries.map(() => new StageList(view.sizes.length));
    this.groups = boundaries.map(() => []);
    this.stages = this.bySize();
    const { bounds, outlook, lists, groups } = this;
    this.descent = new Descent(
      { view, options, keeps, boundaries, bounds, outlook, lists, groups },
      orders,
      standing,
    );
  }

  /** Searches; yields now and then, and returns the least worth that a mapping left out can have. */
  *run(): Generator<void, Worth> {
    const { stages, standing, outlook } = this;
    for (const stage of stages) if (!(yield* this.survey(stage))) return NOTHING;
    if (!this.isWorthwhile()) return NOTHING;
    for (const stage of stages.slice(0, -1)) {
      const hasCandidates = yield* this.measure(stage);
      if (standing.isStopped) return outlook.least();
      if (!hasCandidates || !this.isWorthwhile()) return NOTHING;
    }
    const least = outlook.least();
    for (const stage of stages) {
      yield* this.list(stage);
      if (standing.isStopped) return least;
      if (this.lists[stage]!.count === 0) return NOTHING;
    }
    return yield* this.descent.goThrough();
  }

  /** Whether a mapping may be better than the best. */
  private isWorthwhile(): boolean {
    if (this.standing.isPromising(this.outlook.least())) return true;
    this.standing.cut('keeping bound');
    return false;
  }

  /** The stages, the shortest list first. */
  private bySize(): number[] {
    const size = (stage: number) => this.options.stages[stage]!.reduce((all, { length }) => all * length, 1);
    return this.lists
      .map((_, stage) => stage)
      .slice(1)
      .sort((a, b) => size(a) - size(b) || a - b);
  }

  /** Looks at spreads only, for what a stage costs at the least; whether there are any. */
  private *survey(stage: number): Generator<void, boolean> {
    const { view, options, bounds, outlook, standing } = this;
    const floor = bounds.floor(stage);
    outlook.leastEnergy[stage] = floor;
    const range = new Range();
    let looks = 0;
    for (const { members, spread, spreadAll } of spreadsOf(view, options.stages[stage]!, stage, () => {})) {
      const tile = members.map(({ open }) => open);
      const knowsUneven = members.every(({ members: tiles }) => tiles.length === 1);
      bounds.lookAtPart(stage, tile, spread, knowsUneven);
      range.add(Math.max(bounds.energy, floor), bounds.cycles, spreadAll);
      if (++looks % SURVEYED > 0) continue;
      if (standing.isStopped) return true;
      yield;
    }
    if (range.isEmpty) return false;
    outlook.learn(stage, range);
    return true;
  }

  /** Finds the least energy and the most instances of a stage; whether it has candidates. */
  private *measure(stage: number): Generator<void, boolean> {
    const range = new Range();
    yield* this.forEachCandidate(stage, (_, energy, cycles, spread) => range.add(energy, cycles, spread));
    if (this.standing.isStopped || range.isEmpty) return false;
    this.outlook.learn(stage, range);
    return true;
  }

  private *forEachCandidate(
    stage: number,
    visit: (options: Uint16Array, energy: number, cycles: number, spread: number) => void,
  ): Generator<void, void> {
    const { view, options, bounds, standing, outlook } = this;
    // Breaks the symmetry in one stage
    const symmetry = stage === this.stages.at(-1) ? this.symmetry : undefined;
    const candidates = listCandidates(view, options, stage, {
      keeps: this.keeps[stage],
      cut: (what) => standing.cut(what),
      isHopeless: (tile, spread, spreadAll, knowsUneven) => {
        if (standing.best === undefined) return false;
        bounds.lookAtPart(stage, tile, spread, knowsUneven);
        if (standing.isPromising(outlook.with(stage, bounds.energy, bounds.cycles, spreadAll))) return false;
        this.cutByBound(stage);
        return true;
      },
      visit: (chosen, tile, spread, spreadAll) => {
        if (symmetry && !isFirstOfTwo(symmetry, chosen)) return;
        bounds.look(stage, tile, spread);
        visit(chosen, bounds.energy, bounds.cycles, spreadAll);
      },
    });
    for (const _ of candidates) {
      if (standing.isStopped) return;
      yield;
    }
  }

  private *list(stage: number): Generator<void, void> {
    const { standing, outlook } = this;
    const list = this.lists[stage]!;
    const mayTry = stage === this.stages.at(-1) && !standing.isExhaustive;
    const range = new Range();
    let goal = standing.trialAfter;
    let pairs = this.pairBound(stage);
    const candidates = this.forEachCandidate(stage, (options, energy, cycles, spread) => {
      range.add(energy, cycles, spread);
      const leastAbove = pairs?.energyWith(options) ?? UNKNOWN;
      if (standing.isPromising(outlook.with(stage, energy, cycles, spread, leastAbove))) {
        list.add(options, energy, leastAbove, cycles, spread);
      } else this.cutByBound(stage);
    });
    for (const _ of candidates) {
      yield;
      if (!mayTry || list.count < goal) continue;
      yield* this.tryBest(stage);
      this.siftAll();
      pairs = this.pairBound(stage);
      goal = 4 * Math.max(goal, list.count);
    }
    if (standing.isStopped || range.isEmpty) return;
    outlook.learn(stage, range);
    if (mayTry) {
      yield* this.tryBest(stage);
      this.siftAll();
    }
    this.group(stage);
  }

  private pairBound(stage: number): PairBound | undefined {
    const above = this.lists[stage - 1]!;
    return above.count > 0 ? new PairBound(this.options, stage, stage - 1, above) : undefined;
  }

  /** Drops candidates that are not promising any more. */
  private siftAll(): void {
    for (const stage of this.stages) this.sift(stage);
    if (!this.isExact && this.view.levels.length > 1 && this.stages.at(-1) !== 1) {
      this.descent.makeExact();
      this.isExact = true;
      this.sift(1);
    }
    for (const stage of this.stages.slice(0, -1)) this.group(stage);
  }

  private sift(stage: number): void {
    const worthOf = this.worthWith(stage);
    const dropped = this.lists[stage]!.keep((member) => this.standing.isPromising(worthOf(member)));
    if (dropped > 0) this.cutByBound(stage, dropped);
  }

  private group(stage: number): void {
    this.groups[stage] = this.lists[stage]!.groups(this.worthWith(stage));
  }

  /** Of mappings with a candidate of a list. */
  private worthWith(stage: number): (member: number) => Worth {
    const { energies, cycles, spreads, above } = this.lists[stage]!;
    return (i) => this.outlook.with(stage, energies[i]!, cycles[i]!, spreads[i]!, above[i]);
  }

  /** Makes mappings with the best candidates of a stage, once all other stages are listed. */
  private *tryBest(stage: number): Generator<void, void> {
    this.group(stage);
    if (this.groups.some((groups, other) => other > 0 && groups.length === 0)) return;
    this.descent.reset();
    for (const member of this.lists[stage]!.best(TRIED, this.worthWith(stage))) {
      yield* this.descent.goTo(stage, member, TRIAL_STEPS);
    }
    if (this.view.levels.length > DEEP) yield* this.descent.beam(WAYS, ENTERED);
    yield* this.descent.improve(TRIAL_STEPS);
  }

  private cutByBound(stage: number, times = 1): void {
    this.standing.cut(`${this.view.levels[stage]?.name ?? 'MAC'} bound`, times);
  }
}
