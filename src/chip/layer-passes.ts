import type { Progress } from '../steps.ts';
import type { Chip } from './chip.ts';
import { type Configuration, configure } from './configuration.ts';
import { type ArrayCounts, addCounts, NO_COUNTS } from './counts.ts';
import { type ChipLayer, stripSize } from './geometry.ts';
import { Glb } from './glb.ts';
import { convolveInSteps } from './kernel/in-steps.ts';
import { maxPool } from './kernel/max-pool.ts';
import {
  activePesOf,
  type GlbFills,
  type LayerRun,
  type LayerSimulation,
  NO_FILLS,
  NO_TRAFFIC,
} from './layer.ts';
import type { ChipMapping } from './mapping.ts';
import { PeArray } from './pass.ts';
import type { Recorder } from './recording.ts';
import { type Pass, passesOf } from './schedule.ts';
import { type DramTraffic, ifmapTransfer, ofmapTransfer, type Transfer } from './traffic.ts';

/** What the passes of a layer take, whatever its words: MACs are counted as if all were gated. */
export interface LayerTiming {
  readonly passes: readonly Pass[];
  readonly counts: ArrayCounts;
}

/** Passes that a chip has run before: layers of a network have many in common. */
export type KnownPasses = Map<string, ArrayCounts>;

/**
 * Runs each kind of pass of a layer once, cycle by cycle: timing does not depend on data.
 *
 * @param options.known of the same chip; those that are new are added. A recorder is shown every kind of pass all the same.
 */
export function* timeLayer(
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  { recorder, known = new Map() }: { readonly recorder?: Recorder; readonly known?: KnownPasses } = {},
): Generator<Progress, LayerTiming> {
  const configuration = configure(chip, layer, mapping, 0);
  const array = new PeArray(configuration);
  const passes = [...passesOf(layer, mapping, chip.nativeShapes)];
  const kinds = byKind(passes);
  let counts = NO_COUNTS;
  for (const [done, alike] of kinds.entries()) {
    const pass = alike[0]!;
    const key = `${arrayKey(configuration)}: ${pass.key}`;
    const run = () => {
      const glb = new Glb(chip.glb, configuration.banks);
      const psumsPerImage = pass.filtersInGlb.count * pass.rows.count * pass.columns.count;
      return array.run(pass.kind, pass.key, { glb, firstPsum: 0, psumsPerImage, filter: () => 0 }, recorder);
    };
    const passCounts = (recorder ? undefined : known.get(key)) ?? run();
    known.set(key, passCounts);
    counts = addCounts(counts, passCounts, alike.length);
    yield { done: done + 1, of: kinds.length };
  }
  return { passes, counts };
}

/**
 * Runs a layer on the chip, each kind of pass once; the words come from fast kernels. Cycles, counts and words are those
 * that {@link simulateCycles} finds.
 */
export function* simulatePasses(run: LayerRun, recorder?: Recorder): Generator<Progress, LayerSimulation> {
  const { chip, layer, mapping } = run;
  const { passes, counts } = yield* half(0, timeLayer(chip, layer, mapping, recorder && { recorder }));
  const ofmap = yield* half(1, ofmapByKernel(run));
  return {
    passes: passes.length,
    activePes: activePesOf(layer, mapping),
    counts: layer.operation === 'max' ? counts : withGated(counts, gatedMacs(layer, run.words.ifmap)),
    glbFills: fillsOf(layer, passes),
    dram: trafficOf(run, passes, ofmap),
    ofmap,
  };
}

/** What the time of a pass depends on, but for its kind. */
const arrayKey = ({ shape: { R, S, Uv, Uh }, operation, mapping: { e, r, t } }: Configuration): string =>
  [operation, R, S, Uv, Uh, e, r, t].join(' ');

function byKind(passes: readonly Pass[]): readonly Pass[][] {
  const kinds = new Map<string, Pass[]>();
  for (const pass of passes) {
    const alike = kinds.get(pass.key);
    if (alike) alike.push(pass);
    else kinds.set(pass.key, [pass]);
  }
  return [...kinds.values()];
}

/** Steps of the first or second half of some work. */
function* half<R>(part: 0 | 1, steps: Generator<Progress, R>): Generator<Progress, R> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const { done, of } = step.value;
    yield { done: part * of + done, of: 2 * of };
  }
}

/** The ofmap of a layer, from fast kernels. */
export function* ofmapByKernel({
  layer,
  words,
  truncation,
  relu,
}: LayerRun): Generator<Progress, Int16Array> {
  const sizes = { ...layer, ...layer.shape };
  const ofmap =
    layer.operation === 'max'
      ? maxPool({ ...sizes, planes: layer.shape.C }, words.ifmap)
      : yield* convolveInSteps({ ...sizes, truncation }, words.ifmap, words.filters);
  if (relu) for (let i = 0; i < ofmap.length; i++) if (ofmap[i]! < 0) ofmap[i] = 0;
  return ofmap;
}

