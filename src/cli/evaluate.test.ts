import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatArchitecture } from '../loopnest/files/architecture-file.ts';
import { formatMapping } from '../loopnest/files/mapping-file.ts';
import { formatProblem } from '../loopnest/files/problem-file.ts';
import { parseVectors } from '../loopnest/files/vectors-file.ts';
import { ARCHITECTURE, ENERGIES, MAPPING, PROBLEM } from '../loopnest/timeloop/example.testing.ts';
import { readCsv } from '../report/data-table.testing.ts';
import { CONV3, MACHINE, ROUND_THE_GLB, shown } from '../report/nest.testing.ts';
import { EVALUATION_COLUMNS } from '../report/nest-evaluation-data.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

const VECTORS = 'src/loopnest/timeloop-vectors.testing.jsonl';

// The contract with scripts: what a layer of rowhouse map --json has of a nest, and what a mapping breaks

const document = z.looseObject({
  problem: z.string(),
  hardware: z.string(),
  convention: z.enum(['true', 'timeloop']),
  factors: z.enum(['perfect', 'imperfect']),
  valid: z.boolean(),
  broken: z.array(z.looseObject({ limit: z.enum(['capacity', 'fanout']), level: z.string() })),
  macs: z.int(),
  cycles: z.int(),
  utilization: z.number(),
  energy: z.strictObject({
    total: z.number(),
    perMac: z.number(),
    byLevel: z.record(z.string(), z.number()),
    byTensor: z.strictObject({ weights: z.number(), inputs: z.number(), outputs: z.number() }),
  }),
  mapping: z.strictObject({ levels: z.array(z.looseObject({ name: z.string() })) }),
  counts: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.int()))),
  differences: z.array(z.looseObject({ level: z.string(), tensor: z.string(), causes: z.array(z.string()) })),
});

const OWN = write('conv3.mapping.yaml', formatMapping(ROUND_THE_GLB));
const PROBLEM_FILE = write('conv3.problem.yaml', formatProblem(CONV3));
const [tree, table, problemFile, mappingFile] = [
  write('arch.yaml', ARCHITECTURE),
  write('ert.yaml', ENERGIES),
  write('prob.yaml', PROBLEM),
  write('map.yaml', MAPPING),
];
const COL = 'rowhouse: no level has these tables of the ERT: COL\n';

