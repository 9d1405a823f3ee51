import type { LayerShape } from '../layer/shape.ts';
import {
  FilterBus,
  type FilterRow,
  IfmapBus,
  type IfmapRow,
  PsumBus,
  type PsumColumn,
  PsumWalk,
} from './buses.ts';
import type { Configuration } from './configuration.ts';
import type { ArrayCounts } from './counts.ts';
import { columnsRead, rowsRead, stripSize } from './geometry.ts';
import type { Glb } from './glb.ts';
import { filterTag, ifmapTag } from './ids.ts';
import { Stack } from './local-network.ts';
import { destinations } from './multicast.ts';
import { OutputNetwork } from './output-network.ts';
import { Pe, type PeWork } from './pe.ts';
import type { Place } from './placement.ts';
import type { Recorder, Sample } from './recording.ts';
import type { PassKind } from './schedule.ts';
import { sharesOf } from './spans.ts';

/** The data of a pass. */
export interface PassData {
  readonly glb: Glb;
  /** Where the psums of the pass's first filter begin in the GLB. */
  readonly firstPsum: number;
  /** Words from the psums of one image to those of the next: of all filters that are in the GLB. */
  readonly psumsPerImage: number;
  /** A word of filter; channels and filters count from the first of the pass. */
  filter(filter: number, channel: number, row: number, column: number): number;
}

/** Cycles after which a pass is looked at for progress. */
const PATIENCE = 4096;

/** The PEs of an array, and the passes that it runs. */
export class PeArray {
  private readonly configuration: Configuration;
  private readonly pes: readonly Pe[];
  private readonly setups = new Map<string, Setup>();

  constructor(configuration: Configuration) {
    const { chip } = configuration;
    this.configuration = configuration;
    const { rows, columns } = chip.array;
    this.pes = Array.from({ length: rows * columns }, () => new Pe(chip.scratchpads, chip.pe));
  }

  /**
   * Runs one pass, cycle by cycle. Filters are loaded first, ifmaps and psums come after them, and the pass is over when the
   * last psum is in the GLB: filters wait in banks of their own, but otherwise passes do not overlap. (The published text
   * leaves this open. If they overlapped freely, every layer of AlexNet would be 3 to 9 % faster than it was measured.)
   *
   * @throws Error if the pass comes to a standstill, which is a fault of the model.
   */
  run(kind: PassKind, key: string, data: PassData, recorder?: Recorder): ArrayCounts {
    const setup = this.setups.get(key) ?? setUp(this.configuration, this.pes, kind);
    this.setups.set(key, setup);
    return runPass(this.configuration, setup, kind, data, recorder, recorder?.begin(key));
  }
}

/** What a kind of pass has to do with each part of the array. */
interface Setup {
  /** PEs that compute, and those that only hand psums on. */
  readonly works: readonly { readonly pe: Pe; readonly row: number; readonly work: PeWork }[];
  readonly stacks: readonly Stack[];
  readonly filterRows: readonly PlacedFilterRow[];
  readonly ifmapRows: readonly IfmapRow[];
  /** Offsets count from the first psum of the pass. */
  readonly columns: readonly PsumColumn[];
}

/** A filter row of a set: its filters, channels and row, from the first of the pass. */
interface PlacedFilterRow {
  readonly pes: readonly Pe[];
  readonly firstFilter: number;
  readonly filters: number;
  readonly firstChannel: number;
  readonly channels: number;
  readonly i: number;
}

function setUp(configuration: Configuration, pes: readonly Pe[], kind: PassKind): Setup {
  const { chip, shape, operation, mapping, truncation, placement, ids } = configuration;
  const { columns: perRow } = chip.array;
  const taking = placement.places.filter(({ filterSet, j }) => kind.filters[filterSet]! > 0 && j < kind.rows);
  const peAt = ({ row, column }: Place) => pes[row * perRow + column]!;
  const works = taking.map((place) => {
    const work: PeWork = {
      operation,
      filters: kind.filters[place.filterSet]!,
      channels: kind.channels[place.channelSet]!,
      filterColumns: shape.S,
      stride: shape.Uh,
      windows: kind.columns,
      images: kind.images,
      addsIncoming: kind.addsIncoming || place.row % placement.bandRows !== placement.bandRows - 1,
      truncation,
    };
    return { pe: peAt(place), row: place.row, work };
  });
  const computing = new Set(works.filter(({ work }) => work.channels > 0).map(({ pe }) => pe));
  const takers = (numbers: readonly number[]) =>
    numbers.map((number) => pes[number]!).filter((pe) => computing.has(pe));

  const channelShares = sharesOf({ start: 0, count: sum(kind.channels) }, kind.channels.length);
  const filterShares = sharesOf({ start: 0, count: sum(kind.filters) }, kind.filters.length);
  const filterRows = taking
    .filter(({ j, channelSet }) => j === 0 && kind.channels[channelSet]! > 0)
    .map((place) => ({
      pes: takers(destinations(ids.filter, filterTag(chip.array, place, mapping, placement.bandRows))),
      firstFilter: filterShares[place.filterSet]!.start,
      filters: filterShares[place.filterSet]!.count,
      firstChannel: channelShares[place.channelSet]!.start,
      channels: channelShares[place.channelSet]!.count,
      i: place.i,
    }));

  const strip = stripSize(shape, kind.rows, kind.columns);
  const mostChannels = Math.max(...kind.channels);
  const ifmapRows: IfmapRow[] = [];
  for (let channel = 0; channel < mostChannels; channel++) {
    for (const [channelSet, { start, count }] of channelShares.entries()) {
      if (channel >= count) continue;
      for (const y of rowsRead(shape, kind.rows)) {
        const offset = ((start + channel) * strip.rows + y) * strip.columns;
        ifmapRows.push({ pes: takers(destinations(ids.ifmap, ifmapTag(shape, channelSet, y))), offset });
      }
    }
  }

  const tops = taking.filter(({ channelSet, i }) => channelSet === 0 && i === 0);
  const columns = tops.map(({ filterSet, j }) => {
    const own = taking.filter((place) => place.filterSet === filterSet && place.j === j);
    const fromTop = own.sort((a, b) => a.row - b.row).map(peAt);
    const { start, count } = filterShares[filterSet]!;
    const offset = (start * kind.rows + j) * kind.columns;
    return { stack: new Stack(fromTop, chip.localNetwork), filters: count, offset };
  });
  return { works, stacks: columns.map(({ stack }) => stack), filterRows, ifmapRows, columns };
}

