import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNest, type NestCase } from './arbitrary.testing.ts';
import type { Architecture, MemoryLevel } from './architecture.ts';
import { countNest } from './counts.ts';
import { brokenNestLimits } from './limits.ts';
import { type LoopMapping, product } from './mapping.ts';
import { convolution, type PerTensor, TENSORS, type Tensor } from './problem.ts';

/** DRAM, a buffer with these words above a grid of 2 × 3, and MACs. */
const machine = (glb: Pick<MemoryLevel, 'capacity' | 'doubleBuffered'>): Architecture => ({
  name: 'a',
  wordBits: 16,
  levels: [
    { name: 'DRAM', holds: TENSORS, doubleBuffered: false, energy: { read: 1, fill: 1, update: 1 } },
    {
      name: 'GLB',
      holds: TENSORS,
      energy: { read: 1, fill: 1, update: 1 },
      fanout: { x: 2, y: 3, energy: 1 },
      ...glb,
    },
  ],
  macEnergy: 1,
});

describe('by hand', () => {
  const problem = convolution('a', { M: 4, C: 3, R: 3, P: 5 });
  /** The GLB keeps 4 × 3 weights, 7 inputs and 4 × 5 outputs. */
  const mapping: LoopMapping = {
    levels: [
      { name: 'DRAM', keep: TENSORS, temporal: [['C', 3]] },
      {
        name: 'GLB',
        keep: TENSORS,
        temporal: [
          ['P', 5],
          ['R', 3],
        ],
        spatialX: [['M', 2]],
        spatialY: [['M', 2]],
      },
    ],
  };
  const broken = (glb: Pick<MemoryLevel, 'capacity' | 'doubleBuffered'>) =>
    brokenNestLimits(problem, machine(glb), mapping);
  const words = 12 + 7 + 20;

  test('tiles share the words of a level', () => {
    expect(broken({ capacity: words, doubleBuffered: false })).toEqual([]);
    expect(broken({ capacity: words - 1, doubleBuffered: false })).toEqual([
      { limit: 'capacity', level: 'GLB', tensors: TENSORS, needed: words, available: words - 1 },
    ]);
    expect(broken({ capacity: undefined, doubleBuffered: false })).toEqual([]);
  });

  test('or have their own; what has none is not limited', () => {
    expect(broken({ capacity: { weights: 12, inputs: 7, outputs: 20 }, doubleBuffered: false })).toEqual([]);
    expect(broken({ capacity: { weights: 11, outputs: 19 }, doubleBuffered: false })).toEqual([
      { limit: 'capacity', level: 'GLB', tensors: ['weights'], needed: 12, available: 11 },
      { limit: 'capacity', level: 'GLB', tensors: ['outputs'], needed: 20, available: 19 },
    ]);
  });

  test('double buffering takes their words twice', () => {
    expect(broken({ capacity: 2 * words, doubleBuffered: true })).toEqual([]);
    expect(broken({ capacity: 2 * words - 1, doubleBuffered: true })).toEqual([
      { limit: 'capacity', level: 'GLB', tensors: TENSORS, needed: 2 * words, available: 2 * words - 1 },
    ]);
  });

  test('loops in space have to fit on each axis of the grid', () => {
    const onY: LoopMapping = {
      levels: [mapping.levels[0]!, { ...mapping.levels[1]!, spatialX: [], spatialY: [['M', 4]] }],
    };
    const endless = machine({ doubleBuffered: false });
    expect(brokenNestLimits(problem, endless, onY)).toEqual([
      { limit: 'fanout', level: 'GLB', axis: 'y', needed: 4, available: 3 },
    ]);
    const onX: LoopMapping = {
      levels: [mapping.levels[0]!, { ...mapping.levels[1]!, spatialX: [['M', 4]], spatialY: undefined }],
    };
    expect(brokenNestLimits(problem, endless, onX)).toEqual([
      { limit: 'fanout', level: 'GLB', axis: 'x', needed: 4, available: 2 },
    ]);
  });
});

const brokenOf = ({ problem, architecture, mapping }: NestCase) =>
  brokenNestLimits(problem, architecture, mapping);

