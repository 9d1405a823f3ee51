import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { anyText, expectResultOrProblems, problemLines } from '../reader.testing.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from './builtin.ts';
import { type LayerSpec, type NetworkSpec, networkFromSpec } from './layer.ts';
import { formatNetwork, type networkSchema, parseNetwork } from './network-file.ts';

const MINE = `name: mine
layers:
  - { name: a, type: conv, input: [48, 27, 27], filters: 256, kernel: [5, 5], stride: 1, pad: 2, groups: 2 }
  - { name: b, type: fc, input: [256, 6, 6], filters: 4096 }
  - name: c
    type: pool
    input: [96, 55, 55]
    kernel: 3
    stride: 2
`;

describe('parseNetwork', () => {
  it('reads a file', () => {
    expect(parseNetwork(MINE, 'mine.yaml')).toEqual({
      name: 'mine',
      layers: [
        {
          name: 'a',
          type: 'conv',
          input: [48, 27, 27],
          filters: 256,
          kernel: [5, 5],
          stride: [1, 1],
          pad: [2, 2, 2, 2],
          dilation: [1, 1],
          groups: 2,
        },
        { name: 'b', type: 'fc', input: [256, 6, 6], filters: 4096 },
        { name: 'c', type: 'pool', input: [96, 55, 55], kernel: [3, 3], stride: [2, 2], pad: [0, 0, 0, 0] },
      ],
    });
  });

  it('reads what networkFromSpec takes, as YAML and as JSON', () => {
    fc.assert(
      fc.property(networkSpec(), (spec) => {
        const network = networkFromSpec(spec);
        expect(parseNetwork(stringify(spec), 'net.yaml')).toEqual(network);
        expect(parseNetwork(JSON.stringify(spec, null, '\t'), 'net.json')).toEqual(network);
      }),
    );
  });

  it('throws nothing but InputErrors with positions', () => {
    fc.assert(
      fc.property(anyText(MINE, JSON.stringify(parseNetwork(MINE, 'mine.yaml'), null, 2)), (text) => {
        expectResultOrProblems(parseNetwork, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatNetwork', () => {
  it('writes a layer to a line, as a person would', () => {
    expect(
      formatNetwork(parseNetwork(MINE, 'mine.yaml')),
    ).toBe(`name: "mine" # What the network is called in results.
layers:
  # In the order in which they run.
  - {name: "a", type: "conv", input: [48, 27, 27], filters: 256, kernel: 5, pad: 2, groups: 2}
  - {name: "b", type: "fc", input: [256, 6, 6], filters: 4096}
  - {name: "c", type: "pool", input: [96, 55, 55], kernel: 3, stride: 2}
`);
  });

  it('is read as the same network', () => {
    fc.assert(
      fc.property(networkSpec(), (spec) => {
        const network = networkFromSpec(spec);
        expect(parseNetwork(formatNetwork(network), 'net.yaml')).toEqual(network);
      }),
    );
  });

  it.each(BUILTIN_NETWORKS)('writes %s', (name) => {
    const network = builtinNetwork(name);
    expect(parseNetwork(formatNetwork(network), 'net.yaml')).toEqual(network);
  });
});

describe('the schema', () => {
  it('is in step with NetworkSpec', () => {
    expectTypeOf<DeepReadonly<z.output<typeof networkSchema>>>().toEqualTypeOf<NetworkSpec>();
  });
});

describe('messages', () => {
  const number = 'a whole number from 1 to 1000000';
  const each = `${number}, or [vertical, horizontal]`;
  const padding = 'a whole number from 0 to 1000000';
  const keys =
    'name, type, input, filters, kernel, stride, pad, dilation, groups, weightsPerImage, weightZeros';

  /** The mark ¦ stands where the message should point, the beginning of the layer if it is left out. */
  it.each([
    ['type: conv, filters: 4, kernel: ¦0', `.kernel: found 0; allowed: ${number}`],
    ['type: conv, filters: 4, kernel: ¦[3]', `.kernel: found [3]; allowed: ${each}`],
    ['type: conv, filters: 4, kernel: [3, ¦0]', `.kernel[1]: found 0; allowed: ${number}`],
    ['type: conv, filters: 4, kernel: ¦"3"', `.kernel: found "3"; allowed: ${each}`],
    ['type: conv, filters: 4, kernel: ¦.nan', `.kernel: found NaN; allowed: ${each}`],
    ['type: conv, filters: ¦1.5, kernel: 3', `.filters: found 1.5; allowed: ${number}`],
    ['type: conv, filters: 4, kernel: 3, groups: ¦1000001', `.groups: found 1000001; allowed: ${number}`],
    [
      'type: conv, filters: 4, kernel: 3, pad: ¦[1, 2, 3]',
      `.pad: found [1, 2, 3]; allowed: ${padding}, or [vertical, horizontal], or [top, left, bottom, right]`,
    ],
    ['type: conv, filters: 4, kernel: 3, pad: [0, 0, 0, ¦-1]', `.pad[3]: found -1; allowed: ${padding}`],
    ['type: conv, filters: 4', `.kernel: missing; allowed: ${each}`],
    ['type: conv, filters: 4, ¦kernl: 3', `: unknown key "kernl" (did you mean kernel?); allowed: ${keys}`],
    [
      'type: fc, filters: 4, ¦kernel: 3',
      ': unknown key "kernel"; allowed: name, type, input, filters, weightZeros',
    ],
    ['type: ¦cnov, filters: 4', '.type: found "cnov" (did you mean conv?); allowed: conv, fc or pool'],
    ['filters: 4', '.type: missing; allowed: conv, fc or pool'],
    [
      'type: conv, filters: 4, kernel: ¦[7, 5]',
      '.kernel: found [7, 5]; allowed: a filter that spans at most the 5 × 5 of its ifmap with padding, not 7 × 5',
    ],
    [
      'type: conv, filters: 4, kernel: 3, groups: ¦2',
      '.groups: found 2; allowed: a divisor of both 3 channels and 4 filters',
    ],
  ])('on { %s }', (layer, message) => {
    const line = `  - { name: a, input: [3, 5, 5], ${layer} }`;
    const column = line.indexOf('¦') + 1 || line.indexOf('{') + 1;
    const text = `name: x\nlayers:\n${line.replace('¦', '')}\n`;
    expect(problemLines(parseNetwork, text, 'net.yaml')).toEqual([
      `net.yaml:3:${column}: layers[0]${message}`,
    ]);
  });

  it.each([
    ['name: x', '1:1: layers: missing; allowed: a list of at least one layer'],
    ['name: x\nlayers: []', '2:9: layers: found []; allowed: a list of at least one layer'],
    ['name: x\nlayers: {}', '2:9: layers: found {}; allowed: a list of at least one layer'],
    [
      `name: x\nlayers: [${'{name: a, type: fc, input: [1], filters: 1}, '.repeat(10_001)}]`,
      '2:9: layers: found "10001 layers"; allowed: at most 10000',
    ],
    [
      'name: x\nlayers:\n  - { name: a, type: fc, input: [1000000, 1000, 1000], filters: 1000000 }',
      '3:5: layers[0]: found "1.00e+24 ifmap words × filters × kernel size"; allowed: less than 2^53 for one image, so that counts are exact',
    ],
    ['name: x\nlayers: [conv]', '2:10: layers[0]: found "conv"; allowed: a mapping with type'],
    [
      'layers: [{ name: a, type: fc, input: [1], filters: 1 }]\nname: 12',
      '2:7: name: found 12; allowed: text that is not empty (a number in quotes)',
    ],
    [
      'name: x\nlayers: [{ name: a, type: fc, input: 4096, filters: 1 }]',
      '2:38: layers[0].input: found 4096; allowed: [channels, height, width], or [inputs]',
    ],
    [
      'name: x\nlayers:\n  - &a { name: a, type: fc, input: [1], filters: 1 }\n  - *a',
      '3:16: layers[1].name: found "a"; allowed: a name that no other layer has',
    ],
  ])('on %j', (text, line) => {
    expect(problemLines(parseNetwork, text, 'net.yaml')).toEqual([`net.yaml:${line}`]);
  });
});

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

const networkSpec = (): fc.Arbitrary<NetworkSpec> =>
  fc.record({
    name: fc.string({ unit: 'binary', minLength: 1 }),
    layers: fc.uniqueArray(layerSpec(), { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
  });

function layerSpec(): fc.Arbitrary<LayerSpec> {
  const name = fc.string({ minLength: 1 });
  const size = (min: number, max: number) => fc.integer({ min, max });
  const pair = (min: number, max: number) =>
    fc.oneof(size(min, max), fc.tuple(size(min, max), size(min, max)));
  const map = fc.tuple(
    size(1, 8).map((n) => 6 * n),
    size(9, 300),
    size(9, 300),
  );
  const pad = fc.oneof(pair(0, 3), fc.tuple(size(0, 3), size(0, 3), size(0, 3), size(0, 3)));
  const filters = size(1, 100).map((n) => 6 * n);
  const walk = { name, input: map, kernel: pair(1, 5), stride: pair(1, 9), pad };
  return fc.oneof(
    fc.record(
      {
        ...walk,
        type: fc.constant('conv' as const),
        filters,
        dilation: pair(1, 2),
        groups: fc.constantFrom(1, 2, 3, 6),
      },
      { requiredKeys: ['name', 'type', 'input', 'filters', 'kernel'] },
    ),
    fc.record({
      name,
      type: fc.constant('fc' as const),
      input: fc.oneof(map, fc.tuple(size(1, 5000))),
      filters,
    }),
    fc.record(
      { ...walk, type: fc.constant('pool' as const) },
      { requiredKeys: ['name', 'type', 'input', 'kernel'] },
    ),
  );
}
