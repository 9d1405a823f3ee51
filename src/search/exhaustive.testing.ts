/**
 * A search that visits every mapping that fits, written only to check the product's search against: it shares no code with
 * it, takes no shortcut but the limits themselves, and is exact. Energies are compared as fractions; doubles decide only
 * where they are known to be right.
 */

import {
  byKey,
  exactly,
  type Fraction,
  gcd,
  LEVELS,
  largest,
  MODELS,
  type Model,
  origin,
  PARAMETERS,
  type Parameter,
  type Point,
  type ReferenceDataflow,
  type ReferenceMachine,
  type ReferenceMapping,
  type Row,
  referenceCounts,
  referenceDram,
  referenceEnergy,
  type Table,
  whole,
  withinLimits,
} from '../dataflow/reference.testing.ts';
import type { EnergyCosts, Level } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';

export const OBJECTIVES = ['energy', 'edp', 'delay', 'dram'] as const;
export type ReferenceObjective = (typeof OBJECTIVES)[number];

export interface ReferenceOptimum {
  readonly mapping: ReferenceMapping;
  /** Of the whole layer, ALU included. */
  readonly energy: Fraction;
  /** DRAM accesses of the whole layer. */
  readonly dram: Fraction;
  readonly activePes: number;
}

/** The best of all mappings that fit, `undefined` if none does. */
export function exhaustive(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  machine: ReferenceMachine,
  costs: EnergyCosts,
  objective: ReferenceObjective,
): ReferenceOptimum | undefined {
  const model = MODELS[dataflow](shape);
  const energyOf = weigh(model, priceList(costs), shape.macs);
  const dramOf = weigh(model, { dram: 1n, glb: 0n, array: 0n, rf: 0n, alu: 0n }, shape.macs);
  const best = { x: origin(), pes: 0, energy: 0, dram: 0, over: 1 };
  let found = false;

  /** Whether x comes before the best so far; equal in everything, it does not, as it has larger parameters. */
  const isBetter = (x: Point, pes: number, energy: number, dram: number, over: number): boolean => {
    const byPes = best.pes - pes;
    const byEnergy = () =>
      compare(
        energy,
        over,
        best.energy,
        best.over,
        () => energyOf.exactly(x),
        () => energyOf.exactly(best.x),
      );
    switch (objective) {
      case 'energy':
        return (byEnergy() || byPes) < 0;
      case 'edp': {
        const exact = [() => energyOf.exactly(x), () => energyOf.exactly(best.x)] as const;
        return (compare(energy, over * pes, best.energy, best.over * best.pes, ...exact) || byPes) < 0;
      }
      case 'delay':
        return (byPes || byEnergy()) < 0;
      case 'dram': {
        const exact = [() => dramOf.exactly(x), () => dramOf.exactly(best.x)] as const;
        return (compare(dram, over, best.dram, best.over, ...exact) || byEnergy() || byPes) < 0;
      }
    }
  };

  const consider = (x: Point) => {
    const times = model.times(x);
    const over = model.over(x);
    const energy = energyOf.nearly(times, over);
    const dram = objective === 'dram' ? dramOf.nearly(times, over) : 0;
    const pes = model.pes(x);
    if (found && !isBetter(x, pes, energy, dram, over)) return;
    found = true;
    Object.assign(best.x, x);
    Object.assign(best, { pes, energy, dram, over });
  };

  enumerate(dataflow, shape, (x) => withinLimits(model, machine, x), consider);
  if (!found) return undefined;
  const mapping = Object.fromEntries(PARAMETERS[dataflow].map((name) => [name, best.x[name as Parameter]]));
  const counts = referenceCounts(dataflow, shape, mapping);
  return {
    mapping,
    energy: referenceEnergy(counts, shape.macs, costs),
    dram: referenceDram(counts),
    activePes: best.pes,
  };
}

/**
 * Visits the points that fit, parameter by parameter in order, smallest values first.
 *
 * Every limit grows with every parameter, but for `p·t ≤ m` and `p ≤ m` with m, which comes before p and t: what
 * does not fit with all later parameters at 1 has nothing after it that does.
 */
function enumerate(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  fits: (x: Point) => boolean,
  visit: (x: Point) => void,
): void {
  const names = PARAMETERS[dataflow] as readonly Parameter[];
  const ranges = names.map((name) => largest(shape, name));
  const x = origin();
  const from = (depth: number) => {
    const name = names[depth];
    if (name === undefined) {
      visit(x);
      return;
    }
    const range = ranges[depth]!;
    for (let value = 1; value <= range; value++) {
      x[name] = value;
      if (!fits(x)) break;
      from(depth + 1);
    }
    x[name] = 1;
  };
  from(0);
}

type Prices = Readonly<Record<Level | 'alu', bigint>>;

/** The costs as whole numbers, in the same proportions. */
function priceList(costs: EnergyCosts): Prices {
  const exact = { ...byKey(LEVELS, (level) => exactly(costs[level])), alu: exactly(costs.alu) };
  const scale = Object.values(exact).reduce((all, { den }) => (all * den) / gcd(all, den), 1n);
  const price = ({ num, den }: Fraction) => (num * scale) / den;
  return { ...byKey(LEVELS, (level) => price(exact[level])), alu: price(exact.alu) };
}

/** The numerator, over {@link Model.over}, of the sum of the counts at these prices. */
function weigh(model: Model, prices: Prices, macs: number) {
  const weights = LEVELS.map((level, i) => model.words[i]!.map((words) => whole(words) * prices[level]));
  const alu = whole(macs) * prices.alu;
  const doubles = weights.flat().map(Number);
  const [a, b, c, d, e, f, g, h, i, j, k, l] = doubles as [...Row, ...Row, ...Row, ...Row];
  const aluDouble = Number(alu);
  return {
    /** In doubles: exact where it comes out below 2^53, as no summand is negative. */
    nearly: ([dram, glb, array, rf]: Table, over: number): number =>
      a * dram[0] +
      b * dram[1] +
      c * dram[2] +
      (d * glb[0] + e * glb[1] + f * glb[2]) +
      (g * array[0] + h * array[1] + i * array[2]) +
      (j * rf[0] + k * rf[1] + l * rf[2]) +
      aluDouble * over,
    exactly: (x: Point): bigint => {
      let sum = alu * whole(model.over(x));
      model.times(x).forEach((row, level) => {
        row.forEach((times, data) => {
          sum += weights[level]![data]! * whole(times);
        });
      });
      return sum;
    },
  };
}

/**
 * The sign of a/b − c/d, from doubles where they are certain: below 2^53 products are exact, and above it a
 * difference of a billionth is far more than rounding makes.
 */
function compare(
  a: number,
  b: number,
  c: number,
  d: number,
  exactA: () => bigint,
  exactC: () => bigint,
): number {
  const left = a * d;
  const right = c * b;
  const difference = left - right;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return difference;
  if (Math.abs(difference) > 1e-9 * left) return difference;
  const exact = exactA() * whole(d) - exactC() * whole(b);
  return exact < 0n ? -1 : exact > 0n ? 1 : 0;
}
