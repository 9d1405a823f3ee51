import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floats, integers, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { pngOf } from '../run/pictures.testing.ts';
import { npyOf } from '../tensor-file/npy.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { folder, at, write } = scratchFolder();

const LENET = 'examples/lenet-5/lenet-5.onnx';
const DIGITS = 'examples/lenet-5/digits';
const lenet = readFileSync(LENET);
const digit = readFileSync(`${DIGITS}/0.png`);
const tensor = (name: string, shape: readonly number[]) =>
  write(name, npyOf(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape));

/** Expects these lines on standard error, each told as the command's, nothing else anywhere, and no file. */
async function expectLines(words: readonly string[], lines: readonly string[]) {
  const { code, out, err } = await rowhouse('run', ...words, '--state', at('state'), '--out', at('result'));
  expect(err.replaceAll(`${folder}/`, '')).toBe(lines.map((line) => `rowhouse: ${line}\n`).join(''));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(() => readFileSync(at('result'))).toThrow('ENOENT');
  expect(() => readFileSync(at('state'))).toThrow('ENOENT');
}

const FILES = 'pictures (.png, .jpg) or tensors (.npy, .json)';
const PICTURE = 'a picture in PNG or JPEG';
const LENET_TAKES = `1 × 28 × 28 for each image, as ${LENET} takes`;

describe('images that are none', () => {
  write('text.png', 'hello\n');
  write('cut.png', digit.subarray(0, 100));
  write('moving.png', 'GIF89a\x01\x00\x01\x00\x00\x00\x00;');
  write('empty.png', '');
  write('notes.txt', 'hello\n');
  write('words.json', '["a"]');
  mkdirSync(at('folder'));
  write('folder/notes.txt', '');
  mkdirSync(at('linked'));
  symlinkSync('nowhere', at('linked/0.png'));
  const nan = new Float32Array(784).fill(Number.NaN, 30);
  write('nan.npy', npyOf(nan, [1, 28, 28]));
  tensor('other.npy', [1, 28, 29]);
  tensor('flat.npy', [28, 28]);
  tensor('deep.npy', [1, 1, 1, 28, 28]);
  tensor('none.npy', [0, 1, 28, 28]);

  it.each([
    ['text.png', `text.png: text; allowed: ${PICTURE}`],
    ['notes.txt', `notes.txt: text; allowed: ${PICTURE}`],
    ['cut.png', 'cut.png: a damaged PNG: it is cut off'],
    ['moving.png', `moving.png: a GIF; allowed: ${PICTURE}`],
    ['empty.png', `empty.png: empty; allowed: ${PICTURE}`],
    ['folder', `--input: folder: a folder without ${FILES}; allowed: ${FILES}`],
    ['missing.png', `--input: missing.png: there is no such file or folder; allowed: ${FILES}`],
    ['', `--input: : there is no such file or folder; allowed: ${FILES}`],
    ['linked', '--input: linked/0.png: there is no such file or folder; allowed: a file that can be read'],
    [
      'nan.npy',
      'nan.npy: [0][1][2]: found NaN; allowed: a finite number, at most 3.4e38 as 32-bit floating point',
    ],
    [
      'words.json',
      'words.json:1:2: [0]: found "a"; allowed: a finite number, at most 3.4e38 as 32-bit floating point',
    ],
    ['other.npy', `--input: found "other.npy of 1 × 28 × 29"; allowed: ${LENET_TAKES}`],
    ['flat.npy', `--input: found "flat.npy of 28 × 28"; allowed: ${LENET_TAKES}`],
    ['deep.npy', `--input: found "deep.npy of 1 × 1 × 1 × 28 × 28"; allowed: ${LENET_TAKES}`],
    ['none.npy', '--input: found "none.npy of 0 × 1 × 28 × 28"; allowed: at least one image'],
  ])('%j', async (name, line) => {
    await expectLines([LENET, '--input', DIGITS, '--input', name === '' ? '' : at(name)], [line]);
  });

  it('of other sizes than those before', async () => {
    const open = write(
      'open.onnx',
      onnxModel({
        nodes: [node('Conv', ['x', 'w'], ['y'])],
        inputs: { x: ['n', 1, 'h', 'w'] },
        outputs: ['y'],
        initializers: [floats('w', [2, 1, 3, 3])],
      }),
    );
    await expectLines(
      [open, '--input', tensor('a.npy', [1, 5, 6]), '--input', tensor('b.npy', [2, 1, 6, 6])],
      ['--input: found "b.npy of 1 × 6 × 6"; allowed: 1 × 5 × 6, as the images before it'],
    );
  });

  it('for a network that takes no pictures', async () => {
    const flat = write(
      'flat.onnx',
      onnxModel({
        nodes: [node('MatMul', ['x', 'w'], ['y'])],
        inputs: { x: ['n', 16] },
        outputs: ['y'],
        initializers: [floats('w', [16, 4])],
      }),
    );
    const picture = pngOf({
      width: 4,
      height: 4,
      depth: 8,
      colorType: 0,
      channels: 1,
      samples: Array(16).fill(9),
    });
    await expectLines(
      [flat, '--input', write('four.png', picture)],
      [
        '--input: found "four.png, a picture"; allowed: a tensor (.npy, .json): the network takes 2 dimensions, and pictures are 4 with the batch',
      ],
    );
  });

  it('of which the network makes no numbers', async () => {
    const root = write(
      'root.onnx',
      onnxModel({
        nodes: [
          node('Sqrt', ['x'], ['a'], {}, { name: 'root' }),
          node('Conv', ['a', 'w'], ['y'], {}, { name: 'conv' }),
        ],
        inputs: { x: ['n', 1, 4, 4] },
        outputs: ['y'],
        initializers: [floats('w', [2, 1, 3, 3])],
      }),
    );
    const values = new Float32Array(32).fill(1);
    values[20] = -1;
    const { code, err } = await rowhouse(
      'run',
      root,
      '--input',
      write('roots.npy', npyOf(values, [2, 1, 4, 4])),
    );
    expect(code).toBe(2);
    expect(err).toMatch(/^rowhouse: --input .*roots\.npy\[0\], roots\.npy\[1\].*infinity or NaN.*\n$/);
  });
});