async function printed(...flags: readonly string[]): Promise<string> {
  const { code, out, err } = await rowhouse('evaluate', ...flags);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

const json = async (...flags: readonly string[]) =>
  document.parse(JSON.parse(await printed(...flags, '--json')));

describe('evaluate', () => {
  it('keeps the contract of --json', async () => {
    const result = await json('--problem', PROBLEM_FILE, '--mapping', OWN);
    const { counts, energy, macs, cycles, utilization } = shown(CONV3, MACHINE, ROUND_THE_GLB).evaluation;
    expect(result).toMatchObject({ counts, energy, macs, cycles, utilization });
    expect(result).toMatchObject({ problem: 'CONV3', hardware: 'eyeriss-like-256', valid: true, broken: [] });
    expect(result.mapping).toEqual(JSON.parse(JSON.stringify(ROUND_THE_GLB)));
    expect(result.energy.perMac).toBeCloseTo(6.7395, 3);
  });

  it('takes a layer of a network, with a batch', async () => {
    const file = await json('--problem', PROBLEM_FILE, '--mapping', OWN);
    expect(await json('--problem', 'alexnet:CONV3', '--mapping', OWN)).toEqual(file);
    const levels = ROUND_THE_GLB.levels.map((one, i) =>
      i === 0 ? { ...one, temporal: [['N', 3] as const, ...one.temporal] } : one,
    );
    const three = write('three.yaml', formatMapping({ levels }));
    const batch = await json('--problem', 'alexnet:CONV3', '--mapping', three, '--batch', '3');
    expect(batch.macs).toBe(3 * file.macs);
  });

  it('takes a layer of a file, also where names have colons', async () => {
    const layers = ['a:b', 'c'].map((name) => ({ name, type: 'fc', input: [6], filters: 4 }));
    const network = write('net:work.json', JSON.stringify({ name: 'x', layers }));
    const levels = [
      { name: 'DRAM', temporal: [['C', 6]] },
      { name: 'GLB' },
      { name: 'RF', temporal: [['M', 4]] },
    ];
    const mapping = write('m.json', JSON.stringify({ levels }));
    for (const name of ['a:b', 'c']) {
      const result = await json('--problem', `${network}:${name}`, '--mapping', mapping);
      expect(result).toMatchObject({ problem: name, macs: 24 });
    }
  });

  it("takes the mapping of a result of map or of its own, the problem's layer or the only one", async () => {
    const [one, two] = ['CONV4', 'CONV4,CONV5'].map((layers) => [
      ...['map', 'alexnet', '--layers', layers],
      ...['--json', '--out', at(`${layers}.json`)],
    ]);
    for (const words of [one!, two!]) expect((await rowhouse(...words)).code).toBe(0);
    const { layers } = JSON.parse(readFileSync(at('CONV4,CONV5.json'), 'utf8'));
    for (const [i, layer] of ['CONV4', 'CONV5'].entries()) {
      const result = await json('--problem', `alexnet:${layer}`, '--mapping', at('CONV4,CONV5.json'));
      expect(result).toMatchObject({ problem: layer, energy: layers[i].energy, counts: layers[i].counts });
    }
    const own = ['--problem', 'alexnet:CONV4', '--mapping', at('CONV4.json')];
    const result = await json(...own);
    expect(result.energy).toEqual(layers[0].energy);
    expect(await json(...own.slice(0, 3), write('result.json', JSON.stringify(result)))).toEqual(result);
    const { code, err } = await rowhouse('evaluate', ...['--problem', 'alexnet:FC1'], ...own.slice(2));
    expect(code).toBe(2);
    expect(err).toMatch(/CONV4\.json:\d+:\d+: layers\[0\]\.mapping\.levels.*: found /);
  });

  it('takes files of Timeloop, each or all in one', async () => {
    const all = write('all.yaml', ARCHITECTURE + ENERGIES + PROBLEM + MAPPING);
    const three = ['--hardware', `${tree},${table}`, '--problem', problemFile, '--mapping', mappingFile];
    const documents = [];
    for (const words of [
      three,
      ['--hardware', all],
      ['--mapping', all],
      ['--hardware', all, '--problem', all, '--mapping', all],
      ['--hardware', tree, '--hardware', table, '--problem', problemFile, '--mapping', mappingFile],
    ]) {
      const { code, out, err } = await rowhouse('evaluate', ...words, '--convention', 'timeloop', '--json');
      expect({ code, err }).toEqual({ code: 0, err: COL });
      documents.push(document.parse(JSON.parse(out)));
    }
    const [first, ...others] = documents;
    expect(first!.energy.perMac).toBeCloseTo(6.739, 3);
    for (const other of others) expect(other).toEqual(first);
  });

  it("takes Timeloop's mapping of Rowhouse's own problem and hardware", async () => {
    const result = await json('--problem', PROBLEM_FILE, '--mapping', mappingFile);
    expect(result).toEqual({
      ...(await json('--problem', PROBLEM_FILE, '--mapping', OWN)),
      mapping: result.mapping,
    });
  });

  it('tells a mapping that is too large, and ends with 1', async () => {
    const tiny = write(
      'tiny.yaml',
      `name: tiny
levels:
  - { name: DRAM, energy: 200 }
  - { name: GLB, capacity: 1000, energy: 6, fanout: { x: 16, y: 11 } }
  - { name: RF, capacity: 256, energy: 1 }
mac: { energy: 1 }
`,
    );
    const words = ['evaluate', '--hardware', tiny, '--problem', PROBLEM_FILE, '--mapping', OWN];
    const text = await rowhouse(...words);
    expect(text).toMatchObject({ code: 1, err: '' });
    expect(text.out).toContain('Too large for GLB: the tiles of inputs and outputs take');
    expect(text.out).toContain('Too wide for GLB: the loops along Y need 12 instances side by side');
    const { code, out } = await rowhouse(...words, '--json', '--out', at('broken.json'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const result = document.parse(JSON.parse(readFileSync(at('broken.json'), 'utf8')));
    expect(result.valid).toBe(false);
    expect(result.broken.map(({ limit, level }) => `${limit} ${level}`)).toEqual([
      'capacity GLB',
      'fanout GLB',
    ]);
    const csv = readCsv((await rowhouse(...words, '--format', 'csv')).out);
    expect(csv[0]!.at(-1)).toBe('valid');
    expect(new Set(csv.slice(1).map((line) => line.at(-1)))).toEqual(new Set(['false']));
  });

  it('takes imperfect factors where they are wanted', async () => {
    const levels = ROUND_THE_GLB.levels.map((one, i) =>
      i === 1 ? { ...one, temporal: [['C', 16] as const, ['P', 7] as const, ['P', 2] as const] } : one,
    );
    const file = write('padded.yaml', formatMapping({ levels }));
    const words = ['--problem', PROBLEM_FILE, '--mapping', file];
    expect((await rowhouse('evaluate', ...words)).code).toBe(2);
    const result = await json(...words, '--factors', 'imperfect');
    expect(result).toMatchObject({ factors: 'imperfect', padded: { P: 14 }, macs: 149_520_384 });
  });

  it('says where the conventions differ', async () => {
    const [vector] = parseVectors(readFileSync(VECTORS, 'utf8').split('\n')[0]!, VECTORS);
    const { problem, architecture, mapping, expected } = vector!;
    const words = [
      ...['--hardware', write('vector.arch.yaml', formatArchitecture(architecture))],
      ...['--problem', write('vector.problem.yaml', formatProblem(problem))],
      ...['--mapping', write('vector.mapping.yaml', formatMapping(mapping))],
    ];
    const [ours, theirs] = [await json(...words), await json(...words, '--convention', 'timeloop')];
    expect(ours.differences).not.toEqual([]);
    expect(theirs.differences).toEqual(ours.differences);
    expect(theirs.counts).toEqual(expected.counts);
    expect(theirs.counts).not.toEqual(ours.counts);
    expect(await printed(...words)).toContain('Where the conventions differ');
    const same = await printed('--problem', PROBLEM_FILE, '--mapping', OWN);
    expect(same).toContain('Both conventions count the same.');
  });

  const beginnings = {
    table: /^CONV3 on eyeriss-like-256\n/,
    json: /^\{\n/,
    csv: /^hardware,factors,/,
    parquet: /^PAR1.*PAR1$/s,
    svg: /^<svg/,
  };

  it.each(Object.entries(beginnings))(
    'has %s, on standard output and in a file',
    async (format, beginning) => {
      const words = ['--problem', PROBLEM_FILE, '--mapping', OWN, '--format', format];
      const out = await printed(...words);
      expect(out).toMatch(beginning);
      expect(await printed(...words, '--out', at('result'))).toBe('');
      expect(readFileSync(at('result'), format === 'parquet' ? 'latin1' : 'utf8')).toBe(out);
    },
  );

  it('has CSV with the columns of a mapped network but those of its search', async () => {
    const csv = readCsv(await printed('--problem', PROBLEM_FILE, '--mapping', OWN, '--format', 'csv'));
    expect(csv[0]).toEqual(EVALUATION_COLUMNS.map(({ name }) => name));
    expect(csv).toHaveLength(1 + 9);
    expect(csv[1]!.slice(0, 6)).toEqual([
      ...['eyeriss-like-256', 'perfect', 'true', 'CONV3', '149520384'],
      'DRAM: M48 | GLB: C16 P13, X Q13, Y S3 C4 | RF: R3 C4 M8',
    ]);
  });
});

describe('evaluate --vectors', () => {
  it("finds all of Timeloop's counts, in Timeloop's convention by default", async () => {
    const line = '400 of 400 vectors are equal in the convention timeloop\n';
    expect(await printed('--vectors', VECTORS)).toBe(line);
    expect(await printed('--vectors', VECTORS, '--convention', 'timeloop')).toBe(line);
    expect(JSON.parse(await printed('--vectors', VECTORS, '--json'))).toEqual({
      ...{ convention: 'timeloop', vectors: 400, equal: 400, first: null },
    });
  });

  it('tells the first that is not equal, and ends with 1', async () => {
    const lines = readFileSync(VECTORS, 'utf8').trim().split('\n').slice(0, 5);
    const wrong = JSON.parse(lines[3]!);
    const right = wrong.counts.DRAM.weights.reads;
    wrong.counts.DRAM.weights.reads = right + 1;
    wrong.cycles += 1;
    lines[3] = JSON.stringify(wrong);
    const file = write('wrong.jsonl', `${lines[0]}\n\n${lines.slice(1).join('\n')}\n`);
    const text = await rowhouse('evaluate', '--vectors', file);
    expect(text).toEqual({
      code: 1,
      out:
        '4 of 5 vectors are equal in the convention timeloop\n' +
        `The first that is not: line 5: DRAM weights reads: expected ${right + 1}, found ${right}; 1 more on this line\n`,
      err: '',
    });
    const { code, out } = await rowhouse('evaluate', '--vectors', file, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ...{ vectors: 5, equal: 4 },
      first: {
        line: 5,
        differences: [
          { path: ['DRAM', 'weights', 'reads'], expected: right + 1, found: right },
          { path: ['cycles'], expected: wrong.cycles, found: wrong.cycles - 1 },
        ],
      },
    });
  });

  it('tells counts that only one side has', async () => {
    const vector = JSON.parse(readFileSync(VECTORS, 'utf8').split('\n')[0]!);
    delete vector.counts.DRAM.weights;
    const { code, out } = await rowhouse(
      'evaluate',
      '--vectors',
      write('less.jsonl', JSON.stringify(vector)),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/DRAM weights reads: expected none, found \d+; 4 more on this line\n$/);
  });

  it('finds other counts in the convention of the loops', async () => {
    const { code, out, err } = await rowhouse('evaluate', '--vectors', VECTORS, '--convention', 'true');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(
      /^\d+ of 400 vectors are equal in the convention true\nThe first that is not: line \d+: /,
    );
  });
});
