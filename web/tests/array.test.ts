import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { EYERISS_CHIP } from '../../src/chip/chip.ts';
import { chooseMapping } from '../../src/chip/choose-mapping.ts';
import { drawnRun } from '../../src/chip/drawn-run.ts';
import { type Film, PE_STATES } from '../../src/chip/film.ts';
import {
  cycleSummary,
  FILM_COLUMNS,
  filmLines,
  passInCycle,
  waterfallParts,
} from '../../src/chip/film-summary.ts';
import { wordJourney } from '../../src/chip/journey.ts';
import { passJourney } from '../../src/chip/journey-in-pass.ts';
import type { LayerWord } from '../../src/chip/journey-stops.ts';
import type { LayerRun } from '../../src/chip/layer.ts';
import { BUSES } from '../../src/chip/recording.ts';
import { scratchpadWords } from '../../src/chip/snapshot.ts';
import { openStage, type Stage } from '../../src/chip/stage.ts';
import { EYERISS_ENERGY } from '../../src/hardware/energy.ts';
import { builtinNetwork } from '../../src/layer/builtin.ts';
import { upToThreeDigits } from '../../src/report/format.ts';
import { finish } from '../../src/steps.ts';
import { seriousIssues } from '../testing/browser.testing.ts';
import { keep, PHONE, pages, saved } from '../testing/pages.testing.ts';

const { open } = pages();

/** A layer of AlexNet as the view puts it on the array. */
function staged(name: string, { batch = 1, seed = 1, mapping = 'published' as 'best' | 'published' } = {}) {
  const network = builtinNetwork('alexnet');
  const spec = network.layers.find((layer) => layer.name === name)!;
  const chip = EYERISS_CHIP;
  const chosen = chooseMapping(chip, spec, batch, mapping, EYERISS_ENERGY);
  const run = drawnRun({ network, spec, chip, batch, mapping: chosen.mapping, seed });
  return { run, stage: finish(openStage(run)) };
}

const conv3 = staged('CONV3');

/** Waits until the view shows what its address says. */
async function ready(page: Page): Promise<void> {
  await page.locator('.picture-and-numbers[aria-busy=false] .cycle-now[data-cycle]').waitFor();
  await page.locator('.looked-at[aria-busy=false]').waitFor();
}

/** Another address, as if it had been typed. */
const goTo = (page: Page, query: string) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, `#/array?${query}`);

const textOf = async (page: Page, selector: string) => (await page.locator(selector).textContent())!;
const number = (text: string) => Number(text.replaceAll(',', ''));

/** The numbers of a row of the readings. */
const numbersOf = async (page: Page, row: string) =>
  (await page.locator(`.readings tr[data-${row}] td`).allTextContents()).map(number);

/** Holds all numbers beside the picture against the library. */
async function expectReadings(page: Page, film: Film, cycle: number): Promise<void> {
  await page.locator(`.cycle-now[data-cycle="${cycle}"]`).waitFor();
  const expected = cycleSummary(film, cycle);
  for (const [i, state] of PE_STATES.entries()) {
    expect((await numbersOf(page, `state="${state}"`))[0]).toBe(expected.states[i]);
  }
  for (const bus of BUSES) {
    expect(await numbersOf(page, `bus="${bus}"`)).toEqual([expected.words[bus], expected.wordsSoFar[bus]]);
  }
  expect(await numbersOf(page, 'bus="macs"')).toEqual([expected.macs, expected.macsSoFar]);
}

test('shows a cycle of a pass with the numbers of the library, by address, keys, slider and buttons', async () => {
  const page = await open('#/array?pass=3&cycle=1200');
  await ready(page);
  const film = conv3.stage.film(3);
  await expectReadings(page, film, 1200);
  const slider = page.getByRole('slider', { name: 'Cycle of the pass' });
  await slider.focus();
  for (const key of ['ArrowRight', 'Shift+ArrowRight', 'ArrowLeft', 'ArrowRight'])
    await page.keyboard.press(key);
  await expectReadings(page, film, 1301);
  await page.keyboard.press('End');
  await expectReadings(page, film, film.cycles - 1);
  await page.keyboard.press('Home');
  await expectReadings(page, film, 0);
  await slider.fill('777');
  await expectReadings(page, film, 777);
  await page.getByRole('button', { name: '10 cycles back' }).click();
  await expectReadings(page, film, 767);
  await page.waitForURL(/cycle=767/);
  await page.getByRole('button', { name: 'first psum out' }).click();
  await expectReadings(
    page,
    film,
    film.words.output.findIndex((words) => words > 0),
  );
  expect(await page.locator('.readings [role=status]').textContent()).toMatch(/PEs: \d+ /);
  await keep(page, 'array-light');
});