describe('networks that cannot run', () => {
  const x = tensor('x.npy', [3, 8, 8]);
  const weights = floats('w', [4, 3, 3, 3]);
  const conv = node('Conv', ['x', 'w'], ['a'], {}, { name: 'first' });
  const network = (name: string, spec: Parameters<typeof onnxModel>[0]) => write(name, onnxModel(spec));

  it('without input', async () => {
    await expectLines(
      [LENET],
      ['--input: missing; allowed: a picture, a tensor (.npy, .json), or a folder of them'],
    );
  });

  it('without a convolution', async () => {
    const relu = network('relu.onnx', {
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['y'],
    });
    await expectLines(
      [relu, '--input', x],
      [
        'relu.onnx: no convolution; allowed: a network with convolutions, products of matrices or maximum pools that the chip can run',
      ],
    );
  });

  it.each([
    ['com.example', 'Attend', []],
    ['', 'Attend', []],
    ['com.example', 'Attend', ['Relu', 'Sigmoid']],
  ])('with an operator of %j that nobody knows: %s', async (domain, op, before) => {
    const names = ['a', ...before.map((_, i) => `b${i}`)];
    const odd = network('odd.onnx', {
      nodes: [
        conv,
        ...before.map((one, i) => node(one, [names[i]!], [names[i + 1]!], {}, { name: `own${i}` })),
        node(op, [names.at(-1)!], ['y'], {}, { name: 'odd', domain }),
      ],
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['y'],
      initializers: [weights],
    });
    const { code, out, err } = await rowhouse('run', odd, '--input', x, '--state', at('state'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^rowhouse: .*odd\.onnx: node odd \(Attend\): .+\n$/);
  });

  it('with two inputs, or none', async () => {
    const two = network('two.onnx', {
      nodes: [conv, node('Add', ['a', 'b'], ['y'])],
      inputs: { x: [1, 3, 8, 8], b: [1, 4, 6, 6] },
      outputs: ['y'],
      initializers: [weights],
    });
    await expectLines(
      [two, '--input', x],
      ['two.onnx: graph.input: found "x, b"; allowed: one input, which images go into'],
    );
    const none = network('noinput.onnx', {
      nodes: [node('Relu', ['w'], ['y'])],
      inputs: {},
      outputs: ['y'],
      initializers: [weights],
    });
    await expectLines(
      [none, '--input', x],
      ['noinput.onnx: graph.input: found "none"; allowed: one input, which images go into'],
    );
  });

  it('at another batch than the file is made for', async () => {
    const fixed = network('fixed.onnx', {
      nodes: [
        conv,
        node('Reshape', ['a', 'shape'], ['b'], {}, { name: 'flat' }),
        node('MatMul', ['b', 'v'], ['y']),
      ],
      inputs: { x: [2, 3, 8, 8] },
      outputs: ['y'],
      initializers: [weights, integers('shape', [2, 144]), floats('v', [144, 5])],
    });
    await expectLines(
      [fixed, '--input', x, '--batch', '3'],
      ['--batch: found 3; allowed: 2, which fixed.onnx is made for: other sizes do not fit its nodes'],
    );
    const { code, out, err } = await rowhouse('run', fixed, '--input', x, '--input', x, '--input', x);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^rowhouse: --batch: found .*last batch of 2.*fixed\.onnx.*\n$/);
  });

  it('that are damaged, absent or something else', async () => {
    for (const [name, content] of [
      ['cut.onnx', lenet.subarray(0, 5000)],
      ['text.onnx', 'layers: []\n'],
      ['empty.onnx', ''],
      ['noise.onnx', Uint8Array.from({ length: 300 }, (_, i) => (i * 7919) % 251)],
    ] as const) {
      write(name, content);
      const { code, out, err } = await rowhouse('run', at(name), '--input', DIGITS);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(new RegExp(`^rowhouse: .*${name}: .+\\n$`));
    }
    await expectLines(
      [at('missing.onnx'), '--input', DIGITS],
      ['network: missing.onnx: there is no such file or folder; allowed: a file that can be read'],
    );
  });

  it('because its layers do not follow each other', async () => {
    const apart = write(
      'apart.yaml',
      'name: apart\nlayers:\n' +
        '  - { name: a, type: conv, input: [1, 6, 6], filters: 2, kernel: 3 }\n' +
        '  - { name: b, type: conv, input: [3, 4, 4], filters: 2, kernel: 3 }\n',
    );
    await expectLines(
      [apart],
      [
        'network: apart: a makes 2 × 4 × 4 and b takes 3 × 4 × 4; allowed: layers of which each takes what the one before it makes, or an .onnx file',
      ],
    );
  });
});

