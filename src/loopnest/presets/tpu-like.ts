import type { NestPreset } from './preset.ts';

const SOURCE =
  'Jouppi et al., "In-Datacenter Performance Analysis of a Tensor Processing Unit", ISCA 2017, section 2, doi 10.1145/3079856.3080246';

export const TPU_LIKE: NestPreset = {
  name: 'tpu-like',
  title: '256 x 256 systolic MACs, 24 MiB of unified buffer, 4 MiB of accumulators',
  source: SOURCE,
  yaml: `# The first TPU: ifmaps run along the rows of a systolic array, psums down its columns into accumulators.
# The paper has no energy per access: costs are Eyeriss's by kind of memory (ISCA 2016, Table IV), of one word relative to
# one MAC, though words are 8 bits here and 24 MiB are not 128 kB. A word costs 2 for each column that takes it; psums on
# their way down cost nothing.
# Left out: that feature maps stay in the UB from layer to layer; the weight FIFO, which each weight passes once; that
# accumulators are 32 bits wide; filling and draining the array; the host, in place of which DRAM has the ifmaps; other
# bandwidths.
name: tpu-like
wordBits: 8
levels:
  - { name: DRAM, energy: 200, bandwidth: { read: 46 } } # Weight memory: 30 GiB/s at 700 MHz
  - { name: UB, holds: [inputs, outputs], capacity: 25165824, energy: 6, fanout: { x: 256, energy: 2 } } # 24 MiB
  # 4096 for each column: 2048, and as many that drain
  - { name: accumulators, holds: [outputs], capacity: 4096, doubleBuffered: true, energy: 1, fanout: { y: 256 } }
  # One weight, and the next
  - { name: cell, holds: [weights], capacity: 2, doubleBuffered: true, energy: 1 }
mac: { energy: 1 }
`,
};

export const TPU_LIKE_RULES: NestPreset = {
  name: 'tpu-like',
  title: 'weight stationary in a systolic array: filters by channels',
  source: SOURCE,
  yaml: `# A tile of 256 channels by 256 filters stays in the array while up to 2048 pixels of any images run through it; sums stay
# in the accumulators until they are complete.
name: tpu-like
source: '${SOURCE}'
levels:
  DRAM:
    temporal: { only: [G, N, M, P] } # Strips of whole rows
  UB:
    temporal: { only: [N, M, P, Q] }
    spatialX: { only: [M] }
    spatialY: { only: [] }
  accumulators:
    temporal: { only: [C, R, S, N, P, Q], innermost: [N, P, Q] } # Weights stay while pixels run past
    spatialX: { only: [] }
    spatialY: { only: [C] }
  cell:
    temporal: { only: [] }
`,
};