test('plays, and stops', async () => {
  const page = await open('#/array?cycle=500');
  await ready(page);
  await page.getByLabel('Cycles a second').selectOption('300');
  const slider = page.getByRole('slider', { name: 'Cycle of the pass' });
  await slider.focus();
  await page.keyboard.press('Space');
  await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(520);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play' }).waitFor();
  await page.waitForURL(/cycle=(5[2-9]\d|[6-9]\d\d|\d{4})/);
  const cycle = Number(await slider.inputValue());
  await expectReadings(page, conv3.stage.film(0), cycle);
  expect(page.url()).toContain(`cycle=${cycle}`);
});

test('goes to another pass, and tells where the cycles of pass and layer go', async () => {
  const page = await open('#/array');
  await ready(page);
  await page.getByRole('textbox', { name: /^Pass/ }).fill('515');
  await page.waitForURL(/pass=515/);
  await ready(page);
  const { stage } = conv3;
  await expectReadings(page, stage.film(515), 0);
  const { plan } = stage;
  for (const [i, waterfall] of [plan.kinds[plan.kindOf[515]!]!.waterfall, plan.waterfall].entries()) {
    for (const { cause, percent } of waterfallParts(waterfall)) {
      const cells = await page.locator(`.causes [data-cause="${cause}"] td`).allTextContents();
      expect(cells[i]).toBe(upToThreeDigits(percent));
    }
  }
  await page.getByRole('slider', { name: 'Cycle of the pass' }).focus();
  await page.keyboard.press('[');
  await page.waitForURL(/pass=514/);
  await ready(page);
  const strip = page.locator('.strip.kinds');
  const { width } = (await strip.boundingBox())!;
  const x = Math.floor(width / 2);
  await strip.click({ position: { x, y: 8 } });
  await expect.poll(() => new URL(page.url()).hash).not.toContain('pass=514');
  await ready(page);
  const pass = Number(/pass=(\d+)/.exec(page.url())![1]);
  const near = passInCycle(plan, (plan.cycles * x) / width);
  expect(Math.abs(pass - near)).toBeLessThanOrEqual(1);
  await expectReadings(page, stage.film(pass), 0);
});

/** What a scratchpad in the panel says. */
const inPad = (page: Page, pad: string) => page.locator(`[data-pad="${pad}"] td`).allTextContents();

test('looks into a PE, and finds there what the library has', async () => {
  const page = await open('#/array?pass=3&cycle=1200');
  await ready(page);
  await page.getByRole('button', { name: /^PE 4, 5\./ }).click();
  await page.getByRole('heading', { name: 'Inside the PE in row 4, column 5' }).waitFor();
  await ready(page);
  const snapshot = conv3.stage.snapshot(3, 1200);
  const pe = snapshot.pes.find(({ row, column }) => row === 4 && column === 5)!;
  const words = scratchpadWords(snapshot, pe);
  expect((await inPad(page, 'filter scratchpad')).map(Number)).toEqual(words.filter.map(({ word }) => word));
  expect((await inPad(page, 'ifmap scratchpad')).map(Number)).toEqual(words.ifmap.map(({ word }) => word));
  expect((await inPad(page, 'psum scratchpad')).map(Number)).toEqual([...pe.contents.psum]);
  expect(words.filter).toHaveLength(144);
  expect(await textOf(page, '.mac-now')).toContain(`${pe.mac!.ifmap} ×`);
  await keep(page, 'array-inside');

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Inside the PE in row 5, column 6' }).waitFor();
  await page.waitForURL(/pe=5\.6/);
});

