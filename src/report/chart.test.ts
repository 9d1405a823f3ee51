import { describe, expect, test, vi } from 'vitest';
import { analyze } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { type Bar, barRows } from './bars.ts';
import { analysisChart, type ChartOptions, layersChart, layersCharts, networkChart } from './chart.ts';
import { longResult, renamedResult, smallResult } from './fixture.testing.ts';
import { threeDigits } from './format.ts';
import { renderSvg } from './render.ts';
import { type Element, everyElement, readXml } from './xml.testing.ts';

const RS_ONLY: AnalysisResult = { ...smallResult, results: smallResult.results.slice(0, 1) };
const LONG = longResult();

/** The parts of the bars of an SVG as they are drawn, from left to right and then as they are stacked. */
const barParts = (svg: string) =>
  everyElement(readXml(svg))
    .filter(({ attributes }) => attributes['aria-roledescription'] === 'bar')
    .map(({ attributes }) => {
      const [x, y, , height] = [...attributes.d!.matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number);
      const named = Object.fromEntries(attributes['aria-label']!.split('; ').map((pair) => pair.split(': ')));
      return { x: x!, y: y!, height: height!, dataflow: String(named.dataflow), part: String(named.part) };
    });

const textsOf = (svg: string) =>
  everyElement(readXml(svg))
    .filter(({ name }) => name === 'text')
    .map(({ text }: Element) => text);

describe('stacked bars', () => {
  const bars = LONG.results.flatMap(({ dataflow, layers }) =>
    layers.map(
      (layer): Bar => ({ dataflow, layer: layer.name, run: layer.feasible ? layer : undefined, unit: 2 }),
    ),
  );

  test.each(['level', 'data'] as const)('the parts by %s add up to the whole', (by) => {
    const rows = barRows(bars, by);
    bars.forEach(({ run }, place) => {
      const own = rows.filter((row) => row.place === place);
      const sum = own.reduce((all, { value = 0 }) => all + value, 0);
      if (run === undefined) expect(own).toEqual([expect.objectContaining({ note: 'cannot run' })]);
      else expect(sum).toBeCloseTo(run.energy.perMac / 2, 9);
    });
  });
});

describe('networkChart', () => {
  test('bars are as high as their energy, whichever way they are divided', async () => {
    const parts = barParts(await renderSvg(networkChart(smallResult)));
    const height = (dataflow: string, names: readonly string[]) =>
      parts
        .filter((part) => part.dataflow === dataflow && names.includes(part.part))
        .reduce((sum, part) => sum + part.height, 0);
    const [rs, , nlr] = smallResult.results.map(({ total }) => total?.energyPerMac);
    const alu = height('RS', ['ALU']) / 2;
    for (const [dataflow, energy] of [
      ['RS', rs!],
      ['NLR', nlr!],
    ] as const) {
      const byLevel = height(dataflow, ['DRAM', 'GLB', 'array', 'RF']);
      expect(height(dataflow, ['ifmaps', 'weights', 'psums'])).toBeCloseTo(byLevel, 6);
      expect((byLevel + alu) / alu).toBeCloseTo(energy, 6);
    }
  });

  test('dataflows stand in the order of the result, parts from the ALU up, in the order of the legend', async () => {
    const reversed = { ...smallResult, results: smallResult.results.toReversed() };
    const svg = await renderSvg(networkChart(reversed));
    const rs = barParts(svg).filter(({ dataflow }) => dataflow === 'RS');
    const nlr = barParts(svg).filter(({ dataflow }) => dataflow === 'NLR');
    expect(nlr[0]!.x).toBeLessThan(rs[0]!.x);
    const upwards = rs.slice(0, 5).toSorted((a, b) => b.y - a.y);
    expect(upwards.map(({ part }) => part)).toEqual(['ALU', 'DRAM', 'GLB', 'array', 'RF']);
    expect(
      textsOf(svg)
        .filter((text) => ['ALU', 'DRAM', 'GLB', 'array', 'RF'].includes(text))
        .slice(0, 5),
    ).toEqual(['RF', 'array', 'GLB', 'DRAM', 'ALU']);
  });

  test('what cannot run has its place, empty but for a note', async () => {
    const svg = await renderSvg(networkChart(smallResult));
    expect(barParts(svg).some(({ dataflow }) => dataflow === 'WS')).toBe(false);
    expect(textsOf(svg).filter((text) => text === 'WS')).toHaveLength(2);
    expect(textsOf(svg).filter((text) => text === 'cannot run')).toHaveLength(2);
  });

  test('relative to RS, RS is 1', async () => {
    const texts = textsOf(await renderSvg(networkChart(smallResult, { relative: true })));
    expect(texts).toContain('Energy relative to RS');
    expect(texts.filter((text) => text === '1.00')).toHaveLength(2);
    expect(texts).toContain('1.62');
  });
});

