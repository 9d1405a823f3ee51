import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Krishna, Emer and Sze, "Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural Networks", JSSC 52(1), 2017, doi 10.1109/JSSC.2016.2616357';

export const EYERISS: NestPreset = {
  name: 'eyeriss',
  title: 'the chip: 12 x 14 PEs with scratchpads of 224, 12 and 24 words, 108 kB of GLB',
  source: SOURCE,
  yaml: `# The fabricated chip. The paper has no energy per access: costs are those of ISCA 2016, Table IV, by kind of memory, of one
# 16-bit word relative to one MAC.
# Left out: that banks of 4 kB are not shared by ifmaps and psums; compression; bandwidths; zero gating.
name: eyeriss
levels:
  - { name: DRAM, energy: 200 }
  - name: GLB
    holds: [inputs, outputs] # Filters only wait there for their pass, in 8 kB of their own
    capacity: 51200 # 25 banks of 4 kB
    energy: 6
    fanout: { x: 14, y: 12, energy: 2 }
  - { name: RF, capacity: { weights: 224, inputs: 12, outputs: 24 }, energy: 1 }
mac: { energy: 1 }
`,
};

export const EYERISS_RULES: NestPreset = {
  name: 'eyeriss',
  title: 'row stationary, as the chip does it',
  source: SOURCE,
  yaml: `# Row stationary with the chip's passes: n images one after another, on q·r channels and p·t filters of one strip.
# Left out: that sets of other channels stand in one column; what shapes the chip refuses beyond what does not fit.
name: eyeriss
source: '${SOURCE}'
axes: both # Sets of other filters and channels stand wherever there is room
levels:
  DRAM:
    # Strips outside, groups of channels inside: psums wait in the GLB
    temporal: { only: [G, N, M, P, C], innermost: [C] }
  GLB:
    temporal: { only: [N, M, Q], order: [M, N, Q] } # Filters stay for all images of a pass
    spatialX: { only: [P, M, C] } # ofmap rows of a set
    spatialY: { only: [R, P, M, C], factors: { R: all } } # filter rows of a set, and pieces of wide sets
  RF:
    temporal: { only: [S, C, M], factors: { S: all } } # p filters and q channels, interleaved
`,
};
