import type { Architecture, MemoryLevel } from './architecture.ts';
import { type LoopMapping, product } from './mapping.ts';
import { nestOf, tileWords } from './nest.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';

/** A limit of the architecture that a mapping breaks: by how much, and where. */
export type BrokenNestLimit =
  | {
      readonly limit: 'capacity';
      readonly level: string;
      /** The tensors whose tiles do not fit together. */
      readonly tensors: readonly Tensor[];
      /** Words. */
      readonly needed: number;
      readonly available: number;
    }
  | {
      /** More instances side by side than the grid has. */
      readonly limit: 'fanout';
      readonly level: string;
      readonly axis: 'x' | 'y';
      readonly needed: number;
      readonly available: number;
    };

/** The limits that a mapping breaks, outermost level first; none if it is valid. */
export function brokenNestLimits(
  problem: LoopProblem,
  { levels }: Architecture,
  mapping: LoopMapping,
): BrokenNestLimit[] {
  const nest = nestOf(mapping);
  return levels.flatMap((level, i): BrokenNestLimit[] => {
    const { name, keep, spatialX = [], spatialY = [] } = mapping.levels[i]!;
    const { x = 1, y = 1 } = level.fanout ?? {};
    const words = (tensor: Tensor) =>
      tileWords(problem, tensor, nest[i]!.sizes) * (level.doubleBuffered ? 2 : 1);
    return [
      ...storesOf(level, keep).map(({ tensors, available }): BrokenNestLimit => {
        const needed = tensors.reduce((sum, tensor) => sum + words(tensor), 0);
        return { limit: 'capacity', level: name, tensors, needed, available };
      }),
      { limit: 'fanout' as const, level: name, axis: 'x' as const, needed: product(spatialX), available: x },
      { limit: 'fanout' as const, level: name, axis: 'y' as const, needed: product(spatialY), available: y },
    ].filter(({ needed, available }) => needed > available);
  });
}

/** Words that some tensors of a level have to share, or that one has for itself. */
interface Store {
  readonly tensors: readonly Tensor[];
  readonly available: number;
}

/** The stores of a level that have a limit, each with the kept tensors that it is for. */
export function storesOf({ capacity }: MemoryLevel, keep: readonly Tensor[]): readonly Store[] {
  if (capacity === undefined) return [];
  const kept = TENSORS.filter((tensor) => keep.includes(tensor));
  if (typeof capacity === 'number') return [{ tensors: kept, available: capacity }];
  return kept.flatMap((tensor) => {
    const available = capacity[tensor];
    return available === undefined ? [] : [{ tensors: [tensor], available }];
  });
}
