import { useEffect, useRef, useState } from 'preact/hooks';
import type { Progress } from '../../src/steps.ts';
import type { Answer } from './desk.ts';
import type { OnProgress } from './in-steps.ts';

/** What is known of an answer: the last result stays while the next is worked out. */
export interface Known<R> {
  /** The last result, and whether it is that of what is asked now. */
  readonly value: R | undefined;
  readonly isCurrent: boolean;
  /** What is wrong with what is asked now. */
  readonly answer: Answer<R> | undefined;
  /** How far the work is; undefined where none goes on. */
  readonly progress: Progress | undefined;
  readonly isWorking: boolean;
}

/** What has come for a question. */
interface Come<R> {
  /** The question; undefined before the first. */
  readonly key: string | undefined;
  readonly value: R | undefined;
  readonly answer: Answer<R> | undefined;
  readonly progress: Progress | undefined;
}

/**
 * Asks a desk, again whenever `key` is another one.
 *
 * @param key everything that the answer depends on, as text; undefined where there is nothing to ask
 */
export function useAnswer<R>(
  key: string | undefined,
  ask: (onProgress: OnProgress) => Promise<Answer<R>>,
): Known<R> {
  const [come, setCome] = useState<Come<R>>({
    key: undefined,
    value: undefined,
    answer: undefined,
    progress: undefined,
  });
  const asked = useRef(key);
  asked.current = key;
  useEffect(() => {
    if (key === undefined) return;
    const update = (change: Partial<Come<R>>) => {
      if (asked.current === key) setCome((before) => ({ ...before, ...change }));
    };
    update({ key, answer: undefined, progress: undefined });
    const onProgress = (progress: Progress) => update({ progress });
    ask(onProgress).then((answer) => {
      update({ answer, progress: undefined, ...(answer.is === 'result' && { value: answer.value }) });
    });
  }, [key]);
  // What came for another question is no answer to this one, from the moment that it is asked
  const isOf = come.key === key;
  const answer = isOf ? come.answer : undefined;
  return {
    value: come.value,
    isCurrent: answer?.is === 'result',
    answer,
    progress: isOf ? come.progress : undefined,
    isWorking: key !== undefined && answer === undefined,
  };
}
