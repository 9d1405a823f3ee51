import { Desk } from '../../work/desk.ts';
import type { Nests } from '../../work/nests.worker.ts';

const desk = (): Desk<Nests> =>
  new Desk(
    () =>
      new Worker(new URL('../../work/nests.worker.ts', import.meta.url), { type: 'module', name: 'nests' }),
  );

/*
 * A desk does the latest thing asked of it. What may go on side by side has desks of its own: a long search does not keep
 * mappings made by hand from being evaluated.
 */

export const clerk = desk();
export const searcher = desk();
export const evaluator = desk();
export const architect = desk();
