import type { Problem } from '../input-error.ts';
import type { Layer } from '../layer/layer.ts';
import { chipLayer } from './geometry.ts';

/** The smallest and the largest value that a layer's configuration can hold. */
export type Range = readonly [least: number, most: number];

/** The shapes of layers that the chip's configuration can describe. */
export interface NativeShapes {
  readonly filterHeight: Range;
  readonly filterWidth: Range;
  /** Filters per group. More of them, or more channels, are split over several configurations. */
  readonly filters: Range;
  /** Channels per group. */
  readonly channels: Range;
  readonly verticalStrides: readonly number[];
  readonly horizontalStride: Range;
}

/** JSSC 2017 (docs/chip.md, native shapes). */
export const EYERISS_NATIVE_SHAPES: NativeShapes = {
  filterHeight: [1, 12],
  filterWidth: [1, 32],
  filters: [1, 1024],
  channels: [1, 1024],
  verticalStrides: [1, 2, 4],
  horizontalStride: [1, 12],
};

/** What a layer's shape has that no configuration can describe, however its channels and filters are split. */
export function shapeProblems(native: NativeShapes, layer: Layer): Problem[] {
  const { R, S, E, Uv, Uh, spanR, spanS } = chipLayer(layer, 1).shape;
  const problems: Problem[] = [];
  const refuse = (what: string, found: number, allowed: string) =>
    problems.push({ code: 'does-not-fit', path: [layer.name, what], found, allowed });
  const inRange = (what: string, found: number, [least, most]: Range) => {
    if (found < least || found > most) refuse(what, found, `${least} to ${most} on this chip`);
  };
  inRange('filter height', R, native.filterHeight);
  inRange('filter width', S, native.filterWidth);
  inRange('horizontal stride', Uh, native.horizontalStride);
  if (E > 1 && !native.verticalStrides.includes(Uv)) {
    refuse('vertical stride', Uv, `${native.verticalStrides.join(', ')} on this chip`);
  }
  if (layer.type === 'conv' && (spanR !== R || spanS !== S)) {
    refuse('dilation', Math.max(...layer.dilation), '1 on this chip');
  }
  return problems;
}
