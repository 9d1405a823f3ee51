import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../input-error.ts';
import { arbitraryImperfectNest, arbitraryNest, type NestCase } from './arbitrary.testing.ts';
import { type Architecture, type MemoryLevel, macUnits } from './architecture.ts';
import { countNest } from './counts.ts';
import { type EvaluateOptions, evaluateNest, paddedProblem } from './evaluate.ts';
import { brokenNestLimits } from './limits.ts';
import { type LoopMapping, product, spatialLoops } from './mapping.ts';
import { macsOf, matrixProduct, TENSORS } from './problem.ts';
import { CONVENTIONS } from './walk.ts';

const evaluate = ({ problem, architecture, mapping }: NestCase, options?: EvaluateOptions) =>
  evaluateNest(problem, architecture, mapping, options);

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** A case on an architecture whose levels are others. */
const onLevels = (drawn: NestCase, change: (level: MemoryLevel, i: number) => MemoryLevel): NestCase => ({
  ...drawn,
  architecture: { ...drawn.architecture, levels: drawn.architecture.levels.map(change) },
});

const withoutBandwidth = (drawn: NestCase) =>
  onLevels(drawn, (level) => ({ ...level, bandwidth: undefined }));

describe('by hand', () => {
  const memory = (name: string, energy: MemoryLevel['energy']) => ({
    name,
    holds: TENSORS,
    doubleBuffered: false,
    energy,
  });
  const architecture: Architecture = {
    name: 'machine',
    wordBits: 16,
    levels: [
      {
        ...memory('DRAM', { read: 100, fill: 0, update: 200 }),
        bandwidth: { read: 2 },
        fanout: { x: 4, y: 1, energy: 10 },
      },
      { ...memory('RF', { read: 1, fill: 2, update: 3 }), capacity: 10 },
    ],
    macEnergy: 5,
  };
  /** Each PE makes a row of the product: it has the row of weights, and takes the columns of inputs one by one. */
  const mapping: LoopMapping = {
    levels: [
      { name: 'DRAM', keep: TENSORS, temporal: [['N', 3]], spatialX: [['M', 2]] },
      { name: 'RF', keep: TENSORS, temporal: [['K', 4]] },
    ],
  };
  const problem = matrixProduct('a', { M: 2, N: 3, K: 4 });

  test('energy, cycles and what else is told', () => {
    const weights = {
      DRAM: { reads: 8, fills: 0, updates: 0, tile: 8, instances: 1 },
      RF: { reads: 24, fills: 8, updates: 0, tile: 4, instances: 2 },
    };
    const inputs = {
      DRAM: { reads: 12, fills: 0, updates: 0, tile: 12, instances: 1 },
      RF: { reads: 24, fills: 24, updates: 0, tile: 4, instances: 2 },
    };
    const outputs = {
      DRAM: { reads: 0, fills: 0, updates: 6, tile: 6, instances: 1 },
      RF: { reads: 18, fills: 0, updates: 24, tile: 1, instances: 2 },
    };
    expect(evaluateNest(problem, architecture, mapping)).toEqual({
      convention: 'true',
      macs: 24,
      cycles: 12,
      slowest: 'MAC',
      // 20 words at two in a cycle
      cyclesByLevel: { DRAM: 10, RF: 0, MAC: 12 },
      utilization: 24 / (12 * 4),
      energy: {
        total: 3200 + 380 + 202 + 120,
        perMac: 3902 / 24,
        byLevel: {
          DRAM: 20 * 100 + 6 * 200,
          'DRAM network': 10 * (8 + 24 + 6),
          RF: 66 + 2 * 32 + 3 * 24,
          MAC: 5 * 24,
        },
        byTensor: {
          weights: 100 * 8 + 10 * 8 + 24 + 2 * 8,
          inputs: 100 * 12 + 10 * 24 + 24 + 2 * 24,
          outputs: 200 * 6 + 10 * 6 + 18 + 3 * 24,
        },
      },
      counts: {
        DRAM: { weights: weights.DRAM, inputs: inputs.DRAM, outputs: outputs.DRAM },
        RF: { weights: weights.RF, inputs: inputs.RF, outputs: outputs.RF },
      },
      network: { DRAM: { weights: 8, inputs: 24, outputs: 6 } },
      broken: [],
      padded: {},
    });
  });

  test('a slow DRAM', () => {
    const slow = (bandwidth: MemoryLevel['bandwidth']) => {
      const levels = architecture.levels.map((level, i) => (i === 0 ? { ...level, bandwidth } : level));
      const { cycles, slowest, utilization } = evaluateNest(problem, { ...architecture, levels }, mapping);
      return { cycles, slowest, utilization };
    };
    expect(slow({ read: 20 / 12 })).toEqual({ cycles: 12, slowest: 'MAC', utilization: 0.5 });
    expect(slow({ read: 1.5 })).toEqual({ cycles: 14, slowest: 'DRAM', utilization: 24 / (14 * 4) });
    expect(slow({ read: 1.5, write: 0.25 })).toEqual({ cycles: 24, slowest: 'DRAM', utilization: 0.25 });
  });

  test('limits that it breaks are told beside what it would cost', () => {
    const small = architecture.levels.map((level, i) => (i === 1 ? { ...level, capacity: 8 } : level));
    const evaluation = evaluateNest(problem, { ...architecture, levels: small }, mapping);
    expect(evaluation.broken).toEqual([
      { limit: 'capacity', level: 'RF', tensors: TENSORS, needed: 9, available: 8 },
    ]);
    expect(evaluation).toEqual({
      ...evaluateNest(problem, architecture, mapping),
      broken: evaluation.broken,
    });
  });

  test('a grid that is too small for it has all MACs busy, not more', () => {
    const small = architecture.levels.map((level, i) =>
      i === 0 ? { ...level, fanout: { x: 1, y: 1, energy: 10 } } : level,
    );
    const evaluation = evaluateNest(problem, { ...architecture, levels: small }, mapping);
    expect(evaluation.broken).toEqual([
      { limit: 'fanout', level: 'DRAM', axis: 'x', needed: 2, available: 1 },
    ]);
    expect([evaluation.cycles, evaluation.utilization]).toEqual([12, 1]);
  });

  test('what is no mapping of the problem is refused', () => {
    const other = matrixProduct('a', { M: 2, N: 3, K: 5 });
    expect(() => evaluateNest(other, architecture, mapping)).toThrow(InputError);
    expect(() => evaluateNest(other, architecture, mapping, { factors: 'imperfect' })).toThrow(InputError);
  });
});

