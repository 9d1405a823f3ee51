import { decode, encode, encodedLength, type RlcConfig } from '../chip/rlc.ts';

/** Words of a tensor, and what they stand for: each its number times 2^fractionBits. */
export interface Words {
  readonly words: Int16Array;
  readonly fractionBits: number;
}

/** A tensor as it lies in the memory. */
interface Stored {
  /** Run-length code, or the words themselves. */
  readonly content: Uint32Array | Int16Array;
  readonly length: number;
  readonly fractionBits: number;
}

/** What is in a memory: plain data, to be kept. */
export type MemoryContent = ReadonlyMap<string, Stored>;

/**
 * The memory beside the chip, where feature maps lie between layers: in the run-length code of the chip, but for a network's
 * input, which is not compressed.
 */
export class Memory {
  readonly #rlc: RlcConfig;
  readonly #stored: Map<string, Stored>;

  constructor(rlc: RlcConfig, content: MemoryContent = new Map()) {
    this.#rlc = rlc;
    this.#stored = new Map(content);
  }

  get content(): MemoryContent {
    return new Map(this.#stored);
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  store(name: string, { words, fractionBits }: Words, isCoded: boolean): void {
    const content = isCoded ? encode(words, this.#rlc) : words;
    this.#stored.set(name, { content, length: words.length, fractionBits });
  }

  /** The words of a tensor that is there. */
  load(name: string): Words {
    const { content, length, fractionBits } = this.#stored.get(name)!;
    const words = content instanceof Int16Array ? content : decode(content, length, this.#rlc);
    return { words, fractionBits };
  }

  release(name: string): void {
    this.#stored.delete(name);
  }
}

/** 16-bit words that words take in the memory. */
export const storedLength = (words: Int16Array, rlc: RlcConfig, isCoded: boolean): number =>
  isCoded ? (encodedLength(words, 0, words.length, rlc) * rlc.wordBits) / 16 : words.length;
