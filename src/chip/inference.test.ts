import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { type Chip, EYERISS_CHIP } from './chip.ts';
import { countKinds, estimateCycles } from './estimate.ts';
import { type ChipLayer, chipLayer, partShape } from './geometry.ts';
import { glbWords, TABLE_V_COUNTING, TABLE_VI_COUNTING } from './glb-words.ts';
import { type InferenceOptions, inferMapping, inferTogether } from './inference.ts';
import { activePesOf } from './layer.ts';
import { simulatePasses, timeLayer } from './layer-passes.ts';
import { brokenChipLimits } from './limits.ts';
import type { ChipMapping } from './mapping.ts';
import {
  MEASURED_ALEXNET,
  MEASURED_VGG_16,
  type MeasuredNetwork,
  type MeasuredTraits,
  traitsOf,
} from './measured.ts';
import { PUBLISHED_ALEXNET } from './published.ts';
import { passesOf } from './schedule.ts';

const layerOf = (network: string, name: string, batch: number): ChipLayer =>
  chipLayer(builtinNetwork(network).layers.find((layer) => layer.name === name)!, batch);

function inferred(layer: ChipLayer, measured: MeasuredTraits, options: InferenceOptions) {
  const inference = finish(inferMapping(EYERISS_CHIP, layer, measured, options));
  if (inference === undefined) throw new Error(`nothing found for ${layer.name}`);
  return inference;
}

const printed = (bytes: number, { bytesPerGlbMegabyte }: MeasuredNetwork): string =>
  (bytes / bytesPerGlbMegabyte).toFixed(1);

describe('traffic in closed form', () => {
  it('is what the simulator counts', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run }) => {
        const { counts, glbFills } = finish(simulatePasses(run));
        const { ifmapReads, psumReads, psumWrites, filterReads } = counts.glb;
        const words = (filters: boolean) =>
          glbWords(run.layer, run.mapping, { filters, halo: 'as-it-is' }, run.chip.nativeShapes);
        expect(words(false)).toBe(ifmapReads + psumReads + psumWrites + glbFills.drained);
        expect(words(true)).toBe(words(false) + filterReads);
      }),
    );
  });

  it('is the same with the halo in proportion where no strip or tile is at an edge', () => {
    const even = arbitraryCase.filter(({ run: { layer, mapping } }) => {
      const { E, F } = layer.shape;
      return E % mapping.e === 0 && F % mapping.f === 0;
    });
    fc.assert(
      fc.property(even, fc.boolean(), ({ run: { chip, layer, mapping } }, filters) => {
        const words = (halo: 'as-it-is' | 'in-proportion') =>
          glbWords(layer, mapping, { filters, halo }, chip.nativeShapes);
        expect(words('in-proportion')).toBe(words('as-it-is'));
      }),
    );
  });
});

describe('passes, estimated', () => {
  it('are as many of each kind as the schedule gives', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        const counts = new Map<string, number>();
        const add = (kind: object, times: number) => {
          const key = JSON.stringify(Object.entries(kind).sort());
          counts.set(key, (counts.get(key) ?? 0) + times);
        };
        for (const { kind, times } of countKinds(layer, mapping, chip)) add(kind, times);
        for (const { kind } of passesOf(layer, mapping, chip.nativeShapes)) add(kind, -1);
        expect([...counts.values()].every((count) => count === 0)).toBe(true);
      }),
    );
  });

  it('take no fewer cycles than the least', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ run: { chip, layer, mapping } }) => {
        const { counts } = finish(timeLayer(chip, layer, mapping));
        let least = 0;
        for (const { kind, times } of countKinds(layer, mapping, chip)) {
          least += times * estimateCycles(chip, layer, kind).least;
        }
        expect(counts.cycles).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});

/** What a mapping would have been measured to take, exactly. */
function traitsOfMapping(chip: Chip, layer: ChipLayer, mapping: ChipMapping): MeasuredTraits {
  return {
    activePes: activePesOf(layer, mapping),
    glbBytes: 2 * glbWords(layer, mapping, TABLE_V_COUNTING, chip.nativeShapes),
    glbRounding: 0,
    processingLatencyMs: finish(timeLayer(chip, layer, mapping)).counts.cycles / (chip.megahertz * 1e3),
  };
}