describe('energy', () => {
  test('is that of all levels, or of all tensors and the MACs', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.constantFrom(...CONVENTIONS), (drawn, convention) => {
        const { energy, macs } = evaluate(drawn, { convention });
        expect(energy.total).toBe(sum(Object.values(energy.byLevel)));
        expect(energy.total).toBe(sum(Object.values(energy.byTensor)) + energy.byLevel.MAC!);
        expect(energy.byLevel.MAC).toBe(drawn.architecture.macEnergy * macs);
        expect(energy.perMac).toBe(energy.total / macs);
      }),
    );
  });

  test('of one kind of access alone is the number of these', () => {
    const kinds = { read: 'reads', fill: 'fills', update: 'updates' } as const;
    const names = ['read', 'fill', 'update'] as const;
    fc.assert(
      fc.property(arbitraryNest(1000), fc.constantFrom(...names), fc.nat(3), (drawn, kind, i) => {
        const at = i % drawn.architecture.levels.length;
        const free = { read: 0, fill: 0, update: 0 };
        const one = onLevels(drawn, (level, j) => ({
          ...level,
          energy: j === at ? { ...free, [kind]: 1 } : free,
          fanout: level.fanout && { ...level.fanout, energy: 0 },
        }));
        const { problem, architecture, mapping } = one;
        const { energy } = evaluateNest(problem, { ...architecture, macEnergy: 0 }, mapping);
        const counts = countNest(problem, architecture, mapping, 'true').levels[at]!;
        const words = TENSORS.map((tensor) => counts[tensor]?.[kinds[kind]] ?? 0);
        expect(energy.total).toBe(sum(words));
        expect(energy.byLevel[architecture.levels[at]!.name]).toBe(sum(words));
        expect(TENSORS.map((tensor) => energy.byTensor[tensor])).toEqual(words);
      }),
    );
  });

  test('of the networks alone is the number of words over them', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { problem, architecture, mapping } = onLevels(drawn, (level) => ({
          ...level,
          energy: { read: 0, fill: 0, update: 0 },
          fanout: level.fanout && { ...level.fanout, energy: 1 },
        }));
        const { energy, network } = evaluateNest(problem, { ...architecture, macEnergy: 0 }, mapping);
        const counts = countNest(problem, architecture, mapping, 'true').network;
        const names = architecture.levels.flatMap(({ name, fanout }) => (fanout ? [name] : []));
        expect(Object.keys(network)).toEqual(names);
        architecture.levels.forEach(({ name, fanout }, i) => {
          if (!fanout) return;
          expect(network[name]).toEqual(counts[i]);
          expect(energy.byLevel[`${name} network`]).toBe(sum(Object.values(counts[i]!)));
        });
        expect(energy.total).toBe(sum(counts.flatMap((words) => Object.values(words))));
      }),
    );
  });

  test('grows as all its costs do, and nothing else changes', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), fc.integer({ min: 2, max: 9 }), (drawn, times) => {
        const dear = onLevels(drawn, (level) => ({
          ...level,
          energy: {
            read: times * level.energy.read,
            fill: times * level.energy.fill,
            update: times * level.energy.update,
          },
          fanout: level.fanout && { ...level.fanout, energy: times * level.fanout.energy },
        }));
        const macEnergy = times * drawn.architecture.macEnergy;
        const { energy, ...others } = evaluate({
          ...dear,
          architecture: { ...dear.architecture, macEnergy },
        });
        const { energy: before, ...same } = evaluate(drawn);
        expect(energy.total).toBe(times * before.total);
        expect(energy.byTensor.inputs).toBe(times * before.byTensor.inputs);
        expect(others).toEqual(same);
      }),
    );
  });
});

