import { expect, test } from 'vitest';
import { readDocument } from '../../docs/markdown.testing.ts';
import { pages } from '../testing/pages.testing.ts';

const { open } = pages();

const document = readDocument('docs/explorer.md');
const LINKS = [...document.matchAll(/^\| `(#\/[^`]+)`/gm)].map(([, link]) => link!);

test('the document has links to begin with', () => expect(LINKS.length).toBeGreaterThan(5));

test.each(LINKS)('%s opens as it says', async (link) => {
  const page = await open(link);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // Nothing in it is refused, and work begins and ends
  await page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached', timeout: 40_000 });
  expect(await page.getByRole('alert').count()).toBe(0);
});
