import type { LayerShape } from '../layer/shape.ts';
import { FilterBus, type FilterRow, IfmapBus, PsumBus, PsumWalk } from './buses.ts';
import type { Configuration } from './configuration.ts';
import type { ArrayCounts, GlbCounts } from './counts.ts';
import { columnsRead, stripSize } from './geometry.ts';
import { OutputNetwork } from './output-network.ts';
import type { PassData, PlacedFilterRow, PlacedWork, Setup } from './pass.ts';
import type { Pe } from './pe.ts';
import type { Bus, Sample } from './recording.ts';
import type { PassKind } from './schedule.ts';

/** Cycles after which a pass is looked at for progress. */
const PATIENCE = 4096;

/** A pass that is being run, to be stepped cycle by cycle. PEs whose pass is left half done cannot begin another. */
export class RunningPass {
  /** Cycles so far, those that loaded filters among them. */
  cycle = 0;
  filterCycles = 0;
  /** PEs that compute, and those that only hand psums on. */
  readonly works: readonly PlacedWork[];

  private readonly configuration: Configuration;
  private readonly data: PassData;
  private readonly pes: readonly Pe[];
  private readonly stacks: Setup['stacks'];
  private readonly filterBus: FilterBus;
  private readonly ifmapBus: IfmapBus;
  private readonly psumBus: PsumBus | undefined;
  private readonly output: OutputNetwork;
  private readonly write: (column: number, psum: number) => void;
  /** psums that the pass hands out in all. */
  private readonly psums: number;
  private readonly glbBefore: GlbCounts;
  private readonly localWordsBefore: number;
  private lastProgress = -1;

  constructor(configuration: Configuration, setup: Setup, kind: PassKind, data: PassData) {
    const { chip, shape, operation } = configuration;
    const { works, stacks, filterRows, ifmapRows } = setup;
    const { glb, firstPsum, psumsPerImage, filter } = data;
    for (const { pe, work } of works) pe.start(work);
    this.configuration = configuration;
    this.data = data;
    this.works = works;
    this.pes = works.map(({ pe }) => pe);
    this.stacks = stacks;
    this.glbBefore = { ...glb };
    this.localWordsBefore = sum(stacks.map(({ words }) => words));
    this.psums = kind.images * kind.rows * kind.columns * sum(kind.filters);

    this.filterBus = new FilterBus(
      operation === 'max' ? [] : filterRows.map((row) => filled(row, shape, filter)),
      chip.filterNetwork.wordsPerCycle,
    );
    const strip = stripSize(shape, kind.rows, kind.columns);
    const wordsPerImage = sum(kind.channels) * strip.rows * strip.columns;
    this.ifmapBus = new IfmapBus(
      ifmapRows,
      { columns: columnsRead(shape, kind.columns), images: kind.images, wordsPerImage },
      chip.ifmapNetwork.wordsPerCycle,
    );
    const columns = setup.columns.map((column) => ({ ...column, offset: firstPsum + column.offset }));
    const layout = {
      perImage: psumsPerImage,
      perFilter: kind.rows * kind.columns,
      columns: kind.columns,
      images: kind.images,
    };
    const psumWidth = Math.min(chip.psumNetwork.wordsPerCycle, chip.pe.fifoWords);
    this.psumBus = kind.addsIncoming ? new PsumBus(columns, layout, psumWidth) : undefined;
    this.output = new OutputNetwork(stacks, chip.outputNetwork);
    const walks = columns.map((column) => new PsumWalk(column, layout));
    this.write = (column, psum) => glb.writePsum(walks[column]!.next(), psum);
  }

  /** Whether the next cycle is one of those that load filters, with which a pass begins. */
  get loadsFilters(): boolean {
    return !this.filterBus.isDone;
  }

  /** Whether the last psum is in the GLB. */
  get isOver(): boolean {
    return this.output.words === this.psums;
  }

