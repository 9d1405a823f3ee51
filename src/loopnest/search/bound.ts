import type { Boundary } from './boundaries.ts';
import { distinctTiles } from './distinct-tiles.ts';
import { LeastFetched } from './least-fetched.ts';
import { type Port, portsOf } from './ports.ts';
import { fanoutOf, OUTPUTS, type View } from './view.ts';

/** Steps that are whole but for rounding are not rounded up. */
const ROUNDING = 1e-9;

/** Multiplies counts that no mapping exceeds. */
const mostInstances = (view: View, from: number, to: number): number =>
  view.levels.slice(from, to).reduce((all, level) => all * fanoutOf(level), 1);

/**
 * Lower bounds for the stages of one choice of what is kept: a look at tiles and spreads of a stage tells the least energy of
 * what comes into it, and the least cycles that the whole run takes, whatever the other levels do.
 *
 * Only one tensor can be stationary in the innermost loop outside: the cheapest of the three cases counts.
 *
 * Where factors do not divide, as many steps are made as cover the dimension, or more: the levels outside may pad it
 * further. What the outputs save because their first psums are not fetched grows with padding, too; where they save more
 * than they cost in a stage, the most padding counts.
 */
export class Bounds {
  /** Of the last look. */
  energy = 0;
  /** Of the last look; 0 where nobody asks. */
  cycles = 0;
  private readonly view: View;
  private readonly boundaries: readonly (readonly Boundary[])[];
  private readonly ports: readonly (readonly Port[])[];
  private readonly mostPadded: readonly number[];
  private readonly knowsCycles: boolean;
  private readonly macs: number;
  /** How many times as many MACs, and outputs, there are at least with padding, and how many times as many at most. */
  private padded = 1;
  private paddedOutputs = 1;
  private growth = 1;
  private growthOfOutputs = 1;
  private readonly most: readonly (readonly number[])[];
  /** Steps outside the tiles, at the least. */
  private readonly visits: Float64Array;
  private readonly fetching: LeastFetched;
  /** By boundary: words that all instances fetch; how many fewer where the tensor is stationary; tiles that differ. */
  private readonly moved: Float64Array;
  private readonly saved: Float64Array;
  private readonly distinct: Float64Array;

  /** @param mostPadded by dimension: what its factors multiply to at the most */
  constructor(
    view: View,
    boundaries: readonly (readonly Boundary[])[],
    mostPadded: readonly number[],
    knowsCycles: boolean,
  ) {
    this.view = view;
    this.boundaries = boundaries;
    this.mostPadded = mostPadded;
    this.ports = portsOf(view, boundaries);
    this.knowsCycles = knowsCycles;
    const stages = view.levels.map((_, i) => i).concat(view.levels.length);
    this.most = stages.map((from) => stages.map((to) => mostInstances(view, from, to)));
    this.macs = view.sizes.reduce((all, size) => all * size, 1);
    const numbers = (count: number) => new Float64Array(count);
    this.visits = numbers(view.sizes.length);
    this.fetching = new LeastFetched(view);
    const most = Math.max(...boundaries.map(({ length }) => length));
    [this.moved, this.saved, this.distinct] = [numbers(most), numbers(most), numbers(most)];
  }

  /** @param steps in time at the level above, where known: a tensor that they move is stationary in no loop further out */
  look(
    stage: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    steps?: ArrayLike<number> | undefined,
  ): void {
    this.measure(stage, tile, spread, steps, false, true);
  }

  /**
   * The same where the tiles of some dimensions are open and stand at what costs least: less than all that may become of them.
   *
   * @param knowsUneven whether the tiles of uneven dimensions are known; else tensors that have them count nothing
   */
  lookAtPart(stage: number, tile: ArrayLike<number>, spread: ArrayLike<number>, knowsUneven: boolean): void {
    this.measure(stage, tile, spread, undefined, true, knowsUneven);
  }

