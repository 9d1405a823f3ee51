import { InputError } from '../input-error.ts';

/**
 * A run-length code for words of 16 bits, many of which are zero. The code is made of code words, each holding as many
 * (run, level) pairs as fit and a last bit: whether this is the last code word of its stream.
 */
export interface RlcConfig {
  /** Bits of a code word: a multiple of 32, in which at least one pair fits. */
  readonly wordBits: number;
  /** Bits of a run, the number of zeros before a level: 1 to 16. The longest run is 2^runBits − 1. */
  readonly runBits: number;
  /** Bits of a level, the word after a run: those of a word. */
  readonly levelBits: 16;
}

/**
 * Three pairs of 5 and 16 bits, and the last bit (Chen, Krishna, Emer and Sze, "Eyeriss: An Energy-Efficient
 * Reconfigurable Accelerator for Deep Convolutional Neural Networks", JSSC 52(1), 2017, on run-length compression).
 */
export const EYERISS_RLC: RlcConfig = { wordBits: 64, runBits: 5, levelBits: 16 };

/** Pairs that a code word holds: 3 in Eyeriss. */
export const pairsPerWord = ({ wordBits, runBits, levelBits }: RlcConfig): number =>
  Math.floor((wordBits - 1) / (runBits + levelBits));

/**
 * Counts the code words of a stream that comes in pieces, such as the rows of a tile that lies in a larger fmap, without
 * making them.
 */
export class RlcCounter {
  private readonly pairsPerWord: number;
  private readonly longestRun: number;
  private pairs = 0;
  private run = 0;

  constructor(config: RlcConfig = EYERISS_RLC) {
    this.pairsPerWord = pairsPerWord(config);
    this.longestRun = 2 ** config.runBits - 1;
  }

  /** Continues the stream with `length` words from `start` on, which must be there. */
  push(words: Int16Array, start = 0, length = words.length - start): void {
    const { longestRun } = this;
    let { pairs, run } = this;
    for (let i = start; i < start + length; i++) {
      if (words[i] === 0 && run < longestRun) run++;
      else {
        pairs++;
        run = 0;
      }
    }
    this.pairs = pairs;
    this.run = run;
  }

  /** The number of code words of the stream, which ends here: the next word begins another. */
  finish(): number {
    const pairs = this.pairs + (this.run > 0 ? 1 : 0);
    this.pairs = this.run = 0;
    return Math.ceil(pairs / this.pairsPerWord);
  }
}

/** The number of code words that {@link encode} makes of `length` words from `start` on, which must be there. */
export function encodedLength(
  words: Int16Array,
  start = 0,
  length = words.length - start,
  config: RlcConfig = EYERISS_RLC,
): number {
  const counter = new RlcCounter(config);
  counter.push(words, start, length);
  return counter.finish();
}

/**
 * The code of a stream of words, as 32-bit pieces: a code word of Eyeriss is two, its upper half first. From its highest
 * bit down, a code word holds its pairs in their order, each with its run before its level; its lowest bit is the last
 * bit. Bits between, of which Eyeriss has none, are 0.
 *
 * The published text leaves the end of a stream open. Here, zeros at the end are a pair too, whose level is the last of
 * them, and pairs beyond it are all 0. A pair of 0 may thus be a zero or nothing: what tells them apart is the number of
 * words, which the chip has in its configuration and {@link decode} is given. A stream of no words has no code words.
 */
