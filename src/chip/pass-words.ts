import { LEAST_WORD, wrap } from './arithmetic.ts';
import { type ChipLayer, stripSize } from './geometry.ts';
import type { Glb } from './glb.ts';
import { convolveFast } from './kernel/convolve-simd.ts';
import { maxPool } from './kernel/max-pool.ts';
import type { LayerRun } from './layer.ts';
import type { PassData } from './pass.ts';
import type { Pass } from './schedule.ts';
import type { Span } from './spans.ts';

/*
 * The words of a pass: its ifmap strips, its filters, and the psums that the passes before it have left. These come from
 * the fast kernels, so that a pass can be run by itself, on the words that it has in its layer.
 */

/** What the words of a pass are made of. */
type WordSource = Pick<LayerRun, 'layer' | 'words' | 'truncation'>;

type Strips = Pick<Pass, 'group' | 'images' | 'rows' | 'columns' | 'channels'>;

/**
 * Puts the ifmap strips of a pass, with their padding, into an array: image, channel, row, column.
 *
 * @returns how many words these are
 */
export function writeStrips(
  { layer, words }: Pick<WordSource, 'layer' | 'words'>,
  { group, images, rows: ofmapRows, columns: ofmapColumns, channels }: Strips,
  into: Int16Array,
): number {
  const { shape, height, width, padTop, padLeft, operation } = layer;
  const padding = operation === 'max' ? LEAST_WORD : 0;
  const { rows, columns } = stripSize(shape, ofmapRows.count, ofmapColumns.count);
  const top = ofmapRows.start * shape.Uv - padTop;
  const left = ofmapColumns.start * shape.Uh - padLeft;
  let at = 0;
  for (let image = images.start; image < images.start + images.count; image++) {
    for (let c = channels.start; c < channels.start + channels.count; c++) {
      const plane = ((image * shape.G + group) * shape.C + c) * height * width;
      for (let y = top; y < top + rows; y++) {
        for (let x = left; x < left + columns; x++) {
          const isInside = y >= 0 && y < height && x >= 0 && x < width;
          into[at++] = isInside ? words.ifmap[plane + y * width + x]! : padding;
        }
      }
    }
  }
  return at;
}

/** What a pass needs, beside the words that are in the GLB. */
export function passData(
  { layer, words }: Pick<WordSource, 'layer' | 'words'>,
  pass: Pass,
  glb: Glb,
): PassData {
  const { C, M, R, S } = layer.shape;
  const perFilter = pass.rows.count * pass.columns.count;
  const firstFilter = pass.group * M + pass.filters.start;
  return {
    glb,
    firstPsum: (pass.filters.start - pass.filtersInGlb.start) * perFilter,
    psumsPerImage: pass.filtersInGlb.count * perFilter,
    filter: (filter, channel, i, s) =>
      words.filters[(((firstFilter + filter) * C + pass.channels.start + channel) * R + i) * S + s]!,
  };
}

/**
 * Goes over the psums in the GLB, in their order there: image, filter, row, column.
 *
 * @param action is told the place in the ofmap, the place in the GLB, and the filter, of all groups
 * @returns how many psums these are
 */
export function eachPsum(
  { shape: { G, M, E, F } }: ChipLayer,
  { images, filtersInGlb, rows, columns, group }: Pass,
  action: (inMemory: number, inGlb: number, filter: number) => void,
): number {
  let at = 0;
  for (let image = images.start; image < images.start + images.count; image++) {
    for (let filter = filtersInGlb.start; filter < filtersInGlb.start + filtersInGlb.count; filter++) {
      const plane = ((image * G + group) * M + filter) * E * F;
      for (let y = rows.start; y < rows.start + rows.count; y++) {
        for (let x = columns.start; x < columns.start + columns.count; x++) {
          action(plane + y * F + x, at++, group * M + filter);
        }
      }
    }
  }
  return at;
}

/**
 * Takes psums to the ofmap: with their biases, and through the ReLU, where they leave for good.
 *
 * @returns how many psums these are
 */
export function drainPsums(
  { layer, words, relu }: Pick<LayerRun, 'layer' | 'words' | 'relu'>,
  pass: Pass,
  psums: Int16Array,
  ofmap: Int16Array,
): number {
  const isLast = pass.drains === 'ofmap';
  const biases = isLast && layer.operation === 'mac' ? words.biases : undefined;
  const isRelu = relu && isLast;
  return eachPsum(layer, pass, (inMemory, inGlb, filter) => {
    const psum = biases ? wrap(psums[inGlb]! + biases[filter]!) : psums[inGlb]!;
    ofmap[inMemory] = isRelu && psum < 0 ? 0 : psum;
  });
}

/**
 * The psums in the GLB as a pass begins, those of the part before among them: image, filter, row, column. Zero where no
 * pass has made any yet.
 */
export function psumsBefore(source: WordSource, pass: Pass): Int16Array {
  const { filtersInGlb, channels, filters, images, rows, columns } = pass;
  const psums = partialPsums(source, pass, filtersInGlb, { start: 0, count: channels.start });
  // Filters whose turn comes before have these channels already
  const ahead = { start: filtersInGlb.start, count: filters.start - filtersInGlb.start };
  const added = partialPsums(source, pass, ahead, channels);
  const [perImage, aheadPerImage] = [filtersInGlb, ahead].map(
    (span) => span.count * rows.count * columns.count,
  );
  for (let image = 0; image < images.count; image++) {
    const [to, from] = [image * perImage!, image * aheadPerImage!];
    for (let i = 0; i < aheadPerImage!; i++) psums[to + i]! += added[from + i]!; // Int16Array wraps
  }
  return psums;
}

/** The psums in the GLB after the last pass over these channels: image, filter, row, column. */
export const psumsAfterLast = (source: WordSource, pass: Pass): Int16Array =>
  partialPsums(source, pass, pass.filtersInGlb, {
    start: 0,
    count: pass.channels.start + pass.channels.count,
  });

/** psums of a strip of ofmaps over some of their channels: image, filter, row, column. */
function partialPsums(
  { layer, words, truncation }: WordSource,
  pass: Strips,
  filters: Span,
  channels: Span,
): Int16Array {
  const { shape, operation } = layer;
  const [E, F, N] = [pass.rows.count, pass.columns.count, pass.images.count];
  if (filters.count === 0 || channels.count === 0) return new Int16Array(N * filters.count * E * F);
  const { rows: height, columns: width } = stripSize(shape, E, F);
  const strips = new Int16Array(N * channels.count * height * width);
  writeStrips({ layer, words }, { ...pass, channels }, strips);
  const { R, S, Uv, Uh } = shape;
  const sizes = { N, height, width, R, S, Uv, Uh, padTop: 0, padLeft: 0, E, F };
  // Planes to be pooled are images of one channel
  if (operation === 'max') return maxPool({ ...sizes, planes: 1 }, strips);
  const taps = channels.count * R * S;
  const chosen = new Int16Array(filters.count * taps);
  for (let k = 0; k < filters.count; k++) {
    const from = ((pass.group * shape.M + filters.start + k) * shape.C + channels.start) * R * S;
    chosen.set(words.filters.subarray(from, from + taps), k * taps);
  }
  return convolveFast({ ...sizes, G: 1, C: channels.count, M: filters.count, truncation }, strips, chosen);
}