describe('the inferred mapping', () => {
  it('of numbers that a mapping makes is one that makes just these', () => {
    const small = arbitraryCase.filter(({ run: { layer } }) => layer.shape.macs < 3000);
    const options = { counting: TABLE_V_COUNTING, agreement: 1e-9, simulated: Number.POSITIVE_INFINITY };
    fc.assert(
      fc.property(small, ({ run: { chip, layer, mapping: drawn } }) => {
        const { F } = layer.shape;
        const mapping = { ...drawn, f: Math.ceil(F / Math.ceil(F / drawn.f)) };
        const measured = traitsOfMapping(chip, layer, mapping);
        const { best, glbWithin } = finish(inferMapping(chip, layer, measured, options))!;
        expect(best.explains).toBe(true);
        expect(glbWithin).toBe(0);
        expect(best.glbBytes).toBe(measured.glbBytes);
        expect(best.latencyMs).toBe(measured.processingLatencyMs);
        expect(activePesOf(layer, best.mapping)).toBe(measured.activePes);
        for (const one of best.alike) {
          expect(brokenChipLimits(chip, partShape(layer, chip.nativeShapes), one)).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each(['CONV1', 'CONV2', 'CONV4', 'CONV5'])('of AlexNet is the published one: %s', (name) => {
    const layer = layerOf('alexnet', name, MEASURED_ALEXNET.batch);
    const options = { counting: TABLE_V_COUNTING, simulated: 2 };
    const { best } = inferred(layer, traitsOf(MEASURED_ALEXNET, name), options);
    expect(best.explains).toBe(true);
    expect(best.mapping).toEqual({ ...PUBLISHED_ALEXNET[name]!.mapping, f: layer.shape.F });
  });

  it('is undefined where no mapping uses so many PEs', () => {
    const layer = layerOf('vgg-16', 'CONV5-2', 3);
    const measured = { activePes: 167, glbBytes: 9e7, glbRounding: 1e5, processingLatencyMs: 48 };
    expect(finish(inferMapping(EYERISS_CHIP, layer, measured))).toBeUndefined();
  });

  it('has the nearest traffic where none has the measured one, and says how near', () => {
    const layer = layerOf('vgg-16', 'CONV2-2', 3);
    const measured = { ...traitsOf(MEASURED_VGG_16, 'CONV2-2'), glbRounding: 1 };
    const { best, glbWithin } = inferred(layer, measured, { simulated: 1 });
    expect(best.explains).toBe(false);
    expect(Math.abs(best.glbBytes - measured.glbBytes)).toBeLessThanOrEqual(glbWithin);
    expect(glbWithin).toBeGreaterThan(1);
  });
});

describe('mappings inferred together', () => {
  it('explain as many layers as any do, though not all are simulated', () => {
    const small = arbitraryCase.filter(({ run: { layer } }) => layer.shape.macs < 2000);
    const factors = fc.array(fc.double({ min: 0.8, max: 1.3, noNaN: true }), { minLength: 2, maxLength: 4 });
    const options = { counting: TABLE_V_COUNTING, agreement: 0.1, simulated: Number.POSITIVE_INFINITY };
    fc.assert(
      fc.property(small, factors, ({ run: { chip, layer, mapping } }, factors) => {
        const traits = traitsOfMapping(chip, layer, mapping);
        const layers = factors.map((factor) => ({
          layer,
          measured: {
            ...traits,
            glbRounding: 0.1 * traits.glbBytes,
            processingLatencyMs: factor * traits.processingLatencyMs,
          },
        }));
        const explaining = layers.map(({ measured }) => {
          const { best, runnersUp } = finish(inferMapping(chip, layer, measured, options))!;
          const all = [best, ...runnersUp].filter(({ explains }) => explains);
          return all.flatMap(({ alike }) => alike.map((one) => JSON.stringify(Object.entries(one).sort())));
        });
        const most = explaining.map((own) =>
          Math.max(0, ...own.map((one) => explaining.filter((others) => others.includes(one)).length)),
        );
        const together = finish(inferTogether(chip, layers, options));
        expect(together.map((one) => one!.layers)).toEqual(most);
      }),
      { numRuns: 40 },
    );
  });
});

const VGG_16: Readonly<Record<string, ChipMapping>> = {
  CONV1: { m: 32, n: 1, e: 13, p: 8, q: 1, r: 1, t: 4, f: 112 },
  CONV2: { m: 32, n: 1, e: 13, p: 8, q: 1, r: 1, t: 4, f: 112 },
  CONV3: { m: 64, n: 1, e: 13, p: 16, q: 2, r: 1, t: 4, f: 56 },
  CONV4: { m: 32, n: 1, e: 28, p: 16, q: 4, r: 1, t: 2, f: 28 },
  CONV5: { m: 64, n: 3, e: 14, p: 16, q: 4, r: 2, t: 2, f: 14 },
};
const inVgg = (name: string) => ({
  layer: layerOf('vgg-16', name, MEASURED_VGG_16.batch),
  mapping: VGG_16[name.slice(0, 5)]!,
  measured: MEASURED_VGG_16.layers[name]!,
});

describe('VGG-16, whose mappings have not been published (JSSC 2017, Table VI)', () => {
  it.each(Object.keys(MEASURED_VGG_16.layers))('has the PEs and the traffic, to the digit: %s', (name) => {
    const { layer, mapping, measured } = inVgg(name);
    expect(brokenChipLimits(EYERISS_CHIP, layer.shape, mapping)).toEqual([]);
    expect(activePesOf(layer, mapping)).toBe(measured.activePes);
    const words = glbWords(layer, mapping, TABLE_VI_COUNTING, EYERISS_CHIP.nativeShapes);
    expect(printed(2 * words, MEASURED_VGG_16)).toBe(measured.glbMegabytes.toFixed(1));
  });

  it('has mappings that explain its layers, with latencies within 4 %', () => {
    const names = ['CONV1-2', 'CONV2-1', 'CONV2-2', 'CONV3-1', 'CONV3-2', 'CONV4-1', 'CONV4-2', 'CONV5-2'];
    const measured = names.map((name) => ({
      layer: inVgg(name).layer,
      measured: traitsOf(MEASURED_VGG_16, name),
    }));
    const together = finish(inferTogether(EYERISS_CHIP, measured)).map((one) => one!);
    expect(together.map(({ layers }) => layers)).toEqual([3, 3, 3, 2, 2, 2, 2, 1]);
    for (const [i, name] of names.entries()) {
      const { mapping, latencyError, explains } = together[i]!;
      expect(mapping).toEqual(inVgg(name).mapping);
      expect(explains).toBe(true);
      expect(Math.abs(latencyError)).toBeLessThan(0.04);
    }
  });

  it('leaves, of the tile widths that are tried, no other mapping for CONV2 to CONV4, not even nearly', () => {
    for (const name of ['CONV2-2', 'CONV3-2', 'CONV4-2']) {
      const { runnersUp } = inferred(inVgg(name).layer, traitsOf(MEASURED_VGG_16, name), { simulated: 3 });
      expect(runnersUp.every(({ explains, latencyError }) => !explains && latencyError > 0.15)).toBe(true);
    }
  });

  it('leaves none for CONV1-2 in which a pass adds up the psums of two channels', () => {
    const { best, runnersUp } = inferred(inVgg('CONV1-2').layer, traitsOf(MEASURED_VGG_16, 'CONV1-2'), {});
    const mappings = [best, ...runnersUp].filter(({ explains }) => explains).flatMap(({ alike }) => alike);
    expect(mappings.length).toBeGreaterThan(1);
    for (const { q, r } of mappings) expect(q * r).toBe(1);
  });

  it('would have CONV5-2, counted as in Table V, within half a percent of latency too', () => {
    const options = { counting: TABLE_V_COUNTING, agreement: 0.005, simulated: 8 };
    const { best } = inferred(inVgg('CONV5-2').layer, traitsOf(MEASURED_VGG_16, 'CONV5-2'), options);
    expect(best.explains).toBe(true);
    expect(printed(best.glbBytes, MEASURED_VGG_16)).toBe('90.0');
  });

  it('cannot be explained as Table V counts: no mapping has the traffic of CONV1-2, CONV2-2 or CONV3-2', () => {
    for (const name of ['CONV1-2', 'CONV2-2', 'CONV3-2']) {
      const options = { counting: TABLE_V_COUNTING, simulated: 1 };
      const measured = traitsOf(MEASURED_VGG_16, name);
      const { glbWithin } = inferred(inVgg(name).layer, measured, options);
      expect(glbWithin).toBeGreaterThan(measured.glbRounding);
    }
  });
});
