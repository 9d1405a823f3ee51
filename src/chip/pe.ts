import { cutProduct, LEAST_WORD, wrap } from './arithmetic.ts';
import { Fifo } from './fifo.ts';
import type { ScratchpadConfig } from './scratchpads.ts';

/**
 * Which of its loops over filters and over the words of a window a PE runs outside. `filters-outermost` finishes one psum
 * after the other; `filters-innermost` reads each ifmap word once for all filters and finishes their psums together.
 */
export type PeOrder = 'filters-outermost' | 'filters-innermost';

/** Control and buffers of a PE. */
export interface PeConfig {
  readonly order: PeOrder;
  /** Words in the FIFO at each input and output. */
  readonly fifoWords: number;
}

/**
 * The published text gives neither the order of the loops nor the depth of the FIFOs. With psums finished one after the
 * other and FIFOs of two deliveries of four words, the first window of the next image arrives during the last window of
 * this one; with one delivery it does not always, and CONV5 of AlexNet would be 6.2 % slower than measured.
 */
export const EYERISS_PE: PeConfig = { order: 'filters-outermost', fifoWords: 8 };

/** What a PE computes on: multiplies and adds, or compares for MAX pooling. */
export type Operation = 'mac' | 'max';

/** What a PE has to do in a pass. */
export interface PeWork {
  readonly operation: Operation;
  /** Filters interleaved in it: p. */
  readonly filters: number;
  /** Channels interleaved in it: q. With none, it hands psums on and computes nothing. */
  readonly channels: number;
  /** Filter columns: S. */
  readonly filterColumns: number;
  /** Horizontal stride. */
  readonly stride: number;
  /** Windows in a row: F, or the tile of it. */
  readonly windows: number;
  /** Images, one after the other: n. */
  readonly images: number;
  /** Whether psums come in, from below or from the GLB, to which it adds its own. */
  readonly addsIncoming: boolean;
  /** Places that products are shifted by. */
  readonly truncation: number;
}

/** How far a PE is in its pass: the MAC that it begins next. */
export interface PeCursor {
  /** Windows of all images for which it still has MACs to begin. */
  readonly windowsLeft: number;
  /** Filter, from its first. */
  readonly slot: number;
  /** Place in the window: column, channel. */
  readonly position: number;
}

/** What is in a PE at the end of a cycle. */
export interface PeContents {
  /** Words of its filter scratchpad that have come so far: filter, column, channel. */
  readonly filter: Int16Array;
  /** Words of its ifmap scratchpad that it has not used for the last time, the oldest first: image, column, channel. */
  readonly ifmap: Int16Array;
  /** Its psum scratchpad: one word per filter. */
  readonly psum: Int16Array;
  /** Words in its FIFOs, the oldest first. */
  readonly fifos: Readonly<Record<'ifmapIn' | 'psumIn' | 'psumOut', Int16Array>>;
  /** The MAC that it began in this cycle: filter, from its first, and the words that were read; null if there is none. */
  readonly mac: { readonly slot: number; readonly ifmap: number; readonly filter: number } | null;
  /** psums that it has finished, those that have left among them. */
  readonly finished: number;
}

/**
 * A processing element: three stages (scratchpad access, multiply, add), scratchpads, and a FIFO at each input and output
 * (JSSC 2017). It slides a window of `S` columns and q channels along a row, and keeps a psum for each of p
 * filters.
 *
 * Where the published text is silent, it has been chosen that a window is complete before its first MAC, that a word
 * makes room as soon as it has been used for the last time, and that a psum that comes in is added on the way out by an
 * adder beside that of the MAC: it takes no MAC's slot.
 *
 * A zero ifmap word switches the filter scratchpad and the MAC off. Timing does not depend on that.
 */
export class Pe {
  readonly ifmapIn: Fifo;
  readonly psumIn: Fifo;
  readonly psumOut: Fifo;

