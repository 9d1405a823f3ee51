import type { Dataflow, Ratio } from '../dataflow/dataflow.ts';
import {
  DATA_TYPES,
  type EnergyCosts,
  LEVELS,
  type Level,
  type PerLevelAndData,
} from '../hardware/energy.ts';
import { fraction } from '../hardware/fraction.ts';
import type { LayerShape } from '../layer/shape.ts';

/** What a mapping, or the best conceivable mapping of a set, is worth: all that a measure looks at. */
export interface Corner {
  /** Each trip at its fewest. */
  readonly least: readonly number[];
  /** Each trip at its most; `least` itself for a single mapping. */
  readonly most: readonly number[];
  readonly halo: Ratio;
  readonly activePes: number;
}

/**
 * Something to make small: a sum of access costs, the reciprocal of the active PEs (delay per MAC), or their
 * product.
 *
 * Sums in double precision order most pairs. Two values within `slack` of each other may be equal, and are
 * compared as fractions of whole numbers, so that ties are ties.
 */
export class Measure {
  private readonly fixed: readonly number[];
  private readonly perHalo: readonly number[];
  private readonly slack: number;
  private readonly dividesByPes: boolean;
  private readonly exact: TripCost;

  private constructor(cost: TripCost, dividesByPes: boolean, worst: Corner) {
    this.exact = cost;
    this.fixed = cost.fixed.map(Number);
    this.perHalo = cost.perHalo.map(Number);
    this.dividesByPes = dividesByPes;
    this.slack = 2 ** -46 * this.magnitude(worst);
  }

  /**
   * The energy of ALU and accesses, or that per active PE. `worst` is the corner of the whole mapping space: its
   * magnitude sets the rounding error to reckon with.
   */
  static ofEnergy(
    dataflow: Dataflow,
    shape: LayerShape,
    costs: EnergyCosts,
    options: { perPe: boolean; worst: Corner },
  ): Measure {
    return new Measure(
      tripCost(dataflow, shape, costs, options.worst.most.length),
      options.perPe,
      options.worst,
    );
  }

  /** 1 / active PEs. */
  static ofDelay(worst: Corner): Measure {
    return new Measure({ fixed: [1n], perHalo: [0n] }, true, worst);
  }

  /** The value of a mapping; of a set of mappings, a lower bound. */
  value({ least, most, halo, activePes }: Corner): number {
    const { fixed, perHalo } = this;
    const ratio = halo.numerator / halo.denominator;
    let sum = fixed[0]! + perHalo[0]! * ratio;
    for (let k = 1; k < fixed.length; k++) {
      const constant = fixed[k]!;
      sum += constant * (constant < 0 ? most[k - 1]! : least[k - 1]!) + perHalo[k]! * ratio * least[k - 1]!;
    }
    return this.dividesByPes ? sum / activePes : sum;
  }

  /**
   * Negative where a is smaller, positive where b is, 0 where they are equal as fractions. `valueOfA` is
   * `value(a)`.
   */
  compare(a: Corner, valueOfA: number, b: Corner, valueOfB: number): number {
    const difference = valueOfA - valueOfB;
    if (difference > this.slack || difference < -this.slack) return difference;
    return this.compareExactly(a, b);
  }

  /** True if a trip counts in this measure: mappings that differ in others only are worth the same. */
  dependsOn(trip: number): boolean {
    return (this.fixed[trip + 1] ?? 0) !== 0 || (this.perHalo[trip + 1] ?? 0) !== 0;
  }

  get dependsOnHalo(): boolean {
    return this.perHalo.some((value) => value !== 0);
  }

  /** True if more of a trip makes this measure smaller: one that moves accesses to a cheaper level. */
  prefersMore(trip: number): boolean {
    return (this.fixed[trip + 1] ?? 0) < 0;
  }

