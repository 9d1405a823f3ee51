import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf, rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { folder, at, write } = scratchFolder();

const BUILTIN = 'alexnet, vgg-16, googlenet, resnet-50, squeezenet, mobilenet-v1, overfeat-fast';
const NETWORK = `an .onnx, .yaml or .json file, a file of Timeloop, SCALE-Sim or MAESTRO, or a built-in network: ${BUILTIN}`;
const NUMBER = 'a whole number from 1 to 1000000';
const LAYERS =
  'conv, fc or pool, where alexnet has them, or the name of a layer: ' +
  'CONV1, POOL1, CONV2, POOL2, CONV3, CONV4, CONV5, POOL5, FC1, FC2, FC3';
const ANALYZE_FLAGS =
  '--dataflow, --pes, --batch, --layers, --objective, --hardware, --shape, --format, --json, --out, --help';

/** Expects these lines on standard error, each told as the command's, and nothing else anywhere. */
async function expectLines(words: readonly string[], lines: readonly string[]) {
  const { code, out, err } = await rowhouse(...words);
  expect(err.replaceAll(`${folder}/`, '')).toBe(lines.map((line) => `rowhouse: ${line}\n`).join(''));
  expect(out).toBe('');
  expect(code).toBe(2);
}

describe('words that are not those of the command', () => {
  it.each([
    [
      'analyse alexnet',
      'command: found "analyse" (did you mean analyze?); allowed: analyze, evaluate, export, hardware, map, networks, paper, run, simulate',
    ],
    [
      'nope',
      'command: found "nope"; allowed: analyze, evaluate, export, hardware, map, networks, paper, run, simulate',
    ],
    [
      'help nope',
      'command: found "nope"; allowed: analyze, evaluate, export, hardware, map, networks, paper, run, simulate',
    ],
    [
      '--',
      'command: missing; allowed: analyze, evaluate, export, hardware, map, networks, paper, run, simulate',
    ],
    [
      '--json analyze alexnet',
      'flag: found "--json"; allowed: --version, --help, and others after the command',
    ],
    ['analyze', `network: missing; allowed: ${NETWORK}`],
    ['analyze --pes 4', `network: missing; allowed: ${NETWORK}`],
    ['analyze alexnet vgg-16', 'argument: found "vgg-16"; allowed: <network> alone'],
    ['analyze alexnet --layers conv, fc', 'argument: found "fc"; allowed: <network> alone'],
    ['networks alexnet vgg-16', 'argument: found "vgg-16"; allowed: <network> alone'],
    [
      'hardware --jsn',
      'flag: found "--jsn" (did you mean --json?); allowed: --json, --help, and others after the command',
    ],
    [
      'networks --jsn',
      'flag: found "--jsn" (did you mean --json?); allowed: --shape, --nodes, --format, --json, --out, --help',
    ],
    ['analyze alexnet --bach 3', `flag: found "--bach" (did you mean --batch?); allowed: ${ANALYZE_FLAGS}`],
    ['analyze alexnet --bach=3', `flag: found "--bach=3" (did you mean --batch?); allowed: ${ANALYZE_FLAGS}`],
    ['analyze alexnet -x', `flag: found "-x"; allowed: ${ANALYZE_FLAGS}`],
    ['analyze alexnet --pes', '--pes: no value; allowed: --pes <number>'],
    ['analyze alexnet --pes --batch 3', '--pes: no value before --batch; allowed: --pes <number>'],
    ['analyze alexnet --out --json', '--out: no value before --json; allowed: --out <file>'],
  ])('%s', async (words, line) => {
    await expectLines(words.split(' '), [line]);
  });

  it('an empty one', async () => {
    await expectLines(
      [''],
      [
        'command: found ""; allowed: analyze, evaluate, export, hardware, map, networks, paper, run, simulate',
      ],
    );
  });
});

