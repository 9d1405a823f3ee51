import { availableIn, ceilDiv, type Dataflow, haloOf, type Limit, type Ratio } from '../dataflow/dataflow.ts';
import type { LayerShape } from '../layer/shape.ts';
import type { Corner } from './measure.ts';
import { type Point, type PointMaker, pointMaker } from './point.ts';

/** All mappings between two corners: each parameter in a range of its own. */
export interface Box {
  readonly low: Point;
  readonly high: Point;
}

/**
 * Why mappings got no look: they break the limit of that name; a mapping close by is at least as good
 * (`dominated`); their box has a bound that is no better than the best mapping (`bound`); or the search was
 * told to stop (`unexplored`).
 */
export type PruningReason = Limit['name'] | 'dominated' | 'bound' | 'unexplored';

/** Told how many mappings leave the search, and why. */
export type OnPruned = (reason: PruningReason, mappings: number) => void;

/** A dataflow's mappings of one layer, and what can be said of a box of them at once. */
export class MappingSpace {
  readonly dataflow: Dataflow;
  readonly shape: LayerShape;
  /** The end of each parameter's range. */
  readonly ranges: readonly number[];
  readonly point: PointMaker;
  readonly pes: number;
  private readonly limits: readonly { readonly limit: Limit; readonly parameters: readonly number[] }[];
  /**
   * Parameters that move neither active PEs nor halo: of the values with one ceiling, the smallest is as good
   * as any.
   */
  private readonly onlyInCeilings: readonly number[];
  private readonly mirrored: readonly [e: number, f: number] | undefined;

  constructor(dataflow: Dataflow, shape: LayerShape, pes: number, limits: readonly Limit[]) {
    this.dataflow = dataflow;
    this.shape = shape;
    this.pes = Math.floor(pes);
    this.point = pointMaker(dataflow);
    this.ranges = dataflow.parameters.map(({ tiles }) => shape[tiles]);
    this.mirrored = this.mirroredParameters();
    const indices = [...this.ranges.keys()];
    const twos = this.ranges.map(() => 2);
    const growth = (of: (at: Point) => number, i: number) =>
      of(this.point(twos.with(i, 3))) - of(this.point(twos));
    // A function that is affine in each parameter and never falls, if it is flat anywhere above 1, is flat everywhere
    this.limits = limits.map((limit) => ({
      limit,
      parameters: indices.filter(
        (i) =>
          limit.risesInStepsWith?.includes(dataflow.parameters[i]!.name) ??
          growth((at) => limit.needed(at.mapping), i) > 0,
      ),
    }));
    const movesHalo = (name: string) => (dataflow.haloOver ?? ['e', 'f']).some((letter) => letter === name);
    this.onlyInCeilings = indices.filter(
      (i) =>
        !movesHalo(dataflow.parameters[i]!.name) &&
        growth((at) => dataflow.activePes(shape, at.mapping), i) === 0,
    );
  }

  /** The parameters for rows and columns, e and f, where swapping their values changes nothing. */
  private mirroredParameters(): readonly [e: number, f: number] | undefined {
    const { E, F, R, S, spanR, spanS, Uv, Uh } = this.shape;
    if (!this.dataflow.isMirrored || E !== F || R !== S || spanR !== spanS || Uv !== Uh) return undefined;
    const names = this.dataflow.parameters.map(({ name }) => name);
    return [names.indexOf('e'), names.indexOf('f')];
  }

  everything(): Box {
    return { low: this.point(this.ranges.map(() => 1)), high: this.point([...this.ranges]) };
  }

  /** Mappings in a box. */
  sizeOf({ low, high }: Box): number {
    let size = 1;
    for (let i = 0; i < low.values.length; i++) size *= high.values[i]! - low.values[i]! + 1;
    return size;
  }

  fits({ mapping }: Point): boolean {
    return this.limits.every(({ limit }) => limit.needed(mapping) <= availableIn(limit, mapping));
  }

  /** Shrinks a box to what can be best in it; false if nothing is left. */
  shrink(box: Box, onPruned: OnPruned): boolean {
    return (
      this.leaveMirrored(box, onPruned) &&
      this.leaveDominatedBelow(box, onPruned) &&
      this.leaveWhatBreaksLimits(box, onPruned) &&
      this.leaveDominatedAbove(box, onPruned)
    );
  }

  /**
   * The best that a box's mappings could be with so many PEs, each trip by itself; exact for a box of one mapping.
   * `most` differs from `least` only where it is asked for.
   */
  bestCorner({ low, high }: Box, pes: number, withMost: boolean): Corner {
    const { dataflow, shape } = this;
    const least = dataflow.trips(shape, high.mapping);
    return {
      least,
      most: withMost ? dataflow.trips(shape, low.mapping) : least,
      halo: this.haloAt('least', low, high),
      activePes: Math.min(dataflow.activePes(shape, high.mapping), pes),
    };
  }

  /** Every trip, the halo and the PEs at their worst. */
  worstCorner(): Corner {
    const { dataflow, shape } = this;
    const { low, high } = this.everything();
    const trips = dataflow.trips(shape, low.mapping);
    const halo = this.haloAt('most', low, high);
    return { least: trips, most: trips, halo, activePes: 1 };
  }

