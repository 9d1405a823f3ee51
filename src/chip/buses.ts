import type { Glb } from './glb.ts';
import type { Stack } from './local-network.ts';
import type { Pe } from './pe.ts';

/*
 * The controllers of the three input networks: which words go over a bus, and in which order. Each delivers the words of
 * at most one tag in a cycle, once every PE that is to take them has room.
 */

/** The filters of a pass: one row of a set after another, so many words at a time to all its PEs. */
export class FilterBus {
  words = 0;
  deliveries = 0;
  private readonly rows: readonly FilterRow[];
  private readonly wordsPerCycle: number;
  private row = 0;
  private next = 0;

  constructor(rows: readonly FilterRow[], wordsPerCycle: number) {
    this.rows = rows;
    this.wordsPerCycle = wordsPerCycle;
  }

  get isDone(): boolean {
    return this.row === this.rows.length;
  }

  step(): void {
    const { pes, filter } = this.rows[this.row]!;
    const end = Math.min(this.next + this.wordsPerCycle, filter.length);
    for (; this.next < end; this.next++) {
      for (const pe of pes) pe.takeFilter(filter[this.next]!);
      this.words++;
      this.deliveries += pes.length;
    }
    if (end < filter.length) return;
    this.next = 0;
    this.row++;
  }
}

/** The words of one filter row of a set, and the PEs that take them. */
export interface FilterRow {
  readonly pes: readonly Pe[];
  readonly filter: Int16Array;
}

/** The ifmap words of one row of one channel, and the PEs on their diagonal. */
export interface IfmapRow {
  readonly pes: readonly Pe[];
  /** Where the row begins in the GLB, from the first word of its image. */
  readonly offset: number;
}

/**
 * The ifmap strips of a pass, column by column, and in each column the rows of all channels in turn. (The published text
 * leaves the order open. Whole rows, one after another, would come to a standstill: PEs on later rows starve while those
 * on the first are full.)
 */
export class IfmapBus {
  words = 0;
  deliveries = 0;
  private readonly rows: readonly IfmapRow[];
  private readonly columns: readonly number[];
  private readonly wordsPerImage: number;
  private readonly wordsPerCycle: number;
  private imagesLeft: number;
  private image = 0;
  private column = 0;
  private row = 0;

  constructor(
    rows: readonly IfmapRow[],
    { columns, images, wordsPerImage }: { columns: readonly number[]; images: number; wordsPerImage: number },
    wordsPerCycle: number,
  ) {
    this.rows = rows;
    this.columns = columns;
    this.imagesLeft = images;
    this.wordsPerImage = wordsPerImage;
    this.wordsPerCycle = wordsPerCycle;
  }

  step(glb: Glb): void {
    for (let i = 0; i < this.wordsPerCycle; i++) if (!this.deliver(glb)) return;
  }

  private deliver(glb: Glb): boolean {
    if (this.imagesLeft === 0) return false;
    const { pes, offset } = this.rows[this.row]!;
    for (let i = 0; i < pes.length; i++) if (pes[i]!.ifmapIn.room === 0) return false;
    const word = glb.readIfmap(this.image + offset + this.columns[this.column]!);
    for (let i = 0; i < pes.length; i++) pes[i]!.ifmapIn.push(word);
    this.words++;
    this.deliveries += pes.length;
    this.advance();
    return true;
  }

  private advance(): void {
    if (++this.row < this.rows.length) return;
    this.row = 0;
    if (++this.column < this.columns.length) return;
    this.column = 0;
    this.image += this.wordsPerImage;
    this.imagesLeft--;
  }
}

/** A column of PEs whose psums add up, and where its psums are in the GLB. */
export interface PsumColumn {
  readonly stack: Stack;
  /** p of its set. */
  readonly filters: number;
  /** Of the first psum: first image, first ofmap column, first filter of the set. */
  readonly offset: number;
}

/** Steps between psums in the GLB. */
export interface PsumLayout {
  readonly perImage: number;
  readonly perFilter: number;
  /** ofmap columns. */
  readonly columns: number;
  readonly images: number;
}

/** Goes over the psums of a column in the order in which it makes them: image, ofmap column, filter. */
export class PsumWalk {
  private readonly column: PsumColumn;
  private readonly layout: PsumLayout;
  private image = 0;
  private x = 0;
  private filter = 0;
  private address: number;

  constructor(column: PsumColumn, layout: PsumLayout) {
    this.column = column;
    this.layout = layout;
    this.address = column.offset;
  }

  /** Where the next psum is in the GLB. */
  next(): number {
    const { address, column, layout } = this;
    this.address += layout.perFilter;
    if (++this.filter === column.filters) {
      this.filter = 0;
      if (++this.x === layout.columns) {
        this.x = 0;
        this.image++;
      }
      this.address = column.offset + this.image * layout.perImage + this.x;
    }
    return address;
  }
}

/** psums from the GLB to the bottom PEs: so many filters of an ofmap pixel at a time, the columns in turn. */
export class PsumBus {
  words = 0;
  private readonly columns: readonly PsumColumn[];
  private readonly walks: readonly PsumWalk[];
  private readonly wordsPerCycle: number;
  private readonly mostFilters: number;
  private pixelsLeft: number;
  private firstFilter = 0;
  private column = 0;

  constructor(columns: readonly PsumColumn[], layout: PsumLayout, wordsPerCycle: number) {
    this.columns = columns;
    this.walks = columns.map((column) => new PsumWalk(column, layout));
    this.wordsPerCycle = wordsPerCycle;
    this.mostFilters = Math.max(...columns.map(({ filters }) => filters));
    this.pixelsLeft = layout.images * layout.columns;
  }

  step(glb: Glb): void {
    if (this.pixelsLeft === 0) return;
    const { stack, filters } = this.columns[this.column]!;
    const words = Math.min(this.wordsPerCycle, filters - this.firstFilter);
    const { psumIn } = stack.bottom;
    if (psumIn.room < words) return;
    const walk = this.walks[this.column]!;
    for (let i = 0; i < words; i++) psumIn.push(glb.readPsum(walk.next()));
    this.words += words;
    this.advance();
  }

  /** To the next column that has psums left in this delivery of filters. */
  private advance(): void {
    do {
      if (++this.column === this.columns.length) {
        this.column = 0;
        this.firstFilter += this.wordsPerCycle;
        if (this.firstFilter >= this.mostFilters) {
          this.firstFilter = 0;
          this.pixelsLeft--;
        }
      }
    } while (this.columns[this.column]!.filters <= this.firstFilter);
  }
}
