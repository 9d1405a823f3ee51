import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { rowhouse } from '../../src/cli/rowhouse.testing.ts';
import { builtinNetwork } from '../../src/layer/builtin.ts';
import {
  type LoopAddress,
  moveLoop,
  normalForm,
  partsOf,
  placesFor,
  setKeep,
  splitLoop,
} from '../../src/loopnest/edit.ts';
import { evaluateNest } from '../../src/loopnest/evaluate.ts';
import { parseArchitecture } from '../../src/loopnest/files/architecture-file.ts';
import { parseMapping } from '../../src/loopnest/files/mapping-file.ts';
import { mapNest } from '../../src/loopnest/map.ts';
import { problemsOf } from '../../src/loopnest/map-network.ts';
import type { FoundNest, NoNest } from '../../src/loopnest/map-result.ts';
import type { LoopMapping } from '../../src/loopnest/mapping.ts';
import { mappingCode } from '../../src/loopnest/mapping-code.ts';
import { ARCHITECTURE_PRESETS, architecturePreset, constraintsPreset } from '../../src/loopnest/presets.ts';
import { TENSORS } from '../../src/loopnest/problem.ts';
import { againstBest } from '../../src/report/nest-against-best.ts';
import { nestDrawing } from '../../src/report/nest-drawing.ts';
import { seriousIssues } from '../testing/browser.testing.ts';
import { keep, PHONE, pages, saved } from '../testing/pages.testing.ts';
import { packText } from '../url/packed-text.ts';

const { open } = pages();

const MACHINE = architecturePreset('eyeriss-like-256');
const CONV3 = problemsOf(builtinNetwork('alexnet')).find(({ name }) => name === 'CONV3')!;
const BEST = mapNest(CONV3, MACHINE) as FoundNest;

/** With time for the proof, however busy the machine that runs the tests is. */
const START = '#/machine?time=300';

/** Waits until what is shown is what was asked last. */
const settled = (page: Page) => page.locator('.results[aria-busy=false] .nest').waitFor();

/** Energy, cycles and MACs at work, as the view tells them. */
async function factsOf(page: Page): Promise<string | null> {
  await settled(page);
  return page.locator('.facts strong').textContent();
}

const drawn = (mapping: LoopMapping) =>
  nestDrawing({
    problem: CONV3,
    architecture: MACHINE,
    mapping,
    evaluation: evaluateNest(CONV3, MACHINE, mapping),
  });

const factsFor = (mapping: LoopMapping): string => drawn(mapping).heading[1];

/** Waits until a mapping is shown, and compares what is said of it, and each number beside each loop. */
async function expectShown(page: Page, mapping: LoopMapping): Promise<void> {
  await expect.poll(() => factsOf(page)).toBe(factsFor(mapping));
  const { levels } = drawn(mapping);
  const loops = levels.flatMap((level) => level.loops.map(({ text }) => text));
  await expect.poll(() => page.locator('.nest .name code').allTextContents()).toEqual(loops);
  const evaluation = evaluateNest(CONV3, MACHINE, mapping);
  const shown = JSON.parse((await saved(page, 'JSON')).text);
  const nest = shown.layers?.[0] ?? shown;
  expect(nest.energy).toEqual(evaluation.energy);
  expect(nest.counts).toEqual(JSON.parse(JSON.stringify(evaluation.counts)));
}

const codeIn = (page: Page): string =>
  new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('mapping') ?? '';

/** The first loop in time of a level, and the button that stands for it. */
const loopOf = (page: Page, level: string, text: string) =>
  page.getByRole('button', { name: `${text}, at ${level}: choose it to move it` });

