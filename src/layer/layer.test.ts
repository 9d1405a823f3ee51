import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, type Problem } from '../input-error.ts';
import {
  type ConvLayer,
  LARGEST_SIZE,
  type LayerSpec,
  layerFromSpec,
  networkFromSpec,
  ofmapSize,
  outputSize,
  type PoolLayer,
} from './layer.ts';

const conv = { name: 'a', type: 'conv', input: [4, 9, 7], filters: 6, kernel: 3 } as const;
const pool = { name: 'b', type: 'pool', input: [6, 8, 8], kernel: 2 } as const;
const full = { name: 'c', type: 'fc', input: [6, 4, 4], filters: 10 } as const;

const problemsOf = (make: () => unknown): readonly Problem[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
};

describe('defaults', () => {
  it('are stride 1, no padding, no dilation and one group in a convolution', () => {
    expect(layerFromSpec(conv)).toEqual({
      name: 'a',
      type: 'conv',
      input: [4, 9, 7],
      filters: 6,
      kernel: [3, 3],
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    });
  });

  it('are the kernel for the stride of a pool', () => {
    expect(layerFromSpec({ ...pool, kernel: [2, 4] })).toMatchObject({ kernel: [2, 4], stride: [2, 4] });
    expect(layerFromSpec({ ...pool, stride: 1 })).toMatchObject({ stride: [1, 1] });
  });

  it('take a number of inputs for a feature map of one pixel', () => {
    expect(layerFromSpec({ ...full, input: [96] })).toEqual({ ...full, input: [96, 1, 1] });
  });

  it('take one number for both directions, and two pads for both sides', () => {
    const layer = layerFromSpec({ ...conv, stride: 2, pad: [1, 2], dilation: [1, 2] });
    expect(layer).toMatchObject({ stride: [2, 2], pad: [1, 2, 1, 2], dilation: [1, 2] });
    expect(layerFromSpec({ ...conv, pad: [0, 1, 2, 3] })).toMatchObject({ pad: [0, 1, 2, 3] });
  });
});

