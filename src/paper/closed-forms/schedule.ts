import type { Mapping } from '../../dataflow/dataflow.ts';
import type { DataType, Level } from '../../hardware/energy.ts';
import type { Dimension, LayerShape } from '../../layer/shape.ts';
import type { LevelMapping } from '../../loopnest/mapping.ts';

/**
 * Why a loop nest counts other words than the closed form of a dataflow does for the same mapping.
 *
 * The first is of sizes, the next four are of reuse, the others of what counts as an access.
 */
export const NEST_CAUSES = {
  'whole tiles':
    'a nest has only full tiles, so it pads sizes to multiples of them; the closed form counts no padding, and its tiles need not be multiples of each other',
  'words kept':
    'what the next tile shares with the present one stays in the buffer; the closed form brings each tile anew',
  gaps: 'ifmap pixels that no window touches, as the stride is wider than the filter or the filter is dilated, stay where they are',
  boxes:
    'a tile of ifmap under a dilated filter is a box; the closed form takes as many rows and columns as the filter has',
  'filter rows':
    'psums of all rows of a filter are added over the array; the closed form sends them to the GLB after each row',
  fills:
    'a word that comes to a buffer is written there; the closed form charges a move once, at its dearer end',
  'weights in': 'weights that go to PEs cross the array, even from DRAM or the GLB',
  'psums out': 'psums cross the array on their way out of the PEs; in the closed form only from PE to PE',
  'psums back':
    'unfinished psums come back to every PE that adds to them: over the array, and written and read in the RF; in the closed form from the GLB alone',
  'first products': 'the first product of a psum in a PE is written to the RF like all others',
  'last psums': 'finished psums are written to the GLB before they go to DRAM',
} as const;
export type NestCause = keyof typeof NEST_CAUSES;

/** Words more than in the closed form, by level, data type and cause. */
export type CausedWords = Partial<
  Record<Level, Partial<Record<DataType, Partial<Record<NestCause, number>>>>>
>;

/** The schedule behind a dataflow's closed form, as a loop nest. */
export interface Schedule {
  /** The dataflow's id. */
  readonly id: string;
  /**
   * The nearest mapping with whole tiles. It has as many steps of every loop, except of one over filters whose tile in the
   * GLB is no multiple of what the array works on, and no tile is larger.
   */
  wholeTiles(shape: LayerShape, mapping: Mapping): Mapping;
  /** The tiles of which the sizes of a layer become multiples. */
  tiles(mapping: Mapping): Partial<Record<Dimension, number>>;
  /**
   * Levels from DRAM to RF, for sizes and tiles that are whole. `strip` is where ifmap pixels wait that the PEs of an
   * array hand on to each other; it costs nothing, as in the closed form.
   */
  levels(shape: LayerShape, mapping: Mapping): readonly LevelMapping[];
  /** Every cause but whole tiles, for sizes and tiles that are whole. */
  causes(shape: LayerShape, mapping: Mapping): CausedWords;
}

/** The smallest tile that does a size in as many steps as this one: 13 rows in steps of 9 are two of 7. */
export const evenTile = (size: number, tile: number): number => Math.ceil(size / Math.ceil(size / tile));

/**
 * Filters of which m share the GLB, p·t at a time: m goes down to a multiple of p·t; then all become the smallest that do M
 * filters in as many steps.
 */
export function evenFilters(M: number, m: number, p: number, t = 1) {
  const passes = Math.ceil(M / (p * t));
  const steps = Math.ceil(passes / Math.max(1, Math.floor(m / (p * t))));
  const inside = Math.ceil(passes / steps);
  const evenP = Math.ceil(M / (steps * inside * t));
  const evenT = Math.ceil(M / (steps * inside * evenP));
  return { m: inside * evenP * evenT, p: evenP, t: evenT };
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Rows of ifmap that the windows of a column of ofmap touch: H, unless a stride leaves some out. */
export const rowsTouched = ({ E, Uv, spanR }: LayerShape): number => spanR + (E - 1) * Math.min(Uv, spanR);

/** psums as the closed forms and a nest count them. */
interface Psums {
  /** How often a psum is worked on, between which it waits above the array. */
  readonly visits: number;
  /** PEs that add to it at a time. */
  readonly adders: number;
  /** Buffers that keep psums. */
  readonly keptBy: readonly ('glb' | 'rf')[];
}

/** The causes of what differs in the counts of psums, apart from how often they are worked on. */
export function psumCauses({ ofmaps }: LayerShape, { visits, adders, keptBy }: Psums) {
  const back = ofmaps * adders * (visits - 1);
  return {
    glb: keptBy.includes('glb') ? { 'last psums': ofmaps } : {},
    array: { 'psums out': ofmaps * visits, 'psums back': back },
    rf: keptBy.includes('rf') ? { 'first products': ofmaps * adders * visits, 'psums back': 2 * back } : {},
  };
}
