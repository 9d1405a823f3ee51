import { LARGEST_WORD, MOST_TRUNCATION } from '../chip/arithmetic.ts';
import type { Layer } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';
import { fractionBitsFor, MOST_FRACTION_BITS } from './fixed-point.ts';
import type { ChipStep } from './plan.ts';
import type { LayerFormat } from './result.ts';

/** What a layer's words have to hold. */
export interface Ranges {
  /** Of the words that come in. */
  readonly ifmapFractionBits: number;
  /** The largest magnitude among the weights. */
  readonly weights: number;
  /** The largest magnitude among the sums, before the ReLU, that came up when the network was calibrated. */
  readonly sums: number;
  /** Products that are added for each sum. */
  readonly products: number;
}

/**
 * How a layer's words stand for numbers: with as many bits of fraction as the sums leave room for. What leaves the range on
 * the way to a sum does no harm, because sums are made modulo 2^16; so all that has to fit is the sum itself, and what
 * cutting takes from it, which is half a unit for each product on average.
 *
 * The window of the products lies where the sums' is: `truncation` bits above their lowest. A window above the upper half
 * of a product is none, so weights then have fewer bits; nor is one below its lowest bit, so sums then have fewer. Weights
 * that are all zero take no room.
 */
export function layerFormat({ ifmapFractionBits, weights, sums, products }: Ranges): LayerFormat {
  const most = weights === 0 ? MOST_FRACTION_BITS : fractionBitsFor(weights);
  const wanted = fractionBitsFor(sums, LARGEST_WORD - roomForCutting(products));
  const truncation = Math.max(0, Math.min(MOST_TRUNCATION, ifmapFractionBits + most - wanted));
  const filterFractionBits = Math.min(most, wanted + truncation - ifmapFractionBits);
  return {
    ifmapFractionBits,
    filterFractionBits,
    ofmapFractionBits: ifmapFractionBits + filterFractionBits - truncation,
    truncation,
  };
}

/** Units that are left for what cutting so many products takes from their sum: half a unit for each, as far as that goes. */
export const roomForCutting = (products: number): number => Math.min(LARGEST_WORD, products) / 2;

/** How the words of each layer stand for numbers, and those that it reads: from the first layer to the last. */
export function formatsOf(
  steps: readonly ChipStep[],
  ranges: ReadonlyMap<string, number>,
  weightRange: (step: ChipStep) => number,
): ReadonlyMap<ChipStep, LayerFormat> {
  const fractionBits = new Map<string, number>();
  const formats = new Map<ChipStep, LayerFormat>();
  for (const step of steps) {
    const { layer, input, sum, output } = step;
    const ifmapFractionBits = fractionBits.get(input) ?? fractionBitsFor(ranges.get(input)!);
    fractionBits.set(input, ifmapFractionBits);
    const format =
      layer.type === 'pool'
        ? { ifmapFractionBits, filterFractionBits: 0, ofmapFractionBits: ifmapFractionBits, truncation: 0 }
        : layerFormat({
            ifmapFractionBits,
            weights: weightRange(step),
            sums: ranges.get(sum)!,
            products: productsOf(layer),
          });
    fractionBits.set(output, format.ofmapFractionBits);
    formats.set(step, format);
  }
  return formats;
}

function productsOf(layer: Layer): number {
  const { C, R, S } = layerShape(layer, 1);
  return C * R * S;
}
