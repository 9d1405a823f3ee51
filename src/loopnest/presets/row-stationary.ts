import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Emer and Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016, section V, doi 10.1109/ISCA.2016.40';

export const ROW_STATIONARY: NestPreset = {
  name: 'row-stationary',
  title: 'a PE keeps rows of filters while their windows slide along a row of the ifmap',
  source: SOURCE,
  yaml: `# Each PE convolves a row of a filter with a row of the ifmap: the filter's row stays in its RF while the window slides.
# For eyeriss-like-256, or any DRAM, GLB and RF. Left out: sets of PEs wider than the array, which the paper folds.
name: row-stationary
source: '${SOURCE}'
axes: both # Sets of other filters and channels stand wherever there is room
levels:
  DRAM:
    # Strips of ofmap rows outside; psums wait in the GLB until all channels are in
    temporal: { only: [G, N, M, P, C], innermost: [C] }
  GLB:
    bypass: [weights] # They go straight to the PEs
    temporal: { only: [N, M, Q], innermost: [Q] } # The window slides along a row
    spatialX: { only: [P, M, C] } # ofmap rows of a set
    spatialY: { only: [R, M, C], factors: { R: all } } # filter rows of a set
  RF:
    temporal: { only: [S, C, M], factors: { S: all } } # p filters and q channels, interleaved
`,
};
