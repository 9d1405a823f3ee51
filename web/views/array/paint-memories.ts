import type { Palette } from './colours.ts';
import type { Box } from './layout.ts';
import type { Scene } from './paint.ts';
import type { Pen } from './pen.ts';

const BANKS_IN_A_ROW = { wide: 5, narrow: 9 } as const;

/** Draws the DRAM and the banks of the GLB, each as full as it is in this pass. */
export function paintMemories(pen: Pen, { layout, palette, shown, memories }: Scene): void {
  const { dram, glb, isNarrow } = layout;
  paintBox(pen, dram, 'DRAM', palette);
  paintText(
    pen,
    dram,
    isNarrow ? memories.dramLines.slice(3) : memories.dramLines,
    palette,
    isNarrow ? 36 : 44,
  );
  paintBox(pen, glb, 'GLB', palette);
  const between = isNarrow ? dram.y + dram.height / 2 : dram.y + dram.height * 0.5;
  pen.line(dram.x + dram.width + 3, between, glb.x - 3, between, palette.line, 2);

  const inRow = isNarrow ? BANKS_IN_A_ROW.narrow : BANKS_IN_A_ROW.wide;
  const side = Math.min(20, Math.floor((glb.width - 16) / inRow) - 4);
  for (const [i, use] of memories.uses.entries()) {
    const x = glb.x + 9 + (i % inRow) * (side + 4);
    const y = glb.y + 30 + Math.floor(i / inRow) * (side + 4);
    const fill = shown.banks[i]!;
    pen.rect(x, y, side, side, palette.faint);
    if (use !== 'unused') {
      const height = side * fill;
      pen.rect(x, y + side - height, side, height, palette[use]);
    }
    pen.frame(x + 0.5, y + 0.5, side - 1, side - 1, palette.line, 1);
    const ink = fill > 0.6 && use !== 'unused' ? '#1b1f24' : palette.quiet;
    if (use !== 'unused') pen.text(x + side / 2, y + side / 2, use[0]!, 10, ink, 'middle');
  }
  const rows = Math.ceil(memories.uses.length / inRow);
  if (!isNarrow) paintText(pen, glb, memories.lines, palette, 44 + rows * (side + 4));
}

function paintBox(pen: Pen, { x, y, width, height }: Box, name: string, { line, ink }: Palette): void {
  pen.frame(x + 0.5, y + 0.5, width - 1, height - 1, line, 1);
  pen.text(x + 9, y + 15, name, 13, ink, 'start');
}

function paintText(pen: Pen, box: Box, lines: readonly string[], { quiet }: Palette, from: number): void {
  for (const [i, text] of lines.entries())
    pen.text(box.x + 9, box.y + from + 16 * i, text, 11, quiet, 'start');
}