  private leaveWhatBreaksLimits(box: Box, onPruned: OnPruned): boolean {
    const low = box.low.values;
    const high = box.high.values;
    for (const { limit, parameters } of this.limits) {
      const atLow = limit.needed(box.low.mapping);
      const room = availableIn(limit, box.high.mapping) - atLow;
      if (room < 0) {
        onPruned(limit.name, this.sizeOf(box));
        return false;
      }
      for (const i of parameters) {
        if (low[i] === high[i]) continue;
        const largest =
          limit.risesInStepsWith === undefined
            ? largestInProportion(limit, box.low, i, room)
            : largestInSteps(limit, box.low, i, atLow + room, high[i]!);
        this.endAt(box, i, largest, limit.name, onPruned);
      }
    }
    return true;
  }

  /** Of two mappings that are each other's mirror image, the one with e ≤ f is as good and comes first. */
  private leaveMirrored(box: Box, onPruned: OnPruned): boolean {
    if (this.mirrored === undefined) return true;
    const [e, f] = this.mirrored;
    const low = box.low.values;
    const high = box.high.values;
    if (low[e]! > high[f]!) {
      onPruned('dominated', this.sizeOf(box));
      return false;
    }
    this.endAt(box, e, Math.min(high[e]!, high[f]!), 'dominated', onPruned);
    this.startAt(box, f, Math.max(low[f]!, low[e]!), 'dominated', onPruned);
    return true;
  }

  private leaveDominatedBelow(box: Box, onPruned: OnPruned): boolean {
    const low = box.low.values;
    for (const i of this.onlyInCeilings) {
      const range = this.ranges[i]!;
      const trips = ceilDiv(range, low[i]!);
      if (Math.max(ceilDiv(range, trips), this.roomFor(i, box.high)) < low[i]!) {
        const next = trips === 1 ? range + 1 : ceilDiv(range, trips - 1);
        const end = box.high.values[i]!;
        const values = Math.min(next, end + 1) - low[i]!;
        onPruned('dominated', (this.sizeOf(box) / (end - low[i]! + 1)) * values);
        low[i] = low[i]! + values;
        if (next > end) return false;
      }
    }
    return true;
  }

  private leaveDominatedAbove(box: Box, onPruned: OnPruned): boolean {
    for (const i of this.onlyInCeilings) {
      const range = this.ranges[i]!;
      const end = ceilDiv(range, ceilDiv(range, box.high.values[i]!));
      this.endAt(box, i, Math.max(end, box.low.values[i]!, this.roomFor(i, box.high)), 'dominated', onPruned);
    }
    return true;
  }

  private endAt(box: Box, i: number, end: number, reason: PruningReason, onPruned: OnPruned): void {
    const values = box.high.values[i]! - end;
    if (values <= 0) return;
    onPruned(reason, (this.sizeOf(box) / (box.high.values[i]! - box.low.values[i]! + 1)) * values);
    box.high.values[i] = end;
  }

  private startAt(box: Box, i: number, start: number, reason: PruningReason, onPruned: OnPruned): void {
    const values = start - box.low.values[i]!;
    if (values <= 0) return;
    onPruned(reason, (this.sizeOf(box) / (box.high.values[i]! - box.low.values[i]! + 1)) * values);
    box.low.values[i] = start;
  }

  /**
   * The smallest value of a parameter that leaves room, in limits that it sets itself, for every mapping up to
   * `high`.
   */
  private roomFor(i: number, high: Point): number {
    let value = 1;
    const own = high.values[i]!;
    for (const { limit } of this.limits) {
      if (typeof limit.available === 'number') continue;
      high.values[i] = 1;
      const atOne = limit.available(high.mapping);
      high.values[i] = 2;
      const step = limit.available(high.mapping) - atOne;
      high.values[i] = own;
      if (step > 0) value = Math.max(value, 1 + Math.ceil((limit.needed(high.mapping) - atOne) / step));
    }
    return value;
  }

  /**
   * The least or most ifmap words per ofmap pixel in a box. They fall with the tile's size, but grow with it where the
   * stride exceeds the filter.
   */
  private haloAt(which: 'least' | 'most', { mapping: low }: Point, { mapping: high }: Point): Ratio {
    const { spanR, spanS, Uv, Uh } = this.shape;
    const best = which === 'least' ? high : low;
    if (spanR >= Uv && spanS >= Uh) return haloOf(this.dataflow, this.shape, best);
    const other = which === 'least' ? low : high;
    return haloOf(this.dataflow, this.shape, {
      ...(high.e !== undefined && { e: (spanR < Uv ? other : best).e! }),
      ...(high.f !== undefined && { f: (spanS < Uh ? other : best).f! }),
    });
  }
}

/** The largest value of a parameter that takes no more than `room` more than `low` does: two samples tell. */
function largestInProportion(limit: Limit, low: Point, i: number, room: number): number {
  const from = low.values[i]!;
  const atLow = limit.needed(low.mapping);
  low.values[i] = from + 1;
  const step = limit.needed(low.mapping) - atLow;
  low.values[i] = from;
  return step > 0 ? from + Math.floor(room / step) : Number.POSITIVE_INFINITY;
}

/** The largest value of a parameter, up to `most`, with which `low` needs no more than what is available: by bisection. */
function largestInSteps(limit: Limit, low: Point, i: number, available: number, most: number): number {
  const from = low.values[i]!;
  let [fits, beyond] = [from, most + 1];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    low.values[i] = middle;
    if (limit.needed(low.mapping) <= available) fits = middle;
    else beyond = middle;
  }
  low.values[i] = from;
  return fits;
}
