/** A set of files that Timeloop's model runs: CONV3 of AlexNet on a machine like Eyeriss, with 6.739 of energy per MAC. */

import type { TimeloopFile } from './timeloop-file.ts';

export const ARCHITECTURE = `# DRAM > 128 kB GLB (65536 x 16 bit) > 16x16 PEs, each one 256-word RF + 1 MAC. No bandwidth limits.
architecture:
  version: 0.3
  subtree:
  - name: system
    local:
    - name: DRAM
      class: DRAM
      attributes: {width: 16, datawidth: 16}
    subtree:
    - name: chip
      local:
      - name: GLB
        class: SRAM
        attributes: {depth: 65536, width: 16, datawidth: 16}
      subtree:
      - name: PE[0..255]
        local:
        - name: RF
          class: regfile
          attributes: {depth: 256, width: 16, datawidth: 16, meshX: 16}
        - name: MAC
          class: intmac
          attributes: {datawidth: 16, meshX: 16}
`;

export const ENERGIES = `# energy per 16-bit word access; Eyeriss (ISCA 2016) normalised costs
ERT:
  version: 0.3
  tables:
  - name: system.DRAM
    actions:
    - {name: read, arguments: {}, energy: 200.0}
    - {name: write, arguments: {}, energy: 200.0}
    - {name: update, arguments: {}, energy: 200.0}
  - name: system.GLB
    actions:
    - {name: read, arguments: {}, energy: 6.0}
    - {name: write, arguments: {}, energy: 6.0}
    - {name: update, arguments: {}, energy: 6.0}
  - name: system.COL
    actions:
    - {name: read, arguments: {}, energy: 0.0}
    - {name: write, arguments: {}, energy: 0.0}
    - {name: update, arguments: {}, energy: 0.0}
  - name: system.RF
    actions:
    - {name: read, arguments: {}, energy: 1.0}
    - {name: write, arguments: {}, energy: 1.0}
    - {name: update, arguments: {}, energy: 1.0}
  - name: system.MAC
    actions:
    - {name: compute, arguments: {}, energy: 1.0}
`;

export const PROBLEM = `problem:
  version: 0.3
  shape:
    name: CNN_Layer
    dimensions: [C, M, R, S, N, P, Q]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - name: Weights
      projection: [ [[C]], [[M]], [[R]], [[S]] ]
    - name: Inputs
      projection: [ [[N]], [[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]] ]
    - name: Outputs
      projection: [ [[N]], [[M]], [[Q]], [[P]] ]
      read_write: true
  instance: {N: 1, M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13, Wstride: 1, Hstride: 1, Wdilation: 1, Hdilation: 1}
`;

export const MAPPING = `# AlexNet CONV3, N=1. Factors over all directives must multiply to each problem dimension exactly.
mapping:
# --- which tensors each level stores (DRAM always keeps all) -------------------------------
- {target: GLB, type: bypass, keep: [Inputs, Outputs], bypass: [Weights]}     # weights go DRAM -> RF
- {target: RF,  type: bypass, keep: [Weights, Inputs, Outputs], bypass: []}
# --- loops.  permutation is INNERMOST FIRST ------------------------------------------------
- {target: DRAM, type: temporal, factors: C1 M48 R1 S1 N1 P1 Q1,  permutation: MCRSNPQ}
- {target: GLB,  type: temporal, factors: C16 M1 R1 S1 N1 P13 Q1, permutation: PCMRSNQ}   # for C { for P {
- {target: GLB,  type: spatial,  factors: C4 M1 R1 S3 N1 P1 Q13,  permutation: QSCMRNP, split: 1} # X: Q ; Y: S,C
- {target: RF,   type: temporal, factors: C4 M8 R3 S1 N1 P1 Q1,   permutation: MCRSNPQ}   # for R { for C { for M
`;

export const EXAMPLE: readonly TimeloopFile[] = [
  { file: 'arch.yaml', text: ARCHITECTURE },
  { file: 'ert.yaml', text: ENERGIES },
  { file: 'problem.yaml', text: PROBLEM },
  { file: 'mapping.yaml', text: MAPPING },
];
