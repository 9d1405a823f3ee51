import { type Architecture, type MemoryLevel, ownCapacity } from '../architecture.ts';
import type { Constraints } from '../constraints.ts';
import { storesOf } from '../limits.ts';
import { tileWords } from '../nest.ts';
import { type LoopProblem, TENSORS, type Tensor } from '../problem.ts';

/** Something of which the loops of a mapping can need more than there is. */
export type Need =
  | {
      /** Instances along an axis of a grid. */
      readonly kind: 'grid';
      readonly level: number;
      readonly most: number;
      readonly axis: 'x' | 'y';
    }
  | {
      /** Room for a tile of each tensor. */
      readonly kind: 'store';
      readonly level: number;
      /** Words, if each tile is there once. */
      readonly most: number;
      readonly tensors: readonly Tensor[];
    }
  | {
      /** Two dimensions whose loops in time would each have to run inside the other. */
      readonly kind: 'order';
      readonly level: number;
      readonly letters: readonly [inner: string, outer: string];
    };

/** All that can run short under constraints. */
export const needsOf = ({ levels }: Architecture, constraints: Constraints): readonly Need[] =>
  levels.flatMap((memory, level): Need[] => {
    const { x = Infinity, y = Infinity } = memory.fanout ?? {};
    const { innermost = [], order = [] } = constraints.levels[memory.name]?.temporal ?? {};
    const stores = storesOf(memory, mustKeep(constraints, memory, level === 0));
    const copies = memory.doubleBuffered ? 2 : 1;
    const limited: Need[] = [
      { kind: 'grid', level, axis: 'x', most: x },
      { kind: 'grid', level, axis: 'y', most: y },
      ...stores.map(
        ({ tensors, available }): Need => ({ kind: 'store', level, tensors, most: available / copies }),
      ),
    ];
    const atOdds = order.flatMap((inner, i): Need[] =>
      order
        .slice(i + 1)
        .filter((outer) => innermost.includes(inner) && !innermost.includes(outer))
        .map((outer) => ({ kind: 'order', level, letters: [inner, outer] })),
    );
    return [...limited.filter((need) => need.kind !== 'order' && need.most < Infinity), ...atOdds];
  });

/** The tensors that a level cannot but keep. */
export function mustKeep(
  { levels, buffers }: Constraints,
  level: MemoryLevel,
  isOutermost: boolean,
): readonly Tensor[] {
  const { keep = [], bypass = [], free = [] } = levels[level.name] ?? {};
  return TENSORS.filter((tensor) => {
    if (isOutermost || keep.includes(tensor)) return true;
    const isOpen = bypass.includes(tensor) || free.includes(tensor) || buffers === 'free';
    return !isOpen && level.holds.includes(tensor) && ownCapacity(level, tensor) !== 0;
  });
}

/** Words of the tiles in a store, by the size of the tile of each dimension. */
export const storedWords = (
  problem: LoopProblem,
  tensors: readonly Tensor[],
  sizes: ReadonlyMap<string, number>,
): number => tensors.reduce((words, tensor) => words + tileWords(problem, tensor, sizes), 0);
