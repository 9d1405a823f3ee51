/** The keys of a setup in an address: what views on one hardware and network have in common. */
export const SETUP_KEYS = [
  'net',
  'batch',
  'pes',
  'rf',
  'glb',
  'area',
  'dram',
  'buffer',
  'array',
  'reg',
  'alu',
  'objective',
  'layers',
] as const;
