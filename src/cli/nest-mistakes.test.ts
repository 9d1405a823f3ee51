import { mkdirSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMapping } from '../loopnest/files/mapping-file.ts';
import { formatProblem } from '../loopnest/files/problem-file.ts';
import { ARCHITECTURE_PRESET_NAMES, CONSTRAINTS_PRESET_NAMES } from '../loopnest/presets.ts';
import { ARCHITECTURE, ENERGIES, MAPPING, PROBLEM } from '../loopnest/timeloop/example.testing.ts';
import { CONV3, ROUND_THE_GLB } from '../report/nest.testing.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { folder, at, write } = scratchFolder();

const MACHINE = `name: tiny
levels:
  - { name: DRAM, energy: 100 }
  - { name: GLB, capacity: 300, energy: 5, fanout: { x: 4, y: 2, energy: 1 } }
  - { name: RF, capacity: 12, energy: 1 }
mac: { energy: 1 }
`;
const OWN = formatMapping(ROUND_THE_GLB);

write('arch.yaml', ARCHITECTURE);
write('ert.yaml', ENERGIES);
write('prob.yaml', PROBLEM);
write('map.yaml', MAPPING);
write('own.yaml', OWN);
write('conv3.yaml', formatProblem(CONV3));
write('empty.yaml', '');
write('bad.yaml', 'name: [');
write('tiny.yaml', MACHINE);
write('net.yaml', 'name: n\nlayers:\n  - { name: a, type: fc, input: [6], filters: 4 }\n');
write('pools.yaml', 'name: n\nlayers:\n  - { name: p, type: pool, input: [1, 4, 4], kernel: 2 }\n');
mkdirSync(at('folder'));
// Messages have at most 60 characters of a name
process.chdir(folder);

/** Expects these lines on standard error, each told as the command's, nothing else anywhere, and no new file. */
async function expectLines(words: readonly string[], lines: readonly string[]) {
  const before = readdirSync(folder);
  const { code, out, err } = await rowhouse(...words);
  expect(err).toBe(lines.map((line) => `rowhouse: ${line}\n`).join(''));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(readdirSync(folder)).toEqual(before);
}

const wordsOf = (line: string): string[] => (line === '' ? [] : line.split(' '));

const ARCHITECTURES = `a .yaml or .json file, or a preset: ${ARCHITECTURE_PRESET_NAMES.join(', ')}`;
const CONSTRAINTS = `a .yaml or .json file, or a preset: ${CONSTRAINTS_PRESET_NAMES.join(', ')}`;
const HARDWARE =
  'a .yaml file, files of Timeloop with commas, or a preset: see rowhouse hardware (default: eyeriss-like-256)';
const PROBLEMS =
  'a .yaml file, a problem of Timeloop, or a layer of a network: alexnet:CONV3, model.onnx:conv1';
const NETWORK =
  'an .onnx, .yaml or .json file, a file of Timeloop, SCALE-Sim or MAESTRO, or a built-in network: alexnet, vgg-16, googlenet, resnet-50, squeezenet, mobilenet-v1, overfeat-fast';
const SECONDS = 'seconds: a number above 0, up to 1000000';
const NO_FILE = 'there is no such file or folder; allowed: a file that can be read';
const LAYERS =
  'conv, fc or pool, where alexnet has them, or the name of a layer: ' +
  'CONV1, POOL1, CONV2, POOL2, CONV3, CONV4, CONV5, POOL5, FC1, FC2, FC3';

