import type { Layer, Network } from '../layer/layer.ts';
import type { Chip } from './chip.ts';
import { chipLayer } from './geometry.ts';
import type { LayerRun } from './layer.ts';
import type { ChipMapping } from './mapping.ts';
import { MEASURED_ALEXNET, MEASURED_VGG_16 } from './measured.ts';
import { syntheticWords, truncationFor } from './synthetic.ts';

/**
 * A layer of a network for a chip to run, on words that are drawn: with as many zeros as were measured, or half of them where
 * nothing was measured and a ReLU comes before. The same for the same seed.
 *
 * @param mapping that the chip can run
 * @throws InputError as {@link chipLayer} does.
 */
export function drawnRun({
  network,
  spec,
  chip,
  batch,
  mapping,
  seed,
}: {
  readonly network: Network;
  readonly spec: Layer;
  readonly chip: Chip;
  readonly batch: number;
  readonly mapping: ChipMapping;
  readonly seed: number;
}): LayerRun {
  const layer = chipLayer(spec, batch);
  return {
    chip,
    layer,
    mapping,
    words: syntheticWords(layer, zeroShareOf(network, spec), seed),
    truncation: truncationFor(layer),
    relu: spec.type !== 'pool',
    codesIfmap: spec !== network.layers[0],
  };
}

function zeroShareOf({ name, layers }: Network, layer: Layer): number {
  const measured = [
    ['alexnet', MEASURED_ALEXNET],
    ['vgg-16', MEASURED_VGG_16],
  ] as const;
  const known = measured.find(([network]) => network === name)?.[1].layers[layer.name];
  if (known !== undefined) return known.zerosPercent / 100;
  return layer === layers[0] ? 0 : 0.5;
}
