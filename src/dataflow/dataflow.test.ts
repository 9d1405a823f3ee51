import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DATA_TYPES, type DataType, LEVELS, type Level } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { layerShape } from '../layer/shape.ts';
import { type Case, generator, largeCase, randomMapping, shapeOf } from './arbitrary.testing.ts';
import { countAccesses } from './counts.ts';
import {
  allOnes,
  availableIn,
  brokenLimits,
  type Dataflow,
  haloOf,
  type Mapping,
  runnable,
} from './dataflow.ts';
import {
  type Fraction,
  type ReferenceDataflow,
  referenceActivePes,
  referenceCounts,
  referenceFits,
} from './reference.testing.ts';
import { DATAFLOWS } from './registry.ts';

const storageOf = ({ machine }: Pick<Case, 'machine'>): StorageSizes => ({
  ...machine,
  rfBytes: 2 * machine.rfWords,
  glbBytes: 2 * machine.glbWords,
});

/** Any mapping in range, whether or not it fits. */
function anyMapping(dataflow: Dataflow): fc.Arbitrary<{ random: Case; mapping: Mapping }> {
  return fc
    .tuple(largeCase(), fc.array(fc.nat(), { minLength: 7, maxLength: 7 }))
    .map(([random, numbers]) => {
      const shape = shapeOf(random);
      const values = dataflow.parameters.map(({ name, tiles }, i) => {
        const most = Math.min(shape[tiles], i % 2 ? 8 : 1e9);
        return [name, 1 + (numbers[i]! % most)];
      });
      return { random, mapping: Object.fromEntries(values) };
    });
}

const closeTo = (count: number, { num, den }: Fraction): boolean => {
  const exact = Number((num * 1_000_000n) / den) / 1e6;
  return Math.abs(count - exact) <= 1e-5 + 1e-12 * exact;
};

