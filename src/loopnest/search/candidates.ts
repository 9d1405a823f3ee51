import type { MemoryLevel } from '../architecture.ts';
import type { Option, Options } from './options.ts';
import type { View } from './view.ts';

/** Below so many candidates, a look at all is cheaper than a bound for the lot. */
const WORTH_ASKING = 32;

/** What is done with candidates as they are found. */
export interface Listener {
  /** The tensors that the level keeps; `undefined` for the MACs. */
  readonly keeps: readonly boolean[] | undefined;
  /** Told what cut off a part of the list. */
  readonly cut: (what: string) => void;
  /**
   * Whether nothing comes of tiles and spreads that are chosen so far, tiles of the other dimensions standing at their
   * largest; `knowsSliding` where the tiles of all dimensions that share axes with others are chosen.
   */
  readonly isHopeless: (
    tile: Int32Array,
    spread: Int32Array,
    spreadAll: number,
    knowsSliding: boolean,
  ) => boolean;
  readonly visit: (options: Uint16Array, tile: Int32Array, spread: Int32Array, spreadAll: number) => void;
}

/**
 * Tells all candidates of a stage: spreads that the grid above has room for, and tiles that the level has room for. Yields
 * now and then.
 */
export function* listCandidates(
  view: View,
  { stages }: Options,
  stage: number,
  { keeps, cut, isHopeless, visit }: Listener,
): Generator<void, void> {
  const count = view.sizes.length;
  const { x: mostX = 1, y: mostY = 1 } = view.levels[stage - 1]!.fanout ?? {};
  const [gridName, levelName] = [view.levels[stage - 1]!.name, view.levels[stage]?.name];
  const chosen = new Uint16Array(count);
  const tile = new Int32Array(count).fill(1);
  const spread = new Int32Array(count).fill(1);
  const bySpread = stages[stage]!.map(groupsBySpread);
  const members: SpreadGroup[] = [];
  const store = keeps && new Store(view, view.levels[stage]!, keeps);
  const sharing = view.sizes.map((_, k) => view.tensors.some(({ axisOf, isShared }) => isShared[axisOf[k]!]));
  /** Dimensions that share axes come first, as no bound is known without them. */
  const inOrder = [...sharing.keys()].sort((a, b) => Number(sharing[b]) - Number(sharing[a]) || a - b);
  const shared = sharing.filter(Boolean).length;

  yield* spreadFrom(0, [1], 1);

  /** @param along products along X that are possible so far */
  function* spreadFrom(k: number, along: readonly number[], all: number): Generator<void, void> {
    if (k === count) {
      store?.clear();
      members.forEach(({ largest }, dimension) => {
        tile[dimension] = largest;
      });
      tileFrom(0, all);
      yield;
      return;
    }
    for (const group of bySpread[k]!) {
      const total = all * group.spread;
      const next = group.isTrivial
        ? along
        : [...new Set(along.flatMap((x) => group.alongX.map((more) => x * more)))].filter(
            (x) => x <= mostX && total / x <= mostY,
          );
      if (next.length === 0) {
        cut(`${gridName} fan-out`);
        continue;
      }
      spread[k] = group.spread;
      members[k] = group;
      yield* spreadFrom(k + 1, next, total);
    }
    spread[k] = 1;
  }

  /** Tiles, fitting or not, of the dimensions that are still open. */
  function choicesFrom(i: number): number {
    let choices = 1;
    for (let j = i; j < count; j++) choices *= members[inOrder[j]!]!.members.length;
    return choices;
  }

  function tileFrom(i: number, spreadAll: number): void {
    if (i === count) {
      visit(chosen, tile, spread, spreadAll);
      return;
    }
    const mayAsk = (i === 0 || i >= shared) && choicesFrom(i) > WORTH_ASKING;
    if (mayAsk && isHopeless(tile, spread, spreadAll, i >= shared)) return;
    const k = inOrder[i]!;
    const options = stages[stage]![k]!;
    for (const option of members[k]!.members) {
      const size = options[option]!.tile;
      if (store && !store.fits(k, size)) {
        // Tiles come by rising size
        cut(`${levelName} capacity`);
        break;
      }
      chosen[k] = option;
      tile[k] = size;
      tileFrom(i + 1, spreadAll);
    }
    store?.reset(k);
    tile[k] = members[k]!.largest;
  }
}

/** The options of a dimension that have as many tiles side by side. */
interface SpreadGroup {
  readonly spread: number;
  /** The options by number, the smallest tile first. */
  readonly members: readonly number[];
  readonly largest: number;
  /** The parts that may lie along X, of any of the options. */
  readonly alongX: readonly number[];
  readonly isTrivial: boolean;
}

function groupsBySpread(options: readonly Option[]): SpreadGroup[] {
  const spreads = [...new Set(options.map(({ spread }) => spread))];
  return spreads.map((spread) => {
    const members = options.flatMap((option, i) => (option.spread === spread ? [i] : []));
    const alongX = [...new Set(members.flatMap((i) => options[i]!.alongX))];
    return {
      spread,
      members,
      largest: options[members.at(-1)!]!.tile,
      alongX,
      isTrivial: spread === 1,
    };
  });
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
