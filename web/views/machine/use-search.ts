import { useRef } from 'preact/hooks';
import type { FoundNest } from '../../../src/loopnest/map-result.ts';
import { type Known, useAnswer } from '../../work/use-answer.ts';
import { searcher } from './desks.ts';
import type { Searched, SearchTask } from './search.ts';
import type { Setting } from './setting.ts';

/** A search, and what came of it. */
export interface Search extends Known<Searched> {
  /** What it found; none before it is over, or if there is none. */
  readonly best: FoundNest | undefined;
  /** Ends it with the best that it has found. */
  enough(): void;
}

/** Searches for the best mapping, whenever something else is searched for. */
export function useSearch(
  setting: Setting | undefined,
  options: Pick<SearchTask, 'objective' | 'factors' | 'time'>,
): Search {
  const enough = useRef(() => {});
  const task = setting && taskOf(setting, options);
  const known = useAnswer(task && JSON.stringify(task), (onProgress) =>
    searcher.ask((api, told) => {
      enough.current = () => void api.enough();
      return api.search(task!, told);
    }, onProgress),
  );
  const found = known.isCurrent ? known.value?.result.layers[0] : undefined;
  return { ...known, best: found?.feasible ? found : undefined, enough: () => enough.current() };
}

const taskOf = (
  { network, batch, problem, architecture, constraints }: Setting,
  options: Pick<SearchTask, 'objective' | 'factors' | 'time'>,
): SearchTask => ({ network, batch, problem, architecture, constraints, ...options });
