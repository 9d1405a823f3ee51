import type { Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time. */
  readonly tdur?: number;
}

const MARK = 'the page that is traced';

/**
 * The longest task of a page's main thread while something is done, in milliseconds. Only the thread's own time counts: what
 * else a machine is busy with is not the page's doing.
 */
export async function longestTask(page: Page, action: () => Promise<void>): Promise<number> {
  const browser = await page.context().browser()!.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  browser.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await browser.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'] },
  });
  // Chromium has pages of its own: this says which process is that of the page
  await page.evaluate((name) => void performance.mark(name), MARK);
  await action();
  const complete = new Promise<void>((resolve) => browser.once('Tracing.tracingComplete', () => resolve()));
  await browser.send('Tracing.end');
  await complete;
  await browser.detach();
  const { pid: process, tid: main } = events.find(({ name }) => name === MARK)!;
  const tasks = events.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && pid === process && tid === main,
  );
  if (tasks.length === 0) throw new Error('nothing was traced');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}
