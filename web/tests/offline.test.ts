import { expect, test } from 'vitest';
import { CONTENT_POLICY } from '../building/content-policy.ts';
import { pages } from '../testing/pages.testing.ts';

const { open, sent } = pages();

test('once opened, every view opens without a network', async () => {
  const page = await open('', { serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.keys()).length > 0);
  await page.context().setOffline(true);
  const before = sent().length;
  // A browser looks for a newer service worker whenever it likes
  const since = () =>
    sent()
      .slice(before)
      .filter(({ path }) => path !== 'service-worker.js');
  await page.reload();
  await page.getByText('RS has the least energy: 6.95 per MAC.').waitFor();
  await page.locator('.card svg').first().waitFor();
  for (const view of ['Why not?', 'The array', 'Figures', 'Any machine']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  expect(since()).toEqual([]);
});

test('the page has a policy that lets it load its own files and nothing else', async () => {
  const page = await open('');
  const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
  expect(await policy.getAttribute('content')).toBe(CONTENT_POLICY);
  expect(CONTENT_POLICY).not.toMatch(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|https?:|\*/);
  const inline = await page.evaluate(
    () => document.querySelectorAll('script:not([src]), style, [style]').length,
  );
  expect(inline).toBe(0);
});