describe('values that a flag does not take', () => {
  it.each([
    '0',
    '-3',
    '1e3',
    '3.5',
    'abc',
    '',
    ' 4',
    '٣',
    '1000001',
    '99999999999999999999',
    '1'.repeat(400),
  ])('--pes and --batch %j', async (value) => {
    const shown = value.length > 60 ? `"${value.slice(0, 56)}...` : `"${value}"`;
    await expectLines(
      ['analyze', 'alexnet', '--pes', value, '--batch', value],
      [`--pes: found ${shown}; allowed: ${NUMBER}`, `--batch: found ${shown}; allowed: ${NUMBER}`],
    );
  });

  it.each([
    ['--dataflow', 'rss', 'found "rss" (did you mean rs?); allowed: all, rs, ws, osa, osb, osc, nlr'],
    ['--dataflow', 'rs,,ws', 'found ""; allowed: all, rs, ws, osa, osb, osc, nlr'],
    ['--objective', 'enrgy', 'found "enrgy" (did you mean energy?); allowed: energy, edp, delay, dram'],
    ['--format', 'jsn', 'found "jsn" (did you mean json?); allowed: table, json, csv, parquet, html, svg'],
    ['--layers', 'conv1', `found "conv1" (did you mean CONV1?); allowed: ${LAYERS}`],
    ['--layers', '', `found ""; allowed: ${LAYERS}`],
    [
      '--shape',
      'input=1x3x9x9',
      'found "input=1x3x9x9"; allowed: nothing: only ONNX files have dynamic dimensions',
    ],
    ['--out', '', 'found ""; allowed: a file that can be written'],
  ])('%s %j', async (flag, value, rest) => {
    await expectLines(['analyze', 'alexnet', flag, value], [`${flag}: ${rest}`]);
  });

  it('--json with another format', async () => {
    const line = '--format: found "csv"; allowed: one of --json and --format, or both alike';
    await expectLines(['analyze', 'alexnet', '--json', '--format', 'csv'], [line]);
    expect(
      await rowhouse('analyze', write('one.yaml', networkOf(1)), '--json', '--format', 'json'),
    ).toMatchObject({
      code: 0,
    });
  });

  it.each([['analyze', 'alexnet'], ['simulate', 'alexnet'], ['networks']])(
    '--format parquet on a terminal, of %s',
    async (...words) => {
      const { isTTY } = process.stdout;
      process.stdout.isTTY = true;
      try {
        const line =
          '--format: found "parquet"; allowed: parquet with --out or into a pipe: a terminal shows text';
        await expectLines([...words, '--format', 'parquet'], [line]);
      } finally {
        process.stdout.isTTY = isTTY;
      }
    },
  );

  it('several at once, one line for each', async () => {
    const words = [
      'analyze',
      'alexnet',
      '--dataflow',
      'rs,x,y',
      '--pes',
      '0',
      '--layers',
      'a,a',
      '--out',
      at('no/x'),
    ];
    await expectLines(words, [
      `--layers: found "a"; allowed: ${LAYERS}`,
      '--dataflow: found "x"; allowed: all, rs, ws, osa, osb, osc, nlr',
      '--dataflow: found "y"; allowed: all, rs, ws, osa, osb, osc, nlr',
      `--pes: found "0"; allowed: ${NUMBER}`,
      `--out: no/x: there is no folder ${folder}/no; allowed: a file that can be written`.replace(
        `${folder}/`,
        '',
      ),
    ]);
  });

  it('a batch that makes counts inexact', async () => {
    const net = write(
      'large.yaml',
      'name: large\nlayers: [{ name: big, type: fc, input: [1000000], filters: 100000 }]',
    );
    await expectLines(
      ['analyze', net, '--batch', '100000'],
      [
        '--batch: found 100000; allowed: a whole number from 1 to 90071: counts of big are not exact above it',
      ],
    );
  });

  it('charts of more layers than one can look at', async () => {
    const net = write('many.yaml', networkOf(2001));
    for (const format of ['svg', 'html']) {
      await expectLines(
        ['analyze', net, '--format', format],
        [
          `--format: found "${format}"; allowed: table, json, csv or parquet for 2001 layers: a chart shows at most 2000`,
        ],
      );
    }
  });
});

