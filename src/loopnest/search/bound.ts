import { distinctPositions } from '../walk.ts';
import { canKeep, distinctSums, fanoutOf, type View } from './view.ts';

/** Which tensors each level keeps: `keeps[level][tensor]`. */
export type Keeps = readonly (readonly boolean[])[];

/**
 * How one tensor comes into a level, or to the MACs: from the next level above that keeps it too. The energy of a mapping
 * is a sum over boundaries, and of each, in proportion to the words that one instance fetches.
 */
export interface Boundary {
  readonly tensor: number;
  /** The level that serves. */
  readonly from: number;
  /** The level that receives; past the innermost, the MACs. */
  readonly to: number;
  /** Energy of a word that an instance receives. */
  readonly perReceived: number;
  /** Energy of a word that is read above, once for all that are served by it. */
  readonly perServed: number;
  /** Energy of a word brought to each instance of a level between: by the level below the network, above this one. */
  readonly perCrossing: readonly (readonly [level: number, energy: number])[];
}

/**
 * The boundaries by stage: into level c at stage c. What the MACs take depends on what lies side by side only, and stands
 * at the stage of the innermost grid on the way.
 */
export function boundariesOf(view: View, keeps: Keeps): readonly (readonly Boundary[])[] {
  const { levels, tensors } = view;
  const boundaries: Boundary[][] = Array.from({ length: levels.length + 1 }, () => []);
  for (let to = 1; to <= levels.length; to++) {
    tensors.forEach(({ isOutput }, tensor) => {
      if (to < levels.length && !keeps[to]![tensor]) return;
      let from = to - 1;
      while (!keeps[from]![tensor]) from--;
      const { read, update } = levels[from]!.energy;
      const perCrossing = levels.slice(from, to).flatMap(({ fanout }, i) => {
        const energy = (fanout?.energy ?? 0) * (isOutput ? 2 : 1);
        return energy > 0 ? [[from + i + 1, energy] as const] : [];
      });
      let stage = to;
      if (to === levels.length) {
        while (stage > from + 1 && levels[stage - 1]!.fanout === undefined) stage--;
        if (levels[stage - 1]!.fanout === undefined) stage = to;
      }
      boundaries[stage]!.push({
        tensor,
        from,
        to,
        perReceived: to < levels.length ? levels[to]!.energy.fill : 0,
        perServed: isOutput ? read + update : read,
        perCrossing,
      });
    });
  }
  return boundaries;
}

/** The choices of what levels keep that rules leave open, in a fixed order: as much as possible first. */
export function keepChoices(
  view: View,
  may: (level: number, tensor: number) => { keep: boolean; bypass: boolean },
): Keeps[] {
  const { levels, tensors } = view;
  let choices: boolean[][][] = [[]];
  levels.forEach((level, i) => {
    let rows: boolean[][] = [[]];
    tensors.forEach(({ tensor }, t) => {
      const { keep, bypass } = may(i, t);
      const ways = [
        ...(keep && canKeep(level, tensor) ? [true] : []),
        ...(i > 0 && (bypass || !canKeep(level, tensor)) ? [false] : []),
      ];
      rows = rows.flatMap((row) => ways.map((way) => [...row, way]));
    });
    choices = choices.flatMap((choice) => rows.map((row) => [...choice, row]));
  });
  return choices;
}

/** Multiplies counts that no mapping exceeds. */
const mostInstances = (view: View, from: number, to: number): number =>
  view.levels.slice(from, to).reduce((all, level) => all * fanoutOf(level), 1);

/**
 * Lower bounds for the stages of one choice of what is kept.
 */
export class Bounds {
  private readonly view: View;
  private readonly boundaries: readonly (readonly Boundary[])[];
  private readonly macs: number;
  private readonly most: readonly (readonly number[])[];
  private readonly visits: Float64Array;
  private readonly deltas: Float64Array;
  private readonly times: Float64Array;

