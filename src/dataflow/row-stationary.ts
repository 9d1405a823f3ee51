import {
  ceilDiv,
  type Dataflow,
  type MappingOf,
  type Parameter,
  tileColumns,
  weightUses,
} from './dataflow.ts';

const parameters = [
  { name: 'm', tiles: 'M', means: 'filters whose psums share the GLB' },
  { name: 'n', tiles: 'N', means: 'images that share the GLB' },
  { name: 'f', tiles: 'F', means: 'ofmap columns in a strip, which is the width of a PE set' },
  { name: 'p', tiles: 'M', means: 'filters interleaved in a PE' },
  { name: 'q', tiles: 'C', means: 'channels interleaved in a PE' },
  { name: 'r', tiles: 'C', means: 'sets side by side on different channels' },
  { name: 't', tiles: 'M', means: 'sets side by side on different filters' },
] as const satisfies readonly Parameter[];

export type RowStationaryMapping = MappingOf<typeof parameters>;

/**
 * RS: a PE keeps a filter row, slides it along an ifmap row and accumulates a row of psums. A set of R × f PEs
 * makes f ofmap columns: filter rows go across, ifmap rows along diagonals, psums up the columns.
 */
export const rowStationary: Dataflow<RowStationaryMapping> = {
  id: 'rs',
  name: 'RS',
  title: 'row stationary',
  rfWords: 256,
  parameters,

  limits: (shape, { glbWords, rfWords, pes }) => {
    const { C, E, H, S } = shape;
    return [
      {
        name: 'glb',
        needed: ({ m, n, f, q, r }) => n * m * E * f + n * q * r * H * tileColumns(shape, f),
        available: glbWords,
      },
      { name: 'pes', needed: (mapping) => rowStationary.activePes(shape, mapping), available: pes },
      { name: 'rf', needed: ({ p, q }) => p * q * S + q * S + p, available: rfWords },
      { name: 'channels', needed: ({ q, r }) => q * r, available: C },
      { name: 'filters', needed: ({ p, t }) => p * t, available: ({ m }) => m },
    ];
  },

  activePes: ({ R }, { f, r, t }) => R * f * r * t,

  trips: ({ M, N, C, F }, { m, n, f, p, q, r, t }) => [
    ceilDiv(M, m),
    ceilDiv(M, p * t),
    ceilDiv(M, p),
    ceilDiv(N, n),
    ceilDiv(N, n) * ceilDiv(F, f),
    ceilDiv(C, q * r),
    ceilDiv(C, q),
  ],

  accesses: (shape, trips, halo) => {
    const [filtersPerGlb, filtersPerPass, filtersPerPe, images, imageStrips, channelsPerPass, channelsPerPe] =
      trips as [number, number, number, number, number, number, number];
    const { G, N, C, H, S, R, F, weights, ofmaps, macs } = shape;
    const ifmapsAlphaH = G * N * C * H * F;
    return {
      dram: {
        ifmap: ifmapsAlphaH * filtersPerGlb * halo,
        weight: weights * imageStrips,
        psum: ofmaps,
      },
      glb: {
        ifmap: ifmapsAlphaH * filtersPerPass * halo,
        weight: 0,
        psum: 2 * ofmaps * (channelsPerPass - 1),
      },
      array: {
        ifmap: ifmapsAlphaH * filtersPerPe * S,
        weight: weights * images * F,
        psum: ofmaps * (channelsPerPe * S - channelsPerPass),
      },
      rf: {
        ifmap: macs,
        weight: weightUses(shape),
        psum: 2 * ofmaps * (C * R * S - channelsPerPe * S),
      },
    };
  },
};
