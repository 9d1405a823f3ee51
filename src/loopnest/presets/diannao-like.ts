import type { NestPreset } from './preset.ts';

const SOURCE =
  'Chen et al., "DianNao: A Small-Footprint High-Throughput Accelerator for Ubiquitous Machine-Learning", ASPLOS 2014, section 5, doi 10.1145/2541940.2541967';

export const DIANNAO_LIKE: NestPreset = {
  name: 'diannao-like',
  title: '16 adder trees of 16 multipliers, 2 kB NBin, 2 kB NBout, 32 kB SB',
  source: SOURCE,
  yaml: `# 16-bit words: each of 16 neurons adds 16 products per cycle to its sum, in a register of NFU-2; nothing else is kept
# outside of the buffers.
# The paper has no energy per access: costs are Eyeriss's by kind of memory (ISCA 2016, Table IV), of one word relative to
# one MAC; the three buffers count as its GLB does. A word costs 2 for each neuron that takes it; what is added up inside a
# neuron costs nothing.
# Left out: DMAs that fill the next half of a buffer; pooling; bandwidths.
name: diannao-like
levels:
  - { name: DRAM, energy: 200 }
  - name: buffers
    capacity: { weights: 16384, inputs: 1024, outputs: 1024 } # SB 32 kB, NBin 2 kB, NBout 2 kB
    energy: 6
    fanout: { y: 16, energy: 2 }
  - { name: NFU-2, holds: [outputs], capacity: 1, energy: 1, fanout: { x: 16 } }
mac: { energy: 1 }
`,
};

export const DIANNAO_LIKE_RULES: NestPreset = {
  name: 'diannao-like',
  title: 'no reuse in the array: 16 ofmap channels by 16 ifmap channels, tiled for the buffers',
  source: SOURCE,
  yaml: `# 16 channels go to 16 neurons per cycle; a sum stays in NFU-2 while all that the buffers have of its window goes by, and
# waits in NBout for the rest.
name: diannao-like
source: '${SOURCE}'
levels:
  DRAM:
    temporal: { innermost: [C, R, S] }
  buffers:
    temporal: { only: [N, M, P, Q, C, R, S], innermost: [C, R, S] }
    spatialX: { only: [] }
    spatialY: { only: [M] }
  NFU-2:
    temporal: { only: [] }
    spatialX: { only: [C] }
    spatialY: { only: [] }
`,
};
