import type { Boundary } from './boundaries.ts';
import { distinctTiles } from './distinct-tiles.ts';
import type { Orders } from './orders.ts';
import { OUTPUTS, type View } from './view.ts';

/** The order of the loops of a level, innermost first, with those further out; level −1 is outside all. */
export interface Chosen {
  readonly level: number;
  readonly order: readonly number[];
  readonly outer: Chosen | undefined;
}

/**
 * A mapping in the making: tiles, spreads and steps of every stage, and the orders of the loops in time of every level.
 * Has the exact cost of a stage as soon as that stage and those above are chosen.
 */
export class Leaf {
  /** By stage and dimension: tile, tiles side by side, and steps in time at the level above. */
  readonly tiles: readonly Int32Array[];
  readonly spreads: readonly Int32Array[];
  readonly steps: readonly Int32Array[];
  /** By level: the dimensions that have loops in time, innermost loop first. */
  readonly orders: (readonly number[])[];

  private readonly view: View;
  private readonly hasPorts: boolean;
  private readonly boundaries: readonly (readonly Boundary[])[];
  private readonly listed: Orders;
  /** Energy of each word that an instance fetches, by stage and boundary. */
  private readonly perFetched: readonly Float64Array[];
  /** Energy of a stage that does not depend on orders. */
  private readonly fixed: Float64Array;
  /** Instances of a stage, and the psums that all need for the first time. */
  private readonly instances: Float64Array;
  private readonly first: Float64Array;
  private readonly lengths: readonly Float64Array[];
  private readonly moved: Float64Array;

  constructor(view: View, boundaries: readonly (readonly Boundary[])[], listed: Orders) {
    const stages = view.levels.length + 1;
    const rows = () => Array.from({ length: stages }, () => new Int32Array(view.sizes.length).fill(1));
    this.view = view;
    this.hasPorts = view.levels.some(({ bandwidth }) => bandwidth !== undefined);
    this.boundaries = boundaries;
    this.listed = listed;
    this.tiles = rows();
    this.spreads = rows();
    this.steps = rows();
    this.orders = view.levels.map(() => []);
    this.perFetched = boundaries.map((some) => new Float64Array(some.length));
    this.fixed = new Float64Array(stages);
    this.instances = new Float64Array(stages).fill(1);
    this.first = new Float64Array(stages);
    this.lengths = view.tensors.map(({ axes }) => new Float64Array(axes));
    this.moved = new Float64Array(Math.max(...view.tensors.map(({ axes }) => axes)));
  }

  /** Sets the orders of a level and of those further out. */
  setOrders(chosen: Chosen): void {
    for (let one: Chosen | undefined = chosen; one !== undefined && one.level >= 0; one = one.outer) {
      this.orders[one.level] = one.order;
    }
  }

  /** Steps in time of all levels: the cycles of the MACs. */
  macCycles(): number {
    let cycles = 1;
    for (const steps of this.steps) for (let k = 0; k < steps.length; k++) cycles *= steps[k]!;
    return cycles;
  }

  /** To be called when tiles, spreads and steps of a stage are chosen, and those above. */
  settle(stage: number): void {
    const { view, instances, first, perFetched } = this;
    const { levels, tensors } = view;
    const spread = this.spreads[stage]!;
    let all = instances[stage - 1]!;
    for (let k = 0; k < spread.length; k++) all *= spread[k]!;
    instances[stage] = all;
    if (stage === 1) this.first[0] = this.wholeOutput();
    first[stage] = (first[0]! * all) / this.distinct(OUTPUTS, 0, stage);
    let fixed = stage === 1 ? this.wholeCost() : 0;
    this.boundaries[stage]!.forEach(({ tensor, from, to, perReceived, perServed, perCrossing }, i) => {
      const { isOutput } = tensors[tensor]!;
      let perWord = perReceived * all + perServed * instances[from]! * this.distinct(tensor, from, stage);
      for (const [level, energy] of perCrossing) {
        perWord += energy * instances[level]! * this.distinct(tensor, level, stage);
        if (isOutput) fixed -= (energy / 2) * first[level]!;
      }
      if (to === levels.length) {
        // A MAC takes its operands anew in every cycle, whatever the orders
        fixed += (perWord * this.macs()) / all;
        perFetched[stage]![i] = 0;
        return;
      }
      perFetched[stage]![i] = perWord;
      if (isOutput) fixed -= (perReceived + levels[stage]!.energy.read) * first[stage]!;
    });
    this.fixed[stage] = fixed;
  }

  /** Energy of a stage that is settled, with orders chosen for all levels above. */
  energyOf(stage: number): number {
    const some = this.boundaries[stage]!;
    const perFetched = this.perFetched[stage]!;
    let energy = this.fixed[stage]!;
    for (let i = 0; i < some.length; i++) {
      if (perFetched[i] !== 0) energy += perFetched[i]! * this.fetched(some[i]!.tensor, stage);
    }
    return energy;
  }

  /** The orders of the loops of a level that can differ in cost. */
  ordersOf(level: number): readonly (readonly number[])[] {
    const steps = this.steps[level + 1]!;
    let loops = 0;
    for (let k = 0; k < steps.length; k++) if (steps[k]! > 1) loops |= 1 << k;
    return this.listed.of(level, loops);
  }

