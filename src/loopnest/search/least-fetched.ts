import type { View } from './view.ts';

/** How many words one instance of a level fetches at the least, whatever the order of the loops outside its tile. */
export class LeastFetched {
  private readonly view: View;
  /** By loops that move a sliding tile, the one that moves it most first: new words in a step, and steps. */
  private readonly deltas: Float64Array;
  private readonly times: Float64Array;

  constructor(view: View) {
    this.view = view;
    this.deltas = new Float64Array(view.sizes.length + 1);
    this.times = new Float64Array(view.sizes.length + 1);
  }

  /** Whether loops move a tensor by whole tiles, so that whatever loop outside them steps, it brings a whole tile. */
  isSettledBy(t: number, loops: ArrayLike<number>): boolean {
    const { axisOf, isShared } = this.view.tensors[t]!;
    for (let k = 0; k < axisOf.length; k++) {
      if (loops[k]! > 1 && axisOf[k]! >= 0 && !isShared[axisOf[k]!]) return true;
    }
    return false;
  }

  /** Steps of the loops that do not move a tensor. */
  standing(t: number, loops: ArrayLike<number>): number {
    const { axisOf } = this.view.tensors[t]!;
    let steps = 1;
    for (let k = 0; k < axisOf.length; k++) if (axisOf[k]! < 0) steps *= loops[k]!;
    return steps;
  }

  /**
   * Words that one instance fetches at least: loops that do not move the tensor but bring it again, so many times, bring it
   * as much as the loop that moves it least.
   */
  fetched(
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
