import {
  ceilDiv,
  type Dataflow,
  type MappingOf,
  type Parameter,
  tileColumns,
  weightUses,
} from './dataflow.ts';

const parameters = [
  { name: 'm', tiles: 'M', means: 'filters whose weights share the GLB' },
  { name: 'n', tiles: 'N', means: 'images side by side' },
  { name: 'p', tiles: 'M', means: 'ofmap channels side by side' },
  { name: 'f', tiles: 'F', means: 'ofmap columns side by side' },
] as const satisfies readonly Parameter[];

export type OutputStationaryBMapping = MappingOf<typeof parameters>;

/**
 * OSB (MOC-MOP): a PE keeps one psum; the array makes f pixels of an ofmap row in each of p channels, so that ifmap
 * pixels serve p filters and weights f pixels.
 */
export const outputStationaryB: Dataflow<OutputStationaryBMapping> = {
  id: 'osb',
  name: 'OSB',
  title: 'output stationary, many channels, many pixels',
  rfWords: 5,
  parameters,

  limits: (shape, { glbWords, rfWords, pes }) => {
    const { C, R, S, Uh } = shape;
    return [
      {
        name: 'glb',
        needed: ({ m, n, f }) => m * C * R * S + n * C * R * tileColumns(shape, f),
        available: glbWords,
      },
      { name: 'pes', needed: (mapping) => outputStationaryB.activePes(shape, mapping), available: pes },
      { name: 'rf', needed: () => Uh + 1, available: rfWords },
      { name: 'filters', needed: ({ p }) => p, available: ({ m }) => m },
    ];
  },

  activePes: (_, { n, p, f }) => n * p * f,

  trips: ({ M, N, F }, { m, n, p, f }) => [ceilDiv(M, m), ceilDiv(M, p), ceilDiv(N, n) * ceilDiv(F, f)],

  accesses: (shape, trips, halo) => {
    const [filtersPerGlb, filtersPerArray, imageStrips] = trips as [number, number, number];
    const { G, N, C, E, F, R, S, weights, ofmaps, macs } = shape;
    const ifmapsAlphaVH = G * N * C * E * F;
    return {
      dram: { ifmap: ifmapsAlphaVH * filtersPerGlb * R * halo, weight: weights, psum: ofmaps },
      glb: { ifmap: ifmapsAlphaVH * filtersPerArray * R * halo, weight: weights * E * imageStrips, psum: 0 },
      array: { ifmap: macs, weight: weightUses(shape), psum: 0 },
      rf: { ifmap: 0, weight: 0, psum: 2 * ofmaps * (C * R * S - 1) },
    };
  },
};
