import type { Boundary, Bounds, Keeps } from './bound.ts';
import { Leaf } from './leaf.ts';
import type { Options } from './options.ts';
import type { Orders } from './orders.ts';
import type { Outlook } from './outlook.ts';
import { isNeeded, place } from './placement.ts';
import type { Group, StageList } from './stage-list.ts';
import type { Placement, Standing } from './standing.ts';
import type { View } from './view.ts';
import { isBetter, NOTHING, type Worth } from './worth.ts';

/** So many candidates are entered before others have a turn. */
const CHUNK = 1024;

interface OrderedEnergy {
  readonly order: readonly number[];
  readonly energy: number;
}

/** What a descent goes through, and what it knows. */
export interface Ground {
  readonly view: View;
  readonly options: Options;
  readonly keeps: Keeps;
  readonly boundaries: readonly (readonly Boundary[])[];
  readonly bounds: Bounds;
  readonly outlook: Outlook;
  readonly lists: readonly StageList[];
  /** By stage: the candidates to go through. */
  readonly groups: (readonly Group[])[];
}

/**
 * The way from DRAM down to the MACs: a candidate of each stage, then the orders of the loops of each level. What, with the
 * best of all that is still open, is no better than the best mapping is left out.
 */
export class Descent {
  private readonly ground: Ground;
  private readonly standing: Standing;
  private readonly leaf: Leaf;
  /** The stage of the MACs. */
  private readonly last: number;
  /** On the way down, by stage: the options, and the least energy of the candidate. */
  private readonly chosen: readonly Uint16Array[];
  private readonly energies: Float64Array;
  /** By stage, with those above: energy, cycles and instances. */
  private readonly energyTo: Float64Array;
  private readonly cyclesTo: Float64Array;
  private readonly spreadTo: Float64Array;
  /** By stage: the group and the member that are next. */
  private readonly group: Int32Array;
  private readonly member: Int32Array;
  /** The orders of the outermost level at the present candidate. */
  private outermost: readonly OrderedEnergy[] | undefined;
  private placements: readonly (readonly Placement[])[] = [];

  constructor(ground: Ground, orders: Orders, standing: Standing) {
    const { view, boundaries } = ground;
    this.ground = ground;
    this.standing = standing;
    this.leaf = new Leaf(view, boundaries, orders);
    this.last = view.levels.length;
    const stages = this.last + 1;
    this.chosen = boundaries.map(() => new Uint16Array(view.sizes.length));
    [this.energies, this.energyTo, this.cyclesTo] = [
      new Float64Array(stages),
      new Float64Array(stages),
      new Float64Array(stages),
    ];
    this.spreadTo = new Float64Array(stages).fill(1);
    this.group = new Int32Array(stages);
    this.member = new Int32Array(stages);
  }

  /**
   * Goes through all candidates of all stages.
   *
   * @returns the least worth that a mapping left out can have, as it was time to stop
   */
  *goThrough(): Generator<void, Worth> {
    return yield* this.descend(Number.POSITIVE_INFINITY);
  }

  /** Goes through the candidates that go with one of a stage, all others of which are out; gives up after some. */
  *goTo(stage: number, member: number, most: number): Generator<void, void> {
    const { groups, lists } = this.ground;
    groups[stage] = [{ spread: lists[stage]!.spreads[member]!, members: Uint32Array.of(member) }];
    yield* this.descend(most, stage);
    groups[stage] = [];
  }

  /** The energy of stage 1 with the best order of the loops of DRAM, the only ones outside it. */
  exactEnergy(member: number): number {
    const { view, options, lists, outlook } = this.ground;
    const { leaf, chosen } = this;
    const width = view.sizes.length;
    for (let k = 0; k < width; k++) {
      const option = lists[1]!.options[member * width + k]!;
      const { tile, spread } = options.stages[1]![k]![option]!;
      leaf.tiles[1]![k] = tile;
      leaf.spreads[1]![k] = spread;
      leaf.steps[1]![k] = options.steps[1]![k]![chosen[0]![k]!]![option]!;
    }
    leaf.settle(1);
    const [best] = this.sortedOrders();
    return best === undefined ? Number.POSITIVE_INFINITY : best.energy - outlook.leastEnergy[0]!;
  }

