/** How far work that comes in steps is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** What work that comes in steps makes in the end. */
export function finish<R>(steps: Generator<unknown, R>): R {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
