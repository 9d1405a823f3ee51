import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallCase } from '../dataflow/arbitrary.testing.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { type EnergyCosts, EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import { eyerissBaseline, type Hardware } from '../hardware/hardware.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { type Layer, layerFromSpec } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { analyze } from './analyze.ts';
import { type CurvePiece, energyAt } from './cost-curve.ts';
import { sweepCost, varyCosts } from './uncertainty.ts';

const alexnet = builtinNetwork('alexnet');
const conv = selectLayers(alexnet, ['conv']);
const some = selectLayers(alexnet, ['CONV1', 'CONV3', 'FC1']);

/** Least energy per MAC at these costs by a search for each layer, by the name of each dataflow that can run all. */
function searched(layers: readonly Layer[], hardware: Hardware, costs: EnergyCosts, batch: number) {
  const { results } = analyze(
    { name: 'some', layers: [...layers] },
    { layers, hardware: { ...hardware, energy: costs }, batch },
  );
  return new Map(
    results.flatMap(({ dataflow, total }) => (total ? [[dataflow, total.energyPerMac] as const] : [])),
  );
}

const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

const layersAndMachine = smallCase().map(({ layer, batch, machine, costs }) => ({
  layers: [layerFromSpec(layer)],
  batch,
  hardware: {
    ...eyerissBaseline(machine.pes),
    energy: costs,
    storage: { divide: 'fixed', rfBytes: 2 * machine.rfWords, glbBytes: 2 * machine.glbWords },
  } satisfies Hardware,
}));

