import type { AnalysisResult } from '../analysis/result.ts';
import type { CountedNetwork } from '../layer/totals.ts';
import { analysisSheets, footnote, heading } from './analysis-sheets.ts';
import { paper, sheetText, wrapped } from './columns.ts';
import { obstacles } from './compare.ts';
import { unsupportedNodes } from './coverage.ts';
import { listed, printable } from './format.ts';
import { layersSheet, nodesSheet } from './layers-sheet.ts';
import { type NetworkRow, networksSheet } from './networks-sheet.ts';
import { type PresetRow, presetsSheet } from './presets-sheet.ts';

export type { NetworkRow } from './networks-sheet.ts';
export type { PresetRow } from './presets-sheet.ts';

export interface TableOptions {
  /** Whether the terminal shows colours. Nothing is said by colour alone. */
  readonly color: boolean;
  /** Characters per line to keep to, as far as shorter names allow. Default 120. */
  readonly width?: number | undefined;
}

/** A result for a terminal: a summary, the layers, their best mappings, and why what cannot run cannot. */
export function analysisTable(result: AnalysisResult, { color, width = 120 }: TableOptions): string {
  const on = paper(color, width);
  const [network, ...rest] = heading(result).map(printable);
  const stopped = obstacles(result).map(({ dataflow, layers, message }) =>
    wrapped(`${dataflow} cannot run ${listed(layers)}: ${message}`, width),
  );
  const note = footnote(result);
  const blocks = [
    [on.bold(network!), ...rest].join(' · '),
    ...analysisSheets(result).map((sheet) => sheetText(sheet, on)),
    stopped.join('\n'),
    note && on.dim(wrapped(note, width)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

/** The networks that come with Rowhouse, for a terminal. */
export const networksTable = (rows: readonly NetworkRow[], { color, width = 120 }: TableOptions): string =>
  `${sheetText(networksSheet(rows), paper(color, width))}\n`;

/** The layers of one network for a terminal and, for an ONNX file, what became of its nodes. */
export function layersTable(network: CountedNetwork, { color, width = 120 }: TableOptions): string {
  const on = paper(color, width);
  const { coverage } = network;
  const blocks = [
    on.bold(printable(network.name)),
    sheetText(layersSheet(network), on),
    coverage && sheetText(nodesSheet(coverage), on),
    coverage &&
      unsupportedNodes(coverage)
        .map((line) => wrapped(line, width))
        .join('\n'),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

/** The accelerators that come with Rowhouse, for a terminal. */
export const presetsTable = (rows: readonly PresetRow[], { color, width = 120 }: TableOptions): string =>
  `${sheetText(presetsSheet(rows), paper(color, width))}\n`;
