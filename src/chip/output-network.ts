import type { Stack } from './local-network.ts';

/** The global output network (GON): psums from the array to the GLB. */
export interface OutputNetworkConfig {
  /** psums that it takes in a cycle, all from one PE. */
  readonly wordsPerCycle: number;
}

/** JSSC 2017 (docs/chip.md, parts): four psums per cycle. */
export const EYERISS_OUTPUT_NETWORK: OutputNetworkConfig = { wordsPerCycle: 4 };

/**
 * Takes psums from the top PEs of columns in turn: it goes on from the column after the last one, and passes over those that
 * have none. (The published text leaves the arbitration open.)
 */
export class OutputNetwork {
  /** psums that it took. */
  words = 0;
  private readonly stacks: readonly Stack[];
  private readonly wordsPerCycle: number;
  private turn = 0;

  constructor(stacks: readonly Stack[], { wordsPerCycle }: OutputNetworkConfig) {
    this.stacks = stacks;
    this.wordsPerCycle = wordsPerCycle;
  }

  /** One cycle; tells which column each psum is from. */
  step(write: (stack: number, psum: number) => void): void {
    const { stacks } = this;
    for (let passedOver = 0; passedOver < stacks.length; passedOver++) {
      const from = this.turn;
      this.turn = from + 1 < stacks.length ? from + 1 : 0;
      const out = stacks[from]!.top.psumOut;
      const words = Math.min(this.wordsPerCycle, out.size);
      if (words === 0) continue;
      for (let i = 0; i < words; i++) write(from, out.pop());
      this.words += words;
      return;
    }
  }
}
