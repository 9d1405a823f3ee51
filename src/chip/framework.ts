import { countAccesses } from '../dataflow/counts.ts';
import type { Dataflow } from '../dataflow/dataflow.ts';
import { DATA_TYPES, type DataType, LEVELS, type Level, type PerLevelAndData } from '../hardware/energy.ts';
import type { Chip } from './chip.ts';
import { chipRowStationary } from './dataflow.ts';
import { type ChipLayer, columnsRead, partShape, partsOf, rowsRead } from './geometry.ts';
import type { LayerRun, LayerSimulation } from './layer.ts';
import type { ChipMapping } from './mapping.ts';
import { passesOf } from './schedule.ts';

/** Words that the chip moved, in the levels and data types of the framework. */
export function simulatedAccesses({
  counts,
  dram,
}: Pick<LayerSimulation, 'counts' | 'dram'>): PerLevelAndData {
  const { scratchpads, networks, glb } = counts;
  return {
    dram: {
      ifmap: dram.ifmap.codedWords,
      weight: dram.filter.codedWords,
      psum: dram.ofmap.codedWords + dram.psum.codedWords,
    },
    glb: { ifmap: glb.ifmapReads, weight: glb.filterReads, psum: glb.psumReads + glb.psumWrites },
    array: {
      ifmap: networks.ifmapDeliveries,
      weight: networks.filterDeliveries,
      psum: networks.localWords,
    },
    rf: {
      ifmap: scratchpads.ifmapReads,
      weight: scratchpads.filterReads,
      psum: scratchpads.psumReads + scratchpads.psumWrites,
    },
  };
}

/** Why the chip moves more words (or fewer) than the framework counts for the same mapping. */
export const CAUSES = {
  edges: 'strips, channels and filters at the edges are counted as they are, not as full ones',
  padding: 'padding is made on the chip',
  'run-length code': 'fmaps are compressed in the DRAM',
  'filter banks': 'filters wait in banks of the GLB, where the framework has them go straight to the array',
  'last psums': 'finished psums go through the GLB too',
  'first psums': 'a PE reads and writes its scratchpad for the first product of a psum too',
  'psums leaving': 'a psum is read from the scratchpad once more as it leaves the PE',
  gating: 'a zero ifmap word switches the other scratchpads off',
  biases: 'biases come with the filters',
  'split channels': 'psums go through the DRAM between the configurations of a layer with many channels',
} as const;
export type Cause = keyof typeof CAUSES;

/** One count of the framework beside that of the simulator. */
export interface Comparison {
  readonly level: Level;
  readonly data: DataType;
  readonly framework: number;
  readonly simulated: number;
  /** They add up to the difference. */
  readonly causes: readonly { readonly cause: Cause; readonly words: number }[];
}

/** The framework's counts for a mapping on a chip (ISCA 2016, Eq. (3) and (4)). */
export function frameworkAccesses(chip: Chip, layer: ChipLayer, mapping: ChipMapping): PerLevelAndData {
  const shape = partShape(layer, chip.nativeShapes);
  const perPart = countAccesses(chipRowStationary(chip) as Dataflow, shape, mapping);
  const parts = partsOf(layer, chip.nativeShapes).length;
  return parts === 1 ? perPart : timesAll(perPart, parts);
}

const timesAll = (accesses: PerLevelAndData, times: number): PerLevelAndData =>
  Object.fromEntries(
    LEVELS.map((level) => [
      level,
      Object.fromEntries(DATA_TYPES.map((data) => [data, times * accesses[level][data]])),
    ]),
  ) as PerLevelAndData;

/** The framework's counts beside the simulator's, and every difference by its causes. */
export function comparedToFramework(run: LayerRun, simulation: LayerSimulation): Comparison[] {
  const { chip, layer, mapping } = run;
  const framework = frameworkAccesses(chip, layer, mapping);
  const simulated = simulatedAccesses(simulation);
  const causes = causesOf(run, simulation, framework);
  return LEVELS.flatMap((level) =>
    DATA_TYPES.map((data) => ({
      level,
      data,
      framework: framework[level][data],
      simulated: simulated[level][data],
      causes: Object.entries(causes[level]?.[data] ?? {})
        .filter(([, words]) => Math.abs(words) > ROUNDING * (1 + framework[level][data]))
        .map(([cause, words]) => ({ cause: cause as Cause, words })),
    })),
  );
}

