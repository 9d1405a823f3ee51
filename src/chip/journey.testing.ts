import fc from 'fast-check';
import { arbitraryCase } from './arbitrary.testing.ts';
import type { ChipLayer } from './geometry.ts';
import type { LayerWord } from './journey-stops.ts';
import type { LayerRun } from './layer.ts';
import { countPasses, type Pass, passesOf } from './schedule.ts';

/** Whole numbers from `start` to before `end`. */
export const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);

/** All words of a layer, the padding that it can need among them. */
export function* wordsOf({
  shape,
  operation,
  height,
  width,
  padTop,
  padLeft,
}: ChipLayer): Generator<LayerWord> {
  const { G, N, C, M, R, S, E, F, H, W } = shape;
  for (const filter of range(0, operation === 'max' ? 0 : G * M)) {
    for (const channel of range(0, C)) {
      for (const row of range(0, R)) {
        for (const column of range(0, S)) yield { type: 'weight', filter, channel, row, column };
      }
    }
  }
  for (const image of range(0, N)) {
    for (const channel of range(0, G * C)) {
      for (const row of range(-padTop, Math.max(height, H - padTop))) {
        for (const column of range(-padLeft, Math.max(width, W - padLeft))) {
          yield { type: 'ifmap', image, channel, row, column };
        }
      }
    }
    for (const filter of range(0, G * M)) {
      for (const row of range(0, E)) {
        for (const column of range(0, F)) yield { type: 'psum', image, filter, row, column };
      }
    }
  }
}

/** A pass of a layer. */
export interface SmallPass {
  readonly run: LayerRun;
  readonly pass: Pass;
}

/** Passes that are run in little time, of layers of all kinds. */
export const smallPass: fc.Arbitrary<SmallPass> = fc
  .tuple(arbitraryCase, fc.nat())
  .filter(([{ run }]) => countPasses(run.layer, run.mapping, run.chip.nativeShapes) < 1000)
  .map(([{ run }, seed]) => {
    const passes = [...passesOf(run.layer, run.mapping, run.chip.nativeShapes)];
    return { run, pass: passes[seed % passes.length]! };
  })
  .filter(({ run: { layer }, pass: { images, rows, columns, channels, filters } }) => {
    const psums = images.count * rows.count * columns.count * filters.count;
    return psums * channels.count * layer.shape.R * layer.shape.S < 4000;
  });
