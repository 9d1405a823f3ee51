import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { external, floats, modelOf, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { folder, at, write } = scratchFolder();

const conv = (name: string, input: string, output: string, attributes = {}) =>
  node('Conv', [input, `${name}.w`], [output], attributes, { name });

/** Two convolutions with an activation, and a pool; the sizes of the input are open. */
const OPEN = onnxModel({
  nodes: [
    conv('first', 'x', 'a', { pads: [1, 1, 1, 1] }),
    node('Relu', ['a'], ['b'], {}, { name: 'relu' }),
    node('MaxPool', ['b'], ['c'], { kernel_shape: [2, 2], strides: [2, 2] }, { name: 'pool' }),
    conv('second', 'c', 'y'),
  ],
  inputs: { x: ['N', 3, 'height', 'width'] },
  outputs: ['y'],
  initializers: [floats('first.w', [8, 3, 3, 3]), floats('second.w', [16, 8, 3, 3])],
});

/** The same, with a node that nobody knows between. */
const STRANGE = onnxModel({
  nodes: [conv('first', 'x', 'a'), node('Attend', ['a'], ['y'], {}, { name: 'odd', domain: 'com.example' })],
  inputs: { x: [1, 3, 16, 16] },
  outputs: ['y'],
  initializers: [floats('first.w', [8, 3, 3, 3])],
});

const coverage = z.strictObject({
  macsPercent: z.number().min(0).max(100),
  isUpperBound: z.boolean(),
  nodes: z.strictObject({
    mapped: z.int(),
    folded: z.int(),
    elementwise: z.int(),
    unsupported: z.array(
      z.strictObject({ name: z.string(), op: z.string(), macs: z.number().nullable(), reason: z.string() }),
    ),
  }),
  elementwiseElements: z.number(),
  list: z.array(z.object({ name: z.string(), op: z.string(), became: z.string() })),
});

const model = write('open.onnx', OPEN);
const shape = ['--shape', 'x=1x3x16x20'];

async function json(...words: readonly string[]) {
  const { code, out, err } = await rowhouse(...words, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

describe('an ONNX file', () => {
  it('is analysed, with what became of its nodes', async () => {
    const result = await json('analyze', model, ...shape, '--dataflow', 'rs');
    expect(result.network).toBe('open');
    expect(coverage.parse(result.coverage)).toMatchObject({
      macsPercent: 100,
      nodes: { mapped: 3, folded: 1, elementwise: 0, unsupported: [] },
    });
    const [layers] = result.results.map(({ layers }: { layers: unknown[] }) => layers);
    expect(layers).toMatchObject([
      { name: 'first', macs: 16 * 8 * 27 * 16 * 20, weightZerosPercent: 100 * (1 / 3) },
      { name: 'second', macs: 16 * 16 * 72 * 6 * 8 },
    ]);
  });

  it('says so in its tables, files and pages', async () => {
    const table = await rowhouse('analyze', model, ...shape);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out.replaceAll(/\s+/g, ' ')).toContain(
      'Of the 4 nodes of the ONNX file, 3 are mapped, 1 folded into layers or known before they run, 0 elementwise (0 values) and 0 unsupported.',
    );
    expect(table.out).toMatch(/Zeros\s.*\n.*% of weights/);
    const { out: csv } = await rowhouse('analyze', model, ...shape, '--format', 'csv', '--dataflow', 'rs');
    expect(csv.split('\n')[0]).toContain(',weight_zeros_percent,');
    const { out: page } = await rowhouse('analyze', model, ...shape, '--format', 'html');
    expect(page).toContain('Of the 4 nodes of the ONNX file');
  });

  it('is simulated', async () => {
    const { layers } = await json('simulate', model, ...shape, '--batch', '1');
    expect(
      layers.map(({ name, output }: { name: string; output: { bitExact: boolean } }) => [
        name,
        output.bitExact,
      ]),
    ).toEqual([
      ['first', true],
      ['pool', true],
      ['second', true],
    ]);
  });

  it('is listed, layer by layer and node by node', async () => {
    const result = await json('networks', model, ...shape);
    expect(result.layers.map(({ name }: { name: string }) => name)).toEqual(['first', 'pool', 'second']);
    expect(result.layers[0]).toMatchObject({ output: [8, 16, 20], weights: 216, weightZeros: 1 / 3 });
    expect(result.coverage.list).toMatchObject([
      { name: 'first', became: 'mapped', layers: ['first'] },
      { name: 'relu', became: 'folded', into: 'first' },
      { name: 'pool', became: 'mapped' },
      { name: 'second', became: 'mapped' },
    ]);
    const { out } = await rowhouse('networks', model, ...shape);
    expect(out).toMatch(/Relu +1 +— +1 /);
  });

  it('of several images is one for each', async () => {
    const one = await json('networks', model, ...shape);
    const three = await json('networks', model, '--shape', 'x=3x3x16x20');
    expect(three.layers).toEqual(one.layers);
  });

  it('takes shapes with commas or a flag each, for inputs whose names have anything in them', async () => {
    const inputs = { 'a=b': ['n', 3, 8, 8], 'c,d': ['n', 3, 8, 8] };
    const nodes = [conv('first', 'a=b', 'y'), conv('second', 'c,d', 'z')];
    const initializers = [floats('first.w', [8, 3, 3, 3]), floats('second.w', [8, 3, 3, 3])];
    const odd = write('odd.onnx', onnxModel({ nodes, inputs, outputs: ['y', 'z'], initializers }));
    const two = await json('networks', odd, '--shape', 'a=b=1x3x8x8', '--shape', 'c,d=1x3x8x8');
    expect(two.layers).toHaveLength(2);
    const plain = write(
      'plain.onnx',
      onnxModel({
        nodes: [conv('first', 'p', 'y'), conv('second', 'q', 'z')],
        inputs: { p: ['n', 3, 8, 8], q: ['n', 3, 8, 8] },
        outputs: ['y'],
        initializers,
      }),
    );
    expect((await json('networks', plain, '--shape', 'p=1x3x8x8,q=1x3x8x8')).layers).toEqual(two.layers);
  });

  it('with nodes that are not mapped is warned about, and never costs nothing in silence', async () => {
    const { code, out, err } = await rowhouse('analyze', write('strange.onnx', STRANGE), '--json');
    expect(code).toBe(0);
    expect(err).toBe(
      `rowhouse: warning: ${at('strange.onnx')}: at most 100 % of the MACs are in layers; not mapped: odd (Attend, unknown MACs): the operator Attend of com.example is not known\n`,
    );
    const found = coverage.parse(JSON.parse(out).coverage);
    expect(found).toMatchObject({
      isUpperBound: true,
      nodes: { unsupported: [{ name: 'odd', macs: null }] },
    });
  });
});

describe('mistakes', () => {
  const expectLine = async (words: readonly string[], line: string) => {
    const { code, out, err } = await rowhouse(...words);
    expect(err.replaceAll(`${folder}/`, '')).toBe(`rowhouse: ${line}\n`);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  };

  it('sizes that are missing, by their names', async () => {
    await expectLine(
      ['analyze', model],
      '--shape x: missing; allowed: sizes for dimensions N, height, width: --shape x=1x3x224x224',
    );
  });

  it.each([
    [
      'x',
      'found "x"; allowed: the name of an input, =, and sizes from 1 to 1000000 with x between: x=1x3x224x224',
    ],
    [
      'x=1x3x0x4',
      'found "x=1x3x0x4"; allowed: the name of an input, =, and sizes from 1 to 1000000 with x between: x=1x3x224x224',
    ],
    [
      'x=1x3x-1x4',
      'found "x=1x3x-1x4"; allowed: the name of an input, =, and sizes from 1 to 1000000 with x between: x=1x3x224x224',
    ],
  ])('--shape %s', async (text, line) => {
    await expectLine(['analyze', model, '--shape', text], `--shape: ${line}`);
  });

  it('sizes that are not those of the file, or of no input', async () => {
    await expectLine(
      ['analyze', model, '--shape', 'x=1x4x16x16'],
      '--shape x: found "1x4x16x16"; allowed: Nx3xheightxwidth, as the file says',
    );
    const { err } = await rowhouse('analyze', model, '--shape', 'y=1x3x16x16');
    expect(err).toContain('--shape: found "y"; allowed: an input of ');
    await expectLine(
      ['analyze', 'alexnet', '--shape', 'x=1x3x16x16'],
      '--shape: found "x=1x3x16x16"; allowed: nothing: only ONNX files have dynamic dimensions',
    );
  });

  it('a text file named so', async () => {
    await expectLine(
      ['analyze', write('text.onnx', 'layers: []\n')],
      'text.onnx: a text file; allowed: an ONNX model',
    );
  });

  it('a network without layers, with why', async () => {
    const bytes = onnxModel({ nodes: [node('Relu', ['x'], ['y'])], inputs: { x: [1, 2] }, outputs: ['y'] });
    await expectLine(
      ['analyze', write('empty.onnx', bytes)],
      'empty.onnx: 1 nodes of which none becomes a layer; allowed: a network with convolutions, products of matrices or pools',
    );
  });

  it('sizes that do not fit together, with the node', async () => {
    const layer = {
      type: 'conv',
      name: 'c',
      input: [4, 8, 8],
      filters: 8,
      kernel: [3, 3],
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    } as const;
    const bytes = modelOf({ name: 'net', layers: [{ ...layer, input: [3, 8, 8] }] });
    const wrong = onnxModel({
      nodes: [conv('c', 'x', 'y')],
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['y'],
      initializers: [floats('c.w', [8, 4, 3, 3])],
    });
    expect((await rowhouse('networks', write('right.onnx', bytes))).code).toBe(0);
    await expectLine(
      ['analyze', write('wrong.onnx', wrong)],
      'wrong.onnx: node c (Conv): found "3 channels and 8 filters for 1 groups of 4 channels"; allowed: as many channels as groups have together, and groups that divide the filters',
    );
  });
});

describe('weights beside the file', () => {
  const withWeights = (name: string, place: Record<string, string>) =>
    write(
      name,
      onnxModel({
        nodes: [conv('first', 'x', 'y')],
        inputs: { x: [1, 3, 16, 16] },
        outputs: ['y'],
        initializers: [external('first.w', [8, 3, 3, 3], place)],
      }),
    );
  const values = Float32Array.from({ length: 216 }, (_, i) => i % 2);
  writeFileSync(at('weights.bin'), Buffer.concat([Buffer.alloc(12, 1), new Uint8Array(values.buffer)]));

  const expectRefused = async (name: string, place: Record<string, string>, line: string) => {
    const { code, out, err } = await rowhouse('analyze', withWeights(name, place));
    expect(err.replaceAll(`${folder}/`, '')).toBe(`rowhouse: ${name}: ${line}\n`);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  };

  it('are read for their zeros', async () => {
    const file = withWeights('beside.onnx', { location: 'weights.bin', offset: '12', length: '864' });
    expect((await json('networks', file)).layers).toMatchObject([{ weightZeros: 0.5 }]);
  });

  it('are refused where they are not there, or too few', async () => {
    const allowed = "a file in the model's own folder that can be read: the weights of the model are in it";
    await expectRefused(
      'absent.onnx',
      { location: 'none.bin' },
      `none.bin: there is no such file or folder; allowed: ${allowed}`,
    );
    await expectRefused(
      'short.onnx',
      { location: 'weights.bin', offset: '13' },
      'graph.first.w: found "weights.bin with 876 bytes"; allowed: at least 877',
    );
    await expectRefused(
      'nowhere.onnx',
      {},
      `graph.first.w: found ""; allowed: a file in the model's own folder`,
    );
    await expectRefused(
      'part.onnx',
      { location: 'weights.bin', length: '10' },
      'graph.first.w: found "10 bytes from 0 of weights.bin"; allowed: 864 bytes',
    );
    await expectRefused(
      'odd.onnx',
      { location: 'weights.bin', offset: 'x' },
      'graph.first.w: found "no bytes from NaN of weights.bin"; allowed: 864 bytes',
    );
  });

  it('are refused where they are outside of the folder, by a path or by a link', async () => {
    const outside = "allowed: a file in the model's own folder";
    for (const location of [
      '../weights.bin',
      '/etc/passwd',
      'a/../../weights.bin',
      'C:\\weights.bin',
      '\\weights.bin',
    ]) {
      await expectRefused(
        'outside.onnx',
        { location },
        `graph.first.w: found ${JSON.stringify(location)}; ${outside}`,
      );
    }
    mkdirSync(at('inner'));
    symlinkSync(at('weights.bin'), join(at('inner'), 'link.bin'));
    const file = withWeights('inner/model.onnx', { location: 'link.bin' });
    const { code, err } = await rowhouse('analyze', file);
    expect(code).toBe(2);
    expect(err).toContain('link.bin: this link leads out of the folder');
  });
});

describe('--nodes', () => {
  it('gives a row for each node', async () => {
    const { code, out } = await rowhouse('networks', model, ...shape, '--nodes', '--format', 'csv');
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      'network,node,operator,became,layers,into,macs,elements,reason',
      `open,first,Conv,mapped,first,,${8 * 27 * 16 * 20},${8 * 16 * 20},`,
      `open,relu,Relu,folded,,first,0,${8 * 16 * 20},`,
      `open,pool,MaxPool,mapped,pool,,0,${8 * 8 * 10},`,
      `open,second,Conv,mapped,second,,${16 * 72 * 6 * 8},${16 * 6 * 8},`,
    ]);
  });

  it('needs nodes, and a format for them', async () => {
    const refused = async (...words: string[]) => (await rowhouse('networks', ...words, '--nodes')).err;
    expect(await refused('alexnet', '--format', 'csv')).toContain(
      '--nodes: found "alexnet"; allowed: with an ONNX file',
    );
    expect(await refused('--format', 'csv')).toContain('--nodes: found "all networks"');
    expect(await refused(model, ...shape)).toContain('--nodes: found "table"; allowed: with csv or parquet');
  });
});
