import { LARGEST_SIZE } from '../layer/layer.ts';
import { MOST_TRUNCATION } from './arithmetic.ts';
import { type Chip, pesOf } from './chip.ts';
import type { Ids } from './ids.ts';
import type { ChipMapping } from './mapping.ts';
import type { MulticastConfig } from './multicast.ts';
import type { Range } from './native.ts';

/*
 * The scan chain: the bits that set the chip up for a layer, shifted in before it runs (JSSC 2017). The published text does
 * not give its fields: these are the choice of this model, and not the chip's bits.
 */

/** Sizes of a layer that the chip's control needs. */
export const SIZES = ['R', 'S', 'Uv', 'Uh', 'C', 'M', 'N', 'E', 'F'] as const;

export type ScanValue = number | string | boolean;

/** Fields of one kind, which stand next to each other in the chain. */
export interface ScanField {
  readonly name: ScanFieldName;
  /** How many: one per X-bus, PE (row by row) or bank, or 1. */
  readonly count: number;
  /** Bits of each. */
  readonly width: number;
  /** The value that is written as 0 and the largest there is, or all values in the order of their codes. */
  readonly holds: { readonly least: number; readonly most: number } | readonly ScanValue[];
  readonly means: string;
}

export type ScanFieldName =
  | `${keyof Ids}.${'rowValid' | 'rowId' | 'columnValid' | 'columnId'}`
  | `pe.${'works' | 'psumsFrom' | 'psumsTo'}`
  | 'glb.bank'
  | `mapping.${keyof ChipMapping}`
  | `layer.${(typeof SIZES)[number] | 'operation' | 'relu' | 'truncation'}`;

/** The fields of a chip's scan chain in their order. Their widths follow from the chip. */
export function scanFields(chip: Chip): readonly ScanField[] {
  const { array, scratchpads, glb, nativeShapes: native } = chip;
  const pes = pesOf(chip);
  const glbWords = glb.banks * glb.bankWords;
  const sizeOf = (name: ScanFieldName, [least, most]: Range, means: string) =>
    field(name, 1, { least, most }, means);
  const letter = (name: keyof ChipMapping, most: number, means: string) =>
    sizeOf(`mapping.${name}`, [1, most], means);
  return [
    ...networkFields('ifmap', chip.ifmapNetwork, chip),
    ...networkFields('filter', chip.filterNetwork, chip),
    ...networkFields('psum', chip.psumNetwork, chip),
    field('pe.works', pes, FLAG, 'whether the PE takes part'),
    field('pe.psumsFrom', pes, ['gin', 'local'], 'psums from the input network or from the PE below'),
    field('pe.psumsTo', pes, ['gon', 'local'], 'psums to the output network or to the PE above'),
    field('glb.bank', glb.banks, ['unused', 'ifmap', 'psum'], 'what a bank of the GLB is for'),
    letter('m', native.filters[1], 'filters whose psums are in the GLB'),
    letter('n', glbWords, 'images in a pass'),
    letter('e', pes, 'ofmap rows in a strip'),
    letter('p', scratchpads.psumWords, 'filters interleaved in a PE'),
    letter('q', scratchpads.ifmapWords, 'channels interleaved in a PE'),
    letter('r', array.rows, 'sets on different channels'),
    letter('t', pes, 'sets on different filters'),
    letter('f', glbWords, 'ofmap columns in a tile'),
    sizeOf('layer.R', native.filterHeight, 'filter rows'),
    sizeOf('layer.S', native.filterWidth, 'filter columns'),
    field('layer.Uv', 1, native.verticalStrides, 'vertical stride'),
    sizeOf('layer.Uh', native.horizontalStride, 'horizontal stride'),
    // Parts are of equal size as nearly as can be, and so may be smaller than any layer
    sizeOf('layer.C', [1, native.channels[1]], 'channels'),
    sizeOf('layer.M', [1, native.filters[1]], 'filters'),
    // The chip has no limit to these
    sizeOf('layer.N', [1, LARGEST_SIZE], 'images'),
    sizeOf('layer.E', [1, LARGEST_SIZE], 'ofmap rows'),
    sizeOf('layer.F', [1, LARGEST_SIZE], 'ofmap columns'),
    field('layer.operation', 1, ['mac', 'max'], 'convolution or MAX pooling'),
    field('layer.relu', 1, FLAG, 'whether negative ofmap words become 0'),
    sizeOf('layer.truncation', [0, MOST_TRUNCATION], 'places that products are shifted by'),
  ];
}

const FLAG = [false, true] as const;

function networkFields(name: keyof Ids, network: MulticastConfig, chip: Chip): ScanField[] {
  const idOf = (bits: number) => ({ least: 0, most: 2 ** bits - 1 });
  const pes = pesOf(chip);
  return [
    field(`${name}.rowValid`, chip.array.rows, FLAG, `whether the X-bus takes ${name} words`),
    field(`${name}.rowId`, chip.array.rows, idOf(network.rowIdBits), 'ID of the X-bus; 0 if not valid'),
    field(`${name}.columnValid`, pes, FLAG, `whether the PE takes ${name} words`),
    field(`${name}.columnId`, pes, idOf(network.columnIdBits), 'ID of the PE; 0 if not valid'),
  ];
}

function field(name: ScanFieldName, count: number, holds: ScanField['holds'], means: string): ScanField {
  const values = 'least' in holds ? holds.most - holds.least + 1 : holds.length;
  return { name, count, width: 32 - Math.clz32(values - 1), holds, means };
}

/** Bits of a chip's scan chain, the same for every layer. */
export const scanChainBits = (chip: Chip): number =>
  scanFields(chip).reduce((sum, { count, width }) => sum + count * width, 0);
