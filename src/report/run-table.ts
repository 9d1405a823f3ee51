import type { RunResult } from '../run/result.ts';
import { paper, sheetText, wrapped } from './columns.ts';
import { printable } from './format.ts';
import { classesSentence, hostNotes, layerNotes, noiseNotes, totalFacts } from './run-notes.ts';
import { classesSheet, layerSheets, runHeading } from './run-sheets.ts';
import type { TableOptions } from './table.ts';

/** A run for a terminal: the layers, where their noise comes from, what it comes to, and what the images are. */
export function runTable(result: RunResult, { color, width = 120 }: TableOptions): string {
  const on = paper(color, width);
  const lines = (texts: readonly string[]) => texts.map((text) => wrapped(text, width)).join('\n');
  const [network, ...facts] = runHeading(result).map(printable);
  const totals = totalFacts(result).map(({ name, value }) => `${name} ${value}`);
  const classes = classesSheet(result);
  const blocks = [
    [on.bold(network!), ...facts].join(' · '),
    ...layerSheets(result).map((sheet) => sheetText(sheet, on)),
    lines(noiseNotes(result)),
    lines([totals.join(' · ')]),
    classes && sheetText(classes, on),
    lines([classesSentence(result) ?? ''].filter(Boolean)),
    lines(hostNotes(result)),
    lines(layerNotes(result)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}