test('opens with the best nest of a layer, which is that of the command', async () => {
  const page = await open('#/machine');
  await expectShown(page, BEST.mapping);
  await page.getByText('Proven: none of 3.59 billion mappings takes less energy.').waitFor();
  const { out } = await rowhouse('map', 'alexnet', '--layers', 'CONV3', '--json');
  expect((await saved(page, 'JSON')).text).toBe(out);
  const csv = await rowhouse('map', 'alexnet', '--layers', 'CONV3', '--format', 'csv');
  expect((await saved(page, 'CSV')).text).toBe(csv.out);
  const svg = await rowhouse('map', 'alexnet', '--layers', 'CONV3', '--format', 'svg');
  expect(Buffer.from((await saved(page, 'SVG')).text, 'latin1').toString()).toBe(
    Buffer.from(svg.out, 'utf8').toString(),
  );
  expect((await saved(page, 'PNG')).text.slice(1, 4)).toBe('PNG');
});

test('a loop is moved without a pointer, as a whole or in part: what that costs is told at once', async () => {
  const page = await open(START);
  const from: LoopAddress = { level: 0, kind: 'temporal', at: 1 };
  await loopOf(page, 'DRAM', 'for c in 0..256').press('Enter');
  expect(await page.getByLabel('Steps to move').evaluate((select) => select === document.activeElement)).toBe(
    true,
  );
  const [places, part] = [placesFor(CONV3, MACHINE, BEST.mapping, from), 4];
  expect(partsOf(256)).toContain(part);
  await page.getByLabel('Steps to move').selectOption(`${part} of 256`);
  const place = places.filter(({ splits }) => splits).find(({ to }) => to.level === 2 && to.at === 0)!;
  await page.getByLabel('Move to').selectOption(`RF, ${place.label}`);
  await page.getByLabel('Move to').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const split = splitLoop(CONV3, MACHINE, BEST.mapping, from, part, place.to);
  await expectShown(page, split);
  const evaluation = evaluateNest(CONV3, MACHINE, split);
  const { says, broken, pays } = againstBest(evaluation, BEST.evaluation, 'energy');
  expect(await page.locator('.verdict > p').allTextContents()).toEqual([says, pays].filter(Boolean));
  expect(await page.locator('.verdict .broken-limits li').allTextContents()).toEqual(broken);
  expect(codeIn(page)).toBe(mappingCode(CONV3, split));

  // What was moved is still chosen, and moves on
  await page.getByLabel('Move to').selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Move it', exact: true }).click();
  const next = placesFor(CONV3, MACHINE, split, place.to)[0]!;
  const moved = moveLoop(CONV3, MACHINE, split, place.to, next.to);
  await expectShown(page, moved);

  const again = await open(new URL(page.url()).hash);
  await expectShown(again, moved);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectShown(page, split);
  await page.goBack();
  await page.goBack();
  await expectShown(page, BEST.mapping);
});