  private compareExactly(a: Corner, b: Corner): number {
    const scaleOf = ({ halo, activePes }: Corner) => halo.denominator * (this.dividesByPes ? activePes : 1);
    const [scaleA, scaleB] = [scaleOf(a), scaleOf(b)];
    const largest = Math.max(this.magnitude(a) * a.halo.denominator, this.magnitude(b) * b.halo.denominator);
    if (largest * Math.max(scaleA, scaleB) < Number.MAX_SAFE_INTEGER) {
      return this.numerator(a) * scaleB - this.numerator(b) * scaleA;
    }
    const exactScaleOf = ({ halo, activePes }: Corner) =>
      BigInt(halo.denominator) * (this.dividesByPes ? BigInt(activePes) : 1n);
    const difference = this.exactNumerator(a) * exactScaleOf(b) - this.exactNumerator(b) * exactScaleOf(a);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /**
   * The value times the halo's denominator (and PEs): a whole number, exact where it and its parts are under
   * 2^53.
   */
  private numerator({ least, most, halo }: Corner): number {
    const { fixed, perHalo } = this;
    let sum = fixed[0]! * halo.denominator + perHalo[0]! * halo.numerator;
    for (let k = 1; k < fixed.length; k++) {
      const constant = fixed[k]!;
      sum += constant * halo.denominator * (constant < 0 ? most[k - 1]! : least[k - 1]!);
      sum += perHalo[k]! * halo.numerator * least[k - 1]!;
    }
    return sum;
  }

  private exactNumerator({ least, most, halo }: Corner): bigint {
    const numerator = BigInt(halo.numerator);
    const denominator = BigInt(halo.denominator);
    return this.exact.fixed.reduce((sum, constant, k) => {
      const fewest = BigInt(k === 0 ? 1 : least[k - 1]!);
      const trip = k > 0 && constant < 0n ? BigInt(most[k - 1]!) : fewest;
      return sum + constant * denominator * trip + this.exact.perHalo[k]! * numerator * fewest;
    }, 0n);
  }

  /** Sum of the sizes of all parts. */
  private magnitude({ most, halo }: Corner): number {
    const ratio = halo.numerator / halo.denominator;
    return this.fixed.reduce(
      (sum, constant, k) =>
        sum + (Math.abs(constant) + this.perHalo[k]! * ratio) * (k === 0 ? 1 : most[k - 1]!),
      0,
    );
  }
}

/** `Σ_k (fixed_k + perHalo_k·halo)·trip_k` with `trip_0 = 1`; whole numbers all. */
interface TripCost {
  readonly fixed: readonly bigint[];
  readonly perHalo: readonly bigint[];
}

/** The cost of a dataflow's accesses as a function of its trips, read off by setting one trip at a time. */
function tripCost(dataflow: Dataflow, shape: LayerShape, costs: EnergyCosts, trips: number): TripCost {
  const whole = wholeCosts(costs);
  const cost = (k: number, halo: number) => {
    const unit = Array.from({ length: trips }, (_, i) => (i === k ? 1 : 0));
    return weigh(shape.macs, dataflow.accesses(shape, unit, halo), whole);
  };
  const constant = cost(-1, 0);
  const constantHalo = cost(-1, 1) - constant;
  const units = Array.from({ length: trips }, (_, k) => cost(k, 0) - constant);
  return {
    fixed: [constant, ...units],
    perHalo: [constantHalo, ...units.map((unit, k) => cost(k, 1) - constant - constantHalo - unit)],
  };
}

function weigh(macs: number, accesses: PerLevelAndData, costs: WholeCosts): bigint {
  const words = (level: Level) => DATA_TYPES.reduce((sum, data) => sum + BigInt(accesses[level][data]), 0n);
  return LEVELS.reduce((sum, level) => sum + costs[level] * words(level), costs.alu * BigInt(macs));
}

type WholeCosts = Readonly<Record<keyof EnergyCosts, bigint>>;

/** The costs in the largest unit that makes whole numbers of their decimal forms: 0.5 and 6 become 5 and 60. */
function wholeCosts(costs: EnergyCosts): WholeCosts {
  const fractions = Object.entries(costs).map(([name, cost]) => [name, fraction(cost)] as const);
  // Denominators are powers of ten
  const scale = fractions.reduce(
    (scale, [, [, denominator]]) => (scale % denominator ? denominator : scale),
    1n,
  );
  return Object.fromEntries(
    fractions.map(([name, [numerator, denominator]]) => [name, numerator * (scale / denominator)]),
  ) as WholeCosts;
}
