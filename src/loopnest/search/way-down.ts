import type { Bounds } from './bound.ts';
import type { Boundary, Keeps } from './boundaries.ts';
import { type Chosen, Leaf } from './leaf.ts';
import type { Options } from './options.ts';
import type { Orders } from './orders.ts';
import type { Outlook } from './outlook.ts';
import { isNeeded, place } from './placement.ts';
import type { Group, StageList } from './stage-list.ts';
import type { Placement, Standing } from './standing.ts';
import type { View } from './view.ts';
import { isBetter, type Worth } from './worth.ts';

/** The order of the loops of a level with those further out, and the exact energy of all that comes through them. */
interface Ordered extends Chosen {
  readonly energy: number;
}

/** Outside the outermost level. */
const OUTSIDE: Ordered = { level: -1, order: [], outer: undefined, energy: 0 };

/** What a way down leads through, and what is known of it. */
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
 * A way from DRAM down to the MACs, stage by stage: a candidate of each and, as soon as the loops of a level are known, their
 * orders. It leads no further where what is chosen, with the best of all that is still open, is no better than the best
 * mapping.
 */
export class WayDown {
  /** The stage of the MACs. */
  readonly last: number;
  /** By stage: the options of what is chosen. */
  readonly chosen: readonly Uint16Array[];
  /** By stage: the member of the list that is chosen; and that of the best mapping found. */
  private readonly path: Int32Array;
  found: Int32Array | undefined;
  private readonly ground: Ground;
  private readonly standing: Standing;
  private readonly leaf: Leaf;
  /** By stage: the promising orders of all levels above, by rising energy; not known yet where nobody asked. */
  private readonly ordered: (readonly Ordered[] | undefined)[];
  /** By stage, with those above: energy, cycles and instances. */
  private readonly energyTo: Float64Array;
  private readonly cyclesTo: Float64Array;
  private readonly spreadTo: Float64Array;
  /** By stage: the group and the member that are next. */
  readonly group: Int32Array;
  readonly member: Int32Array;

  constructor(ground: Ground, orders: Orders, standing: Standing) {
    const { view, boundaries, outlook } = ground;
    this.ground = ground;
    this.standing = standing;
    this.leaf = new Leaf(view, boundaries, orders);
    this.last = view.levels.length;
    const stages = this.last + 1;
    this.chosen = boundaries.map(() => new Uint16Array(view.sizes.length));
    this.ordered = boundaries.map(() => [OUTSIDE]);
    [this.energyTo, this.cyclesTo] = [new Float64Array(stages), new Float64Array(stages)];
    this.energyTo[0] = outlook.leastEnergy[0]!;
    this.spreadTo = new Float64Array(stages).fill(1);
    this.path = new Int32Array(stages);
    this.group = new Int32Array(stages);
    this.member = new Int32Array(stages);
  }

  /** Begins with the first candidate of a stage. */
  begin(stage: number): void {
    this.group[stage] = 0;
    this.member[stage] = 0;
  }

  /** The next candidate of a stage that is promising with those above. */
  next(stage: number): number | undefined {
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
  choose(stage: number, member: number): boolean {
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
  leadsTo(stage: number, member: number): boolean {
    const above = this.chosen[stage - 1]!;
    const { options } = this.ground.lists[stage]!;
    const stepsOf = this.ground.options.steps[stage]!;
    for (let k = 0; k < above.length; k++) {
      if (stepsOf[k]![above[k]!]![options[member * above.length + k]!] === 0) return false;
    }
    return true;
  }

  /** Goes on with what was chosen, if it is still promising. */
  enter(stage: number, member: number): boolean {
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
    this.path[stage] = member;
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

  /** The least worth of mappings that go on from a stage, where the one below costs so much at the least. */
  worthFrom(stage: number, below?: number): Worth {
    const { outlook } = this.ground;
    return outlook.from(stage, this.energyTo[stage]!, this.cyclesTo[stage]!, this.spreadTo[stage]!, below);
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
  }

  /** Takes what is chosen, with the best orders of all levels; that of the innermost makes no difference. */
  take(): void {
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
}
