import pc from 'picocolors';
import stringWidth from 'string-width';
import { printable } from './format.ts';
import type { Cell, Column, Row, Sheet } from './sheet.ts';

/** What a text is written on. */
export interface Paper {
  /** Characters per line. */
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
}

export const paper = (color: boolean, width: number): Paper => ({ width, ...pc.createColors(color) });

/** A sheet as aligned columns under a title; all lines but the title are equally wide. */
export function sheetText(sheet: Sheet, on: Paper): string {
  const { title, note, columns, rows, foot = [] } = sheet;
  const names = columns.map(({ name }): Cell => ({ text: name }));
  const units = columns.map(({ unit = '' }): Cell => ({ text: unit }));
  const texts = columns.map((column, c) => columnTexts(column, c, [names, units, ...rows, foot]));
  const natural = texts.map((column) => Math.max(...column.map((text) => stringWidth(text))));
  const widths = fitted(natural, columns, on.width);

  const line = (row: Row, r: number) =>
    row
      .map((cell, c) => {
        const text = aligned(texts[c]![r]!, widths[c]!, columns[c]!.align);
        if (cell.look === 'best') return on.bold(on.green(text));
        return cell.look === 'none' ? on.dim(text) : text;
      })
      .join(GAP);
  const rule = on.dim('─'.repeat(total(widths)));
  return [
    `${on.bold(title)}  ${on.dim(note)}`,
    line(names, 0),
    ...(columns.some(({ unit }) => unit) ? [on.dim(line(units, 1))] : []),
    rule,
    ...rows.map((row, r) => line(row, r + 2)),
    ...(foot.length > 0 ? [rule, line(foot, rows.length + 2)] : []),
  ].join('\n');
}

const GAP = '  ';
const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));

/** The texts of one column; where one has a mark the others get its room, so that digits stay below digits. */
function columnTexts(column: Column, c: number, rows: readonly Row[]): readonly string[] {
  const hasMark = rows.some((row) => row[c]?.look === 'best');
  return rows.map((row) => {
    const text = printable(row[c]?.text ?? '');
    if (!hasMark || column.align === 'left') return text;
    return text + (row[c]?.look === 'best' ? '*' : ' ');
  });
}

const NARROWEST = 12;

/** Widths that add up to no more than `width`, as far as the columns that may shrink allow. */
function fitted(natural: readonly number[], columns: readonly Column[], width: number): readonly number[] {
  const excess = Math.max(0, total(natural) - width);
  return natural.map((wide, c) =>
    columns[c]!.shrinks ? Math.min(wide, Math.max(NARROWEST, wide - excess)) : wide,
  );
}

function aligned(text: string, width: number, align: Column['align']): string {
  const fits = shortened(text, width);
  const space = ' '.repeat(width - stringWidth(fits));
  return align === 'left' ? fits + space : space + fits;
}

/** Both ends of a name that is too long: they tell more than its middle. */
function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const [head, tail]: [string[], string[]] = [[], []];
  let room = width - 1;
  for (let fromHead = false; ; fromHead = !fromHead) {
    const next = (fromHead ? characters.shift() : characters.pop()) ?? '';
    room -= stringWidth(next);
    if (room < 0) return `${head.join('')}…${tail.join('')}`;
    if (fromHead) head.push(next);
    else tail.unshift(next);
  }
}

/** A sentence on as many lines as it needs, those after the first set in. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}