describe('ofmapSize', () => {
  it.each<[string, LayerSpec, number[]]>([
    ['floors where the stride does not fit', { ...conv, input: [4, 10, 8], stride: 2 }, [6, 4, 3]],
    ['knows each direction', { ...conv, kernel: [3, 5], stride: [1, 2], pad: [0, 1] }, [6, 7, 3]],
    ['pads each side', { ...conv, pad: [0, 0, 1, 2] }, [6, 8, 7]],
    ['dilates', { ...conv, dilation: [4, 2] }, [6, 1, 3]],
    ['is one row where the filter covers the ifmap', { ...conv, kernel: [9, 7] }, [6, 1, 1]],
    ['keeps the channels of a pool', pool, [6, 4, 4]],
    ['is one pixel in a fully connected layer', full, [10, 1, 1]],
  ])('%s', (_, spec, size) => {
    expect(outputSize(layerFromSpec(spec))).toEqual(size);
  });

  it('is the number of positions at which every cell of the filter lies on the padded ifmap', () => {
    fc.assert(
      fc.property(anyWindow, (layer) => {
        expect(ofmapSize(layer)).toEqual([positions(layer, 0), positions(layer, 1)]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a size', () => {
  const wrong = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, LARGEST_SIZE + 1, 1e300];
  const places: [string, (size: number) => LayerSpec, Problem['path']][] = [
    ['input channels', (n) => ({ ...conv, input: [n, 9, 7] }), ['input', 0]],
    ['input width', (n) => ({ ...pool, input: [6, 8, n] }), ['input', 2]],
    ['inputs', (n) => ({ ...full, input: [n] }), ['input', 0]],
    ['filters', (n) => ({ ...conv, filters: n }), ['filters']],
    ['outputs', (n) => ({ ...full, filters: n }), ['filters']],
    ['kernel', (n) => ({ ...conv, kernel: n }), ['kernel']],
    ['kernel width', (n) => ({ ...pool, kernel: [2, n] }), ['kernel', 1]],
    ['stride', (n) => ({ ...pool, stride: n }), ['stride']],
    ['vertical stride', (n) => ({ ...conv, stride: [n, 1] }), ['stride', 0]],
    ['dilation', (n) => ({ ...conv, dilation: n }), ['dilation']],
    ['groups', (n) => ({ ...conv, groups: n }), ['groups']],
  ];

  it.each(places)('of the %s is a whole number from 1', (_, spec, path) => {
    for (const found of wrong) {
      const allowed = 'a whole number from 1 to 1000000';
      expect(problemsOf(() => layerFromSpec(spec(found)))).toEqual([
        { code: 'out-of-range', path, found, allowed },
      ]);
    }
  });

  it.each<[string, (size: number) => LayerSpec, Problem['path']]>([
    ['one number', (n) => ({ ...conv, pad: n }), ['pad']],
    ['a pair', (n) => ({ ...pool, pad: [1, n] }), ['pad', 1]],
    ['each side', (n) => ({ ...conv, pad: [0, 0, n, 0] }), ['pad', 2]],
  ])('of the padding as %s may be 0, too', (_, spec, path) => {
    for (const found of wrong.filter((size) => size !== 0)) {
      const allowed = 'a whole number from 0 to 1000000';
      expect(problemsOf(() => layerFromSpec(spec(found)))).toEqual([
        { code: 'out-of-range', path, found, allowed },
      ]);
    }
    expect(problemsOf(() => layerFromSpec(spec(0)))).toEqual([]);
  });

  it('may be as large as the largest', () => {
    const layer = layerFromSpec({ ...conv, input: [LARGEST_SIZE, LARGEST_SIZE, LARGEST_SIZE], kernel: 1 });
    expect(outputSize(layer)).toEqual([6, LARGEST_SIZE, LARGEST_SIZE]);
  });
});

describe('a filter', () => {
  const fitting = (spec: LayerSpec) =>
    problemsOf(() => layerFromSpec(spec)).map(({ code, path, allowed }) => [code, path, allowed]);

  it('spans at most the padded ifmap', () => {
    expect(fitting({ ...conv, kernel: [10, 7] })).toEqual([
      [
        'does-not-fit',
        ['kernel'],
        'a filter that spans at most the 9 × 7 of its ifmap with padding, not 10 × 7',
      ],
    ]);
    expect(fitting({ ...conv, kernel: [11, 7], pad: [1, 0, 1, 0] })).toEqual([]);
    expect(fitting({ ...pool, kernel: 9 }).map(([code]) => code)).toEqual(['does-not-fit']);
  });

  it('spans more where it is dilated', () => {
    expect(fitting({ ...conv, dilation: [4, 3] })).toEqual([]);
    expect(fitting({ ...conv, dilation: [4, 4] })).toEqual([
      [
        'does-not-fit',
        ['kernel'],
        'a filter that spans at most the 9 × 7 of its ifmap with padding, not 9 × 9',
      ],
    ]);
  });

  it('belongs to a group, and groups divide channels and filters', () => {
    expect(fitting({ ...conv, groups: 2 })).toEqual([]);
    const allowed = 'a divisor of both 4 channels and 6 filters';
    for (const groups of [3, 4, 5, 12]) {
      expect(fitting({ ...conv, groups })).toEqual([['not-allowed', ['groups'], allowed]]);
    }
  });

  it('is refused exactly where no position or no grouping exists', () => {
    fc.assert(
      fc.property(anyConvolution, ({ channels, filtersPerGroup, ...layer }) => {
        const filters = filtersPerGroup * layer.groups;
        const found = problemsOf(() =>
          layerFromSpec({ ...layer, input: [channels, layer.input[1], layer.input[2]], filters }),
        ).map(({ code }) => code);
        expect(found).toEqual([
          ...([0, 1].some((direction) => positions(layer, direction) === 0) ? ['does-not-fit'] : []),
          ...(channels % layer.groups === 0 ? [] : ['not-allowed']),
        ]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('networkFromSpec', () => {
  it('keeps name and order', () => {
    const network = networkFromSpec({ name: 'mine', layers: [conv, pool, full] });
    expect(network).toEqual({ name: 'mine', layers: [conv, pool, full].map(layerFromSpec) });
  });

  it('reports everything that is wrong, where it is', () => {
    const layers: LayerSpec[] = [
      { ...conv, kernel: 0, groups: -1 },
      pool,
      { ...full, name: 'b', input: [0] },
      { ...conv, name: 'd', groups: 4 },
    ];
    const problems = problemsOf(() => networkFromSpec({ name: 'mine', layers }));
    expect(problems.map(({ code, path, found }) => [code, path, found])).toEqual([
      ['out-of-range', ['layers', 0, 'kernel'], 0],
      ['out-of-range', ['layers', 0, 'groups'], -1],
      ['out-of-range', ['layers', 2, 'input', 0], 0],
      ['not-allowed', ['layers', 2, 'name'], 'b'],
      ['not-allowed', ['layers', 3, 'groups'], 4],
    ]);
  });

  it('wants a layer', () => {
    expect(problemsOf(() => networkFromSpec({ name: 'mine', layers: [] }))).toEqual([
      { code: 'missing', path: ['layers'], allowed: 'at least one layer' },
    ]);
  });
});

const size = (least: number, most: number) => fc.integer({ min: least, max: most });
const sizes = (least: number, most: number) => fc.tuple(size(least, most), size(least, most));

/** A convolution in which nothing need fit. */
const anyConvolution = fc.record({
  name: fc.constant('a'),
  type: fc.constant('conv' as const),
  input: fc.tuple(fc.constant(1), size(1, 20), size(1, 20)),
  channels: size(1, 12),
  filtersPerGroup: size(1, 3),
  kernel: sizes(1, 7),
  stride: sizes(1, 5),
  pad: fc.tuple(size(0, 4), size(0, 4), size(0, 4), size(0, 4)),
  dilation: sizes(1, 4),
  groups: size(1, 5),
});

/** A convolution or a pool whose filter fits. */
const anyWindow: fc.Arbitrary<ConvLayer | PoolLayer> = fc
  .oneof(
    anyConvolution.map(({ filtersPerGroup: filters, ...layer }) => ({ ...layer, filters, groups: 1 })),
    anyConvolution.map(({ name, input, kernel, stride, pad }) => {
      return { type: 'pool' as const, name, input, kernel, stride, pad };
    }),
  )
  .filter((layer) => positions(layer, 0) > 0 && positions(layer, 1) > 0);

/** Filter positions in one direction, found by trying each and looking at all of its cells. */
function positions(
  layer: Pick<ConvLayer, 'input' | 'kernel' | 'stride' | 'pad'> & Partial<Pick<ConvLayer, 'dilation'>>,
  direction: number,
): number {
  const first = -layer.pad[direction]!;
  const end = layer.input[direction + 1]! + layer.pad[direction + 2]!;
  let count = 0;
  for (let start = first; start < end; start += layer.stride[direction]!) {
    const cells = Array.from(
      { length: layer.kernel[direction]! },
      (_, i) => start + i * (layer.dilation?.[direction] ?? 1),
    );
    if (cells.every((cell) => cell < end)) count += 1;
  }
  return count;
}
