import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import {
  decode,
  EYERISS_RLC,
  encode,
  encodedLength,
  pairsPerWord,
  type RlcConfig,
  RlcCounter,
} from './rlc.ts';

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** A code as bits, code words apart: `runs level | …`. */
function bitsOf(code: Uint32Array): string[] {
  const pieces = Array.from(code, (piece) => piece.toString(2).padStart(32, '0'));
  return pieces.flatMap((piece, i) => (i % 2 === 0 ? [piece + pieces[i + 1]!] : []));
}

const level = (bits: string): string => bits.padStart(16, '0');

const anyWords = fc
  .array(
    fc.oneof(
      fc.integer({ min: -32768, max: 32767 }).map((word) => [word]),
      fc.constantFrom(-32768, -1, 1, 32767).map((word) => [word]),
      fc.integer({ min: 0, max: 100 }).map(zeros),
      fc.constantFrom(31, 32, 33, 62, 63, 64, 65).map(zeros),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Int16Array.from(parts.flat()));

const anyConfig: fc.Arbitrary<RlcConfig> = fc
  .record({
    wordBits: fc.constantFrom(32, 64, 96, 128),
    runBits: fc.integer({ min: 1, max: 16 }),
    levelBits: fc.constant(16 as const),
  })
  .filter((config) => pairsPerWord(config) > 0);

describe('a code word', () => {
  it('has three pairs in Eyeriss', () => expect(pairsPerWord(EYERISS_RLC)).toBe(3));

  it('holds its pairs from the highest bit down, and the last bit', () => {
    const words = Int16Array.from([0, 0, 5, -1, ...zeros(35), 7, 9]);
    expect(bitsOf(encode(words))).toEqual([
      `${['00010', level('101'), '00000', '1'.repeat(16), '11111', level('0')].join('')}0`,
      `${['00011', level('111'), '00000', level('1001'), '00000', level('0')].join('')}1`,
    ]);
  });

  it('holds zeros at the end as a pair whose level is the last of them', () => {
    expect(bitsOf(encode(new Int16Array(3)))).toEqual([`00010${'0'.repeat(58)}1`]);
    expect(bitsOf(encode(new Int16Array(32)))).toEqual([`11111${'0'.repeat(58)}1`]);
    expect(bitsOf(encode(new Int16Array(1)))).toEqual([`${'0'.repeat(63)}1`]);
  });
});

describe('encode and decode', () => {
  it.each([
    ['no words', []],
    ['one zero', [0]],
    ['the least word', [-32768]],
    ['the largest word', [32767]],
    ...[30, 31, 32, 33, 62, 63, 64, 65, 96, 1000].flatMap((length): [string, number[]][] => [
      [`only ${length} zeros`, zeros(length)],
      [`${length} zeros before a word`, [...zeros(length), -32768]],
      [`${length} zeros after a word`, [1, ...zeros(length)]],
      [`${length} zeros between words`, [1, ...zeros(length), -1]],
    ]),
  ])('give back %s', (_, list) => {
    const words = Int16Array.from(list);
    const code = encode(words);
    expect(decode(code, words.length)).toEqual(words);
    expect(code.length).toBe(2 * encodedLength(words));
  });

  it('give back any words, in a code as long as was said, in any form of the code', () => {
    fc.assert(
      fc.property(anyWords, fc.option(anyConfig, { nil: EYERISS_RLC }), (words, config) => {
        const code = encode(words, config);
        expect(decode(code, words.length, config)).toEqual(words);
        expect(code.length).toBe((encodedLength(words, 0, words.length, config) * config.wordBits) / 32);
      }),
      { numRuns: 1000 },
    );
  });

  it('need no more than a third of a code word for each word, and at least one for 96', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        expect(encodedLength(words)).toBeLessThanOrEqual(Math.ceil(words.length / 3));
        expect(encodedLength(words)).toBeGreaterThanOrEqual(Math.ceil(words.length / 96));
      }),
    );
  });
});

