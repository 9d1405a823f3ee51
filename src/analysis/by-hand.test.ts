import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Case, generator, smallCase } from '../dataflow/arbitrary.testing.ts';
import { allOnes, brokenLimits, type Dataflow, type Mapping } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { rowStationary } from '../dataflow/row-stationary.ts';
import { weightStationary } from '../dataflow/weight-stationary.ts';
import { eyerissBaseline, type Hardware, storageFor } from '../hardware/hardware.ts';
import { EYERISS_CHIP_SIZES } from '../hardware/presets.ts';
import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import { layerFromSpec } from '../layer/layer.ts';
import { type LayerShape, layerShape } from '../layer/shape.ts';
import { OBJECTIVES, type Objective } from '../search/objective.ts';
import { analyzeLayer } from './analyze.ts';
import { type MappingByHand, mappingByHand } from './by-hand.ts';

const [conv1, conv2] = builtinNetwork('alexnet').layers.filter(({ type }) => type === 'conv');

/** A machine of a random case as hardware: with sizes of its own, which no dataflow chooses. */
const hardwareOf = ({ machine, costs }: Case): Hardware => ({
  ...eyerissBaseline(machine.pes),
  energy: costs,
  wordBits: 16,
  storage: { divide: 'fixed', rfBytes: 2 * machine.rfWords, glbBytes: 2 * machine.glbWords },
});

/** Any mapping of the space, small values as often as large ones; it seldom fits. */
function anyMapping({ parameters }: Dataflow, shape: LayerShape, seed: number): Mapping {
  const random = generator(seed);
  return Object.fromEntries(
    parameters.map(({ name, tiles }) => [name, Math.ceil(shape[tiles] ** random()) || 1]),
  );
}

interface Drawn {
  readonly dataflow: Dataflow;
  readonly shape: LayerShape;
  readonly hardware: Hardware;
  readonly mapping: Mapping;
  readonly objective: Objective;
  readonly found: MappingByHand;
  readonly best: ReturnType<typeof analyzeLayer>;
}

/** Checks something of random mappings: a quarter of them the best, or one step beside it. */
function check(numRuns: number, holds: (drawn: Drawn) => void): void {
  fc.assert(
    fc.property(
      smallCase(),
      fc.constantFrom(...DATAFLOWS),
      fc.constantFrom(...OBJECTIVES),
      fc.nat(7),
      (drawn, dataflow, objective, kind) => {
        const layer = layerFromSpec(drawn.layer);
        const hardware = hardwareOf(drawn);
        const { batch, seed } = drawn;
        const options = { hardware, batch, objective };
        const shape = layerShape(layer, batch);
        const best = analyzeLayer(layer, dataflow, options);
        const base = best.feasible ? best.mapping : allOnes(dataflow);
        const { name, tiles } = dataflow.parameters[seed % dataflow.parameters.length]!;
        const beside = { ...base, [name]: Math.min(shape[tiles], base[name]! + 1) };
        const mapping = kind === 0 ? base : kind === 1 ? beside : anyMapping(dataflow, shape, seed);
        const found = mappingByHand(layer, dataflow, mapping, options);
        holds({ dataflow, shape, hardware, mapping, objective, found, best });
      },
    ),
    { numRuns },
  );
}

const limitsOf = ({ dataflow, shape, hardware }: Drawn) =>
  dataflow.limits(shape, storageFor(hardware, dataflow.rfWords)!);

