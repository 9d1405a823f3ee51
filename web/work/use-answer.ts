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

const NOTHING = {
  value: undefined,
  isCurrent: false,
  answer: undefined,
  progress: undefined,
  isWorking: false,
};

/**
 * Asks a desk, again whenever `key` is another one.
 *
 * @param key everything that the answer depends on, as text; undefined where there is nothing to ask
 */
export function useAnswer<R>(
  key: string | undefined,
  ask: (onProgress: OnProgress) => Promise<Answer<R>>,
): Known<R> {
  const [known, setKnown] = useState<Known<R>>(NOTHING);
  const asked = useRef(key);
  asked.current = key;
  useEffect(() => {
    if (key === undefined) return;
    const isLate = () => asked.current !== key;
    setKnown(({ value }) => ({ ...NOTHING, value, isWorking: true }));
    const onProgress = (progress: Progress) => {
      if (!isLate()) setKnown((before) => ({ ...before, progress }));
    };
    ask(onProgress).then((answer) => {
      if (isLate() || answer.is === 'superseded') return;
      setKnown(({ value }) =>
        answer.is === 'result'
          ? { ...NOTHING, value: answer.value, isCurrent: true, answer }
          : { ...NOTHING, value, answer },
      );
    });
  }, [key]);
  return key === undefined ? (NOTHING as Known<R>) : known;
}
