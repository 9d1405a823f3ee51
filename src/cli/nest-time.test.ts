import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import { networkFromSpec } from '../layer/layer.ts';
import { NO_CONSTRAINTS } from '../loopnest/constraints.ts';
import { mapNetworkSteps } from '../loopnest/map-network.ts';
import { MACHINE } from '../report/nest.testing.ts';
import { finish, type Progress } from '../steps.ts';
import { mapWithin } from './nest-time.ts';

const small = networkFromSpec({
  name: 'small',
  layers: ['a', 'b', 'c', 'd'].map((name, i) => ({
    name,
    type: 'fc',
    input: [6],
    filters: [8, 9, 8, 9][i]!,
  })),
});

describe('a mapping within a time', () => {
  it('that is long enough is the one without, its layers in order', () => {
    const options = { layers: [3, 1, 0, 2].map((i) => small.layers[i]!), batch: 2 };
    const timed = finish(mapWithin(small, MACHINE, { ...options, seconds: 100 }));
    expect(timed).toEqual(finish(mapNetworkSteps(small, MACHINE, options)));
    expect(timed.layers.map(({ name }) => name)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('takes that time, whatever the layers are, and says how far it is', () => {
    const network = builtinNetwork('resnet-50');
    const layers = network.layers.filter(({ type }) => type === 'conv');
    const constraints = { ...NO_CONSTRAINTS, buffers: 'free', axes: 'both' } as const;
    const start = performance.now();
    const steps = mapWithin(network, MACHINE, { layers, constraints, factors: 'imperfect', seconds: 1 });
    let last: Progress = { done: 0, of: 1 };
    for (;;) {
      const step = steps.next();
      if (step.done) {
        expect(step.value.layers).toHaveLength(layers.length);
        break;
      }
      const { done, of } = step.value;
      expect(done / of).toBeGreaterThanOrEqual(last.done / last.of);
      expect(done).toBeLessThanOrEqual(of);
      last = step.value;
    }
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
