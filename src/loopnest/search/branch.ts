import type { NestObjective } from '../map-result.ts';
import { Bounds, boundariesOf, type Keeps } from './bound.ts';
import { listCandidates } from './candidates.ts';
import { Leaf } from './leaf.ts';
import type { Options } from './options.ts';
import type { Orders } from './orders.ts';
import { PairBound } from './pair-bound.ts';
import { isNeeded, place } from './placement.ts';
import { type Group, StageList } from './stage-list.ts';
import { isFirstOfTwo, type Symmetry } from './symmetry.ts';
import { fanoutOf, type View } from './view.ts';
import { isBetter, NOTHING, type Worth, worthOf } from './worth.ts';

/** The best mapping so far, by numbers: see {@link Leaf}. */
export interface Best {
  readonly keeps: Keeps;
  readonly worth: Worth;
  /** By stage and dimension: the loops in space above the stage. */
  readonly placements: readonly (readonly Placement[])[];
  /** By stage and dimension: steps in time at the level above. */
  readonly steps: readonly Int32Array[];
  readonly orders: readonly (readonly number[])[];
}

/** What is known over all choices of what levels keep. */
export interface Standing {
  best: Best | undefined;
  /** Mappings whose cost was computed. */
  visited: number;
  readonly prunedBy: Record<string, number>;
  /** True where the cost of every mapping that fits is computed. */
  readonly isExhaustive: boolean;
  /** After so many candidates, and four times as many each further time, the best of them are tried. */
  readonly trialAfter: number;
  /** Whether it is time to stop. */
  readonly isOver: () => boolean;
}

/** The loops in space over one dimension. */
interface Placement {
  readonly x: number;
  readonly y: number;
}

interface OrderedEnergy {
  readonly order: readonly number[];
  readonly energy: number;
}

/** No bound: energies of stages may be negative, as first psums are saved. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

/** So many of the best candidates are tried while a list grows. */
const TRIED = 24;
/** Choices that a trial looks at, at most, for each candidate. */
const TRIAL_STEPS = 20_000;

/** What candidates of a stage have at the least and at the most. */
class Range {
  leastEnergy = Number.POSITIVE_INFINITY;
  mostSpread = 0;

  add(energy: number, spread: number): void {
    if (energy < this.leastEnergy) this.leastEnergy = energy;
    if (spread > this.mostSpread) this.mostSpread = spread;
  }

  get isEmpty(): boolean {
    return this.mostSpread === 0;
  }
}

/**
 * The search for the best mapping where it is chosen which tensors each level keeps.
 *
 * Each stage, from one level to the next, has a list of candidates: tiles and spreads of all dimensions, with the least
 * energy that they can cost there. Depth first, from DRAM inwards, a candidate is left out as soon as it, with those above
 * and the best of those below, is no better than the best mapping.
 */
export class Branch {
  private readonly view: View;
  private readonly options: Options;
  private readonly symmetry: Symmetry | undefined;
  private readonly objective: NestObjective;
  private readonly keeps: Keeps;
  private readonly standing: Standing;
  private readonly bounds: Bounds;
  private readonly leaf: Leaf;
  /** The stage of the MACs. */
  private readonly last: number;
  private readonly macs: number;
  /** The shortest list first. */
  private readonly stages: readonly number[];
  private readonly lists: readonly StageList[];
  private readonly groups: (readonly Group[])[];
  /** Of each stage, the least energy and the most instances of any candidate; of stage 0, what is fixed. */
  private readonly leastEnergy: number[];
  private readonly mostSpread: number[];
  /** On the way down, by stage: the options, and the least energy of the candidate. */
  private readonly chosen: readonly Uint16Array[];
  private readonly energies: Float64Array;
  /** The orders of the outermost level at the present candidate. */
  private outermost: readonly OrderedEnergy[] | undefined;
  private placements: readonly (readonly Placement[])[] = [];
  private isStopped = false;
  /** Whether the energies of stage 1 are no lower bounds, but what it costs with the best order. */
  private isExact = false;
  private onTrial: { readonly stage: number; readonly member: number } | undefined;
  private trialSteps = Number.POSITIVE_INFINITY;

