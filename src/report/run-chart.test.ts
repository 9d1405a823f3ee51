import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../run/result.ts';
import { renderSvg } from './render.ts';
import { arbitraryRun, exampleRun } from './run.testing.ts';
import { runChart } from './run-chart.ts';
import { type Element, everyElement, readXml } from './xml.testing.ts';

const draw = async (result: RunResult) => everyElement(readXml(await renderSvg(runChart(result))));

const textsOf = (elements: readonly Element[]) =>
  elements.filter(({ name }) => name === 'text').map(({ text }) => text);

/** Bars with what they say of themselves. */
const barsOf = (elements: readonly Element[]) =>
  elements
    .filter(({ attributes }) => attributes['aria-roledescription'] === 'bar')
    .map(({ attributes }) => {
      const [x, y, width] = [...attributes.d!.matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number);
      const named = Object.fromEntries(attributes['aria-label']!.split('; ').map((pair) => pair.split(': ')));
      return { x: x!, y: y!, width: width!, place: String(named.place), part: named.part };
    });

describe('the chart of a run', () => {
  const run = exampleRun(5);
  let elements: readonly Element[] = [];
  beforeAll(async () => {
    elements = await draw(run);
  });

  it('has bars as long as the energy of each level and as the latency, in the order of the layers', () => {
    const bars = barsOf(elements);
    const energies = bars.filter(({ part }) => part !== undefined);
    const times = bars.filter(({ part }) => part === undefined);
    expect(energies).toHaveLength(25);
    expect(times.map(({ place }) => place)).toEqual(run.layers.map(({ name }, i) => `${i} ${name}`));
    const [first] = run.layers;
    run.layers.forEach(({ energy, processingLatencyMs, name }, i) => {
      const own = energies.filter(({ place }) => place === `${i} ${name}`);
      const ofFirst = energies.filter(({ place }) => place === '0 conv1');
      const length = (parts: typeof own, part: string) => parts.find((one) => one.part === part)!.width;
      for (const [part, level] of [
        ['ALU', 'alu'],
        ['DRAM', 'dram'],
        ['GLB', 'glb'],
        ['array', 'array'],
        ['RF', 'rf'],
      ] as const) {
        expect(length(own, part) / length(ofFirst, 'RF')).toBeCloseTo(
          energy.byLevel[level] / first!.energy.byLevel.rf,
          6,
        );
      }
      expect(times[i]!.width / times[0]!.width).toBeCloseTo(
        processingLatencyMs / first!.processingLatencyMs,
        6,
      );
      if (i > 0) expect(times[i]!.y).toBeGreaterThan(times[i - 1]!.y);
    });
  });

  it('says what it shows', () => {
    const texts = textsOf(elements);
    for (const { name, snrDb } of run.layers)
      expect(texts).toEqual(expect.arrayContaining([name, snrDb!.toFixed(1)]));
    expect(texts).toEqual(
      expect.arrayContaining([
        'example on eyeriss',
        '10 images · batch 4 · eyeriss · onnxruntime-web 1.30.0',
        'Energy, units of the cost table',
        'Latency, ms',
        'Signal to noise, dB',
      ]),
    );
  });

  it('names all of 60 layers, and two of one name twice', async () => {
    const long = exampleRun(60, (i) => `layer${i >> 1}`);
    const texts = textsOf(await draw(long));
    for (const { name } of long.layers)
      expect(texts.filter((text) => text === name)).toHaveLength(
        long.layers.filter((layer) => layer.name === name).length,
      );
  });

  it('says exact where nothing differs', async () => {
    const layers = run.layers.map((layer) => ({ ...layer, snrDb: null, noise: null }));
    expect(textsOf(await draw({ ...run, layers })).filter((text) => text === 'exact')).toHaveLength(5);
  });

  it('is well-formed and has only numbers, whatever the run', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun, async (result) => {
        const svg = await renderSvg(runChart(result));
        const root = readXml(svg);
        expect(root.name).toBe('svg');
        expect(svg).not.toContain('NaN');
        expect(
          everyElement(root).filter(({ name }) => ['script', 'img', 'image', 'a'].includes(name)),
        ).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['toString', 'constructor', '__proto__', ''])('has any name: %j', async (network) => {
    expect(textsOf(await draw({ ...run, network }))).toContain(`${network} on ${run.chip}`.trim());
  });

  it('is the same twice', async () => {
    expect(await renderSvg(runChart(run))).toBe(await renderSvg(runChart(run)));
  });
});
