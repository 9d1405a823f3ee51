import type { Boundary, Bounds, Keeps } from './bound.ts';
import { type Chosen, Leaf } from './leaf.ts';
import type { Options } from './options.ts';
import type { Orders } from './orders.ts';
import type { Outlook } from './outlook.ts';
import { PairBound } from './pair-bound.ts';
import { isNeeded, place } from './placement.ts';
import type { Group, StageList } from './stage-list.ts';
import type { Placement, Standing } from './standing.ts';
import type { View } from './view.ts';
import { isBetter, NOTHING, type Worth } from './worth.ts';

/** So many candidates are entered before others have a turn. */
const CHUNK = 1024;

/** The order of the loops of a level with those further out, and the exact energy of all that comes through them. */
interface Ordered extends Chosen {
  readonly energy: number;
}

/** Outside the outermost level. */
const OUTSIDE: Ordered = { level: -1, order: [], outer: undefined, energy: 0 };

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
 * The way from DRAM down to the MACs: a candidate of each stage and, as soon as those above and the loops of a level are
 * known, the orders of its loops. What, with the best of all that is still open, is no better than the best mapping is left
 * out.
 */
export class Descent {
  /** Whether the energies of stage 1 are no lower bounds, but what it costs with the best order. */
  isExact = false;
  private readonly ground: Ground;
  private readonly standing: Standing;
  private readonly leaf: Leaf;
  /** The stage of the MACs. */
  private readonly last: number;
  /** On the way down, by stage: the options. */
  private readonly chosen: readonly Uint16Array[];
  /** By stage: the promising orders of all levels above, by rising energy; not known yet where nobody asked. */
  private readonly ordered: (readonly Ordered[] | undefined)[];
  /** By stage, with those above: energy, cycles and instances. */
  private readonly energyTo: Float64Array;
  private readonly cyclesTo: Float64Array;
  private readonly spreadTo: Float64Array;
  /** By stage: what the stage below costs with a candidate. */
  private below: readonly (PairBound | undefined)[] = [];
  /** On the way down, by stage: the member of the list; and that of the best mapping found. */
  private readonly path: Int32Array;
  private found: Int32Array | undefined;
  /** By stage: the group and the member that are next. */
  private readonly group: Int32Array;
  private readonly member: Int32Array;

