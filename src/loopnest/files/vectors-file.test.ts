import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { evaluateNest } from '../evaluate.ts';
import { compareVector, parseVectors, type Vector } from './vectors-file.ts';

const TEXT = readFileSync(new URL('../timeloop-vectors.testing.jsonl', import.meta.url), 'utf8');
const LINES = TEXT.trimEnd().split('\n');
const VECTORS = parseVectors(TEXT, 'timeloop-vectors.testing.jsonl');

describe('the vectors of Timeloop', () => {
  it('are 400, each of a valid mapping', () => {
    expect(VECTORS.map(({ line }) => line)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    for (const { problem, architecture, mapping } of VECTORS) {
      expect(evaluateNest(problem, architecture, mapping).broken).toEqual([]);
    }
  });

  it('are all equal in its convention', () => {
    expect(VECTORS.filter((one) => compareVector(one, 'timeloop').length > 0)).toEqual([]);
  });

  describe('in the true convention', () => {
    const different = VECTORS.map((vector) => ({
      vector,
      differences: compareVector(vector, 'true'),
    })).filter(({ differences }) => differences.length > 0);

    it('are equal but for 76, which differ in words of inputs that move, and in their energy', () => {
      expect(different).toHaveLength(76);
      const paths = different.flatMap(({ differences }) => differences.map(({ path }) => path.join('.')));
      expect([...new Set(paths)].sort()).toEqual([
        'DRAM.inputs.reads',
        'GLB.inputs.fills',
        'GLB.inputs.reads',
        'RF.inputs.fills',
        'energy',
      ]);
    });

    it('differ only where windows of the ifmap overlap in one direction', () => {
      for (const { vector } of different) {
        const { sizes } = vector.problem;
        expect(AXES.some(([a, b]) => sizes[a]! > 1 && sizes[b]! > 1)).toBe(true);
      }
    });

    it('count more only where a tile goes along one axis by two loops, and three steps by one', () => {
      const more = different.filter(({ differences }) =>
        differences.some(({ expected, found }) => found! > expected!),
      );
      expect(more).not.toEqual([]);
      for (const { vector } of more) {
        const loops = loopsOutside(vector);
        const isTwofold = AXES.some((axis) => {
          const along = loops.filter(([dimension]) => axis.includes(dimension));
          return (
            new Set(along.map(([dimension]) => dimension)).size > 1 && along.some(([, steps]) => steps > 2)
          );
        });
        expect(isTwofold).toBe(true);
      }
    });

    it('cost as much more as their words do', () => {
      const costs: Readonly<Record<string, number>> = { DRAM: 200, GLB: 6, RF: 1 };
      for (const { differences } of different) {
        const change = (path: readonly string[], cost = 1) =>
          differences
            .filter((one) => path.every((key, i) => one.path[i] === key))
            .reduce((sum, { expected, found }) => sum + cost * (found! - expected!), 0);
        const words = Object.entries(costs).reduce((sum, [level, cost]) => sum + change([level], cost), 0);
        expect(change(['energy'])).toBe(words);
      }
    });
  });
});

/** The dimensions that move a tile of inputs along one axis. */
const AXES: readonly (readonly [string, string])[] = [
  ['P', 'R'],
  ['Q', 'S'],
];

/** Loops in time outside the RFs, of more than one step. */
const loopsOutside = ({ mapping }: Vector) =>
  mapping.levels
    .slice(0, 2)
    .flatMap(({ temporal }) => temporal)
    .filter(([, steps]) => steps > 1);

describe('compareVector', () => {
  const vector = VECTORS[0]!;
  const { counts } = vector.expected;

  it('tells each value that differs', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(counts)),
        fc.constantFrom('weights' as const, 'inputs' as const, 'outputs' as const),
        fc.constantFrom(
          'reads' as const,
          'fills' as const,
          'updates' as const,
          'tile' as const,
          'instances' as const,
        ),
        fc.integer({ min: 1 }),
        (level, tensor, key, by) => {
          const accesses = counts[level]![tensor]!;
          const expected = accesses[key] + by;
          const changed = {
            ...counts,
            [level]: { ...counts[level], [tensor]: { ...accesses, [key]: expected } },
          };
          const other = { ...vector, expected: { ...vector.expected, counts: changed } };
          expect(compareVector(other, 'timeloop')).toEqual([
            { path: [level, tensor, key], expected, found: accesses[key] },
          ]);
        },
      ),
    );
    for (const key of ['macs', 'cycles', 'energy'] as const) {
      const expected = vector.expected[key] + 1;
      const other = { ...vector, expected: { ...vector.expected, [key]: expected } };
      expect(compareVector(other, 'timeloop')).toEqual([{ path: [key], expected, found: expected - 1 }]);
    }
  });

  it('tells counts that only one of the two has', () => {
    const { RF: _, ...others } = counts;
    const missing = { ...vector, expected: { ...vector.expected, counts: others } };
    expect(compareVector(missing, 'timeloop').map(({ path, expected }) => [path[0], expected])).toEqual(
      Array(15).fill(['RF', undefined]),
    );
    const [dram, glb, rf] = vector.mapping.levels;
    const kept = { ...rf!, keep: rf!.keep.slice(1) };
    const fewer = { ...vector, mapping: { levels: [dram!, glb!, kept] } };
    const found = compareVector(fewer, 'timeloop').filter(({ path }) =>
      path.join('.').startsWith('RF.weights'),
    );
    expect(found.map((one) => one.found)).toEqual(Array(5).fill(undefined));
  });
});

