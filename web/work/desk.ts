import * as Comlink from 'comlink';
import type { Problem } from '../../src/input-error.ts';
import type { Progress } from '../../src/steps.ts';
import type { OnProgress } from './in-steps.ts';
import type { Outcome } from './outcome.ts';

/** Work that is to be given up gets so long to notice it; then its worker is closed. */
const PATIENCE_MS = 300;

/** How a worker's answer arrives: a result, problems of the input, or nothing as newer work took its place. */
export type Answer<R> =
  | { readonly is: 'result'; readonly value: R; readonly milliseconds: number }
  | { readonly is: 'refused'; readonly problems: readonly Problem[] }
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'superseded' };

/** How work ends that does not answer. */
type Ending = Extract<Answer<unknown>, { is: 'failed' | 'superseded' }>;

type Api<T> = Comlink.Remote<T>;

/**
 * A worker that does the latest thing asked of it. What is still running when the next comes is given up: by itself between
 * two of its steps, or, if a step takes too long, with its worker.
 */
export class Desk<T extends Interruptible> {
  private readonly open: () => Worker;
  private worker: Worker | undefined;
  private api: Api<T> | undefined;
  private latest = 0;
  private running: { readonly done: Promise<unknown>; readonly end: (answer: Ending) => void } | undefined;

  constructor(open: () => Worker) {
    this.open = open;
  }

  /** Asks for work. Never rejects. */
  async ask<R>(
    work: (api: Api<T>, onProgress: OnProgress & Comlink.ProxyMarked) => Promise<Outcome<R>>,
    onProgress: OnProgress = () => {},
  ): Promise<Answer<R>> {
    const mine = ++this.latest;
    await this.clear();
    if (mine !== this.latest) return { is: 'superseded' };
    const api = this.started();
    const told = (progress: Progress) => {
      if (mine === this.latest) onProgress(progress);
    };
    const { promise: ended, resolve: end } = withResolvers<Ending>();
    const start = performance.now();
    const done = this.answer(() => work(api, Comlink.proxy(told)), start);
    this.running = { done, end };
    const answer = await Promise.race([done, ended]);
    return mine === this.latest ? answer : { is: 'superseded' };
  }

  /** Ends what is running, and its worker. */
  stop(): void {
    this.latest++;
    this.close({ is: 'superseded' });
  }

  private async answer<R>(work: () => Promise<Outcome<R>>, start: number): Promise<Answer<R>> {
    try {
      const outcome = await work();
      if (!outcome.ok) return { is: 'refused', problems: outcome.problems };
      return { is: 'result', value: outcome.value, milliseconds: performance.now() - start };
    } catch (error) {
      const { name, message } = error as Error;
      return name === 'Superseded' ? { is: 'superseded' } : { is: 'failed', message };
    }
  }

  /** Makes sure that nothing is running: newer work waits a little for what runs, then goes on without it. */
  private async clear(): Promise<void> {
    const { running } = this;
    if (running === undefined) return;
    void (this.api as Comlink.Remote<Interruptible> | undefined)?.interrupt();
    const isOver = await Promise.race([running.done.then(() => true), later(PATIENCE_MS).then(() => false)]);
    if (this.running !== running) return;
    if (!isOver) this.close({ is: 'superseded' });
    this.running = undefined;
  }

  private close(answer: Ending): void {
    this.worker?.terminate();
    this.worker = this.api = undefined;
    this.running?.end(answer);
    this.running = undefined;
  }

  private started(): Api<T> {
    if (this.api !== undefined) return this.api;
    this.worker = this.open();
    this.worker.addEventListener('error', ({ message }) => this.close({ is: 'failed', message }));
    this.api = Comlink.wrap<T>(this.worker);
    return this.api;
  }
}

/** What every worker of a desk can: give up what it is doing, at its next step. */
export interface Interruptible {
  interrupt(): void;
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function withResolvers<R>() {
  let resolve!: (value: R) => void;
  const promise = new Promise<R>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
