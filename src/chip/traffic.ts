import { type ChipLayer, columnsRead, rowsRead } from './geometry.ts';
import type { RlcConfig } from './rlc.ts';
import { RlcCounter } from './rlc.ts';
import type { Pass } from './schedule.ts';

/** Words of 16 bits that went between DRAM and chip: as they are, and as they went, run-length coded. */
export interface Transfer {
  readonly words: number;
  readonly codedWords: number;
}

/** What went between DRAM and chip in a layer. */
export interface DramTraffic {
  readonly ifmap: Transfer;
  readonly filter: Transfer;
  readonly ofmap: Transfer;
  /** psums between the configurations of a layer whose channels are split, both ways. */
  readonly psum: Transfer;
}

/** How a layer's fmaps are coded. */
export interface Coding {
  readonly rlc: RlcConfig;
  /** False for a network's first layer: its input is not compressed. */
  readonly codesIfmap: boolean;
}

/**
 * The ifmap strips that a pass brings into the GLB, without the padding, which is made on the chip: one stream of images,
 * channels and rows.
 */
export function ifmapTransfer(
  layer: ChipLayer,
  ifmap: Int16Array,
  pass: Pass,
  { rlc, codesIfmap }: Coding,
): Transfer {
  const { shape, height, width, padTop, padLeft } = layer;
  const top = pass.rows.start * shape.Uv - padTop;
  const left = pass.columns.start * shape.Uh - padLeft;
  const inside = (start: number, count: number, size: number) => [
    Math.max(start, 0),
    Math.min(start + count, size),
  ];
  const [firstRow, endRow] = inside(top, rowsRead(shape, pass.rows.count).at(-1)! + 1, height) as [
    number,
    number,
  ];
  const [firstColumn, endColumn] = inside(
    left,
    columnsRead(shape, pass.columns.count).at(-1)! + 1,
    width,
  ) as [number, number];
  const columns = Math.max(endColumn - firstColumn, 0);
  const counter = new RlcCounter(rlc);
  let words = 0;
  forEach(pass.images, (image) =>
    forEach(pass.channels, (channel) => {
      const plane = ((image * shape.G + pass.group) * shape.C + channel) * height * width;
      for (let y = firstRow; y < endRow; y++) {
        if (codesIfmap) counter.push(ifmap, plane + y * width + firstColumn, columns);
        words += columns;
      }
    }),
  );
  return { words, codedWords: codesIfmap ? coded(counter, rlc) : words };
}

/** The ofmap strips that a pass hands out at its end: one stream of images, filters and rows. */
export function ofmapTransfer(
  { shape }: ChipLayer,
  ofmap: Int16Array,
  pass: Pass,
  { rlc }: Coding,
): Transfer {
  const { G, M, E, F } = shape;
  const counter = new RlcCounter(rlc);
  let words = 0;
  forEach(pass.images, (image) =>
    forEach(pass.filtersInGlb, (filter) => {
      const plane = ((image * G + pass.group) * M + filter) * E * F;
      forEach(pass.rows, (row) => {
        counter.push(ofmap, plane + row * F + pass.columns.start, pass.columns.count);
        words += pass.columns.count;
      });
    }),
  );
  return { words, codedWords: coded(counter, rlc) };
}

const coded = (counter: RlcCounter, { wordBits }: RlcConfig): number => (counter.finish() * wordBits) / 16;

function forEach({ start, count }: { start: number; count: number }, action: (i: number) => void): void {
  for (let i = start; i < start + count; i++) action(i);
}
