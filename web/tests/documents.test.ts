import { expect, test } from 'vitest';
import { readDocument } from '../../docs/markdown.testing.ts';
import { goTo, pages } from '../testing/pages.testing.ts';

const { open } = pages();

const document = readDocument('docs/explorer.md');
const LINKS = [...document.matchAll(/^\| `(#\/[^`]+)`/gm)].map(([, link]) => link!);

test('the document has links to begin with', () => expect(LINKS.length).toBeGreaterThan(5));

test('they open, and nothing in them is refused', { timeout: 120_000 }, async () => {
  const page = await open('');
  for (const link of LINKS) {
    await goTo(page, link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Work begins and ends
    await page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached', timeout: 40_000 });
    expect(await page.getByRole('alert').allTextContents(), link).toEqual([]);
  }
});
