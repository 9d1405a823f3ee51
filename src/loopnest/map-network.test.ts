import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import { networkFromSpec } from '../layer/layer.ts';
import { finish, type Progress } from '../steps.ts';
import { NO_CONSTRAINTS } from './constraints.ts';
import { mapNetwork, mapNetworkSteps } from './map-network.ts';
import type { FoundNest } from './map-result.ts';
import { architecturePreset } from './presets.ts';

const MACHINE = architecturePreset('eyeriss-like-256');

const small = networkFromSpec({
  name: 'small',
  layers: ['a', 'b', 'c', 'd'].map((name, i) => ({
    name,
    type: 'fc',
    input: [6],
    filters: [8, 9, 8, 9][i]!,
  })),
});

it('maps at one go', () => {
  const options = { batch: 3, layers: small.layers.slice(2) };
  expect(mapNetwork(small, MACHINE, options)).toEqual(finish(mapNetworkSteps(small, MACHINE, options)));
});

describe('a mapping within a time', () => {
  it('that is long enough is the one without, its layers in order', () => {
    const options = { layers: [3, 1, 0, 2].map((i) => small.layers[i]!), batch: 2 };
    const timed = finish(mapNetworkSteps(small, MACHINE, { ...options, seconds: 100 }));
    expect(timed).toEqual(finish(mapNetworkSteps(small, MACHINE, options)));
    expect(timed.layers.map(({ name }) => name)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('that is too short has all layers, says how far it is and what is not proven', () => {
    const network = builtinNetwork('alexnet');
    const layers = network.layers.filter(({ type }) => type === 'conv');
    const constraints = { ...NO_CONSTRAINTS, buffers: 'free', axes: 'both' } as const;
    const steps = mapNetworkSteps(network, MACHINE, {
      layers,
      constraints,
      factors: 'imperfect',
      seconds: 1,
    });
    let last: Progress = { done: 0, of: 1 };
    for (;;) {
      const step = steps.next();
      if (step.done) {
        expect(step.value.layers.map(({ name }) => name)).toEqual(layers.map(({ name }) => name));
        const open = step.value.layers.filter((layer) => !(layer.feasible && layer.search.proven));
        expect(open.length).toBeGreaterThan(0);
        for (const layer of open) if (layer.feasible) expectGap(layer);
        break;
      }
      const { done, of } = step.value;
      expect(done / of).toBeGreaterThanOrEqual(last.done / last.of);
      expect(done).toBeLessThanOrEqual(of);
      last = step.value;
    }
  });
});

/** Of a layer that is not proven: another mapping may have less energy, but not less than its arithmetic takes. */
function expectGap({ evaluation, search }: FoundNest): void {
  expect(search.lowerBound).toBeGreaterThanOrEqual(evaluation.macs);
  expect(search.lowerBound).toBeLessThan(evaluation.energy.total);
}
