import { canKeep, type View } from './view.ts';

/** Which tensors each level keeps: `keeps[level][tensor]`. */
export type Keeps = readonly (readonly boolean[])[];

/**
 * How one tensor comes into a level, or to the MACs: from the next level above that keeps it too. The energy of a mapping
 * is a sum over boundaries, and of each, in proportion to the words that one instance fetches.
 */
export interface Boundary {
  readonly tensor: number;
  /** The level that serves. */
  readonly from: number;
  /** The level that receives; past the innermost, the MACs. */
  readonly to: number;
  /** Energy of a word that an instance receives. */
  readonly perReceived: number;
  /** Energy of a word that is read above, once for all that are served by it. */
  readonly perServed: number;
  /** Energy of a word brought to each instance of a level between: by the level below the network, above this one. */
  readonly perCrossing: readonly (readonly [level: number, energy: number])[];
}

/**
 * The boundaries by stage: into level c at stage c. What the MACs take depends on what lies side by side only, and stands
 * at the stage of the innermost grid on the way.
 */
export function boundariesOf(view: View, keeps: Keeps): readonly (readonly Boundary[])[] {
  const { levels, tensors } = view;
  const boundaries: Boundary[][] = Array.from({ length: levels.length + 1 }, () => []);
  for (let to = 1; to <= levels.length; to++) {
    tensors.forEach(({ isOutput }, tensor) => {
      if (to < levels.length && !keeps[to]![tensor]) return;
      let from = to - 1;
      while (!keeps[from]![tensor]) from--;
      const { read, update } = levels[from]!.energy;
      const perCrossing = levels.slice(from, to).flatMap(({ fanout }, i) => {
        const energy = (fanout?.energy ?? 0) * (isOutput ? 2 : 1);
        return energy > 0 ? [[from + i + 1, energy] as const] : [];
      });
      let stage = to;
      if (to === levels.length) {
        while (stage > from + 1 && levels[stage - 1]!.fanout === undefined) stage--;
        if (levels[stage - 1]!.fanout === undefined) stage = to;
      }
      boundaries[stage]!.push({
        tensor,
        from,
        to,
        perReceived: to < levels.length ? levels[to]!.energy.fill : 0,
        perServed: isOutput ? read + update : read,
        perCrossing,
      });
    });
  }
  return boundaries;
}

/** The choices of what levels keep that rules leave open, in a fixed order: as much as possible first. */
export function keepChoices(
  view: View,
  may: (level: number, tensor: number) => { keep: boolean; bypass: boolean },
): Keeps[] {
  const { levels, tensors } = view;
  let choices: boolean[][][] = [[]];
  levels.forEach((level, i) => {
    let rows: boolean[][] = [[]];
    tensors.forEach(({ tensor }, t) => {
      const { keep, bypass } = may(i, t);
      const ways = [
        ...(keep && canKeep(level, tensor) ? [true] : []),
        ...(i > 0 && (bypass || !canKeep(level, tensor)) ? [false] : []),
      ];
      rows = rows.flatMap((row) => ways.map((way) => [...row, way]));
    });
    choices = choices.flatMap((choice) => rows.map((row) => [...choice, row]));
  });
  return choices;
}
