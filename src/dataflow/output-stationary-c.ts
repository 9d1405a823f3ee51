import { ceilDiv, type Dataflow, type MappingOf, type Parameter, weightUses } from './dataflow.ts';

const parameters = [
  { name: 'm', tiles: 'M', means: 'filters whose weights share the GLB' },
  { name: 'n', tiles: 'N', means: 'images side by side' },
  { name: 'p', tiles: 'M', means: 'ofmap channels side by side' },
] as const satisfies readonly Parameter[];

export type OutputStationaryCMapping = MappingOf<typeof parameters>;

/**
 * OSC (MOC-SOP): a PE keeps one psum; the array makes one pixel of p ofmap channels at a time, without
 * convolutional reuse.
 */
export const outputStationaryC: Dataflow<OutputStationaryCMapping> = {
  id: 'osc',
  name: 'OSC',
  title: 'output stationary, many channels, single pixel',
  rfWords: 1,
  parameters,

  limits: (shape, { glbWords, rfWords, pes }) => {
    const { C, R, S } = shape;
    return [
      { name: 'glb', needed: ({ m, n }) => (m + n) * C * R * S, available: glbWords },
      { name: 'pes', needed: (mapping) => outputStationaryC.activePes(shape, mapping), available: pes },
      { name: 'rf', needed: () => 1, available: rfWords },
      { name: 'filters', needed: ({ p }) => p, available: ({ m }) => m },
    ];
  },

  activePes: (_, { n, p }) => n * p,

  trips: ({ M, N }, { m, n, p }) => [ceilDiv(M, m), ceilDiv(M, p), ceilDiv(N, n)],

  accesses: (shape, trips) => {
    const [filtersPerGlb, filtersPerArray, imageGroups] = trips as [number, number, number];
    const { G, N, C, E, F, R, S, weights, ofmaps, macs } = shape;
    const windows = G * N * C * E * F * R * S; // ifmaps·R·S·αv·αh: the pixels of every filter position
    return {
      dram: { ifmap: windows * filtersPerGlb, weight: weights, psum: ofmaps },
      glb: { ifmap: windows * filtersPerArray, weight: weights * imageGroups * E * F, psum: 0 },
      array: { ifmap: macs, weight: weightUses(shape), psum: 0 },
      rf: { ifmap: 0, weight: 0, psum: 2 * ofmaps * (C * R * S - 1) },
    };
  },
};
