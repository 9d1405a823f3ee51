import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Case,
  generator,
  largeCase,
  randomMapping,
  shapeOf,
  smallCase,
} from '../dataflow/arbitrary.testing.ts';
import { countAccesses } from '../dataflow/counts.ts';
import { brokenLimits, type Dataflow, type Mapping, spaceSize } from '../dataflow/dataflow.ts';
import {
  type Fraction,
  type ReferenceDataflow,
  referenceCounts,
  referenceFits,
} from '../dataflow/reference.testing.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { DATA_TYPES, type EnergyCosts, EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
import { InputError } from '../input-error.ts';
import type { LayerSpec } from '../layer/layer.ts';
import type { LayerShape } from '../layer/shape.ts';
import { exhaustive } from './exhaustive.testing.ts';
import { OBJECTIVES, type Objective } from './objective.ts';
import { findBestMapping } from './search.ts';

const storageOf = ({ machine }: Case): StorageSizes => ({
  ...machine,
  rfBytes: 2 * machine.rfWords,
  glbBytes: 2 * machine.glbWords,
});

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);

function worth(dataflow: Dataflow, shape: LayerShape, mapping: Record<string, number>, costs: EnergyCosts) {
  const accesses = countAccesses(dataflow, shape, mapping);
  const moving = sum(
    LEVELS.flatMap((level) => DATA_TYPES.map((data) => costs[level] * accesses[level][data])),
  );
  const energy = costs.alu * shape.macs + moving;
  const delay = 1 / dataflow.activePes(shape, mapping);
  return { energy, delay, dram: sum(Object.values(accesses.dram)), edp: energy * delay } satisfies Record<
    Objective,
    number
  >;
}