  /** Cycles that the ports of memories take at least, where they have a limit: see {@link cyclesOf}. */
  portCycles(): number {
    if (!this.hasPorts) return 0;
    const { levels, tensors } = this.view;
    let cycles = 0;
    levels.forEach(({ bandwidth }, level) => {
      if (bandwidth === undefined) return;
      const { read = Number.POSITIVE_INFINITY, write = Number.POSITIVE_INFINITY } = bandwidth;
      let reads = 0;
      let writes = 0;
      for (const { tensor, from, to } of this.boundaries.flat()) {
        if (from !== level && to !== level) continue;
        const { isOutput } = tensors[tensor]!;
        const fetched = to === levels.length ? this.macCycles() : this.fetched(tensor, to);
        const first = isOutput ? this.first[level]! : 0;
        if (to === level) writes += fetched * this.instances[level]! - first;
        else {
          const served = this.instances[from]! * this.distinct(tensor, from, to) * fetched;
          reads += served - first;
          if (isOutput) writes += served;
        }
      }
      const words = Math.max(reads / read, writes / write) / this.instances[level]!;
      cycles = Math.max(cycles, Math.ceil(words));
    });
    return cycles;
  }

  /** The energy of MACs, and what is saved since the first psums are not read from DRAM. */
  private wholeCost(): number {
    const { view } = this;
    return this.macs() * view.macEnergy - this.first[0]! * view.levels[0]!.energy.read;
  }

  private macs(): number {
    let macs = 1;
    for (let k = 0; k < this.view.sizes.length; k++) macs *= this.paddedSize(k);
    return macs;
  }

  private wholeOutput(): number {
    const { axisOf } = this.view.tensors[OUTPUTS]!;
    let words = 1;
    for (let k = 0; k < axisOf.length; k++) if (axisOf[k]! >= 0) words *= this.paddedSize(k);
    return words;
  }

  /** What the factors of each dimension multiply to. */
  paddedSizes(): readonly number[] {
    return this.view.sizes.map((_, k) => this.paddedSize(k));
  }

  private paddedSize(k: number): number {
    return this.steps[1]![k]! * this.spreads[1]![k]! * this.tiles[1]![k]!;
  }

  private distinct(tensor: number, from: number, to: number): number {
    return from === to ? 1 : distinctTiles(this.view, tensor, this.tiles, this.spreads, from + 1, to);
  }

  /** Words that one instance fetches over the whole run, as `fetchedWords` counts them. */
  private fetched(tensor: number, stage: number): number {
    const { axes, axisOf, coefficient, slides } = this.view.tensors[tensor]!;
    const tile = this.tiles[stage]!;
    const lengths = this.lengths[tensor]!;
    let words = 1;
    for (let a = 0; a < axes; a++) {
      let length = 1;
      for (let k = 0; k < tile.length; k++) if (axisOf[k] === a) length += coefficient[k]! * (tile[k]! - 1);
      lengths[a] = length;
      words *= length;
    }
    if (slides) return this.fetchedSliding(tensor, stage, words);
    let isMoved = false;
    for (let level = stage - 1; level >= 0; level--) {
      const order = this.orders[level]!;
      const factors = this.steps[level + 1]!;
      for (let i = 0; i < order.length; i++) {
        const k = order[i]!;
        isMoved ||= axisOf[k]! >= 0;
        if (isMoved) words *= factors[k]!;
      }
    }
    return words;
  }

  private fetchedSliding(tensor: number, stage: number, tile: number): number {
    const { axes, axisOf, coefficient } = this.view.tensors[tensor]!;
    const { orders, steps, tiles, spreads, moved } = this;
    const lengths = this.lengths[tensor]!;
    const isTrue = this.view.convention === 'true';
    moved.fill(0);
    let times = 1;
    for (let level = stage - 1; level >= 0; level--) {
      const order = orders[level]!;
      for (let i = 0; i < order.length; i++) times *= steps[level + 1]![order[i]!]!;
    }
    let innermost = -1;
    let innermostStep = 0;
    let words = tile;
    for (let level = stage - 1; level >= 0; level--) {
      const order = orders[level]!;
      for (let i = 0; i < order.length; i++) {
        const k = order[i]!;
        const factor = steps[level + 1]![k]!;
        const axis = axisOf[k]!;
        times /= factor;
        if (axis < 0 && innermost < 0) continue;
        const step = axis < 0 ? 0 : coefficient[k]! * tiles[level + 1]![k]! * spreads[level + 1]![k]!;
        if (innermost < 0) {
          innermost = axis;
          innermostStep = step;
        }
        let fresh = tile;
        if (isTrue) {
          let shared = 1;
          for (let a = 0; a < axes; a++) {
            shared *= Math.max(0, lengths[a]! - Math.abs((a === axis ? step : 0) - moved[a]!));
          }
          fresh -= shared;
        } else {
          let stands = true;
          let isOneStep = true;
          for (let a = 0; a < axes; a++) {
            const way = (a === axis ? step : 0) - moved[a]!;
            stands &&= way === 0;
            isOneStep &&= way === (a === innermost ? innermostStep : 0);
          }
          if (stands) fresh = 0;
          else if (isOneStep) {
            fresh = (tile / lengths[innermost]!) * Math.min(innermostStep, lengths[innermost]!);
          }
        }
        words += (factor - 1) * times * fresh;
        if (axis >= 0) moved[axis] = moved[axis]! + step * (isTrue ? factor - 1 : 1);
      }
    }
    return words;
  }
}
