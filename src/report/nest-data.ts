import type { Accesses } from '../loopnest/counts.ts';
import type { FoundNest, MappedLayer, NetworkMapping } from '../loopnest/map-result.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import { TENSORS, type Tensor } from '../loopnest/problem.ts';
import { ENERGY } from './analysis-data.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';
import { levelLine } from './nest-names.ts';

/** What one line is about: a tensor at a level in the nest of a layer; a layer without a nest has one line. */
interface Line {
  readonly result: NetworkMapping;
  readonly layer: MappedLayer;
  readonly place: Place | null;
}

interface Place {
  readonly nest: FoundNest;
  /** Index of the level. */
  readonly level: number;
  readonly name: string;
  readonly tensor: Tensor;
  /** None where the level does not keep the tensor. */
  readonly accesses: Accesses | null;
}

const always = columnsOf((line: Line) => line);
const ofAll = columnsOf(({ result }: Line) => result);
const ofLayer = columnsOf(({ layer }: Line) => layer);

/** Columns that are empty where the layer has no nest. */
const ofNest = columnsOf(({ layer }: Line) => (layer.feasible ? layer : null));
const ofEvaluation = columnsOf(({ layer }: Line) => (layer.feasible ? layer.evaluation : null));
const ofSearch = columnsOf(({ layer }: Line) => (layer.feasible ? layer.search : null));
const ofPlace = columnsOf(({ place }: Line) => place);

/** Columns that are empty where the level does not keep the tensor. */
const ofAccesses = columnsOf(({ place }: Line) => place?.accesses ?? null);

/** The columns of a mapped network in their order; energies are in the unit of the architecture. */
export const NEST_COLUMNS: readonly ColumnOf<Line>[] = [
  ofAll.text('network', 'name of the network', ({ network }) => network),
  ofAll.whole('batch', 'images', 'images that are worked on together', ({ batch }) => batch),
  ofAll.text('hardware', 'name of the architecture', ({ hardware }) => hardware),
  ofAll.text('constraints', 'name of the rules of the search', ({ constraints }) => constraints),
  ofAll.text('objective', 'energy, edp or delay: what the mapping makes small', ({ objective }) => objective),
  ofAll.text('factors', 'perfect, or imperfect: with padding', ({ factors }) => factors),
  ofAll.text('convention', 'true or timeloop: how words are counted', ({ convention }) => convention),
  ofLayer.text('layer', 'name of the layer', ({ name }) => name),
  ofLayer.whole('macs', 'MACs', 'work of the layer for the whole batch', ({ macs }) => macs),
  ofLayer.boolean('feasible', 'true where a mapping was found', ({ feasible }) => feasible),
  always.text('reason', 'why there is no mapping', ({ layer }) =>
    layer.feasible ? null : layer.reason.message,
  ),
  ofNest.text('mapping', 'the loops, outermost first, levels between bars', ({ mapping }) =>
    nestLine(mapping),
  ),
  ofEvaluation.whole('cycles', 'cycles', 'what the slowest of MACs and levels takes', ({ cycles }) => cycles),
  ofEvaluation.text('slowest', 'MAC, or the level whose bandwidth sets the pace', ({ slowest }) => slowest),
  ofEvaluation.number(
    'utilization',
    'share',
    'macs / (cycles × MACs of the hardware), from 0 to 1',
    ({ utilization }) => utilization,
  ),
  ofEvaluation.number('energy_total', ENERGY, 'energy of the layer', ({ energy }) => energy.total),
  ofEvaluation.number('energy_per_mac', ENERGY, 'energy_total / macs', ({ energy }) => energy.perMac),
  ofEvaluation.number(
    'energy_mac',
    ENERGY,
    'energy of the MACs themselves',
    ({ energy }) => energy.byLevel.MAC ?? 0,
  ),
  // Of the space, which may have more than 2^53 mappings
  ofSearch.number(
    'space_size',
    'mappings',
    'every choice of buffers, factors, axes and orders',
    ({ spaceSize }) => spaceSize,
  ),
  ofSearch.number('visited', 'mappings', 'mappings whose cost was computed', ({ visited }) => visited),
  ofSearch.number('pruned', 'mappings', 'the rest of the space', ({ pruned }) => pruned),
  ofSearch.boolean('proven', 'true where nothing better was left out', ({ proven }) => proven),
  ofSearch.number(
    'lower_bound',
    "objective's unit",
    'no mapping has a smaller value of the objective',
    ({ lowerBound }) => lowerBound,
  ),
  ofPlace.text('level', 'name of the level', ({ name }) => name),
  ofPlace.whole('level_index', 'levels', '0 for the outermost level', ({ level }) => level),
  ofPlace.text('loops', 'the loops of the level, outermost first', ({ nest, level }) =>
    levelLine(nest.mapping.levels[level]!),
  ),
  ofPlace.text('tensor', 'weights, inputs or outputs', ({ tensor }) => tensor),
  ofPlace.boolean('kept', 'false where the tensor goes round the level', ({ accesses }) => accesses !== null),
  ofAccesses.whole('tile', 'words', 'what one instance keeps of the tensor', ({ tile }) => tile),
  ofAccesses.whole(
    'instances',
    'instances',
    'instances of the level that are used',
    ({ instances }) => instances,
  ),
  ofAccesses.whole(
    'reads',
    'words',
    'words read in all instances, to serve the level below',
    ({ reads }) => reads,
  ),
  ofAccesses.whole('fills', 'words', 'words written that come from above', ({ fills }) => fills),
  ofAccesses.whole('updates', 'words', 'psums written that come from below', ({ updates }) => updates),
  ofPlace.whole(
    'network_words',
    'words',
    'words over the network below the level, where it has one',
    ({ nest, name, tensor }) => nest.evaluation.network[name]?.[tensor] ?? null,
  ),
  ofPlace.number(
    'level_energy',
    ENERGY,
    'energy of the accesses to the level, all tensors',
    ({ nest, name }) => nest.evaluation.energy.byLevel[name] ?? 0,
  ),
  ofPlace.number(
    'network_energy',
    ENERGY,
    'energy of the network below the level, all tensors',
    ({ nest, name }) => nest.evaluation.energy.byLevel[`${name} network`] ?? null,
  ),
  ofPlace.number(
    'tensor_energy',
    ENERGY,
    'energy of keeping and moving the tensor, all levels',
    ({ nest, tensor }) => nest.evaluation.energy.byTensor[tensor],
  ),
];

/** A mapped network as a table: a line per layer, level and tensor. */
export const nestData = (result: NetworkMapping): DataTable =>
  dataTable(
    NEST_COLUMNS,
    result.layers.flatMap((layer): Line[] => {
      if (!layer.feasible) return [{ result, layer, place: null }];
      return layer.mapping.levels.flatMap(({ name }, level) =>
        TENSORS.map((tensor): Line => {
          const accesses = layer.evaluation.counts[name]?.[tensor] ?? null;
          return { result, layer, place: { nest: layer, level, name, tensor, accesses } };
        }),
      );
    }),
  );

/** `DRAM: M48 | GLB: C16 P13, X Q13, Y S3 C4 | RF: R3 C4 M8`. */
const nestLine = ({ levels }: LoopMapping): string =>
  levels.map((level) => `${level.name}: ${levelLine(level)}`.trimEnd()).join(' | ');
