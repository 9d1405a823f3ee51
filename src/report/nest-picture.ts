import { TENSORS, type Tensor } from '../loopnest/problem.ts';
import { inMillions } from './format.ts';
import { html, type Markup } from './markup.ts';
import { fillBars } from './nest-fill.ts';
import { GRID_HEIGHT, tensorGrid, wholeGrid } from './nest-grid.ts';
import {
  arrow,
  type Box,
  box,
  dotted,
  frame,
  INK,
  label,
  levelColor,
  NETWORK_COLOR,
  polygon,
  px,
  QUIET,
  TENSOR_COLORS,
} from './nest-marks.ts';
import { fillText, levelLine, levelName, loopText, nestHeading, wordsText } from './nest-names.ts';
import { limitNote } from './nest-notes.ts';
import { type Effect, type LevelView, type LoopView, nestView, REUSES, type ShownNest } from './nest-view.ts';

const WIDTH = 960;
const MARGIN = 16;

/** Left edges of the columns, and their widths. */
const LOOPS = { x: MARGIN, width: 288 };
const TENSOR_COLUMN = { width: 156, x: (i: number) => LOOPS.x + LOOPS.width + 6 + 156 * i };
/** Where the bars of tiles lie across. */
const FILL_BARS = TENSORS.map((_, t) => ({ x: TENSOR_COLUMN.x(t) + 2, width: TENSOR_COLUMN.width - 14 }));
const BOX_END = TENSOR_COLUMN.x(TENSORS.length) + 22;
const ENERGY = { x: BOX_END + 14, width: WIDTH - MARGIN - BOX_END - 14 };

const [TITLE, HEAD, MAC_HEAD, ROW, ARROWS] = [102, 46, 34, 19, 50];

/**
 * Loop nests as a picture in SVG, one below the other: a box per level of the hierarchy, from DRAM to the MACs, each
 * inside the one above it. In a box stand the level's loops, and for each tensor the tile that it keeps, to the scale of
 * its capacity, what each loop does to it, the words that go down and up as arrows, and which instances of a grid have
 * the same; at the side, the share of the energy; in red, limits that it breaks. White, whatever is behind it, as charts are.
 */