describe('RlcCounter', () => {
  it('counts a stream that comes in pieces, then the next', () => {
    const counter = new RlcCounter();
    fc.assert(
      fc.property(anyWords, fc.array(fc.nat(200)), (words, cuts) => {
        const ends = [...cuts.filter((cut) => cut < words.length).sort((a, b) => a - b), words.length];
        ends.forEach((end, i) => {
          const start = ends[i - 1] ?? 0;
          counter.push(words, start, end - start);
        });
        expect(counter.finish()).toBe(encode(words).length / 2);
      }),
    );
  });

  it('counts a window of a plane as its rows one after another', () => {
    const plane = Int16Array.from({ length: 20 * 30 }, (_, i) => (i % 7 === 0 ? i : 0));
    const counter = new RlcCounter();
    const window: number[] = [];
    for (let row = 3; row < 15; row++) {
      counter.push(plane, 30 * row + 4, 11);
      window.push(...plane.subarray(30 * row + 4, 30 * row + 15));
    }
    expect(counter.finish()).toBe(encodedLength(Int16Array.from(window)));
  });

  it('counts a part of an array as that part alone', () => {
    fc.assert(
      fc.property(anyWords, fc.nat(100), fc.nat(100), (words, a, b) => {
        const [start, end] = [Math.min(a, b, words.length), Math.min(Math.max(a, b), words.length)];
        expect(encodedLength(words, start, end - start)).toBe(encodedLength(words.slice(start, end)));
      }),
    );
  });
});

/** Bits per word of a source whose words are 0 or, all alike, any of the other 65535, each on its own. */
const entropy = (zeroShare: number): number =>
  -zeroShare * Math.log2(zeroShare) -
  (1 - zeroShare) * Math.log2(1 - zeroShare) +
  (1 - zeroShare) * Math.log2(65535);

/** Bits per word that the code takes for it: a third of 64 per pair; a pair is 1 + z + … + z^31 words on average. */
const expectedBits = (zeroShare: number): number => ((64 / 3) * (1 - zeroShare)) / (1 - zeroShare ** 32);

/** Words of that source, as many of them zero as its share says. */
function sample(zeroShare: number, length: number): Int16Array {
  const random = xoroshiro128plus(20170101);
  let zerosLeft = Math.round(zeroShare * length);
  return Int16Array.from({ length }, (_, i) => {
    const isZero = uniformFloat64(random) * (length - i) < zerosLeft;
    if (isZero) zerosLeft--;
    return isZero ? 0 : uniformInt(random, 1, 65535);
  });
}

/**
 * Every run takes 5 bits and every code word a last bit, though the run of a source with few zeros tells little: 1.6 bits
 * where 38.7 % are. The code is thus not within 10 % of the entropy for CONV2 and CONV3, whatever makes it.
 */
describe('the length against the entropy of random words with the zeros of JSSC 2017, AlexNet', () => {
  const layers: [string, number, number][] = [
    ['CONV2', 0.387, 21.4],
    ['CONV3', 0.725, 11.8],
    ['CONV4', 0.793, 9.2],
    ['CONV5', 0.776, 9.9],
  ];

  it.each(layers)('%s: with %d zeros, it is %d %% more', (_, zeroShare, percent) => {
    const words = sample(zeroShare, 1_000_000);
    const bits = (64 * encodedLength(words)) / words.length;
    const more = (perWord: number) => (100 * (perWord / entropy(zeroShare) - 1)).toFixed(1);
    expect(more(bits)).toBe(percent.toFixed(1));
    expect(more(expectedBits(zeroShare))).toBe(percent.toFixed(1));
  });

  it('is within 10 % where 77.3 % to 92.4 % are zero only, and 6.3 % at best', () => {
    const shares = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const within = shares.filter((share) => expectedBits(share) <= 1.1 * entropy(share));
    expect([within[0], within.at(-1), within.length]).toEqual([0.773, 0.924, 152]);
    const best = Math.min(...shares.map((share) => expectedBits(share) / entropy(share)));
    expect((100 * (best - 1)).toFixed(1)).toBe('6.3');
  });
});