  /**
   * One cycle of a pass that is not over.
   *
   * @throws Error if the pass has come to a standstill, which is a fault of the model.
   */
  step(): void {
    const { glb } = this.data;
    if (!this.filterBus.isDone) {
      const { words } = this.filterBus;
      this.filterBus.step();
      glb.filterReads += this.filterBus.words - words;
      this.cycle = ++this.filterCycles;
      return;
    }
    const { stacks, pes } = this;
    this.output.step(this.write);
    for (let i = 0; i < stacks.length; i++) stacks[i]!.step();
    for (let i = 0; i < pes.length; i++) pes[i]!.step();
    this.ifmapBus.step(glb);
    this.psumBus?.step(glb);
    if (this.cycle++ % PATIENCE === 0) this.refuseStandstill();
  }

  /** Words over each bus so far. */
  words(): Readonly<Record<Bus, number>> {
    return {
      filter: this.filterBus.words,
      ifmap: this.ifmapBus.words,
      psum: this.psumBus?.words ?? 0,
      output: this.output.words,
    };
  }

  sample(): Sample {
    const rowMacs = Array.from({ length: this.configuration.chip.array.rows }, () => 0);
    for (const { pe, place } of this.works) rowMacs[place.row]! += pe.macs;
    return { cycle: this.cycle, words: this.words(), rowMacs };
  }

  /** What the pass took so far. */
  counts(): ArrayCounts {
    const { works, pes, stacks, cycle, filterCycles, glbBefore } = this;
    const { operation } = this.configuration;
    const { glb } = this.data;
    const macs = sum(pes.map((pe) => pe.macs));
    const gatedMacs = sum(pes.map((pe) => pe.gatedMacs));
    const activePes = works.filter(({ work }) => work.channels > 0).length;
    const waits = {
      filterLoad: activePes * filterCycles,
      ifmap: sum(pes.map((pe) => pe.waitsForIfmap)),
      psum: sum(pes.map((pe) => pe.waitsForPsum)),
    };
    const activePeCycles = activePes * cycle;
    const words = this.words();
    return {
      cycles: cycle,
      filterCycles,
      macs,
      gatedMacs,
      activePeCycles,
      waits: { ...waits, ramp: activePeCycles - macs - sum(Object.values(waits)) },
      scratchpads: {
        filterReads: operation === 'max' ? 0 : macs - gatedMacs,
        filterWrites: sum(pes.map((pe) => pe.filterWrites)),
        ifmapReads: macs,
        ifmapWrites: sum(pes.map((pe) => pe.ifmapWrites)),
        psumReads: macs - gatedMacs + sum(pes.map((pe) => pe.psumsOut)),
        psumWrites: macs - gatedMacs,
      },
      networks: {
        ifmapWords: words.ifmap,
        ifmapDeliveries: this.ifmapBus.deliveries,
        filterWords: words.filter,
        filterDeliveries: this.filterBus.deliveries,
        psumWords: words.psum,
        localWords: sum(stacks.map(({ words }) => words)) - this.localWordsBefore,
        outputWords: words.output,
      },
      glb: {
        ifmapReads: glb.ifmapReads - glbBefore.ifmapReads,
        filterReads: glb.filterReads - glbBefore.filterReads,
        psumReads: glb.psumReads - glbBefore.psumReads,
        psumWrites: glb.psumWrites - glbBefore.psumWrites,
      },
    };
  }

  private refuseStandstill(): void {
    const progress = this.output.words + this.ifmapBus.words + sum(this.pes.map(({ macs }) => macs));
    if (progress === this.lastProgress) throw new Error('a pass has come to a standstill');
    this.lastProgress = progress;
  }
}

/** The words of a filter row in the order in which PEs keep them: filter, column, channel. */
function filled(row: PlacedFilterRow, { S }: LayerShape, word: PassData['filter']): FilterRow {
  const filter = new Int16Array(row.filters * S * row.channels);
  let at = 0;
  for (let k = 0; k < row.filters; k++) {
    for (let s = 0; s < S; s++) {
      for (let c = 0; c < row.channels; c++) {
        filter[at++] = word(row.firstFilter + k, row.firstChannel + c, row.i, s);
      }
    }
  }
  return { pes: row.pes, filter };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
