import type { MemoryLevel } from '../architecture.ts';
import type { Option, Options } from './options.ts';
import type { View } from './view.ts';

/** Where candidates are told as they are found. */
export type Visit = (options: Uint16Array, tile: Int32Array, spread: Int32Array, spreadAll: number) => void;

/**
 * Tells all candidates of a stage: spreads that the grid above has room for, and tiles that the level has room for. Yields
 * now and then.
 */
export function* listCandidates(
  view: View,
  { stages }: Options,
  stage: number,
  keeps: readonly boolean[] | undefined,
  cut: (what: string) => void,
  visit: Visit,
): Generator<void, void> {
  const count = view.sizes.length;
  const { x: mostX = 1, y: mostY = 1 } = view.levels[stage - 1]!.fanout ?? {};
  const chosen = new Uint16Array(count);
  const tile = new Int32Array(count).fill(1);
  const spread = new Int32Array(count).fill(1);
  /** Of each dimension, the options by spread. */
  const bySpread = stages[stage]!.map((options) => {
    const groups = new Map<number, { first: Option; members: number[] }>();
    options.forEach((option, i) => {
      const group = groups.get(option.spread);
      if (group) group.members.push(i);
      else groups.set(option.spread, { first: option, members: [i] });
    });
    return [...groups.values()];
  });
  const members: (readonly number[])[] = stages[stage]!.map(() => []);
  const store = keeps && new Store(view, view.levels[stage]!, keeps);

  yield* spreadFrom(0, [1], 1);

  /** @param along products along X that are possible so far */
  function* spreadFrom(k: number, along: readonly number[], all: number): Generator<void, void> {
    if (k === count) {
      store?.clear();
      tileFrom(0, all);
      yield;
      return;
    }
    for (const { first, members: some } of bySpread[k]!) {
      const total = all * first.spread;
      const next =
        first.spread === 1 && first.alongX[0] === 1
          ? along
          : [...new Set(along.flatMap((x) => first.alongX.map((more) => x * more)))].filter(
              (x) => x <= mostX && total / x <= mostY,
            );
      if (next.length === 0) {
        cut(`${view.levels[stage - 1]!.name} fan-out`);
        continue;
      }
      spread[k] = first.spread;
      members[k] = some;
      yield* spreadFrom(k + 1, next, total);
    }
    spread[k] = 1;
  }

  function tileFrom(k: number, spreadAll: number): void {
    if (k === count) {
      visit(chosen, tile, spread, spreadAll);
      return;
    }
    const options = stages[stage]![k]!;
    for (const i of members[k]!) {
      const size = options[i]!.tile;
      if (store && !store.fits(k, size)) {
        // Tiles come by rising size
        cut(`${view.levels[stage]!.name} capacity`);
        break;
      }
      chosen[k] = i;
      tile[k] = size;
      tileFrom(k + 1, spreadAll);
    }
    store?.reset(k);
    tile[k] = 1;
  }
}

/** How much of a level the tiles take that are chosen so far; a dimension that is not counts as 1. */
class Store {
  private readonly view: View;
  private readonly kept: readonly number[];
  private readonly own: readonly number[];
  private readonly shared: number;
  private readonly scale: number;
  private readonly lengths: Float64Array[];
  private readonly sizes: Int32Array;

  constructor(view: View, { capacity, doubleBuffered }: MemoryLevel, keeps: readonly boolean[]) {
    this.view = view;
    this.kept = keeps.flatMap((keep, t) => (keep ? [t] : []));
    const ofTensor = (t: number) =>
      typeof capacity === 'object'
        ? (capacity[view.tensors[t]!.tensor] ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY;
    this.own = view.tensors.map((_, t) => ofTensor(t));
    this.shared = typeof capacity === 'number' ? capacity : Number.POSITIVE_INFINITY;
    this.scale = doubleBuffered ? 2 : 1;
    this.lengths = view.tensors.map(({ axes }) => new Float64Array(axes).fill(1));
    this.sizes = new Int32Array(view.sizes.length).fill(1);
  }

  clear(): void {
    for (const lengths of this.lengths) lengths.fill(1);
    this.sizes.fill(1);
  }

  reset(k: number): void {
    this.set(k, 1);
  }

  /** Whether the tiles fit with this size of a dimension, which they then have. */
  fits(k: number, size: number): boolean {
    this.set(k, size);
    let all = 0;
    for (const t of this.kept) {
      const lengths = this.lengths[t]!;
      let words = this.scale;
      for (let a = 0; a < lengths.length; a++) words *= lengths[a]!;
      if (words > this.own[t]!) return false;
      all += words;
    }
    return all <= this.shared;
  }

  private set(k: number, size: number): void {
    const more = size - this.sizes[k]!;
    if (more === 0) return;
    this.sizes[k] = size;
    for (const t of this.kept) {
      const { axisOf, coefficient } = this.view.tensors[t]!;
      const axis = axisOf[k]!;
      if (axis >= 0) this.lengths[t]![axis] = this.lengths[t]![axis]! + coefficient[k]! * more;
    }
  }
}
