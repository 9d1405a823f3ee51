import type { LoopPlace, NormalMapping } from '../../../src/loopnest/edit.ts';
import { type LoopAddress, moveLoop, placesFor, setKeep, splitLoop } from '../../../src/loopnest/edit.ts';
import type { LoopMapping } from '../../../src/loopnest/mapping.ts';
import type { Tensor } from '../../../src/loopnest/problem.ts';
import type { Shown } from './search.ts';

/** A part of the drawing that a person has chosen, to be told about it. */
export type Chosen =
  | { readonly is: 'loop'; readonly at: LoopAddress; readonly tensor?: Tensor }
  | { readonly is: 'tile' | 'arrow'; readonly level: number; readonly tensor: Tensor };

export const isSame = (a: Chosen | undefined, b: Chosen): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a person can do with the nest that is shown. */
export interface Hands {
  readonly chosen: Chosen | undefined;
  /** @param byKey whether a key did it: the focus then goes to where it can be moved */
  choose(chosen: Chosen, byKey?: boolean): void;
  /** Another number whenever a key has chosen something; 0 where a pointer has. */
  readonly keyed: number;
  /** None while what is shown is not that of the address. */
  readonly edits: Edits | undefined;
}

/** Changes of the nest that is shown. */
export interface Edits {
  places(from: LoopAddress): readonly LoopPlace[];
  /** Moves a loop, or so many of its steps. */
  move(from: LoopAddress, to: LoopAddress, factor?: number): void;
  keep(level: number, tensor: Tensor, kept: boolean): void;
}

/** Edits of a nest, each of which gives it to `change`. */
export function editsOf(
  { nest: { problem, architecture, mapping } }: Shown,
  change: (mapping: LoopMapping) => void,
  choose: (chosen: Chosen) => void,
): Edits {
  const loopMoved = (changed: NormalMapping, to: LoopAddress, dimension: string) => {
    change(changed);
    // Where it joined a loop, it stands where that stood
    const loops = changed.levels[to.level]![to.kind];
    choose({ is: 'loop', at: { ...to, at: loops.findIndex(([over]) => over === dimension) } });
  };
  return {
    places: (from) => placesFor(problem, architecture, mapping, from),
    move(from, to, factor) {
      const changed =
        factor === undefined
          ? moveLoop(problem, architecture, mapping, from, to)
          : splitLoop(problem, architecture, mapping, from, factor, to);
      const dimension = dimensionAt(mapping, from);
      loopMoved(changed, to, dimension);
    },
    keep: (level, tensor, kept) => change(setKeep(problem, architecture, mapping, level, tensor, kept)),
  };
}

/** The dimension of a loop; only loops of more than one step have addresses. */
const dimensionAt = (mapping: LoopMapping, { level, kind, at }: LoopAddress): string =>
  (mapping.levels[level]![kind] ?? []).filter(([, factor]) => factor > 1)[at]![0];