  constructor(view: View, boundaries: readonly (readonly Boundary[])[]) {
    this.view = view;
    this.boundaries = boundaries;
    const stages = view.levels.map((_, i) => i).concat(view.levels.length);
    this.most = stages.map((from) => stages.map((to) => mostInstances(view, from, to)));
    this.macs = view.sizes.reduce((all, size) => all * size, 1);
    this.visits = new Float64Array(view.sizes.length);
    this.deltas = new Float64Array(view.sizes.length);
    this.times = new Float64Array(view.sizes.length);
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

  /**
   * The least energy of what comes into a stage where tiles and spreads of it are these, whatever the levels above do.
   *
   * Only one tensor can be stationary in the innermost loop outside: the cheapest of the three cases counts.
   *
   * @param steps in time at the level above, where known: a tensor that they move is stationary in no loop further out
   */
  energy(
    stage: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    steps?: ArrayLike<number> | undefined,
  ): number {
    return this.least(stage, tile, spread, steps, false, true);
  }

  /**
   * The same where the tiles of some dimensions are open and stand at their largest: less than all that may become of them.
   *
   * @param knowsSliding whether the dimensions are known that share axes with others; else what slides counts nothing
   */
  partial(stage: number, tile: ArrayLike<number>, spread: ArrayLike<number>, knowsSliding: boolean): number {
    return this.least(stage, tile, spread, undefined, true, knowsSliding);
  }

  private least(
    stage: number,
    tile: ArrayLike<number>,
    spread: ArrayLike<number>,
    steps: ArrayLike<number> | undefined,
    isPartial: boolean,
    knowsSliding: boolean,
  ): number {
    const { view, visits, most } = this;
    const { sizes, tensors } = view;
    let spreadAll = 1;
    for (let k = 0; k < sizes.length; k++) {
      spreadAll *= spread[k]!;
      visits[k] = Math.max(1, sizes[k]! / (tile[k]! * spread[k]!));
    }
    let sum = 0;
    let mostSaved = 0;
    let allSaved = 0;
    for (const { tensor: t, from, to, perReceived, perServed, perCrossing } of this.boundaries[stage]!) {
      const { isOutput, axisOf, words, slides } = tensors[t]!;
      const multicast = this.distinct(t, tile, spread) / spreadAll;
      const perWord =
        perReceived +
        (perServed * multicast) / most[from]![stage - 1]! +
        perCrossing.reduce(
          (all, [level, energy]) =>
            all + (level === stage ? energy : (energy * multicast) / most[level]![stage - 1]!),
          0,
        );
      const isMacs = to === view.levels.length;
      const loops = steps && this.isSettledBy(t, steps) ? steps : visits;
      const fetched = (isStationary: boolean) =>
        this.outside(loops) *
        this.fetched(t, tile, spread, loops, isStationary ? 1 : this.standing(t, loops));
      const isKnown = knowsSliding || !slides;
      const moved = !isKnown ? 0 : isMacs ? this.macs : spreadAll * fetched(false);
      let cost = perWord * moved;
      if (!isMacs && isKnown) {
        const saved = perWord * (moved - spreadAll * fetched(true));
        mostSaved = Math.max(mostSaved, saved);
        allSaved += saved;
      }
      if (isOutput) {
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
        const perFirst =
          (isMacs ? 0 : perReceived + view.levels[stage]!.energy.read) +
          perCrossing.reduce((sum, [level, energy]) => sum + (level === stage ? energy / 2 : 0), 0);
        cost -= perFirst * first;
        for (const [level, energy] of perCrossing) {
          if (level < stage) cost -= (energy / 2) * words * most[0]![level]!;
        }
      }
      sum += cost;
    }
    return sum - (view.sharesUnknown ? allSaved : mostSaved);
  }

  /** Tiles side by side that differ. */
  private distinct(t: number, tile: ArrayLike<number>, spread: ArrayLike<number>): number {
    return distinctTiles(this.view, t, [tile], [spread], 0, 0);
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

/** Tiles of a tensor side by side that differ, over the spreads of some stages. */
export function distinctTiles(
  { tensors, sizes }: View,
  t: number,
  tiles: readonly ArrayLike<number>[],
  spreads: readonly ArrayLike<number>[],
  first: number,
  last: number,
): number {
  const { axisOf, coefficient, isShared, axes } = tensors[t]!;
  let all = 1;
  for (let stage = first; stage <= last; stage++) {
    const spread = spreads[stage]!;
    for (let k = 0; k < sizes.length; k++) {
      if (axisOf[k]! >= 0 && !isShared[axisOf[k]!]) all *= spread[k]!;
    }
  }
  for (let a = 0; a < axes; a++) if (isShared[a]) all *= distinctAlong(a);
  return all;

  function distinctAlong(axis: number): number {
    let [loops, factor, step, otherFactor, otherStep] = [0, 1, 0, 1, 0];
    for (let stage = first; stage <= last; stage++) {
      for (let k = 0; k < sizes.length; k++) {
        if (axisOf[k] !== axis || spreads[stage]![k]! === 1) continue;
        loops++;
        [otherFactor, otherStep] = [factor, step];
        [factor, step] = [spreads[stage]![k]!, coefficient[k]! * tiles[stage]![k]!];
      }
    }
    if (loops < 2) return factor;
    if (loops === 2) return distinctSums(factor, step, otherFactor, otherStep);
    return distinctPositions(manyAlong(axis));
  }

  function manyAlong(axis: number) {
    const loops: { factor: number; step: number }[] = [];
    for (let stage = first; stage <= last; stage++) {
      for (let k = 0; k < sizes.length; k++) {
        if (axisOf[k] !== axis) continue;
        loops.push({ factor: spreads[stage]![k]!, step: coefficient[k]! * tiles[stage]![k]! });
      }
    }
    return loops;
  }
}
