import { PE_STATES } from '../../../src/chip/film.ts';
import { wordsAt } from '../../../src/chip/film-summary.ts';
import { turnOfLast } from '../../../src/chip/ifmap-turns.ts';
import { type Paint, type Palette, STATE_SIGNS } from './colours.ts';
import type { Colouring } from './fields.ts';
import type { BusLine, Layout } from './layout.ts';
import { paintMemories } from './paint-memories.ts';
import type { Pen } from './pen.ts';
import type { PassShown } from './questions.ts';
import type { Segments } from './segments.ts';

/** What is drawn. */
export interface Scene {
  readonly layout: Layout;
  readonly palette: Palette;
  readonly shown: PassShown;
  readonly colouring: Colouring;
  /** The set of each PE, from 0, and what it works on; empty where it is in none. */
  readonly sets: readonly (number | undefined)[];
  readonly marks: readonly string[];
  readonly segments: Segments;
  readonly overlays: { readonly rows: boolean; readonly diagonals: boolean; readonly psums: boolean };
  /** PEs by number. */
  readonly selected: number | undefined;
  readonly holders: readonly number[];
  /** Of the GLB. */
  readonly memories: Memories;
}

/** What is written in the memories. */
export interface Memories {
  readonly uses: readonly ('ifmap' | 'psum' | 'filter' | 'unused')[];
  readonly lines: readonly string[];
  readonly dramLines: readonly string[];
}

const CASING = '#ffffff';
const HELD = '#1b1f24';
const OVERLAY_COLOURS = { diagonals: '#a04f00', rows: '#00694f', psums: '#00457a' } as const;

const SIGNS = PE_STATES.map((state) => STATE_SIGNS[state]);

/** Draws the array and the memories in one cycle that the film shows. */
export function paint(pen: Pen, scene: Scene, cycle: number): void {
  const { layout, palette, overlays, segments } = scene;
  paintMemories(pen, scene);
  paintBuses(pen, scene, cycle);
  paintNumbers(pen, layout, palette);
  paintFills(pen, scene, cycle);
  if (overlays.diagonals) paintLines(pen, layout, segments.diagonals, OVERLAY_COLOURS.diagonals);
  if (overlays.rows) paintLines(pen, layout, segments.rows, OVERLAY_COLOURS.rows);
  if (overlays.psums) paintLines(pen, layout, segments.psums, OVERLAY_COLOURS.psums);
  paintSigns(pen, scene, cycle);
  paintDelivered(pen, scene, cycle);
  for (const pe of scene.holders) {
    frameOf(pen, layout, pe, CASING, 4.5, 4);
    frameOf(pen, layout, pe, HELD, 2, 4);
  }
  if (scene.selected !== undefined) frameOf(pen, layout, scene.selected, palette.ink, 3, 0);
}

/** The place of a PE's state in a cycle: which of {@link PE_STATES}. */
const stateOf = ({ film }: PassShown, cycle: number, pe: number): number =>
  film.states[(cycle - film.shown.start) * film.pes + pe]!;

const OFF = PE_STATES.indexOf('off');

function paintFills(pen: Pen, { layout, palette, shown, colouring, sets }: Scene, cycle: number): void {
  const { cell, gap, array } = layout;
  const columns = Math.round(array.width / cell);
  const side = cell - gap;
  const bar = barOf(cell);
  for (let pe = 0; pe < shown.film.pes; pe++) {
    const x = array.x + (pe % columns) * cell;
    const y = array.y + Math.floor(pe / columns) * cell;
    const state = stateOf(shown, cycle, pe);
    const set = sets[pe];
    pen.rect(x, y, side, side, palette.states[PE_STATES[state]!].fill);
    if (state === OFF) pen.frame(x + 0.5, y + 0.5, side - 1, side - 1, palette.faint, 1);
    if (colouring === 'states' || set === undefined) continue;
    pen.rect(x, y, side, side - bar, palette.sets[set % palette.sets.length]!.fill);
  }
}

/** Where the colours are those of sets, that of the state is at the lower edge. */
const barOf = (cell: number): number => Math.max(3, Math.round(cell / 7));

function paintSigns(
  pen: Pen,
  { layout, palette, shown, colouring, sets, marks }: Scene,
  cycle: number,
): void {
  const { cell, gap, array } = layout;
  const columns = Math.round(array.width / cell);
  const side = cell - gap;
  const size = Math.max(9, Math.round(cell * (colouring === 'states' ? 0.46 : 0.3)));
  for (let pe = 0; pe < shown.film.pes; pe++) {
    const x = array.x + (pe % columns) * cell + side / 2;
    const y = array.y + Math.floor(pe / columns) * cell + side / 2;
    const set = sets[pe];
    if (colouring === 'sets' && set !== undefined) {
      const paint = palette.sets[set % palette.sets.length]!;
      writeOn(pen, x, y - barOf(cell) / 2, marks[pe]!, size, paint);
      continue;
    }
    const state = stateOf(shown, cycle, pe);
    if (state !== OFF) writeOn(pen, x, y, SIGNS[state]!, size, palette.states[PE_STATES[state]!]);
  }
}