test('a loop is dragged to another memory, where it is too much: by how many words, and back', async () => {
  const page = await open(START);
  await settled(page);
  const from: LoopAddress = { level: 0, kind: 'temporal', at: 1 };
  const places = placesFor(CONV3, MACHINE, BEST.mapping, from);
  const to = places.findIndex((one) => one.to.level === 2 && one.to.kind === 'temporal' && one.to.at === 1);
  const at = async (locator: ReturnType<Page['locator']>) => {
    const { x, y, width, height } = (await locator.boundingBox())!;
    return [x + Math.min(40, width / 2), y + height / 2] as const;
  };
  await page.mouse.wheel(0, 400);
  await page.mouse.move(...(await at(loopOf(page, 'DRAM', 'for c in 0..256'))));
  await page.mouse.down();
  await page.mouse.move(500, 500, { steps: 3 });
  expect(await page.locator('[data-place]').count()).toBe(places.length);
  await page.mouse.move(...(await at(page.locator(`[data-place="${to}"]`))), { steps: 3 });
  expect(await page.locator('.drag-label').textContent()).toBe(`RF, ${places[to]!.label}`);
  await keep(page, 'machine-dragged');
  await page.mouse.up();
  const moved = moveLoop(CONV3, MACHINE, BEST.mapping, from, places[to]!.to);
  await expectShown(page, moved);
  const { broken } = againstBest(evaluateNest(CONV3, MACHINE, moved), BEST.evaluation, 'energy');
  expect(broken.join()).toMatch(/Too large for RF: .* too many\./);
  expect(await page.locator('.verdict .broken-limits li').allTextContents()).toEqual(broken);
  expect(await page.locator('.level.broken h3').first().textContent()).toBe('GLB');
  await keep(page, 'machine-broken');

  await page.mouse.move(...(await at(loopOf(page, 'RF', 'for c in 0..256'))));
  await page.mouse.down();
  await page.mouse.move(500, 500, { steps: 3 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  expect(codeIn(page)).toBe(mappingCode(CONV3, moved));
  await page.getByRole('button', { name: 'Back to the best' }).click();
  await expectShown(page, BEST.mapping);
});

test('a tensor that goes round a buffer may cost less than the best of those that keep all, which is explained', async () => {
  const rounds = [1, 2].flatMap((level) =>
    TENSORS.map((tensor) => {
      const mapping = setKeep(CONV3, MACHINE, BEST.mapping, level, tensor, false);
      return { level, tensor, mapping, evaluation: evaluateNest(CONV3, MACHINE, mapping) };
    }),
  );
  const best = rounds
    .filter(({ evaluation }) => evaluation.broken.length === 0)
    .reduce((a, b) => (b.evaluation.energy.total < a.evaluation.energy.total ? b : a));
  expect(best.evaluation.energy.total).toBeLessThan(BEST.evaluation.energy.total);
  const page = await open(START);
  await settled(page);
  const name = `${MACHINE.levels[best.level]!.name} keeps ${best.tensor}`;
  await page.getByRole('checkbox', { name }).click();
  await expectShown(page, best.mapping);
  await page.getByText(/Better than the best\? .*each buffer keeps all that it can hold/).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${best.tensor} goes round`) }).click();
  await page.locator('.chosen-part').getByText(`go round ${MACHINE.levels[best.level]!.name}`).waitFor();
  const yaml = (await saved(page, 'YAML')).text;
  const read = parseMapping(yaml, 'saved.yaml');
  expect(evaluateNest(CONV3, MACHINE, read)).toEqual(best.evaluation);
  expect(normalForm(read)).toEqual(best.mapping);
  await page.getByRole('checkbox', { name }).click();
  await expectShown(page, BEST.mapping);
  expect(codeIn(page)).toBe('');
});

test('a machine of one’s own: a mistake is told with its line, and what is right is mapped onto', async () => {
  const page = await open(START);
  await settled(page);
  await page.getByText('The file of eyeriss-like-256').click();
  const editor = page.getByLabel('Architecture file, in YAML');
  const text = await editor.inputValue();
  expect(text).toBe(ARCHITECTURE_PRESETS[0]!.yaml);
  const line = text.split('\n').findIndex((one) => one.includes('65536')) + 1;
  await editor.fill(text.replace('65536', 'much'));
  await page
    .locator('.mistakes')
    .getByText(/levels\[1\]\.capacity: found "much"/)
    .waitFor();
  expect(await page.locator('.gutter .wrong').textContent()).toBe(String(line));
  expect(await page.getByRole('button', { name: 'Map onto this machine' }).isDisabled()).toBe(true);
  expect(await factsOf(page)).toBe(factsFor(BEST.mapping));
  await keep(page, 'machine-editor');
  await page.getByRole('button', { name: `line ${line}` }).click();
  expect(
    await editor.evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionStart + 4),
    ),
  ).toBe('much');

  const own = text.replace('65536', '4096').replace(/^name: .*/m, 'name: small');
  await editor.fill(own);
  await page.getByRole('button', { name: 'Map onto this machine' }).click();
  const machine = parseArchitecture(own, 'own.yaml');
  const best = mapNest(CONV3, machine) as FoundNest;
  const { heading } = nestDrawing({ problem: CONV3, architecture: machine, ...best });
  await page.getByRole('heading', { name: 'CONV3 on small' }).waitFor();
  expect(await factsOf(page)).toBe(heading[1]);
  const again = await open(new URL(page.url()).hash);
  expect(await factsOf(again)).toBe(heading[1]);
  expect(await again.getByLabel('Architecture file, in YAML').inputValue()).toBe(own);

  const file = {
    name: 'mine.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(own.replace('name: small', 'name: opened')),
  };
  await again.getByLabel('Open a file').setInputFiles(file);
  await again.getByRole('heading', { name: 'CONV3 on opened' }).waitFor();
  await again.getByLabel('Open a file').setInputFiles({ ...file, buffer: Buffer.from('name: [') });
  await again
    .locator('.mistakes')
    .getByText(/mine\.yaml:1/)
    .waitFor();
});

const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

test('addresses made by hand are answered, and the rest is shown', async () => {
  const page = await open(START);
  for (const [query, message] of [
    ['mapping=garbage', /mapping: found "garbage"/],
    ['mapping=wio-M385_wio_wio', /mapping\.levels: found "M = 385"/],
    ['arch=nope', /arch: found "nope"/],
    ['arch=~AAAA', /the architecture in the link is damaged/],
    [`arch=~${packText('name: x\nlevels: many')}`, /architecture\.yaml:2:9: levels: found "many"/],
    ['layer=nope', /layer: found "nope"/],
    ['constraints=nvdla-like', /constraints that go with eyeriss-like-256/],
    ['constraints=nope', /constraints: found "nope"/],
  ] as const) {
    await goTo(page, `${START}&${query}`);
    await page.locator('.notice.bad').getByText(message).first().waitFor();
    await expect.poll(() => factsOf(page)).toBe(factsFor(BEST.mapping));
  }
  await goTo(page, '#/machine?time=-1');
  await page.locator('.notice.bad').getByText('time: found "-1"').waitFor();
  await goTo(page, '#/machine?net=nope');
  await page.locator('.notice.bad').getByText('network: found "nope"').waitFor();
  await goTo(page, START);
  await expect.poll(() => factsOf(page)).toBe(factsFor(BEST.mapping));
  expect(await page.locator('.notice.bad').count()).toBe(0);
});

test('where there is no nest, the rules or the limits that leave none are named', async () => {
  const preset = ARCHITECTURE_PRESETS[0]!.yaml;
  const machine = preset.replace('RF, capacity: 256', 'RF, capacity: 4');
  const task = `#/machine?arch=~${packText(machine)}&constraints=row-stationary&time=300`;
  const page = await open(task);
  await page.getByText('The rule that leaves none').waitFor();
  const reason = (
    mapNest(CONV3, parseArchitecture(machine, ''), {
      constraints: constraintsPreset('row-stationary'),
    }) as NoNest
  ).reason;
  const told = page.locator('.notice.bad');
  expect(await told.locator('p').first().textContent()).toContain(reason.message);
  expect(await told.locator('code').allTextContents()).toEqual(reason.rules.map((path) => path.join('.')));
  await goTo(page, `#/machine?arch=~${packText(preset.replace('65536', '2'))}&time=300`);
  await page.getByText(/There is no best mapping: .*GLB/).waitFor();
});

test('a long search can be ended, and a mapping in the address does not wait for it', async () => {
  const mapping = 'wio-M384.C256.R3.S3.P13.Q13_wi_o_w';
  const page = await open(`#/machine?arch=nvdla-like&time=600&mapping=${mapping}`);
  await settled(page);
  expect(await page.locator('.nest .name code').first().textContent()).toBe('for m in 0..384');
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page
    .getByText(/Not proven: the search was stopped\.|no mapping was found in the time given/)
    .first()
    .waitFor();
});

test.each([
  ['screen', {}],
  ['phone', PHONE],
] as const)('is readable, light and dark: %s', async (name, options) => {
  const page = await open('#/machine', options);
  await settled(page);
  await loopOf(page, 'DRAM', 'for c in 0..256').click();
  await page.getByText('gets other weights from DRAM').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await page.locator('.nest').scrollIntoViewIfNeeded();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousIssues(page)).toEqual([]);
    await keep(page, `machine-${name}-${colorScheme}`);
  }
});