describe('networks that are none', () => {
  mkdirSync(at('folder.yaml'));

  it.each([
    ['alexnt', `network: found "alexnt" (did you mean alexnet?); allowed: ${NETWORK}`],
    ['AlexNet', `network: found "AlexNet" (did you mean alexnet?); allowed: ${NETWORK}`],
    ['__proto__', `network: found "__proto__"; allowed: ${NETWORK}`],
    ['net.txt', 'net.txt: there is no such file or folder; allowed: a file that can be read'],
    ['../net', `network: found "../net"; allowed: ${NETWORK}`],
    ['', `network: found ""; allowed: ${NETWORK}`],
    ['net.onnx', 'network: net.onnx: there is no such file or folder; allowed: a file that can be read'],
    [
      'a\u001B[31m\nb.onnx',
      'network: a�[31m�b.onnx: there is no such file or folder; allowed: a file that can be read',
    ],
  ])('%j', async (name, line) => {
    await expectLines(['analyze', name], [line]);
  });

  it.each([
    ['none.yaml', 'none.yaml: there is no such file or folder; allowed: a file that can be read'],
    ['folder.yaml', 'folder.yaml: this is a folder, not a file; allowed: a file that can be read'],
    [
      'folder.yaml/a.json',
      'folder.yaml/a.json: there is no such file or folder; allowed: a file that can be read',
    ],
  ])('%s', async (name, line) => {
    const none = `network: ${name}: a folder without .yaml files; allowed: ${NETWORK}`;
    await expectLines(['analyze', at(name)], [line.includes('this is a folder') ? none : line]);
    await expectLines(['analyze', 'alexnet', '--hardware', at(name)], [line]);
  });

  it('names that no system has, and links that lead in a circle', async () => {
    symlinkSync(at('loop'), at('loop'));
    for (const name of ['a'.repeat(5000), at('loop')]) {
      const { code, err } = await rowhouse('analyze', name);
      expect(code).toBe(2);
      expect(err).toMatch(/^rowhouse: network: found "[^\n]*; allowed: an \.onnx, [^\n]*\n$/);
    }
  });

  it('a folder with nothing in it but what is no file', async () => {
    mkdirSync(at('pipes/a.yaml'), { recursive: true });
    execFileSync('mkfifo', [at('pipes/b.yaml')]);
    await expectLines(
      ['networks', at('pipes')],
      [`network: pipes: a folder without .yaml files; allowed: ${NETWORK}`],
    );
  });

  const layer = (rest: string) => `name: x\nlayers:\n  - { name: a, type: conv, ${rest} }\n`;
  const sized = (size: string) => layer(`input: [6, 9, 9], filters: ${size}, kernel: 3`);

  it.each<[what: string, content: string | Uint8Array, ...lines: string[]]>([
    ['nothing', '', ':1:1: empty; allowed: a mapping with name and layers'],
    ['Latin 1', Uint8Array.of(0x6e, 0xe9), ': not text; allowed: text in UTF-8'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), ': not text; allowed: text in UTF-8'],
    ['far too much', ' '.repeat(8_388_609), ': 8388609 bytes; allowed: at most 8388608 bytes'],
    [
      'no YAML',
      'name: [',
      ':1:8: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'a misspelt key',
      layer('input: [6, 9, 9], fliters: 6, kernel: 3'),
      ':3:46: layers[0]: unknown key "fliters" (did you mean filters?); allowed: name, type, input, filters, kernel, stride, pad, dilation, groups, weightsPerImage, weightZeros',
    ],
    ...['0', '-1', '2.5', '1e+30', '"256"', '""', 'NaN'].map((size): [string, string, string] => [
      `a size of ${size}`,
      sized(size === 'NaN' ? '.nan' : size),
      `:3:55: layers[0].filters: found ${size}; allowed: ${NUMBER}`,
    ]),
    [
      'a size of twenty digits',
      sized('99999999999999999999'),
      `:3:55: layers[0].filters: found 100000000000000000000; allowed: ${NUMBER}`,
    ],
    [
      'a kernel larger than its input, and groups that do not divide',
      layer('input: [6, 9, 9], filters: 4, kernel: [10, 3], groups: 3'),
      ':3:66: layers[0].kernel: found [10, 3]; allowed: a filter that spans at most the 9 × 9 of its ifmap with padding, not 10 × 3',
      ':3:83: layers[0].groups: found 3; allowed: a divisor of both 6 channels and 4 filters',
    ],
    [
      'two layers of one name',
      networkOf(2).replace('L1', 'L0'),
      ':4:13: layers[1].name: found "L0"; allowed: a name that no other layer has',
    ],
    [
      'pooling alone',
      'name: x\nlayers: [{ name: a, type: pool, input: [1, 4, 4], kernel: 2 }]',
      '--layers: missing; allowed: pool, as x has no other layers',
    ],
  ])('a file with %s', async (_, content, ...lines) => {
    const told = lines.map((line) => line.replace(/^:/, 'bad.yaml:'));
    await expectLines(['analyze', write('bad.yaml', content)], told);
  });
});

