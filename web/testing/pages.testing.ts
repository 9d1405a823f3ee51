import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openBrowser, openPage } from './browser.testing.ts';
import { type Host, host } from './host.testing.ts';

/** Where the tests keep what the page looked like. */
const SCREENSHOTS = 'build/screenshots';

/** A browser and a host for the tests of one file. After each, its pages must have had no fault and are closed. */
export function pages() {
  let browser: Browser;
  let site: Host;
  let opened: { page: Page; faults: string[] }[] = [];
  beforeAll(async () => {
    [browser, site] = await Promise.all([openBrowser(), host()]);
  });
  afterEach(async () => {
    const faults = opened.flatMap((one) => one.faults);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  return {
    /** Opens an address of the page: `#/compare?batch=4`. */
    async open(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
      const one = await openPage(browser, site.address + hash, options);
      opened.push(one);
      return one.page;
    },
    /** What the host has sent so far. */
    sent: () => site.sent,
  };
}

/** Goes to another address of the page, as one who types it does. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** Keeps what a page looks like, to be looked at. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}

/** What a button saves, as text. */
export async function saved(
  page: Page,
  button: string,
): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'latin1') };
}

/** Drops a file on the page, as a person does with the mouse. */
export async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.evaluate(
    ([file, base64]) => {
      const content = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], file!));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, Buffer.from(bytes).toString('base64')],
  );
}

/** A phone, 360 pixels wide. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};
