import type { NestPreset } from './preset.ts';

const SOURCE =
  'Du et al., "ShiDianNao: Shifting Vision Processing Closer to the Sensor", ISCA 2015, doi 10.1145/2749469.2750389';

export const SHIDIANNAO_LIKE: NestPreset = {
  name: 'shidiannao-like',
  title: '8 x 8 PEs that hand ifmap pixels on, 64 kB NBin, 64 kB NBout, 128 kB SB',
  source: SOURCE,
  yaml: `# 16-bit words. PEs hand ifmap pixels on to their neighbours, so that NBin is read once for all windows of the array: the
# FIFOs in which pixels wait are one level here, and what they cost is the way from PE to PE.
# The paper has no energy per access: costs are Eyeriss's by kind of memory (ISCA 2016, Table IV), of one word relative to
# one MAC. A word costs 2 for each PE that takes it.
# Left out: a sensor in place of DRAM; that all layers of a small network stay in the buffers; the size of the FIFOs, which
# hold the windows of one channel; the ALU; the instruction buffer; bandwidths.
name: shidiannao-like
levels:
  - { name: DRAM, energy: 200 }
  - name: buffers
    capacity: { weights: 65536, inputs: 32768, outputs: 32768 } # SB 128 kB, NBin 64 kB, NBout 64 kB
    energy: 6
  - { name: FIFOs, holds: [inputs], energy: 0, fanout: { x: 8, y: 8, energy: 2 } }
  - { name: PE, holds: [outputs], capacity: 1, energy: 1 }
mac: { energy: 1 }
`,
};

export const SHIDIANNAO_LIKE_RULES: NestPreset = {
  name: 'shidiannao-like',
  title: 'output stationary: 8 x 8 pixels of one ofmap channel, which share windows',
  source: SOURCE,
  yaml: `# Each PE keeps the psum of one pixel of one ofmap channel until all channels are added to it; one weight at a time goes to
# all PEs. Best mapped with imperfect factors: of 13 pixels, 8 PEs can only do 1 at a time otherwise.
# Left out: fully connected layers, where the chip gives each PE a neuron of its own; here they take one PE.
name: shidiannao-like
source: '${SOURCE}'
levels:
  DRAM:
    temporal: { only: [G, N, M, P, Q] }
  buffers:
    temporal: { only: [N, M, C, P, Q], innermost: [C] }
  FIFOs:
    temporal: { only: [R, S], factors: { R: all, S: all } } # The window of each PE
    spatialX: { only: [Q] }
    spatialY: { only: [P] }
  PE:
    temporal: { only: [] }
`,
};
