import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { formatNetwork } from '../layer/network-file.ts';
import { formatMapping } from '../loopnest/files/mapping-file.ts';
import { formatProblem } from '../loopnest/files/problem-file.ts';
import { matrixProduct } from '../loopnest/problem.ts';
import { ARCHITECTURE, MAPPING } from '../loopnest/timeloop/example.testing.ts';
import { CONV3, ROUND_THE_GLB } from '../report/nest.testing.ts';
import { type KnownKind, kindOf, readAs } from './file-kinds.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { folder, write } = scratchFolder();
process.chdir(folder);

const NETWORK = 'name: n\nlayers:\n  - { name: a, type: fc, input: [6], filters: 4 }\n';
const shown = async (...words: readonly string[]) => (await rowhouse('hardware', 'show', ...words)).out;

const FILES: Readonly<Record<KnownKind, string>> = {
  result: (await rowhouse('map', write('n.yaml', NETWORK), '--json')).out,
  network: NETWORK,
  architecture: await shown('eyeriss-like-256'),
  mapping: formatMapping(ROUND_THE_GLB),
  constraints: await shown('row-stationary'),
  problem: formatProblem(CONV3),
  chip: 'name: c\nscratchpads: { filterWords: 100 }\n',
  hardware: await shown('eyeriss-256'),
  timeloop: MAPPING,
};
const KINDS = Object.keys(FILES) as KnownKind[];

const NAMES: Readonly<Record<KnownKind, string>> = {
  result: 'this is a result of rowhouse map or evaluate, for --mapping of rowhouse evaluate',
  network: 'this is a network, for the argument NETWORK',
  architecture: 'this is an architecture, for --hardware of rowhouse map and evaluate',
  mapping: 'this is a mapping, for --mapping of rowhouse evaluate',
  constraints: 'these are constraints, for --constraints of rowhouse map',
  problem: 'this is a problem, for --problem of rowhouse map and evaluate',
  chip: 'this is a chip, for --chip of rowhouse simulate and run',
  hardware: 'this is hardware of the six dataflows, for --hardware of rowhouse analyze and simulate',
  timeloop:
    'this is a file of Timeloop, for --hardware, --problem and --mapping of rowhouse map and evaluate',
};

describe('the kind of a file', () => {
  it.each(KINDS)('is told of %s', (kind) => {
    expect(kindOf(FILES[kind], 'file')).toBe(kind);
  });

  it.each<[KnownKind, string]>([
    ['network', formatNetwork(builtinNetwork('alexnet'))],
    ['problem', formatProblem(matrixProduct('m', { M: 2, N: 3, K: 4 }))],
    ['problem', 'sizes: { M: 3 }\ntensors: {}'],
    ['architecture', 'levels: [{ name: DRAM, energy: 3 }]'],
    ['architecture', 'levels: { DRAM: { energy: 3 } }\nmac: { energy: 1 }'],
    ['mapping', 'levels: [{ name: DRAM }, { name: GLB, temporal: [[M, 3]] }]'],
    ['constraints', 'levels: {}'],
    ['constraints', 'axes: both'],
    ['hardware', 'pes: 3'],
    ['timeloop', ARCHITECTURE],
    ['result', '{ "problem": "a", "mapping": { "levels": [] } }'],
  ])('is %s of %j', (kind, text) => {
    expect(kindOf(text, 'file')).toBe(kind);
  });

  it.each(['', '3', '[]', 'name: x', 'levels: [{ name: DRAM }]', '__proto__: 3'])(
    'is not told of %j',
    (text) => {
      expect(kindOf(text, 'file')).toBeUndefined();
    },
  );

  it('is the likeliest where a file may be of two', () => {
    const text = 'mac: { energy: 1 }\nbuffers: free';
    expect(kindOf(text, 'file')).toBe('architecture');
    expect(kindOf(text, 'file', 'constraints')).toBe('constraints');
  });
});

describe('a file of another kind', () => {
  it('is told by what was read instead of what it should be', () => {
    const fail = () => {
      throw new InputError({ code: 'missing', path: ['mac'], allowed: 'a mapping with energy' });
    };
    expect(() => readAs('mapping', FILES.architecture, 'a.yaml', fail)).toThrow(
      'a.yaml: this is an architecture, for --hardware of rowhouse map and evaluate; allowed: a mapping',
    );
    expect(() => readAs('architecture', FILES.architecture, 'a.yaml', fail)).toThrow('mac: missing');
    expect(() => readAs('mapping', FILES.architecture, 'a.yaml', fail, ['architecture'])).toThrow(
      'mac: missing',
    );
    expect(() => readAs('architecture', 'name: x', 'a.yaml', fail)).toThrow('mac: missing');
    expect(readAs('mapping', FILES.architecture, 'a.yaml', () => 1)).toBe(1);
    const wrong = () => {
      throw new Error('wrong');
    };
    expect(() => readAs('mapping', FILES.architecture, 'a.yaml', wrong)).toThrow('wrong');
  });

  /** Where each kind goes, and what messages call it. */
  const PLACES: readonly (readonly [KnownKind, string, string, ...KnownKind[]])[] = [
    ['network', 'a network', 'map', 'timeloop'],
    ['network', 'a network', 'analyze', 'timeloop'],
    ['hardware', 'hardware of the six dataflows', 'analyze alexnet --hardware'],
    ['hardware', 'hardware of the six dataflows', 'simulate alexnet --hardware'],
    ['chip', 'a chip', 'simulate alexnet --chip'],
    ['architecture', 'an architecture', 'map n.yaml --hardware', 'timeloop'],
    ['constraints', 'constraints', 'map n.yaml --constraints'],
    ['problem', 'a problem', 'evaluate --mapping own.yaml --problem', 'timeloop', 'network'],
    ['mapping', 'a mapping', 'evaluate --problem alexnet:CONV3 --mapping', 'timeloop', 'result'],
  ];

  it.each(PLACES)('than %s is told in one line: %s, %s', async (wanted, name, words, ...others) => {
    write('own.yaml', FILES.mapping);
    for (const kind of KINDS) {
      if (kind === wanted || others.includes(kind)) continue;
      write('file.yaml', FILES[kind]);
      const outcome = await rowhouse(...words.split(' '), 'file.yaml');
      const err = `rowhouse: file.yaml: ${NAMES[kind]}; allowed: ${name}\n`;
      expect(outcome).toEqual({ code: 2, out: '', err });
    }
  });
});
