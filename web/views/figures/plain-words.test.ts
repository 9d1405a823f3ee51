import { expect, it } from 'vitest';
import { FIGURES } from '../../../src/paper/registry.ts';
import { paperReport } from '../../../src/paper/report.ts';
import { runFigures } from '../../../src/paper/run.ts';
import { PLAIN_WORDS } from './plain-words.ts';

it('has words for each figure, in the order of the paper', () => {
  expect(PLAIN_WORDS.map(({ id }) => id)).toEqual(FIGURES.map(({ id }) => id));
});

it('calls figures what the report calls them', () => {
  const [result] = runFigures(FIGURES.filter(({ id }) => id === '7b'));
  const headings = PLAIN_WORDS.map(({ id }) => {
    const report = paperReport([{ ...result!, id }], '');
    return /^## (.*)$/m.exec(report)?.[1];
  });
  expect(PLAIN_WORDS.map(({ name }) => name)).toEqual(headings);
});