  constructor(
    view: View,
    options: Options,
    orders: Orders,
    symmetry: Symmetry | undefined,
    objective: NestObjective,
    keeps: Keeps,
    standing: Standing,
  ) {
    this.view = view;
    this.symmetry = symmetry;
    this.options = options;
    this.objective = objective;
    this.keeps = keeps;
    this.standing = standing;
    const boundaries = boundariesOf(view, keeps);
    this.bounds = new Bounds(view, boundaries);
    this.leaf = new Leaf(view, boundaries, orders);
    this.last = view.levels.length;
    const perStage = <T>(of: () => T) => Array.from({ length: this.last + 1 }, of);
    this.lists = perStage(() => new StageList(view.sizes.length));
    this.groups = perStage(() => []);
    this.leastEnergy = this.lists.map((_, stage) => this.bounds.floor(stage));
    this.mostSpread = [1, ...view.levels.map(fanoutOf)];
    this.chosen = perStage(() => new Uint16Array(view.sizes.length));
    this.energies = new Float64Array(this.last + 1);
    this.stages = this.bySize();
    this.macs = view.sizes.reduce((all, size) => all * size, 1);
    this.leastEnergy[0] = this.macs * view.macEnergy - view.tensors[2]!.words * view.levels[0]!.energy.read;
  }

  /** Searches; yields now and then, and returns the least worth that a mapping left out can have. */
  *run(): Generator<void, Worth> {
    const { stages } = this;
    // The longest list is measured only to see whether it is worth making
    const isFirst = this.standing.best === undefined;
    for (const stage of isFirst ? stages.slice(0, -1) : stages) {
      if (!(yield* this.measure(stage))) return this.isStopped ? this.leastWorth() : NOTHING;
    }
    const least = this.leastWorth();
    if (!isFirst && !this.isPromising(least)) {
      this.cut('keeping bound');
      return NOTHING;
    }
    for (const stage of stages) {
      yield* this.list(stage);
      if (this.isStopped) return least;
      if (this.lists[stage]!.count === 0) return NOTHING;
    }
    return yield* this.searchAll();
  }

  /** No mapping of this choice is worth less. */
  private leastWorth(): Worth {
    return this.worth(sum(this.leastEnergy), this.macs / product(this.mostSpread));
  }

  /** The stages, the shortest list first. */
  private bySize(): number[] {
    const size = (stage: number) => product(this.options.stages[stage]!.map(({ length }) => length));
    return this.lists
      .map((_, stage) => stage)
      .slice(1)
      .sort((a, b) => size(a) - size(b) || a - b);
  }

  /** Finds the least energy and the most instances of a stage; whether it has candidates, and time was left. */
  private *measure(stage: number): Generator<void, boolean> {
    const range = new Range();
    yield* this.forEachCandidate(stage, (_, energy, spread) => range.add(energy, spread));
    if (this.isStopped || range.isEmpty) return false;
    this.setRange(stage, range);
    return true;
  }

  private setRange(stage: number, { leastEnergy, mostSpread }: Range): void {
    this.leastEnergy[stage] = leastEnergy;
    this.mostSpread[stage] = mostSpread;
  }

  private *forEachCandidate(
    stage: number,
    visit: (options: Uint16Array, energy: number, spread: number) => void,
  ): Generator<void, void> {
    const { view, options, bounds } = this;
    // Breaks the symmetry in one stage
    const symmetry = stage === this.stages.at(-1) ? this.symmetry : undefined;
    const candidates = listCandidates(view, options, stage, {
      keeps: this.keeps[stage],
      cut: (what) => this.cut(what),
      isHopeless: (tile, spread, spreadAll, knowsSliding) => {
        if (this.standing.best === undefined) return false;
        const energy = bounds.partial(stage, tile, spread, knowsSliding);
        if (this.isPromising(this.worthAt(stage, energy, spreadAll))) return false;
        this.cut(`${this.nameOf(stage)} bound`);
        return true;
      },
      visit: (chosen, tile, spread, spreadAll) => {
        if (symmetry && !isFirstOfTwo(symmetry, chosen)) return;
        visit(chosen, bounds.energy(stage, tile, spread), spreadAll);
      },
    });
    for (const step of candidates) {
      this.isStopped ||= this.standing.isOver();
      if (this.isStopped) return;
      yield step;
    }
  }