  /** @param goal a stage with one candidate only, on a trial */
  private *descend(most: number, goal?: number): Generator<void, Worth> {
    const { outlook, groups } = this.ground;
    this.energyTo[0] = outlook.leastEnergy[0]!;
    let entered = 0;
    let stage = 1;
    this.begin(stage);
    while (stage > 0) {
      const member = this.next(stage);
      if (member === undefined) {
        stage--;
        continue;
      }
      if (++entered > most) return NOTHING;
      if (entered % CHUNK === 0) {
        if (this.standing.isStopped) return this.leastOpen();
        yield;
      }
      if (!this.choose(stage, member)) continue;
      if (goal === stage + 1 && !this.leadsTo(goal, groups[goal]![0]!.members[0]!)) continue;
      if (!this.enter(stage, member)) continue;
      if (stage < this.last) this.begin(++stage);
      else this.settleOrders();
    }
    return NOTHING;
  }

  private begin(stage: number): void {
    this.group[stage] = 0;
    this.member[stage] = 0;
  }

  /** The next candidate of a stage that is promising with those above. */
  private next(stage: number): number | undefined {
    const { outlook, lists, groups } = this.ground;
    const { energies, cycles } = lists[stage]!;
    const energyAbove = this.energyTo[stage - 1]!;
    const cyclesAbove = this.cyclesTo[stage - 1]!;
    const spreadAbove = this.spreadTo[stage - 1]!;
    for (; this.group[stage]! < groups[stage]!.length; this.group[stage]!++, this.member[stage] = 0) {
      const { spread, members } = groups[stage]![this.group[stage]!]!;
      while (this.member[stage]! < members.length) {
        const member = members[this.member[stage]!]!;
        const energy = energyAbove + energies[member]!;
        const all = spreadAbove * spread;
        // Members come by rising energy
        if (!this.standing.isPromising(outlook.from(stage, energy, cyclesAbove, all))) break;
        this.member[stage]!++;
        const own = cycles[member]!;
        if (own <= cyclesAbove || this.standing.isPromising(outlook.from(stage, energy, own, all)))
          return member;
      }
    }
    return undefined;
  }

  /** Takes a candidate, if it goes with the one above. */
  private choose(stage: number, member: number): boolean {
    const { options, lists } = this.ground;
    const list = lists[stage]!;
    const above = this.chosen[stage - 1]!;
    const own = this.chosen[stage]!;
    const stepsOf = options.steps[stage]!;
    const steps = this.leaf.steps[stage]!;
    for (let k = 0; k < own.length; k++) {
      const option = list.options[member * own.length + k]!;
      const step = stepsOf[k]![above[k]!]![option]!;
      if (step === 0) return false;
      own[k] = option;
      steps[k] = step;
    }
    return true;
  }

  /** Whether what is chosen goes with a candidate of the next stage. */
  private leadsTo(stage: number, member: number): boolean {
    const above = this.chosen[stage - 1]!;
    const { options } = this.ground.lists[stage]!;
    const stepsOf = this.ground.options.steps[stage]!;
    for (let k = 0; k < above.length; k++) {
      if (stepsOf[k]![above[k]!]![options[member * above.length + k]!] === 0) return false;
    }
    return true;
  }