  private measure(
    stage: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    steps: ArrayLike<number> | undefined,
    isPartial: boolean,
    knowsUneven: boolean,
  ): void {
    const { view, moved, saved, visits, fetching } = this;
    const { sizes, tensors, levels } = view;
    let spreadAll = 1;
    for (let k = 0; k < sizes.length; k++) spreadAll *= spread[k]!;
    this.visit(stage, tile, spread, isPartial);
    const some = this.boundaries[stage]!;
    for (let i = 0; i < some.length; i++) {
      const { tensor: t, to } = some[i]!;
      this.distinct[i] = distinctTiles(view, t, [tile], [spread], 0, 0);
      moved[i] = 0;
      saved[i] = 0;
      if (!knowsUneven && tensors[t]!.isUneven.includes(true)) continue;
      if (to === levels.length) {
        moved[i] = this.macs * this.padded;
        continue;
      }
      const loops = steps && fetching.isSettledBy(t, steps) ? steps : visits;
      const all = spreadAll * this.outside(loops);
      const standing = fetching.standing(t, loops);
      moved[i] = all * fetching.fetched(t, tile, spread, loops, standing);
      saved[i] = standing === 1 ? 0 : moved[i]! - all * fetching.fetched(t, tile, spread, loops, 1);
    }
    this.energy = this.energyOf(stage, spread, spreadAll, isPartial);
    if (stage === 1) this.energy += this.paddingEnergy();
    if (this.knowsCycles) this.cycles = this.cyclesOf(stage, tile, spreadAll);
  }

  /** Counts the steps outside tiles, and the padding that they mean. */
  private visit(stage: number, tile: ArrayLike<number>, spread: ArrayLike<number>, isPartial: boolean): void {
    const { view, visits, mostPadded } = this;
    const { sizes, tensors } = view;
    const { axisOf } = tensors[OUTPUTS]!;
    this.padded = this.paddedOutputs = this.growth = this.growthOfOutputs = 1;
    for (let k = 0; k < sizes.length; k++) {
      const block = tile[k]! * spread[k]!;
      const steps = Math.ceil(sizes[k]! / block - ROUNDING);
      visits[k] = steps;
      if (mostPadded[k] === sizes[k]) continue;
      const padded = Math.max(1, (steps * block) / sizes[k]!);
      // Outside stage 1 are the steps of DRAM only
      const most = isPartial
        ? mostPadded[k]! / (padded * sizes[k]!)
        : stage === 1
          ? 1
          : Math.floor(mostPadded[k]! / block) / steps;
      const growth = Math.max(1, most);
      this.padded *= padded;
      if (axisOf[k]! >= 0) {
        this.paddedOutputs *= padded;
        this.growthOfOutputs *= growth;
      } else this.growth *= growth;
    }
  }

  /** What padding adds to what is fixed: arithmetic, less the first psums that are not read. */
  private paddingEnergy(): number {
    const { tensors, levels, macEnergy } = this.view;
    const arithmetic = this.macs * macEnergy;
    const psums = tensors[OUTPUTS]!.words * levels[0]!.energy.read;
    return this.ofOutputs(this.padded * arithmetic - this.paddedOutputs * psums) - (arithmetic - psums);
  }

  /** What is in proportion to the outputs, however they are padded. */
  private ofOutputs(energy: number): number {
    return energy < 0 ? energy * this.growthOfOutputs : energy;
  }

  private energyOf(stage: number, spread: ArrayLike<number>, spreadAll: number, isPartial: boolean): number {
    const { view, most, moved, saved } = this;
    const some = this.boundaries[stage]!;
    let sum = 0;
    let mostSaved = 0;
    let allSaved = 0;
    for (let i = 0; i < some.length; i++) {
      const boundary = some[i]!;
      const multicast = this.distinct[i]! / spreadAll;
      let whole: number;
      let less: number;
      if (view.tensors[boundary.tensor]!.isOutput) {
        const first = this.firstPsums(stage, spread, isPartial);
        whole = this.psumEnergy(stage, boundary, multicast, moved[i]!, first);
        less =
          saved[i] === 0
            ? 0
            : whole - this.psumEnergy(stage, boundary, multicast, moved[i]! - saved[i]!, first);
      } else {
        const { from, perReceived, perServed, perCrossing } = boundary;
        let perWord = perReceived + (perServed * multicast) / most[from]![stage - 1]!;
        for (const [level, energy] of perCrossing) {
          perWord += level === stage ? energy : (energy * multicast) / most[level]![stage - 1]!;
        }
        whole = perWord * moved[i]!;
        less = perWord * saved[i]!;
      }
      sum += whole;
      mostSaved = Math.max(mostSaved, less);
      allSaved += less;
    }
    return sum - (view.sharesUnknown ? allSaved : mostSaved);
  }

  /** psums that instances of a stage need for the first time, at the most: as often as tiles are reduced above. */
  private firstPsums(stage: number, spread: ArrayLike<number>, isPartial: boolean): number {
    const { visits } = this;
    const { axisOf, words } = this.view.tensors[OUTPUTS]!;
    let reduced = this.most[0]![stage - 1]!;
    let all = this.growth;
    for (let k = 0; k < axisOf.length; k++) {
      if (axisOf[k]! >= 0) continue;
      reduced *= spread[k]!;
      all *= visits[k]! * spread[k]!;
    }
    return words * this.paddedOutputs * (isPartial ? reduced : Math.min(all, reduced));
  }