  private *list(stage: number): Generator<void, void> {
    const list = this.lists[stage]!;
    const isLongest = stage === this.stages.at(-1);
    const range = new Range();
    let goal = this.standing.trialAfter;
    let pairs = this.pairBound(stage);
    yield* this.forEachCandidate(stage, (options, energy, spread) => {
      range.add(energy, spread);
      const leastAbove = pairs?.energyAbove(options) ?? UNKNOWN;
      if (!this.isPromising(this.worthAt(stage, energy, spread, leastAbove))) {
        this.cut(`${this.nameOf(stage)} bound`);
        return;
      }
      list.add(options, energy, leastAbove, spread);
      if (!isLongest || list.count < goal || this.standing.isExhaustive) return;
      this.tryBest(stage);
      this.siftAll();
      pairs = this.pairBound(stage);
      goal = 4 * Math.max(goal, list.count);
    });
    if (this.isStopped || range.isEmpty) return;
    this.setRange(stage, range);
    if (isLongest && !this.standing.isExhaustive) {
      this.tryBest(stage);
      this.siftAll();
    }
    this.group(stage);
  }

  private pairBound(stage: number): PairBound | undefined {
    const above = this.lists[stage - 1]!;
    return above.count > 0 ? new PairBound(this.options, stage, above) : undefined;
  }

  /** Drops candidates that are not promising any more. */
  private siftAll(): void {
    for (const stage of this.stages) this.sift(stage);
    if (!this.isExact && this.last > 1 && this.stages.at(-1) !== 1) {
      this.makeExact();
      this.sift(1);
    }
    for (const stage of this.stages.slice(0, -1)) this.group(stage);
  }

  /** The energy of stage 1 is known: of the loops outside, those of DRAM, the best order is. */
  private makeExact(): void {
    this.isExact = true;
    const { leaf, lists, options, chosen } = this;
    const list = lists[1]!;
    const width = this.view.sizes.length;
    this.leastEnergy[1] = Number.POSITIVE_INFINITY;
    for (let i = 0; i < list.count; i++) {
      for (let k = 0; k < width; k++) {
        const option = list.options[i * width + k]!;
        const { tile, spread } = options.stages[1]![k]![option]!;
        leaf.tiles[1]![k] = tile;
        leaf.spreads[1]![k] = spread;
        leaf.steps[1]![k] = options.steps[1]![k]![chosen[0]![k]!]![option]!;
      }
      leaf.settle(1);
      const [best] = this.sortedOrders();
      list.energies[i] = best === undefined ? Number.POSITIVE_INFINITY : best.energy - this.leastEnergy[0]!;
      if (list.energies[i]! < this.leastEnergy[1]!) this.leastEnergy[1] = list.energies[i]!;
    }
  }

  /** Drops the candidates that are not promising any more. */
  private sift(stage: number): void {
    const dropped = this.lists[stage]!.keep((energy, spread, above) =>
      this.isPromising(this.worthAt(stage, energy, spread, above)),
    );
    if (dropped > 0) this.cut(`${this.nameOf(stage)} bound`, dropped);
  }

  private group(stage: number): void {
    this.groups[stage] = this.lists[stage]!.groups((energy, spread) => this.worthAt(stage, energy, spread));
  }

  /** Makes mappings with the best candidates of a stage, once all other stages are listed. */
  private tryBest(stage: number): void {
    if (this.groups.some((groups, other) => other > 0 && other !== stage && groups.length === 0)) return;
    const list = this.lists[stage]!;
    for (const member of list.best(TRIED, (energy, spread, above) =>
      this.worthAt(stage, energy, spread, above),
    )) {
      this.groups[stage] = [{ spread: list.spreads[member]!, members: Uint32Array.of(member) }];
      this.onTrial = { stage, member };
      this.trialSteps = TRIAL_STEPS;
      this.descend(1, this.leastEnergy[0]!, 1);
    }
    this.onTrial = undefined;
    this.trialSteps = Number.POSITIVE_INFINITY;
    this.groups[stage] = [];
  }