/** Holds the journey that is shown against the library. */
async function expectJourney(
  page: Page,
  { run, stage }: { run: LayerRun; stage: Stage },
  pass: number,
  word: LayerWord,
) {
  const { chip, layer, mapping } = run;
  const journey = wordJourney(chip, layer, mapping, word);
  await page.locator(`[data-energy="${journey.energy}"]`).waitFor();
  for (const { stop, times, energy, total } of journey.stops) {
    const cells = (await page.locator(`.stops [data-stop="${stop}"] td`).allTextContents()).slice(1, 4);
    expect(cells.map(number)).toEqual([times, energy, total]);
  }
  expect(await page.locator('.stops tbody tr').count()).toBe(journey.stops.length);
  const inPass = passJourney(chip, layer, mapping, stage.passAt(pass), word)!;
  expect(await textOf(page, '.events caption')).toContain(`${inPass.energy.toLocaleString('en-US')} in all`);
  expect(await page.locator('.events tbody tr').count()).toBe(Math.min(inPass.events.length, 60));
  return inPass;
}

test('follows a weight, a pixel and a psum, with what each step costs', async () => {
  const page = await open('#/array?pass=3&cycle=1200&pe=4.5');
  await ready(page);
  await page.locator('[data-pad="filter scratchpad"] td a').nth(31).click();
  await page.waitForURL(/word=w\.35\.10\.1\.1/);
  await ready(page);
  const weight = { type: 'weight', filter: 35, channel: 10, row: 1, column: 1 } as const;
  const { events } = await expectJourney(page, conv3, 3, weight);
  await page.getByText('13 PEs hold it in this cycle').waitFor();

  await page.getByRole('button', { name: `Show more: there are ${events.length}` }).click();
  expect(await page.locator('.events tbody tr').count()).toBe(Math.min(events.length, 120));

  const { cycle } = events.find(({ stop }) => stop === 'mac')!;
  await page
    .locator('.events')
    .getByRole('link', { name: cycle.toLocaleString('en-US') })
    .first()
    .click();
  await page.waitForURL(new RegExp(`cycle=${cycle}`));
  await expectReadings(page, conv3.stage.film(3), cycle);

  await ready(page);
  await page.locator('[data-pad="ifmap scratchpad"] td a').first().click();
  await page.waitForURL(/word=i\./);
  await ready(page);
  const [image, channel, row, column] = /word=i\.(\d+)\.(\d+)\.(-?\d+)\.(-?\d+)/
    .exec(page.url())!
    .slice(1)
    .map(Number);
  const pixel = { type: 'ifmap', image: image!, channel: channel!, row: row!, column: column! } as const;
  await expectJourney(page, conv3, 3, pixel);

  await page.getByLabel('Type').selectOption('psum');
  for (const [name, value] of Object.entries({ filter: 36, row: 5, column: 4 })) {
    await page.getByRole('form', { name: 'Choose a word' }).getByLabel(name).fill(String(value));
  }
  await page.getByRole('button', { name: 'Follow it' }).click();
  await expectJourney(page, conv3, 3, { type: 'psum', image: 0, filter: 36, row: 5, column: 4 });
  await ready(page);
  await keep(page, 'array-journey');

  const other = await open(new URL(page.url()).hash);
  await ready(other);
  for (const part of ['.readings', '.inside-pe', '.journey']) {
    await expect.poll(() => textOf(other, part)).toBe(await textOf(page, part));
  }
  await other.locator('.stops').getByRole('link', { name: '85', exact: true }).first().click();
  await other.waitForURL(/pass=85/);
});

test('runs other layers, batches, seeds and mappings', async () => {
  const page = await open('#/array');
  for (const [query, layer, options] of [
    ['layer=CONV1&mapping=best&seed=7&cycle=900', 'CONV1', { seed: 7, mapping: 'best' }],
    ['layer=POOL2&batch=2&cycle=300&pe=1.1&word=i.1.0.4.4', 'POOL2', { batch: 2, mapping: 'best' }],
    ['layer=FC3&cycle=100', 'FC3', { mapping: 'best' }],
  ] as const) {
    await goTo(page, query);
    await page.getByRole('heading', { name: `Passes of ${layer}` }).waitFor();
    await ready(page);
    const { stage } = staged(layer, options);
    await expectReadings(page, stage.film(0), Number(/cycle=(\d+)/.exec(query)![1]));
    expect(await page.locator('main').getByRole('alert').count()).toBe(0);
  }
});

