import {
  allOnes,
  type BrokenLimit,
  brokenLimits,
  type Dataflow,
  haloOf,
  isSameRatio,
  type Mapping,
} from '../dataflow/dataflow.ts';
import { checkCosts, type EnergyCosts } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
import type { LayerShape } from '../layer/shape.ts';
import { Heap } from './heap.ts';
import type { Corner, Measure } from './measure.ts';
import { measuresOf, type Objective } from './objective.ts';
import { type Point, recordOf } from './point.ts';
import { type Box, MappingSpace, type PruningReason } from './space.ts';

/** What the search did, in mappings. */
export interface SearchReport {
  /** Mappings in the space: the product of the parameters' ranges. */
  readonly spaceSize: number;
  /** Mappings whose cost was computed. */
  readonly visited: number;
  /** The rest. */
  readonly pruned: number;
  /** The pruned ones by reason. */
  readonly prunedBy: Readonly<Partial<Record<PruningReason, number>>>;
  /** Boxes of mappings for which a bound was computed. */
  readonly boxes: number;
  /** True where no mapping that could be better was left out. */
  readonly proven: boolean;
}

export type SearchOutcome =
  | { readonly feasible: true; readonly mapping: Mapping; readonly search: SearchReport }
  | { readonly feasible: false; readonly broken: readonly BrokenLimit[] };

export interface SearchOptions {
  /** Default: energy. */
  readonly objective?: Objective | undefined;
  /**
   * Stop after so many boxes, with the best mapping until then and `proven: false`. Default: go on to the
   * proof.
   */
  readonly maxBoxes?: number | undefined;
}

/**
 * The best mapping of a layer by a dataflow, and the proof that it is; or the limits that no mapping keeps.
 *
 * Best-first branch and bound over boxes of mappings. A box's bound takes each trip at the best that the box
 * and the limits allow it by itself; where the box's largest mapping fits, it attains the bound, and the box is
 * done. Other boxes are split. Ties go to the smaller parameters, in the dataflow's order, so that the answer
 * never changes.
 *
 * @throws InputError if a cost is not a number from 0.
 */
export function findBestMapping(
  dataflow: Dataflow,
  shape: LayerShape,
  storage: StorageSizes,
  costs: EnergyCosts,
  { objective = 'energy', maxBoxes = Number.POSITIVE_INFINITY }: SearchOptions = {},
): SearchOutcome {
  checkCosts(costs);
  const limits = dataflow.limits(shape, storage);
  const broken = brokenLimits(limits, allOnes(dataflow));
  if (broken.length > 0) return { feasible: false, broken };
  const space = new MappingSpace(dataflow, shape, storage.pes, limits);
  const measures = measuresOf(objective, dataflow, shape, costs, space.worstCorner());
  return new BranchAndBound(space, measures).run(maxBoxes);
}

/** A box that may hold the best mapping, with the best that it could hold. */
interface Node extends Box {
  readonly corner: Corner;
  /** Of each measure, at the corner. */
  readonly values: readonly number[];
}

/** The best mapping so far. */
interface Best {
  readonly point: Point;
  readonly corner: Corner;
  readonly values: readonly number[];
}

class BranchAndBound {
  private readonly space: MappingSpace;
  private readonly measures: readonly Measure[];
  /** The trips of which more is better in some measure, and those that count in any. */
  private readonly wanted: readonly boolean[];
  private readonly wantsAny: boolean;
  private readonly counted: readonly boolean[];
  private readonly haloCounts: boolean;
  private readonly open = new Heap<Node>(isMorePromising);
  private readonly prunedBy: Partial<Record<PruningReason, number>> = {};
  private boxes = 0;
  private visited = 0;
  private best: Best | undefined;

  constructor(space: MappingSpace, measures: readonly Measure[]) {
    this.space = space;
    this.measures = measures;
    const trips = space.worstCorner().most;
    this.wanted = trips.map((_, trip) => measures.some((measure) => measure.prefersMore(trip)));
    this.wantsAny = this.wanted.includes(true);
    this.counted = trips.map((_, trip) => measures.some((measure) => measure.dependsOn(trip)));
    this.haloCounts = measures.some((measure) => measure.dependsOnHalo);
  }

  run(maxBoxes: number): SearchOutcome {
    const { space, open } = this;
    const everything = space.everything();
    const spaceSize = space.sizeOf(everything);
    this.offer(everything);
    let node = open.pop();
    for (; node !== undefined && this.boxes < maxBoxes; node = open.pop()) {
      if (this.canBeBest(node)) this.split(node);
      else this.prune('bound', space.sizeOf(node));
    }
    const proven = node === undefined;
    if (node !== undefined) this.giveUp(node);
    const { visited, boxes, prunedBy } = this;
    const search = { spaceSize, visited, pruned: spaceSize - visited, prunedBy, boxes, proven };
    return { feasible: true, mapping: recordOf(space.dataflow, this.best!.point), search };
  }

  /** Leaves the open boxes out, but for the smallest mapping if none was visited. */
  private giveUp(node: Node): void {
    const { space, open } = this;
    for (const box of [node, ...open]) this.prune('unexplored', space.sizeOf(box));
    if (this.best !== undefined) return;
    const { low } = space.everything();
    this.visit(this.nodeOf({ low, high: low }));
    this.prune('unexplored', -1);
  }

