import { type BrokenLimit, type Dataflow, LIMIT_UNITS, runnable } from '../dataflow/dataflow.ts';
import { areaShortage, type Hardware, type StorageSizes } from '../hardware/hardware.ts';
import type { Layer } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';
import type { Infeasibility } from './result.ts';
import { counted, whole } from './wording.ts';

/** Why no mapping of a dataflow can run a layer, and the nearest changes with which one could. */
export function whyNot(
  dataflow: Dataflow,
  layer: Layer,
  batch: number,
  { hardware, storage }: { readonly hardware: Hardware; readonly storage: StorageSizes },
  broken: readonly BrokenLimit[],
): Infeasibility {
  const [first] = broken as [BrokenLimit];
  const largestBatch = largestBatchThatFits(dataflow, layer, batch, storage);
  const changes = [
    ...(largestBatch > 0 ? [`a batch of ${largestBatch}`] : []),
    broken.map((limit) => enough(limit, hardware)).join(' and '),
  ];
  const message = `${broken.map(shortage).join('; ')}. It would fit with ${changes.join(', or with ')}.`;
  return {
    limit: first.name,
    unit: LIMIT_UNITS[first.name],
    needed: first.needed,
    available: first.available,
    message,
    ...(largestBatch > 0 && { largestBatch }),
  };
}

/** Why a dataflow cannot run anything: its RFs leave no area for a GLB. */
export function whyNoGlb(dataflow: Dataflow, hardware: Hardware): Infeasibility {
  const { needed, available, rfBytes } = areaShortage(hardware, dataflow.rfWords);
  const message =
    `${hardware.pes} RFs of ${rfBytes} B and the smallest GLB take ${whole(needed)} µm², the storage has ` +
    `${whole(available)} µm². It would fit with a storage area of ${whole(needed)} µm², or with fewer PEs.`;
  return { limit: 'area', unit: 'µm²', needed, available, message };
}

function largestBatchThatFits(
  dataflow: Dataflow,
  layer: Layer,
  batch: number,
  storage: StorageSizes,
): number {
  let fits = 0;
  let tooLarge = batch;
  while (tooLarge - fits > 1) {
    const middle = (fits + tooLarge) >> 1;
    if (runnable(dataflow, layerShape(layer, middle), storage)) fits = middle;
    else tooLarge = middle;
  }
  return fits;
}

function shortage({ name, needed, available }: BrokenLimit): string {
  const short = `has ${whole(available)}, ${whole(needed - available)} too few`;
  if (name === 'pes') return `even the smallest mapping takes ${whole(needed)} PEs; the array ${short}`;
  return `even the smallest mapping needs ${counted(needed, 'words')} of ${name.toUpperCase()}; it ${short}`;
}

function enough({ name, needed }: BrokenLimit, { wordBits }: Hardware): string {
  if (name === 'pes') return `${whole(needed)} PEs`;
  return `${name === 'rf' ? 'an RF' : 'a GLB'} of ${size(Math.ceil((needed * wordBits) / 8))}`;
}

/** Rounded up, so that it is enough. */
const size = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : `${(Math.ceil(bytes / 102.4) / 10).toFixed(1)} kB`;
