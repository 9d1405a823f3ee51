import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { encode } from '../chip/rlc.ts';
import { Memory, storedLength } from './memory.ts';

const { rlc } = EYERISS_CHIP;

const words = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: -32768, max: 32767 })), { minLength: 1, maxLength: 30 })
  .map((runs) => Int16Array.from(runs.flatMap(([zeros, word]) => [...Array<number>(zeros).fill(0), word])));
const bits = fc.integer({ min: -20, max: 20 });

describe('the memory beside the chip', () => {
  it('gives back what was stored, coded or not, also after its content was cloned', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, bits, fc.boolean()), { maxLength: 6 }), (tensors) => {
        const memory = new Memory(rlc);
        for (const [i, [stored, fractionBits, isCoded]] of tensors.entries()) {
          memory.store(`t${i}`, { words: stored, fractionBits }, isCoded);
        }
        const again = new Memory(rlc, structuredClone(memory.content));
        for (const one of [memory, again]) {
          for (const [i, [stored, fractionBits]] of tensors.entries()) {
            expect(one.has(`t${i}`)).toBe(true);
            expect(one.load(`t${i}`)).toEqual({ words: stored, fractionBits });
          }
        }
      }),
    );
  });

  it('forgets what is released, and nothing else; what was taken out before stays', () => {
    const memory = new Memory(rlc);
    memory.store('a', { words: Int16Array.of(1, 0, 0, 2), fractionBits: 1 }, true);
    memory.store('b', { words: Int16Array.of(3), fractionBits: 2 }, false);
    const { content } = memory;
    memory.release('a');
    memory.release('never there');
    expect([memory.has('a'), memory.has('b')]).toEqual([false, true]);
    expect([...memory.content.keys()]).toEqual(['b']);
    expect(new Memory(rlc, content).load('a').words).toEqual(Int16Array.of(1, 0, 0, 2));
    // What one run does to its memory is not seen by another that began with the same content
    const other = new Memory(rlc, content);
    other.release('b');
    expect(new Memory(rlc, content).has('b')).toBe(true);
  });

  it('takes a word for a word, or what the code takes', () => {
    fc.assert(
      fc.property(words, (stored) => {
        expect(storedLength(stored, rlc, false)).toBe(stored.length);
        expect(storedLength(stored, rlc, true)).toBe(encode(stored, rlc).byteLength / 2);
      }),
    );
  });
});