describe('labels and classes that do not fit', () => {
  const lines = (count: number) => 'one\n'.repeat(count);
  write('nine.txt', lines(9));
  write('eleven.txt', lines(11));
  write('wrong.txt', '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n');

  it.each([
    [
      '--labels',
      'nine.txt',
      'nine.txt: lines: found 9; allowed: 10 lines: one label a line, as many as the network has classes',
    ],
    [
      '--labels',
      'eleven.txt',
      'eleven.txt: lines: found 11; allowed: 10 lines: one label a line, as many as the network has classes',
    ],
    [
      '--labels',
      'missing.txt',
      'missing.txt: there is no such file or folder; allowed: a file that can be read',
    ],
    [
      '--truth',
      'nine.txt',
      'nine.txt: lines: found 9; allowed: 10 lines: one class a line, as many as images',
    ],
    ['--truth', 'wrong.txt', 'wrong.txt:10:1: found "10"; allowed: a class: a whole number from 0 to 9'],
  ])('%s %s', async (flag, name, line) => {
    await expectLines([LENET, '--input', DIGITS, flag, at(name)], [line]);
  });

  it.each(['--labels', '--truth'])('%s of a network without classes', async (flag) => {
    await expectLines(
      [LENET, '--input', DIGITS, '--until', 'conv1', flag, at('nine.txt')],
      [
        `${flag}: found "nine.txt"; allowed: nothing: what the network makes of an image is no list of scores`,
      ],
    );
  });

  it('in the file of --processing', async () => {
    write('processing.yaml', 'output: { labels: nine.txt }\n');
    await expectLines(
      [LENET, '--input', DIGITS, '--processing', at('processing.yaml')],
      ['nine.txt: lines: found 9; allowed: 10 lines: one label a line, as many as the network has classes'],
    );
    write('processing.yaml', 'output: { label: nine.txt }\n');
    const { code, err } = await rowhouse(
      'run',
      LENET,
      '--input',
      DIGITS,
      '--processing',
      at('processing.yaml'),
    );
    expect(code).toBe(2);
    expect(err).toMatch(
      /^rowhouse: .*processing\.yaml:1:11: .*unknown key "label" \(did you mean labels\?\).*\n$/,
    );
  });
});

