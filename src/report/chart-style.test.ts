import type { TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { analysisChart } from './chart.ts';
import { CHART_FRAME, darkChart } from './chart-style.ts';
import { renamedResult, smallResult } from './fixture.testing.ts';
import { groupedBars } from './grouped-bars.ts';
import { renderSvg } from './render.ts';
import { exampleRun } from './run.testing.ts';
import { runChart } from './run-chart.ts';
import { everyElement, readXml } from './xml.testing.ts';

/** A bar that is cut, one that is not there, and names below. */
const GROUPED: TopLevelSpec = {
  ...CHART_FRAME,
  ...groupedBars({
    title: 'Grouped',
    parts: [{ name: 'EDP', color: '#0072b2' }],
    bars: [
      { group: 'A', bar: '1', values: [9] },
      { group: 'A', bar: '2', values: [1] },
      { group: 'B', bar: '1', values: undefined },
    ],
    yTitle: 'EDP',
    barTitle: 'N =',
    step: 20,
    height: 100,
    top: 2,
  }),
};

/** What a chart may have that no other of ours has: marks and legends in the colours of Vega. */
const PLAIN: TopLevelSpec = {
  ...CHART_FRAME,
  data: { values: [{ x: 1, y: 2, kind: 'white' }] },
  layer: [
    { mark: { type: 'point' }, encoding: { x: { field: 'x' }, color: { field: 'kind' } } },
    { mark: { type: 'rule' }, encoding: { y: { field: 'y' } } },
    { mark: { type: 'text' }, encoding: { text: { field: 'kind' } } },
  ],
};

const CHARTS: [string, TopLevelSpec][] = [
  ['of an analysis', analysisChart(smallResult)],
  ['of a run', runChart(exampleRun(5))],
  ['with groups', GROUPED],
  ['in colours of Vega', PLAIN],
];

const channel = (byte: string): number => {
  const share = Number.parseInt(byte, 16) / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const words: Readonly<Record<string, string>> = { white: '#ffffff', black: '#000000' };
  const short = words[color] ?? color;
  const hex = short.length === 4 ? short.replaceAll(/[0-9a-f]/gi, '$&$&') : short;
  const [red, green, blue] = hex.slice(1).match(/../g)!.map(channel);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** What is drawn in which colour, and behind it all. */
async function colorsOf(spec: TopLevelSpec) {
  const elements = everyElement(readXml(await renderSvg(spec)));
  const paper = elements.find(({ name }) => name === 'rect')!.attributes.fill!;
  const texts = elements.filter(({ name }) => name === 'text').map(({ attributes }) => attributes.fill!);
  const fills = elements.filter(({ attributes }) => attributes['aria-roledescription'] === 'bar');
  return { paper, texts, bars: fills.map(({ attributes }) => attributes.fill!) };
}

describe.each([
  ['on a light page', (spec: TopLevelSpec) => spec],
  ['on a dark page', darkChart],
] as const)('%s', (_, themed) => {
  test.each(CHARTS)('the texts of a chart %s are easy to read', async (_, spec) => {
    const { paper, texts } = await colorsOf(themed(spec));
    expect(texts.length).toBeGreaterThan(3);
    for (const color of new Set(texts)) expect(contrast(color, paper)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('a dark chart', () => {
  test.each(CHARTS)('%s has nothing white behind it or around its bars', async (_, spec) => {
    const svg = await renderSvg(darkChart(spec));
    expect(svg).not.toMatch(/(fill|stroke)="(white|#fff|#ffffff|black|#000|#000000)"/);
    expect(luminance((await colorsOf(darkChart(spec))).paper)).toBeLessThan(0.02);
  });

  test('has the same data in the same colours, all of which can be seen', async () => {
    const [light, dark] = await Promise.all(
      [analysisChart(smallResult), darkChart(analysisChart(smallResult))].map(colorsOf),
    );
    expect(dark!.bars).toEqual(light!.bars);
    for (const color of new Set(dark!.bars)) expect(contrast(color, dark!.paper)).toBeGreaterThanOrEqual(3);
  });

  test('leaves names that are words for colours', async () => {
    const result = renamedResult('white', ['white', '#333', 'black']);
    const texts = async (spec: TopLevelSpec) =>
      everyElement(readXml(await renderSvg(spec)))
        .filter(({ name }) => name === 'text')
        .map(({ text }) => text);
    expect(await texts(darkChart(analysisChart(result)))).toEqual(await texts(analysisChart(result)));
  });

  test('is made without a change to the light one', () => {
    const spec = analysisChart(smallResult);
    const before = structuredClone(spec);
    darkChart(spec);
    expect(spec).toEqual(before);
  });
});
