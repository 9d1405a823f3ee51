/** Loop nests to show: those of a paper's layer, and any at all. */

import fc from 'fast-check';
import type { AccessEnergy, Architecture, MemoryLevel } from '../loopnest/architecture.ts';
import { architectureProblems } from '../loopnest/check-architecture.ts';
import { evaluateNest } from '../loopnest/evaluate.ts';
import type { LevelMapping, Loop, LoopMapping } from '../loopnest/mapping.ts';
import { convolution, type LoopProblem, matrixProduct, TENSORS, type Tensor } from '../loopnest/problem.ts';
import { CONVENTIONS, type Convention } from '../loopnest/walk.ts';
import type { ShownNest } from './nest-view.ts';

const access = (energy: number): AccessEnergy => ({ read: energy, fill: energy, update: energy });

const memory = (name: string, energy: number, more: Partial<MemoryLevel> = {}): MemoryLevel => ({
  name,
  holds: TENSORS,
  doubleBuffered: false,
  energy: access(energy),
  ...more,
});

/** DRAM at 200 per word, a buffer of 65,536 words at 6, and 16 × 16 PEs with 256 words at 1. */
export const MACHINE: Architecture = {
  name: 'eyeriss-like-256',
  wordBits: 16,
  levels: [
    memory('DRAM', 200),
    memory('GLB', 6, { capacity: 65_536, fanout: { x: 16, y: 16, energy: 0 } }),
    memory('RF', 1, { capacity: 256 }),
  ],
  macEnergy: 1,
};

/** The same with an array whose words cost 2. */
export const COSTLY_ARRAY: Architecture = {
  ...MACHINE,
  levels: MACHINE.levels.map((level) =>
    level.fanout ? { ...level, fanout: { ...level.fanout, energy: 2 } } : level,
  ),
};

export const CONV3: LoopProblem = convolution('CONV3', { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 });

const level = (name: string, temporal: readonly Loop[], more: Partial<LevelMapping> = {}): LevelMapping => ({
  name,
  keep: TENSORS,
  temporal,
  ...more,
});

/** CONV3 with its weights going round the GLB: 6.739 per MAC. */
export const ROUND_THE_GLB: LoopMapping = {
  levels: [
    level('DRAM', [['M', 48]]),
    level(
      'GLB',
      [
        ['C', 16],
        ['P', 13],
      ],
      {
        keep: ['inputs', 'outputs'],
        spatialX: [['Q', 13]],
        spatialY: [
          ['S', 3],
          ['C', 4],
        ],
      },
    ),
    level('RF', [
      ['R', 3],
      ['C', 4],
      ['M', 8],
    ]),
  ],
};

/** CONV3 with everything kept, and some of it brought again. */
export const ALL_KEPT: LoopMapping = {
  levels: [
    level('DRAM', [
      ['M', 8],
      ['C', 2],
    ]),
    level(
      'GLB',
      [
        ['M', 3],
        ['C', 8],
        ['P', 13],
      ],
      {
        spatialX: [['Q', 13]],
        spatialY: [
          ['R', 3],
          ['M', 4],
        ],
      },
    ),
    level('RF', [
      ['C', 16],
      ['M', 4],
      ['S', 3],
    ]),
  ],
};

export const shown = (
  problem: LoopProblem,
  architecture: Architecture,
  mapping: LoopMapping,
  convention: Convention = 'true',
): ShownNest => ({
  problem,
  architecture,
  mapping,
  evaluation: evaluateNest(problem, architecture, mapping, { convention, factors: 'imperfect' }),
});

/** A machine of five levels, two of them with fan-outs, whose names are long and whose tensors have stores of their own. */
export const DEEP: Architecture = {
  name: 'a machine with very many levels and a long name',
  wordBits: 8,
  levels: [
    memory('High-bandwidth memory', 64, { bandwidth: { read: 16, write: 16 } }),
    memory('L2', 12, {
      capacity: 2 ** 21,
      doubleBuffered: true,
      fanout: { x: 2, y: 2, energy: 3 },
      bandwidth: { read: 32 },
    }),
    memory('Cluster scratchpad', 4, { capacity: { weights: 8192, inputs: 8192, outputs: 4096 } }),
    memory('L1', 2, { holds: ['inputs', 'outputs'], capacity: 1024, fanout: { x: 64, y: 32, energy: 0.1 } }),
    memory('Accumulator', 0.5, { holds: ['weights', 'outputs'], capacity: { weights: 16, outputs: 16 } }),
  ],
  macEnergy: 0.6,
};

export const DEEP_NEST: ShownNest = shown(
  convolution('res4b22_branch2b with a name that does not end', {
    N: 4,
    M: 256,
    C: 256,
    R: 3,
    S: 3,
    P: 14,
    Q: 14,
    groups: 2,
  }),
  DEEP,
  {
    levels: [
      level('High-bandwidth memory', [
        ['G', 2],
        ['N', 4],
        ['M', 2],
      ]),
      level(
        'L2',
        [
          ['C', 4],
          ['M', 2],
          ['P', 2],
        ],
        { spatialX: [['M', 2]], spatialY: [['P', 2]] },
      ),
      level('Cluster scratchpad', [
        ['Q', 2],
        ['S', 3],
      ]),
      level(
        'L1',
        [
          ['P', 4],
          ['R', 3],
        ],
        {
          keep: ['inputs', 'outputs'],
          spatialX: [['C', 64]],
          spatialY: [['M', 32]],
        },
      ),
      level('Accumulator', [['Q', 7]], { keep: ['weights', 'outputs'] }),
    ],
  },
);

