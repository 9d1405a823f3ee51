import { expect, test } from 'vitest';
import type { FigureResult } from './figure.ts';
import { paperReport } from './report.ts';

const result = (id: string, holds: boolean): FigureResult => ({
  id,
  title: 'A title',
  about: 'What was done.',
  equations: ['inputs', 'edp'],
  columns: [['dramReads', 'words | per MAC']],
  rows: [{ dramReads: 1 }],
  chart: { data: { values: [] }, mark: 'bar' },
  statements: [{ figure: id, says: 'this is so', found: '1 | 2', holds }],
  findings: ['A finding.'],
});

/** What links in a page lead to, and what its headings are linked by. */
const linksOf = (page: string) => [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
const anchorsOf = (page: string) =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(
    ([, heading]) =>
      `#${heading!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-')}`,
  );

test('every link leads to a heading of the page, to a file beside it, or to the paper', () => {
  const page = paperReport([result('12', true), result('networks', true)], '1.2.3');
  const files = ['figure-12.svg', 'figure-12.csv', 'networks.svg', 'networks.csv'];
  for (const link of linksOf(page)) {
    expect([...anchorsOf(page), ...files, 'https://doi.org/10.1109/ISCA.2016.40']).toContain(link);
  }
  expect(linksOf(page)).toEqual(expect.arrayContaining([...files, '#equation-3', '#figure-12', '#networks']));
});

test('it says what holds and what does not', () => {
  expect(paperReport([result('12', true), result('13', true)], '1')).toContain(
    '**All 2 statements of the paper hold.**',
  );
  const page = paperReport([result('12', true), result('13', false)], '1');
  expect(page).toContain('**1 of 2 statements of the paper does not hold.**');
  expect(page).toContain('| [12](#figure-12) | this is so | 1 \\| 2 | yes |');
  expect(page).toContain('| [13](#figure-13) | this is so | 1 \\| 2 | **no** |');
  expect(page).toContain('- The paper says: this is so. Found: 1 | 2. **Does not hold.**\n- A finding.');
});

test('it has the equations that are used, and no others', () => {
  const page = paperReport([result('12', true)], '1');
  expect([...page.matchAll(/^### (.*)$/gm)].map(([, title]) => title)).toEqual([
    'Equation (3)',
    'Energy-delay product',
  ]);
});

test('without statements of the paper it says nothing of them', () => {
  const page = paperReport([{ ...result('networks', true), statements: [] }], '1');
  expect(page).not.toMatch(/statements of the paper/);
});
