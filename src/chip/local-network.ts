import type { Pe } from './pe.ts';

/** The local network (LN): from each PE to the one above it. */
export interface LocalNetworkConfig {
  /** psums that it moves in a cycle, between each two PEs. */
  readonly wordsPerCycle: number;
}

/** JSSC 2017 (docs/chip.md, parts): four psums wide. */
export const EYERISS_LOCAL_NETWORK: LocalNetworkConfig = { wordsPerCycle: 4 };

/**
 * The PEs of one column whose psums add up: psums enter at the bottom and leave at the top. Whether a PE takes psums from
 * the local network or from the GIN is fixed for a layer.
 */
export class Stack {
  /** psums that went from a PE to the one above. */
  words = 0;
  readonly top: Pe;
  readonly bottom: Pe;
  private readonly fromTop: readonly Pe[];
  private readonly wordsPerCycle: number;

  /** @param pes at least one PE, the topmost first */
  constructor(pes: readonly Pe[], { wordsPerCycle }: LocalNetworkConfig) {
    this.fromTop = pes;
    this.top = pes[0]!;
    this.bottom = pes.at(-1)!;
    this.wordsPerCycle = wordsPerCycle;
  }

  /** Each PE lets a psum out, then takes those of the PE below it; from the top, so that a word goes one step per cycle. */
  step(): void {
    const { fromTop } = this;
    for (let i = 0; i < fromTop.length; i++) {
      const pe = fromTop[i]!;
      pe.stepOut();
      if (i + 1 < fromTop.length) this.move(fromTop[i + 1]!, pe);
    }
  }

  private move(from: Pe, to: Pe): void {
    if (from.psumOut.size === 0) return;
    const words = Math.min(this.wordsPerCycle, from.psumOut.size, to.psumIn.room);
    for (let i = 0; i < words; i++) to.psumIn.push(from.psumOut.pop());
    this.words += words;
  }
}
