import type { Options } from './options.ts';
import type { StageList } from './stage-list.ts';

/**
 * What the stage above costs at least with a candidate of a stage: a tile above is a multiple of the tiles below. Looks at
 * two dimensions at a time, and takes the pair that says most.
 */
export class PairBound {
  private readonly pairs: readonly {
    readonly k: number;
    readonly l: number;
    readonly width: number;
    /** Least energy above, by option of k and option of l below. */
    readonly least: Float64Array;
  }[];

  /** @param above the candidates of the stage above, all that there are or that can be better */
  constructor({ stages, steps }: Options, stage: number, above: StageList) {
    const dimensions = stages[stage]!.length;
    const pairs = [];
    for (let k = 0; k < dimensions; k++) {
      for (let l = k + 1; l < dimensions; l++) {
        const width = stages[stage - 1]![l]!.length;
        const energies = above.leastByPair(k, l, stages[stage - 1]![k]!.length, width);
        const half = leastBelow(energies, width, steps[stage]![k]!, stages[stage]![k]!.length);
        const least = transposed(
          leastBelow(
            transposed(half, width),
            stages[stage]![k]!.length,
            steps[stage]![l]!,
            stages[stage]![l]!.length,
          ),
          stages[stage]![k]!.length,
        );
        pairs.push({ k, l, width: stages[stage]![l]!.length, least });
      }
    }
    this.pairs = pairs;
  }

  /** The least energy of the stage above with these options of each dimension. */
  energyAbove(options: Uint16Array): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.pairs.length; i++) {
      const { k, l, width, least } = this.pairs[i]!;
      const energy = least[options[k]! * width + options[l]!]!;
      if (energy > most) most = energy;
    }
    return most;
  }
}

/** Of a table with a row for each option above, one with a row for each option below: the least of those it goes with. */
function leastBelow(
  table: Float64Array,
  width: number,
  steps: readonly Int32Array[],
  count: number,
): Float64Array {
  const least = new Float64Array(count * width).fill(Number.POSITIVE_INFINITY);
  steps.forEach((row, above) => {
    for (let below = 0; below < count; below++) {
      if (row[below] === 0) continue;
      for (let i = 0; i < width; i++) {
        const energy = table[above * width + i]!;
        if (energy < least[below * width + i]!) least[below * width + i] = energy;
      }
    }
  });
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
