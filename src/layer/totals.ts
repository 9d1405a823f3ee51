import { type FmapSize, type Layer, type Network, outputSize } from './layer.ts';
import { layerShape } from './shape.ts';

/** What some layers add up to, for one image. */
export interface Totals {
  readonly layers: number;
  /** Multiply-accumulates; pooling layers have none. */
  readonly macs: number;
  /** Words of weights, without biases. */
  readonly weights: number;
  /** Values that pooling layers take in, over all their windows: comparisons where the pool is of maxima. */
  readonly comparisons: number;
}

/** Totals of a network, and of its layers of each type. */
export interface NetworkTotals extends Totals {
  readonly byType: Readonly<Record<Layer['type'], Totals>>;
}

/** What a network adds up to, for one image. */
export function networkTotals({ layers }: Network): NetworkTotals {
  const ofType = (type: Layer['type']) => totals(layers.filter((layer) => layer.type === type));
  return { ...totals(layers), byType: { conv: ofType('conv'), fc: ofType('fc'), pool: ofType('pool') } };
}

function totals(layers: readonly Layer[]): Totals {
  let [macs, weights, comparisons] = [0, 0, 0];
  for (const layer of layers) {
    const shape = layerShape(layer, 1);
    weights += shape.weights;
    if (layer.type === 'pool') comparisons += shape.macs;
    else macs += shape.macs;
  }
  return { layers: layers.length, macs, weights, comparisons };
}

/** A layer with what follows from its sizes, for one image. */
export type CountedLayer = Layer & {
  readonly output: FmapSize;
  /** Multiply-accumulates; comparisons in a pooling layer. */
  readonly macs: number;
  /** Words of weights, without biases. */
  readonly weights: number;
};

/** A network whose layers are counted. */
export interface CountedNetwork extends Network {
  readonly layers: readonly CountedLayer[];
}

/** A network with the sizes of outputs, MACs and weights of each layer. */
export const counted = (network: Network): CountedNetwork => ({
  ...network,
  layers: network.layers.map((layer): CountedLayer => {
    const { macs, weights } = layerShape(layer, 1);
    return { ...layer, output: outputSize(layer), macs, weights };
  }),
});
