import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DATA_TYPES,
  type DataType,
  EYERISS_ENERGY,
  LEVELS,
  type PerLevelAndData,
} from '../hardware/energy.ts';
import { generator, largeCase, randomMapping, shapeOf } from './arbitrary.testing.ts';
import { countAccesses } from './counts.ts';
import type { ReferenceDataflow } from './reference.testing.ts';
import { DATAFLOWS } from './registry.ts';
import { inputEnergy, psumEnergy, reuseFactors } from './reuse.ts';

test('Eq. (3): one read of DRAM, two of GLB, six over the array, 24 of RF', () => {
  expect(inputEnergy({ a: 1, b: 2, c: 3, d: 4 }, EYERISS_ENERGY)).toBe(200 + 12 + 12 + 24);
});

test('Eq. (4): a psum that goes to DRAM and back once', () => {
  expect(psumEnergy({ a: 2, b: 3, c: 3, d: 2 }, EYERISS_ENERGY)).toBe(600 + 48 + 24 + 36);
});

const energy = (accesses: PerLevelAndData, data: DataType) =>
  LEVELS.reduce((sum, level) => sum + EYERISS_ENERGY[level] * accesses[level][data], 0);

describe.each(DATAFLOWS)('$name', (dataflow) => {
  const mapped = largeCase()
    .map((random) => {
      const shape = shapeOf(random);
      const id = dataflow.id as ReferenceDataflow;
      return { shape, mapping: randomMapping(id, shape, random.machine, generator(random.seed)) };
    })
    .filter(({ mapping }) => mapping !== undefined);

  test('reuse factors multiply to the uses of a value, and charge what the counts charge', () => {
    fc.assert(
      fc.property(mapped, ({ shape, mapping }) => {
        const accesses = countAccesses(dataflow, shape, mapping!);
        const factors = reuseFactors(shape, accesses);
        const words = { ifmap: shape.ifmaps, weight: shape.weights, psum: shape.ofmaps };
        const uses = { ifmap: shape.macs, weight: shape.macs, psum: shape.macs };
        for (const data of DATA_TYPES) {
          if (words[data] === 0) continue;
          const { a, b, c, d } = factors[data];
          expect((a * b * c * d * words[data]) / uses[data]).toBeCloseTo(1, 9);
          // Eq. (3) has every input pass every level; one that skips a level pays nothing there
          const costs = { ...EYERISS_ENERGY };
          if (data !== 'psum') for (const level of LEVELS) if (accesses[level][data] === 0) costs[level] = 0;
          const each = (data === 'psum' ? psumEnergy : inputEnergy)(factors[data], costs);
          expect((each * words[data]) / energy(accesses, data)).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});
