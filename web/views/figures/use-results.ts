import { useEffect, useState } from 'preact/hooks';
import type { FigureResult } from '../../../src/paper/figure.ts';
import { type Answer, Desk } from '../../work/desk.ts';
import type { FigureMaker } from '../../work/figures.worker.ts';
import { type FigureId, PLAIN_WORDS, type PlainWords } from './plain-words.ts';

/** How the computing of a figure ended. */
export type Ended = Exclude<Answer<FigureResult>, { is: 'superseded' }>;

/** What is computed of the figures. */
export interface Results {
  readonly ended: ReadonlyMap<FigureId, Ended>;
  /** The figure that is being computed. */
  readonly current: FigureId | undefined;
  stop(): void;
  goOn(): void;
}

const desk = new Desk<FigureMaker>(
  () =>
    new Worker(new URL('../../work/figures.worker.ts', import.meta.url), { type: 'module', name: 'figures' }),
);

const isSlow = (words: PlainWords): boolean => words.slow !== undefined;

/** What is computed after the chosen figure: the slow ones last. */
const IN_TURN: readonly FigureId[] = [
  ...PLAIN_WORDS.filter((words) => !isSlow(words)),
  ...PLAIN_WORDS.filter(isSlow),
].map(({ id }) => id);

/** As long as the page is open. */
let kept: ReadonlyMap<FigureId, Ended> = new Map();

/**
 * Computes the chosen figure, then all others, as long as the view is shown. When stopped, only what is chosen after that.
 */
export function useResults(chosen: FigureId | 'all'): Results {
  const [ended, setEnded] = useState(kept);
  const [stoppedAt, setStoppedAt] = useState<FigureId | 'all'>();
  const isMissing = (id: FigureId) => !ended.has(id);
  const wantsChosen = chosen !== 'all' && chosen !== stoppedAt && isMissing(chosen);
  const inTurn = stoppedAt === undefined ? IN_TURN.find(isMissing) : undefined;
  const current = wantsChosen ? chosen : inTurn;
  useEffect(() => {
    if (current === undefined) return;
    desk
      .ask((maker) => maker.figure(current))
      .then((answer) => {
        if (answer.is === 'superseded') return;
        kept = new Map(kept).set(current, answer);
        setEnded(kept);
      });
  }, [current]);
  useEffect(() => () => desk.stop(), []);
  return {
    ended,
    current,
    stop() {
      desk.stop();
      setStoppedAt(chosen);
    },
    goOn: () => setStoppedAt(undefined),
  };
}
