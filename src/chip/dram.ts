/** The link to external memory (DRAM). */
export interface DramConfig {
  /** Bits that it moves in a cycle of its own clock. */
  readonly bits: number;
  /** Its clock. */
  readonly megahertz: number;
}

/** How long the link is busy with so many 16-bit words, in ms. */
export const linkMs = ({ bits, megahertz }: DramConfig, words: number): number =>
  (16 * words) / (bits * megahertz * 1e3);

/** 64 bits at 60 MHz, as in the measurements: JSSC 2017, Tables V and VI. */
export const EYERISS_DRAM: DramConfig = { bits: 64, megahertz: 60 };
