import type { Constraints } from '../loopnest/constraints.ts';
import type { ConventionDifference } from '../loopnest/conventions.ts';
import type { NestEvaluation } from '../loopnest/evaluate.ts';
import type { MappedLayer, NetworkMapping } from '../loopnest/map-result.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import type { ShownNest } from './nest-view.ts';

/** What `rowhouse map --json` prints. */
export const mappingJson = ({ layers, ...facts }: NetworkMapping, { buffers, axes }: Constraints) => ({
  ...facts,
  buffers,
  axes,
  layers: layers.map(layerJson),
});

function layerJson(layer: MappedLayer) {
  if (!layer.feasible) return layer;
  const { name, macs, mapping, evaluation, search } = layer;
  return { name, macs, feasible: true, ...nestJson(mapping, evaluation), search };
}

/** What `rowhouse evaluate --json` prints. */
export function evaluationJson(
  { problem, architecture, mapping, evaluation }: ShownNest,
  factors: string,
  differences: readonly ConventionDifference[],
) {
  const { convention, macs, broken } = evaluation;
  const levels = mapping.levels.map(({ spatialX, spatialY, ...level }, i) =>
    architecture.levels[i]!.fanout ? { ...level, spatialX, spatialY } : level,
  );
  return {
    problem: problem.name,
    hardware: architecture.name,
    convention,
    factors,
    valid: broken.length === 0,
    broken,
    macs,
    ...nestJson({ levels }, evaluation),
    differences,
  };
}

/** What both say of a nest. */
const nestJson = (
  mapping: LoopMapping,
  { cycles, slowest, cyclesByLevel, utilization, energy, counts, network, padded }: NestEvaluation,
) => ({
  cycles,
  slowest,
  cyclesByLevel,
  utilization,
  energy,
  mapping,
  counts,
  networkWords: network,
  padded,
});
