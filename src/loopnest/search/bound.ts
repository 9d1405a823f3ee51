import type { Boundary } from './boundaries.ts';
import { distinctTiles } from './distinct-tiles.ts';
import { fanoutOf, type View } from './view.ts';

/** Multiplies counts that no mapping exceeds. */
const mostInstances = (view: View, from: number, to: number): number =>
  view.levels.slice(from, to).reduce((all, level) => all * fanoutOf(level), 1);

/** What one port of a level moves in a stage: the boundaries that it serves, and those that it receives from. */
interface Port {
  readonly level: number;
  /** Words in a cycle. */
  readonly rate: number;
  /** Boundaries of the stage, by number. */
  readonly serves: readonly number[];
  readonly receives: readonly number[];
}

/** By stage: the ports that have a limit. */
function portsOf({ levels, tensors }: View, boundaries: readonly (readonly Boundary[])[]): Port[][] {
  return boundaries.map((some) =>
    levels.flatMap(({ bandwidth: { read, write } = {} }, level): Port[] => {
      const numbers = (isMine: (boundary: Boundary) => boolean) =>
        some.flatMap((boundary, i) => (isMine(boundary) ? [i] : []));
      const serves = numbers(({ from }) => from === level);
      const updates = numbers(({ from, tensor }) => from === level && tensors[tensor]!.isOutput);
      const receives = numbers(({ to }) => to === level);
      return [
        ...(read === undefined ? [] : [{ level, rate: read, serves, receives: [] }]),
        ...(write === undefined ? [] : [{ level, rate: write, serves: updates, receives }]),
      ].filter((port) => port.serves.length + port.receives.length > 0);
    }),
  );
}

/**
 * Lower bounds for the stages of one choice of what is kept: a look at tiles and spreads of a stage tells the least energy of
 * what comes into it, and the least cycles that the whole run takes, whatever the other levels do.
 *
 * Only one tensor can be stationary in the innermost loop outside: the cheapest of the three cases counts.
 */
export class Bounds {
  /** Of the last look. */
  energy = 0;
  /** Of the last look; 0 where nobody asks. */
  cycles = 0;
  private readonly view: View;
  private readonly boundaries: readonly (readonly Boundary[])[];
  private readonly ports: readonly (readonly Port[])[];
  private readonly knowsCycles: boolean;
  private readonly macs: number;
  private readonly most: readonly (readonly number[])[];
  private readonly visits: Float64Array;
  private readonly deltas: Float64Array;
  private readonly times: Float64Array;
  /** By boundary: words that all instances fetch; how many fewer where the tensor is stationary; tiles that differ. */
  private readonly moved: Float64Array;
  private readonly saved: Float64Array;
  private readonly distinct: Float64Array;

  constructor(view: View, boundaries: readonly (readonly Boundary[])[], knowsCycles: boolean) {
    this.view = view;
    this.boundaries = boundaries;
    this.ports = portsOf(view, boundaries);
    this.knowsCycles = knowsCycles;
    const stages = view.levels.map((_, i) => i).concat(view.levels.length);
    this.most = stages.map((from) => stages.map((to) => mostInstances(view, from, to)));
    this.macs = view.sizes.reduce((all, size) => all * size, 1);
    const numbers = (count: number) => new Float64Array(count);
    [this.visits, this.deltas, this.times] = [
      numbers(view.sizes.length),
      numbers(view.sizes.length + 1),
      numbers(view.sizes.length + 1),
    ];
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
    const { view, visits, moved, saved } = this;
    const { sizes, tensors, levels } = view;
    let spreadAll = 1;
    for (let k = 0; k < sizes.length; k++) {
      spreadAll *= spread[k]!;
      visits[k] = Math.max(1, sizes[k]! / (tile[k]! * spread[k]!));
    }
    const some = this.boundaries[stage]!;
    for (let i = 0; i < some.length; i++) {
      const { tensor: t, to } = some[i]!;
      this.distinct[i] = distinctTiles(view, t, [tile], [spread], 0, 0);
      moved[i] = 0;
      saved[i] = 0;
      if (!knowsUneven && tensors[t]!.isUneven.includes(true)) continue;
      if (to === levels.length) {
        moved[i] = this.macs;
        continue;
      }
      const loops = steps && this.isSettledBy(t, steps) ? steps : visits;
      const all = spreadAll * this.outside(loops);
      const standing = this.standing(t, loops);
      moved[i] = all * this.fetched(t, tile, spread, loops, standing);
      saved[i] = standing === 1 ? 0 : moved[i]! - all * this.fetched(t, tile, spread, loops, 1);
    }
    this.energy = this.energyOf(stage, spread, spreadAll, isPartial);
    if (this.knowsCycles) this.cycles = this.cyclesOf(stage, spread, spreadAll);
  }

