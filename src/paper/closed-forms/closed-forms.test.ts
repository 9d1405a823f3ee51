import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Case,
  generator,
  largeCase,
  randomMapping,
  smallCase,
} from '../../dataflow/arbitrary.testing.ts';
import type { Mapping } from '../../dataflow/dataflow.ts';
import {
  type Fraction,
  type ReferenceDataflow,
  referenceCounts,
  referenceNeeds,
} from '../../dataflow/reference.testing.ts';
import { DATAFLOWS } from '../../dataflow/registry.ts';
import { rowStationary } from '../../dataflow/row-stationary.ts';
import { eyerissBaseline, type Hardware } from '../../hardware/hardware.ts';
import { InputError } from '../../input-error.ts';
import { builtinNetwork } from '../../layer/builtin.ts';
import { layerFromSpec } from '../../layer/layer.ts';
import { type LayerShape, layerShape } from '../../layer/shape.ts';
import { compareWithNest, type NestComparison } from './closed-forms.ts';

interface Compared {
  readonly shape: LayerShape;
  readonly mapping: Mapping;
  readonly comparison: NestComparison;
}

/** A random mapping that fits, of a random layer, in both models. */
const compared = (id: ReferenceDataflow): fc.Arbitrary<Compared> =>
  fc
    .oneof(smallCase(id), largeCase())
    .filter(({ layer }) => layer.type !== 'pool')
    .map((drawn): Compared | undefined => {
      const { batch, seed } = drawn;
      const machine = seed % 2 === 0 ? drawn.machine : ROOMY;
      const layer = layerFromSpec(drawn.layer);
      const shape = layerShape(layer, batch);
      const mapping = randomMapping(id, shape, machine, generator(seed));
      if (mapping === undefined) return undefined;
      const dataflow = DATAFLOWS.find((one) => one.id === id)!;
      const comparison = compareWithNest(layer, dataflow, mapping, {
        batch,
        hardware: hardwareOf({ ...drawn, machine }),
      });
      return { shape, mapping, comparison };
    })
    .filter((drawn) => drawn !== undefined)
    .filter(({ comparison }) => comparison.macs.nest < 2 ** 50);

/** Where tiles are large, and most is kept. */
const ROOMY = { pes: 100_000, rfWords: 100_000, glbWords: 10_000_000 };

const hardwareOf = ({ machine, costs }: Pick<Case, 'machine' | 'costs'>): Hardware => ({
  ...eyerissBaseline(machine.pes),
  energy: costs,
  storage: { divide: 'fixed', rfBytes: 2 * machine.rfWords, glbBytes: 2 * machine.glbWords },
});

/** The shape of the padded layer, from the nest's problem. */
function paddedShape(shape: LayerShape, { problem }: NestComparison): LayerShape {
  const { N, M, C, P, Q, R, S, G = 1 } = problem.sizes as Record<string, number> & { N: number };
  const [H, W] = [(P! - 1) * shape.Uv + shape.spanR, (Q! - 1) * shape.Uh + shape.spanS];
  const ofmaps = G * N * M! * P! * Q!;
  const words = {
    ifmaps: G * N * C! * H * W,
    weights: G * M! * C! * R! * S!,
    ofmaps,
    macs: ofmaps * C! * R! * S!,
  };
  return { ...shape, G, N, M: M!, C: C!, E: P!, F: Q!, H, W, ...words };
}

const toNumber = ({ num, den }: Fraction) => Number(num) / Number(den);
const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe.each(DATAFLOWS)('$name', ({ id, parameters }) => {
  const dataflow = id as ReferenceDataflow;

  test('causes add up to every difference, to the word', () => {
    fc.assert(
      fc.property(compared(dataflow), ({ shape, mapping, comparison }) => {
        const exact = referenceCounts(dataflow, shape, mapping);
        const whole = referenceCounts(dataflow, paddedShape(shape, comparison), comparison.whole);
        for (const { level, data, closedForm, nest, causes } of comparison.counts) {
          expect(isClose(closedForm, toNumber(exact[level][data]))).toBe(true);
          expect(whole[level][data].den).toBe(1n);
          const others = causes.filter(({ cause }) => cause !== 'whole tiles');
          const explained = toNumber(whole[level][data]) + sum(others.map(({ words }) => words));
          if (explained !== nest) expect({ level, data, causes, explained }).toBe(nest);
          const all = closedForm + sum(causes.map(({ words }) => words));
          expect(isClose(all, nest)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('energy by cause adds up too', () => {
    fc.assert(
      fc.property(compared(dataflow), ({ comparison: { energyPerMac, energyByCause } }) => {
        const explained = energyPerMac.closedForm + sum(Object.values(energyByCause));
        expect(isClose(explained, energyPerMac.nest)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('the nest fits where the mapping does, with tiles that are no larger', () => {
    fc.assert(
      fc.property(compared(dataflow), ({ shape, mapping, comparison: { whole, evaluation, activePes } }) => {
        for (const { name } of parameters) expect(whole[name]!).toBeLessThanOrEqual(mapping[name]!);
        const needs = referenceNeeds(dataflow, shape, mapping);
        const isPlain = shape.R === shape.S && shape.R === shape.spanR && shape.S === shape.spanS;
        if (!isPlain) return;
        expect(activePes.nest).toBeLessThanOrEqual(needs.pes);
        // The psums of WS wait for whole filters, those of padding too
        const isTight = dataflow === 'ws' && shape.F % mapping.f! !== 0;
        expect(isTight ? [] : evaluation.broken).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what cannot be compared', () => {
  const layerNamed = (wanted: string) =>
    builtinNetwork('alexnet').layers.find(({ name }) => name === wanted)!;
  const layer = layerNamed('CONV3');
  const problemOf = (compare: () => unknown) => {
    try {
      compare();
    } catch (error) {
      if (error instanceof InputError) return error.problems.map(({ code, path }) => [code, path.join('.')]);
    }
    return undefined;
  };

  test('a pool', () => {
    const compare = () => compareWithNest(layerNamed('POOL1'), rowStationary, {});
    expect(problemOf(compare)).toEqual([['not-allowed', 'layer']]);
  });

  test('a dataflow of your own', () => {
    const own = { ...rowStationary, id: 'own' };
    expect(problemOf(() => compareWithNest(layer, own, {}))).toEqual([['not-allowed', 'dataflow']]);
  });

  test('a mapping without a letter, or with one out of range', () => {
    const mapping = { m: 385, n: 1, f: 13, p: 1.5, q: 1, r: 1 };
    expect(problemOf(() => compareWithNest(layer, rowStationary, mapping))).toEqual([
      ['out-of-range', 'mapping.m'],
      ['out-of-range', 'mapping.p'],
      ['out-of-range', 'mapping.t'],
    ]);
  });

  test('a mapping that does not fit is compared all the same', () => {
    const mapping = { m: 384, n: 16, f: 13, p: 384, q: 1, r: 1, t: 1 };
    const { evaluation } = compareWithNest(layer, rowStationary, mapping);
    expect(evaluation.broken.map(({ level }) => level)).toEqual(['GLB', 'RF']);
  });
});
