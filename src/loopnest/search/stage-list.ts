import type { Worth } from './worth.ts';

/** Candidates with as many instances side by side, by rising energy. */
export interface Group {
  readonly spread: number;
  readonly members: Uint32Array;
}

/** The candidates of a stage that can be part of a better mapping, as far as the stage alone tells. */
export class StageList {
  count = 0;
  /** By candidate and dimension: the option. */
  options = new Uint16Array(0);
  /** The least energy of what comes into the stage. */
  energies = new Float64Array(0);
  /** Instances side by side. */
  spreads = new Float64Array(0);
  private readonly width: number;

  /** @param width dimensions */
  constructor(width: number) {
    this.width = width;
  }

  add(options: Uint16Array, energy: number, spread: number): void {
    if (this.count === this.energies.length) this.grow(Math.max(1024, 2 * this.count));
    this.options.set(options, this.count * this.width);
    this.energies[this.count] = energy;
    this.spreads[this.count] = spread;
    this.count++;
  }

  /** Drops those that are not wanted; tells how many. */
  keep(isWanted: (energy: number, spread: number) => boolean): number {
    const { width, options, energies, spreads } = this;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!isWanted(energies[i]!, spreads[i]!)) continue;
      options.copyWithin(kept * width, i * width, (i + 1) * width);
      energies[kept] = energies[i]!;
      spreads[kept] = spreads[i]!;
      kept++;
    }
    const dropped = this.count - kept;
    this.count = kept;
    return dropped;
  }

  /** The candidates by instances side by side; the most promising group first. */
  groups(worthOf: (energy: number, spread: number) => Worth): Group[] {
    const { energies, spreads } = this;
    const bySpread = new Map<number, number[]>();
    for (let i = 0; i < this.count; i++) {
      const members = bySpread.get(spreads[i]!);
      if (members) members.push(i);
      else bySpread.set(spreads[i]!, [i]);
    }
    return [...bySpread]
      .map(([spread, found]) => {
        const members = Uint32Array.from(found).sort((a, b) => energies[a]! - energies[b]! || a - b);
        return { spread, members, worth: worthOf(energies[members[0]!]!, spread) };
      })
      .sort((a, b) => a.worth[0] - b.worth[0] || a.worth[1] - b.worth[1] || b.spread - a.spread);
  }

  private grow(size: number): void {
    const options = new Uint16Array(size * this.width);
    options.set(this.options);
    this.options = options;
    const energies = new Float64Array(size);
    energies.set(this.energies);
    this.energies = energies;
    const spreads = new Float64Array(size);
    spreads.set(this.spreads);
    this.spreads = spreads;
  }
}
