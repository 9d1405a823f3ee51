import { type ChipLayer, columnsRead } from './geometry.ts';
import type { PlacedWork } from './pass.ts';
import type { PeContents, PeCursor } from './pe.ts';
import type { Bus } from './recording.ts';
import type { RunningPass } from './running-pass.ts';
import type { Pass } from './schedule.ts';
import { type Span, sharesOf } from './spans.ts';

/*
 * Filters and channels count over all groups of the layer. Rows and columns of the ifmap count without its padding: those
 * that it does not have are padding. Images of a pooling layer are its planes.
 */

/** What is in the array at the end of a cycle of a pass. */
export interface Snapshot {
  /** 0 is the first cycle of the pass. */
  readonly cycle: number;
  /** Words over each bus since the pass began. */
  readonly words: Readonly<Record<Bus, number>>;
  /** PEs that have a place in the pass. */
  readonly pes: readonly PeSnapshot[];
  /** Columns of the ifmap that the pass reads, in their order. */
  readonly ifmapColumns: readonly number[];
  /** Columns that the ifmap has. */
  readonly width: number;
}

/** What is in a PE, and what it is doing. */
export interface PeSnapshot {
  /** Where it is on the array. */
  readonly row: number;
  readonly column: number;
  readonly task: PeTask;
  /** The MAC that it began in this cycle; null if there is none. */
  readonly mac: PeMac | null;
  /** The MAC that it begins next, when its words are there; null after the last one. */
  readonly next: MacPlace | null;
  /** Since the pass began: MACs, the gated ones among them, ifmap words that came, psums that left. */
  readonly macs: number;
  readonly gatedMacs: number;
  readonly ifmapWrites: number;
  readonly psumsOut: number;
  readonly contents: PeContents;
}

/** What a PE works on in a pass, in terms of the layer. */
export interface PeTask {
  readonly filterRow: number;
  readonly ofmapRow: number;
  /** Its ifmap row, and whether all of that is padding. */
  readonly ifmapRow: number;
  readonly isPadding: boolean;
  readonly images: Span;
  readonly ofmapColumns: Span;
  readonly filters: Span;
  /** None where it only hands psums on. */
  readonly channels: Span;
  readonly filterColumns: number;
}

/** Which MAC of the layer one is; the rows are those of the PE. */
export interface MacPlace {
  readonly image: number;
  readonly filter: number;
  readonly channel: number;
  readonly filterColumn: number;
  readonly ofmapColumn: number;
  readonly ifmapColumn: number;
}

/** A MAC, and the words that are multiplied. */
export interface PeMac extends MacPlace {
  readonly ifmap: number;
  /** 0 where the MAC is gated, and its filter word has not been read; and in a pooling layer. */
  readonly weight: number;
}

/** Runs one cycle more of a pass, and tells what is in the array at its end. */
export function snapshotOf(layer: ChipLayer, pass: Pass, running: RunningPass): Snapshot {
  const { cycle } = running;
  const cursors = running.works.map(({ pe }) => pe.cursor());
  running.step();
  const { shape, padLeft, width } = layer;
  const left = pass.columns.start * shape.Uh - padLeft;
  return {
    cycle,
    words: running.words(),
    pes: running.works.map((work, i) => peSnapshot(layer, pass, work, cursors[i]!)),
    ifmapColumns: columnsRead(shape, pass.columns.count).map((column) => left + column),
    width,
  };
}

function peSnapshot(
  layer: ChipLayer,
  pass: Pass,
  { pe, place, work }: PlacedWork,
  before: PeCursor,
): PeSnapshot {
  const task = taskOf(layer, pass, place);
  const contents = pe.contents();
  const { mac } = contents;
  const begun = mac && macPlace(layer, task, before);
  const after = pe.cursor();
  return {
    row: place.row,
    column: place.column,
    task,
    mac: mac && begun && { ...begun, ifmap: mac.ifmap, weight: work.operation === 'max' ? 0 : mac.filter },
    next: macPlace(layer, task, after),
    macs: pe.macs,
    gatedMacs: pe.gatedMacs,
    ifmapWrites: pe.ifmapWrites,
    psumsOut: pe.psumsOut,
    contents,
  };
}

