import { beforeAll, describe, expect, test } from 'vitest';
import { longResult, renamedResult, smallResult } from './fixture.testing.ts';
import { analysisHtml } from './html.ts';

const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page)![1]!);

const count = (page: string, pattern: RegExp) => page.match(pattern)?.length ?? 0;

describe('a page', () => {
  let page = '';
  beforeAll(async () => {
    page = await analysisHtml(smallResult);
  });

  test('asks for nothing else', () => {
    expect(page).not.toMatch(
      /\s(?:src|srcset|href|action|data)=|url\(|@import|<link|<script(?! type="application\/json")/,
    );
  });

  test('shows two charts and four tables, with captions and headed rows and columns', () => {
    expect(count(page, /<svg /g)).toBe(2);
    expect(count(page, /<table>\n<caption>/g)).toBe(4);
    expect(count(page, /<th scope="row">/g)).toBe(3 + 4 + 3 + 3);
    expect(count(page, /<th scope="col"/g)).toBe(8 + 5 + 7 + 8);
  });

  test('opens and closes its elements in order', () => {
    const open: string[] = [];
    for (const [, slash, name, end] of page.matchAll(/<(\/?)([a-z][\w:]*)[^>]*?(\/?)>/g)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!end && name !== 'meta') open.push(name!);
    }
    expect(open).toEqual([]);
  });

  test('says why what cannot run cannot', () => {
    expect(page).toContain('<b>WS</b> cannot run CONV2 and FC1: its psums need 373248 B of GLB');
    expect(page).toContain('POOL1, POOL2 and POOL5 do no MACs');
  });

  test('carries the whole result', () => {
    expect(dataOf(page)).toEqual(smallResult);
  });
});

test('names every layer and dataflow of a long network', async () => {
  const result = longResult();
  const page = await analysisHtml(result);
  for (const { dataflow, layers } of result.results) {
    expect(page).toContain(`<th scope="row">${dataflow}</th>`);
    for (const { name } of layers)
      expect(count(page, new RegExp(`<th scope="row">${name}</th>`, 'g'))).toBe(3);
  }
});

test('shows hostile names as text', async () => {
  const result = renamedResult('</title><img src=x onerror=alert(1)>', [
    '</script><script>alert(1)</script>',
    '<img onerror>',
    '"><b onmouseover=alert(1)>&amp;',
  ]);
  const page = await analysisHtml(result);
  expect(page).not.toMatch(/<img|<script>|<b on/);
  expect(count(page, /<script/g)).toBe(1);
  expect(page).toContain('&lt;img onerror&gt;');
  expect(page).toContain('&quot;&gt;&lt;b onmouseover=alert(1)&gt;&amp;amp;');
  expect(dataOf(page)).toEqual(result);
});
