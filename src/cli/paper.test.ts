import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readCsv, readParquet } from '../report/data-table.testing.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';

const paper = vi.hoisted(() => ({ isRight: true }));

/** A paper that prints other numbers where it is not right. */
vi.mock('../paper/statement.ts', async (importActual) => {
  const actual = await importActual<typeof import('../paper/statement.ts')>();
  const printsAs = (value: number, printed: string) => paper.isRight && actual.printsAs(value, printed);
  return { ...actual, printsAs };
});

const { at, write } = scratchFolder();

// The contract with scripts
const document = z.object({
  statements: z.array(
    z.strictObject({ figure: z.string(), says: z.string(), found: z.string(), holds: z.boolean() }),
  ),
});

describe('rowhouse paper', () => {
  it('prints a line per statement and finding', async () => {
    const { code, out, err } = await rowhouse('paper');
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('holds  '))).toHaveLength(17);
    expect(lines.filter((line) => line.startsWith('found  '))).toHaveLength(13);
    expect(lines).toHaveLength(30);
    expect(out).toContain(
      'holds  12           in the CONV layers, the other dataflows need 1.4 to 2.5 times the energy of RS. Found: 1.404 times',
    );
  });

  it('prints the same as one JSON document', async () => {
    const { code, out, err } = await rowhouse('paper', '--figure', '7b,15', '--json');
    expect([code, err]).toEqual([0, '']);
    const { statements } = document.parse(JSON.parse(out));
    expect(statements.map(({ figure, holds }) => [figure, holds])).toEqual([
      ['7b', true],
      ['7b', true],
      ['15', true],
      ['15', true],
      ['15', true],
    ]);
  });

  it('exits with 1 if a statement does not hold, and says which, with all files written', async () => {
    paper.isRight = false;
    const { code, out } = await rowhouse('paper', '--figure', '7b,11', '--out', at('failed'));
    paper.isRight = true;
    expect(code).toBe(1);
    expect(out.split('\n').map((line) => line.slice(0, 9))).toEqual([
      'FAILS  7b',
      'FAILS  7b',
      'holds  11',
      '',
    ]);
    expect(readFileSync(at('failed/report.md'), 'utf8')).toContain(
      '**2 of 3 statements of the paper do not hold.**',
    );
  });
});

describe('--out', () => {
  it('makes a folder with a CSV file and a picture per figure, and a report', async () => {
    const { code } = await rowhouse('paper', '--figure', '10,7b', '--out', at('new'));
    expect(code).toBe(0);
    expect(readdirSync(at('new')).sort()).toEqual([
      'figure-10.csv',
      'figure-10.svg',
      'figure-7b.csv',
      'figure-7b.svg',
      'report.md',
    ]);
    expect(readFileSync(at('new/report.md'), 'utf8')).toContain('Made by Rowhouse 1.2.3 with');
  });

  it('has the data in the files that --tables names, and links to them', async () => {
    const name = 'figure-7b';
    for (const [list, ends] of [
      ['parquet', ['parquet', 'svg']],
      ['parquet, csv', ['csv', 'parquet', 'svg']],
    ] as const) {
      const folder = at(`tables ${list}`);
      expect((await rowhouse('paper', '--figure', '7b', '--out', folder, '--tables', list)).code).toBe(0);
      expect(readdirSync(folder).sort()).toEqual([...ends.map((end) => `${name}.${end}`), 'report.md']);
      const links = ends.slice(0, -1).map((end) => `[${name}.${end}](${name}.${end})`);
      expect(readFileSync(`${folder}/report.md`, 'utf8')).toContain(`Data: ${links.join(', ')}, a table of`);
    }
    const { lines } = await readParquet(readFileSync(at(`tables parquet/${name}.parquet`)));
    const csv = readCsv(readFileSync(at(`tables parquet, csv/${name}.csv`), 'utf8'));
    expect(lines.map((line) => Object.values(line).map(String))).toEqual(csv.slice(1));
  });

  it.each([
    [['--tables', 'xls', '--out', at('x')], 'found "xls"; allowed: csv, parquet'],
    [
      ['--tables', 'parqet', '--out', at('x')],
      'found "parqet" (did you mean parquet?); allowed: csv, parquet',
    ],
    [['--tables', 'parquet'], 'found "parquet"; allowed: only with --out, whose folder they are written to'],
  ])('is not made for %j', async (flags, rest) => {
    expect(await rowhouse('paper', ...flags)).toEqual({
      code: 2,
      out: '',
      err: `rowhouse: --tables: ${rest}\n`,
    });
    expect(existsSync(at('x'))).toBe(false);
  });

  it('leaves what else is in a folder alone', async () => {
    mkdirSync(at('old'));
    write('old/notes.txt', 'mine');
    write('old/report.md', 'older');
    await rowhouse('paper', '--figure', '7b', '--out', at('old'));
    expect(readdirSync(at('old')).sort()).toEqual([
      'figure-7b.csv',
      'figure-7b.svg',
      'notes.txt',
      'report.md',
    ]);
    expect(readFileSync(at('old/notes.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(at('old/report.md'), 'utf8')).toContain('# The Eyeriss paper');
  });

  it('is refused before the work, where no folder can be', async () => {
    write('file', '');
    for (const [folder, reason] of [
      ['file', 'this is no folder'],
      ['no/where', `there is no folder ${at('no')}`],
    ] as const) {
      const { code, out, err } = await rowhouse('paper', '--out', at(folder));
      expect([code, out]).toEqual([2, '']);
      expect(err).toBe(
        `rowhouse: --out: ${at(folder)}: ${reason}; allowed: a folder that can be written to\n`,
      );
    }
    expect(existsSync(at('no'))).toBe(false);
  });
});

describe('--figure', () => {
  const allowed = 'all, 7b, 10, 11, 12, 13, 14, 15, table5, table6, networks, uncertainty';

  it.each([
    ['16', `found "16"; allowed: ${allowed}`],
    ['7', `found "7"; allowed: ${allowed}`],
    ['', `found ""; allowed: ${allowed}`],
    ['12,netwroks', `found "netwroks" (did you mean networks?); allowed: ${allowed}`],
    ['tabel6', `found "tabel6" (did you mean table6?); allowed: ${allowed}`],
  ])('cannot be %j', async (figure, rest) => {
    expect(await rowhouse('paper', '--figure', figure)).toEqual({
      code: 2,
      out: '',
      err: `rowhouse: --figure: ${rest}\n`,
    });
  });

  it('takes each once, in the order of the paper', async () => {
    const { out } = await rowhouse('paper', '--figure', '15,7b,15', '--json');
    expect(document.parse(JSON.parse(out)).statements.map(({ figure }) => figure)).toEqual([
      '7b',
      '7b',
      '15',
      '15',
      '15',
    ]);
  });
});
