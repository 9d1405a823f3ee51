import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type MappingByHand, mappingByHand } from '../../src/analysis/by-hand.ts';
import { rowStationary } from '../../src/dataflow/row-stationary.ts';
import { weightStationary } from '../../src/dataflow/weight-stationary.ts';
import { builtinNetwork } from '../../src/layer/builtin.ts';
import { seriousIssues } from '../testing/browser.testing.ts';
import { goTo, keep, PHONE, pages, saved } from '../testing/pages.testing.ts';

const { open } = pages();

const layerOf = (name: string) => builtinNetwork('alexnet').layers.find((layer) => layer.name === name)!;
const BEST = { m: 64, n: 4, f: 7, p: 22, q: 2, r: 6, t: 1 };

/** Waits until the view shows what was asked last, and gives its sentences. */
async function saysOf(page: Page): Promise<readonly string[]> {
  await page.locator('.results[aria-busy=false] .verdict').waitFor();
  return page.locator('.verdict p').allTextContents();
}

test('begins with the optimum', async () => {
  const page = await open('#/why-not?layer=CONV2');
  expect(await saysOf(page)).toEqual(['This is the optimum.']);
  for (const [letter, value] of Object.entries(BEST)) {
    expect(await page.locator(`#parameter-${letter}`).inputValue()).toBe(String(value));
  }
});

test('a parameter is changed by hand: the limit that breaks, by how many words, and the cost', async () => {
  const page = await open('#/why-not?layer=CONV2');
  await saysOf(page);
  await page.locator('#parameter-m').fill('128');
  const broken = mappingByHand(layerOf('CONV2'), rowStationary, { ...BEST, m: 128 });
  expect(broken.feasible).toBe(false);
  expect(await saysOf(page)).toEqual(broken.says);
  await page.locator('.limits .broken').getByText('47,600 too many').waitFor();
  expect(page.url()).toMatch(/layer=CONV2&mapping=m128\.n4\.f7\.p22\.q2\.r6\.t1$/);
  await keep(page, 'why-not-broken');

  await page.locator('#parameter-m').fill('32');
  const dearer = mappingByHand(layerOf('CONV2'), rowStationary, { ...BEST, m: 32 });
  expect(dearer.feasible).toBe(true);
  expect(dearer.timesOptimum).toBeGreaterThan(1);
  expect(await saysOf(page)).toEqual(dearer.says);
  const shown: MappingByHand = JSON.parse((await saved(page, 'JSON')).text);
  expect(shown).toEqual(JSON.parse(JSON.stringify(dearer)));
  const lines = (await saved(page, 'CSV')).text.trim().split('\n');
  expect(lines).toHaveLength(1 + dearer.limits.length);
  for (const [i, { name, needed, over }] of dearer.limits.entries()) {
    const cells = lines[i + 1]!.trim().split(',');
    expect([cells[7], Number(cells[9]), Number(cells[11])]).toEqual([name, needed, over]);
  }
  expect((await saved(page, 'SVG')).text).toContain(dearer.cost.energy.perMac.toPrecision(3));

  const other = await open(new URL(page.url()).hash);
  expect(await saysOf(other)).toEqual(dearer.says);
  await page.getByRole('button', { name: 'Back to the optimum' }).click();
  expect(await saysOf(page)).toEqual(['This is the optimum.']);
});

test('by keyboard alone: a slider moves by one', async () => {
  const page = await open('#/why-not?layer=CONV2');
  await saysOf(page);
  await page.getByLabel('q, as a slider').focus();
  await page.keyboard.press('ArrowRight');
  const expected = mappingByHand(layerOf('CONV2'), rowStationary, { ...BEST, q: 3 });
  await expect.poll(() => saysOf(page)).toEqual(expected.says);
});

test('another dataflow and layer begin with their own optimum', async () => {
  const page = await open('#/why-not?batch=64');
  await saysOf(page);
  await page.getByLabel('Dataflow').selectOption('WS');
  const ones = Object.fromEntries(weightStationary.parameters.map(({ name }) => [name, 1]));
  const { says } = mappingByHand(layerOf('CONV1'), weightStationary, ones, { batch: 64 });
  expect(await saysOf(page)).toEqual(says);
  await page.getByLabel('Layer', { exact: true }).selectOption('FC2');
  expect(await saysOf(page)).toEqual(['This is the optimum.']);
});

const BAD_ADDRESSES: readonly (readonly [query: string, message: RegExp])[] = [
  ['mapping=m0.n1.f1.p1.q1.r1.t1', /mapping\.m: found 0/],
  ['mapping=m1', /mapping\.n: (missing|found)/],
  ['mapping=hello', /letters of the dataflow/],
  ['layer=CONV9', /layer: found "CONV9"/],
  ['dataflow=XS', /dataflow: found "XS"/],
];

test('an address made by hand is answered, and there is a way on', async () => {
  const page = await open('#/why-not');
  for (const [query, message] of BAD_ADDRESSES) {
    await saysOf(page);
    await goTo(page, `#/why-not?${query}`);
    await page.locator('main').getByText(message).first().waitFor();
    await page.locator('.results[aria-busy=false]').waitFor();
    const start = page.getByRole('button', { name: 'Start from the best mapping' });
    if (await start.isVisible()) await start.click();
    expect(await saysOf(page)).toEqual(['This is the optimum.']);
  }
});

test.each([
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', PHONE],
] as const)('is readable: %s', async (name, options) => {
  const page = await open('#/why-not?layer=CONV3', options);
  await saysOf(page);
  await page.locator('.card svg').waitFor();
  expect(await seriousIssues(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await keep(page, `why-not-${name}`);
});
