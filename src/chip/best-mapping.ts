import { countAccesses } from '../dataflow/counts.ts';
import type { Dataflow } from '../dataflow/dataflow.ts';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import type { LayerShape } from '../layer/shape.ts';
import { findBestMapping, type SearchOutcome, type SearchReport } from '../search/search.ts';
import { type Chip, pesOf } from './chip.ts';
import { chipRowStationary } from './dataflow.ts';
import { brokenChipLimits } from './limits.ts';
import type { ChipMapping } from './mapping.ts';

/** The best mapping and the proof, or the limits that no mapping keeps. */
export type BestChipMapping =
  | { readonly feasible: true; readonly mapping: ChipMapping; readonly search: SearchReport }
  | Extract<SearchOutcome, { feasible: false }>;

/**
 * The mapping of a layer that needs least energy by the framework's counts, of all that a chip can run, with the proof. Of
 * equals, the one with most active PEs, then with the smallest letters, but for the widest tiles of columns: they make
 * fewest passes.
 *
 * @param shape what one configuration runs ({@link partShape})
 */
export function bestChipMapping(
  chip: Chip,
  shape: LayerShape,
  costs: EnergyCosts = EYERISS_ENERGY,
): BestChipMapping {
  const { scratchpads, glb } = chip;
  const rfWords = scratchpads.filterWords + scratchpads.ifmapWords + scratchpads.psumWords;
  const glbWords = glb.banks * glb.bankWords;
  const storage = { pes: pesOf(chip), rfWords, rfBytes: 2 * rfWords, glbWords, glbBytes: 2 * glbWords };
  const dataflow = chipRowStationary(chip);
  const found = findBestMapping(dataflow as Dataflow, shape, storage, costs);
  if (!found.feasible) return found;
  return {
    ...found,
    mapping: withWidestTiles(chip, dataflow as Dataflow, shape, found.mapping as ChipMapping),
  };
}

function withWidestTiles(
  chip: Chip,
  dataflow: Dataflow,
  shape: LayerShape,
  mapping: ChipMapping,
): ChipMapping {
  const countsOf = (one: ChipMapping) => JSON.stringify(countAccesses(dataflow, shape, one));
  const counts = countsOf(mapping);
  for (let f = shape.F; f > mapping.f; f--) {
    const wider = { ...mapping, f };
    if (brokenChipLimits(chip, shape, wider).length === 0 && countsOf(wider) === counts) return wider;
  }
  return mapping;
}
