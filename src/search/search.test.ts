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
import { brokenLimits, type Dataflow, spaceSize } from '../dataflow/dataflow.ts';
import type { ReferenceDataflow } from '../dataflow/reference.testing.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { DATA_TYPES, type EnergyCosts, EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
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

test('a mapping of a search that was stopped says that it is not proven to be best', () => {
  const [random] = fc.sample(largeCase(), { numRuns: 1, seed: 1 });
  const shape = shapeOf(random!);
  const storage = { pes: 256, rfBytes: 512, glbBytes: 131072, rfWords: 256, glbWords: 65536 };
  const found = findBestMapping(DATAFLOWS[0]!, shape, storage, EYERISS_ENERGY, { maxBoxes: 3 });
  expect(found).toMatchObject({ feasible: true, search: { proven: false } });
});
