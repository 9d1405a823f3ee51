import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Emer and Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016, section IV, doi 10.1109/ISCA.2016.40';

interface Variant {
  readonly name: string;
  readonly title: string;
  /** What its array makes at a time. */
  readonly means: string;
  /** Dimensions along X, and along Y. */
  readonly x: string;
  readonly y: string;
}

const outputStationary = ({ name, title, means, x, y }: Variant): NestPreset => ({
  name,
  title,
  source: SOURCE,
  yaml: `# Each psum stays in the RF of one PE until all channels and the whole filter are added to it, and leaves it once.
# ${means}
# For eyeriss-like-256, or any DRAM, GLB and RF. Left out: ifmap pixels that PEs hand on to their neighbours.
name: ${name}
source: '${SOURCE}'
axes: both
levels:
  DRAM:
    temporal: { only: [G, N, M, P, Q] }
  GLB:
    bypass: [outputs] # They are complete
    free: [weights]
    temporal: { innermost: [C, R, S] }
    spatialX: { only: [${x}] }
    spatialY: { only: [${y}] }
  RF:
    temporal: { only: [C, R, S] }
`,
});

/** Any ofmap pixels side by side, and the three kinds that the paper tells apart. */
export const OUTPUT_STATIONARY: readonly NestPreset[] = [
  {
    name: 'output-stationary',
    title: 'each psum stays in one PE until it is complete',
    means: 'The array makes any ofmap pixels at a time.',
    x: 'M, P, Q',
    y: 'M, P, Q',
  },
  {
    name: 'output-stationary-a',
    title: 'output stationary: pixels of one ofmap channel side by side (SOC-MOP)',
    means: 'The array makes pixels of one ofmap channel at a time: SOC-MOP, or OSA.',
    x: 'Q',
    y: 'P',
  },
  {
    name: 'output-stationary-b',
    title: 'output stationary: pixels of a row of several ofmap channels side by side (MOC-MOP)',
    means: 'The array makes pixels of a row of several ofmap channels at a time: MOC-MOP, or OSB.',
    x: 'Q',
    y: 'M',
  },
  {
    name: 'output-stationary-c',
    title: 'output stationary: one pixel of many ofmap channels at a time (MOC-SOP)',
    means: 'The array makes one pixel of many ofmap channels at a time: MOC-SOP, or OSC.',
    x: 'M',
    y: 'M',
  },
].map(outputStationary);
