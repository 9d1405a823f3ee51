import type { Fanout } from '../loopnest/architecture.ts';
import type { Tensor } from '../loopnest/problem.ts';
import { distinctPositions } from '../loopnest/walk.ts';
import { html, type Markup } from './markup.ts';
import { type Box, box, INK, label, lines, QUIET, TENSOR_COLORS } from './nest-marks.ts';
import type { LoopView } from './nest-view.ts';

/** Pixels of the longer side of a grid. */
const SIDE = 72;
/** Height of a row of grids. */
export const GRID_HEIGHT = SIDE + 14;

const along = (loops: readonly LoopView[], axis: 'X' | 'Y'): readonly LoopView[] =>
  loops.filter(({ kind }) => kind === axis);
const size = (loops: readonly LoopView[]): number => loops.reduce((all, { factor }) => all * factor, 1);

/** The grid below a level, the part of it that the loops use, and which of them lie along which axis. */
export function wholeGrid(
  x: number,
  y: number,
  room: number,
  grid: Fanout,
  loops: readonly LoopView[],
): Markup {
  const [used, deep] = [size(along(loops, 'X')), size(along(loops, 'Y'))];
  const [columns, rows] = [Math.max(grid.x, used), Math.max(grid.y, deep)];
  const cell = SIDE / Math.max(columns, rows);
  const part = (across: number, down: number): Box => ({
    x,
    y,
    width: Math.max(3, cell * across),
    height: Math.max(3, cell * down),
  });
  const fits = used <= grid.x && deep <= grid.y;
  const axisText = (axis: 'X' | 'Y', has: number, top: number) => {
    const over = along(loops, axis).map(({ dimension, factor }) => `${dimension.toLowerCase()} ${factor}`);
    const count = `${size(along(loops, axis)).toLocaleString('en')} of ${has.toLocaleString('en')}`;
    return [
      label(x + SIDE + 10, top, `${axis} ${axis === 'X' ? '→' : '↓'} ${over.join(' · ') || '—'}`, { room }),
      label(x + SIDE + 10, top + 13, count, { size: 10, color: QUIET, room }),
    ];
  };
  return html`${box(part(columns, rows), { fill: '#eef0f2' })}
${fits ? undefined : box(part(used, deep), { fill: '#d9534f' })}
${box(part(Math.min(used, grid.x), Math.min(deep, grid.y)), { fill: '#8a929d' })}
${cell >= 4 ? lines(part(columns, rows), columns, rows, 'white') : undefined}
${box(part(grid.x, grid.y), { stroke: INK })}
${[...axisText('X', grid.x, y + 11), ...axisText('Y', grid.y, y + 43)]}`;
}

/** Instances along an axis of which is shown which tile they have. */
const MOST_SHOWN = 16;

const LIGHTEST = 0.15;

/** The instances that are used, shaded by the tile of one tensor that they have: those with the same look the same. */
export function tensorGrid(x: number, y: number, tensor: Tensor, loops: readonly LoopView[]): Markup {
  const [used, deep] = [size(along(loops, 'X')), size(along(loops, 'Y'))];
  const [columns, rows] = [Math.min(used, MOST_SHOWN), Math.min(deep, MOST_SHOWN)];
  const cell = SIDE / Math.max(columns, rows, 4);
  const axes = [...new Set(loops.map(({ tensors }) => tensors[tensor].axis))].filter((axis) => axis >= 0);
  /** Where the tile of an instance lies, along each axis that matters. */
  const tileOf = (column: number, row: number) =>
    axes.map(
      (axis) =>
        position(along(loops, 'X'), column, tensor, axis) + position(along(loops, 'Y'), row, tensor, axis),
    );
  const tiles = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => tileOf(column, row)),
  );
  const different = [...new Map(tiles.flat().map((tile) => [tile.join(), tile])).values()].sort(byPosition);
  const places = new Map(different.map((tile, i) => [tile.join(), i]));
  const shadeOf = (tile: readonly number[]) =>
    LIGHTEST + (1 - LIGHTEST) * (1 - places.get(tile.join())! / Math.max(1, different.length - 1));
  const areas = areasOf(tiles.map((line) => line.map((tile) => tile.join())));
  const parts = areas.map(({ column, row, columns, rows }) => {
    const at = {
      x: x + column * cell,
      y: y + row * cell,
      width: columns * cell - 1,
      height: rows * cell - 1,
    };
    return box(at, { fill: TENSOR_COLORS[tensor], opacity: shadeOf(tiles[row]![column]!) });
  });
  const texts = [...sharing(tensor, loops), ...(columns < used || rows < deep ? ['(a corner)'] : [])];
  return html`${parts}
${texts.map((text, i) => label(x + SIDE + 6, y + 11 + 13 * i, text, { size: 10, color: i > 1 ? QUIET : INK, room: 66 }))}`;
}

interface Area {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  rows: number;
}

/** Rectangles of cells that are alike, as large as they are from left to right, and then from top to bottom. */
function areasOf(cells: readonly (readonly string[])[]): readonly Area[] {
  const areas: Area[] = [];
  let above = new Map<string, Area>();
  cells.forEach((line, row) => {
    const here = new Map<string, Area>();
    for (let column = 0; column < line.length; ) {
      const next = line.findIndex((cell, c) => c > column && cell !== line[column]);
      const columns = (next < 0 ? line.length : next) - column;
      const key = `${column} ${columns} ${line[column]}`;
      const area = above.get(key) ?? { column, row, columns, rows: 0 };
      if (area.rows === 0) areas.push(area);
      area.rows++;
      here.set(key, area);
      column += columns;
    }
    above = here;
  });
  return areas;
}

const byPosition = (one: readonly number[], other: readonly number[]): number => {
  const a = one.findIndex((position, i) => position !== other[i]);
  return a < 0 ? 0 : one[a]! - other[a]!;
};

/** How far the loops along an axis of the grid have moved the tile of an instance along an axis of the tensor. */
function position(loops: readonly LoopView[], index: number, tensor: Tensor, axis: number): number {
  let [rest, moved] = [index, 0];
  for (const { factor, tensors } of loops.toReversed()) {
    const one = tensors[tensor];
    if (one.axis === axis) moved += (rest % factor) * one.step;
    rest = Math.floor(rest / factor);
  }
  return moved;
}

/** How many tiles there are for how many instances, in two lines. */
function sharing(tensor: Tensor, loops: readonly LoopView[]): readonly string[] {
  const instances = size(loops);
  const seen = loops.map(({ factor, tensors }) => ({ factor, ...tensors[tensor] }));
  const axes = new Set(seen.map(({ axis }) => axis).filter((axis) => axis >= 0));
  const different = [...axes].reduce(
    (all, axis) => all * distinctPositions(seen.filter((one) => one.axis === axis)),
    1,
  );
  const [tiles, all] = [different.toLocaleString('en'), instances.toLocaleString('en')];
  if (instances === 1) return ['1 tile'];
  if (different === instances) return [tiles, 'different'];
  if (tensor === 'outputs') {
    const each = instances % different === 0 ? (instances / different).toLocaleString('en') : 'some';
    return [different === 1 ? '1 sum' : `${tiles} sums`, `of ${each}${different === 1 ? '' : ' each'}`];
  }
  return [different === 1 ? '1 tile' : `${tiles} tiles`, `for ${all}`];
}
