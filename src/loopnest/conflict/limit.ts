import type { Architecture, MemoryLevel } from '../architecture.ts';
import { TENSORS, type Tensor } from '../problem.ts';

/** A limit of an architecture: instances along an axis below a level, or words of a store. */
export interface Limit {
  readonly level: string;
  /** The axis; or the tensor whose store it is, `shared` if tensors share it. */
  readonly of: 'x' | 'y' | Tensor | 'shared';
  readonly available: number;
}

export const limitsOf = ({ levels }: Architecture): readonly Limit[] =>
  levels.flatMap(({ name: level, fanout, capacity }): Limit[] => {
    const words = typeof capacity === 'object' ? capacity : { shared: capacity };
    return Object.entries({ x: fanout?.x, y: fanout?.y, ...words }).flatMap(([of, available]): Limit[] =>
      available === undefined ? [] : [{ level, of: of as Limit['of'], available }],
    );
  });

/** An architecture with no limits but these. */
export const withLimits = (architecture: Architecture, limits: readonly Limit[]): Architecture => ({
  ...architecture,
  levels: architecture.levels.map((level): MemoryLevel => {
    const { fanout } = level;
    const own = limits.filter((limit) => limit.level === level.name);
    const available = (of: Limit['of']) => own.find((limit) => limit.of === of)?.available;
    const { x = Infinity, y = Infinity } = { x: available('x'), y: available('y') };
    const words = TENSORS.map((tensor) => [tensor, available(tensor)] as const);
    return {
      ...level,
      capacity: available('shared') ?? Object.fromEntries(words.filter(([, one]) => one !== undefined)),
      fanout: fanout && { ...fanout, x, y },
    };
  }),
});
