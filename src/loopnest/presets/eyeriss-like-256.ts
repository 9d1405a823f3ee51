import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen, Emer and Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks", ISCA 2016, Table IV and section VI-B, doi 10.1109/ISCA.2016.40';

export const EYERISS_LIKE_256: NestPreset = {
  name: 'eyeriss-like-256',
  title: '16 x 16 PEs with 512 bytes each, 128 kB of GLB; the network is free',
  source: SOURCE,
  yaml: `# Sizes of the paper's baseline with 256 PEs, and its costs of one 16-bit word relative to one MAC.
# Left out: what the network costs, so that psums are added over the array for nothing; bandwidths.
name: eyeriss-like-256
levels:
  - { name: DRAM, energy: 200 }
  - { name: GLB, capacity: 65536, energy: 6, fanout: { x: 16, y: 16 } }
  - { name: RF, capacity: 256, energy: 1 }
mac: { energy: 1 }
`,
};

export const EYERISS_LIKE_256_ARRAY: NestPreset = {
  name: 'eyeriss-like-256-array',
  title: 'eyeriss-like-256 with a network that costs 2 for each word that a PE takes or gives',
  source: SOURCE,
  yaml: `# eyeriss-like-256, where each word that a PE takes or gives costs what the paper's array does.
# Left out: that words between neighbours go a shorter way; bandwidths.
name: eyeriss-like-256-array
levels:
  - { name: DRAM, energy: 200 }
  - { name: GLB, capacity: 65536, energy: 6, fanout: { x: 16, y: 16, energy: 2 } }
  - { name: RF, capacity: 256, energy: 1 }
mac: { energy: 1 }
`,
};
