import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Emer and Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016, section III-A';

export const WEIGHT_STATIONARY: NestPreset = {
  name: 'weight-stationary',
  title: 'each weight is brought to one PE once, and stays until all its products are made',
  source: SOURCE,
  yaml: `# Each weight is brought to one PE once, and stays in its RF while all pixels of all images that need it run past.
# For eyeriss-like-256, or any DRAM, GLB and RF.
name: weight-stationary
source: '${SOURCE}'
levels:
  DRAM:
    temporal: { innermost: [N, P, Q] }
  GLB:
    bypass: [weights] # Each is read once
    temporal: { only: [N, P, Q] }
    spatialX: { only: [M, C, R, S] }
    spatialY: { only: [M, C, R, S] }
  RF:
    temporal: { only: [M, C, R, S] }
`,
};