/** Of the framework's counts, of which some are sums of fractions. */
const ROUNDING = 1e-9;

type Causes = Partial<Record<Level, Partial<Record<DataType, Partial<Record<Cause, number>>>>>>;

function causesOf(
  { chip, layer, mapping, words }: LayerRun,
  { counts, dram, glbFills }: LayerSimulation,
  framework: PerLevelAndData,
): Causes {
  const { ofmaps, R } = layer.shape;
  const exact = countedAsTheyAre(chip, layer, mapping);
  const shape = partShape(layer, chip.nativeShapes);
  const parts = partsOf(layer, chip.nativeShapes);
  const psumsOfParts = shape.ofmaps * parts.length;
  const channelParts = parts.length / (parts.filter(({ channels }) => channels.start === 0).length || 1);
  // What the framework counts for each part: it knows nothing of psums that go from one to the next
  const betweenParts = ofmaps * (channelParts - 1);
  const { gatedMacs } = counts;
  const isMac = layer.operation === 'mac';
  return {
    dram: {
      ifmap: {
        edges: exact.ifmapLoads - framework.dram.ifmap,
        padding: dram.ifmap.words - glbFills.ifmap,
        'run-length code': dram.ifmap.codedWords - dram.ifmap.words,
      },
      weight: {
        edges: exact.filterLoads - framework.dram.weight,
        biases: words.biases && isMac ? exact.finishedFilters : 0,
      },
      psum: {
        edges: ofmaps * channelParts - psumsOfParts,
        'split channels': dram.psum.words - betweenParts,
        'run-length code': dram.ofmap.codedWords - dram.ofmap.words,
      },
    },
    glb: {
      ifmap: { edges: exact.ifmapReads - framework.glb.ifmap },
      weight: { 'filter banks': counts.glb.filterReads },
      psum: {
        edges: exact.psumWrites * 2 - 2 * ofmaps * channelParts - framework.glb.psum,
        'last psums': ofmaps * channelParts,
        'split channels': betweenParts,
      },
    },
    array: {
      ifmap: { edges: exact.ifmapDeliveries - framework.array.ifmap },
      weight: { edges: exact.filterDeliveries - framework.array.weight },
      psum: { edges: exact.psumWrites * (mapping.r * R - 1) - framework.array.psum },
    },
    rf: {
      ifmap: { edges: layer.shape.macs - framework.rf.ifmap },
      weight: { edges: (isMac ? layer.shape.macs : 0) - framework.rf.weight, gating: isMac ? -gatedMacs : 0 },
      psum: {
        'first psums': 2 * layer.shape.macs - framework.rf.psum,
        'psums leaving': exact.psumWrites * mapping.r * R,
        gating: -2 * gatedMacs,
      },
    },
  };
}

/** What the schedule moves, its edges counted as they are. */
function countedAsTheyAre(chip: Chip, layer: ChipLayer, mapping: ChipMapping) {
  const { shape, operation } = layer;
  const { R, S } = shape;
  const counts = {
    ifmapLoads: 0,
    filterLoads: 0,
    ifmapReads: 0,
    ifmapDeliveries: 0,
    filterDeliveries: 0,
    psumWrites: 0,
    finishedFilters: 0,
  };
  for (const pass of passesOf(layer, mapping, chip.nativeShapes)) {
    const { images, channels, filters, filtersInGlb, rows, columns, kind, drains } = pass;
    const read = columnsRead(shape, columns.count).length * images.count * channels.count;
    const setsOnFilters = kind.filters.filter((count) => count > 0).length;
    const strip =
      (shape.Uv * (rows.count - 1) + R) *
      (shape.Uh * (columns.count - 1) + S) *
      images.count *
      channels.count;
    if (pass.loadsIfmaps) counts.ifmapLoads += strip;
    counts.ifmapReads += read * rowsRead(shape, rows.count).length;
    counts.ifmapDeliveries += read * rows.count * R * setsOnFilters;
    counts.psumWrites += images.count * filters.count * rows.count * columns.count;
    if (drains === 'ofmap') counts.finishedFilters += filtersInGlb.count;
    if (operation === 'max') continue;
    const weights = filters.count * channels.count * R * S;
    counts.filterLoads += weights;
    counts.filterDeliveries += weights * rows.count;
  }
  return counts;
}