  /** Goes on with what was chosen, if it is still promising. */
  private enter(stage: number, member: number): boolean {
    const { view, options, outlook, bounds, lists } = this.ground;
    const { leaf, standing } = this;
    for (let k = 0; k < view.sizes.length; k++) {
      const { tile, spread } = options.stages[stage]![k]![this.chosen[stage]![k]!]!;
      leaf.tiles[stage]![k] = tile;
      leaf.spreads[stage]![k] = spread;
    }
    const { energies, cycles, spreads } = lists[stage]!;
    let energy = energies[member]!;
    let longest = Math.max(this.cyclesTo[stage - 1]!, cycles[member]!);
    const spread = this.spreadTo[stage - 1]! * spreads[member]!;
    if (stage > 1 && stage < this.last) {
      // More is known where the steps above are
      bounds.look(stage, leaf.tiles[stage]!, leaf.spreads[stage]!, leaf.steps[stage]!);
      energy = bounds.energy;
      longest = Math.max(longest, bounds.cycles);
      const worth = outlook.from(stage, this.energyTo[stage - 1]! + energy, longest, spread);
      if (!standing.isPromising(worth)) {
        standing.cut(`${view.levels[stage]!.name} bound`);
        return false;
      }
    }
    leaf.settle(stage);
    if (stage === 1) this.outermost = undefined;
    this.energies[stage] = energy;
    this.energyTo[stage] = this.energyTo[stage - 1]! + energy;
    this.cyclesTo[stage] = longest;
    this.spreadTo[stage] = spread;
    return true;
  }

  /** The least worth of mappings with a candidate of stage 1 that is not done with. */
  private leastOpen(): Worth {
    const { outlook, lists, groups } = this.ground;
    const { energies, cycles } = lists[1]!;
    let least = NOTHING;
    groups[1]!.forEach(({ spread, members }, g) => {
      if (g < this.group[1]!) return;
      // The present one is not done with either
      const first = g === this.group[1] ? Math.max(0, this.member[1]! - 1) : 0;
      for (const member of members.subarray(first)) {
        const bound = outlook.with(1, energies[member]!, cycles[member]!, spread);
        if (isBetter(bound, least)) least = bound;
      }
    });
    return this.standing.isPromising(least) ? least : NOTHING;
  }

  private settleOrders(): void {
    const placements = this.placed();
    if (placements === undefined) return;
    this.placements = placements;
    if (this.last === 1) this.order(0, 0);
    else this.orderOutermost();
  }

  /** The loops in space of all levels; `undefined` where factors are imperfect and one of them could be smaller. */
  private placed(): (readonly Placement[])[] | undefined {
    const { view, options } = this.ground;
    const { leaf, chosen } = this;
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
    const { leaf, standing } = this;
    const ahead = this.energyFrom(2);
    const cycles = leaf.macCycles();
    this.outermost ??= this.sortedOrders();
    for (const { order, energy } of this.outermost) {
      if (!standing.isPromising(this.ground.outlook.worth(energy + ahead, cycles))) {
        standing.cut('order bound');
        return;
      }
      leaf.orders[0] = order;
      this.order(1, energy);
    }
  }

  /** Tries the orders of a level and those inside. */
  private order(level: number, energy: number): void {
    const { leaf, last, standing } = this;
    if (level === last - 1) {
      const [any] = leaf.ordersOf(level);
      if (any === undefined) return;
      leaf.orders[level] = any;
      this.take(energy + leaf.energyOf(last));
      return;
    }
    const ahead = this.energyFrom(level + 2);
    for (const order of leaf.ordersOf(level)) {
      leaf.orders[level] = order;
      const exact = energy + leaf.energyOf(level + 1);
      if (standing.isPromising(this.ground.outlook.worth(exact + ahead, leaf.macCycles()))) {
        this.order(level + 1, exact);
      } else standing.cut('order bound');
    }
  }

  /** The least energy of the chosen candidates of a stage and of those below. */
  private energyFrom(stage: number): number {
    let energy = 0;
    for (let later = stage; later <= this.last; later++) energy += this.energies[later]!;
    return energy;
  }

  private take(energy: number): void {
    const { leaf, standing } = this;
    standing.visited++;
    const worth = this.ground.outlook.worth(energy, Math.max(leaf.macCycles(), leaf.portCycles()));
    if (standing.best !== undefined && !isBetter(worth, standing.best.worth)) return;
    standing.best = {
      keeps: this.ground.keeps,
      worth,
      placements: this.placements,
      steps: leaf.steps.map((row) => row.slice()),
      orders: [...leaf.orders],
    };
  }
}
