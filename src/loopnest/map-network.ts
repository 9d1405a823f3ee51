import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { finish, type Progress } from '../steps.ts';
import type { Architecture } from './architecture.ts';
import { NO_CONSTRAINTS } from './constraints.ts';
import { mapUntil } from './map.ts';
import type { MapOptions, NestOutcome, NetworkMapping } from './map-result.ts';
import { type LoopProblem, macsOf, problemOfLayer } from './problem.ts';

export interface MapNetworkOptions extends MapOptions {
  /** Images in a batch; default 1. */
  readonly batch?: number | undefined;
  /** The layers to map; default: all convolutional and fully connected ones. */
  readonly layers?: readonly Layer[] | undefined;
  /**
   * Seconds for all layers: each search gets an equal share of what is left, and those that need more go on in turn with
   * what others did not need. Default: each goes on to the proof.
   */
  readonly seconds?: number | undefined;
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
 * The best loop nest of every layer; layers of the same shape are searched once. Steps are searches.
 *
 * @throws InputError as {@link mapUntil} and {@link problemOfLayer} do, or if a layer is a pool.
 */
export const mapNetworkSteps = (
  network: Network,
  architecture: Architecture,
  options: MapNetworkOptions = {},
): Generator<Progress, NetworkMapping> =>
  mapProblemsSteps(network.name, problemsOf(network, options), architecture, options);

/**
 * The same of any problems, under a name for all of them.
 *
 * @throws InputError as {@link mapUntil} does.
 */
export function* mapProblemsSteps(
  name: string,
  problems: readonly LoopProblem[],
  architecture: Architecture,
  { seconds, ...options }: Omit<MapNetworkOptions, 'layers'> = {},
): Generator<Progress, NetworkMapping> {
  const deadline = performance.now() + 1000 * (seconds ?? Number.POSITIVE_INFINITY);
  const isOver = () => performance.now() > deadline;
  const open = new Map(
    problems.map((problem) => [shapeOf(problem), mapUntil(problem, architecture, options, isOver)]),
  );
  const outcomes = new Map<string, NestOutcome>();
  const of = open.size;
  let done = 0;
  while (open.size > 0) {
    let turns = open.size;
    for (const [shape, search] of open) {
      const now = performance.now();
      const end = now + (deadline - now) / turns;
      turns--;
      while (isOver() || performance.now() < end) {
        const step = search.next();
        if (step.done) {
          outcomes.set(shape, step.value);
          open.delete(shape);
          break;
        }
        done = Math.max(done, outcomes.size + step.value.done / step.value.of);
        yield { done, of };
      }
    }
  }
  return {
    network: name,
    batch: options.batch ?? 1,
    hardware: architecture.name,
    constraints: (options.constraints ?? NO_CONSTRAINTS).name,
    objective: options.objective ?? 'energy',
    factors: options.factors ?? 'perfect',
    convention: options.convention ?? 'true',
    layers: problems.map((problem) => ({
      name: problem.name,
      macs: macsOf(problem),
      ...outcomes.get(shapeOf(problem))!,
    })),
  };
}

/** {@link mapNetworkSteps} at one go. */
export const mapNetwork = (
  network: Network,
  architecture: Architecture,
  options: MapNetworkOptions = {},
): NetworkMapping => finish(mapNetworkSteps(network, architecture, options));

/** The same for layers that differ in nothing but the name. */
const shapeOf = ({ sizes, tensors }: LoopProblem): string => JSON.stringify([sizes, tensors]);