  constructor(ground: Ground, orders: Orders, standing: Standing) {
    const { view, boundaries } = ground;
    this.ground = ground;
    this.standing = standing;
    this.leaf = new Leaf(view, boundaries, orders);
    this.last = view.levels.length;
    const stages = this.last + 1;
    this.chosen = boundaries.map(() => new Uint16Array(view.sizes.length));
    this.ordered = boundaries.map(() => [OUTSIDE]);
    [this.energyTo, this.cyclesTo] = [new Float64Array(stages), new Float64Array(stages)];
    this.spreadTo = new Float64Array(stages).fill(1);
    this.path = new Int32Array(stages);
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

  /** To be called when lists have changed: what was found had other members. */
  reset(): void {
    const { lists, options } = this.ground;
    this.found = undefined;
    this.below = lists.map((_, stage) =>
      stage > 0 && stage < this.last
        ? new PairBound(options, stage, stage + 1, lists[stage + 1]!)
        : undefined,
    );
  }

  /** Goes through the candidates that go with one of a stage; gives up after so many. */
  *goTo(stage: number, member: number, most: number): Generator<void, void> {
    yield* this.goWith(new Map([[stage, member]]), most);
  }

  /**
   * Goes down by the most promising ways only: so many candidates of each stage, with what was chosen above; looks at so many
   * for each way.
   */
  *beam(width: number, most: number): Generator<void, void> {
    const { outlook } = this.ground;
    this.energyTo[0] = outlook.leastEnergy[0]!;
    let ways: readonly (readonly number[])[] = [[]];
    for (let stage = 1; stage <= this.last; stage++) {
      const further: { readonly way: readonly number[]; readonly worth: Worth }[] = [];
      for (const way of ways) {
        if (!way.every((member, i) => this.choose(i + 1, member) && this.enter(i + 1, member))) continue;
        way.forEach((member, i) => {
          this.path[i + 1] = member;
        });
        this.begin(stage);
        for (let left = most; left > 0; ) {
          const member = this.next(stage);
          if (member === undefined) break;
          if (!this.choose(stage, member)) continue;
          left--;
          if (!this.enter(stage, member)) continue;
          this.path[stage] = member;
          if (stage === this.last) this.take();
          else {
            const below = this.below[stage]?.energyWith(this.chosen[stage]!);
            const worth = outlook.from(
              stage,
              this.energyTo[stage]!,
              this.cyclesTo[stage]!,
              this.spreadTo[stage]!,
              below,
            );
            further.push({ way: [...way, member], worth });
          }
        }
        if (this.standing.isStopped) return;
        yield;
      }
      further.sort((a, b) => a.worth[0] - b.worth[0] || a.worth[1] - b.worth[1]);
      ways = further.slice(0, width).map(({ way }) => way);
    }
  }

  /**
   * Changes the candidates of one stage, or of two that follow each other, in the best mapping that was found by this
   * descent, as long as that makes it better; gives up on a change after so many candidates.
   */
  *improve(most: number): Generator<void, void> {
    for (;;) {
      const before = this.found;
      if (before === undefined) return;
      for (const open of [1, 2]) {
        for (let first = 1; first + open <= this.last + 1; first++) {
          const fixed = new Map([...this.found!.entries()].slice(1));
          for (let stage = first; stage < first + open; stage++) fixed.delete(stage);
          yield* this.goWith(fixed, most);
          if (this.standing.isStopped) return;
        }
      }
      if (this.found === before) return;
    }
  }

  /** @param fixed by stage: the only candidate that counts */
  private *goWith(fixed: ReadonlyMap<number, number>, most: number): Generator<void, void> {
    const { groups, lists } = this.ground;
    const all = [...groups];
    for (const [stage, member] of fixed) {
      groups[stage] = [{ spread: lists[stage]!.spreads[member]!, members: Uint32Array.of(member) }];
    }
    yield* this.descend(most);
    all.forEach((some, stage) => {
      groups[stage] = some;
    });
  }

  /** Of the loops outside stage 1, those of DRAM, the best order is known: puts what it costs into the list. */
  makeExact(): void {
    const { view, options, lists, outlook } = this.ground;
    const { leaf, chosen } = this;
    const { count, energies, options: members } = lists[1]!;
    const width = view.sizes.length;
    let leastOfAll = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < width; k++) {
        const option = members[i * width + k]!;
        const { tile, spread } = options.stages[1]![k]![option]!;
        leaf.tiles[1]![k] = tile;
        leaf.spreads[1]![k] = spread;
        leaf.steps[1]![k] = options.steps[1]![k]![chosen[0]![k]!]![option]!;
      }
      leaf.settle(1);
      let least = Number.POSITIVE_INFINITY;
      for (const order of leaf.ordersOf(0)) {
        leaf.orders[0] = order;
        least = Math.min(least, leaf.energyOf(1));
      }
      energies[i] = least - outlook.leastEnergy[0]!;
      leastOfAll = Math.min(leastOfAll, energies[i]!);
    }
    outlook.leastEnergy[1] = leastOfAll;
    this.isExact = true;
  }

  private *descend(most: number): Generator<void, Worth> {
    const { outlook, groups } = this.ground;
    /** By stage: its candidate, where it is the only one. */
    const only = groups.map(([group, other]) =>
      group?.members.length === 1 && other === undefined ? group.members[0] : undefined,
    );
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
      const next = only[stage + 1];
      if (next !== undefined && !this.leadsTo(stage + 1, next)) continue;
      if (!this.enter(stage, member)) continue;
      this.path[stage] = member;
      if (stage < this.last) this.begin(++stage);
      else this.take();
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
    let least = energies[member]!;
    this.cyclesTo[stage] = Math.max(this.cyclesTo[stage - 1]!, cycles[member]!);
    this.spreadTo[stage] = this.spreadTo[stage - 1]! * spreads[member]!;
    if (stage > 1 && stage < this.last) {
      // More is known where the steps above are
      bounds.look(stage, leaf.tiles[stage]!, leaf.spreads[stage]!, leaf.steps[stage]!);
      this.cyclesTo[stage] = Math.max(this.cyclesTo[stage]!, bounds.cycles);
      least = bounds.energy;
      const energy = this.energyTo[stage - 1]! + least;
      if (!standing.isPromising(outlook.from(stage, energy, this.cyclesTo[stage]!, this.spreadTo[stage]!))) {
        standing.cut(`${view.levels[stage]!.name} bound`);
        return false;
      }
    }
    leaf.settle(stage);
    if (stage === this.last) return true;
    this.ordered[stage] = undefined;
    // Few of the first are entered with another
    if (stage === 1) {
      this.energyTo[stage] = this.energyTo[stage - 1]! + least;
      return true;
    }
    const [best] = this.ordersAbove(stage, least);
    if (best === undefined) return false;
    this.energyTo[stage] = best.energy;
    return true;
  }

  /**
   * The promising orders of the loops of all levels above a stage that is entered.
   *
   * @param least energy of the stage at the least
   */
  private ordersAbove(stage: number, least: number): readonly Ordered[] {
    const known = this.ordered[stage];
    if (known !== undefined) return known;
    const { outlook } = this.ground;
    const { leaf, standing } = this;
    const cycles = outlook.cyclesFrom(stage, this.cyclesTo[stage]!, this.spreadTo[stage]!);
    const ahead = outlook.ahead(stage);
    const own = leaf.ordersOf(stage - 1);
    const found: Ordered[] = [];
    for (const outer of this.ordersAbove(stage - 1, 0)) {
      // Those further out come by rising energy
      if (stage > 1 && !standing.isPromising(outlook.worth(outer.energy + least + ahead, cycles))) break;
      leaf.setOrders(outer);
      for (const order of own) {
        leaf.orders[stage - 1] = order;
        const energy = outer.energy + leaf.energyOf(stage);
        if (standing.isPromising(outlook.worth(energy + ahead, cycles))) {
          found.push({ level: stage - 1, order, outer, energy });
        } else standing.cut('order bound');
      }
    }
    found.sort((a, b) => a.energy - b.energy);
    this.ordered[stage] = found;
    return found;
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

  /** Takes what is chosen, with the best orders of all levels; that of the innermost makes no difference. */
  private take(): void {
    const { leaf, standing, last } = this;
    const { outlook, keeps } = this.ground;
    const [innermost] = leaf.ordersOf(last - 1);
    const placements = innermost && this.placed();
    if (placements === undefined) return;
    leaf.orders[last - 1] = innermost!;
    const own = leaf.energyOf(last);
    const cycles = leaf.macCycles();
    for (const ordered of this.ordersAbove(last - 1, 0)) {
      const energy = ordered.energy + own;
      // Orders come by rising energy, and ports can only make it worth less
      if (!standing.isPromising(outlook.worth(energy, cycles))) return;
      leaf.setOrders(ordered);
      standing.visited++;
      const worth = outlook.worth(energy, Math.max(cycles, leaf.portCycles()));
      if (standing.best !== undefined && !isBetter(worth, standing.best.worth)) continue;
      this.found = this.path.slice();
      standing.best = {
        keeps,
        worth,
        placements,
        steps: leaf.steps.map((row) => row.slice()),
        orders: [...leaf.orders],
      };
    }
  }
}