  private energyOf(stage: number, spread: ArrayLike<number>, spreadAll: number, isPartial: boolean): number {
    const { view, visits, most, moved, saved } = this;
    const { sizes, tensors, levels } = view;
    const some = this.boundaries[stage]!;
    let sum = 0;
    let mostSaved = 0;
    let allSaved = 0;
    for (let i = 0; i < some.length; i++) {
      const { tensor, from, to, perReceived, perServed, perCrossing } = some[i]!;
      const { isOutput, axisOf, words } = tensors[tensor]!;
      const multicast = this.distinct[i]! / spreadAll;
      let perWord = perReceived + (perServed * multicast) / most[from]![stage - 1]!;
      for (const [level, energy] of perCrossing) {
        perWord += level === stage ? energy : (energy * multicast) / most[level]![stage - 1]!;
      }
      sum += perWord * moved[i]!;
      const less = perWord * saved[i]!;
      mostSaved = Math.max(mostSaved, less);
      allSaved += less;
      if (!isOutput) continue;
      // psums needed for the first time: at most as often as tiles are reduced above
      let reduced = 1;
      let all = 1;
      for (let k = 0; k < sizes.length; k++) {
        if (axisOf[k]! >= 0) continue;
        reduced *= spread[k]!;
        all *= visits[k]! * spread[k]!;
      }
      const mostReduced = reduced * most[0]![stage - 1]!;
      const first = words * (isPartial ? mostReduced : Math.min(all, mostReduced));
      let perFirst = to === levels.length ? 0 : perReceived + levels[stage]!.energy.read;
      for (const [level, energy] of perCrossing) {
        if (level === stage) perFirst += energy / 2;
        else if (level < stage) sum -= (energy / 2) * words * most[0]![level]!;
      }
      sum -= perFirst * first;
    }
    return sum - (view.sharesUnknown ? allSaved : mostSaved);
  }

  /** The cycles of the MACs, where loops in space need not divide, and of the ports on the way into the stage. */
  private cyclesOf(stage: number, spread: ArrayLike<number>, spreadAll: number): number {
    const { view, most, moved, saved, distinct } = this;
    const { sizes, tensors, levels } = view;
    const some = this.boundaries[stage]!;
    const above = most[0]![stage - 1]!;
    let cycles = 1 / (above * most[stage]![levels.length]!);
    for (let k = 0; k < sizes.length; k++) cycles *= Math.ceil(sizes[k]! / spread[k]!);
    for (const { rate, serves, receives } of this.ports[stage]!) {
      let [sum, mostSaved, allSaved] = [0, 0, 0];
      const add = (i: number, share: number, differ: number) => {
        const { isOutput, words } = tensors[some[i]!.tensor]!;
        sum += share * moved[i]! - (isOutput ? words / differ : 0);
        mostSaved = Math.max(mostSaved, share * saved[i]!);
        allSaved += share * saved[i]!;
      };
      for (const i of serves) add(i, distinct[i]! / spreadAll / above, 1);
      for (const i of receives) add(i, 1 / spreadAll / above, distinct[i]!);
      cycles = Math.max(cycles, (sum - (view.sharesUnknown ? allSaved : mostSaved)) / rate);
    }
    return cycles;
  }

  /** What a stage costs at least, whatever its tiles: nothing but for the first psums, which the level does not read. */
  floor(stage: number): number {
    const { view } = this;
    const { sizes, tensors, levels } = view;
    return this.boundaries[stage]!.reduce((sum, { tensor, to }) => {
      const { isOutput, axisOf, words } = tensors[tensor]!;
      if (!isOutput || to === levels.length) return sum;
      const reductions = sizes.reduce((all, size, k) => (axisOf[k]! < 0 ? all * size : all), 1);
      return sum - words * Math.min(reductions, this.most[0]![stage]!) * levels[to]!.energy.read;
    }, 0);
  }