describe('flags of map', () => {
  it.each([
    ['--objective engy', '--objective: found "engy"; allowed: energy, edp, delay'],
    ['--objective dram', '--objective: found "dram"; allowed: energy, edp, delay'],
    [
      '--factors imperfct',
      '--factors: found "imperfct" (did you mean imperfect?); allowed: perfect, imperfect',
    ],
    ['--convention ours', '--convention: found "ours"; allowed: true, timeloop'],
    ['--axes two', '--axes: found "two"; allowed: one, both'],
    ...['0', '-1', '1e3', 'abc', '0.0', '1000001', '.'].map((time): [string, string] => [
      `--time ${time}`,
      `--time: found "${time}"; allowed: ${SECONDS}`,
    ]),
    ['--batch 0', '--batch: found "0"; allowed: a whole number from 1 to 1000000'],
    ['--layers conv1', `--layers: found "conv1" (did you mean CONV1?); allowed: ${LAYERS}`],
    [
      '--layers POOL1',
      '--layers: found "POOL1"; allowed: convolutional and fully connected layers: a pool has no weights to map',
    ],
    ['--shape x=1', '--shape: found "x=1"; allowed: nothing: only ONNX files have dynamic dimensions'],
    ['--format html', '--format: found "html"; allowed: table, json, csv, parquet, svg'],
    ['--json --format csv', '--format: found "csv"; allowed: one of --json and --format, or both alike'],
    [
      '--nests --json',
      '--nests: found "json"; allowed: with the table: other formats have what there is of every nest',
    ],
    ['--export-as tl', '--export-as: found "tl"; allowed: timeloop, rowhouse'],
    [
      '--export-as rowhouse',
      '--export-as: found "rowhouse"; allowed: with --export, the folder for the files',
    ],
    ['--export no/x', '--export: no/x: there is no folder no; allowed: a folder that can be written to'],
    [
      '--export tiny.yaml',
      '--export: tiny.yaml: this is no folder; allowed: a folder that can be written to',
    ],
    [
      '--export new.yaml --hardware tiny.yaml',
      '--export levels[1].fanout.energy: found 1; allowed: 0: in Timeloop, wires cost by their length; with --export-as rowhouse, anything',
    ],
    ['--out no/x', '--out: no/x: there is no folder no; allowed: a file that can be written'],
    ['--out folder', '--out: folder: this is a folder, not a file; allowed: a file that can be written'],
    ['--out --json', '--out: no value before --json; allowed: --out <file>'],
  ])('%s', async (words, line) => {
    await expectLines(['map', 'alexnet', ...wordsOf(words)], [line]);
  });

  it('several at once, one line for each', async () => {
    const words = wordsOf('map alexnet --layers x --time 0 --hardware none.yaml --factors all --out no/x');
    await expectLines(words, [
      `--layers: found "x"; allowed: ${LAYERS}`,
      `none.yaml: ${NO_FILE}`,
      '--factors: found "all"; allowed: perfect, imperfect',
      `--time: found "0"; allowed: ${SECONDS}`,
      '--out: no/x: there is no folder no; allowed: a file that can be written',
    ]);
  });

  it('a network of pools', async () => {
    const line =
      'network: found "n"; allowed: a network with conv or fc layers: pools have no weights to map';
    await expectLines(['map', 'pools.yaml'], [line]);
  });

  it('a batch that makes counts inexact', async () => {
    const text = 'name: l\nlayers: [{ name: big, type: fc, input: [1000000], filters: 100000 }]';
    const line =
      '--batch: found 100000; allowed: a whole number from 1 to 90071: counts of big are not exact above it';
    write('large.yaml', text);
    await expectLines(['map', 'large.yaml', '--batch', '100000'], [line]);
  });
});

describe('what map maps', () => {
  const INSTEAD = 'without --problem, which is mapped instead of a network';

  it.each([
    ['', `network: missing; allowed: ${NETWORK}; or --problem`],
    ['--problem none.yaml', `none.yaml: ${NO_FILE}`],
    ['--problem alexnet', `--problem: found "alexnet"; allowed: ${PROBLEMS}`],
    ['alexnet --problem conv3.yaml', `network: found "alexnet"; allowed: ${INSTEAD}`],
    [
      'alexnet --problem conv3.yaml --layers conv',
      `network: found "alexnet"; allowed: ${INSTEAD}`,
      `--layers: found "conv"; allowed: ${INSTEAD}`,
    ],
    [
      '--problem conv3.yaml --batch 2',
      '--batch: found "2"; allowed: with a layer of a network: a problem has its sizes',
    ],
    ['--problem alexnet:CONV3 --batch x', '--batch: found "x"; allowed: a whole number from 1 to 1000000'],
    ['--problem arch.yaml', '--problem: found "arch.yaml"; allowed: a file of Timeloop with problem'],
    [
      '--problem conv3.yaml --hardware whole.yaml',
      '--problem: found "a problem of its own"; allowed: without it, as a file of Timeloop that another flag names has a problem',
    ],
  ])('%s', async (words, ...lines) => {
    write('whole.yaml', ARCHITECTURE + ENERGIES + PROBLEM);
    await expectLines(['map', ...wordsOf(words)], lines);
  });
});