/** A product of matrices on a TPU-like array of 256 × 256. */
export const SYSTOLIC: ShownNest = shown(
  matrixProduct('fc6', { M: 4096, N: 16, K: 9216 }),
  {
    name: 'systolic',
    wordBits: 8,
    levels: [
      memory('DRAM', 200, { bandwidth: { read: 8, write: 8 } }),
      memory('UB', 6, { capacity: 2 ** 20, fanout: { x: 256, y: 256, energy: 1 } }),
      memory('PE', 1, { capacity: 2, holds: ['weights', 'outputs'] }),
    ],
    macEnergy: 1,
  },
  {
    levels: [
      level('DRAM', [
        ['M', 16],
        ['K', 36],
      ]),
      level('UB', [['N', 16]], { spatialX: [['M', 256]], spatialY: [['K', 256]] }),
      level('PE', [], { keep: ['weights', 'outputs'] }),
    ],
  },
);

const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 32, 64, 96, 1000));
const step = fc.integer({ min: 1, max: 4 });

const arbitraryProblem: fc.Arbitrary<LoopProblem> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.string({ unit: 'grapheme' }),
        fc.record({ N: size, M: size, C: size, R: step, S: step, P: size, Q: size, groups: step }),
        fc.record({ strideP: step, strideQ: step, dilationR: step, dilationS: step }),
      )
      .map(([name, sizes, steps]) => convolution(name, { ...sizes, ...steps })),
  },
  fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.record({ M: size, N: size, K: size }))
    .map(([name, sizes]) => matrixProduct(name, sizes)),
);

const energy = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e4, noNaN: true }));
const words = fc.integer({ min: 1, max: 1e6 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const HOLDS: readonly (readonly Tensor[])[] = [TENSORS, TENSORS, ['weights'], ['inputs', 'outputs'], []];

const arbitraryLevel = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1 }),
  holds: fc.constantFrom(...HOLDS),
  capacity: optional(
    fc.oneof(words, fc.record({ weights: words, inputs: words, outputs: words }, { requiredKeys: [] })),
  ),
  doubleBuffered: fc.boolean(),
  energy: fc.record({ read: energy, fill: energy, update: energy }),
  bandwidth: optional(
    fc.record({
      read: optional(fc.integer({ min: 1, max: 64 })),
      write: optional(fc.integer({ min: 1, max: 64 })),
    }),
  ),
  fanout: optional(
    fc.record({
      x: fc.integer({ min: 1, max: 128 }),
      y: fc.integer({ min: 1, max: 128 }),
      energy,
    }),
  ),
});

const arbitraryArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    name: fc.string({ unit: 'grapheme' }),
    wordBits: fc.constantFrom(8, 16, 32),
    levels: fc.uniqueArray(arbitraryLevel, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
    macEnergy: energy,
  })
  .map((machine) => ({
    ...machine,
    levels: machine.levels.map((level, i) =>
      i === 0 ? { ...level, holds: TENSORS, capacity: undefined } : level,
    ),
  }))
  .filter((machine) => architectureProblems(machine).length === 0);

/** Any nest: any problem on any machine, split in any way, whether it fits or not. */
export const arbitraryNest: fc.Arbitrary<ShownNest> = fc
  .tuple(
    arbitraryProblem,
    arbitraryArchitecture,
    fc.constantFrom(...CONVENTIONS),
    fc.array(fc.nat(), { minLength: 128, maxLength: 128 }),
  )
  .map(([problem, architecture, convention, numbers]) => {
    let drawn = 0;
    const draw = (below: number) => numbers[drawn++ % numbers.length]! % below;
    const pick = <T>(of: readonly T[]): T => of[draw(of.length)]!;
    const places = architecture.levels.flatMap(({ fanout }, i) =>
      (fanout ? (['temporal', 'spatialX', 'spatialY'] as const) : (['temporal'] as const)).map((kind) => ({
        i,
        kind,
      })),
    );
    const levels = architecture.levels.map(({ name, holds }, i) => ({
      name,
      keep: i === 0 ? TENSORS : holds.filter(() => pick([true, true, false])),
      temporal: [] as Loop[],
      spatialX: [] as Loop[],
      spatialY: [] as Loop[],
    }));
    const put = (dimension: string, factor: number) => {
      const { i, kind } = pick(places);
      const loops = levels[i]![kind];
      if (factor > 1) loops.splice(pick([0, loops.length]), 0, [dimension, factor]);
    };
    for (const [dimension, size] of Object.entries(problem.sizes)) {
      if (pick([true, false, false])) {
        // Two factors that may come to more, but neither could be smaller
        const inner = Math.ceil(size / (1 + draw(size)));
        put(dimension, inner);
        put(dimension, Math.ceil(size / inner));
        continue;
      }
      let left = size;
      while (left > 1) {
        const factor = pick(
          Array.from({ length: left }, (_, f) => f + 1).filter((f) => f > 1 && left % f === 0),
        );
        left /= factor;
        put(dimension, factor);
      }
    }
    return shown(problem, architecture, { levels }, convention);
  });
