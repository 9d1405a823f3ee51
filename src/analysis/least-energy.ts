import { type EnergyCosts, LEVELS } from '../hardware/energy.ts';
import { costOf, type Words, type Work, wordsAtBest } from './cost-curve.ts';

/**
 * The least energy per MAC of layers under a dataflow, wherever costs lie in a range around nominal ones.
 *
 * It is a concave function of the costs (see cost-curve.ts). So it lies above what interpolation between the corners of
 * the range gives, and below the energy of any mapping that is known: bounds that need no search.
 */
export class LeastEnergy {
  readonly name: string;
  private readonly work: Work;
  private readonly macs: number;
  private readonly low: EnergyCosts;
  private readonly high: EnergyCosts;
  /** The words of each layer's known mappings. */
  private readonly known: readonly Words[][];
  /** Energy without that of the ALU at each corner; bit i says that level i has its high cost there. */
  private readonly corners: readonly number[];

  constructor(work: Work, nominal: EnergyCosts, [low, high]: readonly [number, number]) {
    this.work = work;
    this.name = work.dataflow.name;
    this.macs = work.shapes.reduce((sum, shape) => sum + shape.macs, 0);
    this.low = scaled(nominal, low);
    this.high = scaled(nominal, high);
    this.known = work.shapes.map(() => []);
    this.corners = Array.from({ length: 2 ** LEVELS.length }, (_, corner) =>
      this.search(this.costsAt(corner)),
    );
  }

  /** Bounds of the least energy per MAC at costs in the range, found without a search. */
  boundsAt(costs: EnergyCosts): { atLeast: number; atMost: number } {
    const alu = this.macs * costs.alu;
    const atMost = this.known.reduce(
      (sum, mappings) => sum + Math.min(...mappings.map((words) => costOf(words, costs))),
      0,
    );
    const interpolated =
      alu + this.corners.reduce((sum, energy, corner) => sum + this.weightOf(corner, costs) * energy, 0);
    return { atLeast: Math.min(interpolated, atMost) / this.macs, atMost: atMost / this.macs };
  }

  /** The least energy per MAC at these costs. */
  at(costs: EnergyCosts): number {
    return (this.search({ ...costs, alu: 0 }) + this.macs * costs.alu) / this.macs;
  }

  private search(costs: EnergyCosts): number {
    return this.work.shapes.reduce((sum, shape, layer) => {
      const words = wordsAtBest(this.work, shape, costs);
      const known = this.known[layer]!;
      if (!known.some((other) => LEVELS.every((level) => other[level] === words[level]))) known.push(words);
      return sum + costOf(words, costs);
    }, 0);
  }

  private costsAt(corner: number): EnergyCosts {
    const levels = LEVELS.map((level, i) => [level, (corner >> i) & 1 ? this.high[level] : this.low[level]]);
    return { ...(Object.fromEntries(levels) as Omit<EnergyCosts, 'alu'>), alu: 0 };
  }

  /** The share of a corner in an interpolation of costs, linear in each. */
  private weightOf(corner: number, costs: EnergyCosts): number {
    return LEVELS.reduce((weight, level, i) => {
      const width = this.high[level] - this.low[level];
      const place = width > 0 ? (costs[level] - this.low[level]) / width : 0;
      return weight * ((corner >> i) & 1 ? place : 1 - place);
    }, 1);
  }
}

const scaled = (costs: EnergyCosts, factor: number): EnergyCosts =>
  Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, cost * factor])) as EnergyCosts;