describe('hardware that is none', () => {
  it.each([
    ['none.yaml', `none.yaml: ${NO_FILE}`],
    ['folder', 'folder: this is a folder, not a file; allowed: a file that can be read'],
    ['empty.yaml', 'empty.yaml:1:1: empty; allowed: a mapping with name, levels and mac'],
    [
      'bad.yaml',
      'bad.yaml:1:8: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'eyeris-like-256',
      `--hardware: found "eyeris-like-256" (did you mean eyeriss-like-256?); allowed: ${ARCHITECTURES}`,
    ],
    ...[
      ['eyeriss-256', 'eyeriss-like-256'],
      ['eyeriss-1024', 'eyeriss-like-256'],
      ['eyeriss-chip', 'eyeriss'],
    ].map(([name, like]): [string, string] => [
      name!,
      `--hardware: ${name} is hardware of rowhouse analyze and simulate, not an architecture (did you mean ${like}?); allowed: ${ARCHITECTURES}`,
    ]),
    ['__proto__', `--hardware: found "__proto__"; allowed: ${ARCHITECTURES}`],
    [',', `--hardware: found ""; allowed: ${HARDWARE}`],
    ['ert.yaml', '--hardware: found "ert.yaml"; allowed: a file of Timeloop with architecture or arch'],
    [
      'prob.yaml,ert.yaml',
      '--hardware: found "prob.yaml,ert.yaml"; allowed: a file of Timeloop with architecture or arch',
    ],
    [
      'arch.yaml,tiny.yaml',
      '--hardware: found "tiny.yaml"; allowed: a file of Timeloop beside another one: one of Rowhouse stands alone',
    ],
    [
      'arch.yaml,arch.yaml,ert.yaml',
      'arch.yaml:2:1: architecture: found "architecture"; allowed: one architecture or arch, which arch.yaml has already',
    ],
  ])('%s', async (words, line) => {
    for (const command of [
      ['map', 'net.yaml'],
      ['evaluate', '--problem', 'conv3.yaml', '--mapping', 'own.yaml'],
    ]) {
      const { code, out, err } = await rowhouse(...command, '--hardware', words);
      // Where in the file, its own tests say
      const plain = (text: string) => text.replaceAll(/:\d+:\d+/g, '');
      expect(plain(err)).toBe(`rowhouse: ${plain(line)}\n`);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
  });

  it('an architecture of Timeloop without energies', async () => {
    const { code, err } = await rowhouse('map', 'net.yaml', '--hardware', 'arch.yaml');
    expect(code).toBe(2);
    expect(err).toMatch(/^rowhouse: arch\.yaml:2:1: ERT: missing; allowed: an energy reference table .*\n$/);
  });
});

describe('constraints that are none', () => {
  it.each([
    ['none.yaml', undefined, `none.yaml: ${NO_FILE}`],
    [
      'row-statonary',
      undefined,
      `--constraints: found "row-statonary" (did you mean row-stationary?); allowed: ${CONSTRAINTS}`,
    ],
    [
      'level.yaml',
      'name: x\nlevels:\n  GLBB: { keep: [weights] }\n',
      'level.yaml:3:3: levels: unknown key "GLBB" (did you mean GLB?); allowed: levels of tiny: DRAM, GLB, RF',
    ],
    [
      'letter.yaml',
      'levels:\n  RF: { temporal: { only: [X] } }\n',
      'letter.yaml:2:28: levels.RF.temporal.only[0]: found "X"; allowed: dimensions: N, M, C, R, S, P, Q, G',
    ],
    [
      'filters.yaml',
      'levels:\n  GLB: { spatialX: { only: [K] } }\n',
      'filters.yaml:2:29: levels.GLB.spatialX.only[0]: found "K" (did you mean M?); allowed: dimensions: N, M, C, R, S, P, Q, G',
    ],
    [
      'twice.yaml',
      'levels:\n  GLB: { keep: [weights], bypass: [weights] }\n',
      'twice.yaml:2:36: levels.GLB.bypass[0]: found "weights"; allowed: what is not in keep already',
    ],
    [
      'space.yaml',
      'levels:\n  RF: { spatialX: { only: [M] } }\n',
      'space.yaml:2:19: levels.RF.spatialX: found {"only": ["M"]}; allowed: no loops in space, as RF has no fan-out',
    ],
  ])('%s', async (name, text, line) => {
    if (text !== undefined) write(name, text);
    const words = ['map', 'net.yaml', '--hardware', 'tiny.yaml', '--constraints', name];
    await expectLines(words, [line]);
  });

  it('presets for other levels than those of the hardware', async () => {
    write('flat.yaml', MACHINE.replace('name: GLB', 'name: buffer'));
    const words = ['map', 'net.yaml', '--hardware', 'flat.yaml', '--constraints', 'row-stationary'];
    await expectLines(words, [
      '--constraints row-stationary levels: unknown key "GLB"; allowed: levels of tiny: DRAM, buffer, RF',
    ]);
  });
});

describe('words of evaluate', () => {
  it.each([
    ['', `--problem: missing; allowed: ${PROBLEMS}`],
    [
      '--problem conv3.yaml',
      '--mapping: missing; allowed: a .yaml file, a result of rowhouse map as .json, or a mapping of Timeloop',
    ],
    ['--mapping own.yaml', `--problem: missing; allowed: ${PROBLEMS}`],
    ['--mapping map.yaml', `--problem: missing; allowed: ${PROBLEMS}`],
    ['--problem none.yaml --mapping own.yaml', `none.yaml: ${NO_FILE}`],
    ['--problem conv3.yaml --mapping none.yaml', `none.yaml: ${NO_FILE}`],
    ['--problem empty.yaml --mapping own.yaml', 'empty.yaml:1:1: empty; allowed: a mapping with type'],
    ['--problem conv3.yaml --mapping empty.yaml', 'empty.yaml:1:1: empty; allowed: a mapping with levels'],
    ['--problem alexnet --mapping own.yaml', `--problem: found "alexnet"; allowed: ${PROBLEMS}`],
    ['--problem net.yaml --mapping own.yaml', `--problem: found "net.yaml"; allowed: ${PROBLEMS}`],
    ['--problem model.onnx --mapping own.yaml', `--problem: found "model.onnx"; allowed: ${PROBLEMS}`],
    ['--problem none.yaml:a --mapping own.yaml', `none.yaml: ${NO_FILE}`],
    [
      '--problem arch.yaml --mapping own.yaml',
      '--problem: found "arch.yaml"; allowed: a file of Timeloop with problem',
    ],
    [
      '--problem prob.yaml --mapping ert.yaml',
      '--mapping: found "ert.yaml"; allowed: a file of Timeloop with mapping',
    ],
    [
      '--problem alexnet:CONV33 --mapping own.yaml',
      `--problem: found "CONV33" (did you mean CONV3?); allowed: ${LAYERS}`,
    ],
    [
      '--problem alexnet:fc --mapping own.yaml',
      '--problem: found "alexnet:fc"; allowed: one layer: alexnet:FC1, alexnet:FC2, alexnet:FC3',
    ],
    [
      '--problem alexnet:POOL1 --mapping own.yaml',
      '--problem: found "POOL1"; allowed: convolutional and fully connected layers: a pool has no weights to map',
    ],
    [
      '--problem conv3.yaml --mapping own.yaml --batch 3',
      '--batch: found "3"; allowed: with a layer of a network: a problem has its sizes',
    ],
    [
      '--problem conv3.yaml --mapping own.yaml --shape x=1',
      '--shape: found "x=1"; allowed: with a layer of a network: a problem has its sizes',
    ],
    [
      '--mapping own.yaml --batch 3',
      '--batch: found "3"; allowed: with --problem and a layer of a network, such as alexnet:CONV3',
    ],
    [
      '--hardware tiny.yaml --problem conv3.yaml --mapping all.yaml',
      '--hardware: found "an architecture of its own"; allowed: without it, as a file of Timeloop that another flag names has an architecture',
      '--problem: found "a problem of its own"; allowed: without it, as a file of Timeloop that another flag names has a problem',
    ],
    [
      '--problem conv3.yaml --mapping own.yaml --convention x --factors y --format html --out no/x',
      '--format: found "html"; allowed: table, json, csv, parquet, svg',
      '--convention: found "x"; allowed: true, timeloop',
      '--factors: found "y"; allowed: perfect, imperfect',
      '--out: no/x: there is no folder no; allowed: a file that can be written',
    ],
    ['alexnet', 'argument: found "alexnet"; allowed: flags only'],
  ])('%s', async (words, ...lines) => {
    write('all.yaml', ARCHITECTURE + ENERGIES + PROBLEM + MAPPING);
    await expectLines(wordsOf(`evaluate ${words}`.trim()), lines);
  });
});

describe('mappings that are none', () => {
  it.each([
    [
      'level.yaml',
      OWN.replace('"RF"', '"RFF"'),
      'level.yaml:3:3: levels: found ["DRAM", "GLB", "RFF"]; allowed: the levels of eyeriss-like-256, outermost first: DRAM, GLB, RF',
    ],
    [
      'dimension.yaml',
      OWN.replace('["P", 13]', '["Z", 13]'),
      'dimension.yaml:4:71: levels[1].temporal[1][0]: found "Z"; allowed: a dimension of the problem: N, M, C, R, S, P, Q',
    ],
    [
      'product.yaml',
      OWN.replace('["P", 13]', '["P", 12]'),
      'product.yaml:3:3: levels: found "P = 12"; allowed: factors of P that multiply to 13',
    ],
    [
      'target.yaml',
      MAPPING.replace('GLB', 'GLX'),
      'target.yaml:4:12: mapping[0].target: found "GLX" (did you mean GLB?); allowed: a memory of the architecture: DRAM, GLB, RF',
    ],
    [
      'keys.yaml',
      'levels:\n  - { name: DRAM, keeps: [] }\n',
      'keys.yaml:2:19: levels[0]: unknown key "keeps" (did you mean keep?); allowed: name, keep, temporal, spatialX, spatialY',
    ],
  ])('%s', async (name, text, line) => {
    write(name, text);
    const words = ['evaluate', '--problem', 'conv3.yaml', '--mapping', name, '--out', 'result'];
    await expectLines(words, [line]);
  });
});

describe('vectors that are none', () => {
  const OTHERS = 'without --vectors, whose lines say it themselves';

  it.each([
    ['--vectors none.jsonl', `none.jsonl: ${NO_FILE}`],
    ['--vectors empty.yaml', 'empty.yaml:1:1: empty; allowed: a vector on each line'],
    ['--vectors broken.jsonl', 'broken.jsonl:2:2: Flow map must end with a }'],
    [
      '--vectors broken.jsonl --mapping own.yaml --factors perfect --batch 2',
      `--mapping: found "own.yaml"; allowed: ${OTHERS}`,
      `--batch: found "2"; allowed: ${OTHERS}`,
      `--factors: found "perfect"; allowed: ${OTHERS}`,
      'broken.jsonl:2:2: Flow map must end with a }',
    ],
    [
      '--vectors broken.jsonl --format csv',
      '--format: found "csv"; allowed: table, json',
      'broken.jsonl:2:2: Flow map must end with a }',
    ],
  ])('%s', async (words, ...lines) => {
    write('broken.jsonl', '\n{\n');
    await expectLines(wordsOf(`evaluate ${words}`), lines);
  });
});

describe('any words of map and evaluate', () => {
  it('end in a result or in lines that say what is wrong', { timeout: 60_000 }, async () => {
    const names = ['arch', 'ert', 'prob', 'map', 'own', 'conv3', 'empty', 'tiny', 'net', 'none'];
    const files = names.map((name) => `${name}.yaml`);
    const values = [
      ...files,
      ...['arch.yaml,ert.yaml', 'net.yaml:a', 'alexnet:CONV3', ':', ','],
      ...['energy', 'delay', 'imperfect', 'timeloop', 'rowhouse', 'both', '0.05', '0', '2', 'a', 'fc', 'csv'],
      ...['json', 'svg', 'parquet', 'eyeriss-like-256', 'row-stationary', '__proto__'],
    ];
    const flags = [
      ...['--hardware', '--constraints', '--objective', '--factors', '--convention', '--axes', '--batch'],
      ...['--layers', '--problem', '--mapping', '--vectors', '--format', '--export-as'],
    ];
    const pair = fc.tuple(fc.constantFrom(...flags), fc.constantFrom(...values));
    const alone = fc.constantFrom('--bypass', '--nests', '--json', '--export=export', '-x');
    const wordsArbitrary = fc
      .tuple(
        fc.constantFrom(['map', 'net.yaml'], ['map', 'alexnt'], ['map'], ['evaluate']),
        fc.array(
          fc.oneof(
            { weight: 4, arbitrary: pair },
            alone.map((one) => [one]),
          ),
          { maxLength: 6 },
        ),
      )
      .map(([command, rest]) => [
        ...command,
        ...rest.flat(),
        ...(command[0] === 'map' ? ['--time', '5'] : []),
      ]);
    await fc.assert(
      fc.asyncProperty(wordsArbitrary, async (words) => {
        const { code, out, err } = await rowhouse(...words);
        expect(err).toMatch(/^(rowhouse: .+\n)*$/);
        expect(err).not.toMatch(/ at .*\.[jt]s:/);
        expect([0, 1, 2]).toContain(code);
        if (code === 2) expect({ out, isTold: err !== '' }).toEqual({ out: '', isTold: true });
        else expect(out).not.toBe('');
      }),
      { numRuns: 300 },
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