describe('one cost varied', () => {
  test('a curve is the energy of the best mappings at every cost', () => {
    const cost = fc.constantFrom('alu' as const, ...LEVELS);
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(layersAndMachine, cost, places, ({ layers, batch, hardware }, varied, at) => {
        if (searched(layers, hardware, hardware.energy, batch).size === 0) return;
        const { curves, low, high } = sweepCost(varied, [0.2, 5], { layers, hardware, batch });
        for (const place of [0, ...at, 1]) {
          const value = low + place * (high - low);
          const best = searched(layers, hardware, { ...hardware.energy, [varied]: value }, batch);
          expect(new Set(Object.keys(curves))).toEqual(new Set(best.keys()));
          for (const [name, energy] of best) expect(close(energyAt(curves[name]!, value), energy)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a curve is concave and has no gaps', () => {
    for (const level of LEVELS) {
      for (const curve of Object.values(sweepCost(level, [0.1, 10], { layers: some }).curves)) {
        curve.slice(1).forEach((piece, i) => {
          const before = curve[i]!;
          const value = ({ slope, fixed }: CurvePiece) => fixed + slope * piece.from;
          expect(piece.from).toBeGreaterThanOrEqual(before.from);
          expect(piece.slope).toBeLessThanOrEqual(before.slope * (1 + 1e-12));
          expect(close(value(piece), value(before))).toBe(true);
        });
      }
    }
  });

  test('the leader is the lowest curve, and changes where curves cross', () => {
    for (const level of LEVELS) {
      const { curves, leaders, low, high } = sweepCost(level, [0.05, 20], { layers: conv });
      const energies = (cost: number) => Object.values(curves).map((curve) => energyAt(curve, cost));
      for (let cost = low; cost <= high; cost += (high - low) / 997) {
        const { dataflow } = leaders.findLast(({ from }) => from <= cost)!;
        expect(energyAt(curves[dataflow]!, cost)).toBeLessThanOrEqual(
          Math.min(...energies(cost)) * (1 + 1e-9),
        );
      }
      leaders.slice(1).forEach(({ from, dataflow }, i) => {
        const last = leaders[i]!.dataflow;
        expect(last).not.toBe(dataflow);
        expect(close(energyAt(curves[dataflow]!, from), energyAt(curves[last]!, from))).toBe(true);
      });
    }
  });

  test('the cost of a MAC changes no ranking', () => {
    expect(sweepCost('alu', [0, 100], { layers: conv }).leaders).toEqual([{ from: 0, dataflow: 'RS' }]);
  });

  test('a cost of 0 has a range of one cost', () => {
    const hardware = { ...eyerissBaseline(256), energy: { ...EYERISS_ENERGY, glb: 0 } };
    const { low, high, leaders } = sweepCost('glb', [0.5, 1.5], { layers: conv, hardware });
    expect([low, high, leaders.length]).toEqual([0, 0, 1]);
  });
});

describe('all costs varied', () => {
  const options = { layers: some, factors: [0.3, 3], samples: 40, seed: 7 } as const;
  const { extremes, draws } = varyCosts(options);

  test('the best is the best of a search at each of the costs, by at least the margin', () => {
    for (const { costs, best, margin, energy } of [...extremes, ...draws]) {
      const least = searched(some, eyerissBaseline(256), costs, 16);
      const rivals = [...least].flatMap(([name, value]) => (name === best ? [] : value));
      expect(margin).toBeGreaterThanOrEqual(1);
      expect(Math.min(...rivals) / least.get(best)!).toBeGreaterThanOrEqual(margin * (1 - 1e-9));
      for (const [name, { atLeast, atMost }] of Object.entries(energy)) {
        expect(least.get(name)!).toBeGreaterThanOrEqual(atLeast * (1 - 1e-9));
        expect(least.get(name)!).toBeLessThanOrEqual(atMost * (1 + 1e-9));
      }
    }
  });

  test('the bounds hold for any layer, machine and costs', () => {
    fc.assert(
      fc.property(layersAndMachine, fc.integer(), ({ layers, batch, hardware }, seed) => {
        if (searched(layers, hardware, hardware.energy, batch).size === 0) return;
        const range = varyCosts({ layers, hardware, batch, factors: [0.5, 1.5], samples: 3, seed });
        for (const { costs, best, energy } of [...range.draws, ...range.extremes.slice(5, 7)]) {
          const least = searched(layers, hardware, costs, batch);
          expect(least.get(best)!).toBeLessThanOrEqual(Math.min(...least.values()) * (1 + 1e-9));
          for (const [name, { atLeast, atMost }] of Object.entries(energy)) {
            expect(least.get(name)!).toBeGreaterThanOrEqual(atLeast * (1 - 1e-9));
            expect(least.get(name)!).toBeLessThanOrEqual(atMost * (1 + 1e-9));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the extremes are all combinations of both ends, and exact', () => {
    const seen = new Set(extremes.map(({ costs }) => LEVELS.map((level) => costs[level]).join()));
    expect(seen.size).toBe(16);
    for (const { costs, energy } of extremes) {
      for (const level of LEVELS) {
        expect([0.3 * EYERISS_ENERGY[level], 3 * EYERISS_ENERGY[level]]).toContain(costs[level]);
      }
      for (const { atLeast, atMost } of Object.values(energy)) expect(close(atLeast, atMost)).toBe(true);
    }
  });

  test('the seed decides the draws, which lie in the range and fill it', () => {
    expect(varyCosts(options).draws).toEqual(draws);
    expect(varyCosts({ ...options, seed: 8 }).draws[0]!.costs).not.toEqual(draws[0]!.costs);
    for (const cost of ['alu', ...LEVELS] as const) {
      const factors = draws.map(({ costs }) => costs[cost] / EYERISS_ENERGY[cost]);
      expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.3);
      expect(Math.max(...factors)).toBeLessThanOrEqual(3);
      expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(1.5);
    }
  });

  test('a single dataflow is the best without a rival', () => {
    const { extremes: alone } = varyCosts({ ...options, dataflows: DATAFLOWS.slice(0, 1), samples: 0 });
    for (const { best, margin } of alone) expect([best, margin]).toEqual(['RS', Number.POSITIVE_INFINITY]);
  });

  test('what cannot run is left out', () => {
    const { extremes: at64 } = varyCosts({ ...options, layers: conv, batch: 64, samples: 0 });
    expect(Object.keys(at64[0]!.energy)).toEqual(['RS', 'OSA', 'OSB', 'OSC', 'NLR']);
  });
});

test.each([
  ['factors that fall', { factors: [2, 1] }, 'factors: found "2, 1"'],
  ['a negative factor', { factors: [-1, 1] }, 'factors: found "-1, 1"'],
  ['no number', { factors: [Number.NaN, 1] }, 'factors: found "NaN, 1"'],
  ['half a seed', { seed: 1.5 }, 'seed: found 1.5'],
  ['a seed of 33 bits', { seed: 2 ** 32 + 1 }, 'seed: found 4294967297'],
  ['no seed', { seed: Number.NaN }, 'seed: found NaN'],
  ['half a sample', { samples: 0.5 }, 'samples: found 0.5'],
  ['no layers', { layers: [] }, 'layers: missing'],
  ['half a PE', { hardware: { ...eyerissBaseline(256), pes: 0.5 } }, 'pes: found 0.5'],
] as const)('%s is refused', (_, wrong, message) => {
  const options = { layers: some, factors: [0.5, 1.5] as const, samples: 1, seed: 1 };
  expect(() => varyCosts({ ...options, ...wrong })).toThrow(message);
});

test('there has to be such a cost', () => {
  expect(() => sweepCost('sram' as 'rf', [0.5, 1.5], { layers: some })).toThrow('varied: found "sram"');
});