export function nestPicture(nests: readonly ShownNest[]): string {
  let y = 0;
  const pictures = nests.map((nest) => {
    const { markup, height } = onePicture(nest);
    const part = html`<g transform="translate(0 ${px(y)})">${markup}</g>`;
    y += height + 24;
    return part;
  });
  const height = Math.max(y - 24, 40) + LEGEND_HEIGHT;
  const title = nests.map((nest) => nestHeading(nest)[0]).join('; ');
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${px(height)}" viewBox="0 0 ${WIDTH} ${px(height)}" role="img" font-family="Helvetica Neue, Helvetica, Arial, sans-serif">
<title>${title}</title>
<desc>${nests.map(description).join(' ')}</desc>
${box({ x: 0, y: 0, width: WIDTH, height }, { fill: 'white' })}
${pictures.length > 0 ? pictures : label(MARGIN, 28, 'No loop nest: no layer has a mapping.')}
${legend(height - LEGEND_HEIGHT)}
</svg>
`.markup;
}

/** A nest in words, for those who do not see it. */
function description(nest: ShownNest): string {
  const [name, facts] = nestHeading(nest);
  const levels = nest.mapping.levels.map((level) => `${level.name}: ${levelLine(level) || 'no loops'}`);
  return `${name}: ${facts}. Loops by level, outermost first: ${levels.join('; ')}.`;
}

interface Drawn {
  readonly markup: Markup;
  readonly height: number;
}

/** What all levels of a picture have in common. */
interface Scene {
  readonly levels: readonly LevelView[];
  /** Words of each tensor. */
  readonly whole: readonly number[];
  /** Most and fewest words that an arrow stands for. */
  readonly words: readonly [fewest: number, most: number];
  readonly largestShare: number;
}

function onePicture(nest: ShownNest): Drawn {
  const levels = nestView(nest);
  const moved = levels
    .flatMap(({ traffic }) =>
      TENSORS.flatMap((tensor) => [traffic[tensor]?.down ?? 0, traffic[tensor]?.up ?? 0]),
    )
    .filter((words) => words > 0);
  const shares = levels.flatMap(({ energyShare = 0, networkShare = 0 }) => [energyShare, networkShare]);
  const scene: Scene = {
    levels,
    whole: TENSORS.map((tensor) => levels[0]!.kept[tensor]!.tile),
    words: [Math.min(...moved), Math.max(...moved)],
    largestShare: Math.max(...shares, 1e-9),
  };
  const [name, ...facts] = nestHeading(nest);
  const { broken } = nest.evaluation;
  const nested = drawLevel(scene, 0, TITLE, 0);
  return {
    height: nested.height + TITLE,
    markup: html`${label(MARGIN, 28, name, { size: 15, bold: true, room: WIDTH - 2 * MARGIN })}
${facts.map((fact, i) => label(MARGIN, 45 + 15 * i, fact, { color: QUIET, room: WIDTH - 2 * MARGIN }))}
${broken.length > 0 ? label(MARGIN, 74, broken.map(limitNote).join(' '), { size: 10, color: '#c0392b', room: WIDTH - 2 * MARGIN }) : undefined}
${TENSORS.map((tensor, i) => columnHead(TENSOR_COLUMN.x(i), tensor))}
${label(ENERGY.x, TITLE - 8, 'energy', { bold: true })}
${nested.markup}`,
  };
}

const columnHead = (x: number, tensor: Tensor): Markup =>
  html`${box({ x: x + 2, y: TITLE - 17, width: 10, height: 10 }, { fill: TENSOR_COLORS[tensor] })}
${label(x + 18, TITLE - 8, tensor, { bold: true })}`;

/** The box of a level from `top` on, with all levels inside it; `depth` is the number of loops around it. */
function drawLevel(scene: Scene, i: number, top: number, depth: number): Drawn {
  const level = scene.levels[i]!;
  const inset = Math.min(6, 36 / scene.levels.length);
  const height = level.memory ? HEAD : MAC_HEAD;
  let y = top + height;
  const parts = [head(scene, i, { x: LOOPS.x + inset * i, y: top, width: 0, height })];
  level.loops.forEach((loop, l) => {
    parts.push(loopRow(loop, y, LOOPS.x + inset * i + 20 + step(scene) * (depth + l)));
    y += ROW;
  });
  const next = scene.levels[i + 1];
  if (next !== undefined) {
    parts.push(arrows(scene, i + 1, y + 4));
    y += ARROWS;
    const grid = gridRow(level, y, LOOPS.x + inset * i + 10);
    parts.push(grid.markup);
    y += grid.height;
    const inner = drawLevel(scene, i + 1, y, depth + level.loops.length);
    parts.push(inner.markup);
    y += inner.height + 6;
  }
  const outline = {
    x: LOOPS.x + inset * i,
    y: top,
    width: BOX_END - LOOPS.x - 2 * inset * i,
    height: y - top,
  };
  const color = levelColor(i, scene.levels.length - 1);
  return { height: y - top, markup: html`${frame(outline, color)}${parts}` };
}

/** Pixels by which a loop is set in. */
const step = ({ levels }: Scene): number =>
  Math.min(
    10,
    140 /
      Math.max(
        1,
        levels.reduce((count, { loops }) => count + loops.length, 0),
      ),
  );

/** The name of a level, the tile of each tensor, how full that makes it, and its share of the energy. */
function head(scene: Scene, i: number, at: Box): Markup {
  const level = scene.levels[i]!;
  const { memory, kept, energyShare } = level;
  const color = levelColor(i, scene.levels.length - 1);
  const room = TENSOR_COLUMN.x(0) - at.x - 26;
  const { y, height } = at;
  return html`${box({ x: at.x + 8, y: y + 9, width: 6, height: height - 18 }, { fill: color })}
${label(at.x + 20, y + 22, levelName(level), { size: 13, bold: true, room })}
${label(at.x + 20, y + 37, capacityText(level), { size: 10, color: QUIET, room })}
${memory && TENSORS.map((tensor, t) => tileOf(tensor, kept[tensor]?.tile, TENSOR_COLUMN.x(t), y))}
${fillBars(level, FILL_BARS, y + 31)}
${energyBar(energyShare, scene, color, y + 14)}`;
}

const tileOf = (tensor: Tensor, tile: number | undefined, x: number, y: number): Markup =>
  tile === undefined
    ? html`${dotted(x + 6, y + 1, y + 28, TENSOR_COLORS[tensor])}
${label(x + 18, y + 22, 'goes round', { color: QUIET })}`
    : label(x + 66, y + 22, wordsText(tile), { size: 12, bold: true, anchor: 'end' });

/** What a level could hold. */
function capacityText(level: LevelView): string {
  if (level.memory === undefined) return '';
  const { capacity, doubleBuffered } = level.memory;
  if (capacity === undefined) return 'no limit';
  return (fillText(level) ?? 'a store for each tensor') + (doubleBuffered ? ', each tile twice' : '');
}

/** A share of the energy as a bar at the side. */
function energyBar(
  share: number | undefined,
  { largestShare }: Scene,
  fill: string,
  y: number,
): Markup | undefined {
  if (share === undefined) return undefined;
  const width = ((ENERGY.width - 46) * share) / largestShare;
  return html`${box({ x: ENERGY.x, y, width: Math.max(width, share > 0 ? 1 : 0), height: 12 }, { fill })}
${label(ENERGY.x + width + 5, y + 10, `${(100 * share).toFixed(1)} %`)}`;
}

/** A loop with what it does to each tensor. */
function loopRow(loop: LoopView, y: number, x: number): Markup {
  const cells = TENSORS.map((tensor, t) => {
    const { tile, effect, words } = loop.tensors[tensor];
    const [left, color] = [TENSOR_COLUMN.x(t), TENSOR_COLORS[tensor]];
    const isReused = REUSES.has(effect);
    return html`${effectMark(effect, left + 2, y, color)}
${label(left + 66, y + 14, wordsText(tile), { anchor: 'end' })}
${label(left + 71, y + 14, effect ?? '', { size: 10, bold: isReused, color: isReused ? INK : QUIET })}
${words > 0 ? label(left + 146, y + 14, `+${inMillions(words)}`, { size: 10, anchor: 'end' }) : undefined}`;
  });
  return html`${label(x, y + 14, loopText(loop), { size: 12 })}
${cells}`;
}

/** A bar where a tensor stays, half a one where only a part is new, a full triangle for a new tile, a hollow one if again. */
function effectMark(effect: Effect | undefined, x: number, y: number, color: string): Markup | undefined {
  const triangle = [
    [x, y + 6],
    [x + 8, y + 6],
    [x + 4, y + 13],
  ] as const;
  switch (effect) {
    case 'stays':
      return box({ x, y, width: 8, height: ROW }, { fill: color });
    case 'slides':
      return html`${box({ x, y: y + 4, width: 8, height: ROW - 8 }, { fill: color, opacity: 0.35 })}
${box({ x, y: y + ROW / 2, width: 8, height: ROW / 2 - 4 }, { fill: color })}`;
    case 'new':
      return polygon(triangle, color);
    case 'again':
      return polygon(triangle, 'white', color);
    default:
      return undefined;
  }
}

/** What moves between a level and those above it, over the whole run: the wider an arrow, the more. */
function arrows(scene: Scene, i: number, y: number): Markup {
  const { traffic, networkShare } = scene.levels[i]!;
  const [fewest, most] = scene.words;
  const widthOf = (words: number) =>
    3 + (most > fewest ? (17 * Math.log(words / fewest)) / Math.log(most / fewest) : 8);
  const bottom = y + ARROWS - 10;
  const texts = (x: number, words: number, whole: number) =>
    html`${label(x, y + 17, wordsText(words), {})}
${label(x, y + 30, `${timesText(words / whole)} ×`, { size: 10, color: QUIET })}`;
  const parts = TENSORS.map((tensor, t) => {
    const [x, fill, words] = [TENSOR_COLUMN.x(t), TENSOR_COLORS[tensor], traffic[tensor]];
    if (words === undefined) return dotted(x + 6, y - 3, y + ARROWS - 6, fill);
    const whole = scene.whole[t]!;
    if (tensor !== 'outputs') {
      return html`${arrow(x + 16, y, bottom, widthOf(words.down), fill)}${texts(x + 34, words.down, whole)}`;
    }
    return html`${arrow(x + 16, bottom, y, widthOf(words.up), fill)}${texts(x + 34, words.up, whole)}
${words.down > 0 ? html`${arrow(x + 96, y, bottom, widthOf(words.down), fill)}${texts(x + 112, words.down, whole)}` : undefined}`;
  });
  return html`${parts}
${energyBar(networkShare, scene, NETWORK_COLOR, y + 14)}`;
}

const timesText = (times: number): string =>
  times < 10 ? String(Number(times.toPrecision(2))) : inMillions(Math.round(times));

/** The grid below a level, if it has one: as a whole, and which instances have the same of each tensor. */
function gridRow(level: LevelView, y: number, x: number): Drawn {
  const grid = level.memory?.fanout;
  if (grid === undefined) return { markup: html``, height: 0 };
  const loops = level.loops.filter(({ kind }) => kind !== 'time');
  return {
    height: GRID_HEIGHT,
    markup: html`${wholeGrid(x, y, TENSOR_COLUMN.x(0) - x - 90, grid, loops)}
${TENSORS.map((tensor, t) => tensorGrid(TENSOR_COLUMN.x(t) + 2, y, tensor, loops))}`,
  };
}

const LEGEND = [
  'Beside a loop: the words that all inside it works on; +: what its own steps move, those of loops inside it not counted.',
  'In time, a bar: the tensor stays · half a bar: it slides, a part is new · ▼: new · ▽: again. In a grid, instances of one shade have the same words.',
  'Arrows: words in the whole run, the wider the more (logarithmic), and how often each word of the tensor comes by. Right: shares of the energy.',
];

const LEGEND_HEIGHT = 28 + 15 * LEGEND.length;

const legend = (y: number): Markup =>
  html`${LEGEND.map((line, i) => label(MARGIN, y + 22 + 15 * i, line, { size: 10, color: QUIET }))}`;