  /**
   * The least energy of psums on the way into a stage, and back, where all instances fetch so many or more: those that are
   * needed for the first time, so many at the most, are not brought, and the level does not read them.
   */
  private psumEnergy(
    stage: number,
    { from, to, perReceived, perServed, perCrossing }: Boundary,
    multicast: number,
    fetched: number,
    mostFirst: number,
  ): number {
    const { most, view } = this;
    const { levels, tensors } = view;
    const served = (perServed * multicast) / most[from]![stage - 1]!;
    const read = to === levels.length ? 0 : levels[stage]!.energy.read;
    const words = tensors[OUTPUTS]!.words * this.paddedOutputs;
    let perFirst = served - read;
    for (const [level, energy] of perCrossing) {
      perFirst += (energy / 2) * (level === stage ? 1 : multicast / most[level]![stage - 1]!);
    }
    // Where first psums save more than they cost, as many as there can be cost least
    const moved = perFirst < 0 ? Math.max(fetched, mostFirst) : fetched;
    const first = Math.min(mostFirst, moved);
    let sum = served * moved + perReceived * (moved - first) - read * first;
    for (const [level, energy] of perCrossing) {
      if (level === stage) {
        sum += energy * (moved - first / 2);
        continue;
      }
      const crossing = (energy * multicast * moved) / most[level]![stage - 1]!;
      sum += Math.max(crossing / 2, crossing - (energy / 2) * words * most[0]![level]!);
    }
    return this.ofOutputs(sum);
  }

  /** The cycles of the MACs, where loops in space need not divide, and of the ports on the way into the stage. */
  private cyclesOf(stage: number, tile: ArrayLike<number>, spreadAll: number): number {
    const { view, most, visits, moved, saved, distinct } = this;
    const { sizes, tensors, levels } = view;
    const some = this.boundaries[stage]!;
    const above = most[0]![stage - 1]!;
    let cycles = 1 / (above * most[stage]![levels.length]!);
    for (let k = 0; k < sizes.length; k++) cycles *= visits[k]! * tile[k]!;
    for (const { rate, serves, receives } of this.ports[stage]!) {
      let [sum, mostSaved, allSaved] = [0, 0, 0];
      const add = (i: number, share: number, differ: number) => {
        const { isOutput, words } = tensors[some[i]!.tensor]!;
        const first = isOutput ? (words * this.paddedOutputs) / differ : 0;
        const whole = Math.max(0, share * moved[i]! - first);
        const less = whole - Math.max(0, share * (moved[i]! - saved[i]!) - first);
        sum += whole;
        mostSaved = Math.max(mostSaved, less);
        allSaved += less;
      };
      for (const i of serves) add(i, distinct[i]! / spreadAll / above, 1);
      for (const i of receives) add(i, 1 / spreadAll / above, distinct[i]!);
      cycles = Math.max(cycles, (sum - (view.sharesUnknown ? allSaved : mostSaved)) / rate);
    }
    return cycles;
  }

  /** What a stage costs at least, whatever its tiles: nothing but for the first psums, which the level does not read. */
  floor(stage: number): number {
    const { view, mostPadded } = this;
    const { sizes, tensors, levels, macEnergy } = view;
    const outputs = tensors[OUTPUTS]!;
    let reductions = 1;
    let padded = 1;
    for (let k = 0; k < sizes.length; k++) {
      if (outputs.axisOf[k]! < 0) reductions *= mostPadded[k]!;
      else padded *= mostPadded[k]! / sizes[k]!;
    }
    const first = outputs.words * padded * Math.min(reductions, this.most[0]![stage]!);
    const padding = (padded - 1) * (this.macs * macEnergy - outputs.words * levels[0]!.energy.read);
    return this.boundaries[stage]!.reduce(
      (sum, { tensor, to }) =>
        tensors[tensor]!.isOutput && to < levels.length ? sum - first * levels[to]!.energy.read : sum,
      stage === 1 ? Math.min(0, padding) : 0,
    );
  }

  /** Steps of the loops outside some. */
  private outside(loops: ArrayLike<number>): number {
    let steps = 1;
    for (let k = 0; k < loops.length; k++) steps *= Math.max(1, this.visits[k]! / loops[k]!);
    return steps;
  }
}