function taskOf({ shape, height, padTop }: ChipLayer, pass: Pass, place: PlacedWork['place']): PeTask {
  const { kind, group, images, rows, columns } = pass;
  const { M, C, S, Uv } = shape;
  const share = ({ start, count }: Span, before: number, sets: number, set: number) =>
    sharesOf({ start: before + start, count }, sets)[set]!;
  const ofmapRow = rows.start + place.j;
  const ifmapRow = ofmapRow * Uv - padTop + place.i;
  return {
    filterRow: place.i,
    ofmapRow,
    ifmapRow,
    isPadding: ifmapRow < 0 || ifmapRow >= height,
    images,
    ofmapColumns: columns,
    filters: share(pass.filters, group * M, kind.filters.length, place.filterSet),
    channels: share(pass.channels, group * C, kind.channels.length, place.channelSet),
    filterColumns: S,
  };
}

function macPlace(
  { shape, padLeft }: ChipLayer,
  { images, ofmapColumns, filters, channels }: PeTask,
  { windowsLeft, slot, position }: PeCursor,
): MacPlace | null {
  if (windowsLeft === 0) return null;
  const window = images.count * ofmapColumns.count - windowsLeft;
  const ofmapColumn = ofmapColumns.start + (window % ofmapColumns.count);
  const filterColumn = Math.floor(position / channels.count);
  return {
    image: images.start + Math.floor(window / ofmapColumns.count),
    filter: filters.start + slot,
    channel: channels.start + (position % channels.count),
    filterColumn,
    ofmapColumn,
    ifmapColumn: ofmapColumn * shape.Uh - padLeft + filterColumn,
  };
}

/** The words in the scratchpads of a PE, each with its place in the layer. */
export interface ScratchpadWords {
  readonly filter: readonly FilterWord[];
  /** The oldest first. */
  readonly ifmap: readonly IfmapWord[];
  readonly psum: readonly PsumWord[];
}

export interface FilterWord {
  readonly filter: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  readonly word: number;
}

export interface IfmapWord {
  readonly image: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  readonly isPadding: boolean;
  readonly word: number;
}

/** A sum over the filter row and the channels of a PE, of one ofmap pixel; with the last of them gone, there is none. */
export interface PsumWord {
  readonly filter: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
  /** Whether all its products have been added, and it waits to leave. */
  readonly isFinished: boolean;
  readonly word: number;
}

/** What is in the scratchpads of one PE of a snapshot. */
export function scratchpadWords(
  { ifmapColumns, width }: Snapshot,
  { task, contents, ifmapWrites, psumsOut }: PeSnapshot,
): ScratchpadWords {
  const { images, ofmapColumns, filters, channels, filterColumns } = task;
  if (channels.count === 0) return { filter: [], ifmap: [], psum: [] };

  const filter = Array.from(contents.filter, (word, i): FilterWord => {
    const column = Math.floor(i / channels.count);
    return {
      filter: filters.start + Math.floor(column / filterColumns),
      channel: channels.start + (i % channels.count),
      row: task.filterRow,
      column: column % filterColumns,
      word,
    };
  });

  const oldest = ifmapWrites - contents.ifmap.length;
  const ifmap = Array.from(contents.ifmap, (word, i): IfmapWord => {
    const came = Math.floor((oldest + i) / channels.count);
    const column = ifmapColumns[came % ifmapColumns.length]!;
    return {
      image: images.start + Math.floor(came / ifmapColumns.length),
      channel: channels.start + ((oldest + i) % channels.count),
      row: task.ifmapRow,
      column,
      isPadding: task.isPadding || column < 0 || column >= width,
      word,
    };
  });

  const windows = images.count * ofmapColumns.count;
  const psum = Array.from(contents.psum).flatMap((word, slot): PsumWord[] => {
    const window = Math.ceil((psumsOut - slot) / filters.count);
    if (window === windows) return [];
    return [
      {
        filter: filters.start + slot,
        image: images.start + Math.floor(window / ofmapColumns.count),
        row: task.ofmapRow,
        column: ofmapColumns.start + (window % ofmapColumns.count),
        isFinished: contents.finished > window * filters.count + slot,
        word,
      },
    ];
  });
  return { filter, ifmap, psum };
}
