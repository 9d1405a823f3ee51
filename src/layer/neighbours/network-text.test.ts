import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { builtinNetwork } from '../builtin.ts';
import { formatNetwork, parseNetwork } from '../network-file.ts';
import { networkFromText } from './network-text.ts';
import { scalesimTopology } from './scalesim-export.ts';
import { timeloopProblems } from './timeloop-export.ts';

const OWN = formatNetwork(builtinNetwork('alexnet'));
const JSON_FILE = JSON.stringify(parseNetwork(OWN, 'own.yaml'));
const SCALESIM = scalesimTopology(builtinNetwork('alexnet')).text;
const [TIMELOOP = ''] = timeloopProblems(builtinNetwork('alexnet')).files.values();
const FC = 'layers: [{ name: a, type: fc, input: [1], filters: 1 }]\n';
const INDENTED = `  name: x\n  ${FC}`;
const TITLED = '{"name":"layer, ifmap, 1, 2","layers":[{"name":"a","type":"fc","input":[1],"filters":1}]}';
const GEMM = 'Layer,M,N,K,\nfc,1,1000,4096,\n';
const PROBLEMS = 'layers: [{ name: "problem: x", type: fc, input: [1], filters: 1 }]\nname: "problem:"';
const TEMPLATE = `{{include_text('../problem_base.yaml')}}
problem:
  <<<: *problem_base
  instance: {C: 3}
`;
const MAESTRO = 'Network mine {\n  Layer fc { Type: FC Dimensions { K: 1000, C: 4096 } }\n}\n';

