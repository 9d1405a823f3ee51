import { type ChipLayer, rowsRead } from './geometry.ts';
import { comesTo, type PeWords } from './journey-pe.ts';
import type { Pass } from './schedule.ts';
import { sharesOf } from './spans.ts';

/** A row of a channel whose words the ifmap network delivers in turn with the others, and who takes them. */
export interface IfmapTurn {
  /** Of all groups. */
  readonly channel: number;
  /** Without padding: a row outside the ifmap is one of padding. */
  readonly row: number;
  /** The PEs on its diagonals, numbered row by row. */
  readonly pes: readonly number[];
}

/**
 * Whose turn it is on the ifmap network in a pass: it delivers one word of each row of each channel, then the next of each.
 * The `n`th word of the pass, from 0, is that of turn `n` modulo their number.
 *
 * @param pes what each PE works on in this pass, as `pesOfPass` tells
 * @param columns of the array
 */
export function ifmapTurns(
  layer: ChipLayer,
  pass: Pick<Pass, 'group' | 'channels' | 'rows' | 'images' | 'columns'> & {
    readonly kind: Pick<Pass['kind'], 'channels'>;
  },
  pes: readonly PeWords[],
  columns: number,
): readonly IfmapTurn[] {
  const { shape, padTop, padLeft } = layer;
  const shares = sharesOf(pass.channels, pass.kind.channels.length);
  const column = pass.columns.start * shape.Uh - padLeft;
  const turns: IfmapTurn[] = [];
  for (let i = 0; i < shares[0]!.count; i++) {
    for (const { start, count } of shares) {
      if (i >= count) continue;
      for (const y of rowsRead(shape, pass.rows.count)) {
        const channel = pass.group * shape.C + start + i;
        const row = pass.rows.start * shape.Uv + y - padTop;
        const word = { type: 'ifmap', image: pass.images.start, channel, row, column } as const;
        const takers = pes.filter((pe) => comesTo(layer, pe, word));
        turns.push({ channel, row, pes: takers.map((pe) => pe.row * columns + pe.column) });
      }
    }
  }
  return turns;
}

/** Whose turn the last of so many words was; undefined if none has come. */
export const turnOfLast = (turns: readonly IfmapTurn[], words: number): IfmapTurn | undefined =>
  words > 0 ? turns[(words - 1) % turns.length] : undefined;
