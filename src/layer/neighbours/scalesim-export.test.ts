import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemLines } from '../../reader.testing.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../builtin.ts';
import { type Layer, type LayerSpec, networkFromSpec } from '../layer.ts';
import { layerShape } from '../shape.ts';
import { anyName, anyNetwork, expectSameLayers } from './arbitrary.testing.ts';
import { parseTopology } from './scalesim.ts';
import { scalesimTopology } from './scalesim-export.ts';

const networkOf = (...layers: LayerSpec[]) => networkFromSpec({ name: 'net', layers });

describe('scalesimTopology', () => {
  it('writes a row for each layer, or for each of its groups', () => {
    const network = networkOf(
      { name: 'conv', type: 'conv', input: [3, 10, 11], filters: 8, kernel: 3, stride: 2, pad: 1 },
      { name: 'pool', type: 'pool', input: [8, 5, 6], kernel: 2 },
      { name: 'depthwise', type: 'conv', input: [2, 5, 6], filters: 4, kernel: [1, 3], groups: 2 },
      { name: 'fc', type: 'fc', input: [2, 5, 6], filters: 10 },
    );
    expect(scalesimTopology(network)).toEqual({
      text: `Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
conv, 11, 13, 3, 3, 3, 8, 2,
depthwise_group_1_of_2, 5, 6, 1, 3, 1, 2, 1,
depthwise_group_2_of_2, 5, 6, 1, 3, 1, 2, 1,
fc, 5, 6, 5, 6, 2, 10, 1,
`,
      notes: ['a pool is left out: no conv or fc layer'],
    });
  });

  it('is read again with every letter equal, on random networks', () => {
    const names = anyName.filter((name) => !/[",\r\n]|_group_\d+_of_\d+$/.test(name) && name.trim() === name);
    const strides = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        anyNetwork({ names, strides, dilations: fc.constant(1), weightsPerImage: fc.constant(false) }),
        (any) => {
          const isSayable = (layer: Layer) =>
            layer.type === 'pool' || !layer.name.includes('DP') || layerShape(layer, 1).C === 1;
          const network = { ...any, layers: any.layers.filter(isSayable) };
          fc.pre(network.layers.some(({ type }) => type !== 'pool'));
          const { text } = scalesimTopology(network);
          const { network: found, notes } = parseTopology(text, 'out/net.csv');
          expectSameLayers(found, network);
          expect(notes.filter((note) => !note.startsWith('DP in the name'))).toEqual([]);
        },
      ),
    );
  });

  it('writes a depthwise layer with DP in its name as one row, as it was read', () => {
    const [header] = scalesimTopology(
      networkOf({ name: 'f', type: 'fc', input: [3], filters: 4 }),
    ).text.split('\n');
    const text = `${header}\nConv2_DP, 58, 58, 3, 3, 64, 1, 1,\nDP3, 9, 9, 3, 1, 8, 2, 2,\nDP4, 1, 1, 1, 1, 1, 5, 1,\n`;
    const { network } = parseTopology(text, 'net.csv');
    expect(network.layers).toMatchObject([{ groups: 64 }, { groups: 8, filters: 16 }, { type: 'fc' }]);
    expect(scalesimTopology(network).text).toBe(text);
  });

  it.each(BUILTIN_NETWORKS)('says %s, from which it can be read again', (name) => {
    const network = builtinNetwork(name);
    const { text } = scalesimTopology(network);
    const { network: found, notes } = parseTopology(text, `${name}.csv`);
    expectSameLayers(found, network);
    expect([found.name, notes]).toEqual([name, []]);
  });

  /** What SCALE-Sim makes of a row (topology_utils.py of versions 2 and 3): the last cell is dropped, the ofmap rounded up. */
  it('is counted by SCALE-Sim as by Rowhouse', () => {
    const network = builtinNetwork('mobilenet-v1');
    const [, ...rows] = scalesimTopology(network).text.trimEnd().split('\n');
    const macs = rows.map((row) => {
      const [, h, w, r, s, channels, filters, stride] = row.split(',').slice(0, -1).map(Number);
      const pixels = Math.ceil((h! - r! + stride!) / stride!) * Math.ceil((w! - s! + stride!) / stride!);
      return pixels * r! * s! * channels! * filters!;
    });
    expect(macs.reduce((sum, count) => sum + count)).toBe(568_740_352);
  });

  it.each<[LayerSpec, ...lines: string[]]>([
    [
      { name: 'd', type: 'conv', input: [3, 9, 9], filters: 4, kernel: 3, dilation: [2, 1] },
      'd.kernel: found [5, 3]; allowed: in SCALE-Sim, no dilation',
    ],
    [
      { name: 's', type: 'conv', input: [3, 9, 9], filters: 4, kernel: 3, stride: [1, 2] },
      's.stride: found [1, 2]; allowed: in SCALE-Sim, one stride for both directions',
    ],
    [
      { name: 'myDP', type: 'fc', input: [3], filters: 4 },
      'myDP: found "myDP"; allowed: in SCALE-Sim, a name without DP, which would make it depthwise',
    ],
    [
      { name: 'DP', type: 'conv', input: [8, 9, 9], filters: 4, kernel: 3, groups: 4 },
      'DP: found "DP"; allowed: in SCALE-Sim, a name without DP, which would make it depthwise',
    ],
    [
      { name: 'w', type: 'conv', input: [8, 9, 9], filters: 4, kernel: 3, weightsPerImage: true },
      'w.weightsPerImage: found true; allowed: in SCALE-Sim, which knows one image only, weights for all images',
    ],
    [
      { name: 'a,b', type: 'fc', input: [3], filters: 4 },
      'a,b: found "a,b"; allowed: in SCALE-Sim, a name without commas, quotes and line breaks, or spaces around it',
    ],
    [
      { name: 'a_group_1_of_2', type: 'fc', input: [3], filters: 4 },
      'a_group_1_of_2: found "a_group_1_of_2"; allowed: a name that is not like that of a group',
    ],
  ])('refuses %j', (layer, ...lines) => {
    expect(problemLines(() => scalesimTopology(networkOf(layer)), '')).toEqual(
      lines.map((line) => `${line}; --layers can leave the layer out`),
    );
  });

  it('refuses more groups than a file should have rows', () => {
    const wide = { type: 'conv', input: [60_000, 2, 2], filters: 60_000, kernel: 2, groups: 60_000 } as const;
    const layers = [wide, wide].map((layer, i) => ({ ...layer, name: `wide${i}` }));
    expect(problemLines(() => scalesimTopology(networkOf(...layers)), '')).toEqual([
      'net: found "120000 rows"; allowed: at most 100000, one row for each group of a layer; --layers can leave layers out',
    ]);
  });

  it('refuses more bytes than can be read again', () => {
    const conv = { type: 'conv', input: [50_000, 2, 2], filters: 50_000, kernel: 2, groups: 50_000 } as const;
    const bytesOf = (length: number) => {
      const { text } = scalesimTopology(networkOf({ ...conv, name: 'ä'.repeat(length) }));
      return new TextEncoder().encode(text).length;
    };
    expect(bytesOf(50)).toBeLessThan(8 * 1024 * 1024);
    for (const length of [80, 1e6]) {
      expect(problemLines(() => bytesOf(length), '')).toEqual([
        'net: found "over 8388608 bytes"; allowed: a file that can be read again, one row for each group of a layer; --layers can leave layers out',
      ]);
    }
  });
});
