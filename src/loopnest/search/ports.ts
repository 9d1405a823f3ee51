import type { Boundary } from './boundaries.ts';
import type { View } from './view.ts';

/** What one port of a level moves in a stage: the boundaries that it serves, and those that it receives from. */
export interface Port {
  readonly level: number;
  /** Words in a cycle. */
  readonly rate: number;
  /** Boundaries of the stage, by number. */
  readonly serves: readonly number[];
  readonly receives: readonly number[];
}

/** By stage: the ports that have a limit. */
export function portsOf({ levels, tensors }: View, boundaries: readonly (readonly Boundary[])[]): Port[][] {
  return boundaries.map((some) =>
    levels.flatMap(({ bandwidth: { read, write } = {} }, level): Port[] => {
      const numbers = (isMine: (boundary: Boundary) => boolean) =>
        some.flatMap((boundary, i) => (isMine(boundary) ? [i] : []));
      const serves = numbers(({ from }) => from === level);
      const updates = numbers(({ from, tensor }) => from === level && tensors[tensor]!.isOutput);
      const receives = numbers(({ to }) => to === level);
      return [
        ...(read === undefined ? [] : [{ level, rate: read, serves, receives: [] }]),
        ...(write === undefined ? [] : [{ level, rate: write, serves: updates, receives }]),
      ].filter((port) => port.serves.length + port.receives.length > 0);
    }),
  );
}
