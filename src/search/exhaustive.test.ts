import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shapeOf, smallCase } from '../dataflow/arbitrary.testing.ts';
import {
  type Fraction,
  PARAMETERS,
  REFERENCE_DATAFLOWS,
  type ReferenceDataflow,
  type ReferenceMachine,
  type ReferenceMapping,
  referenceActivePes,
  referenceCounts,
  referenceDram,
  referenceEnergy,
  referenceFits,
  spaceSize,
} from '../dataflow/reference.testing.ts';
import { EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import type { LayerSpec } from '../layer/layer.ts';
import {
  exhaustive,
  OBJECTIVES,
  type ReferenceObjective,
  type ReferenceOptimum,
} from './exhaustive.testing.ts';

/** N = G = 2, C = 3, M = 4; R = 2, S = 3; H = 4, W = 7; E = 3, F = 5. */
const plain = shapeOf({
  layer: { name: 'plain', type: 'conv', input: [6, 4, 7], filters: 8, kernel: [2, 3], groups: 2 },
  batch: 2,
});

const pool = shapeOf({ layer: { name: 'pool', type: 'pool', input: [3, 6, 9], kernel: 3 }, batch: 2 });

describe('the exhaustive search', () => {
  test('is the first of all mappings that fit, in order', () => {
    fc.assert(
      fc.property(
        smallCase(),
        fc.constantFrom(...REFERENCE_DATAFLOWS),
        fc.constantFrom(...OBJECTIVES),
        (drawn, dataflow, objective) => {
          const shape = shapeOf(drawn);
          fc.pre(spaceSize(dataflow, shape) <= 2000);
          const found = exhaustive(dataflow, shape, drawn.machine, drawn.costs, objective);
          const all = everyMapping(dataflow, shape).filter((mapping) =>
            referenceFits(dataflow, shape, drawn.machine, mapping),
          );
          const outcomes = all.map((mapping): ReferenceOptimum => {
            const counts = referenceCounts(dataflow, shape, mapping);
            return {
              mapping,
              energy: referenceEnergy(counts, shape.macs, drawn.costs),
              dram: referenceDram(counts),
              activePes: referenceActivePes(dataflow, shape, mapping),
            };
          });
          const inOrder = outcomes.sort((a, b) => inOrderOf(objective, dataflow, a, b));
          expect(found).toEqual(inOrder[0]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('in doubles and in whole numbers too large for them finds the same', () => {
    fc.assert(
      fc.property(smallCase(), fc.constantFrom(...OBJECTIVES), (drawn, objective) => {
        const huge = Object.fromEntries(
          Object.entries(drawn.costs).map(([level, cost]) => [level, Math.round(cost * 1000) * 2 ** 60]),
        ) as typeof drawn.costs;
        const same = Object.fromEntries(
          Object.entries(drawn.costs).map(([level, cost]) => [level, Math.round(cost * 1000)]),
        ) as typeof drawn.costs;
        const shape = shapeOf(drawn);
        for (const dataflow of REFERENCE_DATAFLOWS) {
          const [a, b] = [huge, same].map((costs) =>
            exhaustive(dataflow, shape, drawn.machine, costs, objective),
          );
          expect(a?.mapping).toEqual(b?.mapping);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('finds nothing on an array that is too small, and for lack of a register file', () => {
    const machine = { pes: 1, rfWords: 100, glbWords: 1000 };
    const found = (dataflow: ReferenceDataflow, less: Partial<ReferenceMachine> = {}) =>
      exhaustive(dataflow, plain, { ...machine, ...less }, EYERISS_ENERGY, 'energy') !== undefined;
    expect(REFERENCE_DATAFLOWS.map((dataflow) => found(dataflow))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(found('osa', { rfWords: 3 })).toBe(false);
    expect(found('osb', { rfWords: 1 })).toBe(false);
    expect(found('osc', { rfWords: 0 })).toBe(false);
    expect(found('nlr', { rfWords: 0 })).toBe(true);
  });

  test('moves no weights in a pooling layer', () => {
    for (const dataflow of REFERENCE_DATAFLOWS) {
      const machine = { pes: 100, rfWords: 100, glbWords: 1000 };
      const { mapping } = exhaustive(dataflow, pool, machine, EYERISS_ENERGY, 'energy')!;
      const counts = referenceCounts(dataflow, pool, mapping);
      expect(LEVELS.map((level) => counts[level].weight.num)).toEqual([0n, 0n, 0n, 0n]);
    }
  });

  // The golden values of the analysis: AlexNet's CONV layers together, 256 PEs, N = 16. The other two take minutes.
  const golden: [ReferenceDataflow, ReferenceMachine, energy: string, dram: string][] = [
    ['ws', { pes: 256, rfWords: 1, glbWords: 171_146 }, '11.58', '0.0197'],
    ['osa', { pes: 256, rfWords: 49, glbWords: 124_888 }, '8.53', '0.0037'],
    ['osb', { pes: 256, rfWords: 5, glbWords: 155_566 }, '8.71', '0.0063'],
    ['osc', { pes: 256, rfWords: 1, glbWords: 171_146 }, '10.53', '0.0134'],
  ];

  test.each(golden)('comes to the golden energy of %s', (dataflow, machine, energy, dram) => {
    const alexNet = [
      conv([3, 227, 227], 96, 11, 4, 0, 1),
      conv([96, 27, 27], 256, 5, 1, 2, 2),
      conv([256, 13, 13], 384, 3, 1, 1, 1),
      conv([384, 13, 13], 384, 3, 1, 1, 2),
      conv([384, 13, 13], 256, 3, 1, 1, 2),
    ].map((layer) => shapeOf({ layer, batch: 16 }));
    const found = alexNet.map((shape) => exhaustive(dataflow, shape, machine, EYERISS_ENERGY, 'energy')!);
    const macs = alexNet.reduce((sum, shape) => sum + shape.macs, 0);
    const perMac = (fractions: Fraction[]) =>
      fractions.reduce((sum, { num, den }) => sum + Number(num) / Number(den), 0) / macs;
    expect(perMac(found.map((optimum) => optimum.energy)).toFixed(2)).toBe(energy);
    expect(perMac(found.map((optimum) => optimum.dram)).toFixed(4)).toBe(dram);
  });
});

function conv(
  input: [number, number, number],
  filters: number,
  kernel: number,
  stride: number,
  pad: number,
  groups: number,
): LayerSpec {
  return { name: 'conv', type: 'conv', input, filters, kernel, stride, pad, groups };
}

function everyMapping(dataflow: ReferenceDataflow, shape: ReturnType<typeof shapeOf>): ReferenceMapping[] {
  const { M, C, N, E, F } = shape;
  const range: Record<string, number> = { m: M, p: M, t: M, q: C, r: C, n: N, e: E, f: F };
  return PARAMETERS[dataflow].reduce<ReferenceMapping[]>(
    (mappings, parameter) =>
      mappings.flatMap((mapping) =>
        Array.from({ length: range[parameter]! }, (_, i) => ({ ...mapping, [parameter]: i + 1 })),
      ),
    [{}],
  );
}

function inOrderOf(
  objective: ReferenceObjective,
  dataflow: ReferenceDataflow,
  a: ReferenceOptimum,
  b: ReferenceOptimum,
): number {
  const energy = difference(a.energy, b.energy);
  const perPe = ({ energy: { num, den }, activePes }: ReferenceOptimum) => ({
    num,
    den: den * BigInt(activePes),
  });
  const pes = b.activePes - a.activePes;
  const order = {
    energy: [energy, pes],
    edp: [difference(perPe(a), perPe(b)), pes],
    delay: [pes, energy],
    dram: [difference(a.dram, b.dram), energy, pes],
  }[objective];
  const parameters = PARAMETERS[dataflow].map((parameter) => a.mapping[parameter]! - b.mapping[parameter]!);
  return [...order, ...parameters].find((sign) => sign !== 0) ?? 0;
}

const difference = (a: Fraction, b: Fraction): number => Number(a.num * b.den - b.num * a.den);