/** A case on an architecture whose levels are others. */
const onLevels = (drawn: NestCase, change: (level: MemoryLevel, i: number) => MemoryLevel): NestCase => ({
  ...drawn,
  architecture: { ...drawn.architecture, levels: drawn.architecture.levels.map(change) },
});

/** A level with its words changed, and without what is no limit. */
function resized(level: MemoryLevel, change: (words: number) => number): MemoryLevel {
  const { capacity } = level;
  if (capacity === undefined) return level;
  if (typeof capacity === 'number') return { ...level, capacity: change(capacity) };
  const own = Object.entries(capacity).map(([tensor, words]) => [tensor, change(words)]);
  return { ...level, capacity: Object.fromEntries(own) as Partial<PerTensor<number>> };
}

test('a limit is broken where the tiles of a level together, or one with its own words, are too large', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), (drawn) => {
      const { problem, architecture, mapping } = drawn;
      const { levels } = countNest(problem, architecture, mapping, 'true');
      const expected = architecture.levels.flatMap(({ name, capacity, doubleBuffered }, i) => {
        const tile = (tensor: Tensor) => (levels[i]![tensor]?.tile ?? 0) * (doubleBuffered ? 2 : 1);
        if (capacity === undefined) return [];
        if (typeof capacity === 'number') {
          return TENSORS.reduce((sum, tensor) => sum + tile(tensor), 0) > capacity ? [name] : [];
        }
        return TENSORS.flatMap((tensor) => (tile(tensor) > (capacity[tensor] ?? Infinity) ? [name] : []));
      });
      expect(brokenOf(drawn).map(({ limit, level }) => [limit, level])).toEqual(
        expected.map((name) => ['capacity', name]),
      );
    }),
  );
});

test('grids that loops in space do not fit are told, by axis', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), fc.integer({ min: 1, max: 3 }), (drawn, size) => {
      const small = onLevels(drawn, (level) => ({
        ...level,
        capacity: undefined,
        fanout: level.fanout && { ...level.fanout, x: size, y: size },
      }));
      const expected = drawn.mapping.levels.flatMap(({ name, spatialX = [], spatialY = [] }) =>
        (
          [
            ['x', spatialX],
            ['y', spatialY],
          ] as const
        ).flatMap(([axis, loops]) =>
          product(loops) > size
            ? [{ limit: 'fanout', level: name, axis, needed: product(loops), available: size }]
            : [],
        ),
      );
      expect(brokenOf(small)).toEqual(expected);
    }),
  );
});

test('with more words, no other limit is broken', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), fc.integer({ min: 1, max: 300 }), (drawn, more) => {
      const places = (one: NestCase) =>
        brokenOf(one).map(({ limit, level, ...rest }) =>
          [limit, level, 'tensors' in rest ? rest.tensors : rest.axis].join(),
        );
      const larger = onLevels(drawn, (level) => resized(level, (words) => words + more));
      const before = places(drawn);
      for (const place of places(larger)) expect(before).toContain(place);
    }),
  );
});

test('a mapping that fits breaks none: with just the words that it needs, and not with one less', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), (drawn) => {
      const needed = brokenOf(onLevels(drawn, (level) => ({ ...level, capacity: 0 })));
      const sized = (less: number) =>
        onLevels(drawn, (level) => ({
          ...level,
          capacity: (needed.find((one) => one.level === level.name)?.needed ?? 0) - less,
        }));
      expect(brokenOf(sized(0))).toEqual([]);
      const filled = needed.map(({ level }) => level);
      expect(brokenOf(sized(1)).map(({ level }) => level)).toEqual(expect.arrayContaining(filled));
    }),
  );
});

test('double buffering halves the words', () => {
  fc.assert(
    fc.property(arbitraryNest(1000), (drawn) => {
      const double = onLevels(drawn, (level) => ({ ...level, doubleBuffered: true }));
      const half = onLevels(drawn, (level) => ({
        ...resized(level, (words) => words / 2),
        doubleBuffered: false,
      }));
      const doubled = brokenOf(half).map((one) => ({
        ...one,
        needed: 2 * one.needed,
        available: 2 * one.available,
      }));
      expect(brokenOf(double)).toEqual(doubled);
    }),
  );
});