test('saves the picture, the cycles and the pass', async () => {
  const page = await open('#/array?layer=CONV5&pass=1&cycle=1500');
  await ready(page);
  const { stage } = staged('CONV5');
  const csv = await saved(page, 'CSV');
  expect(csv.name).toBe('CONV5-pass-1.csv');
  const lines = [FILM_COLUMNS, ...filmLines(stage.film(1))].map((line) => line.join(','));
  expect(csv.text).toBe(`${lines.join('\n')}\n`);
  const json = JSON.parse((await saved(page, 'JSON')).text);
  expect(json.counts).toEqual(JSON.parse(JSON.stringify(stage.film(1).counts)));
  expect(json.pass).toEqual(JSON.parse(JSON.stringify(stage.pass(1))));
  const svg = Buffer.from((await saved(page, 'SVG')).text, 'latin1').toString();
  expect(svg).toContain('<title>CONV5 of alexnet on Eyeriss: pass 1, cycle 1500</title>');
  expect(svg.match(/>×</g)).toHaveLength(cycleSummary(stage.film(1), 1500).states[PE_STATES.indexOf('mac')]!);
  expect((await saved(page, 'PNG')).text.slice(1, 4)).toBe('PNG');
});

test('a hand-made address is answered where it is wrong, and the rest works', async () => {
  const page = await open('#/array');
  for (const [query, message] of [
    ['cycle=999999999', /cycle: found 999999999; allowed: a whole number from 0 to 2610/],
    ['pass=-1', /pass: found "-1"/],
    ['pass=99999&cycle=5', /pass: found 99999; allowed: a whole number from 0 to 515/],
    ['pe=99.99', /pe: found "99.99"/],
    ['word=w.1.2', /word: found "w.1.2"/],
    ['word=w.9999.0.0.0', /word\.filter: found 9999; allowed: a whole number from 0 to 383/],
    ['colours=pink', /colours: found "pink"/],
  ] as const) {
    await goTo(page, query);
    await page.locator('main').getByText(message).first().waitFor();
    await ready(page);
  }
  await page.getByRole('button', { name: '1 cycle on' }).click();
  await expectReadings(page, conv3.stage.film(0), 1);
});

test('what the chip cannot run is told, with a way on', async () => {
  const page = await open('#/array');
  for (const [query, message] of [
    ['layer=nope', /layer: found "nope"/],
    ['net=~x', /damaged/],
    ['mapping=m%3D999', /mapping: found "m=999/],
    ['mapping=hello', /best, published, or letters/],
    ['net=vgg-16&layer=CONV1-2&batch=64', /at most 67108864 words/],
    ['layer=FC1&mapping=published', /published, for FC1/],
  ] as const) {
    await goTo(page, query);
    await page.locator('main').getByText(message).first().waitFor();
  }
  await page.getByRole('button', { name: 'Start from a layer that the chip can run' }).click();
  await ready(page);
  await expectReadings(page, conv3.stage.film(0), 0);
});

test('draws a frame in less than 8 ms, with all that can be drawn', async () => {
  const page = await open('#/array?pass=3&cycle=900&rows=1&psums=1&pe=4.5&word=w.35.10.1.1');
  await ready(page);
  await page.getByRole('slider', { name: 'Cycle of the pass' }).focus();
  const medians: number[] = [];
  for (let i = 0; i < 3 && (medians.at(-1) ?? 8) >= 8; i++) {
    for (let step = 0; step < 100; step++) await page.keyboard.press('ArrowRight');
    medians.push(Number(await page.locator('.array-card canvas').getAttribute('data-frame-median')));
  }
  expect(Math.min(...medians)).toBeGreaterThan(0);
  expect(Math.min(...medians)).toBeLessThan(8);
  expect(await seriousIssues(page)).toEqual([]);
});

test.each([
  ['dark', { colorScheme: 'dark' }],
  ['phone', PHONE],
] as const)('is as readable: %s', async (name, options) => {
  const page = await open('#/array?pass=3&cycle=1200&pe=4.5&colours=sets', options);
  await ready(page);
  expect(await seriousIssues(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await page.evaluate(() => document.querySelector('.array-options')!.scrollIntoView());
  await keep(page, `array-${name}-sets`);
});