/** Lines over the array do not go through what is written on it. */
function writeOn(pen: Pen, x: number, y: number, text: string, size: number, { fill, ink }: Paint): void {
  const width = size * (0.3 + 0.5 * text.length);
  pen.rect(x - width / 2, y - size / 2, width, size, fill);
  pen.text(x, y, text, size, ink, 'middle');
}

function paintNumbers(pen: Pen, { array, cell }: Layout, { quiet }: Palette): void {
  const rows = Math.round(array.height / cell);
  const columns = Math.round(array.width / cell);
  for (let row = 0; row < rows; row++) {
    pen.text(array.x - 6, array.y + (row + 0.5) * cell, String(row), 10, quiet, 'end');
  }
  for (let column = 0; column < columns; column++) {
    pen.text(array.x + (column + 0.5) * cell, array.y - 9, String(column), 10, quiet, 'middle');
  }
}

/** Lines have a light edge, as what is under them may have any colour. */
function paintLines(pen: Pen, { array, cell }: Layout, lines: Float32Array, stroke: string): void {
  const { x, y } = array;
  for (const [colour, thickness] of [
    [CASING, 3.5],
    [stroke, 1.5],
  ] as const) {
    for (let i = 0; i < lines.length; i += 4) {
      pen.line(
        x + lines[i]! * cell,
        y + lines[i + 1]! * cell,
        x + lines[i + 2]! * cell,
        y + lines[i + 3]! * cell,
        colour,
        thickness,
      );
    }
  }
}

/** The PEs that take the ifmap word of this cycle. */
function paintDelivered(pen: Pen, { layout, palette, shown }: Scene, cycle: number): void {
  const { film, turns } = shown;
  if (wordsAt(film, 'ifmap', cycle) === 0) return;
  const turn = turnOfLast(turns, film.words.ifmap[cycle - film.shown.start]!);
  for (const pe of turn?.pes ?? []) frameOf(pen, layout, pe, palette.mark, 2, 1);
}

function frameOf(
  pen: Pen,
  { array, cell, gap }: Layout,
  pe: number,
  stroke: string,
  thickness: number,
  inside: number,
): void {
  const columns = Math.round(array.width / cell);
  const x = array.x + (pe % columns) * cell + inside;
  const y = array.y + Math.floor(pe / columns) * cell + inside;
  const side = cell - gap - 2 * inside;
  pen.frame(x, y, side, side, stroke, thickness);
}

function paintBuses(pen: Pen, { layout, palette, shown }: Scene, cycle: number): void {
  const { film } = shown;
  for (const line of layout.buses) {
    const now = wordsAt(film, line.bus, cycle);
    const total = film.words[line.bus][cycle - film.shown.start]!;
    const stroke = now > 0 ? palette.mark : palette.line;
    paintArrow(pen, line, stroke, now > 0 ? 3 : 1.5);
    const [x, y] = line.label;
    const words = `${now > 0 ? '+' : ''}${now}`;
    if (layout.isNarrow) {
      pen.text(x, y - 16, line.bus, 11, palette.ink, 'start');
      pen.text(x, y, words, 12, now > 0 ? palette.mark : palette.quiet, 'start');
      pen.text(x, y + 15, total.toLocaleString('en-US'), 11, palette.quiet, 'start');
    } else {
      pen.text(x, y - 26, line.bus, 12, palette.ink, 'middle');
      pen.text(x, y - 11, words, 13, now > 0 ? palette.mark : palette.quiet, 'middle');
      pen.text(x, y + 13, total.toLocaleString('en-US'), 11, palette.quiet, 'middle');
    }
  }
}

function paintArrow(pen: Pen, { x1, y1, x2, y2 }: BusLine, stroke: string, thickness: number): void {
  pen.line(x1, y1, x2, y2, stroke, thickness);
  const [dx, dy] = [Math.sign(x2 - x1) * 7, Math.sign(y2 - y1) * 7];
  pen.line(x2, y2, x2 - dx - dy * 0.6, y2 - dy - dx * 0.6, stroke, thickness);
  pen.line(x2, y2, x2 - dx + dy * 0.6, y2 - dy + dx * 0.6, stroke, thickness);
}
