import { gunzipSync } from 'node:zlib';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Fmap } from '../run/result.ts';
import { exampleRun } from './run.testing.ts';
import { runHtml } from './run-html.ts';
import { thumbnail } from './thumbnail.ts';

const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page)![1]!);

const count = (page: string, pattern: RegExp) => page.match(pattern)?.length ?? 0;

const fmap = (name: string, channels: number): Fmap => ({
  name,
  channels,
  height: 6,
  width: 5,
  words: Int16Array.from({ length: channels * 30 }, (_, i) => (i % 3) * (i - 40)),
});

const HOSTILE = '</title><img src=x onerror=alert(1)>"><script>alert(1)</script>&amp;\u0007';

describe('the page of a run', () => {
  const run = exampleRun(5);
  const trace = JSON.stringify({ traceEvents: [{ name: 'π', ph: 'X', pid: 1, tid: 1, ts: 0, dur: 1 }] });
  const fmaps = run.layers.map(({ name }, i) => fmap(name, 8 * (i + 1)));
  const inputs = [fmap('image', 1)];
  let page = '';
  let bare = '';
  beforeAll(async () => {
    page = await runHtml(run, { fmaps, inputs, trace });
    bare = await runHtml(run, { fmaps: [] });
  });

  it('asks for nothing else, and runs nothing', () => {
    expect(page).not.toMatch(
      /\s(?:src|srcset|href|action|data)=(?!"data:(?:image\/png|application\/gzip);base64,)|url\(|@import|<link|<script(?! type="application\/json")/,
    );
  });

  it('opens and closes its elements in order', () => {
    for (const text of [page, bare]) {
      const open: string[] = [];
      for (const [, slash, name, end] of text.matchAll(/<(\/?)([a-z][\w:]*)[^>]*?(\/?)>/g)) {
        if (slash) expect(open.pop()).toBe(name);
        else if (!end && name !== 'meta' && name !== 'img') open.push(name!);
      }
      expect(open).toEqual([]);
    }
  });

  it('shows a chart and four tables, with captions and headed rows and columns', () => {
    expect(count(page, /<svg /g)).toBe(1);
    expect(count(page, /<table>\n<caption>/g)).toBe(4);
    expect(count(page, /<th scope="row">/g)).toBe(6 + 6 + 5 + 10);
    for (const { name } of run.layers)
      expect(count(page, new RegExp(`<th scope="row">${name}</th>`, 'g'))).toBe(3);
  });

  it('has a picture of every fmap, told in words too', () => {
    const pictures = [...page.matchAll(/<img src="data:image\/png;base64,([^"]*)"[^>]* alt="([^"]*)">/g)];
    expect(pictures).toHaveLength(6);
    [...inputs, ...fmaps].forEach((one, i) => {
      const [, base64, alt] = pictures[i]!;
      const png = Buffer.from(base64!, 'base64');
      expect(new Uint8Array(png)).toEqual(thumbnail(one).png);
      expect(decode(png).width).toBe(thumbnail(one).width);
      expect(alt).toContain(one.name);
      expect(alt).toMatch(/channels?, 6 × 5, \d+\.\d % zeros/);
    });
    expect(pictures[0]![2]).toContain('1 channel,');
    expect(pictures.at(-1)![2]).toContain('16 of 40 channels');
  });

  it('says what it comes to, what limits it, what ran on the host and whether classes agree', () => {
    for (const text of [
      '≤ 1101.4 frames/s',
      'Products cut to 16 bits limit conv1',
      'AveragePool on the host: the chip has no average pooling',
      'agree on 9 of 10 images',
      '≠ differs',
    ])
      expect(page).toContain(text);
  });

  it('holds the trace as a file', () => {
    const [, base64] = /<a download="trace\.json\.gz" href="data:application\/gzip;base64,([^"]*)">/.exec(
      page,
    )!;
    expect(gunzipSync(Buffer.from(base64!, 'base64')).toString()).toBe(trace);
  });

  it('leaves out what is not there', () => {
    expect(bare).not.toMatch(/<img|<a |Feature maps/);
  });

  it('carries the whole result', () => {
    expect(dataOf(page)).toEqual(run);
  });

  it('shows hostile names as text', async () => {
    const hostile = {
      ...exampleRun(3, () => HOSTILE),
      network: HOSTILE,
      chip: HOSTILE,
      host: [{ name: HOSTILE, op: HOSTILE, reason: HOSTILE }],
    };
    const text = await runHtml(hostile, { fmaps: [fmap(HOSTILE, 2)] });
    expect(text).not.toMatch(/<script>|<img src=x|[^\P{Cc}\n]/u);
    expect(count(text, /<script/g)).toBe(1);
    expect(count(text, /<img/g)).toBe(1);
    expect(count(text, /<title/g)).toBe(1);
    expect(dataOf(text)).toEqual(hostile);
  });
});
