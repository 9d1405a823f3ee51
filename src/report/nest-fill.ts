import { ownCapacity } from '../loopnest/architecture.ts';
import { TENSORS } from '../loopnest/problem.ts';
import { html, type Markup } from './markup.ts';
import { type Box, box, TENSOR_COLORS } from './nest-marks.ts';
import type { LevelView } from './nest-view.ts';

/** Pixels. */
const HEIGHT = 8;

/** A bar for what a level can hold, filled with the tiles to scale; one for each tensor that has a store of its own. */
export function fillBars(
  { memory, kept }: LevelView,
  columns: readonly Pick<Box, 'x' | 'width'>[],
  y: number,
): Markup | undefined {
  if (memory?.capacity === undefined) return undefined;
  const [first, last] = [columns[0]!, columns.at(-1)!];
  const times = memory.doubleBuffered ? 2 : 1;
  const words = TENSORS.map((tensor) => times * (kept[tensor]?.tile ?? 0));
  const shared = typeof memory.capacity === 'number' ? memory.capacity : undefined;
  if (shared !== undefined) {
    const width = last.x + last.width - first.x;
    return fillBar({ x: first.x, y, width, height: HEIGHT }, shared, words);
  }
  const bars = TENSORS.flatMap((tensor, t) => {
    const own = ownCapacity(memory, tensor);
    if (own === undefined || kept[tensor] === undefined) return [];
    const at = { ...columns[t]!, y, height: HEIGHT };
    return [
      fillBar(
        at,
        own,
        words.map((one, w) => (w === t ? one : 0)),
      ),
    ];
  });
  return html`${bars}`;
}

/** Words of each tensor in a bar as long as what there is room for; what is too much ends in a red mark. */
function fillBar(at: Box, capacity: number, words: readonly number[]): Markup {
  const total = words.reduce((sum, one) => sum + one, 0);
  const scale = at.width / Math.max(capacity, total, 1);
  let x = at.x;
  const parts = words.map((one, t) => {
    const part = box({ ...at, x, width: one * scale }, { fill: TENSOR_COLORS[TENSORS[t]!] });
    x += one * scale;
    return part;
  });
  const end = at.x + capacity * scale;
  const tooMuch = html`${box({ ...at, x: end, width: x - end }, { fill: 'white', opacity: 0.6 })}
${box({ x: end - 1, y: at.y - 4, width: 2, height: at.height + 8 }, { fill: '#c0392b' })}`;
  return html`${box(at, { fill: '#eef0f2' })}
${parts}
${total > capacity ? tooMuch : undefined}`;
}
