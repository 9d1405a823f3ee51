import fc from 'fast-check';
import { type Layer, layerFromSpec } from '../layer/layer.ts';
import { type Chip, EYERISS_CHIP } from './chip.ts';
import { type ChipLayer, chipLayer, partShape } from './geometry.ts';
import type { LayerRun } from './layer.ts';
import { brokenChipLimits } from './limits.ts';
import { type ChipMapping, LETTERS, TILED } from './mapping.ts';

const upTo = (most: number) => fc.integer({ min: 1, max: most });

/** Chips that are not Eyeriss in one way or another. */
const arbitraryChip: fc.Arbitrary<Chip> = fc
  .record({
    rows: upTo(12),
    columns: upTo(14),
    filterWords: fc.integer({ min: 12, max: 224 }),
    ifmapWords: fc.integer({ min: 6, max: 16 }),
    psumWords: upTo(24),
    order: fc.constantFrom('filters-outermost', 'filters-innermost'),
    fifoWords: upTo(10),
    ifmapWidth: upTo(3),
    filterWidth: upTo(5),
    psumWidth: upTo(5),
    localWidth: upTo(4),
    outputWidth: upTo(5),
    bankWords: fc.integer({ min: 64, max: 600 }),
    filters: fc.integer({ min: 2, max: 40 }),
    channels: fc.integer({ min: 2, max: 40 }),
  })
  .map((sizes) => ({
    ...EYERISS_CHIP,
    array: { rows: sizes.rows, columns: sizes.columns },
    scratchpads: {
      filterWords: sizes.filterWords,
      ifmapWords: sizes.ifmapWords,
      psumWords: sizes.psumWords,
    },
    pe: { order: sizes.order, fifoWords: sizes.fifoWords },
    ifmapNetwork: { ...EYERISS_CHIP.ifmapNetwork, wordsPerCycle: sizes.ifmapWidth },
    filterNetwork: { ...EYERISS_CHIP.filterNetwork, wordsPerCycle: sizes.filterWidth },
    psumNetwork: { ...EYERISS_CHIP.psumNetwork, wordsPerCycle: sizes.psumWidth },
    localNetwork: { wordsPerCycle: sizes.localWidth },
    outputNetwork: { wordsPerCycle: sizes.outputWidth },
    glb: { ...EYERISS_CHIP.glb, bankWords: sizes.bankWords },
    nativeShapes: {
      ...EYERISS_CHIP.nativeShapes,
      filters: [1, sizes.filters] as const,
      channels: [1, sizes.channels] as const,
    },
  }));

const arbitraryConv: fc.Arbitrary<Layer> = fc
  .record({
    groups: upTo(2),
    channels: upTo(7),
    filters: upTo(7),
    height: upTo(12),
    width: upTo(12),
    kernel: fc.tuple(upTo(5), upTo(5)),
    stride: fc.tuple(fc.constantFrom(1, 2, 4), upTo(4)),
    pad: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  })
  .filter(
    ({ height, width, kernel, pad }) =>
      kernel[0] <= height + pad[0] + pad[2] && kernel[1] <= width + pad[1] + pad[3],
  )
  .map(({ groups, channels, filters, height, width, kernel, stride, pad }) =>
    layerFromSpec({
      name: 'a',
      type: 'conv',
      input: [channels * groups, height, width],
      filters: filters * groups,
      kernel,
      stride,
      pad,
      groups,
    }),
  );

const arbitraryPool: fc.Arbitrary<Layer> = fc
  .record({ channels: upTo(4), size: fc.integer({ min: 3, max: 12 }), kernel: upTo(3), stride: upTo(2) })
  .map(({ channels, size, kernel, stride }) =>
    layerFromSpec({
      name: 'a',
      type: 'pool',
      input: [channels, size, size + 1],
      kernel,
      stride,
      pad: kernel > 2 ? 1 : 0,
    }),
  );

const arbitraryFc: fc.Arbitrary<Layer> = fc
  .record({ channels: upTo(9), size: upTo(3), filters: upTo(9) })
  .map(({ channels, size, filters }) =>
    layerFromSpec({ name: 'a', type: 'fc', input: [channels, size, size], filters }),
  );

/** Small layers of every type. */
export const arbitraryLayer = fc.oneof(
  { weight: 6, arbitrary: arbitraryConv },
  { weight: 1, arbitrary: arbitraryPool },
  { weight: 1, arbitrary: arbitraryFc },
);

/** A mapping of a layer that a chip can run: random letters, halved until they fit. */
const mappingOf = (chip: Chip, layer: ChipLayer, draws: readonly number[]): ChipMapping | undefined => {
  const shape = partShape(layer, chip.nativeShapes);
  const values = Object.fromEntries(
    LETTERS.map((letter, i) => [letter, 1 + (draws[i]! % shape[TILED[letter]])]),
  ) as Record<(typeof LETTERS)[number], number>;
  for (let i = 0; brokenChipLimits(chip, shape, values).length > 0; i++) {
    if (LETTERS.every((letter) => values[letter] === 1)) return undefined;
    // m before p and t would never let p·t ≤ m come true
    const letter = (['r', 'q', 'p', 't', 'e', 'n', 'f', 'm'] as const)[i % 8]!;
    const isNeeded = letter === 'm' && values.m / 2 < values.p * values.t;
    if (!isNeeded) values[letter] = Math.ceil(values[letter] / 2);
  }
  return values;
};

/** A layer for a chip to run, and as it was specified. */
export interface Case {
  readonly run: LayerRun;
  readonly spec: Layer;
  readonly batch: number;
}

/** Layers with words, on chips of all kinds, with mappings that fit. */
export const arbitraryCase: fc.Arbitrary<Case> = fc
  .record({
    chip: fc.oneof(fc.constant(EYERISS_CHIP), arbitraryChip),
    spec: arbitraryLayer,
    batch: upTo(3),
    draws: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
    truncation: fc.nat(16),
    relu: fc.boolean(),
    codesIfmap: fc.boolean(),
    zeros: fc.constantFrom(0, 0.4, 0.8),
    hasBiases: fc.boolean(),
    seed: fc.nat(),
  })
  .chain(({ chip, spec, batch, draws, zeros, hasBiases, seed, ...rest }) => {
    const layer = chipLayer(spec, batch);
    const { shape, height, width } = layer;
    const next = generator(seed);
    const random = (length: number, zeroShare: number) =>
      Int16Array.from({ length }, () => (next() < zeroShare ? 0 : Math.floor(next() * 65536) - 32768));
    const words = {
      ifmap: random(shape.G * shape.N * shape.C * height * width, zeros),
      filters: random(shape.weights, 0.1),
      ...(hasBiases && { biases: random(shape.G * shape.M, 0.1) }),
    };
    const mapping = mappingOf(chip, layer, draws);
    const cases: Case[] = mapping ? [{ run: { chip, layer, mapping, words, ...rest }, spec, batch }] : [];
    return fc.constantFrom(...cases, undefined);
  })
  .filter((drawn): drawn is Case => drawn !== undefined);

/** Numbers from 0 to 1, good enough for tests. */
function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
