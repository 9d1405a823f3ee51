import {
  ceilDiv,
  type Dataflow,
  type MappingOf,
  type Parameter,
  tileColumns,
  tileRows,
  weightUses,
} from './dataflow.ts';

const parameters = [
  { name: 'n', tiles: 'N', means: 'images that share the GLB' },
  { name: 'm', tiles: 'M', means: 'filters that share the GLB' },
  { name: 'p', tiles: 'M', means: 'ofmap channels side by side' },
  { name: 'q', tiles: 'C', means: 'channels side by side, whose psums are added over the array' },
  { name: 'e', tiles: 'E', means: 'ofmap rows of a tile in the GLB' },
  { name: 'f', tiles: 'F', means: 'ofmap columns of a tile in the GLB' },
] as const satisfies readonly Parameter[];

export type NoLocalReuseMapping = MappingOf<typeof parameters>;

/**
 * NLR: PEs have no RF; a large GLB feeds p × q of them, ifmap pixels are broadcast to p filters, psums added
 * over q channels.
 */
export const noLocalReuse: Dataflow<NoLocalReuseMapping> = {
  id: 'nlr',
  name: 'NLR',
  title: 'no local reuse',
  rfWords: 0,
  parameters,
  isMirrored: true,

  limits: (shape, { glbWords, pes }) => {
    const { R, S } = shape;
    return [
      {
        name: 'glb',
        needed: ({ n, m, q, e, f }) =>
          n * q * tileRows(shape, e) * tileColumns(shape, f) + m * q * R * S + n * m * e * f,
        available: glbWords,
      },
      { name: 'pes', needed: (mapping) => noLocalReuse.activePes(shape, mapping), available: pes },
      { name: 'filters', needed: ({ p }) => p, available: ({ m }) => m },
    ];
  },

  activePes: (_, { p, q }) => p * q,

  trips: ({ N, M, C, E, F }, { n, m, p, q, e, f }) => [
    ceilDiv(M, m),
    ceilDiv(M, p),
    ceilDiv(C, q),
    ceilDiv(N, n) * ceilDiv(E, e) * ceilDiv(F, f),
  ],

  accesses: (shape, trips, halo) => {
    const [filtersPerGlb, filtersPerArray, channelGroups, tiles] = trips as [number, number, number, number];
    const { G, N, C, E, F, R, S, weights, ofmaps, macs } = shape;
    const ifmapsAlphaVH = G * N * C * E * F;
    return {
      dram: { ifmap: ifmapsAlphaVH * filtersPerGlb * halo, weight: weights * tiles, psum: ofmaps },
      glb: {
        ifmap: ifmapsAlphaVH * R * S * filtersPerArray,
        weight: weightUses(shape),
        psum: 2 * ofmaps * (channelGroups * R * S - 1),
      },
      array: { ifmap: macs, weight: 0, psum: ofmaps * (C * R * S - channelGroups * R * S) },
      rf: { ifmap: 0, weight: 0, psum: 0 },
    };
  },
};
