/** The link to external memory (DRAM). */
export interface DramConfig {
  /** Bits that it moves in a cycle of its own clock. */
  readonly bits: number;
  /** Its clock. */
  readonly megahertz: number;
}

/** 64 bits at 60 MHz, as in the measurements: JSSC 2017, Tables V and VI. */
export const EYERISS_DRAM: DramConfig = { bits: 64, megahertz: 60 };
