import type { LayerShape } from '../layer/shape.ts';
import type { Chip } from './chip.ts';
import { type ChipLayer, partShape } from './geometry.ts';
import { type BankUse, splitBanks } from './glb.ts';
import { type Ids, idsOf } from './ids.ts';
import { ifmapStripWords, psumStripWords } from './limits.ts';
import type { ChipMapping } from './mapping.ts';
import type { Operation } from './pe.ts';
import { type Placement, place } from './placement.ts';

/** A chip that is set up for a layer: what the scan chain carries, and what follows from it. */
export interface Configuration {
  readonly chip: Chip;
  /** Of the largest part that one configuration runs. */
  readonly shape: LayerShape;
  readonly operation: Operation;
  readonly mapping: ChipMapping;
  /** Places that products are shifted by before they are cut to a word. */
  readonly truncation: number;
  readonly placement: Placement;
  readonly ids: Ids;
  readonly banks: readonly BankUse[];
}

/** Sets a chip up for a layer. The mapping must keep the chip's limits. */
export function configure(
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  truncation: number,
): Configuration {
  const shape = partShape(layer, chip.nativeShapes);
  const placement = place(chip.array, shape, mapping);
  return {
    chip,
    shape,
    operation: layer.operation,
    mapping,
    truncation,
    placement,
    ids: idsOf(chip.array, shape, mapping, placement),
    banks: splitBanks(chip.glb, ifmapStripWords(shape, mapping), psumStripWords(mapping)),
  };
}
