import type { Dataflow } from '../src/dataflow/dataflow.ts';
import { DATAFLOWS } from '../src/dataflow/registry.ts';
import { EYERISS_ENERGY } from '../src/hardware/energy.ts';
import { eyerissBaseline, type StorageSizes, storageFor } from '../src/hardware/hardware.ts';
import { builtinNetwork } from '../src/layer/builtin.ts';
import type { Layer } from '../src/layer/layer.ts';
import { selectLayers } from '../src/layer/select.ts';
import { type LayerShape, layerShape } from '../src/layer/shape.ts';
import { findBestMapping, type SearchOutcome } from '../src/search/search.ts';

/** One search: a layer at a batch size on an array, under a dataflow. */
export interface Task {
  readonly dataflow: Dataflow;
  readonly layer: Layer;
  readonly shape: LayerShape;
  readonly storage: StorageSizes;
}

/** The searches behind figures 11 to 14 of the Eyeriss paper: 324. */
export function figureGrid(): Task[] {
  const alexnet = builtinNetwork('alexnet');
  return [
    ...tasks(selectLayers(alexnet, ['conv']), [256, 512, 1024], [1, 16, 64]),
    ...tasks(selectLayers(alexnet, ['fc']), [1024], [16, 64, 256]),
  ];
}

/** Every layer on every array at every batch size, under every dataflow. */
export function tasks(
  layers: readonly Layer[],
  arrays: readonly number[],
  batches: readonly number[],
): Task[] {
  return arrays.flatMap((pes) =>
    batches.flatMap((batch) =>
      DATAFLOWS.flatMap((dataflow) =>
        layers.map((layer) => {
          const storage = storageFor(eyerissBaseline(pes), dataflow.rfWords)!;
          return { dataflow, layer, shape: layerShape(layer, batch), storage };
        }),
      ),
    ),
  );
}

export const solve = ({ dataflow, shape, storage }: Task): SearchOutcome =>
  findBestMapping(dataflow, shape, storage, EYERISS_ENERGY);
