import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Emer and Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016, section IV, doi 10.1109/ISCA.2016.40';

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
    temporal: { only: [G, M, C, R, S, N, P], innermost: [N, P] } # Strips of whole rows
  GLB:
    bypass: [weights] # Each is read once
    temporal: { only: [N, P, Q] }
    spatialX: { only: [M] } # Filters that share pixels
    spatialY: { only: [C, R, S] } # Weights whose products are added up
  RF:
    temporal: { only: [M, C, R, S] }
`,
};
