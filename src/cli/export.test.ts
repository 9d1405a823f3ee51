import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { builtinNetwork } from '../layer/builtin.ts';
import { parseNetwork } from '../layer/network-file.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const { at, write } = scratchFolder();

// The contract with scripts
const document = z.strictObject({
  format: z.string(),
  files: z.array(z.string()),
  notes: z.array(z.string()),
});

const POOLS = '3 pools are left out: no conv or fc layer';

describe('rowhouse export', () => {
  it('writes a problem of Timeloop for each layer, and says which', async () => {
    const { code, out, err } = await rowhouse(
      'export',
      'timeloop-problem',
      'alexnet',
      '--out',
      at('problems'),
    );
    expect([code, err]).toEqual([0, `rowhouse: ${POOLS}\n`]);
    const names = ['CONV1', 'CONV2', 'CONV3', 'CONV4', 'CONV5', 'FC1', 'FC2', 'FC3'];
    const files = names.map((name, i) => `0${i + 1}-${name}.yaml`);
    expect(readdirSync(at('problems')).sort()).toEqual(files);
    expect(out).toBe(files.map((file) => `${at('problems')}/${file}\n`).join(''));
    const again = await rowhouse('analyze', at('problems'), '--json', '--dataflow', 'rs');
    const { results } = JSON.parse((await rowhouse('analyze', 'alexnet', '--json', '--dataflow', 'rs')).out);
    expect(JSON.parse(again.out)).toMatchObject({ network: 'problems', results });
    expect(again.err).toBe('rowhouse: N = 1 in the file; --batch says how many images\n');
  });

  it('writes a topology of SCALE-Sim, with what it did as one JSON document', async () => {
    const words = [
      'export',
      'scalesim',
      'alexnet',
      '--out',
      at('topology'),
      '--layers',
      'CONV1,pool',
      '--json',
    ];
    const { code, out, err } = await rowhouse(...words);
    expect([code, err]).toEqual([0, `rowhouse: ${POOLS}\n`]);
    const file = join(at('topology'), 'alexnet.csv');
    expect(document.parse(JSON.parse(out))).toEqual({ format: 'scalesim', files: [file], notes: [POOLS] });
    expect(readFileSync(file, 'utf8')).toMatch(/^Layer name, .*\nCONV1, 227, 227, 11, 11, 3, 96, 4,\n$/);
  });

  it('writes a network file to edit', async () => {
    mkdirSync(at('mine'));
    write('mine/other.txt', 'mine');
    const { code, out, err } = await rowhouse('export', 'network', 'alexnet', '--out', at('mine'));
    expect([code, out, err]).toEqual([0, `${at('mine')}/alexnet.yaml\n`, '']);
    expect(readdirSync(at('mine')).sort()).toEqual(['alexnet.yaml', 'other.txt']);
    const text = readFileSync(at('mine/alexnet.yaml'), 'utf8');
    expect(parseNetwork(text, 'alexnet.yaml')).toEqual(builtinNetwork('alexnet'));
    expect(text).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/.*\/network\.schema\.json\nname: "alexnet"/,
    );
  });

  it('tells of other files in a folder that is then read as one network', async () => {
    mkdirSync(at('mixed'));
    const exported = [
      'export',
      'timeloop-problem',
      'alexnet',
      '--layers',
      'CONV1,CONV2',
      '--out',
      at('mixed'),
    ];
    write('mixed/mine.txt', '');
    expect((await rowhouse(...exported)).err).toBe('');
    expect((await rowhouse(...exported)).err).toBe('');
    write('mixed/03-old.yaml', '');
    const told = (others: string) =>
      `${at('mixed')} has ${others}: a folder is read as a whole, as one network`;
    const one = told('another .yaml or .json file');
    expect((await rowhouse(...exported)).err).toBe(`rowhouse: ${one}\n`);
    write('mixed/04-old.YML', '');
    write('mixed/05-old.json', '');
    const three = told('3 other .yaml or .json files');
    const { out, err } = await rowhouse(...exported, '--json');
    expect([document.parse(JSON.parse(out)).notes, err]).toEqual([[three], `rowhouse: ${three}\n`]);
    expect((await rowhouse('export', 'network', 'alexnet', '--out', at('mixed'))).err).toBe('');
  });

  it('calls a file of a network network where no letter can be in its name', async () => {
    const file = write('japan.yaml', 'name: 日本\nlayers: [{ name: a, type: fc, input: [1], filters: 1 }]');
    for (const [format, name] of [
      ['network', 'network.yaml'],
      ['scalesim', 'network.csv'],
    ] as const) {
      expect((await rowhouse('export', format, file, '--out', at('japan'))).out).toBe(
        `${at('japan')}/${name}\n`,
      );
    }
  });

  it('reads what it is given in any form', async () => {
    const csv = write('net.txt', 'Layer,M,N,K,\nfc,1,10,20,\nproduct,8,10,20,\n');
    const { code, err } = await rowhouse('export', 'network', csv, '--out', at('from-csv'));
    expect([code, err]).toEqual([
      0,
      'rowhouse: the rows of a matrix product (8) are those of one image; --batch says how many images\n',
    ]);
    expect(readFileSync(at('from-csv/net.yaml'), 'utf8')).toContain(
      '  - {name: "fc", type: "fc", input: [20], filters: 10}\n' +
        '  - {name: "product", type: "conv", input: [20, 1, 8], filters: 10, kernel: 1}\n',
    );
  });
});

describe('what cannot be exported', () => {
  const expectLines = async (words: readonly string[], lines: readonly string[]) => {
    expect(await rowhouse('export', ...words)).toEqual({
      code: 2,
      out: '',
      err: lines.map((line) => `rowhouse: ${line}\n`).join(''),
    });
  };
  const folder = ['--out', at('refused')];

  it('is told in a line', async () => {
    const dilated =
      'name: d\nlayers: [{ name: a, type: conv, input: [1, 9, 9], filters: 1, kernel: 3, dilation: 2 }]';
    await expectLines(
      ['scalesim', write('dilated.yaml', dilated), ...folder],
      ['a.kernel: found [5, 5]; allowed: in SCALE-Sim, no dilation; --layers can leave the layer out'],
    );
    await expectLines(
      ['timeloop-problem', 'alexnet', '--layers', 'pool', ...folder],
      ['alexnet: missing; allowed: conv or fc layers: there are only pools to leave out'],
    );
  });

  it('is all that is wrong with the words', async () => {
    const { code, err } = await rowhouse('export', 'timeloop', 'alexnt');
    expect(code).toBe(2);
    expect(err.split('\n').map((line) => line.replace(/; allowed.*/, ''))).toEqual([
      'rowhouse: format: found "timeloop" (did you mean timeloop-problem?)',
      'rowhouse: network: found "alexnt" (did you mean alexnet?)',
      'rowhouse: --out: missing',
      '',
    ]);
  });

  it('leaves nothing behind where a file cannot be written', async () => {
    mkdirSync(at('taken/02-CONV2.yaml'), { recursive: true });
    await expectLines(
      ['timeloop-problem', 'alexnet', '--out', at('taken')],
      [`--out: ${at('taken')}: 02-CONV2.yaml is there and no file; allowed: a folder that can be written to`],
    );
    expect(readdirSync(at('taken'))).toEqual(['02-CONV2.yaml']);
    await expectLines(
      ['network', 'alexnet', '--out', at('no/where')],
      [`--out: ${at('no/where')}: there is no folder ${at('no')}; allowed: a folder that can be written to`],
    );
  });
});
