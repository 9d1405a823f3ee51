import type { Progress } from '../steps.ts';
import { wrap } from './arithmetic.ts';
import type { Chip } from './chip.ts';
import { type Configuration, configure } from './configuration.ts';
import { type ArrayCounts, addCounts, NO_COUNTS } from './counts.ts';
import { type ChipLayer, stripSize } from './geometry.ts';
import { Glb } from './glb.ts';
import { convolveInSteps } from './kernel/in-steps.ts';
import { maxPool } from './kernel/max-pool.ts';
import { activePesOf, type GlbFills, type LayerRun, type LayerSimulation, type LayerWords } from './layer.ts';
import type { ChipMapping } from './mapping.ts';
import { PeArray } from './pass.ts';
import type { Recorder } from './recording.ts';
import { type Pass, passesOf } from './schedule.ts';
import { type DramTraffic, ifmapTransfer, ofmapTransfer, type Transfer } from './traffic.ts';

/** What the passes of a layer take, whatever its words: MACs are counted as if all were gated. */
export interface LayerTiming {
  readonly passes: readonly Pass[];
  readonly counts: ArrayCounts;
  /** Of one pass of each kind, by its key. */
  readonly kinds: ReadonlyMap<string, ArrayCounts>;
}

/** Passes that a chip has run before: layers of a network have many in common, and batches of a layer all. */
export type KnownPasses = Map<string, ArrayCounts>;

/** How the passes of a layer are run. */
export interface PassOptions {
  /** Is shown every kind of pass, whether known or not. */
  readonly recorder?: Recorder | undefined;
  /** Of the same chip, whatever its clock. They are not run again; those that are new are added. Default: none. */
  readonly known?: KnownPasses | undefined;
}

/** Runs each kind of pass of a layer once, cycle by cycle: timing does not depend on data. */
export function* timeLayer(
  chip: Chip,
  layer: ChipLayer,
  mapping: ChipMapping,
  { recorder, known = new Map() }: PassOptions = {},
): Generator<Progress, LayerTiming> {
  const configuration = configure(chip, layer, mapping, 0);
  const passes = [...passesOf(layer, mapping, chip.nativeShapes)];
  const kinds = byKind(passes);
  let array: PeArray | undefined;
  let counts = NO_COUNTS;
  const countsOf = new Map<string, ArrayCounts>();
  for (const [done, alike] of kinds.entries()) {
    const pass = alike[0]!;
    const key = `${arrayKey(configuration)}: ${pass.key}`;
    const run = () => {
      const glb = new Glb(chip.glb, configuration.banks);
      const psumsPerImage = pass.filtersInGlb.count * pass.rows.count * pass.columns.count;
      array ??= new PeArray(configuration);
      return array.run(pass.kind, pass.key, { glb, firstPsum: 0, psumsPerImage, filter: () => 0 }, recorder);
    };
    const passCounts = (recorder ? undefined : known.get(key)) ?? run();
    known.set(key, passCounts);
    countsOf.set(pass.key, passCounts);
    counts = addCounts(counts, passCounts, alike.length);
    yield { done: done + 1, of: kinds.length };
  }
  return { passes, counts, kinds: countsOf };
}

/**
 * Runs a layer on the chip, each kind of pass once, or not at all where it is known; the words come from fast kernels.
 * Cycles, counts and words are those that {@link simulateCycles} finds.
 */
export function* simulatePasses(
  run: LayerRun,
  options: PassOptions = {},
): Generator<Progress, LayerSimulation> {
  const { chip, layer, mapping, words } = run;
  const { passes, counts } = yield* half(0, timeLayer(chip, layer, mapping, options));
  const ofmap = yield* half(1, ofmapByKernel(run));
  return {
    passes: passes.length,
    activePes: activePesOf(layer, mapping),
    counts: withGating(layer, counts, words.ifmap),
    glbFills: fillsOf(layer, passes, words),
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
  if (layer.operation === 'mac' && words.biases) addBiases(layer, ofmap, words.biases);
  if (relu) for (let i = 0; i < ofmap.length; i++) if (ofmap[i]! < 0) ofmap[i] = 0;
  return ofmap;
}

function addBiases({ shape: { G, N, M, E, F } }: ChipLayer, ofmap: Int16Array, biases: Int16Array): void {
  let at = 0;
  for (let image = 0; image < N; image++) {
    for (let filter = 0; filter < G * M; filter++) {
      for (const end = at + E * F; at < end; at++) ofmap[at] = wrap(ofmap[at]! + biases[filter]!);
    }
  }
}

/** What passes of a layer took, counted without its words, with the MACs that zeros among its ifmap words gate. */
export const withGating = (layer: ChipLayer, counts: ArrayCounts, ifmap: Int16Array): ArrayCounts =>
  layer.operation === 'max' ? counts : withGated(counts, gatedMacs(layer, ifmap));

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

/** Words of filters that a pass needs, with the biases that come with them. */
function filterWords(
  { shape, operation }: ChipLayer,
  { filters, channels, filtersInGlb, drains }: Pass,
  { biases }: Pick<LayerWords, 'biases'>,
): number {
  if (operation === 'max') return 0;
  return (
    filters.count * channels.count * shape.R * shape.S +
    (biases && drains === 'ofmap' ? filtersInGlb.count : 0)
  );
}

/** Words that such passes move between the GLB and the DRAM side. */
export function fillsOf(
  layer: ChipLayer,
  passes: readonly Pass[],
  words: Pick<LayerWords, 'biases'> = {},
): GlbFills {
  const fills = { ifmap: 0, filter: 0, psum: 0, drained: 0 };
  for (const pass of passes) {
    const { rows, columns } = stripSize(layer.shape, pass.rows.count, pass.columns.count);
    if (pass.loadsIfmaps) fills.ifmap += pass.images.count * pass.channels.count * rows * columns;
    fills.filter += filterWords(layer, pass, words);
    if (pass.loadsPsums) fills.psum += psumsInGlb(pass);
    if (pass.drains !== 'no') fills.drained += psumsInGlb(pass);
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
  const ifmaps = { words: 0, codedWords: 0 };
  const ofmaps = { words: 0, codedWords: 0 };
  let filters = 0;
  let psums = 0;
  for (const pass of passes) {
    if (pass.loadsIfmaps) add(ifmaps, once(pass));
    filters += filterWords(layer, pass, words);
    if (pass.loadsPsums) psums += psumsInGlb(pass);
    if (pass.drains === 'psums') psums += psumsInGlb(pass);
    if (pass.drains === 'ofmap') add(ofmaps, ofmapTransfer(layer, ofmap, pass, coding));
  }
  const plain = (words: number): Transfer => ({ words, codedWords: words });
  return { ifmap: ifmaps, filter: plain(filters), ofmap: ofmaps, psum: plain(psums) };
}

function add(sum: { words: number; codedWords: number }, { words, codedWords }: Transfer): void {
  sum.words += words;
  sum.codedWords += codedWords;
}
