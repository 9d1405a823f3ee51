import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largeCase } from '../dataflow/arbitrary.testing.ts';
import type { Dataflow } from '../dataflow/dataflow.ts';
import { brokenLimits } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import { eyerissBaseline, type Hardware, storageFor } from '../hardware/hardware.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { layerFromSpec } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { layerShape } from '../layer/shape.ts';
import { OBJECTIVES } from '../search/objective.ts';
import { analysisSteps, analyze, analyzeLayer } from './analyze.ts';
import type { DataflowResult, FeasibleLayer, LayerResult } from './result.ts';

const alexnet = builtinNetwork('alexnet');
const conv = selectLayers(alexnet, ['conv']);
const fullyConnected = selectLayers(alexnet, ['fc']);

function compared(layers: typeof conv, pes: number, batch: number) {
  const { results } = analyze(alexnet, { layers, batch, hardware: eyerissBaseline(pes) });
  const of = (value: (total: NonNullable<DataflowResult['total']>) => number) =>
    Object.fromEntries(results.map(({ dataflow, total }) => [dataflow, total && value(total)]));
  return { results, of };
}

const rounded = (values: Record<string, number | null>, digits: number) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value && Number(value.toFixed(digits))]),
  );

/** The optima of docs/model.md's framework, found by exhaustive search elsewhere. */
describe('golden values of the exact optima', () => {
  const { of } = compared(conv, 256, 16);

  test('energy per MAC of the CONV layers at 256 PEs, batch 16', () => {
    const energy = rounded(
      of((total) => total.energyPerMac),
      2,
    );
    expect(energy).toEqual({ RS: 5.98, WS: 11.58, OSA: 8.53, OSB: 8.71, OSC: 10.53, NLR: 12.99 });
  });

  test('DRAM accesses per MAC of the same', () => {
    const dram = rounded(
      of((total) => total.dramPerMac),
      4,
    );
    expect(dram).toEqual({ RS: 0.0042, WS: 0.0197, OSA: 0.0037, OSB: 0.0063, OSC: 0.0134, NLR: 0.0031 });
  });

  test('EDP of the same, relative to RS', () => {
    const edp = of((total) => total.edp);
    const relative = Object.fromEntries(Object.entries(edp).map(([name, value]) => [name, value! / edp.RS!]));
    expect(rounded(relative, 2)).toEqual({ RS: 1, WS: 1.73, OSA: 1.78, OSB: 1.36, OSC: 1.53, NLR: 1.89 });
  });

  test('energy per MAC of the FC layers at 1024 PEs, batch 64', () => {
    const energy = rounded(
      compared(fullyConnected, 1024, 64).of((total) => total.energyPerMac),
      2,
    );
    expect(energy).toEqual({ RS: 8.37, WS: 15.85, OSA: 20.3, OSB: 13.61, OSC: 13.3, NLR: 14.91 });
  });

  test('share of the CONV layers in the energy of AlexNet under RS, batch 16', () => {
    const [rs] = analyze(alexnet, { dataflows: DATAFLOWS.slice(0, 1) }).results;
    const energy = (type: string) =>
      rs!.layers.reduce(
        (sum, layer) => sum + (layer.feasible && layer.type === type ? layer.energy.total : 0),
        0,
      );
    expect(energy('conv') / (energy('conv') + energy('fc'))).toBeCloseTo(0.792, 3);
  });
});

test('the GLB that each dataflow has at 256 PEs, in kB (ISCA 2016, figure 7b)', () => {
  const sizes = compared(conv, 256, 1).results.map(({ dataflow, hardware }) => [
    dataflow,
    hardware.rfBytes,
    (hardware.glbBytes / 1024).toFixed(1),
  ]);
  expect(sizes).toEqual([
    ['RS', 512, '128.0'],
    ['WS', 2, '334.3'],
    ['OSA', 98, '243.9'],
    ['OSB', 10, '303.8'],
    ['OSC', 2, '334.3'],
    ['NLR', 0, '338.3'],
  ]);
});