describe('layersChart', () => {
  test('every layer and every dataflow has a name on it', async () => {
    const texts = textsOf(await renderSvg(layersChart(LONG)));
    for (const { dataflow, layers } of LONG.results) {
      expect(texts.filter((text) => text === dataflow)).toHaveLength(layers.length);
      for (const { name } of layers) expect(texts).toContain(name);
    }
  });

  test('under one dataflow the layers stand side by side', async () => {
    const svg = await renderSvg(layersChart(RS_ONLY));
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['CONV1', 'CONV2', 'FC1']));
    expect(barParts(svg)).toHaveLength(15);
  });

  test('relative to RS, RS is 1 in every layer', async () => {
    const texts = textsOf(await renderSvg(layersChart(smallResult, { relative: true })));
    expect(texts.filter((text) => text === '1.00')).toHaveLength(3);
  });
});

describe('bars with addresses', () => {
  const link = (dataflow: string, layer: string) => `#/compare?net=a%20b&open=${dataflow}.${layer}`;
  const linksOf = (svg: string) =>
    everyElement(readXml(svg)).flatMap(({ name, attributes, children }) =>
      name === 'a' ? [{ attributes, says: children[0]!.attributes['aria-label'] }] : [],
    );
  const says = (name: string, run: { energy: { perMac: number } } | null) =>
    `${name}: ${run === null ? 'cannot run' : threeDigits(run.energy.perMac)}`;

  test('open theirs, one for each bar, also where a dataflow cannot run', async () => {
    expect(linksOf(await renderSvg(networkChart(smallResult, { link }))).slice(0, 3)).toEqual(
      smallResult.results.map(({ dataflow, total }) => ({
        attributes: { 'xlink:href': link(dataflow, '') },
        says: says(dataflow, total),
      })),
    );
    const found = linksOf(await renderSvg(layersChart(smallResult, { link })));
    const expected = smallResult.results.flatMap(({ dataflow, layers }) =>
      layers.map((layer) => ({
        attributes: { 'xlink:href': link(dataflow, layer.name) },
        says: says(`${layer.name} under ${dataflow}`, layer.feasible ? layer : null),
      })),
    );
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  test('say their parts, which add up to the whole', async () => {
    const svg = await renderSvg(networkChart(smallResult, { link }));
    const parts = [...svg.matchAll(/aria-label="RS: \w+ ([\d.]+) of ([\d.]+)"/g)];
    expect(parts).toHaveLength(9);
    const sum = parts.slice(0, 5).reduce((total, [, value]) => total + Number(value), 0);
    expect(sum).toBeCloseTo(Number(parts[0]![2]), 1);
  });

  test('are drawn where they are without', async () => {
    const drawn = (svg: string) => [...svg.matchAll(/ d="([^"]*)" fill="#/g)].map(([, path]) => path);
    expect(drawn(await renderSvg(analysisChart(smallResult, { link })))).toEqual(
      drawn(await renderSvg(analysisChart(smallResult))),
    );
  });
});

describe('the width of a line', () => {
  const extent = async (chart: ReturnType<typeof networkChart>) => {
    const view = /width="(\d+)" height="(\d+)"/.exec(await renderSvg(chart))!;
    return { width: Number(view[1]), height: Number(view[2]) };
  };

  test('is 900 if nothing is said', () => {
    expect(analysisChart(LONG, { width: 900 })).toEqual(analysisChart(LONG));
  });

  test('puts panels one below the other where it is small', async () => {
    const [wide, tight, narrow] = await Promise.all(
      [900, 620, 600].map((width) => extent(networkChart(LONG, { width }))),
    );
    expect(tight!.width).toBeLessThanOrEqual(wide!.width);
    expect(tight!.height).toBe(wide!.height);
    expect(narrow!.height).toBeGreaterThan(1.5 * wide!.height);
    const layers = await Promise.all([900, 360].map((width) => extent(layersChart(LONG, { width }))));
    expect(layers[1]!.width).toBeLessThan(layers[0]!.width);
    expect(layers[1]!.height).toBeGreaterThan(layers[0]!.height);
  });
});

describe('renderSvg', () => {
  const charts: [
    string,
    (result: AnalysisResult, options?: ChartOptions) => ReturnType<typeof networkChart>,
  ][] = [
    ['networkChart', networkChart],
    ['layersChart', layersChart],
    ['analysisChart', analysisChart],
  ];
  const hostile = renamedResult('<img src=x onerror=alert(1)> & "co"', [
    '<script>f()</script>',
    'it\'s "quoted" \\ back, [0] {signal}',
    'control \u0000\u001b and half \ud800',
  ]);
  const nothingRuns = { ...smallResult, results: smallResult.results.slice(1, 2) };

  test.each(charts)('%s is well-formed, whatever the names and whatever runs', async (_, chart) => {
    for (const result of [smallResult, RS_ONLY, hostile, nothingRuns]) {
      const root = readXml(await renderSvg(chart(result)));
      expect(root.name).toBe('svg');
      expect(everyElement(root).filter(({ name }) => ['script', 'img', 'image', 'a'].includes(name))).toEqual(
        [],
      );
      expect(JSON.stringify(root)).not.toContain('NaN');
    }
    expect(textsOf(await renderSvg(layersChart(hostile)))).toContain('<script>f()</script>');
  });

  test('neither compiles code nor needs styles, which a strict Content-Security-Policy forbids', async () => {
    const before = await renderSvg(analysisChart(smallResult));
    vi.stubGlobal('Function', () => {
      throw new EvalError('no code from strings');
    });
    try {
      expect(await renderSvg(analysisChart(smallResult))).toBe(before);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(
      everyElement(readXml(before)).filter(
        ({ name, attributes }) => name === 'style' || 'style' in attributes,
      ),
    ).toEqual([]);
  });

  test('draws the same twice', async () => {
    expect(await renderSvg(analysisChart(LONG))).toBe(await renderSvg(analysisChart(LONG)));
  });
});

test('layers in several charts stand as in one, some in each', () => {
  const result = analyze(builtinNetwork('alexnet'));
  const whole = JSON.stringify(layersChart(result));
  expect(JSON.stringify(layersCharts(result, { layers: 8 }))).toBe(`[${whole}]`);
  const parts = layersCharts(result, { layers: 2 }).map((chart) => JSON.stringify(chart));
  expect(parts).toHaveLength(5);
  const names = (text: string) => new Set(text.match(/(CONV|FC)\d/g));
  expect(parts.map((part) => [...names(part)].join(' '))).toEqual([
    'CONV1 CONV2',
    'CONV3 CONV4',
    'CONV5',
    'FC1 FC2',
    'FC3',
  ]);
  const tops = (text: string) => new Set(text.match(/"domain":\[0,[\d.]+\]/g));
  expect(new Set(parts.flatMap((part) => [...tops(part)]))).toEqual(tops(whole));
});

test('layers are divided by type of data where that is asked for', async () => {
  const svg = await renderSvg(layersChart(RS_ONLY, { by: 'data' }));
  const parts = new Set(barParts(svg).map(({ part }) => part));
  expect(parts).toEqual(new Set(['ALU', 'ifmaps', 'weights', 'psums']));
});
