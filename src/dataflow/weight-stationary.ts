import {
  ceilDiv,
  type Dataflow,
  type MappingOf,
  type Parameter,
  tileColumns,
  weightUses,
} from './dataflow.ts';

const parameters = [
  { name: 'r', tiles: 'C', means: 'channels side by side' },
  { name: 't', tiles: 'M', means: 'filters side by side' },
  { name: 'f', tiles: 'F', means: 'ofmap columns in a strip' },
] as const satisfies readonly Parameter[];

export type WeightStationaryMapping = MappingOf<typeof parameters>;

/**
 * WS: R × S PEs keep the weights of a filter plane while all N·E·F outputs run past; each ifmap pixel is broadcast,
 * psums go from PE to PE and wait in the GLB for the next row of the filter.
 */
export const weightStationary: Dataflow<WeightStationaryMapping> = {
  id: 'ws',
  name: 'WS',
  title: 'weight stationary',
  rfWords: 1,
  parameters,

  limits: (shape, { glbWords, rfWords, pes }) => {
    const { N, E, F, R, S } = shape;
    return [
      {
        name: 'glb',
        needed: ({ r, t, f }) => N * t * E * F + r * t * (tileColumns(shape, f) - S) * (R - 1),
        available: glbWords,
      },
      { name: 'pes', needed: (mapping) => weightStationary.activePes(shape, mapping), available: pes },
      { name: 'rf', needed: () => 1, available: rfWords },
    ];
  },

  activePes: ({ R, S }, { r, t }) => R * S * r * t,

  trips: ({ M, C }, { r, t }) => [ceilDiv(M, t), ceilDiv(C, r)],

  accesses: (shape, trips, halo) => {
    const [filterGroups, channelGroups] = trips as [number, number];
    const { G, N, C, H, F, R, S, weights, ofmaps, macs } = shape;
    const ifmapsAlphaH = G * N * C * H * F;
    return {
      dram: { ifmap: ifmapsAlphaH * filterGroups * halo, weight: weights, psum: ofmaps },
      glb: { ifmap: 0, weight: 0, psum: 2 * ofmaps * (channelGroups * R - 1) },
      array: { ifmap: macs, weight: 0, psum: ofmaps * (C * R * S - channelGroups * R) },
      rf: { ifmap: 0, weight: weightUses(shape), psum: 0 },
    };
  },
};
