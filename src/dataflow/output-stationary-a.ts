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
  { name: 'm', tiles: 'M', means: 'filters whose weights share the GLB' },
  { name: 'n', tiles: 'N', means: 'images side by side' },
  { name: 'e', tiles: 'E', means: 'ofmap rows side by side' },
  { name: 'f', tiles: 'F', means: 'ofmap columns side by side' },
] as const satisfies readonly Parameter[];

export type OutputStationaryAMapping = MappingOf<typeof parameters>;

/**
 * OSA (SOC-MOP): a PE keeps one psum; the array makes e × f pixels of one ofmap channel, shifting the ifmap strip
 * from PE to PE while one weight at a time is broadcast.
 */
export const outputStationaryA: Dataflow<OutputStationaryAMapping> = {
  id: 'osa',
  name: 'OSA',
  title: 'output stationary, single channel, many pixels',
  rfWords: 49,
  parameters,
  isMirrored: true,

  limits: (shape, { glbWords, rfWords, pes }) => {
    const { C, R, S, Uh } = shape;
    return [
      {
        name: 'glb',
        needed: ({ m, n, e, f }) => m * C * R * S + n * C * tileRows(shape, e) * tileColumns(shape, f),
        available: glbWords,
      },
      { name: 'pes', needed: (mapping) => outputStationaryA.activePes(shape, mapping), available: pes },
      { name: 'rf', needed: () => Uh + Uh * R + 1, available: rfWords },
    ];
  },

  activePes: (_, { n, e, f }) => n * e * f,

  trips: ({ M, N, E, F }, { m, n, e, f }) => [ceilDiv(M, m), ceilDiv(N, n) * ceilDiv(E, e) * ceilDiv(F, f)],

  accesses: (shape, trips, halo) => {
    const [filtersPerGlb, tiles] = trips as [number, number];
    const { G, N, C, M, E, F, R, S, weights, ofmaps, macs } = shape;
    const ifmapsAlphaVH = G * N * C * E * F;
    return {
      dram: { ifmap: ifmapsAlphaVH * filtersPerGlb * halo, weight: weights, psum: ofmaps },
      glb: { ifmap: ifmapsAlphaVH * M * halo, weight: weights * tiles, psum: 0 },
      array: { ifmap: macs, weight: weightUses(shape), psum: 0 },
      rf: { ifmap: 0, weight: 0, psum: 2 * ofmaps * (C * R * S - 1) },
    };
  },
};
