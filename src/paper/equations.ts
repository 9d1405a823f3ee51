/** An equation of the analysis framework, as the report prints it. The letters are those of docs/model.md. */
export interface Equation {
  readonly title: string;
  readonly formula: string;
  readonly means: string;
}

/** What the numbers of the figures are made of (ISCA 2016, section VI). */
export const EQUATIONS = {
  area: {
    title: 'Equal area',
    formula: 'J·area(512 B) + area(J·512 B)',
    means:
      'The storage area of J PEs that every dataflow divides between its RFs and its GLB: each takes its own RFs from it, and its GLB is the largest that fits into the rest.',
  },
  inputs: {
    title: 'Equation (3)',
    formula: 'a·EC(DRAM) + a·b·EC(GLB) + a·b·c·EC(array) + a·b·c·d·EC(RF)',
    means:
      'The energy of an input value, a pixel or a weight, that is read a times from DRAM, then each time b times from the GLB, then c times over the array, then d times from the RF. EC is the cost of one access, in the paper 200, 6, 2 and 1 times a MAC. A level that a dataflow skips for some data charges nothing.',
  },
  psums: {
    title: 'Equation (4)',
    formula: '(2a − 1)·EC(DRAM) + 2a·(b − 1)·EC(GLB) + a·b·(c − 1)·EC(array) + 2·a·b·c·(d − 1)·EC(RF)',
    means:
      'The energy of a psum that is accumulated a·b·c·d times. Here too, a level that is skipped charges nothing.',
  },
  energy: {
    title: 'Energy per operation',
    formula: '(Σ accesses × EC + MACs × EC(ALU)) / MACs',
    means: 'An operation is a MAC. Over several layers, the energies add up and so do the MACs.',
  },
  delay: {
    title: 'Delay and throughput',
    formula: 'delay = MACs / active PEs',
    means:
      'In cycles: every active PE does one MAC per cycle. The delay per operation of several layers is Σ delay / Σ MACs, and throughput is its reciprocal.',
  },
  pass: {
    title: 'Cycles of a pass',
    formula: 'filters / 4 + max(n·p·q·S·F, ifmap words, psums in / 4, psums out / 4) + ramp',
    means:
      'A pass on the Eyeriss chip: its filters are loaded, then the slowest of PEs and buses decides, and the ramp is what the first windows take to arrive and the last psums to leave. The simulator does not use this sum; it steps every part in every cycle.',
  },
  glbTraffic: {
    title: 'Traffic of the GLB',
    formula: '2 B × (ifmap words that the array reads + 2 × ofmap words × groups of channels)',
    means:
      'Every group of channels writes each psum once and reads it once; the last read is on the way to the DRAM. Table V counts so, in MB of 10^6 bytes; Table VI seems to count filters too, and strips at an edge with a share of a full halo, in MB of 2^20 bytes.',
  },
  edp: {
    title: 'Energy-delay product',
    formula: 'EDP = energy per operation × delay per operation',
    means: 'Of the mappings with the least energy, as in the paper.',
  },
} as const satisfies Record<string, Equation>;

export type EquationName = keyof typeof EQUATIONS;
