import type { NestObjective } from '../map-result.ts';
import { fanoutOf, OUTPUTS, type View } from './view.ts';
import { type Worth, worthOf } from './worth.ts';

/** No bound: energies of stages may be negative, as first psums are saved. */
export const UNKNOWN = Number.NEGATIVE_INFINITY;

/** What candidates of a stage have at the least and at the most. */
export class Range {
  leastEnergy = Number.POSITIVE_INFINITY;
  leastCycles = Number.POSITIVE_INFINITY;
  mostSpread = 0;

  add(energy: number, cycles: number, spread: number): void {
    if (energy < this.leastEnergy) this.leastEnergy = energy;
    if (cycles < this.leastCycles) this.leastCycles = cycles;
    if (spread > this.mostSpread) this.mostSpread = spread;
  }

  get isEmpty(): boolean {
    return this.mostSpread === 0;
  }
}

/** What each stage costs at the least, so that part of a mapping tells what the whole is worth at the least. */
export class Outlook {
  /** By stage; of stage 0, what is fixed. */
  readonly leastEnergy: number[];
  /** Instances side by side for one of the stage above, at the most. */
  private readonly mostSpread: number[];
  /** Cycles of the whole, at the least. */
  private readonly leastCycles: number[];
  private readonly objective: NestObjective;
  private readonly macs: number;
  private readonly macEnergy: number;

  constructor({ sizes, macEnergy, levels, tensors }: View, objective: NestObjective) {
    this.objective = objective;
    this.macs = sizes.reduce((all, size) => all * size, 1);
    this.macEnergy = this.macs * macEnergy;
    this.mostSpread = [1, ...levels.map(fanoutOf)];
    this.leastEnergy = this.mostSpread.map(() => 0);
    this.leastCycles = this.mostSpread.map(() => 0);
    // The first psums are not read
    this.leastEnergy[0] = this.macEnergy - tensors[OUTPUTS]!.words * levels[0]!.energy.read;
  }

  learn(stage: number, { leastEnergy, leastCycles, mostSpread }: Range): void {
    this.leastEnergy[stage] = leastEnergy;
    this.leastCycles[stage] = leastCycles;
    this.mostSpread[stage] = mostSpread;
  }

  worth(energy: number, cycles: number): Worth {
    return worthOf(this.objective, energy, cycles);
  }

  /** Of any mapping: no less than its arithmetic. */
  least(): Worth {
    const { leastEnergy, leastCycles, mostSpread } = this;
    const energy = leastEnergy.reduce((sum, one) => sum + one, 0);
    const cycles = mostSpread.reduce((left, most) => left / most, this.macs);
    return this.worth(Math.max(energy, this.macEnergy), Math.max(cycles, ...leastCycles));
  }

  /** Of a mapping with a candidate of a stage, with which the stage above costs so much at the least. */
  with(stage: number, energy: number, cycles: number, spread: number, above = UNKNOWN): Worth {
    const { leastEnergy, leastCycles, mostSpread } = this;
    let sum = energy;
    let longest = cycles;
    let most = spread;
    for (let other = 0; other < mostSpread.length; other++) {
      if (other === stage) continue;
      sum += other === stage - 1 ? Math.max(leastEnergy[other]!, above) : leastEnergy[other]!;
      most *= mostSpread[other]!;
      if (leastCycles[other]! > longest) longest = leastCycles[other]!;
    }
    return this.worth(sum, Math.max(longest, this.macs / most));
  }

  /**
   * Of a mapping where all stages down to one have this energy, these cycles, and so many instances, and the stage below
   * costs so much at the least.
   */
  from(stage: number, energy: number, cycles: number, spread: number, below = UNKNOWN): Worth {
    return this.worth(energy + this.ahead(stage, below), this.cyclesFrom(stage, cycles, spread));
  }

  /** Energy of the stages below one, of which the first costs so much at the least. */
  ahead(stage: number, below = UNKNOWN): number {
    const { leastEnergy } = this;
    let sum = 0;
    for (let later = stage + 1; later < leastEnergy.length; later++) {
      sum += later === stage + 1 ? Math.max(leastEnergy[later]!, below) : leastEnergy[later]!;
    }
    return sum;
  }

  /** Cycles of a mapping where the stages down to one have at least these, and so many instances. */
  cyclesFrom(stage: number, cycles: number, spread: number): number {
    const { leastCycles, mostSpread } = this;
    let longest = cycles;
    let most = spread;
    for (let later = stage + 1; later < mostSpread.length; later++) {
      most *= mostSpread[later]!;
      if (leastCycles[later]! > longest) longest = leastCycles[later]!;
    }
    return Math.max(longest, this.macs / most);
  }
}
