import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo, pages } from '../testing/pages.testing.ts';
import { longestTask } from '../testing/tracing.testing.ts';

const { open, sent } = pages();

/** The machine that runs tests may be busy with other things: of some tries, the best counts. */
const TRIES = 5;

/** kB that the page may take, compressed, before it can be used. */
const FIRST_LOAD_KB = 300;

test(`loads less than ${FIRST_LOAD_KB} kB before it can be used, without what draws charts`, async () => {
  const before = sent().length;
  const page = await open('#/none');
  // Charts are never drawn, and nothing that only they need is loaded
  await page.route(/artist\.worker/, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await goTo(page, '');
  await page.getByText('RS has the least energy').waitFor();
  const bytes = sent()
    .slice(before)
    .reduce((sum, one) => sum + one.bytes, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes / 1000).toBeLessThan(FIRST_LOAD_KB);
});

/** Milliseconds from the address to where the first field can be typed into, by the page's own clock. */
async function msToInteractive(): Promise<number> {
  const page = await open('');
  await page.getByRole('textbox', { name: 'Batch' }).waitFor();
  const ms = await page.evaluate(() => performance.getEntriesByName('interactive')[0]!.startTime);
  await page.context().close();
  return ms;
}

test('can be used within a second', async () => {
  const tries: number[] = [];
  for (let i = 0; i < TRIES; i++) tries.push(await msToInteractive());
  expect(Math.min(...tries)).toBeLessThan(1000);
});

/** Changes the batch and waits until the comparison is that of the new one; milliseconds that the worker took. */
async function msToCompare(page: Page, batch: number): Promise<number> {
  await page.getByRole('textbox', { name: 'Batch' }).fill(String(batch));
  await page.locator('.results[aria-busy=false]').waitFor();
  return Number(await page.locator('.results').getAttribute('data-milliseconds'));
}

test('maps AlexNet anew under six dataflows in less than 150 ms, and does not stand still for 50 ms', async () => {
  const page = await open('');
  await page.locator('.card svg').nth(1).waitFor();
  const times: number[] = [];
  const longest: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    longest.push(
      await longestTask(page, async () => {
        for (const batch of [4, 8, 12]) times.push(await msToCompare(page, batch + i));
        await page.waitForTimeout(300);
      }),
    );
  }
  expect(Math.min(...times)).toBeGreaterThan(0);
  expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(150);
  expect(Math.min(...longest)).toBeLessThan(50);
});

test('does not stand still while a network of 54 layers is mapped and drawn', {
  timeout: 120_000,
}, async () => {
  const page = await open('#/compare?batch=4');
  await page.locator('.card svg').nth(1).waitFor();
  const longest: number[] = [];
  for (const [i, network] of ['resnet-50', 'alexnet', 'resnet-50'].entries()) {
    longest.push(
      await longestTask(page, async () => {
        await page.getByLabel('Network', { exact: true }).selectOption(network);
        await page.locator('.results[aria-busy=false]').waitFor();
        await page
          .locator(`.card svg a`)
          .nth(i % 2 === 0 ? 200 : 20)
          .waitFor({ state: 'attached' });
      }),
    );
  }
  expect(Math.min(longest[0]!, longest[2]!)).toBeLessThan(50);
});

const VIEWS: readonly (readonly [hash: string, isOpen: string])[] = [
  ['#/why-not?layer=CONV2', '.verdict p'],
  ['#/array?layer=CONV3&cycle=1000', 'canvas[data-frame-median]'],
  ['#/machine?layer=CONV3', '.machine[data-milliseconds]'],
  ['#/figures?figure=12', '.card svg'],
];

test.each(VIEWS)('does not stand still while %s is opened', { timeout: 120_000 }, async (hash, isOpen) => {
  const longest: number[] = [];
  for (let i = 0; i < TRIES && !longest.some((ms) => ms < 50); i++) {
    const page = await open('#/none');
    await page.getByRole('heading', { level: 1 }).waitFor();
    longest.push(
      await longestTask(page, async () => {
        await goTo(page, hash);
        await page.locator(isOpen).first().waitFor();
        await page.waitForTimeout(500);
      }),
    );
    await page.context().close();
  }
  expect(Math.min(...longest)).toBeLessThan(50);
});
