import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  ALL_KEPT,
  arbitraryNest,
  CONV3,
  COSTLY_ARRAY,
  DEEP_NEST,
  MACHINE,
  ROUND_THE_GLB,
  SYSTOLIC,
  shown,
} from './nest.testing.ts';
import { loopText } from './nest-names.ts';
import { nestText } from './nest-text.ts';
import { nestView } from './nest-view.ts';

const plain = { color: false, width: 110 };
const withoutLegend = (text: string) => text.split('\n\n').slice(0, 2).join('\n\n');

describe('a loop nest as text', () => {
  it('is written as a person would', () => {
    expect(nestText(shown(CONV3, MACHINE, ROUND_THE_GLB), plain)).toMatchInlineSnapshot(`
      "CONV3 on eyeriss-like-256
      6.74 per MAC · 958,464 cycles · 60.9 % of 256 MACs busy
      N 1 · M 384 · C 256 · R 3 · S 3 · P 13 · Q 13 · 150M MACs

      loops                            weights                 inputs                outputs               energy
      DRAM                             884,736                 57,600                 64,896               20.0 %
        for m in 0..48                  18,432 new    +54.1k   57,600 stays            1,352 new    +63.5k
          in all                                              ↓57,600                ↑64,896 ↓0
      GLB  89.9 % of 65,536 words            —                 57,600                  1,352                2.9 %
          for c in 0..16                 1,152 new     +829k    3,600 new     +518k    1,352 again  +74.9k
            for p in 0..13               1,152 stays              720 slides +2.21M      104 new     +958k
              par q in 0..13 (X)         1,152 shared             144 partly               8 split
                par s in 0..3 (Y)          384 split               48 partly               8 added
                  par c in 0..4 (Y)         96 split               12 split                8 added
                    in all            ↓884,736                 ↓2.76M                 ↑1.04M ↓973,440
      RF × 156  45.3 % of 256 words         96                     12                      8               62.3 %
                    for r in 0..3           32                      4                      8
                      for c in 0..4          8                      1                      8
                        for m in 0..8        1                      1                      1
                          in all         ↓150M                  ↓150M                  ↑150M ↓149M
      MAC × 156                                                                                            14.8 %

      for: in time · par: at once, along X or Y of the grid · a number: the words that all inside the loop works on
      in time   stays: not moved · slides: partly new · new: all new · again: once more · +: what its own steps move
      in space  shared: same for all · added: psums, on the way · partly: same for some · split: each its own
      in all    ↓ words read by the level below · ↑ psums from there
      "
    `);
  });

  it('says what does not fit, and what brings which words again', () => {
    expect(withoutLegend(nestText(shown(CONV3, COSTLY_ARRAY, ALL_KEPT), plain))).toMatchInlineSnapshot(`
      "CONV3 on eyeriss-like-256
      8.51 per MAC · 958,464 cycles · 60.9 % of 256 MACs busy
      N 1 · M 384 · C 256 · R 3 · S 3 · P 13 · Q 13 · 150M MACs

      loops                          weights                 inputs                outputs               energy
      DRAM                           884,736                 57,600                 64,896               22.2 %
       for m in 0..8                 110,592 new     +387k   57,600 again   +202k    8,112 new    +56.8k
        for c in 0..2                 55,296 new     +442k   28,800 new     +230k    8,112 stays
         in all                     ↓884,736               ↓460,800                ↑64,896 ↓0
      GLB  92,208 > 65,536 words      55,296                 28,800                  8,112                6.4 %
         for m in 0..3                18,432 new    +73.7k   28,800 again  +59.9k    2,704 new    +6.66k
          for c in 0..8                2,304 new     +774k    3,600 new     +629k    2,704 again  +69.9k
           for p in 0..13              2,304 stays              720 new    +8.63M      208 new     +958k
            par q in 0..13 (X)         2,304 shared             144 split               16 split
             par r in 0..3 (Y)           768 split               48 split               16 added
              par m in 0..4 (Y)          192 split               48 shared               4 split
               in all               ↓884,736                 ↓9.35M                 ↑1.04M ↓973,440       8.6 %
      RF × 156  95.3 % of 256 words      192                     48                      4               51.0 %
               for c in 0..16             12                      3                      4
                for m in 0..4              3                      3                      1
                 for s in 0..3             1                      1                      1
                  in all               ↓150M                  ↓150M                  ↑150M ↓149M
      MAC × 156                                                                                          11.7 %"
    `);
  });

  it('has many levels, stores for single tensors and tiles that go round', () => {
    expect(withoutLegend(nestText(DEEP_NEST, plain))).toMatchInlineSnapshot(`
      "res4b22_branch2b with a name that does not end on a machine with very many levels and a long name
      4.40 per MAC · 331,776 cycles · 34.0 % of 8,192 MACs busy · High-bandwidth memory sets the pace
      G 2 · N 4 · M 256 · C 256 · R 3 · S 3 · P 14 · Q 14 · 925M MACs

      loops                             weights                 inputs                outputs               energy
      High-bandwidth memory               1.18M                589,824                458,752                9.1 %
       for g in 0..2                    589,824 new     +295k  294,912 new    +73.7k  229,376 new    +28.7k
        for n in 0..4                   589,824 again  +1.77M   73,728 new     +442k   57,344 new     +172k
         for m in 0..2                  294,912 new    +2.36M   73,728 stays           28,672 new     +229k
          in all                         ↓4.72M               ↓589,824               ↑458,752 ↓0
      L2  37.8 % of 2.1M words          294,912                 73,728                 28,672                4.8 %
          for c in 0..4                  73,728 new    +1.77M   18,432 new     +590k   28,672 again   +344k
           for m in 0..2                 36,864 new    +2.36M   18,432 again   +786k   14,336 new     +459k
            for p in 0..2                36,864 stays           10,240 new    +1.57M    7,168 new     +918k
             par m in 0..2 (X)           18,432 split           10,240 shared           3,584 split
              par p in 0..2 (Y)          18,432 shared           6,144 split            1,792 split
               in all                    ↓4.72M                 ↓3.15M                 ↑1.84M ↓1.38M         1.4 %
      Cluster scratchpad × 4             18,432 > 8,192          6,144 of 8,192         1,792 of 4,096      17.5 %
               for q in 0..2             18,432 again   +2.1M    3,456 slides +1.97M      896 new     +918k
                for s in 0..3             6,144 new    +8.39M    2,688 slides +1.57M      896 stays
                 in all                                         ↓6.29M                 ↑1.84M ↓1.38M
      L1 × 4  3,584 > 1,024 words             —                  2,688                    896                2.5 %
                 for p in 0..4            6,144 again  +37.7M    1,344                    224 new    +4.13M
                  for r in 0..3           2,048 new     +101M      448                    224 stays
                   par c in 0..64 (X)        32 split                7 split              224 added
                    par m in 0..32 (Y)        1 split                7 shared               7 split
                     in all               ↓151M                                        ↑5.51M ↓5.05M         4.6 %
      Accumulator × 8,192                     1 of 16                —                      7 of 16         44.5 %
                     for q in 0..7            1                      1                      1
                      in all             ↓1.06G                   ↓33M                 ↑1.06G ↓1.03G
      MAC × 8,192                                                                                           15.6 %"
    `);
  });

  it('has all loops and levels in their order, whatever the nest', () => {
    fc.assert(
      fc.property(arbitraryNest, fc.integer({ min: 80, max: 160 }), (nest, width) => {
        const text = nestText(nest, { color: false, width });
        expect(text).not.toMatch(/NaN|undefined|Infinity|[^\P{Cc}\n]|\p{Bidi_Control}/u);
        const loops = nestView(nest).flatMap(({ loops }) => loops.map(loopText));
        const found = [...text.matchAll(/^ *((?:for|par) \w in 0\.\.\d+(?: \([XY]\))?)/gm)];
        expect(found.map(([, loop]) => loop)).toEqual(loops);
        expect(stripVTControlCharacters(nestText(nest, { color: true, width }))).toBe(text);
      }),
    );
  });

  it('keeps to 110 columns for nests as they usually are', () => {
    for (const nest of [
      shown(CONV3, MACHINE, ROUND_THE_GLB),
      shown(CONV3, COSTLY_ARRAY, ALL_KEPT),
      DEEP_NEST,
      SYSTOLIC,
    ]) {
      for (const line of nestText(nest, plain).split('\n')) {
        expect(stringWidth(line), line).toBeLessThanOrEqual(110);
      }
    }
  });
});