describe.each(DATAFLOWS)('$name', (dataflow) => {
  test.each(OBJECTIVES)('finds the mapping that a look at every one finds, for %s', (objective) => {
    fc.assert(
      fc.property(smallCase(dataflow.id as ReferenceDataflow), (random) => {
        const shape = shapeOf(random);
        const expected = exhaustive(
          dataflow.id as ReferenceDataflow,
          shape,
          random.machine,
          random.costs,
          objective,
        );
        const found = findBestMapping(dataflow, shape, storageOf(random), random.costs, { objective });
        expect(found.feasible ? found.mapping : undefined).toEqual(expected?.mapping);
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });

  test('is beaten by no mapping drawn at random from a large space', () => {
    fc.assert(
      fc.property(largeCase(), fc.constantFrom(...OBJECTIVES), (random, objective) => {
        const shape = shapeOf(random);
        const storage = storageOf(random);
        const found = findBestMapping(dataflow, shape, storage, random.costs, { objective });
        const limits = dataflow.limits(shape, storage);
        const draw = generator(random.seed);
        const others = Array.from({ length: 30 }, () =>
          randomMapping(dataflow.id as ReferenceDataflow, shape, random.machine, draw),
        ).filter((mapping) => mapping !== undefined);
        if (!found.feasible) {
          expect(others).toEqual([]);
          return;
        }
        expect(brokenLimits(limits, found.mapping)).toEqual([]);
        const best = worth(dataflow, shape, found.mapping, random.costs)[objective];
        for (const other of others) {
          expect(worth(dataflow, shape, other, random.costs)[objective]).toBeGreaterThanOrEqual(
            best * (1 - 1e-12),
          );
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 100) },
    );
  });

  test('accounts for every mapping of the space', () => {
    fc.assert(
      fc.property(smallCase(dataflow.id as ReferenceDataflow), fc.nat(40), (random, maxBoxes) => {
        const shape = shapeOf(random);
        for (const options of [{}, { maxBoxes }]) {
          const found = findBestMapping(dataflow, shape, storageOf(random), random.costs, options);
          if (!found.feasible) return;
          const { search } = found;
          expect(search.spaceSize).toBe(spaceSize(dataflow, shape));
          expect(search.visited).toBeGreaterThan(0);
          expect(search.visited + search.pruned).toBe(search.spaceSize);
          expect(sum(Object.values(search.prunedBy))).toBe(search.pruned);
          expect(search.proven).toBe(search.prunedBy.unexplored === undefined);
          expect(brokenLimits(dataflow.limits(shape, storageOf(random)), found.mapping)).toEqual([]);
        }
      }),
    );
  });
});

/**
 * Costs of DRAM and GLB at which two best mappings of different counts tie: an edge of the lower hull of what the mappings that
 * fit count at the two levels. Undefined where there is no edge, or the space is too large to list.
 */
function tyingCosts(dataflow: Dataflow, shape: LayerShape, { machine, seed }: Case): EnergyCosts | undefined {
  const id = dataflow.id as ReferenceDataflow;
  if (spaceSize(dataflow, shape) > 3000) return undefined;
  const denominator =
    BigInt(shape.E * shape.F) ** 2n * BigInt(leastMultiple(shape.E) * leastMultiple(shape.F));
  const words = (of: Readonly<Record<string, Fraction>>) =>
    Object.values(of).reduce((sum, { num, den }) => sum + (num * denominator) / den, 0n);
  const points = everyMapping(dataflow, shape)
    .filter((mapping) => referenceFits(id, shape, machine, mapping))
    .map((mapping) => referenceCounts(id, shape, mapping))
    .map(({ dram, glb }) => ({ dram: words(dram), glb: words(glb) }));
  const edges = lowerHull(points).flatMap((to, i, hull) => {
    const from = hull[i - 1];
    return from && from.glb > to.glb ? [{ dram: from.glb - to.glb, glb: to.dram - from.dram }] : [];
  });
  const edge = edges[seed % edges.length];
  if (edge === undefined) return undefined;
  const divisor = greatestDivisor(edge.dram, edge.glb);
  const costs = {
    dram: Number(edge.dram / divisor),
    glb: Number(edge.glb / divisor),
    array: 0,
    rf: 0,
    alu: 0,
  };
  return Math.max(costs.dram, costs.glb) < 1e12 ? costs : undefined;
}

const greatestDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestDivisor(b, a % b));

/** Of 1, 2, … n. */
const leastMultiple = (n: number): number =>
  Number(
    Array.from({ length: n }, (_, i) => BigInt(i + 1)).reduce((a, b) => (a * b) / greatestDivisor(a, b), 1n),
  );

const everyMapping = (dataflow: Dataflow, shape: LayerShape) =>
  dataflow.parameters.reduce<Mapping[]>(
    (mappings, { name, tiles }) =>
      mappings.flatMap((mapping) =>
        Array.from({ length: shape[tiles] }, (_, i) => ({ ...mapping, [name]: i + 1 })),
      ),
    [{}],
  );

interface DramAndGlb {
  readonly dram: bigint;
  readonly glb: bigint;
}

function lowerHull(points: readonly DramAndGlb[]): DramAndGlb[] {
  const sorted = [...points].sort((a, b) => Number(a.dram - b.dram || a.glb - b.glb));
  const hull: DramAndGlb[] = [];
  for (const point of sorted) {
    if (hull.at(-1)?.dram === point.dram) continue;
    for (let [a, b] = hull.slice(-2); a && b && !turnsUp(a, b, point); [a, b] = hull.slice(-2)) hull.pop();
    hull.push(point);
  }
  return hull;
}

const turnsUp = (a: DramAndGlb, b: DramAndGlb, c: DramAndGlb): boolean =>
  (b.dram - a.dram) * (c.glb - a.glb) > (b.glb - a.glb) * (c.dram - a.dram);

describe.each(DATAFLOWS)('$name, where two best mappings tie by their costs', (dataflow) => {
  test.each(['energy', 'edp'] as const)(
    'finds the one that a look at every mapping finds, for %s',
    (objective) => {
      fc.assert(
        fc.property(
          smallCase(dataflow.id as ReferenceDataflow),
          fc.constantFrom(1, 1e20, 1e-20),
          (random, unit) => {
            const shape = shapeOf(random);
            const tying = tyingCosts(dataflow, shape, random);
            if (tying === undefined) return;
            // Written as decimals, so that the unit moves the point alone; with 1e20, sums are beyond doubles
            const scale = (cost: number) => Number(`${cost}e${Math.log10(unit)}`);
            const costs = { ...tying, dram: scale(tying.dram), glb: scale(tying.glb) };
            const expected = exhaustive(
              dataflow.id as ReferenceDataflow,
              shape,
              random.machine,
              costs,
              objective,
            );
            const found = findBestMapping(dataflow, shape, storageOf(random), costs, { objective });
            expect(found).toMatchObject({ feasible: true, mapping: expected!.mapping });
          },
        ),
        { numRuns: Number(process.env.RUNS ?? 300) },
      );
    },
  );
});

describe.each(DATAFLOWS.filter(({ isMirrored }) => isMirrored))('$name on square layers', (dataflow) => {
  const whole = (min: number, max: number) => fc.integer({ min, max });
  const square = fc.record({
    batch: whole(1, 3),
    channels: whole(1, 5),
    filters: whole(1, 6),
    size: whole(3, 9),
    kernel: whole(1, 3),
    stride: whole(1, 3),
    pes: whole(1, 40),
    glbWords: whole(10, 300),
    costs: fc.constantFrom(
      EYERISS_ENERGY,
      ...[1, 6, 50].map((dram) => ({ ...EYERISS_ENERGY, dram, glb: 1 })),
    ),
  });

  test.each(OBJECTIVES)('finds the first of all mappings that are best, for %s', (objective) => {
    fc.assert(
      fc.property(square, ({ batch, channels, filters, size, kernel, stride, pes, glbWords, costs }) => {
        const layer: LayerSpec = {
          name: 'square',
          type: 'conv',
          input: [channels, size, size],
          filters,
          kernel,
          stride,
        };
        const shape = shapeOf({ layer, batch });
        const machine = { pes, rfWords: 64, glbWords };
        const storage = { ...machine, rfBytes: 128, glbBytes: 2 * glbWords };
        const expected = exhaustive(dataflow.id as ReferenceDataflow, shape, machine, costs, objective);
        const found = findBestMapping(dataflow, shape, storage, costs, { objective });
        expect(found.feasible ? found.mapping : undefined).toEqual(expected?.mapping);
        if (!found.feasible) return;
        const { visited, prunedBy, spaceSize: all } = found.search;
        expect(visited + Object.values(prunedBy).reduce((sum, count) => sum + count, 0)).toBe(all);
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });
});

describe('ties that doubles get wrong', () => {
  const ws = DATAFLOWS[1]!;
  test.each<
    [
      Objective,
      LayerSpec,
      number,
      [pes: number, rfWords: number, glbWords: number],
      [number, number],
      Mapping,
    ]
  >([
    [
      'energy',
      {
        name: 'a',
        type: 'conv',
        input: [18, 9, 5],
        filters: 9,
        kernel: [2, 3],
        stride: 2,
        pad: [1, 1, 1, 2],
        groups: 3,
      },
      3,
      [32, 14, 93],
      [1, 1],
      { r: 5, t: 1, f: 3 },
    ],
    [
      'energy',
      {
        name: 'b',
        type: 'conv',
        input: [8, 1, 13],
        filters: 12,
        kernel: [1, 3],
        stride: [1, 2],
        dilation: [3, 1],
        pad: [2, 1, 1, 0],
        groups: 2,
      },
      1,
      [22, 40, 72],
      [9, 26],
      { r: 2, t: 3, f: 6 },
    ],
    [
      'edp',
      {
        name: 'c',
        type: 'conv',
        input: [12, 3, 15],
        filters: 12,
        kernel: [2, 4],
        stride: [1, 3],
        dilation: [1, 2],
        pad: [1, 0, 2, 0],
        groups: 2,
      },
      2,
      [37, 37, 431],
      [30, 13],
      { r: 1, t: 4, f: 3 },
    ],
  ])('%s', (objective, layer, batch, [pes, rfWords, glbWords], [dram, glb], mapping) => {
    const shape = shapeOf({ layer, batch });
    const machine = { pes, rfWords, glbWords };
    const costs = { dram, glb, array: 0, rf: 0, alu: 0 };
    expect(exhaustive('ws', shape, machine, costs, objective)?.mapping).toEqual(mapping);
    const found = findBestMapping(ws, shape, { ...machine, rfBytes: 0, glbBytes: 0 }, costs, { objective });
    expect(found).toMatchObject({ mapping });
  });
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('a cost of %d is refused', (dram) => {
  const [random] = fc.sample(largeCase(), { numRuns: 1, seed: 1 });
  const costs = { ...EYERISS_ENERGY, dram };
  const search = () => findBestMapping(DATAFLOWS[0]!, shapeOf(random!), storageOf(random!), costs);
  expect(search).toThrow(InputError);
});

test('a mapping of a search that was stopped says that it is not proven to be best', () => {
  const [random] = fc.sample(largeCase(), { numRuns: 1, seed: 1 });
  const shape = shapeOf(random!);
  const storage = { pes: 256, rfBytes: 512, glbBytes: 131072, rfWords: 256, glbWords: 65536 };
  const found = findBestMapping(DATAFLOWS[0]!, shape, storage, EYERISS_ENERGY, { maxBoxes: 3 });
  expect(found).toMatchObject({ feasible: true, search: { proven: false } });
});