describe('flags that are wrong', () => {
  it.each([
    ['--size', '28', 'found "28"; allowed: rows,columns: two whole numbers from 1 to 1000000'],
    ['--size', 'x', 'found "x"; allowed: rows,columns: two whole numbers from 1 to 1000000'],
    ['--size', '0,28', 'found "0,28"; allowed: rows,columns: two whole numbers from 1 to 1000000'],
    ['--size', '32,32', 'found "32,32"; allowed: 28,28, which the network takes'],
    ['--fit', 'strech', 'found "strech" (did you mean stretch?); allowed: stretch, contain, cover'],
    ['--layout', 'nchw', 'found "nchw" (did you mean NCHW?); allowed: NCHW, NHWC'],
    ['--colors', 'grey', 'found "grey" (did you mean gray?); allowed: rgb, bgr, gray'],
    ['--mean', '1,2', 'found "1,2"; allowed: one number, or three with commas, one for each channel'],
    ['--mean', '', 'found ""; allowed: one number, or three with commas, one for each channel'],
    ['--scale', '1,0,1', 'found "1,0,1"; allowed: any numbers but 0'],
    ['--top', '0', 'found "0"; allowed: a whole number from 1 to 1000'],
    ['--batch', '', 'found ""; allowed: a whole number from 1 to 1024'],
    ['--batch', '1025', 'found "1025"; allowed: a whole number from 1 to 1024'],
    ['--images', '3', 'found "3"; allowed: one of --images and --input'],
    ['--seed', '-1', 'found "-1"; allowed: a whole number from 1 to 2147483647'],
    ['--until', 'conv9', `found "conv9" (did you mean conv1?); allowed: the name of a node of ${LENET}`],
    [
      '--mapping',
      'm=0',
      'found "m=0"; allowed: best, published, or letters of m, n, e, p, q, r, t, f, each once, with whole numbers from 1: m=64,n=4',
    ],
    [
      '--mapping',
      'published',
      'found "published, for conv1"; allowed: best, or letters: only CONV1, CONV2, CONV3, CONV4, CONV5 of alexnet have been published',
    ],
    ['--trace', 'none/trace', 'none/trace: there is no folder none; allowed: a file that can be written'],
    ['--format', 'htm', 'found "htm" (did you mean html?); allowed: table, json, csv, parquet, html'],
  ])('%s %j', async (flag, value, rest) => {
    await expectLines([LENET, '--input', DIGITS, `${flag}=${value}`], [`${flag}: ${rest}`]);
  });

  it('several at once, one line for each', async () => {
    await expectLines(
      [LENET, '--top', '0', '--size', '1', '--batch', '0', '--trace', at('none/x')],
      [
        '--size: found "1"; allowed: rows,columns: two whole numbers from 1 to 1000000',
        '--top: found "0"; allowed: a whole number from 1 to 1000',
        '--batch: found "0"; allowed: a whole number from 1 to 1024',
        `--trace: none/x: there is no folder ${folder}/none; allowed: a file that can be written`.replace(
          `${folder}/`,
          '',
        ),
      ],
    );
  });

  it('--state without a name', async () => {
    const { code, err } = await rowhouse('run', LENET, '--input', DIGITS, '--state=');
    expect({ code, err }).toEqual({ code: 2, err: 'rowhouse: --state: found ""; allowed: a folder\n' });
  });
});
