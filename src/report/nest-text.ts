import stringWidth from 'string-width';
import { ownCapacity } from '../loopnest/architecture.ts';
import { TENSORS, type Tensor } from '../loopnest/problem.ts';
import { type Paper, paper, wrapped } from './columns.ts';
import { inMillions } from './format.ts';
import { fillText, levelName, loopText, nestHeading, wordsText } from './nest-names.ts';
import { type LevelView, type LoopView, nestView, REUSES, type ShownNest } from './nest-view.ts';
import type { TableOptions } from './table.ts';

/** One loop nest for a terminal: see {@link nestBlock}. */
export function nestText(nest: ShownNest, { color, width = 120 }: TableOptions): string {
  const on = paper(color, width);
  return `${nestBlock(nest, on)}\n\n${nestLegend(on)}\n`;
}

const LEGEND = [
  'for: in time · par: at once, along X or Y of the grid · a number: the words that all inside the loop works on',
  'in time   stays: not moved · slides: partly new · new: all new · again: once more · +: what its own steps move',
  'in space  shared: same for all · added: psums, on the way · partly: same for some · split: each its own',
  'in all    ↓ words read by the level below · ↑ psums from there',
];

/** What stands beside the loops. */
export const nestLegend = (on: Paper): string =>
  LEGEND.map((line) => on.dim(wrapped(line, on.width))).join('\n');

/**
 * A loop nest as a person would write it: each level of the hierarchy with its loops below it. Beside a loop stands what
 * all inside it works on, and whether the tensor stays where it is while the loop runs or what its steps move; above a
 * level, what comes to it and goes from it in all; at the right, the share of the energy.
 */
export function nestBlock(nest: ShownNest, on: Paper): string {
  const levels = nestView(nest);
  const room = on.width - COLUMNS;
  const [wide, narrow] = [2, 1].map((step) => nestLines(levels, step));
  const lines = widest(wide!) <= room ? wide! : narrow!;
  const left = widest(lines);
  const [name, facts, sizes] = nestHeading(nest).map((line) => wrapped(line, on.width));
  return [
    on.bold(name!),
    facts,
    on.dim(sizes!),
    '',
    on.dim(['loops'.padEnd(left), ...TENSORS.map(columnName), 'energy'].join(GAP)),
    ...lines.map(({ text, look, cells, share }) => {
      const name = { text: text + ' '.repeat(left - stringWidth(text)), look };
      return written([name, ...cells, { text: percent(share) }], on);
    }),
  ].join('\n');
}

/** Pieces side by side, without what would be blank at their end. */
function written(pieces: readonly Piece[], on: Paper): string {
  const last = pieces.findLastIndex(({ text }) => text.trim() !== '');
  return pieces
    .slice(0, last + 1)
    .map(({ text, look }, i) => {
      const ink = i === last ? text.trimEnd() : text;
      return look === undefined ? ink : on[look](ink);
    })
    .join(GAP);
}

/** Characters of a tile with the arrow before it, of what a loop does to it, and of the words that it moves. */
const [TILE, EFFECT, MOVED] = [8, 6, 6];
const CELL = TILE + 1 + EFFECT + 1 + MOVED;
const SHARE = 6;
const GAP = ' ';
/** All at the right of the loops. */
const COLUMNS = TENSORS.length * (GAP.length + CELL) + GAP.length + SHARE;

const columnName = (tensor: Tensor): string => tensor.padStart(TILE).padEnd(CELL);

interface Piece {
  readonly text: string;
  readonly look?: 'bold' | 'dim' | 'green' | undefined;
}

interface NestLine extends Piece {
  /** By tensor, each as wide as its column. */
  readonly cells: readonly Piece[];
  readonly share?: number | undefined;
}

const widest = (lines: readonly NestLine[]): number =>
  Math.max(...lines.map(({ text }) => stringWidth(text)));

/** The lines of a nest, each loop set in by so many characters more than the one around it. */
function nestLines(levels: readonly LevelView[], step: number): readonly NestLine[] {
  let depth = 0;
  return levels.flatMap((level): NestLine[] => {
    const indent = ' '.repeat(step * depth);
    const loops = level.loops.map((loop): NestLine => {
      depth++;
      return { text: ' '.repeat(step * depth) + loopText(loop), cells: loopCells(loop) };
    });
    const traffic = TENSORS.map((tensor) => ({
      text: trafficText(level, tensor).padEnd(CELL),
      look: 'dim' as const,
    }));
    const above: NestLine = {
      text: `${indent}${' '.repeat(step)}in all`,
      look: 'dim',
      cells: traffic,
      share: level.networkShare,
    };
    const { energyShare: share } = level;
    const head: NestLine = { text: levelText(level), look: 'bold', cells: levelCells(level), share };
    return [...(Object.keys(level.traffic).length > 0 ? [above] : []), head, ...loops];
  });
}

const loopCells = ({ tensors }: LoopView): readonly Piece[] =>
  TENSORS.map((tensor) => {
    const { tile, effect, words } = tensors[tensor];
    const moved = words > 0 ? `+${inMillions(words)}` : '';
    const text = `${wordsText(tile).padStart(TILE)} ${(effect ?? '').padEnd(EFFECT)} ${moved.padStart(MOVED)}`;
    return { text, look: REUSES.has(effect) ? 'green' : undefined };
  });

/** Characters of a level's name. */
const LONGEST_NAME = 24;

const levelText = (level: LevelView): string =>
  [levelName(level, LONGEST_NAME), fillText(level)].filter((part) => part !== undefined).join('  ');

/** Tiles; beside one that has a store of its own, what that holds. */
const levelCells = ({ memory, kept }: LevelView): readonly Piece[] =>
  TENSORS.map((tensor) => {
    const tile = kept[tensor]?.tile;
    if (memory === undefined) return { text: ' '.repeat(CELL) };
    if (tile === undefined) return { text: '—'.padStart(TILE).padEnd(CELL), look: 'dim' };
    const own = ownCapacity(memory, tensor);
    const times = memory.doubleBuffered ? 2 : 1;
    const text = wordsText(tile).padStart(TILE) + (own !== undefined && times > 1 ? ' × 2' : '');
    const fit = own === undefined ? '' : ` ${times * tile > own ? '>' : 'of'} ${wordsText(own)}`;
    return { text: (text + fit).padEnd(CELL), look: 'bold' };
  });

/** `↓ 973,440`, for psums `↑ 1.04M ↓ 973,440`. */
function trafficText({ traffic }: LevelView, tensor: Tensor): string {
  const words = traffic[tensor];
  if (words === undefined) return '';
  const down = `↓${wordsText(words.down)}`;
  return tensor === 'outputs' ? `${`↑${wordsText(words.up)}`.padStart(TILE)} ${down}` : down.padStart(TILE);
}

const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${(100 * share).toFixed(1)} %`.padStart(SHARE);