  private *searchAll(): Generator<void, Worth> {
    let open = NOTHING;
    for (const group of this.groups[1]!) {
      for (const member of group.members) {
        const bound = this.worthAt(1, this.lists[1]!.energies[member]!, group.spread);
        if (!this.isPromising(bound)) break;
        if (this.isStopped) {
          if (isBetter(bound, open)) open = bound;
          break;
        }
        this.enter(1, group.spread, member, this.leastEnergy[0]!, 1);
        // What was stopped half-way is open again
        if (this.isStopped && isBetter(bound, open)) open = bound;
        yield;
      }
    }
    return open;
  }

  private descend(stage: number, energy: number, spread: number): void {
    const { energies } = this.lists[stage]!;
    for (const group of this.groups[stage]!) {
      for (const member of group.members) {
        const least = energy + energies[member]! + this.ahead(stage);
        if (!this.isPromising(this.worth(least, this.leastCycles(stage, spread * group.spread)))) break;
        if (--this.trialSteps < 0) return;
        this.enter(stage, group.spread, member, energy, spread);
        if (this.isStopped) return;
      }
    }
  }

  /** Goes on with a candidate, if it goes with the one above. */
  private enter(stage: number, groupSpread: number, member: number, energy: number, spread: number): void {
    const { leaf, lists, options } = this;
    const list = lists[stage]!;
    const width = this.view.sizes.length;
    const above = this.chosen[stage - 1]!;
    const own = this.chosen[stage]!;
    const stepsOf = options.steps[stage]!;
    const steps = leaf.steps[stage]!;
    for (let k = 0; k < width; k++) {
      const option = list.options[member * width + k]!;
      const step = stepsOf[k]![above[k]!]![option]!;
      if (step === 0) return;
      own[k] = option;
      steps[k] = step;
    }
    if (this.onTrial?.stage === stage + 1 && !this.leadsTo(this.onTrial)) return;
    for (let k = 0; k < width; k++) {
      const { tile, spread } = options.stages[stage]![k]![own[k]!]!;
      leaf.tiles[stage]![k] = tile;
      leaf.spreads[stage]![k] = spread;
    }
    const cycles = this.leastCycles(stage, spread * groupSpread);
    let least = list.energies[member]!;
    if (stage > 1 && stage < this.last) {
      least = this.bounds.energy(stage, leaf.tiles[stage]!, leaf.spreads[stage]!, steps);
      if (!this.isPromising(this.worth(energy + least + this.ahead(stage), cycles))) {
        this.cut(`${this.nameOf(stage)} bound`);
        return;
      }
    }
    leaf.settle(stage);
    if (stage === 1) this.outermost = undefined;
    this.energies[stage] = least;
    if (stage < this.last) {
      this.descend(stage + 1, energy + least, spread * groupSpread);
      return;
    }
    const placements = this.placed();
    if (placements === undefined) return;
    this.placements = placements;
    if (stage === 1) this.order(0, 0);
    else this.orderOutermost();
  }

  /** The loops in space of all levels; `undefined` where factors are imperfect and one of them could be smaller. */
  private placed(): (readonly Placement[])[] | undefined {
    const { view, leaf, options, chosen } = this;
    const { levels, sizes } = view;
    const padded = leaf.paddedSizes();
    const placements: (readonly Placement[])[] = [[]];
    for (let stage = 1; stage <= this.last; stage++) {
      if (leaf.steps[stage]!.some((steps, k) => !isNeeded(steps, padded[k]!, sizes[k]!))) return undefined;
      const { x = 1, y = 1 } = levels[stage - 1]!.fanout ?? {};
      const spreads = leaf.spreads[stage]!;
      const alongX = (k: number) =>
        options.stages[stage]![k]![chosen[stage]![k]!]!.alongX.filter(
          (part) =>
            isNeeded(part, padded[k]!, sizes[k]!) && isNeeded(spreads[k]! / part, padded[k]!, sizes[k]!),
        );
      const parts = place(spreads, alongX, x, y);
      if (parts === undefined) return undefined;
      placements.push(parts.map((part, k) => ({ x: part, y: spreads[k]! / part })));
    }
    return placements;
  }