describe('parseVectors', () => {
  const line = LINES[0]!;
  const read = (first: string) => problemLines(parseVectors, `${first}\n\n${line}\n`);

  it('takes empty lines and both ends of lines', () => {
    expect(parseVectors(`\n${line}\r\n\r\n${LINES[1]}`, 'x').map((one) => one.line)).toEqual([2, 4]);
  });

  it.each([
    ['{', 'Flow map'],
    ['{}', 'seed: missing; allowed: a whole number'],
    [line.replace('"M":6', '"M":0'), 'problem.M: found 0; allowed: a whole number from 1 to 1000000'],
    [line.replace('"macs"', '"mcas"'), 'unknown key "mcas" (did you mean macs?)'],
    [
      line.replace('["P",3]', '["E",3]'),
      'mapping.dram[0][0]: found "E"; allowed: a dimension of the problem',
    ],
    [line.replace('["R",5]', '["E",5]'), 'mapping.glb[0][0]: found "E"; allowed: a dimension of the problem'],
    [line.replace('["C",3]', '["E",3]'), 'mapping.rf[0][0]: found "E"; allowed: a dimension of the problem'],
    [
      line.replace('[["M",2]', '[["E",2]'),
      'mapping.spatialY[0][0]: found "E"; allowed: a dimension of the problem',
    ],
    [line.replace('["P",3]', '["P",2]'), 'mapping: found "P = 6"; allowed: factors of P that multiply to 9'],
    [
      line.replace('"weights","inputs"', '"inputs","inputs"'),
      'mapping.keep.GLB[1]: found "inputs"; allowed: each once',
    ],
  ])('says what is wrong with line %#', (flawed, message) => {
    expect(read(flawed)[0]).toMatch(/^file.yaml:1:[0-9]+: /);
    expect(read(flawed)[0]).toContain(message);
  });

  it('names the line of each flaw', () => {
    const text = ['', line.replace('"M":6', '"M":0'), line, line.replace('"C":3', '"C":0')].join('\n');
    expect(problemLines(parseVectors, text).map((one) => one.split(':')[1])).toEqual(['2', '4']);
    expect(problemLines(parseVectors, '\n'.repeat(3))).toEqual([
      'file.yaml:1:1: empty; allowed: a vector on each line',
    ]);
  });

  it('tells a hundred flaws at most', () => {
    expect(problemLines(parseVectors, '{}\n'.repeat(300))).toHaveLength(100);
  });

  it('throws nothing but InputErrors with positions', () => {
    fc.assert(
      fc.property(anyText(line, `${line}\n${LINES[1]}`), (text) =>
        expectResultOrProblems(parseVectors, text),
      ),
      { numRuns: 500 },
    );
  });
});
