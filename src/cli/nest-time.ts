import type { Layer, Network } from '../layer/layer.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { type MapNetworkOptions, mapNetworkSteps, problemsOf } from '../loopnest/map-network.ts';
import type { MappedLayer, NetworkMapping } from '../loopnest/map-result.ts';
import type { Progress } from '../steps.ts';

/** The options of a mapping, with the layers that are mapped and the time for all of them. */
export type TimedOptions = MapNetworkOptions & {
  readonly layers: readonly Layer[];
  readonly seconds: number;
};

/**
 * Maps layers as {@link mapNetworkSteps} does, within so many seconds: each search gets an equal share of the time that is
 * left, so that what one does not need is there for the next. Layers of the same shape are searched once. Steps are
 * searches.
 */
export function* mapWithin(
  network: Network,
  architecture: Architecture,
  { seconds, ...options }: TimedOptions,
): Generator<Progress, NetworkMapping> {
  const deadline = performance.now() + 1000 * seconds;
  const groups = [...sameShape(network, options).values()];
  const found = new Map<Layer, MappedLayer>();
  let facts: Omit<NetworkMapping, 'layers'> | undefined;
  for (const [i, layers] of groups.entries()) {
    const left = Math.max(0, deadline - performance.now()) / 1000;
    const steps = mapNetworkSteps(network, architecture, {
      ...options,
      layers,
      seconds: left / (groups.length - i),
    });
    for (;;) {
      const step = steps.next();
      if (!step.done) {
        yield { done: i + step.value.done / step.value.of, of: groups.length };
        continue;
      }
      const { layers: mapped, ...rest } = step.value;
      facts = rest;
      for (const [l, layer] of layers.entries()) found.set(layer, mapped[l]!);
      break;
    }
  }
  return { ...facts!, layers: options.layers.map((layer) => found.get(layer)!) };
}

/** Layers by shape. */
function sameShape(
  network: Network,
  options: MapNetworkOptions & { readonly layers: readonly Layer[] },
): ReadonlyMap<string, readonly Layer[]> {
  const groups = new Map<string, Layer[]>();
  for (const [i, { sizes, tensors }] of problemsOf(network, options).entries()) {
    const shape = JSON.stringify([sizes, tensors]);
    groups.set(shape, [...(groups.get(shape) ?? []), options.layers[i]!]);
  }
  return groups;
}
