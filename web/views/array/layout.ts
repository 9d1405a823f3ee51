import type { ArrayConfig } from '../../../src/chip/chip.ts';
import { BUSES, type Bus } from '../../../src/chip/recording.ts';

/** A part of the picture, in CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bus as an arrow, and where what it moves is written. */
export interface BusLine {
  readonly bus: Bus;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly label: readonly [x: number, y: number];
}

/** Where everything stands. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly isNarrow: boolean;
  /** The side of a PE, and how much of it is gap. */
  readonly cell: number;
  readonly gap: number;
  readonly array: Box;
  readonly glb: Box;
  readonly dram: Box;
  readonly buses: readonly BusLine[];
}

/** Narrower pictures have the memories above the array. */
const NARROW = 700;

const LARGEST_CELL = 46;

/** Room for the numbers of rows and columns. */
const NUMBERS = 20;

/** Lays the picture out in a width. */
export function layoutOf(width: number, array: ArrayConfig): Layout {
  return width < NARROW ? narrow(width, array) : wide(width, array);
}

function wide(width: number, { rows, columns }: ArrayConfig): Layout {
  const [dramWidth, linkWidth, glbWidth, busWidth] = [74, 28, 132, 104];
  const left = dramWidth + linkWidth + glbWidth + busWidth + NUMBERS;
  const cell = Math.min(LARGEST_CELL, Math.floor((width - left - 2) / columns));
  const array = { x: left, y: NUMBERS, width: cell * columns, height: cell * rows };
  const glb = { x: dramWidth + linkWidth, y: NUMBERS, width: glbWidth, height: array.height };
  const [from, to] = [glb.x + glb.width + 6, array.x - NUMBERS - 2];
  const buses = BUSES.map((bus, i): BusLine => {
    const y = array.y + array.height * (0.12 + 0.25 * i);
    const isOut = bus === 'output';
    return { bus, x1: isOut ? to : from, x2: isOut ? from : to, y1: y, y2: y, label: [(from + to) / 2, y] };
  });
  return {
    width: array.x + array.width + 2,
    height: array.y + array.height + 2,
    isNarrow: false,
    cell,
    gap: cell > 30 ? 2 : 1,
    array,
    glb,
    dram: { x: 1, y: NUMBERS, width: dramWidth, height: array.height },
    buses,
  };
}

function narrow(width: number, { rows, columns }: ArrayConfig): Layout {
  const cell = Math.min(LARGEST_CELL, Math.floor((width - NUMBERS - 2) / columns));
  const glb = { x: 92, y: 1, width: width - 93, height: 112 };
  const [top, bottom] = [glb.y + glb.height + 6, glb.y + glb.height + 58];
  const array = { x: NUMBERS, y: bottom + NUMBERS + 4, width: cell * columns, height: cell * rows };
  const buses = BUSES.map((bus, i): BusLine => {
    const x = ((i + 0.14) * width) / BUSES.length;
    const isOut = bus === 'output';
    const y = (top + bottom) / 2;
    return { bus, x1: x, x2: x, y1: isOut ? bottom : top, y2: isOut ? top : bottom, label: [x + 8, y] };
  });
  return {
    width,
    height: array.y + array.height + 2,
    isNarrow: true,
    cell,
    gap: 1,
    array,
    glb,
    dram: { x: 1, y: 1, width: 64, height: 112 },
    buses,
  };
}
