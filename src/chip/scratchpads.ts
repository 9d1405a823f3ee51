/** Scratchpads of a PE, in words. */
export interface ScratchpadConfig {
  /** Filter words: p filter rows of q channels, interleaved. */
  readonly filterWords: number;
  /** ifmap words: the window of q channels that slides along the rows. */
  readonly ifmapWords: number;
  /** psums that are being accumulated: one for each of p filters. */
  readonly psumWords: number;
}

/** 224 words of SRAM, 12 and 24 words of registers: JSSC 2017 (docs/chip.md, parts). */
export const EYERISS_SCRATCHPADS: ScratchpadConfig = { filterWords: 224, ifmapWords: 12, psumWords: 24 };