  /** MACs (or comparisons) so far, the gated ones among them. */
  macs = 0;
  gatedMacs = 0;
  /** Words written to the scratchpads. */
  filterWrites = 0;
  ifmapWrites = 0;
  /** psums that left. */
  psumsOut = 0;
  /** Cycles between its first MAC and its last in which it had none to do, and what it waited for. */
  waitsForIfmap = 0;
  waitsForPsum = 0;

  private readonly filter: Int16Array;
  private readonly ifmap: Int16Array;
  private readonly psum: Int16Array;
  private readonly innermost: boolean;

  private isMax = false;
  private addsIncoming = false;
  private truncation = 0;
  private filters = 0;
  private windowWords = 0;
  private windowsLeft = 0;
  private windowsPerImage = 0;
  private windowsOfImageLeft = 0;
  private wordsPerStep = 0;

  // The window: where it begins, words held from there on, and where the next word goes
  private windowStart = 0;
  private held = 0;
  private nextWrite = 0;
  // The next MAC
  private slot = 0;
  private position = 0;
  /** psums that must have left before the next slot is free, but for those of this window. */
  private leftBefore = 0;
  private finished = 0;
  private nextOut = 0;
  // Pipeline registers behind the first and the second stage: what goes to which slot (-1: nothing)
  private readSlot = -1;
  private readIsLast = false;
  private readIfmap = 0;
  private readFilter = 0;
  private productSlot = -1;
  private productIsLast = false;
  private product = 0;

  constructor({ filterWords, ifmapWords, psumWords }: ScratchpadConfig, { order, fifoWords }: PeConfig) {
    this.filter = new Int16Array(filterWords);
    this.ifmap = new Int16Array(ifmapWords);
    this.psum = new Int16Array(psumWords);
    this.innermost = order === 'filters-innermost';
    this.ifmapIn = new Fifo(fifoWords);
    this.psumIn = new Fifo(fifoWords);
    this.psumOut = new Fifo(fifoWords);
  }

  /** Prepares the PE for a pass. The one before must be over: pipeline and FIFOs are empty. */
  start(work: PeWork): void {
    this.isMax = work.operation === 'max';
    this.addsIncoming = work.addsIncoming;
    this.truncation = work.truncation;
    this.filters = work.filters;
    this.windowWords = work.channels * work.filterColumns;
    this.windowsPerImage = work.windows;
    this.windowsOfImageLeft = work.windows;
    this.windowsLeft = work.channels > 0 ? work.images * work.windows : 0;
    this.wordsPerStep = work.channels * Math.min(work.stride, work.filterColumns);
    this.psum.fill(this.isMax ? LEAST_WORD : 0);
    this.macs = this.gatedMacs = this.filterWrites = this.ifmapWrites = this.psumsOut = 0;
    this.waitsForIfmap = this.waitsForPsum = 0;
    this.windowStart = this.held = this.nextWrite = 0;
    this.slot = this.position = this.nextOut = 0;
    this.leftBefore = -work.filters;
    this.finished = work.channels > 0 ? 0 : work.images * work.windows * work.filters;
  }

  /** Takes the next word of its filter rows: filter by filter, column by column, the channels interleaved. */
  takeFilter(word: number): void {
    this.filter[this.filterWrites++] = word;
  }

  /** What is in the PE at the end of a cycle, copied. */
  contents(): PeContents {
    const { ifmap, held, nextWrite, readSlot } = this;
    const oldest = nextWrite - held + ifmap.length;
    return {
      filter: this.filter.slice(0, this.filterWrites),
      ifmap: Int16Array.from({ length: held }, (_, i) => ifmap[(oldest + i) % ifmap.length]!),
      psum: this.psum.slice(0, this.filters),
      fifos: {
        ifmapIn: this.ifmapIn.contents(),
        psumIn: this.psumIn.contents(),
        psumOut: this.psumOut.contents(),
      },
      mac: readSlot < 0 ? null : { slot: readSlot, ifmap: this.readIfmap, filter: this.readFilter },
      finished: this.finished,
    };
  }

