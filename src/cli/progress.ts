import { setImmediate } from 'node:timers/promises';

/** Work is quiet for so long before it shows that it goes on, and then for so long between two signs of it. */
const QUIET_MS = 500;
const PAUSE_MS = 50;

/** Characters of the bar. */
const BAR = 20;

/** So much of the work is done. */
interface Step {
  readonly done: number;
  readonly of: number;
}

/**
 * Runs work that comes in steps to its end. Shows how far it is on standard error, where that is a terminal, and lets go
 * often enough for Ctrl-C.
 */
export async function withProgress<R>(
  label: string,
  steps: Generator<Step, R> | AsyncGenerator<Step, R>,
): Promise<R> {
  const start = performance.now();
  let last = start;
  const show = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
  };
  try {
    for (;;) {
      const step = await steps.next();
      if (step.done) return step.value;
      const now = performance.now();
      if (now - last < PAUSE_MS) continue;
      last = now;
      if (now - start > QUIET_MS) show(`${label} ${bar(step.value)}`);
      await letGo();
    }
  } finally {
    if (last - start > QUIET_MS) show('');
  }
}

/** `████████████········  60 %` */
function bar({ done, of }: Step): string {
  const full = Math.floor((BAR * done) / of);
  const percent = Math.floor((100 * done) / of);
  return `${'█'.repeat(full)}${'·'.repeat(BAR - full)} ${String(percent).padStart(3)} %`;
}

/** Two turns of the event loop: signals are looked for between them, not before the first. */
async function letGo(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