export function encode(words: Int16Array, config: RlcConfig = EYERISS_RLC): Uint32Array {
  const { wordBits, runBits, levelBits } = config;
  const pairBits = runBits + levelBits;
  const lastPairBit = pairsPerWord(config) * pairBits;
  const longestRun = 2 ** runBits - 1;
  const code = new Uint32Array((encodedLength(words, 0, words.length, config) * wordBits) / 32);
  let wordAt = 0;
  let pairBit = 0;
  let run = 0;
  const end = words.length - 1;
  for (let i = 0; i <= end; i++) {
    const level = words[i]!;
    if (level === 0 && run < longestRun && i < end) {
      run++;
      continue;
    }
    if (pairBit === lastPairBit) {
      wordAt += wordBits / 32;
      pairBit = 0;
    }
    const at = wordAt + (pairBit >>> 5);
    const pair = (run << levelBits) | (level & 0xffff);
    const left = 32 - pairBits - (pairBit & 31);
    if (left >= 0) code[at]! |= pair << left;
    else {
      code[at]! |= pair >>> -left;
      code[at + 1]! |= pair << (32 + left);
    }
    pairBit += pairBits;
    run = 0;
  }
  if (code.length > 0) code[code.length - 1]! |= 1;
  return code;
}

/**
 * The `count` words that a code stands for.
 *
 * @throws InputError if {@link encode} makes this code of no `count` words, with the first code word and pair that tell.
 */
export function decode(code: Uint32Array, count: number, config: RlcConfig = EYERISS_RLC): Int16Array {
  const { wordBits, runBits, levelBits } = config;
  const piecesPerWord = wordBits / 32;
  const codeWords = code.length / piecesPerWord;
  const pairs = pairsPerWord(config);
  const pairBits = runBits + levelBits;
  const unusedBits = wordBits - 1 - pairs * pairBits;
  const longestRun = 2 ** runBits - 1;
  if (!Number.isInteger(codeWords)) {
    throw corrupt([], `${32 * code.length} bits, not whole words of ${wordBits}`);
  }
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new InputError({
      code: 'out-of-range',
      path: ['count'],
      found: count,
      allowed: 'a whole number from 0',
    });
  }
  const most = codeWords * pairs * (longestRun + 1);
  if (count > most) throw corrupt([], `holds at most ${most} words, not ${count}`);

  const words = new Int16Array(count);
  let filled = 0;
  for (let word = 0; word < codeWords; word++) {
    const start = word * piecesPerWord;
    if (filled === count) throw corrupt([word], `goes on after all ${count} words`);
    for (let pair = 0; pair < pairs; pair++) {
      const bits = bitsAt(code, start, pair * pairBits, pairBits);
      if (filled === count) {
        if (bits !== 0) throw corrupt([word, 'pair', pair], `not empty after all ${count} words`);
        continue;
      }
      const run = bits >>> levelBits;
      const level = bits & 0xffff;
      filled += run + 1;
      if (filled > count) throw corrupt([word, 'pair', pair], `goes beyond the ${count} words`);
      if (level === 0 && run < longestRun && filled < count) {
        throw corrupt([word, 'pair', pair], `level 0 after a run of ${run}, before the end`);
      }
      words[filled - 1] = level;
    }
    if (unusedBits > 0 && bitsAt(code, start, pairs * pairBits, unusedBits) !== 0) {
      throw corrupt([word], 'a bit between the pairs and the last is not 0');
    }
    const isLast = (code[start + piecesPerWord - 1]! & 1) === 1;
    if (isLast && word < codeWords - 1) throw corrupt([word], 'marked as the last word, with more behind it');
    if (!isLast && word === codeWords - 1) throw corrupt([word], 'not marked as the last word');
  }
  if (filled < count) throw corrupt([], `ends after ${filled} of ${count} words`);
  return words;
}

/** A number of at most 32 bits: those from `bit` on, counted from the highest of the piece at `start`. */
function bitsAt(code: Uint32Array, start: number, bit: number, length: number): number {
  const at = start + (bit >>> 5);
  const from = bit & 31;
  const left = 32 - length - from;
  if (left >= 0) return (code[at]! << from) >>> (32 - length);
  return ((code[at]! << from) | (code[at + 1]! >>> (32 - from))) >>> (32 - length);
}

const corrupt = (place: readonly (string | number)[], found: string): InputError =>
  new InputError({ code: 'syntax', path: ['code', ...place], found, allowed: '' });