describe('hardware that is none', () => {
  it.each([
    ['name: x\npes: 0', ':2:6: pes: found 0; allowed: a whole number from 1 to 1000000'],
    [
      'name: x\npse: 4',
      ':2:1: unknown key "pse" (did you mean pes?); allowed: name, pes, wordBits, energy, rfBytes, glbBytes, storageArea, rfBytesPerPe, areaCurve',
    ],
  ])('%j', async (content, line) => {
    await expectLines(['analyze', 'alexnet', '--hardware', write('hw.yaml', content)], [`hw.yaml${line}`]);
  });
});

describe('any words', () => {
  it('end in a result or in lines that say what is wrong', { timeout: 60_000 }, async () => {
    const tiny = write('tiny.yaml', networkOf(2));
    const hardware = write('tiny-hw.yaml', 'name: tiny\npes: 8\n');
    write('broken.yaml', 'name: broken\nlayers: 3\n');
    const files = ['none.yaml', 'folder.yaml', 'broken.yaml', '', 'net.onnx'].map(at);
    const values = [
      'rs',
      'ws,rs',
      'xx',
      '4',
      '0',
      '-3',
      '1e3',
      'conv',
      'L0',
      'a',
      'edp',
      'csv',
      'parquet',
      'json',
      'table',
      'svg',
      'eyeriss-9',
      'eyeriss-chp',
    ];
    // Not --out by itself: what follows it would be written in this folder
    const flags = [
      '--dataflow',
      '--pes',
      '--batch',
      '--layers',
      '--objective',
      '--hardware',
      '--format',
      '--json',
      '--shape',
    ];
    const word = fc.oneof(
      fc.constantFrom(
        'analyze',
        'networks',
        'hardware',
        'show',
        'schema',
        'help',
        'alexnet',
        'alexnt',
        tiny,
        hardware,
        ...files,
        ...values,
      ),
      fc.constantFrom(
        ...flags,
        `--out=${at('out')}`,
        `--out=${at('none/out')}`,
        `--out=${folder}`,
        '--pes=2',
        '--batch=',
      ),
      fc.constantFrom(
        '--',
        '-',
        '-h',
        '--help',
        '--version',
        '-V',
        '--jsn',
        '-x',
        '__proto__',
        '--constructor',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !text.startsWith('--out')),
    );
    const flagged = fc
      .array(fc.tuple(fc.constantFrom(...flags), fc.constantFrom(...values, hardware)), { maxLength: 3 })
      .map((pairs) => ['analyze', tiny, ...pairs.flat()]);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(word, { maxLength: 7 }), flagged), async (words) => {
        const { code, out, err } = await rowhouse(...words);
        if (code === 0) {
          expect(err).toBe('');
        } else {
          expect(code).toBe(2);
          expect(out).toBe('');
          expect(err).toMatch(/^(rowhouse: .+\n)+$/);
          expect(err).not.toMatch(/ at .*\.[jt]s:/);
        }
      }),
      { numRuns: 400 },
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