  /** Whether loops move a tensor by whole tiles, so that whatever loop outside them steps, it brings a whole tile. */
  private isSettledBy(t: number, loops: ArrayLike<number>): boolean {
    const { axisOf, isShared } = this.view.tensors[t]!;
    for (let k = 0; k < axisOf.length; k++) {
      if (loops[k]! > 1 && axisOf[k]! >= 0 && !isShared[axisOf[k]!]) return true;
    }
    return false;
  }

  /** Steps of the loops outside some. */
  private outside(loops: ArrayLike<number>): number {
    let steps = 1;
    for (let k = 0; k < loops.length; k++) steps *= Math.max(1, this.visits[k]! / loops[k]!);
    return steps;
  }

  /** Steps of the loops that do not move a tensor. */
  private standing(t: number, loops: ArrayLike<number>): number {
    const { axisOf } = this.view.tensors[t]!;
    let steps = 1;
    for (let k = 0; k < axisOf.length; k++) if (axisOf[k]! < 0) steps *= loops[k]!;
    return steps;
  }

  /**
   * Words that one instance fetches at least: loops that do not move the tensor but bring it again, so many times, bring it
   * as much as the loop that moves it least.
   */
  private fetched(
    t: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    loops: ArrayLike<number>,
    again: number,
  ): number {
    const { axisOf, coefficient, isShared, axes, slides } = this.view.tensors[t]!;
    let words = 1;
    let whole = 1;
    for (let a = 0; a < axes; a++) {
      let length = 1;
      for (let k = 0; k < loops.length; k++) if (axisOf[k] === a) length += coefficient[k]! * (tile[k]! - 1);
      words *= length;
    }
    for (let k = 0; k < loops.length; k++) {
      if (axisOf[k]! >= 0 && !isShared[axisOf[k]!]) whole *= loops[k]!;
    }
    if (!slides) return words * whole * again;
    return this.sliding(t, tile, spread, loops, words, whole, again);
  }

  private sliding(
    t: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    loops: ArrayLike<number>,
    words: number,
    whole: number,
    again: number,
  ): number {
    const { axisOf, coefficient, isShared, axes } = this.view.tensors[t]!;
    const { deltas, times } = this;
    let count = 0;
    let least = words;
    const insert = (delta: number, steps: number) => {
      if (steps <= 1) return;
      let i = count++;
      // Loops that move the tile least go innermost, to the end
      while (i > 0 && deltas[i - 1]! < delta) {
        deltas[i] = deltas[i - 1]!;
        times[i] = times[i - 1]!;
        i--;
      }
      deltas[i] = delta;
      times[i] = steps;
    };
    for (let a = 0; a < axes; a++) {
      if (!isShared[a]) continue;
      let length = 1;
      let moving = 0;
      for (let k = 0; k < loops.length; k++) {
        if (axisOf[k] !== a) continue;
        length += coefficient[k]! * (tile[k]! - 1);
        if (loops[k]! > 1) moving++;
      }
      let steps = 1;
      let block = Number.POSITIVE_INFINITY;
      for (let k = 0; k < loops.length; k++) {
        if (axisOf[k] !== a || loops[k]! <= 1) continue;
        const step = coefficient[k]! * tile[k]! * spread[k]!;
        const delta = (words / length) * Math.min(step, length);
        if (moving === 1) {
          least = Math.min(least, delta);
          insert(delta, loops[k]!);
        } else {
          // Of loops that share the axis, those outside may bring the tile back to where it was
          least = 0;
          steps *= loops[k]!;
          block = Math.min(block, delta);
        }
      }
      // The innermost loop of the axis has two steps or more, and half of all steps or more are its own
      if (moving > 1) insert((block * steps) / 2 / (steps - 1), steps);
    }
    insert(least, again);
    let fetched = words * whole;
    let outside = whole;
    for (let i = 0; i < count; i++) {
      fetched += outside * (times[i]! - 1) * deltas[i]!;
      outside *= times[i]!;
    }
    return fetched;
  }
}