describe('a corrupt code', () => {
  const problemOf = (action: () => unknown): string | undefined => {
    try {
      action();
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return undefined;
  };
  const words = Int16Array.from([1, 2, 3, 4, ...zeros(40), 5]);
  const good = encode(words);

  const flip = (code: Uint32Array, piece: number, bits: number): Uint32Array =>
    code.map((value, i) => (i === piece ? value ^ bits : value));

  it.each([
    ['half a code word', good.subarray(1), words.length, 'code: 96 bits, not whole words of 64'],
    ['no code', new Uint32Array(), 1, 'code: holds at most 0 words, not 1'],
    ['a code for no words', good, 0, 'code[0]: goes on after all 0 words'],
    ['fewer words than counted', good, 96 * 2, 'code: ends after 45 of 192 words'],
    ['a count that no memory holds', good, 1e15, 'code: holds at most 192 words, not 1000000000000000'],
    ['a count below 0', good, -1, 'count: found -1; allowed: a whole number from 0'],
    ['a count that is not whole', good, 1.5, 'count: found 1.5; allowed: a whole number from 0'],
    ['more words than counted', good, 44, 'code[1].pair[2]: goes beyond the 44 words'],
    [
      'an end too early',
      flip(good, 1, 1),
      words.length,
      'code[0]: marked as the last word, with more behind it',
    ],
    ['no end', flip(good, 3, 1), words.length, 'code[1]: not marked as the last word'],
    ['no last code word', good.subarray(0, 2), 3, 'code[0]: not marked as the last word'],
    [
      'a short run before a zero',
      flip(good, 0, 1 << 11),
      words.length,
      'code[0].pair[0]: level 0 after a run of 0, before the end',
    ],
    ['a pair after the end', encode(Int16Array.of(1, 2)), 1, 'code[0].pair[1]: not empty after all 1 words'],
  ])('is told: %s', (_, code, count, message) => {
    expect(problemOf(() => decode(code, count))).toBe(message);
  });

  it('is told where bits that mean nothing are set', () => {
    const config: RlcConfig = { wordBits: 64, runBits: 4, levelBits: 16 };
    const code = encode(Int16Array.of(1, 2), config);
    expect(problemOf(() => decode(flip(code, 1, 2), 2, config))).toBe(
      'code[0]: a bit between the pairs and the last is not 0',
    );
    expect(decode(code, 2, config)).toEqual(Int16Array.of(1, 2));
  });

  it('is told whatever was done to it, unless it is the code of other words', () => {
    const mutation = fc.record({
      kind: fc.constantFrom('flip', 'remove', 'double', 'clear', 'set'),
      at: fc.nat(),
      bit: fc.integer({ min: 0, max: 31 }),
    });
    const mutate = (
      code: number[],
      { kind, at, bit }: { kind: string; at: number; bit: number },
    ): number[] => {
      const i = at % (code.length || 1);
      const piece = code[i] ?? 0;
      if (kind === 'remove') return code.toSpliced(i, 1);
      if (kind === 'double') return code.toSpliced(i, 0, piece);
      return code.with(i, kind === 'flip' ? piece ^ (1 << bit) : kind === 'clear' ? 0 : 0xffffffff);
    };
    let taken = 0;
    fc.assert(
      fc.property(
        anyWords.filter(({ length }) => length > 0),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -3, max: 3 }),
        (words, mutations, more) => {
          const code = Uint32Array.from(
            mutations.reduce(
              (rest, each) => (rest.length > 0 ? mutate(rest, each) : rest),
              [...encode(words)],
            ),
          );
          const count = words.length + (mutations.length > 2 ? more : 0);
          try {
            const decoded = decode(code, count);
            taken++;
            expect(decoded.length).toBe(count);
            expect(encode(decoded)).toEqual(code);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            expect(error.message).toMatch(/^(code|count)/);
          }
        },
      ),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
