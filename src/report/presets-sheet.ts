import { kilobytes } from './format.ts';
import { type Column, cells, type Sheet } from './sheet.ts';

/** A hardware preset, by what there is to say of it; null where it depends on the J of its name. */
export interface PresetRow {
  readonly name: string;
  readonly pes: number | null;
  readonly rfBytes: number;
  readonly glbBytes: number | null;
  /** `fixed` sizes, or those of the `baseline`, whose area each dataflow divides in its own way. */
  readonly storage: 'fixed' | 'baseline';
  readonly source: string;
}

const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });
const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });

/** A row per preset. */
export const presetsSheet = (rows: readonly PresetRow[]): Sheet => ({
  title: 'Hardware',
  note: 'for --hardware; a baseline is an area, which each dataflow divides in its own way',
  columns: [
    left('Name'),
    right('PEs'),
    right('RF', 'B per PE'),
    right('GLB', 'kB'),
    left('Sizes'),
    left('Source', true),
  ],
  rows: rows.map(({ name, pes, rfBytes, glbBytes, storage, source }) =>
    cells(
      name,
      pes === null ? 'any J' : String(pes),
      String(rfBytes),
      glbBytes === null ? `${rfBytes / 1024}·J` : kilobytes(glbBytes),
      storage,
      source,
    ),
  ),
});