  /** Cuts a box in two along its decisive parameter. */
  private split(node: Node): void {
    const { point } = this.space;
    const low = node.low.values;
    const high = node.high.values;
    const i = this.decisiveParameter(node);
    const cut = cutBetween(low[i]!, high[i]!);
    const lower = { low: point(low.slice()), high: point(high.slice()) };
    const upper = { low: point(low), high: point(high) };
    lower.high.values[i] = cut;
    upper.low.values[i] = cut + 1;
    this.offer(lower);
    this.offer(upper);
  }

  /** The parameter that would cost most if it had to stay below the cut, and if there were PEs without end. */
  private decisiveParameter(node: Node): number {
    const [first, second] = this.measures as [Measure, Measure];
    const low = node.low.values;
    const high = node.high.values;
    let decisive = -1;
    let worst = node.corner;
    let worstValue = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < low.length; i++) {
      const end = high[i]!;
      if (end === low[i]) continue;
      high[i] = cutBetween(low[i]!, end);
      const corner = this.cornerOf(node, Number.POSITIVE_INFINITY);
      high[i] = end;
      const value = first.value(corner);
      if (value > worstValue || (value === worstValue && second.value(corner) > second.value(worst))) {
        worst = corner;
        worstValue = value;
        decisive = i;
      }
    }
    return decisive;
  }

  private offer(box: Box): void {
    if (!this.space.shrink(box, this.prune)) return;
    this.boxes++;
    const node = this.nodeOf(box);
    if (!this.canBeBest(node)) this.prune('bound', this.space.sizeOf(box));
    else if (this.isAttained(node)) this.visit(node);
    else this.open.push(node);
  }

  private nodeOf(box: Box): Node {
    const corner = this.cornerOf(box, this.space.pes);
    const values = this.measures.map((measure) => measure.value(corner));
    return { low: box.low, high: box.high, corner, values };
  }

  private cornerOf(box: Box, pes: number): Corner {
    return this.space.bestCorner(box, pes, this.wantsAny);
  }

  /** True if the box's largest mapping is worth as much as its bound. */
  private isAttained({ high, corner }: Node): boolean {
    return (
      this.space.fits(high) &&
      this.hasHaloOf(corner, high) &&
      corner.least.every((trip, k) => !this.wanted[k] || trip === corner.most[k])
    );
  }

  private hasHaloOf({ halo }: Corner, { mapping }: Point): boolean {
    if (!this.haloCounts) return true;
    return isSameRatio(halo, haloOf(this.space.dataflow, this.space.shape, mapping));
  }

  private visit(node: Node): void {
    this.visited++;
    this.prune('dominated', this.space.sizeOf(node) - 1);
    const order = this.compareToBest(node);
    if (order > 0) return;
    const point = this.firstOfEquals(node);
    const { corner, values } = node;
    if (order < 0 || this.comesBeforeBest(point)) this.best = { point, corner, values };
  }

  private readonly prune = (reason: PruningReason, mappings: number): void => {
    if (mappings !== 0) this.prunedBy[reason] = (this.prunedBy[reason] ?? 0) + mappings;
  };

  private canBeBest(node: Node): boolean {
    const order = this.compareToBest(node);
    return order < 0 || (order === 0 && this.comesBeforeBest(node.low));
  }

  /** Negative where a node's bounds are better than the best mapping, 0 where all are equal. */
  private compareToBest({ corner, values }: Node): number {
    const { best, measures } = this;
    if (best === undefined) return -1;
    for (let i = 0; i < measures.length; i++) {
      const order = measures[i]!.compare(corner, values[i]!, best.corner, best.values[i]!);
      if (order !== 0) return order;
    }
    return 0;
  }

  private comesBeforeBest({ values }: Point): boolean {
    const best = this.best!.point.values;
    const i = values.findIndex((value, i) => value !== best[i]);
    return i >= 0 && values[i]! < best[i]!;
  }

  /** The first of the mappings in a box that are worth as much as its largest. */
  private firstOfEquals({ low, high, corner }: Node): Point {
    const { dataflow, shape, point } = this.space;
    const isEqual = (other: Point) =>
      dataflow.activePes(shape, other.mapping) === corner.activePes &&
      this.hasHaloOf(corner, other) &&
      dataflow.trips(shape, other.mapping).every((trip, k) => !this.counted[k] || trip === corner.least[k]) &&
      this.space.fits(other);
    const found = [...high.values];
    for (let i = found.length - 1; i >= 0; i--) {
      let first = low.values[i]!;
      let last = found[i]!;
      while (first < last) {
        const middle = (first + last) >> 1;
        if (isEqual(point(found.with(i, middle)))) last = middle;
        else first = middle + 1;
      }
      found[i] = last;
    }
    return point(found);
  }
}

/** Where to cut a range: at ¾ of it as factors go, since large values tend to be the good ones. */
const cutBetween = (low: number, high: number): number =>
  Math.min(high - 1, Math.floor(Math.sqrt(high * Math.sqrt(low * high))));

/** The one with the lower bound, measure by measure. */
function isMorePromising(a: Node, b: Node): boolean {
  for (let i = 0; i < a.values.length; i++) {
    if (a.values[i] !== b.values[i]) return a.values[i]! < b.values[i]!;
  }
  return false;
}
