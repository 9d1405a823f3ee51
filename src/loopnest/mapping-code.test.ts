import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { arbitraryImperfectNest, arbitraryNest } from './arbitrary.testing.ts';
import { normalForm } from './edit.ts';
import { machine, memory } from './machine.testing.ts';
import { mappingCode, mappingFromCode } from './mapping-code.ts';
import { convolution, type LoopProblem, TENSORS } from './problem.ts';

const CONV3 = convolution('CONV3', { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 });
const MACHINE = machine(memory('DRAM'), memory('GLB', { fanout: { x: 16, y: 16, energy: 0 } }), memory('RF'));
const CODE = 'wio-M48_io-C16.P13-Q13-S3.C4_wio-R3.C4.M8';

describe('the code of a mapping', () => {
  it('reads as documented', () => {
    const mapping = mappingFromCode(CONV3, MACHINE, CODE);
    expect(mapping.levels).toEqual([
      { name: 'DRAM', keep: TENSORS, temporal: [['M', 48]], spatialX: [], spatialY: [] },
      {
        name: 'GLB',
        keep: ['inputs', 'outputs'],
        temporal: [
          ['C', 16],
          ['P', 13],
        ],
        spatialX: [['Q', 13]],
        spatialY: [
          ['S', 3],
          ['C', 4],
        ],
      },
      {
        name: 'RF',
        keep: TENSORS,
        temporal: [
          ['R', 3],
          ['C', 4],
          ['M', 8],
        ],
        spatialX: [],
        spatialY: [],
      },
    ]);
    expect(mappingCode(CONV3, mapping)).toBe(CODE);
    expect(new URLSearchParams({ nest: CODE }).toString()).toBe(`nest=${CODE}`);
  });

  it('comes back as the same mapping', () => {
    fc.assert(
      fc.property(
        fc.oneof(arbitraryNest(3000), arbitraryImperfectNest(3000)),
        ({ problem, architecture, mapping }) => {
          const code = mappingCode(problem, mapping);
          expect(code).toMatch(/^[\w.*-]+$/);
          expect(mappingFromCode(problem, architecture, code)).toEqual(normalForm(mapping));
        },
      ),
    );
  });

  it('takes dimensions by any name', () => {
    const dimension = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('B', 'M1', 'm_'),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(
          dimension.filter((name) => !(name in {})),
          { minLength: 1, maxLength: 6 },
        ),
        (names) => {
          const axes = names.map((name) => [{ dimension: name, coefficient: 1 }]);
          const problem: LoopProblem = {
            name: 'general',
            sizes: Object.fromEntries(names.map((name) => [name, 6])),
            tensors: { weights: axes, inputs: axes, outputs: axes },
          };
          const part = (factor: number) => names.map((name) => [name, factor] as const);
          const mapping = {
            levels: [
              { name: 'DRAM', keep: TENSORS, temporal: part(2) },
              { name: 'RF', keep: TENSORS, temporal: part(3) },
            ],
          };
          const twoLevels = machine(memory('DRAM'), memory('RF'));
          const code = mappingCode(problem, mapping);
          expect(mappingFromCode(problem, twoLevels, code)).toEqual(normalForm(mapping));
        },
      ),
    );
  });

  const refuses = (code: string) => {
    try {
      mappingFromCode(CONV3, MACHINE, code);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as InputError).message;
    }
  };

  it.each([
    ['', 'a level each for DRAM, GLB, RF'],
    [`${CODE}_wio`, 'a level each for DRAM, GLB, RF'],
    [CODE.replace('wio', 'oiw'), 'what the level keeps'],
    [CODE.replace('wio', 'wi'), 'all tensors at the outermost level'],
    [CODE.replace('M48', 'M47'), 'factors of M that multiply to 384'],
    [CODE.replace('M48', 'M48.Z1'), 'a dimension of the problem'],
    [CODE.replace('M48', 'M0'), 'a loop, such as N4'],
    [CODE.replace('M48', '99*48'), 'a loop, such as N4'],
    [CODE.replace('M48', 'M48.'), 'a loop, such as N4'],
    [`${CODE.replace('M48', 'M24')}-M2`, 'no loops in space, as RF has no fan-out'],
    [`${CODE}---`, 'what the level keeps'],
    ['M'.repeat(100_000), 'at most 4000 characters'],
  ])('says what is wrong with %.60s', (code, allowed) => {
    expect(refuses(code)).toContain(allowed);
  });

  it('refuses what is none, and takes no other text for one than a mapping has', () => {
    const piece = fc.constantFrom(
      'M',
      'C16',
      '.',
      '-',
      '_',
      '*',
      '2*4',
      'wio',
      'io',
      '48',
      '0',
      'é',
      '%',
      '1e9',
      '9'.repeat(30),
    );
    const damaged = fc
      .tuple(fc.nat(CODE.length), fc.nat(3), fc.array(piece, { maxLength: 3 }))
      .map(([place, gone, pieces]) => CODE.slice(0, place) + pieces.join('') + CODE.slice(place + gone));
    const text = fc.oneof(
      fc.string(),
      damaged,
      fc.array(piece, { maxLength: 2000 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (code) => {
        const message = refuses(code);
        if (message === undefined) {
          const mapping = mappingFromCode(CONV3, MACHINE, code);
          expect(mappingFromCode(CONV3, MACHINE, mappingCode(CONV3, mapping))).toEqual(mapping);
        } else {
          for (const line of message.split('\n')) expect(line.length).toBeLessThan(400);
        }
      }),
      { numRuns: 500 },
    );
  });
});
