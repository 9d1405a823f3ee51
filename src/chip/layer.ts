import type { Progress } from '../steps.ts';
import type { Chip } from './chip.ts';
import { configure } from './configuration.ts';
import { type ArrayCounts, addCounts, NO_COUNTS } from './counts.ts';
import type { ChipLayer } from './geometry.ts';
import { Glb } from './glb.ts';
import type { ChipMapping } from './mapping.ts';
import { PeArray } from './pass.ts';
import { drainPsums, eachPsum, passData, writeStrips } from './pass-words.ts';
import type { Recorder } from './recording.ts';
import { type Pass, passesOf } from './schedule.ts';
import { type DramTraffic, ifmapTransfer, ofmapTransfer, type Transfer } from './traffic.ts';

/** The words of a layer. */
export interface LayerWords {
  /** Image, channel (of all groups), row, column; without padding. */
  readonly ifmap: Int16Array;
  /** Filter (of all groups), channel (of its group), row, column; none in a pooling layer. */
  readonly filters: Int16Array;
  /**
   * Filter (of all groups): what is added to each of its finished psums, modulo 2^16 as all sums are. Default: nothing. A
   * pooling layer takes none.
   */
  readonly biases?: Int16Array | undefined;
}

/** A layer for the chip to run. */
export interface LayerRun {
  readonly chip: Chip;
  readonly layer: ChipLayer;
  readonly mapping: ChipMapping;
  readonly words: LayerWords;
  /** Places that products are shifted by before they are cut to a word. */
  readonly truncation: number;
  /** Whether negative ofmap words become 0 on the way out. */
  readonly relu: boolean;
  /** False for a network's first layer: its input is not compressed. */
  readonly codesIfmap: boolean;
}

/** What running a layer took, and what came out. */
export interface LayerSimulation {
  readonly passes: number;
  /** PEs that compute in a pass that is not at an edge. */
  readonly activePes: number;
  readonly counts: ArrayCounts;
  /** Words that the GLB exchanged with the DRAM side. */
  readonly glbFills: GlbFills;
  readonly dram: DramTraffic;
  /** Image, filter (of all groups), row, column. */
  readonly ofmap: Int16Array;
}

/** Words that came into the GLB from the DRAM, or went there. */
export interface GlbFills {
  /** Ifmap strips written, with padding. */
  readonly ifmap: number;
  /** Biases among them. */
  readonly filter: number;
  /** psums of the part before, written. */
  readonly psum: number;
  /** psums read, to become ofmaps or to wait for the next part. */
  readonly drained: number;
}

const NOTHING: Transfer = { words: 0, codedWords: 0 };
const NO_TRAFFIC: DramTraffic = { ifmap: NOTHING, filter: NOTHING, ofmap: NOTHING, psum: NOTHING };
const NO_FILLS: GlbFills = { ifmap: 0, filter: 0, psum: 0, drained: 0 };

/**
 * Runs a layer on the chip, every part in every cycle.
 *
 * The published text tells of no biases. It has been chosen that those of the filters whose psums are in the GLB come from
 * the DRAM with the filters of the last pass over these psums, into the same banks, and are added as the psums leave the
 * GLB for good, before the ReLU. So they take no cycle of the array, no room in a PE, and no network.
 */
export function* simulateCycles(run: LayerRun, recorder?: Recorder): Generator<Progress, LayerSimulation> {
  const { chip, layer, mapping } = run;
  const configuration = configure(chip, layer, mapping, run.truncation);
  const array = new PeArray(configuration);
  const glb = new Glb(chip.glb, configuration.banks);
  const memory = new Memory(run);
  const all = [...passesOf(layer, mapping, chip.nativeShapes)];
  let counts = NO_COUNTS;
  for (const [done, pass] of all.entries()) {
    if (pass.loadsIfmaps) memory.loadIfmaps(pass, glb);
    if (pass.loadsPsums) memory.loadPsums(pass, glb);
    memory.loadFilters(pass);
    counts = addCounts(counts, array.run(pass.kind, pass.key, passData(run, pass, glb), recorder));
    memory.drain(pass, glb);
    yield { done: done + 1, of: all.length };
  }
  return {
    passes: all.length,
    activePes: activePesOf(layer, mapping),
    counts,
    glbFills: memory.fills,
    dram: memory.traffic,
    ofmap: memory.ofmap,
  };
}

/** PEs that compute in a pass that is not at an edge: all those of r·t sets of R × e. */
export const activePesOf = ({ shape }: ChipLayer, { e, r, t }: ChipMapping): number => shape.R * e * r * t;

/** The external memory: the tensors of a layer, and what moves between it and the GLB. */
class Memory {
  readonly ofmap: Int16Array;
  fills = NO_FILLS;
  traffic = NO_TRAFFIC;
  private readonly run: LayerRun;

  constructor(run: LayerRun) {
    this.run = run;
    this.ofmap = new Int16Array(run.layer.shape.ofmaps);
  }

  loadIfmaps(pass: Pass, glb: Glb): void {
    const { layer, words, chip, codesIfmap } = this.run;
    const at = writeStrips(this.run, pass, glb.ifmaps);
    this.fills = { ...this.fills, ifmap: this.fills.ifmap + at };
    this.add('ifmap', ifmapTransfer(layer, words.ifmap, pass, { rlc: chip.rlc, codesIfmap }));
  }

  loadFilters(pass: Pass): void {
    const { shape, operation } = this.run.layer;
    if (operation === 'max') return;
    const weights = pass.filters.count * pass.channels.count * shape.R * shape.S;
    const takesBiases = this.run.words.biases !== undefined && pass.drains === 'ofmap';
    const words = weights + (takesBiases ? pass.filtersInGlb.count : 0);
    this.fills = { ...this.fills, filter: this.fills.filter + words };
    this.add('filter', { words, codedWords: words });
  }

  /** psums of the part before. */
  loadPsums(pass: Pass, glb: Glb): void {
    const words = eachPsum(this.run.layer, pass, (inMemory, inGlb) => {
      glb.psums[inGlb] = this.ofmap[inMemory]!;
    });
    this.fills = { ...this.fills, psum: this.fills.psum + words };
    this.add('psum', { words, codedWords: words });
  }

  drain(pass: Pass, glb: Glb): void {
    if (pass.drains === 'no') return;
    const { layer, chip, codesIfmap } = this.run;
    const words = drainPsums(this.run, pass, glb.psums, this.ofmap);
    this.fills = { ...this.fills, drained: this.fills.drained + words };
    if (pass.drains === 'psums') this.add('psum', { words, codedWords: words });
    else this.add('ofmap', ofmapTransfer(layer, this.ofmap, pass, { rlc: chip.rlc, codesIfmap }));
  }

  private add(data: keyof DramTraffic, transfer: Transfer): void {
    this.traffic = { ...this.traffic, [data]: addCounts(this.traffic[data], transfer) };
  }
}
