import type { NestPreset } from './preset.ts';

const SOURCE =
  'NVIDIA, NVDLA Unit Description, nvdlav1, Convolution Pipeline, https://nvdla.org/hw/v1/ias/unit_description.html';

export const NVDLA_LIKE: NestPreset = {
  name: 'nvdla-like',
  title: '16 MAC cells of 64 multipliers, 512 kB of convolution buffer',
  source: SOURCE,
  yaml: `# nvdlav1 on 16-bit words: each of 16 MAC cells adds 64 products per cycle to one of the sums that it has at work.
# No energies are published: costs are Eyeriss's by kind of memory (ISCA 2016, Table IV), of one word relative to one MAC. A
# word costs 2 for each cell that takes it; what is added up inside a cell costs nothing.
# Left out: 8-bit and Winograd modes; compressed weights; the SRAM beside DRAM; that the CBUF is split in banks; that sums
# are 48 bits wide; registers in which the next weights wait; bandwidths.
name: nvdla-like
levels:
  - { name: DRAM, energy: 200 }
  - { name: CBUF, holds: [weights, inputs], capacity: 262144, energy: 6, fanout: { y: 16, energy: 2 } } # 512 kB
  - { name: CACC, holds: [outputs], capacity: 32, energy: 1, fanout: { x: 64 } } # A stripe of at most 32 sums per cell
  - { name: cell, holds: [weights], capacity: 1, energy: 1 } # One for each multiplier
mac: { energy: 1 }
`,
};

export const NVDLA_LIKE_RULES: NestPreset = {
  name: 'nvdla-like',
  title: 'weight stationary for a stripe: 16 filters by 64 channels',
  source: SOURCE,
  yaml: `# The weights of 16 filters and 64 channels stay in the cells for a stripe of pixels; sums stay in the CACC until they are
# complete.
# Left out: that a stripe is at least 16 pixels long.
name: nvdla-like
source: '${SOURCE}'
levels:
  DRAM:
    temporal: { only: [G, N, M, P, Q] }
  CBUF:
    # Group operations
    temporal: { only: [N, M, P, Q] }
    spatialX: { only: [] }
    spatialY: { only: [M] }
  CACC:
    # Channel operation: blocks of R x S x 64; inside, stripes
    temporal: { only: [C, R, S, P, Q], innermost: [P, Q] }
    spatialX: { only: [C] }
    spatialY: { only: [] }
  cell:
    temporal: { only: [] }
`,
};