  /** Whether what is chosen goes with a candidate of the next stage. */
  private leadsTo({ stage, member }: { readonly stage: number; readonly member: number }): boolean {
    const above = this.chosen[stage - 1]!;
    const { options } = this.lists[stage]!;
    const stepsOf = this.options.steps[stage]!;
    for (let k = 0; k < above.length; k++) {
      if (stepsOf[k]![above[k]!]![options[member * above.length + k]!] === 0) return false;
    }
    return true;
  }

  /** The orders of the outermost level, with the exact energy of the traffic below it and of all that is fixed. */
  private sortedOrders(): readonly OrderedEnergy[] {
    const { leaf } = this;
    return leaf
      .ordersOf(0)
      .map((order) => {
        leaf.orders[0] = order;
        return { order, energy: leaf.energyOf(1) };
      })
      .sort((a, b) => a.energy - b.energy);
  }

  private orderOutermost(): void {
    const { leaf } = this;
    let ahead = 0;
    for (let stage = 2; stage <= this.last; stage++) ahead += this.energies[stage]!;
    const cycles = leaf.macCycles();
    this.outermost ??= this.sortedOrders();
    for (const { order, energy } of this.outermost) {
      if (!this.isPromising(this.worth(energy + ahead, cycles))) {
        this.cut('order bound');
        return;
      }
      leaf.orders[0] = order;
      this.order(1, energy);
    }
  }

  /** Tries the orders of a level and those inside. */
  private order(level: number, energy: number): void {
    const { leaf, last } = this;
    if (level === last - 1) {
      const [any] = leaf.ordersOf(level);
      if (any === undefined) return;
      leaf.orders[level] = any;
      this.take(energy + leaf.energyOf(last));
      return;
    }
    let ahead = 0;
    for (let stage = level + 2; stage <= last; stage++) ahead += this.energies[stage]!;
    for (const order of leaf.ordersOf(level)) {
      leaf.orders[level] = order;
      const exact = energy + leaf.energyOf(level + 1);
      if (this.isPromising(this.worth(exact + ahead, leaf.macCycles()))) this.order(level + 1, exact);
      else this.cut('order bound');
    }
  }

  private take(energy: number): void {
    const { leaf, standing } = this;
    standing.visited++;
    if (standing.visited % 64 === 0 && standing.isOver()) this.isStopped = true;
    const worth = this.worth(energy, Math.max(leaf.macCycles(), leaf.portCycles()));
    if (standing.best !== undefined && !isBetter(worth, standing.best.worth)) return;
    standing.best = {
      keeps: this.keeps,
      worth,
      placements: this.placements,
      steps: leaf.steps.map((row) => row.slice()),
      orders: [...leaf.orders],
    };
  }

  private worth(energy: number, cycles: number): Worth {
    return worthOf(this.objective, energy, cycles);
  }

  /** The least worth of a mapping with a candidate of a stage, with which the stage above costs so much at least. */
  private worthAt(stage: number, energy: number, spread: number, above = UNKNOWN): Worth {
    let least = energy;
    let most = spread;
    for (let other = 0; other <= this.last; other++) {
      if (other === stage) continue;
      least += other === stage - 1 ? Math.max(this.leastEnergy[other]!, above) : this.leastEnergy[other]!;
      most *= this.mostSpread[other]!;
    }
    return this.worth(least, this.macs / most);
  }

  /** The least energy of the stages below one. */
  private ahead(stage: number): number {
    let energy = 0;
    for (let later = stage + 1; later <= this.last; later++) energy += this.leastEnergy[later]!;
    return energy;
  }

  /** The least cycles with so many instances down to a stage. */
  private leastCycles(stage: number, spread: number): number {
    let most = spread;
    for (let later = stage + 1; later <= this.last; later++) most *= this.mostSpread[later]!;
    return this.macs / most;
  }

  private isPromising(worth: Worth): boolean {
    const { best, isExhaustive } = this.standing;
    return isExhaustive || best === undefined || isBetter(worth, best.worth);
  }

  private nameOf(stage: number): string {
    return this.view.levels[stage]?.name ?? 'MAC';
  }

  private cut(what: string, times = 1): void {
    const { prunedBy } = this.standing;
    prunedBy[what] = (prunedBy[what] ?? 0) + times;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);