describe('networkFromText', () => {
  /** What a comment begins with, where there may be some. */
  it.each<[form: string, comment: string, text: string, layers: number, first: string]>([
    ['Rowhouse’s YAML', '#', OWN, 11, 'CONV1'],
    ['Rowhouse’s JSON', '#', JSON_FILE, 11, 'CONV1'],
    ['Rowhouse’s YAML about problems', '#', PROBLEMS, 1, 'problem: x'],
    ['SCALE-Sim’s convolutions', '', SCALESIM, 8, 'CONV1'],
    ['SCALE-Sim’s products', '', GEMM, 1, 'fc'],
    ['a problem of Timeloop', '#', TIMELOOP, 1, 'CONV1'],
    [
      'a problem of Timeloop as JSON',
      '#',
      '{ "problem": { "shape": "gemm-ABZ", "M": 1, "N": 2, "K": 3 } }',
      1,
      'net',
    ],
    ['a problem of Timeloop with layers in a comment', '#', `# as {layers: 3}\n${TIMELOOP}`, 1, 'CONV1'],
    ['a problem of Timeloop with layers inside', '#', `${TIMELOOP}mapper:\n  layers: 3\n`, 1, 'CONV1'],
    ['Rowhouse’s YAML, all of it indented', '#', INDENTED, 1, 'a'],
    [
      'Rowhouse’s YAML with the titles of SCALE-Sim in its name',
      '#',
      `name: layer, ifmap, 1, 2\n${FC}`,
      1,
      'a',
    ],
    ['Rowhouse’s YAML with numbers in its name', '#', `name: a, 1, 2, 3\n${FC}`, 1, 'a'],
    ['Rowhouse’s JSON with the titles of SCALE-Sim', '#', TITLED, 1, 'a'],
    ['a template of Timeloop', '#', TEMPLATE, 1, 'net'],
    ['MAESTRO', '//', MAESTRO, 1, 'fc'],
    ['MAESTRO with constants', '//', `Constant K 3\n${MAESTRO}`, 1, 'fc'],
    ['MAESTRO with an accelerator', '//', `Accelerator { PE { NumPEs: 3 } }\n${MAESTRO}`, 1, 'fc'],
  ])('knows %s, whatever the file is called', (_, comment, text, layers, first) => {
    for (const extension of ['yaml', 'yml', 'json', 'csv', 'm', 'txt', '']) {
      const { network } = networkFromText(text, `net.${extension}`);
      expect(network.layers).toHaveLength(layers);
      expect(network.layers[0]!.name).toBe(first);
    }
    const disguised = `\uFEFF\n  \n${comment}\n${text.replaceAll('\n', '\r\n')}`;
    expect(networkFromText(disguised, 'net')).toEqual(networkFromText(text, 'net'));
  });

  it('tells the mistakes of Rowhouse’s own files as parseNetwork does', () => {
    for (const text of [
      '',
      'name: x',
      'name: [',
      'name: x\nlayers: 3',
      '{ "layers": [] }',
      'layers: []\nlayrs: 1',
    ]) {
      expect(problemLines(networkFromText, text)).toEqual(problemLines(parseNetwork, text));
    }
  });

  it.each([
    ['mine', '1:1: found "mine"'],
    ['\n- 3', '2:1: found [3]'],
    ['One, two, three, four', '1:1: found "One, two, three, four"'],
    ['pes: 256', '1:1: found {"pes": 256}'],
    ['a\tb\tc\n1\t2\t3', '1:1: found "a\\tb\\tc 1\\t2\\t3"'],
  ])('says what it looks for in %j', (text, found) => {
    expect(problemLines(networkFromText, text, 'net.csv')).toEqual([
      `net.csv:${found}; allowed: a network: name and layers (Rowhouse), problem (Timeloop), Network NAME { (MAESTRO), or a first line Layer name, IFMAP Height, … or Layer, M, N, K (SCALE-Sim)`,
    ]);
  });

  it('says what comments MAESTRO has', () => {
    for (const [comment, place] of [
      ['/* mine */\n', '1:1'],
      ['\n  /* mine\n*/', '2:3'],
      ['// mine\n/**/', '2:1'],
    ]) {
      expect(problemLines(networkFromText, `${comment}${MAESTRO}`, 'net.m')).toEqual([
        `net.m:${place}: found "/*"; allowed: comments after //, the only ones that MAESTRO has`,
      ]);
    }
  });

  it('reads a topology with the line ends of old Macs', () => {
    for (const text of [SCALESIM, GEMM]) {
      expect(networkFromText(text.replaceAll('\n', '\r'), 'net')).toEqual(networkFromText(text, 'net'));
    }
  });

  it('misses the first line of a topology', () => {
    const [, ...rows] = SCALESIM.split('\n');
    expect(problemLines(networkFromText, rows.join('\n'), 'net.csv')[0]).toMatch(
      /^net\.csv:1:1: found "CONV1, 227, 227, .*allowed: a first line as SCALE-Sim has it: Layer name, /,
    );
  });

  it.each(['architecture', 'mapping', 'ERT', 'mapspace_constraints'])('knows %s of Timeloop', (key) => {
    expect(problemLines(networkFromText, `# Timeloop\n${key}:\n  version: 0.4\n`, 'other.yaml')).toEqual([
      `other.yaml:2:1: unknown key "${key}"; allowed: problem, under which Timeloop says a layer; this is another of its files`,
    ]);
  });

  it('throws nothing but InputErrors with positions', () => {
    fc.assert(
      fc.property(anyText(OWN, JSON_FILE, SCALESIM, GEMM, TIMELOOP, MAESTRO), (text) => {
        expectResultOrProblems(networkFromText, text);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['line breaks', '\n'.repeat(1e5)],
    ['spaces', ' '.repeat(1e6)],
    ['commas', `${','.repeat(1e6)}:`],
    ['braces', '{'.repeat(1e6)],
    ['layers', 'layers'.repeat(1e5)],
    ['numbers signs', '#'.repeat(1e6)],
    ['includes', '{{include_text('.repeat(1e5)],
    ['brackets', `problem: ${'['.repeat(1e5)}`],
    ['slashes', `Network ${'/'.repeat(1e6)}`],
    ['words', `Network ${'a '.repeat(5e5)}`],
  ])('is not slow on a million of %s', { timeout: 5000 }, (_, text) => {
    expectResultOrProblems(networkFromText, text);
  });
});