describe('what cannot run', () => {
  const ws = DATAFLOWS.find(({ name }) => name === 'WS')!;

  test('WS at 256 PEs and batch 64, for want of GLB, and what would help', () => {
    const { results } = compared(conv, 256, 64);
    expect(results.filter(({ feasible }) => !feasible).map(({ dataflow }) => dataflow)).toEqual(['WS']);
    const stopped = results[1]!.layers.filter((layer) => !layer.feasible);
    expect(stopped.map(({ name, reason }) => [name, reason.limit, reason.largestBatch])).toEqual([
      ['CONV1', 'glb', 56],
    ]);
    expect(stopped[0]!.reason.message).toBe(
      'even the smallest mapping needs 193,600 words of GLB; it has 171,146, 22,454 too few. ' +
        'It would fit with a batch of 56, or with a GLB of 378.2 kB.',
    );
  });

  test('a dataflow whose RFs leave no area for a GLB', () => {
    const hardware: Hardware = { ...eyerissBaseline(256), storage: { divide: 'area', area: 2_000_000 } };
    const [rs, other] = analyze(alexnet, { hardware, layers: conv }).results;
    expect(rs).toMatchObject({ feasible: false, total: null, hardware: { glbBytes: 0 } });
    expect(rs!.layers[0]).toMatchObject({ feasible: false, reason: { limit: 'area', available: 2_000_000 } });
    expect(other!.feasible).toBe(true);
  });

  test('the reason holds: what it says is needed fits, one less does not, and the batch is the largest', () => {
    fc.assert(
      fc.property(largeCase(), fc.constantFrom(...DATAFLOWS), ({ layer: spec, batch, machine }, dataflow) => {
        const layer = layerFromSpec(spec);
        const [rfBytes, glbBytes] = [2 * machine.rfWords, 2 * machine.glbWords];
        const hardware = fixed(machine.pes, rfBytes, glbBytes);
        const result = analyzeLayer(layer, dataflow, { hardware, batch });
        if (result.feasible) return;
        const { limit, needed, available, largestBatch } = result.reason;
        expect(needed).toBeGreaterThan(available);
        const limits = (words: number) =>
          breaks(dataflow, layer, batch, limit, { rfBytes, glbBytes, ...machine }, words);
        expect(limits(needed)).not.toContain(limit);
        expect(limits(needed - 1)).toContain(limit);
        const runs = (n: number) => analyzeLayer(layer, dataflow, { hardware, batch: n }).feasible;
        expect(runs(largestBatch ?? 1)).toBe(largestBatch !== undefined);
        if (largestBatch !== undefined) expect(runs(largestBatch + 1)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  const fixed = (pes: number, rfBytes: number, glbBytes: number): Hardware => ({
    ...eyerissBaseline(pes),
    storage: { divide: 'fixed', rfBytes, glbBytes },
  });

  function breaks(
    dataflow: Dataflow,
    layer: (typeof alexnet.layers)[number],
    batch: number,
    limit: string,
    machine: { pes: number; rfBytes: number; glbBytes: number },
    amount: number,
  ): string[] {
    const pes = limit === 'pes' ? amount : machine.pes;
    const storage = storageFor(fixed(pes, machine.rfBytes, machine.glbBytes), 0)!;
    const sizes = {
      ...storage,
      ...(limit === 'glb' && { glbWords: amount }),
      ...(limit === 'rf' && { rfWords: amount }),
    };
    const ones = Object.fromEntries(dataflow.parameters.map(({ name }) => [name, 1]));
    return brokenLimits(dataflow.limits(layerShape(layer, batch), sizes), ones).map(({ name }) => name);
  }

  test('WS without a word of RF', () => {
    const result = analyzeLayer(conv[0]!, ws, { hardware: fixed(256, 1, 500_000) });
    expect(result).toMatchObject({ feasible: false, reason: { limit: 'rf', needed: 1, available: 0 } });
  });
});

describe('sums', () => {
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

  test.each(BUILTIN_NETWORKS)('%s: levels, data types, layers and totals agree', (name) => {
    const network = builtinNetwork(name);
    for (const { layers, total, feasible } of analyze(network, { batch: 4 }).results) {
      expect(feasible).toBe(layers.every((layer) => layer.feasible));
      const runs = layers.filter((layer): layer is FeasibleLayer => layer.feasible);
      for (const { energy, accesses, macs, activePes, delay, edp } of runs) {
        const byLevel = [energy.byLevel.alu, ...LEVELS.map((level) => energy.byLevel[level])];
        const byData = [energy.byLevel.alu, ...DATA_TYPES.map((data) => energy.byData[data])];
        for (const parts of [byLevel, byData]) expect(close(sum(parts), energy.total)).toBe(true);
        expect(energy.byLevel.glb).toBeCloseTo(6 * sum(Object.values(accesses.glb)), 0);
        expect(delay).toBe(macs / activePes);
        expect(close(edp, (energy.total / macs) * (delay / macs))).toBe(true);
      }
      if (total === null) continue;
      const macs = sum(runs.map((layer) => layer.macs));
      expect(total.macs).toBe(macs);
      expect(close(total.energyPerMac, sum(runs.map(({ energy }) => energy.total)) / macs)).toBe(true);
      expect(close(total.delayPerMac, sum(runs.map((layer) => layer.delay)) / macs)).toBe(true);
      expect(close(total.edp, total.energyPerMac * total.delayPerMac)).toBe(true);
    }
  });

  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
});

test('layers of one shape have one result under their own names', () => {
  const [first, second] = [conv[3]!, { ...conv[3]!, name: 'again' }];
  const { results } = analyze({ name: 'twins', layers: [first, second] });
  for (const { layers } of results) expect({ ...layers[1], name: first.name }).toEqual(layers[0]);
});

test('pooling is left out unless it is asked for, and says so', () => {
  expect(analyze(alexnet).notMapped).toEqual(['POOL1', 'POOL2', 'POOL5']);
  const pools = analyze(alexnet, { layers: selectLayers(alexnet, ['pool']) });
  expect(pools.notMapped).toEqual([]);
  for (const { layers } of pools.results) {
    for (const layer of layers) {
      if (layer.feasible) expect(layer.energy.byData.weight).toBe(0);
    }
  }
});

test('each objective is best at what it makes small', () => {
  const value: Record<(typeof OBJECTIVES)[number], (layer: FeasibleLayer) => number> = {
    energy: ({ energy }) => energy.total,
    edp: ({ edp }) => edp,
    delay: ({ delay }) => delay,
    dram: ({ accesses: { dram } }) => dram.ifmap + dram.weight + dram.psum,
  };
  const best = Object.fromEntries(
    OBJECTIVES.map((objective) => [
      objective,
      analyze(alexnet, { objective }).results.flatMap(({ layers }) => layers),
    ]),
  ) as Record<(typeof OBJECTIVES)[number], LayerResult[]>;
  for (const objective of OBJECTIVES) {
    for (const other of OBJECTIVES) {
      best[objective].forEach((layer, i) => {
        const alternative = best[other][i]!;
        if (!layer.feasible || !alternative.feasible) return;
        expect(value[objective](layer)).toBeLessThanOrEqual(value[objective](alternative) * (1 + 1e-12));
      });
    }
  }
});

test('steps tell how far the work is', () => {
  const steps = [...analysisSteps(alexnet, { layers: conv.slice(0, 2), dataflows: DATAFLOWS.slice(0, 2) })];
  expect(steps).toEqual([1, 2, 3, 4].map((done) => ({ done, of: 4 })));
});

test('the same question has the same answer', () => {
  expect(analyze(alexnet, { objective: 'edp' })).toEqual(analyze(alexnet, { objective: 'edp' }));
});

test.each([
  ['no layers', { layers: [] }, 'layers: missing'],
  ['half a PE', { hardware: { ...eyerissBaseline(256), pes: 1.5 } }, 'pes: found 1.5'],
  ['no PE', { hardware: { ...eyerissBaseline(256), pes: 0 } }, 'pes: found 0'],
  ['no bits', { hardware: { ...eyerissBaseline(256), wordBits: 0 } }, 'wordBits: found 0'],
  ['half an image', { batch: 0.5 }, 'batch: found 0.5'],
])('%s is refused', (_, options, message) => {
  expect(() => analyze(alexnet, options)).toThrow(message);
});

describe('zeros among weights', () => {
  const conv = (name: string, weightZeros?: number) =>
    layerFromSpec({ name, type: 'conv', input: [8, 9, 9], filters: 4, kernel: 3, weightZeros });

  test('are told for each layer, and change nothing', () => {
    const network = { name: 'net', layers: [conv('a'), conv('b', 0.25), conv('c', 0.75)] };
    for (const { layers } of analyze(network).results) {
      const [a, b, c] = layers;
      expect([a, b, c].map((layer) => layer!.weightZerosPercent)).toEqual([undefined, 25, 75]);
      expect({ ...b, name: '', weightZerosPercent: 0 }).toEqual({ ...c, name: '', weightZerosPercent: 0 });
      expect({ ...b, name: 'a', weightZerosPercent: undefined }).toEqual({
        ...a,
        weightZerosPercent: undefined,
      });
    }
  });
});