  cursor(): PeCursor {
    const { windowsLeft, slot, position } = this;
    return { windowsLeft, slot, position };
  }

  /** The way out: one finished psum, with the one that came in. */
  stepOut(): void {
    const out = this.psumOut;
    if (this.psumsOut === this.finished || out.size === out.capacity) return;
    let value = this.psum[this.nextOut]!;
    if (this.addsIncoming) {
      if (this.psumIn.size === 0) return;
      const incoming = this.psumIn.pop();
      value = this.isMax ? Math.max(value, incoming) : wrap(value + incoming);
    }
    this.psum[this.nextOut] = this.isMax ? LEAST_WORD : 0;
    out.push(value);
    this.psumsOut++;
    this.nextOut = this.nextOut + 1 < this.filters ? this.nextOut + 1 : 0;
  }

  /** The three stages, the last first, and a word from the FIFO to the ifmap scratchpad. */
  step(): void {
    if (this.productSlot >= 0) this.add();
    if (this.readSlot >= 0) this.multiply();
    else this.productSlot = -1;
    if (this.windowsLeft > 0) this.read();
    else this.readSlot = -1;
    if (this.ifmapIn.size > 0 && this.held < this.ifmap.length) {
      this.ifmap[this.nextWrite] = this.ifmapIn.pop();
      this.nextWrite = this.nextWrite + 1 < this.ifmap.length ? this.nextWrite + 1 : 0;
      this.held++;
      this.ifmapWrites++;
    }
  }

  private add(): void {
    const slot = this.productSlot;
    if (this.isMax) this.psum[slot] = Math.max(this.psum[slot]!, this.product);
    else this.psum[slot] = this.psum[slot]! + this.product; // Int16Array wraps
    if (this.productIsLast) this.finished++;
  }

  private multiply(): void {
    this.productSlot = this.readSlot;
    this.productIsLast = this.readIsLast;
    this.product = this.isMax ? this.readIfmap : cutProduct(this.readIfmap, this.readFilter, this.truncation);
  }

  private read(): void {
    const { slot, position } = this;
    this.readSlot = -1;
    if (position === 0) {
      if (slot === 0 && this.held < this.windowWords) {
        if (this.macs > 0) this.waitsForIfmap++;
        return;
      }
      if (this.psumsOut <= this.leftBefore + slot) {
        this.waitsForPsum++;
        return;
      }
    }
    const at = this.windowStart + position;
    const word = this.ifmap[at < this.ifmap.length ? at : at - this.ifmap.length]!;
    this.macs++;
    this.readSlot = slot;
    this.readIfmap = word;
    if (word === 0 && !this.isMax) {
      this.gatedMacs++;
      this.readFilter = 0;
    } else {
      this.readFilter = this.filter[slot * this.windowWords + position]!;
    }
    this.readIsLast = position === this.windowWords - 1;
    const isLastUse = slot === this.filters - 1;
    if (isLastUse && (position < this.wordsPerStep || this.windowsOfImageLeft === 1)) this.held--;
    this.advance();
  }

  private advance(): void {
    if (this.innermost) {
      if (++this.slot < this.filters) return;
      this.slot = 0;
      if (++this.position < this.windowWords) return;
    } else {
      if (++this.position < this.windowWords) return;
      this.position = 0;
      if (++this.slot < this.filters) return;
      this.slot = 0;
    }
    this.position = 0;
    this.endWindow();
  }

  private endWindow(): void {
    const isEndOfRow = this.windowsOfImageLeft === 1;
    const start = this.windowStart + (isEndOfRow ? this.windowWords : this.wordsPerStep);
    this.windowStart = start < this.ifmap.length ? start : start - this.ifmap.length;
    this.windowsOfImageLeft = isEndOfRow ? this.windowsPerImage : this.windowsOfImageLeft - 1;
    this.windowsLeft--;
    this.leftBefore += this.filters;
  }
}
