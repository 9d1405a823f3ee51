import { distinctPositions } from '../walk.ts';
import { distinctSums, type View } from './view.ts';

/** Tiles of a tensor side by side that differ, over the spreads of some stages. */
export function distinctTiles(
  { tensors, sizes }: View,
  t: number,
  tiles: readonly ArrayLike<number>[],
  spreads: readonly ArrayLike<number>[],
  first: number,
  last: number,
): number {
  const { axisOf, coefficient, isShared, axes } = tensors[t]!;
  let all = 1;
  for (let stage = first; stage <= last; stage++) {
    const spread = spreads[stage]!;
    for (let k = 0; k < sizes.length; k++) {
      if (axisOf[k]! >= 0 && !isShared[axisOf[k]!]) all *= spread[k]!;
    }
  }
  for (let a = 0; a < axes; a++) if (isShared[a]) all *= distinctAlong(a);
  return all;

  function distinctAlong(axis: number): number {
    let [loops, factor, step, otherFactor, otherStep] = [0, 1, 0, 1, 0];
    for (let stage = first; stage <= last; stage++) {
      for (let k = 0; k < sizes.length; k++) {
        if (axisOf[k] !== axis || spreads[stage]![k]! === 1) continue;
        loops++;
        [otherFactor, otherStep] = [factor, step];
        [factor, step] = [spreads[stage]![k]!, coefficient[k]! * tiles[stage]![k]!];
      }
    }
    if (loops < 2) return factor;
    if (loops === 2) return distinctSums(factor, step, otherFactor, otherStep);
    return distinctPositions(manyAlong(axis));
  }

  function manyAlong(axis: number) {
    const loops: { factor: number; step: number }[] = [];
    for (let stage = first; stage <= last; stage++) {
      for (let k = 0; k < sizes.length; k++) {
        if (axisOf[k] !== axis) continue;
        loops.push({ factor: spreads[stage]![k]!, step: coefficient[k]! * tiles[stage]![k]! });
      }
    }
    return loops;
  }
}
