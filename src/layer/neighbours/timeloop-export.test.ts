import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemLines } from '../../reader.testing.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../builtin.ts';
import { type LayerSpec, type Network, networkFromSpec } from '../layer.ts';
import { anyNetwork, expectSameLayers } from './arbitrary.testing.ts';
import { networkFromProblems } from './timeloop.ts';
import { timeloopProblems } from './timeloop-export.ts';

const filesOf = (network: Network) =>
  [...timeloopProblems(network).files].map(([file, text]) => ({ file: `out/${file}`, text }));

const networkOf = (...layers: LayerSpec[]) => networkFromSpec({ name: 'net', layers });

describe('timeloopProblems', () => {
  it('says a layer as Timeloop 0.4 does', () => {
    const conv = { name: 'a "b"', type: 'conv', input: [6, 9, 20], filters: 4, kernel: [3, 5] } as const;
    const network = networkOf({ ...conv, stride: [2, 3], pad: 1, dilation: [2, 1], groups: 2 });
    expect([...timeloopProblems(network).files]).toEqual([
      [
        '01-a-b.yaml',
        `# Rows of the filter and the ofmap are R and P, columns S and Q; W and H only name the coefficients
problem:
  version: 0.4
  shape:
    name: "a \\"b\\""
    dimensions: [G, C, M, R, S, N, P, Q]
    coefficients:
      - { name: Wstride, default: 1 }
      - { name: Hstride, default: 1 }
      - { name: Wdilation, default: 1 }
      - { name: Hdilation, default: 1 }
    data_spaces:
      - name: Weights
        projection: [[[G]], [[C]], [[M]], [[R]], [[S]]]
      - name: Inputs
        projection: [[[N]], [[G]], [[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]
      - name: Outputs
        projection: [[[N]], [[G]], [[M]], [[Q]], [[P]]]
        read_write: true
  instance: { G: 2, C: 3, M: 2, R: 3, S: 5, N: 1, P: 4, Q: 6, Wstride: 2, Hstride: 3, Wdilation: 2, Hdilation: 1 }
`,
      ],
    ]);
  });

  it('has nothing in it that Jinja would take for its own', () => {
    for (const name of [
      'a{{b}}',
      '{% x %}',
      '{{{',
      '{#',
      '{\\u007b',
      '{}',
      "{{include_text('problem_base.yaml')}}",
    ]) {
      const files = filesOf(networkOf({ name, type: 'fc', input: [2], filters: 2 }));
      expect(files[0]!.text).not.toMatch(/\{[{%#]/);
      expect(networkFromProblems(files, 'net').network.layers[0]!.name).toBe(name);
    }
  });

  it('is read again with every letter equal, on random networks', () => {
    fc.assert(
      fc.property(anyNetwork(), (network) => {
        const { network: found, notes } = networkFromProblems(filesOf(network), network.name);
        expectSameLayers(found, network);
        expect(found.name).toBe(network.name);
        expect(notes).toEqual(['N = 1 in the file; --batch says how many images']);
      }),
    );
  });

  it.each(BUILTIN_NETWORKS)('says %s, from which it can be read again', (name) => {
    const network = builtinNetwork(name);
    const files = filesOf(network);
    expectSameLayers(networkFromProblems(files.toReversed(), name).network, network);
  });

  it('gives files names in the order of the layers, of safe characters', () => {
    const fcNamed = (name: string) => ({ name, type: 'fc', input: [2], filters: 2 }) as const;
    const names = ['../../etc/passwd', 'Größe 3×3', '//', '.', 'CON\n', 'x'.repeat(300)];
    expect([...timeloopProblems(networkOf(...names.map(fcNamed))).files.keys()]).toEqual([
      '01-etc-passwd.yaml',
      '02-Gro-e-3-3.yaml',
      '03-layer.yaml',
      '04-layer.yaml',
      '05-CON.yaml',
      `06-${'x'.repeat(80)}.yaml`,
    ]);
    const many = Array.from({ length: 101 }, (_, i) => fcNamed(`fc${i}`));
    const files = [...timeloopProblems(networkOf(...many)).files.keys()];
    expect([files[0], files[100]]).toEqual(['001-fc0.yaml', '101-fc100.yaml']);
  });

  it('leaves pools out, and refuses what has nothing else', () => {
    const pool = { name: 'p', type: 'pool', input: [2, 4, 4], kernel: 2 } as const;
    const fcLayer = { name: 'f', type: 'fc', input: [2], filters: 2 } as const;
    const { files, notes } = timeloopProblems(networkOf(pool, fcLayer));
    expect([[...files.keys()], notes]).toEqual([['01-f.yaml'], ['a pool is left out: no conv or fc layer']]);
    expect(problemLines(() => timeloopProblems(networkOf(pool)), '')).toEqual([
      'net: missing; allowed: conv or fc layers: there are only pools to leave out',
    ]);
  });

  it('refuses an ifmap that Rowhouse would not read again', () => {
    const tall = {
      name: 'tall',
      type: 'conv',
      input: [1, 1_000_000, 1],
      filters: 1,
      kernel: [2, 1],
    } as const;
    expect(problemLines(() => timeloopProblems(networkOf({ ...tall, pad: [1, 0] })), '')).toEqual([
      'tall.input: found [1000002, 1]; allowed: at most 1000000 rows and columns with padding; --layers can leave the layer out',
    ]);
  });
});