describe.each(DATAFLOWS)('$name', (dataflow) => {
  const id = dataflow.id as ReferenceDataflow;

  test('counts what the equations of the model say, in every level and data type', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), ({ random, mapping }) => {
        const shape = shapeOf(random);
        const counts = countAccesses(dataflow, shape, mapping);
        const expected = referenceCounts(id, shape, mapping);
        for (const level of LEVELS) {
          for (const data of DATA_TYPES) {
            expect(closeTo(counts[level][data], expected[level][data]), `${level} ${data}`).toBe(true);
          }
        }
        expect(dataflow.activePes(shape, mapping)).toBe(referenceActivePes(id, shape, mapping));
      }),
      { numRuns: 300 },
    );
  });

  test('has the limits of the model', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), fc.boolean(), ({ random, mapping: anyOne }, drawn) => {
        const shape = shapeOf(random);
        const fitting = drawn ? randomMapping(id, shape, random.machine, generator(random.seed)) : undefined;
        const mapping = fitting ?? anyOne;
        const broken = brokenLimits(dataflow.limits(shape, storageOf(random)), mapping);
        expect(broken.length === 0).toBe(referenceFits(id, shape, random.machine, mapping));
      }),
      { numRuns: 300 },
    );
  });

  test('has limits that never fall with a parameter and are affine in each alone', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), fc.nat(), ({ random, mapping }, choice) => {
        const { name } = dataflow.parameters[choice % dataflow.parameters.length]!;
        for (const limit of dataflow.limits(shapeOf(random), storageOf(random))) {
          const [a, b, c] = [1, 2, 3].map((value) => limit.needed({ ...mapping, [name]: value }));
          expect(b! - a!).toBeGreaterThanOrEqual(0);
          expect(c! - b!).toBe(b! - a!);
          const [least, most] = [1, 2].map((value) => availableIn(limit, { ...mapping, [name]: value }));
          expect(most!).toBeGreaterThanOrEqual(least!);
        }
      }),
    );
  });

  test('cannot run a layer exactly where the mapping of all ones does not fit', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), ({ random, mapping }) => {
        const shape = shapeOf(random);
        const storage = storageOf(random);
        const fits = (one: Mapping) => brokenLimits(dataflow.limits(shape, storage), one).length === 0;
        expect(runnable(dataflow, shape, storage)).toBe(fits(allOnes(dataflow)));
        if (fits(mapping)) expect(fits(allOnes(dataflow))).toBe(true);
      }),
    );
  });

  test('makes fewer trips, never more, with a larger parameter, and takes its PEs from the limit on them', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), fc.nat(), ({ random, mapping }, choice) => {
        const shape = shapeOf(random);
        const { name, tiles } = dataflow.parameters[choice % dataflow.parameters.length]!;
        const larger = { ...mapping, [name]: Math.min(mapping[name]! + 1, shape[tiles]) };
        const before = dataflow.trips(shape, mapping);
        dataflow.trips(shape, larger).forEach((trips, k) => {
          expect(trips).toBeLessThanOrEqual(before[k]!);
        });
        const limit = dataflow.limits(shape, storageOf(random)).find((one) => one.name === 'pes');
        expect(limit?.needed(mapping)).toBe(dataflow.activePes(shape, mapping));
      }),
    );
  });

  test('counts linearly in each trip and in the halo', () => {
    fc.assert(
      fc.property(anyMapping(dataflow), fc.nat(), ({ random, mapping }, choice) => {
        const shape = shapeOf(random);
        const trips = dataflow.trips(shape, mapping);
        const k = choice % trips.length;
        const at = (trip: number, halo: number) => dataflow.accesses(shape, trips.with(k, trip), halo);
        const halo = haloOf(dataflow, shape, mapping);
        const ratio = halo.numerator / halo.denominator;
        for (const level of LEVELS) {
          for (const data of DATA_TYPES) {
            const [a, b, c] = [0, 1, 2].map((trip) => at(trip, ratio)[level][data]);
            expect(Math.abs(c! - b! - (b! - a!))).toBeLessThanOrEqual(1e-9 * (Math.abs(c!) + Math.abs(a!)));
            const [d, e, f] = [0, 1, 2].map((halos) => at(trips[k]!, halos)[level][data]);
            expect(f! - e!).toBe(e! - d!);
          }
        }
      }),
    );
  });

  test('documents each parameter once', () => {
    const names = dataflow.parameters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { means } of dataflow.parameters) expect(means).not.toBe('');
  });
});

test('RS takes both inputs of every MAC from the RF', () => {
  const [rs] = DATAFLOWS;
  fc.assert(
    fc.property(anyMapping(rs!), ({ random, mapping }) => {
      const shape = shapeOf(random);
      const { rf } = countAccesses(rs!, shape, mapping);
      expect(rf.ifmap).toBe(shape.macs);
      expect(rf.weight).toBe(shape.type === 'pool' ? 0 : shape.macs);
    }),
  );
});

test.each<[string, Level, DataType, (count: number) => number]>([
  ['negative glb weight', 'glb', 'weight', () => -1],
  ['every weight is read from DRAM at least once', 'dram', 'weight', (count) => count / 1e6],
  ['every ofmap pixel is written to DRAM', 'dram', 'psum', (count) => count - 1],
  ['each MAC takes one ifmap pixel', 'rf', 'ifmap', (count) => count - 1],
  ['each MAC takes one weight', 'rf', 'weight', (count) => count + 1],
  ['each MAC but the first of a psum accumulates at one level', 'rf', 'psum', (count) => count - 2],
])('counts are refused where not: %s', (statement, level, data, tampered) => {
  const [rs] = DATAFLOWS;
  const shape = layerShape(builtinNetwork('alexnet').layers[0]!, 1);
  const wrong: Dataflow = {
    ...rs!,
    accesses: (...args) => {
      const accesses = rs!.accesses(...args);
      return { ...accesses, [level]: { ...accesses[level], [data]: tampered(accesses[level][data]) } };
    },
  };
  expect(() => countAccesses(rs!, shape, allOnes(rs!))).not.toThrow();
  expect(() => countAccesses(wrong, shape, allOnes(rs!))).toThrow(`RS counts: ${statement}`);
});
