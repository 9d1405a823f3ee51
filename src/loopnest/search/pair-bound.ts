import type { Options } from './options.ts';
import type { StageList } from './stage-list.ts';

/**
 * What the stage above or below costs at least with a candidate of a stage: a tile above is a multiple of the tiles below.
 * Looks at two dimensions at a time, and takes the pair that says most.
 */
export class PairBound {
  private readonly pairs: readonly {
    readonly k: number;
    readonly l: number;
    readonly width: number;
    /** Least energy of the other stage, by option of k and option of l. */
    readonly least: Float64Array;
  }[];

  /** @param others the candidates of the stage above or below, all that there are or that can be better */
  constructor({ stages, steps }: Options, stage: number, other: number, others: StageList) {
    const own = stages[stage]!;
    const goes = (k: number) => (from: number, to: number) =>
      other < stage ? steps[stage]![k]![from]![to] !== 0 : steps[other]![k]![to]![from] !== 0;
    const pairs = [];
    for (let k = 0; k < own.length; k++) {
      for (let l = k + 1; l < own.length; l++) {
        const [height, width] = [stages[other]![k]!.length, stages[other]![l]!.length];
        const energies = others.leastByPair(k, l, height, width);
        const half = leastOfThose(energies, width, own[k]!.length, goes(k));
        const least = transposed(
          leastOfThose(transposed(half, width), own[k]!.length, own[l]!.length, goes(l)),
          own[k]!.length,
        );
        pairs.push({ k, l, width: own[l]!.length, least });
      }
    }
    this.pairs = pairs;
  }

  /** The least energy of the other stage with these options of each dimension. */
  energyWith(options: Uint16Array): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.pairs.length; i++) {
      const { k, l, width, least } = this.pairs[i]!;
      const energy = least[options[k]! * width + options[l]!]!;
      if (energy > most) most = energy;
    }
    return most;
  }
}

/** Of a table with a row for each option of the other stage, one with a row for each own option: the least of those it goes with. */
function leastOfThose(
  table: Float64Array,
  width: number,
  count: number,
  goes: (from: number, to: number) => boolean,
): Float64Array {
  const least = new Float64Array(count * width).fill(Number.POSITIVE_INFINITY);
  const height = table.length / width;
  for (let from = 0; from < height; from++) {
    for (let to = 0; to < count; to++) {
      if (!goes(from, to)) continue;
      for (let i = 0; i < width; i++) {
        const energy = table[from * width + i]!;
        if (energy < least[to * width + i]!) least[to * width + i] = energy;
      }
    }
  }
  return least;
}

function transposed(table: Float64Array, width: number): Float64Array {
  const height = table.length / width;
  const turned = new Float64Array(table.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = table[y * width + x]!;
  }
  return turned;
}
