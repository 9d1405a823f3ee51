import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import type { Progress } from '../steps.ts';
import type { Architecture } from './architecture.ts';
import { NO_CONSTRAINTS } from './constraints.ts';
import { mapSteps } from './map.ts';
import type { MapOptions, MappedLayer, NestOutcome, NetworkMapping } from './map-result.ts';
import { type LoopProblem, macsOf, problemOfLayer } from './problem.ts';

export interface MapNetworkOptions extends MapOptions {
  /** Images in a batch; default 1. */
  readonly batch?: number | undefined;
  /** The layers to map; default: all convolutional and fully connected ones. */
  readonly layers?: readonly Layer[] | undefined;
}

/** The problems of the layers of a network that are mapped. */
export function problemsOf(
  network: Network,
  { batch = 1, layers = network.layers.filter(({ type }) => type !== 'pool') }: MapNetworkOptions = {},
): readonly LoopProblem[] {
  return layers.map((layer) => {
    if (layer.type !== 'pool') return problemOfLayer(layer, batch);
    const allowed = 'convolutional and fully connected layers: a pool has no weights to map';
    throw new InputError({ code: 'not-allowed', path: ['layers'], found: layer.name, allowed });
  });
}

/**
 * The best loop nest of every layer; layers of the same shape are searched once. Steps are layers.
 *
 * @throws InputError as {@link mapSteps} and {@link problemOfLayer} do, or if a layer is a pool.
 */
export function* mapNetworkSteps(
  network: Network,
  architecture: Architecture,
  options: MapNetworkOptions = {},
): Generator<Progress, NetworkMapping> {
  const problems = problemsOf(network, options);
  const known = new Map<string, NestOutcome>();
  const layers: MappedLayer[] = [];
  for (const [i, problem] of problems.entries()) {
    const shape = JSON.stringify([problem.sizes, problem.tensors]);
    let outcome = known.get(shape);
    if (outcome === undefined) {
      const steps = mapSteps(problem, architecture, options);
      for (;;) {
        const step = steps.next();
        if (step.done) {
          outcome = step.value;
          break;
        }
        yield { done: i + step.value.done / step.value.of, of: problems.length };
      }
      known.set(shape, outcome);
    }
    layers.push({ name: problem.name, macs: macsOf(problem), ...outcome });
  }
  return {
    network: network.name,
    batch: options.batch ?? 1,
    hardware: architecture.name,
    constraints: (options.constraints ?? NO_CONSTRAINTS).name,
    objective: options.objective ?? 'energy',
    factors: options.factors ?? 'perfect',
    convention: options.convention ?? 'true',
    layers,
  };
}
