import type { IfmapRow, PsumColumn } from './buses.ts';
import type { Configuration } from './configuration.ts';
import type { ArrayCounts } from './counts.ts';
import { rowsRead, stripSize } from './geometry.ts';
import type { Glb } from './glb.ts';
import { filterTag, ifmapTag } from './ids.ts';
import { Stack } from './local-network.ts';
import { destinations } from './multicast.ts';
import { Pe, type PeWork } from './pe.ts';
import type { Place } from './placement.ts';
import type { Recorder } from './recording.ts';
import { RunningPass } from './running-pass.ts';
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
    const pass = this.begin(kind, key, data);
    const samples = recorder?.begin(key);
    while (pass.loadsFilters) pass.step();
    samples?.push(pass.sample());
    for (let cycle = pass.cycle; !pass.isOver; cycle++) {
      pass.step();
      if (samples !== undefined && cycle % recorder!.interval === 0) samples.push(pass.sample());
    }
    samples?.push(pass.sample());
    return pass.counts();
  }

  /** A pass that is to be run step by step; the one before must be over. */
  begin(kind: PassKind, key: string, data: PassData): RunningPass {
    const setup = this.setups.get(key) ?? setUp(this.configuration, this.pes, kind);
    this.setups.set(key, setup);
    return new RunningPass(this.configuration, setup, kind, data);
  }
}

/** What a kind of pass has to do with each part of the array. */
export interface Setup {
  /** PEs that compute, and those that only hand psums on. */
  readonly works: readonly PlacedWork[];
  readonly stacks: readonly Stack[];
  readonly filterRows: readonly PlacedFilterRow[];
  readonly ifmapRows: readonly IfmapRow[];
  /** Offsets count from the first psum of the pass. */
  readonly columns: readonly PsumColumn[];
}

/** A PE at work in a pass. */
export interface PlacedWork {
  readonly pe: Pe;
  readonly place: Place;
  readonly work: PeWork;
}

/** A filter row of a set: its filters, channels and row, from the first of the pass. */
export interface PlacedFilterRow {
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
    return { pe: peAt(place), place, work };
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

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