describe('cycles', () => {
  test('are those of the MACs where no memory is too slow: all work alike and at once', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { cycles, slowest, macs } = evaluate(withoutBandwidth(drawn));
        const used = drawn.mapping.levels.map((level) => product(spatialLoops(level)));
        expect(cycles * used.reduce((all, one) => all * one, 1)).toBe(macs);
        expect(slowest).toBe('MAC');
      }),
    );
  });

  test('are enough for the MACs, and for each port of each memory', () => {
    fc.assert(
      fc.property(arbitraryNest(1000), (drawn) => {
        const { cycles, slowest, cyclesByLevel, utilization, macs, counts } = evaluate(drawn);
        const needed: Record<string, number> = { MAC: evaluate(withoutBandwidth(drawn)).cycles };
        for (const { name, bandwidth } of drawn.architecture.levels) {
          const { read = Infinity, write = Infinity } = bandwidth ?? {};
          const accesses = Object.values(counts[name]!);
          const perInstance = (words: number[]) => sum(words) / (accesses[0]?.instances ?? 1);
          const reads = perInstance(accesses.map((one) => one.reads));
          const writes = perInstance(accesses.map((one) => one.fills + one.updates));
          needed[name] = Math.max(Math.ceil(reads / read), Math.ceil(writes / write));
        }
        expect(cyclesByLevel).toEqual(needed);
        expect(cycles).toBe(Math.max(...Object.values(needed)));
        expect(needed[slowest]).toBe(cycles);
        expect(cycles * macUnits(drawn.architecture)).toBeGreaterThanOrEqual(macs);
        expect(utilization).toBeGreaterThan(0);
        expect(utilization).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('grow as the bandwidth of a level falls, to what its words take', () => {
    fc.assert(
      fc.property(
        arbitraryNest(1000),
        fc.nat(3),
        fc.constantFrom('read' as const, 'write' as const),
        (drawn, i, port) => {
          const at = i % drawn.architecture.levels.length;
          const fast = withoutBandwidth(drawn);
          const atBandwidth = (words: number) =>
            evaluate(
              onLevels(fast, (level, j) => (j === at ? { ...level, bandwidth: { [port]: words } } : level)),
            );
          const accesses = Object.values(evaluate(fast).counts[drawn.architecture.levels[at]!.name]!);
          const words = sum(
            accesses.map(({ reads, fills, updates }) => (port === 'read' ? reads : fills + updates)),
          );
          const bandwidths = [64, 16, 4, 1, 1 / 4, 1 / 16, 1 / 64, 1 / 1024];
          const cycles = bandwidths.map((one) => atBandwidth(one).cycles);
          expect(cycles).toEqual(cycles.toSorted((a, b) => a - b));
          if (words === 0) return;
          expect(cycles.at(-1)).toBe(Math.ceil((words * 1024) / accesses[0]!.instances));
          expect(atBandwidth(1 / 1024).slowest).toBe(drawn.architecture.levels[at]!.name);
        },
      ),
    );
  });
});

test('counts are those of the convention, limits those that are broken', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), fc.constantFrom(...CONVENTIONS), (drawn, convention) => {
      const { problem, architecture, mapping } = drawn;
      const evaluation = evaluate(drawn, { convention });
      expect(evaluation.convention).toBe(convention);
      expect(Object.values(evaluation.counts)).toEqual(
        countNest(problem, architecture, mapping, convention).levels,
      );
      expect(Object.keys(evaluation.counts)).toEqual(architecture.levels.map(({ name }) => name));
      expect(evaluation.broken).toEqual(brokenNestLimits(problem, architecture, mapping));
      expect(evaluation.padded).toEqual({});
    }),
  );
});

test('imperfect factors cost what those of the padded problem do, for the work of the smaller one', () => {
  fc.assert(
    fc.property(arbitraryImperfectNest(1000), (drawn) => {
      const whole = paddedProblem(drawn.problem, drawn.mapping);
      const { macs, utilization, padded, energy, ...others } = evaluate(drawn, { factors: 'imperfect' });
      const expected = evaluate({ ...drawn, problem: whole });
      expect(macs).toBe(macsOf(drawn.problem));
      expect(energy).toEqual({ ...expected.energy, perMac: expected.energy.total / macs });
      expect(utilization).toBe(macs / (others.cycles * macUnits(drawn.architecture)));
      expect({ ...drawn.problem.sizes, ...padded }).toEqual(whole.sizes);
      for (const [dimension, size] of Object.entries(padded)) {
        expect(size).toBeGreaterThan(drawn.problem.sizes[dimension]!);
      }
      const { macs: _, utilization: __, padded: none, energy: ___, ...same } = expected;
      expect(others).toEqual(same);
      expect(none).toEqual({});
    }),
  );
});