describe('a random mapping', () => {
  test('never beats the best one if it keeps its limits, and is the best only if it says so', () => {
    let compared = 0;
    check(300, ({ found, best }) => {
      expect(found.optimum.feasible).toBe(best.feasible);
      if (!found.optimum.feasible || !found.feasible) return;
      compared++;
      expect(found.value).toBeGreaterThanOrEqual(found.optimum.value * (1 - 1e-12));
      const isBest = JSON.stringify(found.cost.mapping) === JSON.stringify(found.optimum.cost.mapping);
      expect(found.says.includes('This is the optimum.')).toBe(isBest);
      expect(found.timesOptimum ?? 2).toBeGreaterThanOrEqual(1);
    });
    expect(compared).toBeGreaterThan(15);
  });

  test('breaks the limits that the dataflow says', () => {
    check(200, (drawn) => {
      const { found, mapping } = drawn;
      const broken = brokenLimits(limitsOf(drawn), mapping);
      expect(found.feasible).toBe(broken.length === 0);
      expect(found.limits.map(({ name }) => name)).toEqual(limitsOf(drawn).map(({ name }) => name));
      const over = found.limits.filter((limit) => limit.over > 0);
      expect(over.map(({ name, needed, available }) => ({ name, needed, available }))).toEqual(broken);
      for (const { needed, available, over, fill } of found.limits) {
        expect(over).toBe(needed > available ? needed - available : 0);
        expect(fill > 1).toBe(needed > available);
      }
      for (const { needed, over } of found.limits.filter((limit) => limit.over > 0)) {
        const numbers = `needs ${needed.toLocaleString('en-US')}, ${over.toLocaleString('en-US')} too many.`;
        expect(found.says.some((sentence) => sentence.endsWith(numbers))).toBe(true);
      }
    });
  });

  test('keeps its limits with the largest value of a parameter, and breaks one with the next', () => {
    check(200, (drawn) => {
      const { found, mapping, dataflow, shape } = drawn;
      const keeps = (name: string, value: number) =>
        brokenLimits(limitsOf(drawn), { ...mapping, [name]: value }).length === 0;
      found.parameters.forEach(({ name, value, most, largest }, i) => {
        expect([name, most]).toEqual([dataflow.parameters[i]!.name, shape[dataflow.parameters[i]!.tiles]]);
        expect(value).toBe(mapping[name]);
        const fitting = Array.from({ length: most }, (_, at) => at + 1).filter((at) => keeps(name, at));
        expect(largest).toBe(fitting.at(-1) ?? null);
      });
    });
  });

  test('of a layer of a real network has finite values, sentences, and is plain data', () => {
    const layers = BUILTIN_NETWORKS.flatMap((name) => builtinNetwork(name).layers);
    const drawn = fc.tuple(
      fc.constantFrom(...layers),
      fc.constantFrom(...DATAFLOWS),
      fc.constantFrom(...OBJECTIVES),
      fc.nat(),
    );
    fc.assert(
      fc.property(drawn, ([layer, dataflow, objective, seed]) => {
        const mapping = anyMapping(dataflow, layerShape(layer, 16), seed);
        const found = mappingByHand(layer, dataflow, mapping, { objective });
        expect(found.says.length).toBeGreaterThan(0);
        for (const sentence of found.says) expect(sentence).toMatch(/^[A-Z][^!?]*\.$/);
        expect(JSON.stringify(found.says)).not.toMatch(/NaN|Infinity|undefined|null|e[+-]\d/);
        expect(structuredClone(found)).toEqual(found);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(DATAFLOWS.map((dataflow) => [dataflow.name, dataflow] as const))(
  'the best mapping of %s costs by hand what the analysis says',
  (_, dataflow) => {
    for (const objective of OBJECTIVES) {
      const options = { hardware: eyerissBaseline(168), batch: 4, objective };
      const best = analyzeLayer(conv2!, dataflow, options);
      if (!best.feasible) throw new Error(`${dataflow.name} cannot run`);
      const found = mappingByHand(conv2!, dataflow, best.mapping, options);
      expect(best).toMatchObject(found.cost);
      expect(found.optimum).toMatchObject({ feasible: true, cost: found.cost, value: found.value });
      expect(found).toMatchObject({ feasible: true, timesOptimum: 1, says: ['This is the optimum.'] });
      expect(found.parameters.map(({ value }) => value)).toEqual(found.parameters.map(({ best }) => best));
    }
  },
);

describe('the sentences', () => {
  const chip: Hardware = { ...eyerissBaseline(168), storage: EYERISS_CHIP_SIZES.storage };
  const best = analyzeLayer(conv1!, rowStationary, { hardware: chip, batch: 4 });
  const says = (change: Mapping, objective: Objective = 'energy') => {
    const mapping = { ...(best.feasible ? best.mapping : {}), ...change };
    return mappingByHand(conv1!, rowStationary, mapping, { hardware: chip, batch: 4, objective }).says;
  };

  test('tell a broken limit by its numbers', () => {
    expect(says({ p: 96, m: 1 })).toMatchInlineSnapshot(`
      [
        "An RF holds 260 words; this mapping needs 1,163, 903 too many.",
        "The GLB is shared by 1 filter; this mapping needs 96, 95 too many.",
        "If it could run, it would need 6.02 times the energy of the optimum.",
      ]
    `);
  });

  test('tell how far a mapping is from the best, and why', () => {
    expect(says({ m: 24, p: 3, t: 1, r: 1 })).toMatchInlineSnapshot(`
      [
        "It needs 1.23 times the energy of the optimum.",
        "The largest part of the extra energy goes to DRAM: 1.04 more per MAC.",
      ]
    `);
    expect(says({ f: 1, t: 1, r: 1 }, 'edp')).toMatchInlineSnapshot(`
      [
        "It needs 23.13 times the energy-delay product of the optimum.",
        "The largest part of the extra energy goes to DRAM: 3.52 more per MAC.",
        "It keeps 11 PEs busy, the optimum 165.",
      ]
    `);
    expect(says({ f: 1, t: 1, r: 1 }, 'delay')).toMatchInlineSnapshot(`
      [
        "It needs 15.00 times the cycles of the optimum.",
        "It keeps 11 PEs busy, the optimum 165.",
      ]
    `);
    expect(says({ m: 24, n: 1, p: 4 }, 'dram')).toMatchInlineSnapshot(`
      [
        "It needs 1.76 times the DRAM accesses of the optimum.",
      ]
    `);
  });

  test('tell why no mapping can run', () => {
    const ones = allOnes(weightStationary);
    const found = mappingByHand(conv1!, weightStationary, ones, { batch: 64 });
    expect(found).toMatchObject({ feasible: false, optimum: { feasible: false, reason: { limit: 'glb' } } });
    expect(found.says).toEqual([
      'The GLB holds 171,146 words; this mapping needs 193,600, 22,454 too many.',
      'No mapping of WS can run CONV1: even the smallest mapping needs 193,600 words of GLB; it has 171,146, 22,454 too few. ' +
        'It would fit with a batch of 56, or with a GLB of 378.2 kB.',
    ]);
    expect(found.parameters.map(({ best, largest }) => [best, largest])).toEqual(
      found.parameters.map(() => [null, null]),
    );
  });

  test('tell that there is no GLB', () => {
    const hardware: Hardware = { ...eyerissBaseline(256), storage: { divide: 'area', area: 2_000_000 } };
    const found = mappingByHand(conv1!, rowStationary, allOnes(rowStationary), { hardware });
    expect(found.limits[0]).toMatchObject({ name: 'glb', available: 0, fill: Number.POSITIVE_INFINITY });
    expect(found.optimum).toMatchObject({ feasible: false, reason: { limit: 'area' } });
    expect(found.says[1]).toContain('No mapping of RS can run CONV1: 256 RFs of 512 B');
  });
});

describe('a mapping from outside', () => {
  const ones = allOnes(rowStationary);
  const { m, ...withoutM } = ones;

  test.each([
    ['is no mapping', 'm=1', 'mapping: found "m=1"'],
    ['is missing', undefined, 'mapping: missing'],
    ['lacks a parameter', withoutM, 'mapping.m: missing; allowed: a whole number from 1 to 96'],
    ['has one more', { ...ones, e: 1 }, 'mapping: unknown key "e"; allowed: m, n, f, p, q, r, t'],
    ['has half a filter', { ...ones, m: 1.5 }, 'mapping.m: found 1.5; allowed: a whole number from 1 to 96'],
    ['is too small', { ...ones, q: 0 }, 'mapping.q: found 0; allowed: a whole number from 1 to 3'],
    ['is too large', { ...ones, f: 56 }, 'mapping.f: found 56; allowed: a whole number from 1 to 55'],
    ['is not a number', { ...ones, t: Number.NaN }, 'mapping.t: found NaN'],
    ['is text', { ...ones, t: '1' }, 'mapping.t: found "1"'],
  ])('that %s is refused', (_, mapping, message) => {
    expect(() => mappingByHand(conv1!, rowStationary, mapping)).toThrow(message);
  });

  test('is taken or refused, whatever it is', () => {
    const values = fc.oneof(fc.integer({ min: -1, max: 100 }), fc.double(), fc.anything());
    const records = fc.record(Object.fromEntries(Object.keys(ones).map((name) => [name, values])));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.string(), values), records), (mapping) => {
        try {
          expect(mappingByHand(conv1!, rowStationary, mapping).cost.mapping).toEqual(mapping);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          for (const { path } of error.problems) expect(path[0]).toBe('mapping');
        }
      }),
      { numRuns: 300 },
    );
  });
});