function runPass(
  { chip, shape, operation }: Configuration,
  { works, stacks, filterRows, ifmapRows, columns: unplaced }: Setup,
  kind: PassKind,
  { glb, firstPsum, psumsPerImage, filter }: PassData,
  recorder: Recorder | undefined,
  samples: Sample[] | undefined,
): ArrayCounts {
  const before = { ...glb };
  for (const { pe, work } of works) pe.start(work);
  const pes = works.map(({ pe }) => pe);
  const wordsBefore = sum(stacks.map(({ words }) => words));

  let cycle = 0;
  const filterBus = new FilterBus(
    operation === 'max' ? [] : filterRows.map((row) => filled(row, shape, filter)),
    chip.filterNetwork.wordsPerCycle,
  );
  for (; !filterBus.isDone; cycle++) {
    const { words } = filterBus;
    filterBus.step();
    glb.filterReads += filterBus.words - words;
  }
  const filterCycles = cycle;

  const columns = unplaced.map((column) => ({ ...column, offset: firstPsum + column.offset }));
  const layout = {
    perImage: psumsPerImage,
    perFilter: kind.rows * kind.columns,
    columns: kind.columns,
    images: kind.images,
  };
  const output = new OutputNetwork(stacks, chip.outputNetwork);
  const walks = columns.map((column) => new PsumWalk(column, layout));
  const write = (column: number, psum: number) => glb.writePsum(walks[column]!.next(), psum);
  const ifmapColumns = columnsRead(shape, kind.columns);
  const strip = stripSize(shape, kind.rows, kind.columns);
  const wordsPerImage = sum(kind.channels) * strip.rows * strip.columns;
  const ifmapBus = new IfmapBus(
    ifmapRows,
    { columns: ifmapColumns, images: kind.images, wordsPerImage },
    chip.ifmapNetwork.wordsPerCycle,
  );
  const psumWidth = Math.min(chip.psumNetwork.wordsPerCycle, chip.pe.fifoWords);
  const psumBus = kind.addsIncoming ? new PsumBus(columns, layout, psumWidth) : undefined;

  const psums = kind.images * kind.rows * kind.columns * sum(kind.filters);
  const sampleAt = (cycle: number): Sample => ({
    cycle,
    words: {
      filter: filterBus.words,
      ifmap: ifmapBus.words,
      psum: psumBus?.words ?? 0,
      output: output.words,
    },
    rowMacs: rowMacs(works, chip.array.rows),
  });
  samples?.push(sampleAt(cycle));
  let lastProgress = -1;
  for (; output.words < psums; cycle++) {
    output.step(write);
    for (let i = 0; i < stacks.length; i++) stacks[i]!.step();
    for (let i = 0; i < pes.length; i++) pes[i]!.step();
    ifmapBus.step(glb);
    psumBus?.step(glb);
    if (samples !== undefined && cycle % recorder!.interval === 0) samples.push(sampleAt(cycle + 1));
    if (cycle % PATIENCE === 0) {
      const progress = output.words + ifmapBus.words + sum(pes.map(({ macs }) => macs));
      if (progress === lastProgress) throw new Error('a pass has come to a standstill');
      lastProgress = progress;
    }
  }

  samples?.push(sampleAt(cycle));
  const macs = sum(pes.map((pe) => pe.macs));
  const gatedMacs = sum(pes.map((pe) => pe.gatedMacs));
  const activePes = works.filter(({ work }) => work.channels > 0).length;
  const waits = {
    filterLoad: activePes * filterCycles,
    ifmap: sum(pes.map((pe) => pe.waitsForIfmap)),
    psum: sum(pes.map((pe) => pe.waitsForPsum)),
  };
  const activePeCycles = activePes * cycle;
  const localWords = sum(stacks.map(({ words }) => words)) - wordsBefore;
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
      ifmapWords: ifmapBus.words,
      ifmapDeliveries: ifmapBus.deliveries,
      filterWords: filterBus.words,
      filterDeliveries: filterBus.deliveries,
      psumWords: psumBus?.words ?? 0,
      localWords,
      outputWords: output.words,
    },
    glb: {
      ifmapReads: glb.ifmapReads - before.ifmapReads,
      filterReads: glb.filterReads - before.filterReads,
      psumReads: glb.psumReads - before.psumReads,
      psumWrites: glb.psumWrites - before.psumWrites,
    },
  };
}

function rowMacs(works: Setup['works'], rows: number): number[] {
  const macs = Array.from({ length: rows }, () => 0);
  for (const { pe, row } of works) macs[row]! += pe.macs;
  return macs;
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
