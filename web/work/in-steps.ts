import type { Progress } from '../../src/steps.ts';

/** Told how far work is. */
export type OnProgress = (progress: Progress) => void;

/** Steps go on for so long before the worker looks for messages. */
const TURN_MS = 25;

/** Thrown by work that was given up because other work came. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/**
 * Runs work that comes in steps to its end, one at a time: what comes later ends what is running.
 */
export class StepRunner {
  private latest = 0;

  /** Ends what is running, at its next look for messages. */
  interrupt(): void {
    this.latest++;
  }

  /** @throws Superseded if it was interrupted, or other work came. */
  async run<R>(steps: Generator<Progress, R>, onProgress?: OnProgress): Promise<R> {
    const mine = ++this.latest;
    let turn = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      const now = performance.now();
      if (now - turn < TURN_MS) continue;
      onProgress?.(step.value);
      await messages();
      if (mine !== this.latest) throw new Superseded();
      turn = performance.now();
    }
  }
}

/** Lets messages in: a timer's turn comes after them. */
const messages = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
