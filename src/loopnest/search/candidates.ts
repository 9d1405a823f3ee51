import type { MemoryLevel } from '../architecture.ts';
import type { Option, Options } from './options.ts';
import type { View } from './view.ts';

/** Below so many candidates, a look at all is cheaper than a bound for the lot. */
const WORTH_ASKING = 32;

/** So many candidates are told before others have a turn. */
const CHUNK = 4096;

/** What is done with candidates as they are found. */
export interface Listener {
  /** The tensors that the level keeps; `undefined` for the MACs. */
  readonly keeps: readonly boolean[] | undefined;
  /** Told what cut off a part of the list. */
  readonly cut: (what: string) => void;
  /**
   * Whether nothing comes of tiles and spreads that are chosen so far, tiles of the other dimensions standing at what
   * costs least; `knowsUneven` where the tiles of all uneven dimensions are chosen.
   */
  readonly isHopeless: (
    tile: Float64Array,
    spread: Int32Array,
    spreadAll: number,
    knowsUneven: boolean,
  ) => boolean;
  readonly visit: (options: Uint16Array, tile: Float64Array, spread: Int32Array, spreadAll: number) => void;
}

/**
 * Tells all candidates of a stage: spreads that the grid above has room for, and tiles that the level has room for. Yields
 * now and then, and after all tiles of the same spreads.
 */
export function* listCandidates(
  view: View,
  { stages }: Options,
  stage: number,
  { keeps, cut, isHopeless, visit }: Listener,
): Generator<void, void> {
  const count = view.sizes.length;
  const levelName = view.levels[stage]?.name;
  const chosen = new Uint16Array(count);
  const tile = new Float64Array(count);
  /** By place in the order: which member is next. */
  const next = new Int32Array(count);
  const store = keeps && new Store(view, view.levels[stage]!, keeps);
  const isUneven = view.sizes.map((_, k) => view.tensors.some((tensor) => tensor.isUneven[k]));
  /** Uneven dimensions come first, as no bound is known without them. */
  const inOrder = [...isUneven.keys()].sort((a, b) => Number(isUneven[b]) - Number(isUneven[a]) || a - b);
  const uneven = isUneven.filter(Boolean).length;
  let told = 0;

  for (const { members, spread, spreadAll } of spreadsOf(view, stages[stage]!, stage, cut)) {
    store?.clear();
    members.forEach(({ open }, k) => {
      tile[k] = open;
    });
    yield* tiles(members, spread, spreadAll);
    yield;
  }

  function* tiles(
    members: readonly SpreadGroup[],
    spread: Int32Array,
    spreadAll: number,
  ): Generator<void, void> {
    const isWorthwhile = (i: number) => {
      const mayAsk = (i === 0 || i >= uneven) && choicesFrom(members, i) > WORTH_ASKING;
      return !(mayAsk && isHopeless(tile, spread, spreadAll, i >= uneven));
    };
    let i = 0;
    next.fill(0);
    if (store && !store.isEnough()) {
      cut(`${levelName} capacity`);
      return;
    }
    if (count > 0 && !isWorthwhile(0)) return;
    while (i >= 0) {
      if (i === count) {
        visit(chosen, tile, spread, spreadAll);
        if (++told % CHUNK === 0) yield;
        i--;
        continue;
      }
      const k = inOrder[i]!;
      const option = members[k]!.members[next[i]!++];
      const size = option === undefined ? 0 : stages[stage]![k]![option]!.tile;
      const fits = option !== undefined && (store === undefined || store.fits(k, size));
      if (!fits) {
        // Tiles come by rising size
        if (option !== undefined) cut(`${levelName} capacity`);
        store?.reset(k);
        tile[k] = members[k]!.open;
        i--;
        continue;
      }
      chosen[k] = option;
      tile[k] = size;
      i++;
      if (i === count) continue;
      next[i] = 0;
      if (!isWorthwhile(i)) i--;
    }
  }

  /** Tiles, fitting or not, of the dimensions that are still open. */
  function choicesFrom(members: readonly SpreadGroup[], i: number): number {
    let choices = 1;
    for (let j = i; j < count; j++) choices *= members[inOrder[j]!]!.members.length;
    return choices;
  }
}

/** Of each dimension the options with one spread, all of which together the grid has room for. */
interface Spreads {
  readonly members: readonly SpreadGroup[];
  readonly spread: Int32Array;
  /** The product. */
  readonly spreadAll: number;
}

/** All spreads that the grid above a stage has room for. The same object each time, with other contents. */
export function* spreadsOf(
  view: View,
  options: readonly (readonly Option[])[],
  stage: number,
  cut: (what: string) => void,
): Generator<Spreads, void> {
  const { name, fanout } = view.levels[stage - 1]!;
  const { x: mostX, y: mostY } = fanout ?? { x: 1, y: 1 };
  const bySpread = options.map((some, k) => groupsBySpread(some, view.sizes[k]!));
  const count = options.length;
  const members: SpreadGroup[] = [];
  const spread = new Int32Array(count);
  /** By dimension: which group is next; products along X, and in all, of those before. */
  const next = new Int32Array(count);
  const along: (readonly number[])[] = [[1]];
  const all = new Int32Array(count + 1).fill(1);
  let k = 0;
  while (k >= 0) {
    if (k === count) {
      yield { members, spread, spreadAll: all[k]! };
      k--;
      continue;
    }
    const group = bySpread[k]![next[k]!++];
    const total = group ? all[k]! * group.spread : 0;
    if (group === undefined || total > mostX * mostY) {
      // Spreads rise
      if (group) cut(`${name} fan-out`);
      next[k] = 0;
      k--;
      continue;
    }
    const longer = group.isTrivial ? along[k]! : productsAlong(along[k]!, group.alongX, total, mostX, mostY);
    if (longer.length === 0) {
      cut(`${name} fan-out`);
      continue;
    }
    spread[k] = group.spread;
    members[k] = group;
    all[k + 1] = total;
    along[k + 1] = longer;
    k++;
  }
}

/** Products that may lie along X, where so many lie there and along Y in all. */
const productsAlong = (
  before: readonly number[],
  parts: readonly number[],
  total: number,
  mostX: number,
  mostY: number,
): number[] => [
  ...new Set(
    before.flatMap((x) => parts.map((part) => x * part)).filter((x) => x <= mostX && total / x <= mostY),
  ),
];

/** The options of a dimension that have as many tiles side by side. */
interface SpreadGroup {
  readonly spread: number;
  /** The options by number, the smallest tile first. */
  readonly members: readonly number[];
  /**
   * The tile that costs least in even dimensions, while it is open: the largest, but for padding. Need not be whole.
   */
  readonly open: number;
  /** The parts that may lie along X, of any of the options. */
  readonly alongX: readonly number[];
  readonly isTrivial: boolean;
}

/** Its words times its visits are the fewest, and its visits, too. */
const openTile = (size: number, spread: number, largest: number): number =>
  Math.ceil(size / spread) / Math.ceil(size / (largest * spread));

function groupsBySpread(options: readonly Option[], size: number): SpreadGroup[] {
  const spreads = [...new Set(options.map(({ spread }) => spread))];
  return spreads.map((spread) => {
    const members = options.flatMap((option, i) => (option.spread === spread ? [i] : []));
    const alongX = [...new Set(members.flatMap((i) => options[i]!.alongX))];
    return {
      spread,
      members,
      open: openTile(size, spread, options[members.at(-1)!]!.tile),
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
    return this.isEnough();
  }

  /** Whether the tiles fit. */
  isEnough(): boolean {
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
