import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { describeProblem, InputError } from '../input-error.ts';
import { checkFolder, checkPlace, readText, writeFolder, writeWhole } from './files.ts';
import { scratchFolder } from './rowhouse.testing.ts';

const disk = vi.hoisted(() => ({ isFull: false }));

/** A disk that, when full, takes the first half of a file. */
vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<typeof import('node:fs')>();
  const writeFileSync = (file: string, content: string | Uint8Array) => {
    if (!disk.isFull) return actual.writeFileSync(file, content);
    actual.writeFileSync(file, content.slice(0, content.length / 2));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return { ...actual, writeFileSync };
});

const { folder, at, write } = scratchFolder();
mkdirSync(at('folder'));

beforeEach(() => {
  disk.isFull = false;
});

function lineOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems).toHaveLength(1);
    return error.problems.map(describeProblem).join('\n').replaceAll(`${folder}/`, '');
  }
}

describe('a file to write', () => {
  it('is written, and over what it was', () => {
    for (const text of ['one', 'two']) {
      checkPlace('--out', at('a.csv'));
      writeWhole('--out', at('a.csv'), text);
      expect(readFileSync(at('a.csv'), 'utf8')).toBe(text);
    }
  });

  it('may be bytes, whole or not at all', () => {
    const bytes = Uint8Array.of(0, 0xff, 0x50, 0x0a, 0x80);
    writeWhole('--out', at('a.parquet'), bytes);
    expect(new Uint8Array(readFileSync(at('a.parquet')))).toEqual(bytes);
    disk.isFull = true;
    expect(lineOf(() => writeWhole('--out', at('a.parquet'), bytes.slice(1)))).toMatch(/the disk is full/);
    expect(new Uint8Array(readFileSync(at('a.parquet')))).toEqual(bytes);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is written where a link leads', () => {
    write('real.csv', 'old');
    symlinkSync('real.csv', at('link.csv'));
    writeWhole('--out', at('link.csv'), 'new');
    expect(readFileSync(at('real.csv'), 'utf8')).toBe('new');
  });

  it('stays as it was when the disk is full', () => {
    write('before.csv', 'before');
    const names = readdirSync(folder);
    disk.isFull = true;
    for (const name of ['before.csv', 'new.csv']) {
      expect(lineOf(() => writeWhole('--out', at(name), 'a long text'))).toBe(
        `--out: ${name}: the disk is full; allowed: a file that can be written`,
      );
    }
    expect(readdirSync(folder)).toEqual(names);
    expect(readFileSync(at('before.csv'), 'utf8')).toBe('before');
  });

  it.runIf(existsSync('/dev/full'))('may be a device, which stays one', () => {
    writeWhole('--out', '/dev/null', 'x');
    symlinkSync('/dev/full', at('full.csv'));
    checkPlace('--out', at('full.csv'));
    const line = '--out: full.csv: the disk is full; allowed: a file that can be written';
    expect(lineOf(() => writeWhole('--out', at('full.csv'), 'x'))).toBe(line);
  });

  it.each([
    ['none/x.csv', 'there is no folder none'],
    ['a.csv/x.csv', 'there is no folder a.csv'],
    ['folder', 'this is a folder, not a file'],
    ['none/', 'this is a folder, not a file'],
  ])('cannot be %s, which is told before the work', (name, reason) => {
    write('a.csv', '');
    expect(lineOf(() => checkPlace('--out', at(name)))).toBe(
      `--out: ${name}: ${reason}; allowed: a file that can be written`,
    );
    expect(lineOf(() => writeWhole('--out', at(name), 'x'))).toMatch(/^--out: .*; allowed: /);
  });
});

describe('a folder to write', () => {
  const files = new Map([
    ['a.csv', 'a long text'],
    ['b.csv', 'b'],
  ]);

  it('is made whole, or stays as it was, when the disk is full', () => {
    mkdirSync(at('there'));
    write('there/b.csv', 'before');
    const names = readdirSync(folder);
    disk.isFull = true;
    for (const name of ['there', 'fresh']) {
      expect(lineOf(() => writeFolder('--out', at(name), files))).toBe(
        `--out: ${name}: the disk is full; allowed: a folder that can be written to`,
      );
    }
    expect(readdirSync(folder)).toEqual(names);
    expect(readdirSync(at('there'))).toEqual(['b.csv']);
    expect(readFileSync(at('there/b.csv'), 'utf8')).toBe('before');
    disk.isFull = false;
    for (const name of ['there', 'fresh']) {
      checkFolder('--out', at(name), [...files.keys()]);
      writeFolder('--out', at(name), files);
      expect(readdirSync(at(name))).toEqual(['a.csv', 'b.csv']);
      expect(readFileSync(at(`${name}/a.csv`), 'utf8')).toBe('a long text');
    }
  });

  it('has files that are written where a link leads', () => {
    mkdirSync(at('linked'));
    mkdirSync(at('elsewhere'));
    write('elsewhere/real.csv', 'old');
    symlinkSync(at('elsewhere/real.csv'), at('linked/b.csv'));
    writeFolder('--out', at('linked'), files);
    expect(readFileSync(at('elsewhere/real.csv'), 'utf8')).toBe('b');
    expect(readdirSync(at('elsewhere'))).toEqual(['real.csv']);
    expect(readdirSync(at('linked'))).toEqual(['a.csv', 'b.csv']);
  });

  it('is left alone where one of its files cannot be', () => {
    mkdirSync(at('taken'));
    mkdirSync(at('taken/b.csv'));
    const line = '--out: taken: b.csv is there and no file; allowed: a folder that can be written to';
    expect(lineOf(() => checkFolder('--out', at('taken'), [...files.keys()]))).toBe(line);
    expect(lineOf(() => writeFolder('--out', at('taken'), files))).toBe(line);
    expect(readdirSync(at('taken'))).toEqual(['b.csv']);
  });

  it('cannot be a link that leads nowhere', () => {
    symlinkSync('nowhere', at('dangling'));
    expect(lineOf(() => checkFolder('--out', at('dangling'), []))).toBe(
      '--out: dangling: this link leads nowhere; allowed: a folder that can be written to',
    );
  });

  it('needs a name', () => {
    expect(lineOf(() => checkFolder('--out', '', []))).toBe(
      '--out: found ""; allowed: a folder that can be written to',
    );
  });
});

describe('a file to read', () => {
  it('is read without its byte order mark', () => {
    expect(readText(write('text', '\uFEFFä€🙂'))).toBe('ä€🙂');
  });

  it.each([
    ['none', 'none: there is no such file or folder; allowed: a file that can be read'],
    ['folder', 'folder: this is a folder, not a file; allowed: a file that can be read'],
    ['x'.repeat(300), `${'x'.repeat(300)}: the name is too long; allowed: a file that can be read`],
  ])('cannot be %s', (name, line) => {
    expect(lineOf(() => readText(at(name)))).toBe(line);
  });
});
