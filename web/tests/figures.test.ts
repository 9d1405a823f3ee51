import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { rowhouse } from '../../src/cli/rowhouse.testing.ts';
import { figureCsv } from '../../src/paper/data.ts';
import type { FigureResult } from '../../src/paper/figure.ts';
import { FIGURES } from '../../src/paper/registry.ts';
import { runFigures } from '../../src/paper/run.ts';
import type { Statement } from '../../src/paper/statement.ts';
import { renderSvg } from '../../src/report/render.ts';
import { seriousIssues } from '../testing/browser.testing.ts';
import { keep, PHONE, pages, saved } from '../testing/pages.testing.ts';

const { open } = pages();

/** Some figures, as the library makes them. */
const made = new Map<string, FigureResult>();
beforeAll(() => {
  const figures = FIGURES.filter(({ id }) => ['10', '12', '15'].includes(id));
  for (const result of runFigures(figures)) made.set(result.id, result);
});

const title = ({ title }: FigureResult, name: string) => `${name}: ${title}`;

/** Goes to a figure by its link at the side. */
const goTo = (page: Page, name: string): Promise<void> =>
  page
    .getByRole('navigation', { name: 'Figures of the paper' })
    .getByRole('link', { name: new RegExp(`^${name}\\b`) })
    .click();

/** The statements that are shown, as the library has them. */
async function shownStatements(place: Locator): Promise<readonly Omit<Statement, 'figure'>[]> {
  const statements = await place.locator('.statement').all();
  return Promise.all(
    statements.map(async (one) => ({
      says: (await one.locator('.says').textContent())!,
      found: (await one.locator('.found').textContent())!,
      holds: (await one.locator('strong').textContent()) === 'Holds',
    })),
  );
}

const statementsOf = (id: string) =>
  made.get(id)!.statements.map(({ says, found, holds }) => ({ says, found, holds }));

describe('figures', () => {
  test('begin with the main result; others follow, all as in the library', async () => {
    const page = await open('#/figures');
    await page.getByRole('heading', { name: title(made.get('12')!, 'Figure 12') }).waitFor();
    expect(await shownStatements(page.locator('article'))).toEqual(statementsOf('12'));
    await page.locator('.card svg').waitFor();
    await keep(page, 'figures-12');
    await goTo(page, 'Figure 15');
    await page.getByRole('heading', { name: title(made.get('15')!, 'Figure 15') }).waitFor();
    expect(page.url()).toMatch(/#\/figures\?figure=15$/);
    expect(await shownStatements(page.locator('article'))).toEqual(statementsOf('15'));
    await page.goBack();
    await page.getByRole('heading', { name: 'Figure 12' }).waitFor();
  });

  test('are saved as the command writes them', async () => {
    const page = await open('#/figures?figure=12');
    await page.locator('.card svg').waitFor();
    const csv = await saved(page, 'CSV');
    expect(csv).toEqual({ name: 'figure-12.csv', text: figureCsv(made.get('12')!) });
    const json = await saved(page, 'JSON');
    expect(json.text).toBe((await rowhouse('paper', '--figure', '12', '--json')).out);
    const svg = await saved(page, 'SVG');
    expect(svg.text).toBe(await renderSvg(made.get('12')!.chart));
    const png = await saved(page, 'PNG');
    expect([png.name, png.text.slice(1, 4)]).toEqual(['figure-12.png', 'PNG']);
  });

  test('show what they are made of, in a link, too', async () => {
    const { columns, rows, about } = made.get('12')!;
    const page = await open('#/figures?data=1');
    await page.locator('.data table').waitFor();
    expect(await page.getByText(about).count()).toBe(1);
    expect(await page.locator('.data thead th').count()).toBe(columns.length);
    expect(await page.locator('article .columns dd').allTextContents()).toEqual(
      columns.map(([, means]) => means),
    );
    await page.getByRole('button', { name: 'Show more' }).click();
    await page
      .locator('.data tbody tr')
      .nth(rows.length - 1)
      .waitFor();
    expect(await page.locator('.data tbody tr').count()).toBe(rows.length);
    await page.getByText('Equations', { exact: true }).click();
    await page.getByText('(2a − 1)·EC(DRAM)').waitFor();
    await page.getByText('Data', { exact: true }).click();
    await page.locator('.data').waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/#\/figures$/);
  });

  test('stop when they are told, and go on', async () => {
    const page = await open('#/figures');
    await page.getByRole('heading', { name: title(made.get('12')!, 'Figure 12') }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped; \d+ of 11 figures are computed\.$/).waitFor();
    await goTo(page, 'Table VI');
    await page.getByText('Computing Table VI').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('This figure is not computed.').waitFor();
    await goTo(page, 'Figure 10');
    await page.getByRole('heading', { name: title(made.get('10')!, 'Figure 10') }).waitFor();
    await goTo(page, 'All statements');
    expect(
      await shownStatements(page.locator('section', { hasText: title(made.get('10')!, 'Figure 10') })),
    ).toEqual(statementsOf('10'));
    await page.getByRole('button', { name: 'Compute all' }).click();
    await page.getByText('statements of the paper hold').waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
  });

  test('a wrong figure in the address is told, and nothing else is lost', async () => {
    const page = await open('#/figures?figure=99&data=1&colour=red');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('figure: found "99"');
    expect(await alert.textContent()).toContain('unknown key "colour"');
    await page.getByRole('heading', { name: title(made.get('12')!, 'Figure 12') }).waitFor();
    await page.locator('.data table').waitFor();
    expect(await shownStatements(page.locator('article'))).toEqual(statementsOf('12'));
    await goTo(page, 'Figure 10');
    await page.getByRole('heading', { name: title(made.get('10')!, 'Figure 10') }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['phone', PHONE],
  ] as const)('are readable: %s', async (name, options) => {
    const page = await open('#/figures?figure=10&data=1', options);
    await page.locator('.data table').waitFor();
    await page.locator('.card svg').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('What is compared').click();
    await page.getByText('Equations', { exact: true }).click();
    expect(await seriousIssues(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await keep(page, `figures-${name}`);
  });

  test('have a page of all statements that is as readable', async () => {
    const page = await open('#/figures?figure=all');
    await page.getByRole('heading', { name: title(made.get('15')!, 'Figure 15') }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await seriousIssues(page)).toEqual([]);
    await keep(page, 'figures-all');
  });
});