/** MACs with a zero ifmap word, padding included: each pixel counts once for each filter, and each place in it, that covers it. */
function gatedMacs({ shape, height, width, padTop, padLeft }: ChipLayer, ifmap: Int16Array): number {
  const { G, N, C, M, E, F, R, S, Uv, Uh, macs } = shape;
  const rowUses = uses(height, padTop, E, Uv, R);
  const columnUses = uses(width, padLeft, F, Uh, S);
  let notGated = 0;
  for (let plane = 0; plane < N * G * C; plane++) {
    for (let y = 0; y < height; y++) {
      if (rowUses[y] === 0) continue;
      const row = (plane * height + y) * width;
      let inRow = 0;
      for (let x = 0; x < width; x++) if (ifmap[row + x] !== 0) inRow += columnUses[x]!;
      notGated += inRow * rowUses[y]!;
    }
  }
  return macs - notGated * M;
}

/** How many pairs of window and place in it meet at each of `size` rows (or columns). */
function uses(size: number, pad: number, windows: number, stride: number, kernel: number): number[] {
  const counts = Array.from({ length: size }, () => 0);
  for (let window = 0; window < windows; window++) {
    for (let i = 0; i < kernel; i++) {
      const at = window * stride + i - pad;
      if (at >= 0 && at < size) counts[at]!++;
    }
  }
  return counts;
}

/** Counts that were made on zeros alone, which gate every MAC, as they are where so many are gated. */
function withGated(counts: ArrayCounts, gatedMacs: number): ArrayCounts {
  const more = counts.gatedMacs - gatedMacs;
  const { scratchpads } = counts;
  return {
    ...counts,
    gatedMacs,
    scratchpads: {
      ...scratchpads,
      filterReads: scratchpads.filterReads + more,
      psumReads: scratchpads.psumReads + more,
      psumWrites: scratchpads.psumWrites + more,
    },
  };
}

const psumsInGlb = ({ images, filtersInGlb, rows, columns }: Pass): number =>
  images.count * filtersInGlb.count * rows.count * columns.count;

const filterWords = ({ shape, operation }: ChipLayer, { filters, channels }: Pass): number =>
  operation === 'max' ? 0 : filters.count * channels.count * shape.R * shape.S;

/** Words that such passes move between the GLB and the DRAM side. */
export function fillsOf(layer: ChipLayer, passes: readonly Pass[]): GlbFills {
  let fills = NO_FILLS;
  for (const pass of passes) {
    const { rows, columns } = stripSize(layer.shape, pass.rows.count, pass.columns.count);
    fills = addCounts(fills, {
      ifmap: pass.loadsIfmaps ? pass.images.count * pass.channels.count * rows * columns : 0,
      filter: filterWords(layer, pass),
      psum: pass.loadsPsums ? psumsInGlb(pass) : 0,
      drained: pass.drains === 'no' ? 0 : psumsInGlb(pass),
    });
  }
  return fills;
}

/** What such passes move between DRAM and chip. */
export function trafficOf(
  { chip, layer, words, codesIfmap }: Pick<LayerRun, 'chip' | 'layer' | 'words' | 'codesIfmap'>,
  passes: readonly Pass[],
  ofmap: Int16Array,
): DramTraffic {
  const coding = { rlc: chip.rlc, codesIfmap };
  const known = new Map<string, Transfer>();
  const once = (pass: Pass) => {
    const { group, images, rows, columns, channels } = pass;
    const key = [group, images.start, rows.start, columns.start, channels.start].join(' ');
    const transfer = known.get(key) ?? ifmapTransfer(layer, words.ifmap, pass, coding);
    known.set(key, transfer);
    return transfer;
  };
  const plain = (words: number): Transfer => ({ words, codedWords: words });
  let traffic = NO_TRAFFIC;
  for (const pass of passes) {
    const psums = (pass.loadsPsums ? psumsInGlb(pass) : 0) + (pass.drains === 'psums' ? psumsInGlb(pass) : 0);
    traffic = addCounts(traffic, {
      ifmap: pass.loadsIfmaps ? once(pass) : plain(0),
      filter: plain(filterWords(layer, pass)),
      ofmap: pass.drains === 'ofmap' ? ofmapTransfer(layer, ofmap, pass, coding) : plain(0),
      psum: plain(psums),
    });
  }
  return traffic;
}
