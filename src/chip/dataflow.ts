import { ceilDiv, type Dataflow, weightUses } from '../dataflow/dataflow.ts';
import type { LayerShape } from '../layer/shape.ts';
import type { Chip } from './chip.ts';
import { chipLimits } from './limits.ts';
import type { ChipMapping } from './mapping.ts';

/**
 * Row stationary as a chip runs it, for the framework's search and counts (ISCA 2016, section VI): sets are R × e, and
 * strips are of e ofmap rows, which may be cut into tiles of f ofmap columns. The limits are the chip's. Strips at the edge
 * are counted as the framework does, with the halo of a full one; tiles as they are.
 */
export const chipRowStationary = (chip: Chip): Dataflow<ChipMapping> => ({
  id: 'rs-chip',
  name: 'RS',
  title: `row stationary on ${chip.name}`,
  rfWords: Object.values<number>({ ...chip.scratchpads }).reduce((sum, words) => sum + words, 0),
  haloOver: ['e'],
  parameters: [
    { name: 'm', tiles: 'M', means: 'filters whose psums share the GLB' },
    { name: 'n', tiles: 'N', means: 'images in a pass' },
    { name: 'e', tiles: 'E', means: 'ofmap rows in a strip, which is the width of a PE set' },
    { name: 'p', tiles: 'M', means: 'filters interleaved in a PE' },
    { name: 'q', tiles: 'C', means: 'channels interleaved in a PE' },
    { name: 'r', tiles: 'C', means: 'sets stacked on different channels' },
    { name: 't', tiles: 'M', means: 'sets on different filters' },
    { name: 'f', tiles: 'F', means: 'ofmap columns in a tile' },
  ],

  limits: (shape) => chipLimits(chip, shape),

  activePes: ({ R }, { e, r, t }) => R * e * r * t,

  trips: ({ M, N, C, E, F }, { m, n, e, p, q, r, t, f }) => {
    const tiles = ceilDiv(F, f);
    return [
      ceilDiv(M, m),
      ceilDiv(M, m) * tiles,
      ceilDiv(M, p * t),
      ceilDiv(M, p * t) * tiles,
      ceilDiv(M, p),
      ceilDiv(M, p) * tiles,
      ceilDiv(N, n) * ceilDiv(E, e) * tiles,
      ceilDiv(N, n) * tiles,
      ceilDiv(C, q * r),
      ceilDiv(C, q),
    ];
  },

  accesses: (shape, trips, halo) => {
    const [
      perGlb,
      perGlbAndTile,
      perPass,
      perPassAndTile,
      perPe,
      perPeAndTile,
      strips,
      images,
      passes,
      perPsum,
    ] = trips as [number, number, number, number, number, number, number, number, number, number];
    const { G, N, C, E, R, S, weights, ofmaps, macs } = shape;
    const { once, again } = columnsOfTiles(shape);
    const pixelsPerColumn = G * N * C * E;
    return {
      dram: {
        ifmap: pixelsPerColumn * halo * (once * perGlb + again * perGlbAndTile),
        weight: weights * strips,
        psum: ofmaps,
      },
      glb: {
        ifmap: pixelsPerColumn * halo * (once * perPass + again * perPassAndTile),
        weight: 0,
        psum: 2 * ofmaps * (passes - 1),
      },
      array: {
        ifmap: pixelsPerColumn * R * (once * perPe + again * perPeAndTile),
        weight: weights * E * images,
        psum: ofmaps * (perPsum * R - passes),
      },
      rf: { ifmap: macs, weight: weightUses(shape), psum: 2 * ofmaps * (C * R * S - perPsum * R) },
    };
  },
});

/**
 * ifmap columns that all tiles of a row cover together: `once + again·tiles`. Each tile but the first covers `S − U` of
 * the columns of the one before again; where `U > S`, none.
 */
function columnsOfTiles({ F, W, S, Uh }: LayerShape): { once: number; again: number } {
  return S > Uh ? { once: Uh * F, again: S - Uh } : { once: W, again: 0 };
}
