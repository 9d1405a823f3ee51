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
  /** The least energy of the stage above with it; -Infinity where nothing is known. */
  above = new Float64Array(0);
  /** The least cycles of the whole with it. */
  cycles = new Float64Array(0);
  /** Instances side by side. */
  spreads = new Float64Array(0);
  private readonly width: number;

  /** @param width dimensions */
  constructor(width: number) {
    this.width = width;
  }

  add(options: Uint16Array, energy: number, above: number, cycles: number, spread: number): void {
    if (this.count === this.energies.length) this.grow(Math.max(1024, 2 * this.count));
    this.options.set(options, this.count * this.width);
    this.energies[this.count] = energy;
    this.above[this.count] = above;
    this.cycles[this.count] = cycles;
    this.spreads[this.count] = spread;
    this.count++;
  }

  /** Drops those that are not wanted; tells how many. */
  keep(isWanted: (member: number) => boolean): number {
    const { width, options, energies, above, cycles, spreads } = this;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!isWanted(i)) continue;
      options.copyWithin(kept * width, i * width, (i + 1) * width);
      energies[kept] = energies[i]!;
      above[kept] = above[i]!;
      cycles[kept] = cycles[i]!;
      spreads[kept] = spreads[i]!;
      kept++;
    }
    const dropped = this.count - kept;
    this.count = kept;
    return dropped;
  }

  /** The least energy by option of dimension k (rows) and of l. */
  leastByPair(k: number, l: number, height: number, width: number): Float64Array {
    const least = new Float64Array(height * width).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < this.count; i++) {
      const at = this.options[i * this.width + k]! * width + this.options[i * this.width + l]!;
      if (this.energies[i]! < least[at]!) least[at] = this.energies[i]!;
    }
    return least;
  }

  /** The most promising candidates, the best first. */
  best(count: number, worthOf: (member: number) => Worth): number[] {
    const found: { readonly member: number; readonly worth: Worth }[] = [];
    for (let i = 0; i < this.count; i++) {
      const worth = worthOf(i);
      if (found.length === count && compare(worth, found[count - 1]!.worth) >= 0) continue;
      if (found.length === count) found.pop();
      let at = found.length;
      while (at > 0 && compare(worth, found[at - 1]!.worth) < 0) at--;
      found.splice(at, 0, { member: i, worth });
    }
    return found.map(({ member }) => member);
  }

  /** The candidates by instances side by side; the most promising group first. */
  groups(worthOf: (member: number) => Worth): Group[] {
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
        return { spread, members, worth: worthOf(members[0]!) };
      })
      .sort((a, b) => compare(a.worth, b.worth) || b.spread - a.spread);
  }

  private grow(size: number): void {
    const options = new Uint16Array(size * this.width);
    options.set(this.options);
    this.options = options;
    const grown = (smaller: Float64Array) => {
      const larger = new Float64Array(size);
      larger.set(smaller);
      return larger;
    };
    this.energies = grown(this.energies);
    this.above = grown(this.above);
    this.cycles = grown(this.cycles);
    this.spreads = grown(this.spreads);
  }
}

const compare = (a: Worth, b: Worth): number => a[0] - b[0] || a[1] - b[1];
